"""The job that verifies one log, and what puts it into the queue: once a night where the body is."""

import asyncio
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import dramatiq
import structlog
from psycopg_pool import ConnectionPool

from domain.erasure import PEOPLE_QUEUE
from domain.ids import StreamId, TenantId
from domain.stream import Loaded, Stream
from infra.bulk.read_models import BulkReadModels
from infra.log.feed import LogFeed
from infra.log.proofs.held import Held, HeldBrokenError, HeldCheckpoints
from infra.log.recorder import TenantLog
from infra.settings import DatabaseSettings, Role
from services.bootstrap import WriteSide, open_write_side
from services.catching_up import caught_up
from services.daily import Beside, Daily, take
from services.days import local_time
from services.forgetting_readings import FORGET_READINGS
from services.projector import ReadSide
from services.projector import verify as verify_read_models
from services.reactions import END_GRANTS, GRANTS_QUEUE
from services.read_model_check import ReadModelCheck
from services.replay import verify as verify_log
from services.verifying.results import Found, keep, worded, worded_difference

VERIFY: Final = "verify_body"
VERIFY_QUEUE: Final = "verification"
VERIFY_TIME: Final = timedelta(hours=3)
VERIFY_RETRIES: Final = 2
"""What cannot be looked at tonight is looked at tomorrow. A defect is a result: it is not tried again."""
VERIFY_PAUSE: Final = timedelta(minutes=10)
_POOL_MAX: Final = 4
_DAILY: Final = Daily(
    actor=VERIFY,
    queue=VERIFY_QUEUE,
    take="INSERT INTO jobs.verification (tenant_id, day) VALUES ($1, $2)"
    " ON CONFLICT (tenant_id) DO UPDATE SET day = excluded.day WHERE verification.day < excluded.day"
    " RETURNING true",
    beside=(Beside(END_GRANTS, GRANTS_QUEUE), Beside(FORGET_READINGS, PEOPLE_QUEUE)),
)
_logger = structlog.get_logger()


class Verifying(NamedTuple):
    """When logs are verified, and what they are measured by."""

    hour: int
    held: HeldCheckpoints


def declare_verification(
    broker: dramatiq.Broker, database: DatabaseSettings, verifying: Verifying
) -> Callable[..., Any]:
    """Declare the actor on a broker."""

    @dramatiq.actor(
        actor_name=VERIFY,
        queue_name=VERIFY_QUEUE,
        broker=broker,
        max_retries=VERIFY_RETRIES,
        min_backoff=int(VERIFY_PAUSE.total_seconds() * 1000),
        time_limit=int(VERIFY_TIME.total_seconds() * 1000),
        notify_shutdown=True,
    )
    def verify_body(tenant_id: str, day: str) -> None:
        asyncio.run(verify_tonight(database, verifying, TenantId(UUID(tenant_id)), date.fromisoformat(day)))

    return verify_body


async def verify_tonight(
    database: DatabaseSettings, verifying: Verifying, tenant_id: TenantId, day: date
) -> Found:
    """Verify a log and its read models, and keep what was found. Nothing else changes, however often it runs."""
    async with open_write_side(database) as write:
        found = await look(write, database, verifying.held, tenant_id)
        await keep(write, tenant_id, day, found)
    told = {
        "tenant_id": str(tenant_id),
        "position": found.position,
        "compared": found.compared,
        "seconds": round(found.took.total_seconds(), 3),
    }
    if found.sound:
        _logger.info("verification.sound", **told)
    else:
        _logger.error("verification.defect", **told, defect=found.defect, defect_position=found.defect_position)
    return found


async def look(
    write: WriteSide, database: DatabaseSettings, checkpoints: HeldCheckpoints, tenant_id: TenantId
) -> Found:
    """The whole log, the last version of every record, and every row of the read models.

    Time grows with the log and not with the square of a record's length, as `entente verify`, which compares every
    version, does. In memory are a batch of events and one projection of one body at a time.
    """
    began = time.monotonic()
    held: Held | None = None
    defect: str | None = None
    try:
        held = checkpoints.read(tenant_id)
    except HeldBrokenError:
        defect = "held checkpoint cannot be read"
    models = _Models(write, tenant_id, shown=await caught_up(write, tenant_id))
    dsn = database.dsn(Role.APP)
    with ConnectionPool(dsn, min_size=1, max_size=_POOL_MAX, kwargs={"autocommit": True}, open=True) as pool:
        report = await verify_log(
            TenantLog(dsn, pool, tenant_id),
            write.store,
            also=models,
            held=held,
            every_version=False,
        )
    if report.defect is not None:
        defect = worded(report.defect)
    if defect is None and models.shown and report.events:
        defect = await _difference(write, tenant_id)
    return Found(
        position=report.events,
        root=report.root,
        compared=models.shown,
        defect=defect,
        defect_position=None if report.defect is None else report.defect.position,
        took=timedelta(seconds=time.monotonic() - began),
    )


class _Models:
    """The read models of a body that goes on being used: what was recorded meanwhile is waited for."""

    def __init__(self, write: WriteSide, tenant_id: TenantId, *, shown: bool) -> None:
        self.shown = shown
        """Whether they show what is recorded; what they say counts only then."""
        self._write = write
        self._tenant_id = tenant_id
        self._check = ReadModelCheck(write.database, tenant_id)

    async def __call__(self, stream: Stream[Any], stream_id: StreamId, loaded: Loaded[Any]) -> str | None:
        if not self.shown:
            return None
        difference = await self._check(stream, stream_id, loaded)
        if difference is None:
            return None
        self.shown = await caught_up(self._write, self._tenant_id)
        return await self._check(stream, stream_id, loaded) if self.shown else None


async def _difference(write: WriteSide, tenant_id: TenantId) -> str | None:
    """The first read model that says otherwise than a fold of the log."""
    async with LogFeed(write.database) as feed, BulkReadModels(write.database, connections_max=1) as models:
        side = ReadSide(database=write.database, feed=feed, models=models)
        differences = await verify_read_models(side, tenants=[tenant_id])
    return worded_difference(differences[0]) if differences else None


class Nights:
    """Puts tonight's job of every log whose hour has come into the queue, once."""

    def __init__(self, hour: int) -> None:
        self._hour = hour
        self._taken: dict[TenantId, date] = {}
        """Nights that are known to be taken: the database is not asked about them again."""

    async def enqueue(self, write: WriteSide, now: datetime) -> list[TenantId]:
        """The logs whose job it was. A log of no body yet has the hour in UTC."""
        enqueued = []
        async with LogFeed(write.database) as feed:
            heads = await feed.heads()
        for tenant_id in heads:
            facts = await write.bodies.facts(tenant_id)
            local = local_time(facts and facts.time_zone, now)
            day = local.date()
            if local.hour < self._hour or self._taken.get(tenant_id) == day:
                continue
            if await take(write, _DAILY, tenant_id, day):
                enqueued.append(tenant_id)
            self._taken[tenant_id] = day
        return enqueued
