"""What one body may use, as its operator says, and which of its exports are open."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any, Final, NamedTuple
from uuid import uuid4

import asyncpg

from domain.ids import TenantId

LEASE: Final = timedelta(minutes=5)
"""So long an export counts that nobody ended: the process that made it is gone."""
_ENTER: Final = "SELECT log.enter($1)"


@dataclass(frozen=True, slots=True)
class QuotaSettings:
    """What each body may use; 0: as much as it likes."""

    stored_bytes: int = 10 * 2**30
    """Of the contents of documents."""
    commands_per_day: int = 20_000
    """Orders that are accepted over HTTP, lines of tables among them; the day is that of UTC."""
    open_exports: int = 3
    """That are being made at once."""


UNBOUNDED: Final = QuotaSettings(0, 0, 0)


class Override(NamedTuple):
    """What an operator said for one body; None: as the settings say."""

    stored_bytes: int | None = None
    commands_per_day: int | None = None
    open_exports: int | None = None

    def over(self, settings: QuotaSettings) -> QuotaSettings:
        """What the body may use."""
        given = {field.name: getattr(self, field.name) for field in fields(QuotaSettings)}
        return QuotaSettings(
            **{name: getattr(settings, name) if value is None else value for name, value in given.items()}
        )


class Quotas:
    """Reads and writes overrides, counts open exports, and lets one upload of a body follow another."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def override(self, tenant_id: TenantId) -> Override:
        """What an operator said for a body."""
        async with self._in(tenant_id) as connection:
            row = await connection.fetchrow(
                "SELECT stored_bytes, commands_per_day, open_exports FROM access.quota WHERE tenant_id = $1",
                tenant_id,
            )
        return Override() if row is None else Override(*row)

    async def set(self, tenant_id: TenantId, override: Override) -> None:
        """Say what a body may use, in the place of what was said before."""
        async with self._in(tenant_id) as connection:
            await connection.execute(
                "INSERT INTO access.quota (tenant_id, stored_bytes, commands_per_day, open_exports)"
                " VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id) DO UPDATE SET stored_bytes = $2,"
                " commands_per_day = $3, open_exports = $4",
                *(tenant_id, *override),
            )

    @asynccontextmanager
    async def export(self, tenant_id: TenantId, maximum: int, lease: timedelta = LEASE) -> AsyncIterator[bool]:
        """Whether one more export may be made; while it is, it counts."""
        export_id = uuid4()
        async with self._in(tenant_id) as connection:
            await _lock(connection, "export", tenant_id)
            await connection.execute(
                "DELETE FROM access.open_export WHERE tenant_id = $1 AND until < clock_timestamp()", tenant_id
            )
            count: int = await connection.fetchval(
                "SELECT count(*) FROM access.open_export WHERE tenant_id = $1", tenant_id
            )
            opened = count < maximum
            if opened:
                await connection.execute(
                    "INSERT INTO access.open_export VALUES ($1, $2, clock_timestamp() + $3)",
                    *(tenant_id, export_id, lease),
                )
        try:
            yield opened
        finally:
            if opened:
                async with self._in(tenant_id) as connection:
                    await connection.execute(
                        "DELETE FROM access.open_export WHERE tenant_id = $1 AND export_id = $2",
                        *(tenant_id, export_id),
                    )

    @asynccontextmanager
    async def alone(self, tenant_id: TenantId) -> AsyncIterator[None]:
        """Nobody else, in whatever process, stores a document of this body meanwhile. A crash lets go as well."""
        async with self._in(tenant_id) as connection:
            await _lock(connection, "store", tenant_id)
            yield

    @asynccontextmanager
    async def _in(self, tenant_id: TenantId) -> AsyncIterator[Any]:
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_ENTER, tenant_id)
            yield connection


async def _lock(connection: Any, what: str, tenant_id: TenantId) -> None:
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{what}|{tenant_id}")
