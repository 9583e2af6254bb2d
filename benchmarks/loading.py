"""Takes what is invented into logs by the append function, and on into the read models by the runner."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import asyncpg
import psycopg

from domain.ids import TenantId
from domain.ports import Append
from infra.bulk.read_models import BulkReadModels
from infra.database import Database, closing
from infra.log.batch import APPEND_SQL, Footprint, arguments
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings, Role
from projections.projection import Projection
from projections.runner import Runner

_PER_CALL: Final = 400
_TOLD_EVERY_SECONDS: Final = 5.0
Progress = Callable[[str], None]


def open_logs(settings: DatabaseSettings, logs: Sequence[TenantId]) -> None:
    """Make the logs of bodies; that of the commons is there from the start."""
    with psycopg.connect(settings.admin_dsn) as connection, connection.cursor() as cursor:
        cursor.executemany("SELECT log.open(%s)", [(tenant_id,) for tenant_id in logs])


async def fill(
    settings: DatabaseSettings,
    logs: Sequence[TenantId],
    told: Iterable[Append],
    projections: Sequence[Projection],
    progress: Progress,
    *,
    vacuum: bool = False,
) -> int:
    """Open logs, record in them what is told, and project it; how many events."""
    await asyncio.to_thread(open_logs, settings, logs)
    began = time.monotonic()
    events = await record(settings, told, progress)
    recorded = time.monotonic()
    await project(settings, projections, vacuum=vacuum)
    took = (recorded - began, time.monotonic() - recorded)
    progress(f"  {events} events recorded in {took[0]:.0f} s, projected in {took[1]:.0f} s")
    return events


async def record(settings: DatabaseSettings, told: Iterable[Append], progress: Progress | None = None) -> int:
    """Record in bulk, in the order in which it is told; how many events."""
    async with Database(settings) as database, closing(await database.connect(Role.APP)) as connection:
        return await send(connection, _calls(told), progress)


async def send(
    connection: "asyncpg.Connection[Any]", calls: Iterator[list[Append]], progress: Progress | None = None
) -> int:
    """Record calls of appends that may share one; how many events. The next is made while one is on its way."""
    done, said_at = 0, time.monotonic()
    call = next(calls, None)
    while call is not None:
        sent = asyncio.create_task(connection.fetch(APPEND_SQL, *arguments(call)))
        await asyncio.sleep(0)  # it is on its way
        following = next(calls, None)
        refused = [code for code in (await sent)[0]["codes"] if code != "accepted"]
        if refused:
            raise AssertionError(f"the log refused what was invented: {refused[0]}")
        done += sum(len(append.events) for append in call)
        if progress is not None and time.monotonic() - said_at > _TOLD_EVERY_SECONDS:
            said_at = time.monotonic()
            progress(f"  recorded {done} events")
        call = following
    return done


async def project(settings: DatabaseSettings, projections: Sequence[Projection], *, vacuum: bool = False) -> None:
    """Bring read models to where the logs end, and tell the planner of them."""
    async with Database(settings) as database, BulkReadModels(database) as models, LogFeed(database) as feed:
        await Runner(feed, models, projections).catch_up()
        stopped = [one for one in await models.cursors() if one.stop is not None]
    if stopped:
        raise AssertionError(f"{stopped[0].projection} stopped: {stopped[0].stop}")
    with psycopg.connect(settings.admin_dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE" if vacuum else "ANALYZE")


def _calls(told: Iterable[Append]) -> Iterator[list[Append]]:
    """Requests that may share a call, in their order."""
    call: list[Append] = []
    footprint = Footprint()
    for append in told:
        if len(call) == _PER_CALL or not footprint.admits(append):
            yield call
            call, footprint = [], Footprint()
            assert footprint.admits(append)
        call.append(append)
    if call:
        yield call
