"""Takes an invented country into its logs, and on into what a comparison reads."""

import asyncio
from typing import Final

from benchmarks.country import Country
from benchmarks.loading import Progress, fill
from infra.settings import DatabaseSettings
from projections.projection import Projection
from projections.published import SOURCES
from projections.registry import BY_NAME
from services.projector import make_tables

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
    await asyncio.to_thread(make_tables, settings)
    progress(f"  {country.size}")
    return await fill(settings, country.logs, country.told(), projections, progress, vacuum=True)
