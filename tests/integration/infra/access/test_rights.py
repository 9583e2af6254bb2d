"""Who may reach accounts, sessions and attempts, in the database itself."""

from uuid import UUID, uuid4

import asyncpg
import psycopg
import pyotp
import pytest
from psycopg import sql

from domain.ids import TenantId
from infra.access.opaque import hash_of
from infra.access.password_links import PasswordLinks
from infra.access.security_log import SecurityLog
from infra.access.sessions import Via
from infra.database import closing
from infra.settings import DatabaseSettings, Role
from tests.integration.infra.access.conftest import People

OF_ACCOUNT = (
    "access.account",
    "access.session",
    "access.second_factor",
    "access.recovery_code",
    "access.passkey",
    "access.password_link",
    "access.security_event",
    "access.login",
)
TABLES = (
    *OF_ACCOUNT,
    *("access.membership", "access.invitation", "access.provider", "access.attempt", "access.taken"),
)
FUNCTIONS = (
    f"access.enter('{UUID(int=1)}')",
    "access.find_account('a@example.org')",
    f"access.memberships_of('{UUID(int=1)}')",
    f"access.members_of('{UUID(int=1)}')",
    "access.find_invitation('\\x00')",
    "access.use_session('\\x00', '1 hour')",
    "access.attempt('\\x00', 1, '1 s', '1 s', '1 s')",
    "access.forgive('\\x00', true)",
    "access.take('\\x00', '1 s', 1, 1)",
    "access.note('x', NULL, NULL, NULL, '{}', '1 day')",
    "access.security_events(1, 1)",
    "access.find_provider('city')",
    "access.list_providers(1)",
    f"access.find_login('{UUID(int=1)}', '{UUID(int=1)}', 'subject')",
    f"access.new_redirect('\\x00', '{UUID(int=1)}', '{UUID(int=1)}', 'fr', NULL, NULL, '1 s')",
    "access.use_redirect('\\x00')",
)


def test_each_table_of_accounts_has_the_one_policy_of_its_account_and_is_forced(
    database: DatabaseSettings,
) -> None:
    form = "(account_id = ( SELECT (current_setting('app.account'::text))::uuid AS current_setting))"
    with psycopg.connect(database.admin_dsn) as connection:
        for table in OF_ACCOUNT:
            secured = connection.execute(
                "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table]
            ).fetchone()
            policies = connection.execute(
                "SELECT polname, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)"
                " FROM pg_policy WHERE polrelid = %s::regclass"
                " AND polroles = ARRAY[(SELECT oid FROM pg_roles WHERE rolname = 'entente_app')]",
                [table],
            ).fetchall()
            assert secured == (True, True)
            assert policies == [("of_account", form, form)]


def test_whatever_is_added_to_the_schema_is_secured_and_forced_or_closed_to_every_login(
    database: DatabaseSettings,
) -> None:
    with psycopg.connect(database.admin_dsn) as connection:
        tables = connection.execute(
            "SELECT c.oid::regclass::text, c.relrowsecurity AND c.relforcerowsecurity,"
            " has_table_privilege('entente_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')"
            " OR has_any_column_privilege('entente_app', c.oid, 'SELECT, INSERT, UPDATE')"
            " FROM pg_class c WHERE c.relnamespace = 'access'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')"
        ).fetchall()

    assert {name for name, *_ in tables} >= set(TABLES)
    assert {name for name, secured, _ in tables if not secured} == {
        *("access.attempt", "access.challenge", "access.redirect", "access.taken"),
    }
    assert [name for name, secured, reached in tables if reached and not secured] == []


