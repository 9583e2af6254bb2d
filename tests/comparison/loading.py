"""Takes an invented country into the log by the append function, and on into the read models by the runner."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import psycopg

from domain.ports import Append
from infra.bulk.read_models import BulkReadModels
from infra.database import Database
from infra.log.batch import APPEND_SQL, Footprint, arguments
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings, Role
from projections.projection import Projection
from projections.registry import PROJECTIONS
from projections.runner import Runner
from tests.comparison.country import Country

READ: Final[tuple[Projection, ...]] = tuple(
    one
    for one in PROJECTIONS
    if one.name in ("dataset", "frozen_comparison", "plan", "target", "theme_list")
    or any(table.schema != "rm" for table in one.tables)
)
"""What national views read: the tables of what goes beyond one body, targets, and populations."""
_PER_CALL: Final = 400
_TOLD_EVERY_SECONDS: Final = 10.0


async def load(settings: DatabaseSettings, country: Country, progress: Callable[[str], None]) -> int:
    """Record the country and project it; how many events it has."""
    _open(settings, country)
    began = time.monotonic()
    events = await _append(settings, country.told(), progress)
    progress(f"  {events} events recorded in {time.monotonic() - began:.0f} s")
    began = time.monotonic()
    async with Database(settings) as database, BulkReadModels(database) as models, LogFeed(database) as feed:
        await Runner(feed, models, READ).catch_up()
        stopped = [one for one in await models.cursors() if one.stop is not None]
    if stopped:
        raise AssertionError(f"{stopped[0].projection} stopped: {stopped[0].stop}")
    progress(f"  projected in {time.monotonic() - began:.0f} s")
    with psycopg.connect(settings.admin_dsn, autocommit=True) as connection:
        connection.execute("ANALYZE")
    return events


def _open(settings: DatabaseSettings, country: Country) -> None:
    with psycopg.connect(settings.admin_dsn) as connection, connection.cursor() as cursor:
        cursor.executemany("SELECT log.open(%s)", [(tenant_id,) for tenant_id in country.tenants])


async def _append(settings: DatabaseSettings, told: Iterable[Append], progress: Callable[[str], None]) -> int:
    done, said_at = 0, time.monotonic()
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
                if time.monotonic() - said_at > _TOLD_EVERY_SECONDS:
                    said_at = time.monotonic()
                    progress(f"  recorded {done} events")
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
