"""Takes an invented country into its logs, and on into what national views read."""

import asyncio
import time
from itertools import chain
from typing import Final

from benchmarks.loading import Progress, fill, open_logs, record
from infra.bulk.owner import TableOwner
from infra.bulk.read_models import BulkReadModels
from infra.database import Database
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings
from projections.projection import Projection
from projections.rebuild import rebuild
from projections.registry import PROJECTIONS
from services.builders import side_by_side
from tests.comparison.country import Country

READ: Final[tuple[Projection, ...]] = tuple(
    one
    for one in PROJECTIONS
    if one.name in ("dataset", "frozen_comparison", "plan", "target", "theme_list")
    or any(table.schema != "rm" for table in one.tables)
)
"""What national views read: the tables of what goes beyond one body, targets, and populations."""
_LATE: Final = 10
"""The last period in so many, and one at least, is taken in as it comes."""


async def load(settings: DatabaseSettings, country: Country, progress: Progress) -> int:
    """Record the country and project it, in both ways: a rebuild, then live; how many events it has."""
    late = max(len(country.periods) // _LATE, 1)
    await asyncio.to_thread(open_logs, settings, country.tenants)
    began = time.monotonic()
    first = chain(country.begun(), *map(country.of, country.periods[:-late]))
    events = await record(settings, first, progress)
    recorded = time.monotonic()
    async with Database(settings) as database, LogFeed(database) as feed, BulkReadModels(database) as models:
        dispatch = side_by_side(feed, models, settings)
        await rebuild(feed, models, TableOwner(settings), READ, "check", dispatch=dispatch)
    took = (recorded - began, time.monotonic() - recorded)
    progress(f"  {events} events recorded in {took[0]:.0f} s, rebuilt in {took[1]:.0f} s")
    return events + await fill(settings, (), chain(*map(country.of, country.periods[-late:])), READ, progress)
