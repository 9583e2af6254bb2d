"""The read models' database, by asyncpg on the projector's role."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Self
from uuid import UUID

import asyncpg

from domain.ids import TenantId
from infra import instants
from infra.bulk import published, statements
from infra.bulk.refused import refusals
from infra.database import Database, Scope
from infra.settings import Role
from projections.core import Changes, Layout
from projections.cursor import CURSOR
from projections.ddl import suffix
from projections.ports import LIVE, Cursor, Stop

_CONNECTIONS_MAX: Final = 4
_COLUMNS: Final = (
    "projection, build, tenant_id, position, stopped_type, stopped_reason, stopped_at_position, updated_at"
)
_LOCK: Final = (
    f"SELECT {_COLUMNS} FROM rm.cursor WHERE tenant_id = $1 AND build = $2 AND projection = ANY($3::text[])"  # noqa: S608
    " ORDER BY projection FOR UPDATE SKIP LOCKED"
)
_MAKE: Final = (
    "INSERT INTO rm.cursor (tenant_id, projection, build, position, updated_at)"
    " SELECT $1, name, $2, 0, now() FROM unnest($3::text[]) name ORDER BY name ON CONFLICT DO NOTHING"
)
_ADVANCE: Final = (
    "UPDATE rm.cursor c SET position = u.position, updated_at = clock_timestamp(),"
    " stopped_type = NULL, stopped_reason = NULL, stopped_at_position = NULL"
    " FROM unnest($3::text[], $4::bigint[]) u(projection, position)"
    " WHERE c.tenant_id = $1 AND c.build = $2 AND c.projection = u.projection"
)
_STOP: Final = (
    "UPDATE rm.cursor SET stopped_type = $4, stopped_reason = $5, stopped_at_position = $6,"
    " updated_at = clock_timestamp() WHERE tenant_id = $1 AND build = $2 AND projection = $3"
)
_OUTDATED: Final = (
    "SELECT name FROM unnest($1::text[], $2::text[], $3::text[]) u(name, live, mark)"
    " WHERE coalesce(obj_description(to_regclass(live), 'pg_class'), '') <> mark"
)
_CURSORS: Final = (
    f"SELECT {_COLUMNS} FROM rm.cursor WHERE build = $1"  # noqa: S608
    " AND ($2::text[] IS NULL OR projection = ANY($2)) AND ($3::uuid IS NULL OR tenant_id = $3)"
)


class BulkUnit:
    """Implements `projections.ports.UnitOfWork` on one connection in a transaction."""

    def __init__(self, connection: Any, tenant_id: TenantId) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self._hurries = False

    async def lock(self, projections: Collection[str], build: str) -> Mapping[str, Cursor]:
        """See `UnitOfWork.lock`."""
        names = sorted(projections)
        rows = await self._connection.fetch(_LOCK, self._tenant_id, build, names)
        if len(rows) < len(names):
            await self._connection.execute(_MAKE, self._tenant_id, build, names)
            rows = await self._connection.fetch(_LOCK, self._tenant_id, build, names)
        return {row["projection"]: _cursor(row) for row in rows}

    async def load(self, layout: Layout, build: str, entity_ids: Collection[UUID]) -> Sequence[Sequence[Any]]:
        """See `UnitOfWork.load`."""
        rows = await self._connection.fetch(statements.load(layout, build), self._tenant_id, list(entity_ids))
        return list(rows)

    async def write(self, layout: Layout, build: str, changes: Changes) -> None:
        """See `UnitOfWork.write`."""
        steps = (
            (statements.delete, changes.deleted),
            (statements.update, changes.updated),
            (statements.insert, changes.inserted),
        )
        with refusals():
            for statement, rows in steps:
                if rows:
                    arrays = [list(column) for column in zip(*rows, strict=True)]
                    await self._connection.execute(statement(layout, build), *arrays)

    async def fill(self, layout: Layout, build: str, rows: Sequence[Sequence[Any]]) -> None:
        """See `UnitOfWork.fill`."""
        if not self._hurries:
            # What a crash takes back it takes whole, with the cursor; the swap's own commit makes all of it safe.
            await self._connection.execute("SET LOCAL synchronous_commit = off")
            self._hurries = True
        with refusals():
            await self._connection.copy_records_to_table(
                f"{layout.table.name}{suffix(build)}",
                schema_name=layout.table.schema,
                columns=layout.names,
                records=rows,
            )

    async def advance(self, build: str, positions: Mapping[str, int]) -> None:
        """See `UnitOfWork.advance`."""
        await self._connection.execute(_ADVANCE, self._tenant_id, build, list(positions), list(positions.values()))

    async def stop(self, projection: str, build: str, stop: Stop | None) -> None:
        """See `UnitOfWork.stop`."""
        why = (None, None, None) if stop is None else (stop.type, stop.reason, stop.position)
        await self._connection.execute(_STOP, self._tenant_id, build, projection, *why)

    def sums(self) -> published.PublishedSums:
        """See `UnitOfWork.sums`."""
        return published.PublishedSums(self._connection, self._tenant_id)

    async def dump(self, layout: Layout, build: str) -> Sequence[Sequence[Any]]:
        """See `UnitOfWork.dump`."""
        return list(await self._connection.fetch(statements.dump(layout, build), self._tenant_id))


class BulkReadModels:
    """Implements `projections.ports.ReadModels`. Use it in an `async with`."""

    def __init__(self, database: Database, *, connections_max: int = _CONNECTIONS_MAX) -> None:
        self._database = database
        self._connections_max = connections_max
        self._pool: asyncpg.Pool[Any] | None = None

    async def __aenter__(self) -> Self:
        self._pool = await self._database.pool(
            Role.PROJECTOR, connections_max=self._connections_max, init=instants.know
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._pool is not None:
            await self._pool.close()

    @asynccontextmanager
    async def unit(self, tenant_id: TenantId) -> AsyncIterator[BulkUnit]:
        """See `ReadModels.unit`."""
        assert self._pool is not None, "use the read models in an async with"
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT set_config('app.tenant', $1, true)", str(tenant_id))
            yield BulkUnit(connection, tenant_id)

    async def cursors(
        self, build: str = LIVE, *, projections: Collection[str] | None = None, tenant_id: TenantId | None = None
    ) -> Sequence[Cursor]:
        """See `Cursors.cursors`."""
        assert self._pool is not None, "use the read models in an async with"
        names = None if projections is None else list(projections)
        return [_cursor(row) for row in await self._pool.fetch(_CURSORS, build, names, tenant_id)]

    async def unsummed(self) -> Collection[TenantId]:
        """See `ReadModels.unsummed`."""
        assert self._pool is not None, "use the read models in an async with"
        return await published.behind(self._pool)

    async def distrust_sums(self) -> None:
        """See `ReadModels.distrust_sums`."""
        assert self._pool is not None, "use the read models in an async with"
        await self._pool.execute("DELETE FROM national.summed_ready")

    async def outdated(self, marks: Mapping[str, tuple[str, str]]) -> Collection[str]:
        """See `ReadModels.outdated`."""
        assert self._pool is not None, "use the read models in an async with"
        tables, wanted = [table for table, _ in marks.values()], [mark for _, mark in marks.values()]
        rows = await self._pool.fetch(_OUTDATED, list(marks), tables, wanted)
        return [row["name"] for row in rows]


class TenantCursors:
    """Implements `projections.ports.Cursors` for one tenant at a time, on the role of the web processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cursors(
        self, build: str = LIVE, *, projections: Collection[str] | None = None, tenant_id: TenantId | None = None
    ) -> Sequence[Cursor]:
        """See `Cursors.cursors`; the tenant must be named."""
        assert tenant_id is not None
        query = CURSOR.select().where(CURSOR.c.tenant_id == tenant_id, CURSOR.c.build == build)
        if projections is not None:
            query = query.where(CURSOR.c.projection.in_(projections))
        async with self._database.begin(Scope.of_tenant(tenant_id)) as connection:
            return [_cursor(dict(row)) for row in (await connection.execute(query)).mappings()]


def _cursor(row: Mapping[str, Any]) -> Cursor:
    stop: Stop | None = None
    if row["stopped_type"] is not None:
        stop = Stop(type=row["stopped_type"], reason=row["stopped_reason"], position=row["stopped_at_position"])
    return Cursor(
        projection=row["projection"],
        build=row["build"],
        tenant_id=TenantId(row["tenant_id"]),
        position=row["position"],
        stop=stop,
        updated_at=row["updated_at"],
    )
