"""The projector process, and what the command line asks of read models."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
import psycopg
import sqlalchemy
import structlog

from domain.ids import TenantId
from infra.bulk.owner import TableOwner
from infra.bulk.read_models import BulkReadModels
from infra.database import Database, Scope
from infra.jobs.heartbeat import Heartbeat
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings, Role
from infra.waiting import wait_at_most
from projections import inspection, rebuild
from projections.ddl import create_all
from projections.ports import Cursor
from projections.projection import Projection
from projections.registry import BY_NAME, PROJECTIONS
from projections.runner import Runner, resume
from services.actors import REBUILD, REBUILD_QUEUE, REBUILD_TIME
from services.builders import side_by_side

_RETRY_SECONDS_MIN: Final = 0.2
_RETRY_SECONDS_MAX: Final = 10.0
_BUILD_POLL_SECONDS: Final = 0.2
_OPERATIONAL: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_BUILD_PATIENCE_SECONDS: Final = REBUILD_TIME.total_seconds()
"""How long no job may end before the rest is given up: as long as one may take."""
_FAILURES_TOLD_MAX: Final = 5
_REASON_CHARACTERS_MAX: Final = 300
_ENQUEUE: Final = sqlalchemy.text("SELECT jobs.enqueue(:tenant, :actor, :queue, CAST(:args AS jsonb))")
# What made the last attempt fail is the last line of the traceback that the broker keeps.
_LEFT: Final = sqlalchemy.text(
    "SELECT message_id, state = 'rejected', message #>> '{options,traceback}' FROM jobs.queue"
    " WHERE message_id = ANY(:ids)"
)
_WITHDRAW: Final = sqlalchemy.text("DELETE FROM jobs.queue WHERE message_id = ANY(:ids) AND state = 'queued'")
_logger = structlog.get_logger()


class ProjectionUnknownError(LookupError):
    """There is no projection of this name."""


class JobsFailedError(Exception):
    """Jobs of a build ended without it, or none ended for too long. The old tables stay.

    `reasons` tells why, by body; a body's job builds all that was asked for, so all of it is missing there.
    """

    def __init__(self, projections: Sequence[str], reasons: Mapping[TenantId, str]) -> None:
        told = [f"{tenant_id}: {reason}" for tenant_id, reason in list(reasons.items())[:_FAILURES_TOLD_MAX]]
        more = len(reasons) - len(told)
        told += [f"and {more} more"] if more > 0 else []
        super().__init__(f"{', '.join(projections)} could not be built for {'; '.join(told)}")
        self.projections = tuple(projections)
        self.reasons = dict(reasons)


@dataclass(frozen=True, slots=True)
class ReadSide:
    """All that makes and checks read models."""

    database: Database
    feed: LogFeed
    models: BulkReadModels


@asynccontextmanager
async def open_read_side(settings: DatabaseSettings) -> AsyncIterator[ReadSide]:
    """The logs and the read models as the projector's role sees them."""
    async with (
        Database(settings) as database,
        LogFeed(database) as feed,
        BulkReadModels(database) as models,
    ):
        yield ReadSide(database=database, feed=feed, models=models)


def make_tables(settings: DatabaseSettings) -> list[str]:
    """Make the read-model tables that are absent, as part of `entente migrate`.

    Answers the names of projections whose tables have another shape than this program's: rebuild them.
    """
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(settings.admin_dsn),
        poolclass=sqlalchemy.NullPool,
    )
    with engine.begin() as connection:
        return [projection.name for projection in create_all(connection, PROJECTIONS)]


def run(settings: DatabaseSettings) -> None:
    """Follow the logs until TERM or INT."""
    asyncio.run(_run(settings))


async def _run(settings: DatabaseSettings) -> None:
    until = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, until.set)
    with Heartbeat(settings, "projector", role=Role.PROJECTOR):
        await follow(settings, until)


async def follow(settings: DatabaseSettings, until: asyncio.Event) -> None:
    """Keep every read model up to date; a database that is away is tried again, ever more patiently."""
    pause_seconds = _RETRY_SECONDS_MIN
    while not until.is_set():
        try:
            async with open_read_side(settings) as side:
                _logger.info("projector.started", projections=len(PROJECTIONS))
                await Runner(side.feed, side.models, PROJECTIONS, on_stop=_tell).run(until)
                pause_seconds = _RETRY_SECONDS_MIN
        except _OPERATIONAL as error:
            _logger.warning("projector.interrupted", error=type(error).__name__, retry_seconds=pause_seconds)
            await wait_at_most(until, pause_seconds)
            pause_seconds = min(pause_seconds * 2, _RETRY_SECONDS_MAX)


def _tell(cursor: Cursor) -> None:
    stop = cursor.stop
    assert stop is not None
    _logger.error(
        "projection.stopped",
        projection=cursor.projection,
        tenant_id=str(cursor.tenant_id),
        position=stop.position,
        error=stop.type,
    )


async def status(side: ReadSide) -> list[inspection.Lag]:
    """How far each projection is behind, and what has stopped and why."""
    return await inspection.status(side.feed, side.models, PROJECTIONS)


