"""Connections to the database: one pool per role, and a scope without which there is no connection."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self
from uuid import UUID

import asyncpg
from sqlalchemy import TextClause, text

from domain.ids import TenantId
from infra.settings import DatabaseSettings, Role

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

NOBODY: Final = UUID(int=0)
"""The reader who was granted nothing: the public."""
_CONNECT_TIMEOUT_SECONDS = 10.0
_CLOSE_TIMEOUT_SECONDS = 2.0
_STATEMENT_KEPT_BYTES_MAX = 64 * 1024
"""Longer ones are planned anew each time, as beyond the driver's own bound of 15 KB were the pages of bodies."""
_PLANNED_ONCE_CHARACTERS_MIN = 15_000
"""Planning a statement of this length takes some 4 ms, more than most of them run. PostgreSQL goes by the costs
that it guesses, and would plan one anew for every answer of a large country."""
# One trip: what is left of an earlier user of this connection, and the scope of this transaction.
_ENTER = (
    "SELECT concat_ws(',', nullif(current_setting('app.tenant', true), ''),"
    " nullif(current_setting('app.reader', true), ''), nullif(current_setting('app.account', true), ''))"
)
_LEAKED = (
    "expected a connection without a scope, found {}; "
    "set app.tenant for a transaction only: set_config('app.tenant', …, true)"
)
_LEFT_OVER = text(_ENTER)
_ENTER_TENANT = text(f"{_ENTER}, set_config('app.tenant', :value, true)")
_ENTER_NATIONAL = text(f"{_ENTER}, set_config('app.reader', :value, true)")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose data a transaction may touch, and with which role."""

    role: Role
    enter: TextClause
    value: str | None = None

    @property
    def enter_driver(self) -> str:
        """`enter` with the driver's own form of parameters."""
        return self.enter.text.replace(":value", "$1")

    @classmethod
    def of_tenant(cls, tenant_id: TenantId, role: Role = Role.APP) -> Self:
        """The rows of one tenant."""
        return cls(role=role, enter=_ENTER_TENANT, value=str(tenant_id))

    @classmethod
    def national(cls, reader: TenantId | None) -> Self:
        """National figures as `reader` may see them; None is the public."""
        return cls(role=Role.NATIONAL_READER, enter=_ENTER_NATIONAL, value=str(reader or NOBODY))

    @classmethod
    def instance(cls, role: Role = Role.APP) -> Self:
        """Tables that belong to no tenant. A table of tenants answers with an error, not with no rows."""
        return cls(role=role, enter=_LEFT_OVER)


class ScopeLeakError(RuntimeError):
    """A connection came from the pool with another transaction's scope; it was closed and nothing was read."""


