"""What happened to accounts, sessions, tokens and closed doors: written once, changed by nobody, kept a while."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
import structlog

from domain.ids import TenantId

KEPT: Final = timedelta(days=365)
NEWEST: Final = 2**62
"""Before this, every event is."""


class SecurityEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened."""

    event_id: int
    at: datetime
    kind: str
    account_id: UUID | None
    tenant_id: TenantId | None
    correlation_id: UUID | None
    """Of the request in which it happened, as the journal has it."""
    facts: dict[str, Any]
    """Codes, roles and numbers."""


class SecurityLog:
    """Writes and reads security events."""

    def __init__(self, pool: "asyncpg.Pool[Any]", keep: timedelta = KEPT) -> None:
        self._pool = pool
        self._keep = keep

    async def note(
        self, kind: str, facts: dict[str, Any], *, account_id: UUID | None = None, tenant_id: UUID | None = None
    ) -> None:
        """Write one down. What is older than is kept goes, a few at a time."""
        bound = structlog.contextvars.get_contextvars().get("correlation_id")
        await self._pool.execute(
            "SELECT access.note($1, $2, $3, $4, $5, $6)",
            *(kind, account_id, tenant_id, None if bound is None else UUID(str(bound))),
            *(msgspec.json.encode(facts).decode(), self._keep),
        )

    async def of_account(self, account_id: UUID, limit: int) -> list[SecurityEvent]:
        """Those of an account, the newest first."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT access.enter($1)", account_id)
            rows = await connection.fetch(
                "SELECT event_id, at, kind, account_id, tenant_id, correlation_id, facts"
                " FROM access.security_event WHERE account_id = $1 ORDER BY event_id DESC LIMIT $2",
                *(account_id, limit),
            )
        return [_event(row) for row in rows]

    async def all(self, *, before: int = NEWEST, limit: int = 1000) -> list[SecurityEvent]:
        """For operators: everybody's, the newest first; at most 1,000."""
        rows = await self._pool.fetch("SELECT * FROM access.security_events($1, $2)", before, limit)
        return [_event(row) for row in rows]


def _event(row: Any) -> SecurityEvent:
    return msgspec.convert({**row, "facts": msgspec.json.decode(row["facts"])}, SecurityEvent)
