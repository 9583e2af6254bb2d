"""Takes an invented country into its logs by the append function, and on into the read models by the runner."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import psycopg

from benchmarks.country import Country
from benchmarks.rebuild import make_live_tables
from domain.ports import Append
from infra.bulk.read_models import BulkReadModels
from infra.database import Database
from infra.log.batch import APPEND_SQL, Footprint, arguments
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings, Role
from projections.projection import Projection
from projections.published import SOURCES
from projections.registry import BY_NAME
from projections.runner import Runner

READ: Final[tuple[Projection, ...]] = tuple(
    BY_NAME[name] for name in (*SOURCES, "indicator", "plan", "target", "grant_held")
)
"""What a comparison reads."""
_PER_CALL: Final = 400


async def load(
    settings: DatabaseSettings,
    country: Country,
    progress: Callable[[str], None],
    projections: tuple[Projection, ...] = READ,
) -> int:
    """Record the country and project it; how many events it has."""
    await asyncio.to_thread(_open, settings, country)
    began = time.monotonic()
    events = await append_all(settings, country.told())
    recorded = time.monotonic()
    async with Database(settings) as database, BulkReadModels(database) as models, LogFeed(database) as feed:
        await Runner(feed, models, projections).catch_up()
        stopped = [one for one in await models.cursors() if one.stop is not None]
    if stopped:
        raise AssertionError(f"{stopped[0].projection} stopped: {stopped[0].stop}")
    with psycopg.connect(settings.admin_dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    took = (recorded - began, time.monotonic() - recorded)
    progress(f"  {country.size}: {events} events recorded in {took[0]:.0f} s, projected in {took[1]:.0f} s")
    return events


def _open(settings: DatabaseSettings, country: Country) -> None:
    make_live_tables(settings)
    with psycopg.connect(settings.admin_dsn) as connection, connection.cursor() as cursor:
        cursor.executemany("SELECT log.open(%s)", [(tenant_id,) for tenant_id in country.logs])


async def append_all(settings: DatabaseSettings, told: Iterable[Append]) -> int:
    """Record in bulk; how many events."""
    done = 0
    async with Database(settings) as database:
        connection = await database.connect(Role.APP)
        try:
            calls = _calls(told)
            call = next(calls, None)
            while call is not None:
                sent = asyncio.create_task(connection.fetch(APPEND_SQL, *arguments(call)))
                await asyncio.sleep(0)  # it is on its way; meanwhile the next call is made
                following = next(calls, None)
                refused = [code for code in (await sent)[0]["codes"] if code != "accepted"]
                if refused:
                    raise AssertionError(f"the log refused what was invented: {refused[0]}")
                done += sum(len(append.events) for append in call)
                call = following
        finally:
            await connection.close()
    return done


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