class Database:
    """The pools of one process. Close it at the end."""

    def __init__(self, settings: DatabaseSettings, *, connections_max: int = 10) -> None:
        self._settings = settings
        self._connections_max = connections_max
        self._engines: dict[Role, AsyncEngine] = {}
        self._pools: dict[Role, asyncpg.Pool[Any]] = {}
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def begin(self, scope: Scope) -> AsyncIterator["AsyncConnection"]:
        """A transaction in a scope, committed at the end and rolled back by an exception.

        Raises:
            ScopeLeakError: somebody set a tenant for a whole session.
        """
        parameters = {} if scope.value is None else {"value": scope.value}
        async with self._engine(scope.role).connect() as connection:
            async with connection.begin():
                left_over = (await connection.execute(scope.enter, parameters)).first()
                assert left_over is not None
                if not left_over[0]:
                    yield connection
                    return
            await connection.invalidate()
        raise ScopeLeakError(_LEAKED.format(left_over[0]))

    async def value(self, scope: Scope, sql: str, parameters: Sequence[Any], *, timeout_ms: int) -> Any:
        """The first value of one statement, in a read-only transaction of its own in a scope.

        Nothing of SQLAlchemy stands in the way: reads that are one statement spend most of their time here.

        Raises:
            ScopeLeakError: as `begin`.
            asyncpg.PostgresError: among them QueryCanceledError, after `timeout_ms`.
        """
        pool = await self._reading(scope.role)
        async with pool.acquire() as connection:
            await connection.execute(_begin(sql, timeout_ms))
            try:
                given = () if scope.value is None else (scope.value,)
                left_over = await connection.fetchval(scope.enter_driver, *given)
                if left_over:
                    connection.terminate()
                    raise ScopeLeakError(_LEAKED.format(left_over))
                return await connection.fetchval(sql, *parameters)
            finally:
                if not connection.is_closed():
                    await connection.execute("ROLLBACK")

    async def connect(self, role: Role, *, settings: Mapping[str, str] | None = None) -> "asyncpg.Connection[Any]":
        """A connection of one's own, outside every pool. The caller closes it."""
        return await asyncpg.connect(
            self._settings.dsn(role),
            timeout=_CONNECT_TIMEOUT_SECONDS,
            server_settings={"jit": "off", **(settings or {})},
        )

    async def pool(
        self,
        role: Role,
        *,
        connections_max: int,
        settings: Mapping[str, str] | None = None,
        init: Callable[["asyncpg.Connection[Any]"], Awaitable[None]] | None = None,
    ) -> "asyncpg.Pool[Any]":
        """Connections for single statements that leave nothing behind. The caller closes it.

        They are not reset when they come back: that would cost a round trip each time, nearly half of the
        throughput of short statements. So never set anything for a session on one of them. `init` prepares each
        connection once.
        """
        return await asyncpg.create_pool(
            self._settings.dsn(role),
            min_size=0,
            max_size=connections_max,
            reset=_leave_as_it_is,
            init=init,
            max_cacheable_statement_size=_STATEMENT_KEPT_BYTES_MAX,
            timeout=_CONNECT_TIMEOUT_SECONDS,
            server_settings={"jit": "off", **(settings or {})},
        )

    async def close(self) -> None:
        """Close every pool; connections in use are closed when they come back."""
        engines, self._engines = self._engines, {}
        for engine in engines.values():
            await engine.dispose()
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            await pool.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _reading(self, role: Role) -> "asyncpg.Pool[Any]":
        found = self._pools.get(role)
        if found is None:
            async with self._opening:
                found = self._pools.get(role)
                if found is None:
                    found = self._pools[role] = await self.pool(role, connections_max=self._connections_max)
        return found

    def _engine(self, role: Role) -> "AsyncEngine":
        engine = self._engines.get(role)
        if engine is None:
            # Here, because it loads all of the ORM, and a helper of a rebuild begins without.
            from sqlalchemy.ext.asyncio import create_async_engine

            async def connect() -> "asyncpg.Connection[Any]":
                return await self.connect(role)

            engine = self._engines[role] = create_async_engine(
                "postgresql+asyncpg://", async_creator=connect, pool_size=self._connections_max, max_overflow=0
            )
        return engine


def _begin(sql: str, timeout_ms: int) -> str:
    begin = f"BEGIN READ ONLY; SET LOCAL statement_timeout = {int(timeout_ms)}"
    long = len(sql) >= _PLANNED_ONCE_CHARACTERS_MIN
    return f"{begin}; SET LOCAL plan_cache_mode = force_generic_plan" if long else begin


async def close(connection: "asyncpg.Connection[Any]") -> None:
    """Say goodbye if the server still listens; cut the line otherwise. Never fails."""
    with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        await connection.close(timeout=_CLOSE_TIMEOUT_SECONDS)


@asynccontextmanager
async def closing(connection: "asyncpg.Connection[Any]") -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A connection of one's own for a block, closed as `close` does however the block ends."""
    try:
        yield connection
    finally:
        await close(connection)


async def _leave_as_it_is(_: Any) -> None:
    return None
