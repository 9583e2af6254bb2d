"""Makes and swaps builds of read models, as the owner of their tables."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from itertools import chain
from typing import Any, Final

import asyncpg
from sqlalchemy import Table

from infra.settings import DatabaseSettings
from projections import ddl
from projections.ports import LIVE
from projections.projection import Projection
from projections.rebuild import all_of

_LOCK_TIMEOUT: Final = "150ms"
"""How long readers are made to queue behind a swap that waits for a slow one."""
_VACUUM_TIMEOUT: Final = "5s"
"""Longer than `deadlock_timeout`, after which the server ends an autovacuum that somebody waits for."""
_SECURED: Final = (
    "SELECT name FROM unnest($1::text[]) name JOIN pg_class ON oid = name::regclass WHERE relrowsecurity"
)
_SIZES: Final = "SELECT name, pg_relation_size(name) FROM unnest($1::text[]) name"
_AT_A_TIME: Final = 2
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

    async def make(self, projections: Sequence[Projection], build: str) -> None:
        """See `Owner.make`."""
        await self.drop(projections, build)
        await self._each(ddl.make(projection, build) for projection in projections)

    async def finish(self, projections: Sequence[Projection], build: str) -> None:
        """See `Owner.finish`. The server makes an index or a sample on one core, so two are made at a time."""
        unfinished = await self._unfinished(projections, build)
        tables = await self._largest_first([table for one in unfinished for table in one.tables], build)
        before = tuple(ddl.for_indexes())
        indexed = ((*before, statement) for table in tables for statement in ddl.indexes(table, build))
        analysed = ((ddl.analyse(table, build),) for table in tables)
        await self._side_by_side(chain[Iterable[str]](indexed, analysed))
        await self._each(ddl.finish(projection, build) for projection in unfinished)

    async def drop(self, projections: Sequence[Projection], build: str) -> None:
        """See `Owner.drop`."""
        await self._each(ddl.drop(projection, build) for projection in projections)

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

    async def _unfinished(self, projections: Sequence[Projection], build: str) -> Sequence[Projection]:
        firsts = [ddl.full_name(projection.tables[0], build) for projection in projections]
        async with self._connection() as connection:
            rows = await connection.fetch(_SECURED, firsts)
        secured = {name for (name,) in rows}
        return [projection for projection, first in zip(projections, firsts, strict=True) if first not in secured]

    async def _largest_first(self, tables: Sequence[Table], build: str) -> Sequence[Table]:
        """What takes longest begins first, so that all ends together."""
        async with self._connection() as connection:
            names = [ddl.full_name(table, build) for table in tables]
            sizes = dict(await connection.fetch(_SIZES, names))
        return sorted(tables, key=lambda table: sizes[ddl.full_name(table, build)], reverse=True)

    async def _side_by_side(self, transactions: Iterable[Iterable[str]]) -> None:
        waiting = iter(transactions)
        await all_of(self._each(waiting) for _ in range(_AT_A_TIME))

    async def _each(self, transactions: Iterable[Iterable[str]]) -> None:
        """Run statements as the owner, transaction after transaction on one connection."""
        async with self._connection() as connection:
            for statements in transactions:
                async with connection.transaction():
                    await connection.execute("; ".join((f"SET LOCAL ROLE {ddl.OWNER}", *statements)))

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
            await self._end_vacuum()
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

    async def _end_vacuum(self) -> None:
        """Let no vacuum work on the tables, which may take minutes. Nobody who reads or writes waits for this."""
        live, built = (
            ", ".join(ddl.full_name(table, build) for table in self._projection.tables)
            for build in (LIVE, self._build)
        )
        await self._connection.execute(f"SET LOCAL lock_timeout = '{_VACUUM_TIMEOUT}'")
        await self._connection.execute(f"LOCK TABLE {live}, {built} IN SHARE UPDATE EXCLUSIVE MODE")
