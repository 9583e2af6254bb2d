"""Background jobs. Each takes ids, may run twice, and shows its limits where it is declared."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import dramatiq

from domain.document import DOCUMENTS_QUEUE, ERASE_CONTENT
from domain.erasure import ERASE_PERSON, PEOPLE_QUEUE
from domain.ids import PersonId, TenantId
from domain.ports import ContentStore
from infra.access.readings import KEPT
from infra.bulk.read_models import BulkReadModels
from infra.database import Database
from infra.log.feed import LogFeed
from infra.pii.persons import PersonVault
from infra.settings import DatabaseSettings, Role
from projections.rebuild import build_tenant
from projections.registry import BY_NAME
from services.bootstrap import open_write_side
from services.catching_up import caught_up
from services.ending import end_grants
from services.forgetting_readings import FORGET_READINGS, forget_readings
from services.reactions import END_GRANTS, GRANTS_QUEUE

REBUILD: Final = "rebuild_projection"
REBUILD_QUEUE: Final = "rebuild"
REBUILD_TIME: Final = timedelta(hours=1)
REBUILD_RETRIES: Final = 5
READINGS_TIME: Final = timedelta(minutes=5)
READINGS_RETRIES: Final = 3
"""What is not forgotten tonight is forgotten tomorrow."""
GRANTS_TIME: Final = timedelta(minutes=5)
GRANTS_RETRIES: Final = 10
ERASE_TIME: Final = timedelta(minutes=1)
ERASE_RETRIES: Final = 20
"""Bytes that were to go must go: with growing pauses this is some days."""


class ReadModelsBehindError(Exception):
    """The read models do not show all that is recorded yet: try again in a moment."""


class ProjectionUnknownError(LookupError):
    """The job names a projection that this program does not have; trying again cannot help."""


def declare(
    broker: dramatiq.Broker, settings: DatabaseSettings, contents: ContentStore, readings_kept: timedelta = KEPT
) -> dict[str, Callable[..., Any]]:
    """Declare every actor on a broker; gives them by name."""

    @dramatiq.actor(
        actor_name=REBUILD,
        queue_name=REBUILD_QUEUE,
        broker=broker,
        max_retries=REBUILD_RETRIES,
        time_limit=int(REBUILD_TIME.total_seconds() * 1000),
        throws=ProjectionUnknownError,
    )
    def rebuild_projection(projections: list[str], build: str, tenant_id: str) -> None:
        asyncio.run(rebuild_one(settings, projections, build, TenantId(UUID(tenant_id))))

    @dramatiq.actor(
        actor_name=ERASE_CONTENT,
        queue_name=DOCUMENTS_QUEUE,
        broker=broker,
        max_retries=ERASE_RETRIES,
        time_limit=int(ERASE_TIME.total_seconds() * 1000),
    )
    def erase_content(tenant_id: str, sha256: str) -> None:
        # The job exists exactly if the erasure was recorded. What is gone already is gone.
        asyncio.run(contents.erase(TenantId(UUID(tenant_id)), sha256))

    @dramatiq.actor(
        actor_name=ERASE_PERSON,
        queue_name=PEOPLE_QUEUE,
        broker=broker,
        max_retries=ERASE_RETRIES,
        time_limit=int(ERASE_TIME.total_seconds() * 1000),
    )
    def erase_person(tenant_id: str, person_id: str) -> None:
        # As above: the event is there. Who is forgotten already stays forgotten.
        asyncio.run(forget_person(settings, TenantId(UUID(tenant_id)), PersonId(UUID(person_id))))

    @dramatiq.actor(
        actor_name=END_GRANTS,
        queue_name=GRANTS_QUEUE,
        broker=broker,
        max_retries=GRANTS_RETRIES,
        time_limit=int(GRANTS_TIME.total_seconds() * 1000),
    )
    def look_at_grants(tenant_id: str, _day: str | None = None) -> None:
        asyncio.run(look_at(settings, TenantId(UUID(tenant_id))))

    @dramatiq.actor(
        actor_name=FORGET_READINGS,
        queue_name=PEOPLE_QUEUE,
        broker=broker,
        max_retries=READINGS_RETRIES,
        time_limit=int(READINGS_TIME.total_seconds() * 1000),
    )
    def forget_old_readings(tenant_id: str, _day: str) -> None:
        asyncio.run(forget_old(settings, TenantId(UUID(tenant_id)), readings_kept))

    return {
        FORGET_READINGS: forget_old_readings,
        REBUILD: rebuild_projection,
        ERASE_CONTENT: erase_content,
        ERASE_PERSON: erase_person,
        END_GRANTS: look_at_grants,
    }


async def look_at(settings: DatabaseSettings, tenant_id: TenantId) -> None:
    """End the grants of a body that have to end."""
    async with open_write_side(settings) as write:
        if not await caught_up(write, tenant_id):
            raise ReadModelsBehindError
        await end_grants(write, tenant_id)


async def forget_old(settings: DatabaseSettings, tenant_id: TenantId, kept: timedelta) -> None:
    """Forget who read a body's records long ago."""
    async with open_write_side(settings) as write:
        await forget_readings(write, tenant_id, kept)


async def forget_person(settings: DatabaseSettings, tenant_id: TenantId, person_id: PersonId) -> None:
    """Carry out what an erasure recorded."""
    async with Database(settings) as database, await database.pool(Role.APP, connections_max=1) as pool:
        await PersonVault(pool).erase(tenant_id, person_id)


async def rebuild_one(
    settings: DatabaseSettings, projections: Sequence[str], build: str, tenant_id: TenantId
) -> None:
    """Fold one body's log into one build of these projections, which share the reading of it.

    Raises:
        ProjectionUnknownError: there is no projection of a name.
    """
    unknown = [name for name in projections if name not in BY_NAME]
    if unknown:
        raise ProjectionUnknownError(
            f"no projection is called {', '.join(unknown)}; known are {', '.join(BY_NAME)}"
        )
    async with (
        Database(settings) as database,
        LogFeed(database) as feed,
        BulkReadModels(database, connections_max=1) as models,
    ):
        await build_tenant(feed, models, [BY_NAME[name] for name in projections], build, tenant_id)