async def rebuild_projections(
    side: ReadSide,
    settings: DatabaseSettings,
    names: Collection[str] = (),
    *,
    in_jobs: bool = False,
    patience_seconds: float = _BUILD_PATIENCE_SECONDS,
) -> None:
    """Build projections anew and swap them in, all if none is named; with `in_jobs` the workers build them.

    Raises:
        ProjectionUnknownError: there is no projection of this name.
        projections.rebuild.BuildStoppedError, projections.rebuild.SwapTimeoutError: the old one stays.
        JobsFailedError: so it does when a job is rejected, or none ends within the patience.
        services.builders.HelperFailedError: and when a process that helps cannot build a body.
    """
    dispatch = _by_jobs(side, patience_seconds) if in_jobs else side_by_side(side.feed, side.models, settings)
    build = f"b{time.time_ns() // 1_000_000}"  # a name that no earlier build has
    chosen = [projection(name) for name in names] or PROJECTIONS
    await rebuild.rebuild(side.feed, side.models, TableOwner(settings), chosen, build, dispatch=dispatch)


async def verify(
    side: ReadSide, *, names: Collection[str] = (), tenants: Collection[TenantId] = ()
) -> list[inspection.Difference]:
    """Compare read models with folds of the logs; nothing is changed. Names and tenants: all if none given."""
    found: list[inspection.Difference] = []
    chosen: Sequence[Projection] = [projection(name) for name in names] or PROJECTIONS
    for tenant_id in tenants or await side.feed.heads():
        for one in chosen:
            differences = await inspection.verify(side.feed, side.models, one, tenant_id)
            while differences is None:  # a runner is at it
                await asyncio.sleep(_BUILD_POLL_SECONDS)
                differences = await inspection.verify(side.feed, side.models, one, tenant_id)
            found += differences
    return found


async def resume_stopped(side: ReadSide, name: str, tenant_id: TenantId) -> None:
    """Let a stopped projection of a body try again, after a fix."""
    await resume(side.models, projection(name).name, tenant_id)


def projection(name: str) -> Projection:
    """The projection of this name."""
    found = BY_NAME.get(name)
    if found is None:
        raise ProjectionUnknownError(f"no projection is called {name}; known are {', '.join(BY_NAME)}")
    return found


def _by_jobs(side: ReadSide, patience_seconds: float) -> rebuild.Dispatch:
    async def dispatch(projections: Sequence[Projection], build: str, tenants: Sequence[TenantId]) -> None:
        names = [chosen.name for chosen in projections]
        waiting = {
            await _enqueue(side, tenant_id, [names, build, str(tenant_id)]): tenant_id for tenant_id in tenants
        }
        try:
            await _wait_for_jobs(side, names, build, waiting, patience_seconds)
        except BaseException:
            async with side.database.begin(Scope.instance()) as connection:
                await connection.execute(_WITHDRAW, {"ids": list(waiting)})
            raise

    return dispatch


async def _wait_for_jobs(
    side: ReadSide, names: Sequence[str], build: str, waiting: dict[UUID, TenantId], patience_seconds: float
) -> None:
    """Return when all have built; takes those that have out of `waiting`.

    Raises:
        JobsFailedError: one ended otherwise, or none ended within the patience.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience_seconds
    while waiting:
        # In this order: a job leaves the queue only after its build is committed.
        async with side.database.begin(Scope.instance()) as connection:
            left = {
                job: (rejected, why)
                for job, rejected, why in await connection.execute(_LEFT, {"ids": list(waiting)})
            }
        built = Counter(cursor.tenant_id for cursor in await side.models.cursors(build, projections=names))
        done = {job for job, tenant_id in waiting.items() if built[tenant_id] == len(names)}
        failed = {
            tenant_id: _last_line(left[job][1]) if job in left else "its job ended without building it"
            for job, tenant_id in waiting.items()
            if job not in done and (job not in left or left[job][0])
        }
        if failed:
            raise JobsFailedError(names, failed)
        for job in done:
            del waiting[job]
        if done:
            deadline = loop.time() + patience_seconds
        elif loop.time() > deadline:
            why = f"no job ended within {patience_seconds:.0f} s; does a worker run?"
            raise JobsFailedError(names, dict.fromkeys(waiting.values(), why))
        if waiting:
            await asyncio.sleep(_BUILD_POLL_SECONDS)


def _last_line(traceback: str | None) -> str:
    lines = (traceback or "").strip().splitlines()
    return lines[-1][:_REASON_CHARACTERS_MAX] if lines else "its job was rejected; the worker's log says why"


async def _enqueue(side: ReadSide, tenant_id: TenantId, args: list[Any]) -> UUID:
    async with side.database.begin(Scope.of_tenant(tenant_id)) as connection:
        job: UUID = await connection.scalar(
            _ENQUEUE,
            {
                "tenant": tenant_id,
                "actor": REBUILD,
                "queue": REBUILD_QUEUE,
                "args": msgspec.json.encode(args).decode(),
            },
        )
        return job
