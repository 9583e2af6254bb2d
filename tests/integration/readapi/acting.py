"""Orders as different people give them, each in a role, and the read models brought to where they end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from domain.envelope import Actor, Role, Source, WithoutAuthority
from domain.ids import PersonId, TenantId
from domain.stream import Command, Order
from infra.bulk.read_models import BulkReadModels
from infra.database import Database
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings
from projections.registry import PROJECTIONS
from projections.runner import Runner
from services.bootstrap import WriteSide, open_write_side
from tests.integration.readapi.conftest import Client


class Acting:
    """The write side with people at it."""

    def __init__(self, write: WriteSide) -> None:
        self.write = write

    async def give(
        self,
        body: UUID,
        on: str,
        *commands: Command,
        role: Role = "coordinator",
        person: int = 1,
        source: Source | None = None,
    ) -> Any:
        """Give orders to a body, one after the other; gives the last outcome.

        Raises:
            Refusal: of the rules.
        """
        outcome = None
        for command in commands:
            order = Order(
                tenant_id=TenantId(body),
                command_id=uuid4(),  # type: ignore[arg-type]  # any id
                command=command,
                actor=Actor(id=PersonId(UUID(int=person)), role=role),
                effective_on=date.fromisoformat(on),
                authority=WithoutAuthority(reason="not_required"),
                lang="fr",
                correlation_id=uuid4(),
                source=source,
                sample=True,
            )
            outcome = await self.write.handler.handle(order, bytes(32))
        return outcome

    async def project(self) -> None:
        """Let the read models catch up."""
        async with BulkReadModels(self.write.database) as models, LogFeed(self.write.database) as feed:
            await Runner(feed, models, PROJECTIONS).catch_up()


@asynccontextmanager
async def acting(settings: DatabaseSettings) -> AsyncIterator[tuple[Acting, Client]]:
    """People who write, and a client that reads what they wrote."""
    async with open_write_side(settings) as write, Database(settings) as database:
        client = Client(database)
        async with client.http:
            yield Acting(write), client