def test_every_function_that_sees_all_rows_answers_for_one_value_and_pins_its_path(
    database: DatabaseSettings,
) -> None:
    with psycopg.connect(database.admin_dsn) as connection:
        definers = connection.execute(
            "SELECT p.proname, p.proconfig, p.pronargs, p.proowner::regrole::text FROM pg_proc p"
            " WHERE p.pronamespace = 'access'::regnamespace AND p.prosecdef ORDER BY 1"
        ).fetchall()

    assert {name for name, *_ in definers} >= {"find_account", "use_session", "find_passkey", "attempt"}
    assert {tuple(config) for _, config, *_ in definers} == {("search_path=pg_catalog, pg_temp",)}
    assert [name for name, _, arguments, _ in definers if arguments == 0] == []
    assert {owner for *_, owner in definers} == {"entente_owner"}


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.APP, Role.BACKUP}))
@pytest.mark.parametrize("table", TABLES)
def test_other_logins_reach_nobody(database: DatabaseSettings, role: Role, table: str) -> None:
    with (
        psycopg.connect(database.dsn(role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"SELECT FROM {table}".encode())


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.APP}))
@pytest.mark.parametrize("function", FUNCTIONS)
def test_only_the_application_looks_people_up(database: DatabaseSettings, role: Role, function: str) -> None:
    with (
        psycopg.connect(database.dsn(role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"SELECT {function}".encode())


@pytest.mark.parametrize("statement", ["SELECT FROM", "DELETE FROM", "TRUNCATE"])
def test_the_application_counts_attempts_and_neither_reads_nor_removes_them(
    database: DatabaseSettings, statement: str
) -> None:
    with (
        psycopg.connect(database.dsn(Role.APP)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"{statement} access.attempt".encode())


@pytest.mark.parametrize("table", OF_ACCOUNT)
def test_without_an_account_nothing_is_read(database: DatabaseSettings, table: str) -> None:
    with (
        psycopg.connect(database.dsn(Role.APP)) as connection,
        pytest.raises((psycopg.errors.UndefinedObject, psycopg.errors.InvalidTextRepresentation)),
    ):
        connection.execute(f"SELECT FROM {table}".encode())


async def test_the_rows_of_another_account_cannot_be_read_changed_or_made(people: People, body: TenantId) -> None:
    ours, theirs = await people.member(body), await people.member(body)
    await people.signed_in(ours)
    await people.signed_in(theirs)
    async with people.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT access.enter($1)", ours)
        assert await connection.fetch("SELECT DISTINCT account_id FROM access.session") == [(ours,)]
        assert await connection.fetch("SELECT account_id FROM access.account") == [(ours,)]
        assert await connection.execute("UPDATE access.account SET language = 'en'") == "UPDATE 1"
        assert await connection.execute("DELETE FROM access.session") == "DELETE 1"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(
                "INSERT INTO access.session (session_hash, session_id, account_id, factor, agent, expires_at)"
                " VALUES ($1, $2, $3, 'second', '', 'infinity')",
                *(bytes(32), uuid4(), theirs),
            )
    async with people.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT access.enter($1)", ours)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("SELECT access.enter($1)", theirs)
    assert len(await people.sessions.list(theirs)) == 1


@pytest.mark.parametrize("table", OF_ACCOUNT)
async def test_without_its_policy_the_other_account_would_be_seen(
    people: People, body: TenantId, database: DatabaseSettings, table: str
) -> None:
    """The control: what the test above relies on is the policy and nothing else."""
    ours, theirs = await people.member(body), await people.member(body)
    provider = await people.provider(body)
    for one in (ours, theirs):
        await people.signed_in(one)
        await people.logins.link(one, provider, str(one), "owner")
        await PasswordLinks(people.pool).create(one)
        await people.passkeys.add(one, one.bytes, bytes(77), 0, agent="a test")
        await SecurityLog(people.pool).note("signed_in", {}, account_id=one)
        assert await people.factors.confirm(one, pyotp.TOTP(await people.factors.begin(one)).now())
    async with closing(await asyncpg.connect(database.admin_dsn)) as admin:
        transaction = admin.transaction()
        await transaction.start()
        await admin.execute(f"DROP POLICY of_account ON {table}; CREATE POLICY of_account ON {table} USING (true)")
        await admin.execute("SET LOCAL ROLE entente_app")
        await admin.execute("SELECT access.enter($1)", ours)
        seen = await admin.fetch(f"SELECT account_id FROM {table}")  # noqa: S608
        await transaction.rollback()

    assert {row[0] for row in seen} >= {ours, theirs}


async def test_the_factor_of_a_session_cannot_be_raised(people: People, body: TenantId) -> None:
    ours = await people.member(body)
    await people.signed_in(ours)
    async with people.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT access.enter($1)", ours)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("UPDATE access.session SET factor = 'second'")


async def test_the_provider_of_another_body_cannot_be_read_changed_or_made(
    people: People, body: TenantId, other_body: TenantId
) -> None:
    ours, theirs = await people.provider(body), await people.provider(other_body)
    async with people.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT log.enter($1)", body)
        assert await connection.fetch("SELECT name FROM access.provider") == [(ours.name,)]
        assert await connection.execute("UPDATE access.provider SET domains = '{}'") == "UPDATE 1"
        moved = "UPDATE access.provider SET tenant_id = $1"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(moved, other_body)
    kept = await people.providers.find(theirs.name)
    assert kept == theirs
    assert kept.domains != ()


async def test_without_its_policy_the_other_body_s_provider_would_be_seen(
    people: People, body: TenantId, other_body: TenantId, database: DatabaseSettings
) -> None:
    names = {(await people.provider(one)).name for one in (body, other_body)}
    async with closing(await asyncpg.connect(database.admin_dsn)) as admin:
        transaction = admin.transaction()
        await transaction.start()
        await admin.execute("DROP POLICY of_tenant ON access.provider")
        await admin.execute("CREATE POLICY of_tenant ON access.provider USING (true)")
        await admin.execute("SET LOCAL ROLE entente_app")
        await admin.execute("SELECT log.enter($1)", body)
        seen = await admin.fetch("SELECT name FROM access.provider")
        await transaction.rollback()

    assert {row[0] for row in seen} >= names


async def test_who_opened_a_session_cannot_be_changed_nor_claimed_without_the_login(
    people: People, body: TenantId
) -> None:
    ours = await people.member(body)
    provider = await people.provider(body)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await people.sessions.begin(
            ours, "second", None, agent="", instead_of=None, via=Via(body, provider.provider_id)
        )
    await people.signed_in(ours)
    async with people.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT access.enter($1)", ours)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("UPDATE access.session SET via_body = NULL, via_provider = NULL")


async def test_members_are_listed_for_the_body_that_is_entered(
    people: People, body: TenantId, other_body: TenantId
) -> None:
    await people.member(body)
    async with people.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT log.enter($1)", other_body)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT * FROM access.members_of($1)", body)


async def test_neither_links_nor_sessions_stand_in_the_database(
    people: People, body: TenantId, database: DatabaseSettings
) -> None:
    link = await people.invited(body, "lien@example.org")
    session = await people.signed_in(await people.member(body))
    with psycopg.connect(database.admin_dsn) as connection:
        for table in ("access.invitation", "access.session"):
            query = sql.SQL("SELECT t::text FROM {} t").format(sql.SQL(table))
            text = str(connection.execute(query).fetchall())
            assert link not in text
            assert session not in text
        kept = connection.execute("SELECT 1 FROM access.session WHERE session_hash = %s", [hash_of(session)])
        assert kept.fetchone() == (1,)


async def test_nobody_is_an_operator_outside_the_commons(people: People, body: TenantId) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await people.member(body, "operator")
