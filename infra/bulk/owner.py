"""Makes and swaps builds of read models, as the owner of their tables."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from infra.settings import DatabaseSettings
from projections import ddl
from projections.ports import LIVE
from projections.projection import Projection

_LOCK_TIMEOUT: Final = "150ms"
"""How long readers are made to queue behind a swap that waits for a slow one."""
_HOLD: Final = "SELECT tenant_id FROM rm.cursor WHERE projection = $1 AND build = $2 ORDER BY tenant_id FOR UPDATE"
# A body whose live cursor is ahead of the build's, or that the build does not know.
_BEHIND: Final = (
    "SELECT count(*) FROM rm.cursor live LEFT JOIN rm.cursor built"
    " ON built.tenant_id = live.tenant_id AND built.projection = live.projection AND built.build = $2"
    " WHERE live.projection = $1 AND live.build = $3 AND coalesce(built.position, 0) < live.position"
)
_BUSY: Final = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, asyncpg.QueryCanceledError)


class TableOwner:
    """Implements `projections.rebuild.Owner` on connections of the administrator, who may act as the owner."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._settings = settings

    async def make(self, projection: Projection, build: str) -> None:
        """See `Owner.make`."""
        await self.drop(projection, build)
        async with self._transaction() as connection:
            for statement in ddl.make(projection, build):
                await connection.execute(statement)

    async def finish(self, projection: Projection, build: str) -> None:
        """See `Owner.finish`."""
        async with self._transaction() as connection:
            first = ddl.full_name(projection.tables[0], build)
            if await connection.fetchval("SELECT relrowsecurity FROM pg_class WHERE oid = $1::regclass", first):
                return
            for statement in ddl.finish(projection, build):
                await connection.execute(statement)

    async def drop(self, projection: Projection, build: str) -> None:
        """See `Owner.drop`."""
        async with self._transaction() as connection:
            for statement in ddl.drop(projection, build):
                await connection.execute(statement)
            await connection.execute(
                "DELETE FROM rm.cursor WHERE projection = $1 AND build = $2", projection.name, build
            )

    @asynccontextmanager
    async def hold(self, projection: Projection, build: str) -> AsyncIterator["HeldBuild"]:
        """See `Owner.hold`. An attempt that fails rolls back, so nothing of it stays."""
        async with self._connection() as connection:
            transaction = connection.transaction()
            await transaction.start()
            held = HeldBuild(connection, projection, build)
            try:
                await connection.execute(f"SET LOCAL ROLE {ddl.OWNER}")
                await connection.fetch(_HOLD, projection.name, LIVE)
                yield held
            except BaseException:
                await transaction.rollback()
                raise
            if held.swapped:
                await transaction.commit()
            else:
                await transaction.rollback()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator["asyncpg.Connection[Any]"]:
        async with self._connection() as connection, connection.transaction():
            await connection.execute(f"SET LOCAL ROLE {ddl.OWNER}")
            yield connection

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator["asyncpg.Connection[Any]"]:
        connection = await asyncpg.connect(self._settings.admin_dsn)
        try:
            yield connection
        finally:
            await connection.close()


class HeldBuild:
    """Implements `projections.rebuild.Held` inside the holding transaction."""

    def __init__(self, connection: "asyncpg.Connection[Any]", projection: Projection, build: str) -> None:
        self._connection = connection
        self._projection = projection
        self._build = build
        self.swapped = False

    async def swap(self) -> bool:
        """See `Held.swap`."""
        connection, name = self._connection, self._projection.name
        try:
            await connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
            # From here on no new body can appear in the live build behind our back.
            await connection.execute("LOCK TABLE rm.cursor IN SHARE ROW EXCLUSIVE MODE")
            if await connection.fetchval(_BEHIND, name, self._build, LIVE):
                return False
            tables = ", ".join(ddl.full_name(table) for table in self._projection.tables)
            await connection.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
            for statement in ddl.swap(self._projection, self._build):
                await connection.execute(statement)
            await connection.execute("DELETE FROM rm.cursor WHERE projection = $1 AND build = $2", name, LIVE)
            await connection.execute(
                "UPDATE rm.cursor SET build = $3 WHERE projection = $1 AND build = $2", name, self._build, LIVE
            )
        except _BUSY:
            return False
        self.swapped = True
        return True
