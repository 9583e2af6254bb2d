"""The projector process, and what the command line asks of read models."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

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
from projections import inspection, rebuild
from projections.ddl import create_all
from projections.ports import Cursor
from projections.projection import Projection
from projections.registry import BY_NAME, PROJECTIONS
from projections.runner import Runner, resume
from services.actors import REBUILD, REBUILD_QUEUE

_RETRY_SECONDS_MIN: Final = 0.2
_RETRY_SECONDS_MAX: Final = 10.0
_BUILD_POLL_SECONDS: Final = 0.2
_OPERATIONAL: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_ENQUEUE: Final = sqlalchemy.text("SELECT jobs.enqueue(:tenant, :actor, :queue, CAST(:args AS jsonb))")
_logger = structlog.get_logger()


class ProjectionUnknownError(LookupError):
    """There is no projection of this name."""


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
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(until.wait(), pause_seconds)
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
    side: ReadSide, settings: DatabaseSettings, names: Collection[str] = (), *, in_jobs: bool = False
) -> None:
    """Build projections anew and swap them in, all if none is named; with `in_jobs` the workers build them.

    Raises:
        ProjectionUnknownError: there is no projection of this name.
        projections.rebuild.BuildStoppedError, projections.rebuild.SwapTimeoutError: the old one stays.
    """
    dispatch = _by_jobs(side) if in_jobs else None
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


def _by_jobs(side: ReadSide) -> rebuild.Dispatch:
    async def dispatch(projections: Sequence[Projection], build: str, tenants: Sequence[TenantId]) -> None:
        wanted = {(chosen.name, tenant_id) for chosen in projections for tenant_id in tenants}
        for name, tenant_id in sorted(wanted):
            await _enqueue(side, tenant_id, [name, build, str(tenant_id)])
        while wanted:
            await asyncio.sleep(_BUILD_POLL_SECONDS)
            wanted -= {(cursor.projection, cursor.tenant_id) for cursor in await side.models.cursors(build)}

    return dispatch


async def _enqueue(side: ReadSide, tenant_id: TenantId, args: list[Any]) -> None:
    async with side.database.begin(Scope.of_tenant(tenant_id)) as connection:
        await connection.execute(
            _ENQUEUE,
            {
                "tenant": tenant_id,
                "actor": REBUILD,
                "queue": REBUILD_QUEUE,
                "args": msgspec.json.encode(args).decode(),
            },
        )
