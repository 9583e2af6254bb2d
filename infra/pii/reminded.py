"""Whose turn it is to be reminded, and of what they were."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg

from domain.ids import TenantId
from domain.reminders import Stage
from domain.values import Language

# The row stays locked until the transaction ends: a second job waits here, and a removal too.
_TURN: Final = "SELECT email, language FROM pii.address WHERE tenant_id = $1 AND address_id = $2 FOR NO KEY UPDATE"
_SENT: Final = "SELECT item, stage, day FROM pii.reminder_sent WHERE tenant_id = $1 AND address_id = $2"
_KEEP: Final = (
    "INSERT INTO pii.reminder_sent (tenant_id, address_id, item, stage, day)"
    " SELECT $1, $2, item, stage, $5 FROM unnest($3::uuid[], $4::text[]) AS kept(item, stage)"
)
_TAKEN: Final = (
    "UPDATE pii.address SET refused_at = NULL WHERE tenant_id = $1 AND address_id = $2 AND refused_at IS NOT NULL"
)
_REFUSED: Final = "UPDATE pii.address SET refused_at = clock_timestamp() WHERE tenant_id = $1 AND address_id = $2"
_TURN_SECONDS_MAX: Final = 300
"""Longer than a mail server may take for one message; the role's own limit for idle transactions is shorter."""


class Reminder(NamedTuple):
    """An item of a due list, and which reminder of it."""

    item: UUID
    stage: Stage


class Turn:
    """The right to write to one address, alone, until the transaction ends."""

    def __init__(
        self,
        connection: "asyncpg.pool.PoolConnectionProxy[Any]",
        of: tuple[TenantId, UUID],
        email: str,
        language: Language,
        sent: frozenset[tuple[UUID, str]],
    ) -> None:
        self.email = email
        self.language = language
        self._connection = connection
        self._of = of
        self._sent = sent

    def owes(self, reminder: Reminder) -> bool:
        """Whether the address was not reminded of this yet."""
        return (reminder.item, reminder.stage.code) not in self._sent

    async def keep(self, reminders: Collection[Reminder], day: date) -> None:
        """A message was taken: keep of what. It holds once the turn has ended without an error."""
        items, stages = [one.item for one in reminders], [one.stage.code for one in reminders]
        await self._connection.execute(_KEEP, *self._of, items, stages, day)
        await self._connection.execute(_TAKEN, *self._of)

    async def refused(self) -> None:
        """The server refuses the address for good: whoever lists the addresses sees it."""
        await self._connection.execute(_REFUSED, *self._of)


class Reminded:
    """Gives turns: one address is written to by one job at a time."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    @asynccontextmanager
    async def turn(self, tenant_id: TenantId, address_id: UUID, day: date) -> AsyncIterator[Turn | None]:
        """The address's turn; None if it was removed, or has had its message of this day."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            await connection.execute(
                "SELECT set_config('idle_in_transaction_session_timeout', $1, true)", f"{_TURN_SECONDS_MAX}s"
            )
            address = await connection.fetchrow(_TURN, tenant_id, address_id)
            if address is None:
                yield None
                return
            # A statement of its own: it sees what whoever had the turn before has kept.
            rows = await connection.fetch(_SENT, tenant_id, address_id)
            if any(row["day"] == day for row in rows):
                yield None
                return
            sent = frozenset((row["item"], row["stage"]) for row in rows)
            yield Turn(connection, (tenant_id, address_id), address["email"], address["language"], sent)
