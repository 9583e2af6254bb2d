"""Takes an invented country into its logs, and on into what national views read."""

from typing import Final

from benchmarks.loading import Progress, fill
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
    return await fill(settings, country.tenants, country.told(), READ, progress)
