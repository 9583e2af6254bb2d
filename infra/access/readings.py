"""Who read a body's records from outside: kept before the answer leaves, shown to the body."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from domain.ids import TenantId

LIST_MAX: Final = 500
KEPT: Final = timedelta(days=1096)
"""Three years and the day that may be in between: until whoever is read has had a yearly audit to ask about it."""
_json = msgspec.json.Encoder().encode


class NewReading(msgspec.Struct, frozen=True, kw_only=True):
    """One reading, of one body's records or across bodies."""

    reading_id: UUID
    body: TenantId | None
    """None: across bodies."""
    reader: TenantId
    role: str
    person_id: UUID | None
    mandate_id: UUID | None
    by_grants: bool
    """Whether grants to the reader's body open something to it."""
    asked: tuple[str, ...]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A reading as the body sees it whose records were read."""

    reading_id: UUID
    at: datetime
    reader: TenantId
    role: str
    mandate_id: UUID | None
    across: bool
    asked: list[str]


class Readings:
    """Keeps readings, many at once with one flush, and lists them."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool
        self._waiting: list[tuple[Sequence[NewReading], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, readings: Sequence[NewReading]) -> None:
        """Returns once they are on disk. Who comes while others are written shares the next write.

        Raises whatever the database does: then nothing is known to be kept, and the answer must not leave.
        """
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((readings, kept))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="readings.keep")
        await asyncio.shield(kept)

    async def _write(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            rows = [one for readings, _ in group for one in readings]
            try:
                await self._pool.execute("SELECT access.keep_readings($1)", _json(rows).decode())
            except Exception as error:  # noqa: BLE001 - whatever it was, each waiter must hear of it
                for _, kept in group:
                    if not kept.done():
                        kept.set_exception(error)
            else:
                for _, kept in group:
                    if not kept.done():
                        kept.set_result(None)

    async def mandates(self, tenant_id: TenantId) -> list[tuple[TenantId, UUID]]:
        """The audit mandates by which a body's records were read, each with its authority."""
        rows = await self._pool.fetch("SELECT * FROM access.mandates_reading($1)", tenant_id)
        return [(TenantId(row[0]), row[1]) for row in rows]

    async def forget(self, tenant_id: TenantId, over: Sequence[UUID], before: datetime) -> int:
        """Remove what was kept of a body before a moment, at least a year ago; how many there were.

        Of audits, those by the mandates that are named.
        """
        gone: int = await self._pool.fetchval(
            "SELECT access.forget_readings($1, $2, $3)", tenant_id, [*over], before
        )
        return gone

    async def list(
        self, tenant_id: TenantId, over: Sequence[UUID], *, before: datetime, first: int
    ) -> list[Reading]:
        """Who read a body's records, the latest first; of audits, those by the mandates that are over."""
        rows = await self._pool.fetch(
            "SELECT * FROM access.readings_of($1, $2, $3, $4)", tenant_id, list(over), before, first
        )
        return [msgspec.convert(dict(row), Reading) for row in rows]
