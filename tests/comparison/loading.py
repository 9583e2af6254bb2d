"""Takes an invented country into its logs, and on into what national views read."""

import time
from typing import Final

from benchmarks.loading import Progress, open_logs, project, record
from infra.settings import DatabaseSettings
from projections.projection import Projection
from projections.registry import PROJECTIONS
from tests.comparison.country import Country

READ: Final[tuple[Projection, ...]] = tuple(
    one
    for one in PROJECTIONS
    if one.name in ("dataset", "frozen_comparison", "plan", "target", "theme_list")
    or any(table.schema != "rm" for table in one.tables)
)
"""What national views read: the tables of what goes beyond one body, targets, and populations."""


async def load(settings: DatabaseSettings, country: Country, progress: Progress) -> int:
    """Record the country and project it; how many events it has."""
    open_logs(settings, country.tenants)
    began = time.monotonic()
    events = await record(settings, country.told(), progress)
    progress(f"  {events} events recorded in {time.monotonic() - began:.0f} s")
    began = time.monotonic()
    await project(settings, READ)
    progress(f"  projected in {time.monotonic() - began:.0f} s")
    return events
