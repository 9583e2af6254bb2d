"""Takes an invented country into its logs, and on into what a comparison reads."""

import asyncio
import time
from typing import Final

from benchmarks.country import Country
from benchmarks.loading import Progress, open_logs, project, record
from benchmarks.rebuild import make_live_tables
from infra.settings import DatabaseSettings
from projections.projection import Projection
from projections.published import SOURCES
from projections.registry import BY_NAME

READ: Final[tuple[Projection, ...]] = tuple(
    BY_NAME[name] for name in (*SOURCES, "indicator", "plan", "target", "grant_held")
)
"""What a comparison reads."""


async def load(
    settings: DatabaseSettings,
    country: Country,
    progress: Progress,
    projections: tuple[Projection, ...] = READ,
) -> int:
    """Record the country and project it; how many events it has."""
    await asyncio.to_thread(make_live_tables, settings)
    await asyncio.to_thread(open_logs, settings, country.logs)
    began = time.monotonic()
    events = await record(settings, country.told())
    recorded = time.monotonic()
    await project(settings, projections, vacuum=True)
    took = (recorded - began, time.monotonic() - recorded)
    progress(f"  {country.size}: {events} events recorded in {took[0]:.0f} s, projected in {took[1]:.0f} s")
    return events
