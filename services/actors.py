"""Background jobs. Each takes ids, may run twice, and shows its limits where it is declared."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import dramatiq

from domain.ids import TenantId
from infra.bulk.read_models import BulkReadModels
from infra.database import Database
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings
from projections.rebuild import build_tenant
from projections.registry import BY_NAME

REBUILD: Final = "rebuild_projection"
REBUILD_QUEUE: Final = "rebuild"
_REBUILD_TIME: Final = timedelta(hours=1)
_REBUILD_RETRIES: Final = 5


class ProjectionUnknownError(LookupError):
    """The job names a projection that this program does not have; trying again cannot help."""


def declare(broker: dramatiq.Broker, settings: DatabaseSettings) -> dict[str, Callable[..., Any]]:
    """Declare every actor on a broker; gives them by name."""

    @dramatiq.actor(
        actor_name=REBUILD,
        queue_name=REBUILD_QUEUE,
        broker=broker,
        max_retries=_REBUILD_RETRIES,
        time_limit=int(_REBUILD_TIME.total_seconds() * 1000),
        throws=ProjectionUnknownError,
    )
    def rebuild_projection(projection: str, build: str, tenant_id: str) -> None:
        asyncio.run(rebuild_one(settings, projection, build, TenantId(UUID(tenant_id))))

    return {REBUILD: rebuild_projection}


async def rebuild_one(settings: DatabaseSettings, projection: str, build: str, tenant_id: TenantId) -> None:
    """Fold one body's log into one build of one projection.

    Raises:
        ProjectionUnknownError: there is no projection of this name.
    """
    chosen = BY_NAME.get(projection)
    if chosen is None:
        raise ProjectionUnknownError(f"no projection is called {projection}; known are {', '.join(BY_NAME)}")
    async with (
        Database(settings) as database,
        LogFeed(database) as feed,
        BulkReadModels(database, connections_max=1) as models,
    ):
        await build_tenant(feed, models, [chosen], build, tenant_id)
