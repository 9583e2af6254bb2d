"""One tenant never sees another, no role changes what is written, and the tests themselves can fail."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import psycopg
import pytest
from sqlalchemy import text

from domain.access import GrantChange
from domain.ids import TenantId
from infra.database import Database, Scope, ScopeLeakError
from infra.settings import DatabaseSettings, Role
from tests.integration.infra.log.logs import an_append, call, new_tenant

PROTECTED = ("log", "rm", "national", "access", "pii")
TENANT_TABLES = (
    "log.head",
    "log.event",
    "log.tile",
    "log.ledger",
    "log.claim",
    "log.snapshot",
    "access.grant_now",
    "jobs.done",
)
FUNDER = new_tenant()


@pytest.fixture
async def filled(app: Any, body: TenantId, other_body: TenantId) -> None:
    """Both bodies have look-alike rows in every table."""
    for tenant in (body, other_body):
        append = an_append(
            tenant,
            events=256,
            claims=("slug/same",),
            grants=(GrantChange(grantee=FUNDER, programme="settlement", granted=True),),
        )
        assert (await call(app, append))[0][0] == "accepted"
        await app.fetch("SELECT log.save_snapshot($1, $2, 100, 'test', 1, '{}')", tenant, append.stream_id)
        async with app.transaction():
            await app.execute("SELECT set_config('app.tenant', $1, true)", str(tenant))
            await app.execute(
                "INSERT INTO jobs.done (tenant_id, job_id) VALUES ($1, $2)", tenant, append.stream_id
            )


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("table", TENANT_TABLES)
async def test_a_scope_shows_the_rows_of_its_tenant(connections: Database, body: TenantId, table: str) -> None:
    async with connections.begin(Scope.of_tenant(body)) as connection:
        seen = await connection.execute(text(f"SELECT DISTINCT tenant_id FROM {table}"))  # noqa: S608

    assert [row[0] for row in seen] == [body]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("table", TENANT_TABLES)
async def test_without_its_policy_the_other_tenant_would_be_seen(
    admin: Any, body: TenantId, other_body: TenantId, table: str
) -> None:
    """The control: what the test above relies on is the policy and nothing else."""
    transaction = admin.transaction()
    await transaction.start()
    await admin.execute(f"DROP POLICY of_tenant ON {table}; CREATE POLICY of_tenant ON {table} USING (true)")
    await admin.execute("SET LOCAL ROLE entente_app")
    await admin.execute("SELECT set_config('app.tenant', $1, true)", str(body))
    seen = await admin.fetch(f"SELECT DISTINCT tenant_id FROM {table}")  # noqa: S608
    await transaction.rollback()

    assert {row[0] for row in seen} >= {body, other_body}


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("table", TENANT_TABLES)
async def test_without_a_scope_a_tenants_table_answers_with_an_error(connections: Database, table: str) -> None:
    for attempt in range(2):  # the setting is unknown before its first use and empty after it
        async with connections.begin(Scope.instance()) as connection:
            with pytest.raises(Exception, match=r"unrecognized configuration|invalid input syntax"):
                await connection.execute(text(f"SELECT FROM {table}"))
        if attempt == 0:
            async with connections.begin(Scope.of_tenant(new_tenant())) as connection:
                await connection.execute(text("SELECT 1"))


Read = Callable[["asyncpg.Connection[Any]", TenantId, Any], Awaitable[Any]]
READS: dict[str, tuple[Read, object]] = {
    "read_stream": (lambda c, t, e: c.fetch("SELECT * FROM log.read_stream($1, $2, 0)", t, e.stream_id), []),
    "load_stream": (
        lambda c, t, e: c.fetch("SELECT * FROM log.load_stream($1, $2, 'test', 1)", t, e.stream_id),
        [],
    ),
    "read_outcome": (
        lambda c, t, e: c.fetch("SELECT * FROM log.read_outcome($1, $2, $3)", t, e.principal, e.command_id),
        [],
    ),
    "claimed_by": (lambda c, t, e: c.fetchval("SELECT log.claimed_by($1, $2)", t, e.claims[0]), None),
    "read_log": (lambda c, t, _: c.fetch("SELECT * FROM log.read_log($1, 0, 10, 10)", t), []),
}


@pytest.mark.parametrize("name", READS)
async def test_a_read_finds_nothing_of_another_tenant(
    app: Any, body: TenantId, other_body: TenantId, name: str
) -> None:
    read, nothing = READS[name]
    append = an_append(body, claims=("slug/a",))
    await call(app, append)
    await app.fetch("SELECT log.save_snapshot($1, $2, 1, 'test', 1, '{}')", body, append.stream_id)

    assert await read(app, body, append) != nothing
    assert await read(app, other_body, append) == nothing


@pytest.mark.parametrize("name", READS)
async def test_a_read_refuses_a_transaction_of_another_tenant(
    app: Any, body: TenantId, other_body: TenantId, name: str
) -> None:
    read, _ = READS[name]
    async with app.transaction():
        await app.execute("SELECT set_config('app.tenant', $1, true)", str(body))
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await read(app, other_body, an_append(other_body, claims=("slug/a",)))


async def test_a_read_leaves_no_scope_behind(app: Any, body: TenantId) -> None:
    await app.fetch("SELECT * FROM log.read_log($1, 0, 10, 10)", body)

    assert await app.fetchval("SELECT current_setting('app.tenant', true)") == ""


def test_every_table_with_a_tenant_is_secured_and_forced(database: DatabaseSettings) -> None:
    with psycopg.connect(database.admin_dsn) as connection:
        tables = connection.execute(
            "SELECT n.nspname || '.' || c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relkind IN ('r', 'p') AND a.attname = 'tenant_id' AND NOT a.attisdropped"
            " AND n.nspname = ANY(%s)",
            [[*PROTECTED, "jobs"]],
        ).fetchall()

    assert {name for name, _ in tables} >= set(TENANT_TABLES)
    assert [name for name, secured in tables if not secured] == []


def test_the_tenants_policy_has_the_form_that_a_solver_proves(database: DatabaseSettings) -> None:
    with psycopg.connect(database.admin_dsn) as connection:
        policies = connection.execute(
            "SELECT DISTINCT qual, coalesce(with_check, qual) FROM pg_policies"
            " WHERE policyname = 'of_tenant' AND schemaname || '.' || tablename = ANY(%s)",
            [list(TENANT_TABLES)],
        ).fetchall()

    form = "(tenant_id = ( SELECT (current_setting('app.tenant'::text))::uuid AS current_setting))"
    assert policies == [(form, form)]


@pytest.mark.usefixtures("filled")
async def test_a_funder_sees_the_grants_that_it_was_given(
    connections: Database, body: TenantId, other_body: TenantId
) -> None:
    async def seen_by(reader: TenantId | None) -> set[object]:
        async with connections.begin(Scope.national(reader)) as connection:
            return {row[0] for row in await connection.execute(text("SELECT tenant_id FROM access.grant_now"))}

    assert await seen_by(FUNDER) >= {body, other_body}
    assert await seen_by(new_tenant()) == await seen_by(None) == set()


@pytest.mark.usefixtures("filled")
async def test_the_projector_knows_all_heads_and_the_events_of_its_scope(
    connections: Database, body: TenantId, other_body: TenantId
) -> None:
    async with connections.begin(Scope.of_tenant(body, Role.PROJECTOR)) as connection:
        heads = {row[0] for row in await connection.execute(text("SELECT tenant_id FROM log.head"))}
        events = {row[0] for row in await connection.execute(text("SELECT tenant_id FROM log.event"))}

    assert heads >= {body, other_body}
    assert events == {body}


WRITES = (
    "UPDATE log.event SET type = 'x'",
    "DELETE FROM log.event",
    "TRUNCATE log.event",
    "UPDATE log.tile SET root = ''",
    "DELETE FROM log.tile",
    "TRUNCATE log.tile",
)
INSERTS = (
    "INSERT INTO log.event SELECT * FROM log.event LIMIT 1",
    "UPDATE log.head SET position = 0",
    "DELETE FROM log.head",
    "DELETE FROM log.ledger",
    "DELETE FROM log.claim",
    "INSERT INTO access.grant_now SELECT * FROM access.grant_now",
    "DELETE FROM access.grant_now",
    "SELECT log.open(gen_random_uuid())",
)


@asynccontextmanager
async def acting_as(admin: Any, role: str, tenant: TenantId) -> AsyncIterator[None]:
    transaction = admin.transaction()
    await transaction.start()
    await admin.execute("SELECT set_config('app.tenant', $1, true)", str(tenant))
    await admin.execute(f"SET LOCAL ROLE {role}")
    try:
        yield
    finally:
        await transaction.rollback()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("role", [*Role, "entente_append", "entente_owner", "postgres"])
@pytest.mark.parametrize("statement", WRITES)
async def test_what_is_written_stays(admin: Any, body: TenantId, role: str, statement: str) -> None:
    """The superuser too is stopped by the trigger; whoever wants to get past it has to mean it."""
    async with acting_as(admin, role, body):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await admin.execute(statement)


@pytest.mark.parametrize("statement", WRITES)
async def test_granting_it_would_not_help(admin: Any, body: TenantId, statement: str) -> None:
    await admin.execute("BEGIN")
    await admin.execute("GRANT ALL ON log.event, log.tile TO entente_app; SET LOCAL ROLE entente_app")
    await admin.execute(f"SELECT set_config('app.tenant', '{body}', true)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="are never changed or removed"):
        await admin.execute(statement)
    await admin.execute("ROLLBACK")


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("statement", INSERTS)
async def test_a_login_writes_through_the_append_only(
    admin: Any, body: TenantId, role: Role, statement: str
) -> None:
    async with acting_as(admin, role, body):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await admin.execute(statement)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.APP])
async def test_the_application_alone_appends(admin: Any, body: TenantId, role: Role) -> None:
    async with acting_as(admin, role, body):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await call(admin, an_append(body))


async def test_a_scope_that_leaked_into_a_session_is_noticed(
    connections: Database, body: TenantId, other_body: TenantId
) -> None:
    async with connections.begin(Scope.of_tenant(body)) as connection:
        await connection.execute(text("SELECT set_config('app.tenant', :tenant, false)"), {"tenant": str(body)})

    with pytest.raises(ScopeLeakError):
        async with connections.begin(Scope.of_tenant(other_body)):
            pytest.fail("nothing may be read on such a connection")
    async with connections.begin(Scope.of_tenant(other_body)) as connection:
        assert await connection.scalar(text("SELECT current_setting('app.tenant')")) == str(other_body)


async def test_a_scope_ends_with_its_transaction_whether_it_commits_or_not(
    connections: Database, body: TenantId
) -> None:
    with pytest.raises(LookupError):
        async with connections.begin(Scope.of_tenant(body)):
            raise LookupError
    for _ in range(3):
        async with connections.begin(Scope.of_tenant(body)) as connection:
            assert await connection.scalar(text("SELECT current_setting('app.tenant')")) == str(body)
    async with connections.begin(Scope.instance()) as connection:
        assert await connection.scalar(text("SELECT current_setting('app.tenant', true)")) == ""
