"""The tables themselves: shapes of another version, slugs of the commons, and who may do what."""

from datetime import date, datetime
from typing import Any

import asyncpg
import pytest

from domain.body import BodyKind, BodyRegistered, SlugAdded
from domain.ids import TenantId
from domain.values import fr
from infra.bulk.owner import TableOwner
from infra.bulk.read_models import BulkReadModels
from infra.database import Database, Scope, closing
from infra.settings import DatabaseSettings, Role
from projections import national
from projections.ddl import create_all
from projections.query import AsOf, fetch, fetch_one
from projections.rebuild import rebuild
from projections.registry import BY_NAME, PROJECTIONS
from projections.runner import Runner
from tests.integration.projections.conftest import as_owner
from tests.integration.projections.test_rebuild import forget
from tests.unit.projections.histories import FIRST_DAY, Log, MemoryFeed, random_log


async def test_tables_of_another_version_serve_unwritten_until_a_rebuild_replaces_them(
    models: BulkReadModels, tables: DatabaseSettings, tenants: list[TenantId]
) -> None:
    await forget(tables)
    body, timeline = BY_NAME["body"], BY_NAME["timeline"]
    feed = MemoryFeed([random_log(tenants[0], 1, 40)])
    with as_owner(tables) as connection:
        connection.exec_driver_sql("COMMENT ON TABLE national.registry IS 'projection body of old'")
    with as_owner(tables) as connection:
        assert create_all(connection, PROJECTIONS) == [body]
    await Runner(feed, models, [body, timeline]).catch_up()
    assert [cursor.projection for cursor in await models.cursors(tenant_id=tenants[0])] == ["timeline"]

    await rebuild(feed, models, TableOwner(tables), [body], "b9")
    with as_owner(tables) as connection:
        assert create_all(connection, PROJECTIONS) == []
    found = {cursor.projection: cursor.position for cursor in await models.cursors(tenant_id=tenants[0])}
    assert found == dict.fromkeys(("body", "timeline"), len(feed.logs[tenants[0]]))


async def test_every_slug_of_the_commons_leads_to_its_body(
    db: Database, models: BulkReadModels, tenants: list[TenantId]
) -> None:
    commons, body = tenants[0], tenants[1]
    log = Log(commons)
    slug = f"s-{body.hex}"
    log.append(body, BodyRegistered(slug=slug, kind=BodyKind.LIP, name=fr("Nom")), FIRST_DAY)
    log.append(body, SlugAdded(slug=f"{slug}-2"), FIRST_DAY)
    await Runner(MemoryFeed([log, random_log(body, 1, 0)]), models, PROJECTIONS).catch_up()
    for scope in (Scope.national(None), Scope.of_tenant(tenants[2])):  # the commons is everybody's
        async with db.begin(scope) as connection:
            for alias in (slug, f"{slug}-2"):
                assert await fetch_one(connection, national.body_of_slug(alias)) == body
            assert await fetch_one(connection, national.body_of_slug("nobody")) is None
    async with db.begin(Scope.national(None)) as connection:
        (row,) = await fetch(connection, national.body(body, AsOf(on=date(2026, 1, 1))))
        listed = await fetch(connection, national.bodies(AsOf(on=date(2026, 1, 1)), language="fr"))
        known = await fetch(connection, national.bodies(AsOf(on=date(2018, 1, 1)), kinds=[BodyKind.LIP]))
    assert row in listed
    assert row not in known
    assert row.slug == f"body-{body.hex[-12:]}"


@pytest.mark.parametrize("role", [Role.APP, Role.NATIONAL_READER])
async def test_readers_cannot_write(tables: DatabaseSettings, role: Role) -> None:
    async with closing(await asyncpg.connect(tables.dsn(role))) as connection:
        refused = (asyncpg.InsufficientPrivilegeError, asyncpg.ReadOnlySQLTransactionError)
        for projection in PROJECTIONS:
            for table in projection.tables:
                with pytest.raises(refused):
                    await connection.execute(f"DELETE FROM {table.schema}.{table.name}")  # noqa: S608 - our names


async def test_every_table_has_row_security_for_its_owner_too(tables: DatabaseSettings) -> None:
    async with closing(await asyncpg.connect(tables.admin_dsn)) as connection:
        rows = await connection.fetch(
            "SELECT nspname || '.' || relname, relrowsecurity, relforcerowsecurity, relowner::regrole::text"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE relkind = 'r' AND nspname IN ('rm', 'national', 'commons')"
        )
    names = {f"{table.schema}.{table.name}" for projection in PROJECTIONS for table in projection.tables}
    assert {row[0] for row in rows} >= names | {"rm.cursor"}
    secured: list[Any] = [tuple(row[1:]) for row in rows if row[0] in names | {"rm.cursor"}]
    assert set(secured) == {(True, True, "entente_owner")}


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        AsOf(on=FIRST_DAY, known=datetime(2024, 1, 1))  # noqa: DTZ001 - the point
