"""The read API's port over connections of this process: for who asks it without a server."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import TenantId
from infra.database import Database, Scope


class Reads:
    """Implements `readapi.ports.ReadDatabase`, for questions alone."""

    def __init__(self, database: Database, *, timeout_ms: int) -> None:
        self._database = database
        self._timeout_ms = timeout_ms

    def member(self, body: TenantId) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._database.begin(Scope.of_tenant(body))

    def national(self, reader: TenantId | None) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._database.begin(Scope.national(reader))

    async def value(
        self, sql: str, parameters: Sequence[Any], *, member: TenantId | None, reader: TenantId | None
    ) -> Any:
        scope = Scope.national(reader) if member is None else Scope.of_tenant(member)
        return await self._database.value(scope, sql, parameters, timeout_ms=self._timeout_ms)

    async def grew(self, timeout_seconds: float) -> None:
        raise AssertionError(f"nobody subscribes here, for {timeout_seconds} s or any time")
