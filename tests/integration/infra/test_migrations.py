"""Migrations against the embedded PostgreSQL 18, by a superuser and by an administrator with fewer rights."""

import threading

import asyncpg
import psycopg
import pytest
from psycopg import sql

from infra.database import closing
from infra.embedded import EmbeddedServer
from infra.migrate import SCHEMA, SchemaNewerError, head_revision, migrate, schema_is_current
from infra.roles import APPEND, OWNER
from infra.settings import DatabaseSettings, Role, embedded_database
from tests.integration.infra.catalogue import catalogue, modest_administrator, rows

SCHEMAS = {"log", "rm", "national", "commons", "access", "pii", "identity", "jobs"}


def a_new_database(server: EmbeddedServer, name: str) -> DatabaseSettings:
    return embedded_database(server.instance_dir, name=name)


def test_migrating_twice_equals_migrating_once(server: EmbeddedServer, worker_name: str) -> None:
    settings = a_new_database(server, f"twice_{worker_name}")
    migrate(settings)
    once = catalogue(settings)

    migrate(settings)

    assert catalogue(settings) == once


def test_two_migrations_at_once_both_succeed(server: EmbeddedServer, worker_name: str) -> None:
    settings = a_new_database(server, f"at_once_{worker_name}")
    failures: list[BaseException] = []

    def run() -> None:
        try:
            migrate(settings)
        except BaseException as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failures == []
    assert rows(settings, "SELECT version_num FROM migration.alembic_version") == [(head_revision(),)]


def test_migrations_of_several_databases_at_once_share_the_roles(server: EmbeddedServer, worker_name: str) -> None:
    several = [a_new_database(server, f"several_{number}_{worker_name}") for number in range(3)]
    failures: list[BaseException] = []

    def run(settings: DatabaseSettings) -> None:
        try:
            migrate(settings)
        except BaseException as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [threading.Thread(target=run, args=[settings]) for settings in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failures == []


def test_a_newer_schema_is_refused_and_left_alone(server: EmbeddedServer, worker_name: str) -> None:
    settings = a_new_database(server, f"newer_{worker_name}")
    migrate(settings)
    with psycopg.connect(settings.admin_dsn) as connection:
        connection.execute("UPDATE migration.alembic_version SET version_num = '9999'")
    before = catalogue(settings)

    with pytest.raises(SchemaNewerError) as refusal:
        migrate(settings)

    assert refusal.value.revision == "9999"
    assert catalogue(settings) == before


async def test_whether_the_schema_is_current_can_be_asked_by_each_role(
    server: EmbeddedServer, worker_name: str
) -> None:
    settings = a_new_database(server, f"current_{worker_name}")
    migrate(settings)
    for role in Role:
        async with closing(await asyncpg.connect(settings.dsn(role))) as connection:
            assert await schema_is_current(connection)

    with psycopg.connect(settings.admin_dsn) as admin:
        admin.execute("UPDATE migration.alembic_version SET version_num = '0000'")

    async with closing(await asyncpg.connect(settings.dsn(Role.APP))) as connection:
        assert not await schema_is_current(connection)


def test_no_role_of_ours_has_more_than_it_needs(database: DatabaseSettings) -> None:
    roles = rows(
        database,
        "SELECT rolname, rolcanlogin, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication"
        " FROM pg_roles WHERE rolname LIKE 'entente\\_%%' ORDER BY 1",
    )

    logins = {str(role) for role in Role}
    assert {name for name, *_ in roles} >= logins | {OWNER, APPEND}
    assert {name for name, login, _ in roles if login} == logins
    assert [name for name, _, powerful in roles if powerful] == []


def test_no_login_is_a_member_of_any_role(database: DatabaseSettings) -> None:
    members = rows(
        database,
        "SELECT m.member::regrole::text, m.roleid::regrole::text FROM pg_auth_members m"
        " WHERE m.member::regrole::text = ANY(%s)",
        [str(role) for role in Role],
    )

    assert members == []


def test_every_schema_belongs_to_the_owner_and_is_closed_to_the_public(database: DatabaseSettings) -> None:
    schemas = rows(
        database,
        "SELECT nspname, nspowner::regrole::text, has_schema_privilege('public', oid, 'USAGE, CREATE')"
        " FROM pg_namespace WHERE nspname = ANY(%s) OR nspname = %s ORDER BY 1",
        sorted(SCHEMAS),
        SCHEMA,
    )

    assert schemas == [(name, OWNER, False) for name in sorted(SCHEMAS | {SCHEMA})]


def test_the_public_schema_and_the_database_are_closed_to_the_public(database: DatabaseSettings) -> None:
    open_to_all = rows(
        database,
        "SELECT has_schema_privilege('public', 'public', 'USAGE, CREATE'),"
        " has_database_privilege('public', current_database(), 'CONNECT, TEMPORARY, CREATE')",
    )

    assert open_to_all == [(False, False)]


def test_a_login_that_is_not_ours_cannot_connect(database: DatabaseSettings, worker_name: str) -> None:
    stranger = f"stranger_{worker_name}"
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'guest'").format(sql.Identifier(stranger)))
    dsn = database.admin_dsn.replace(database.admin_dsn.split("//")[1].split("@")[0], f"{stranger}:guest")

    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(dsn)


@pytest.mark.parametrize("role", Role)
def test_no_login_can_create_anything(database: DatabaseSettings, role: Role) -> None:
    with psycopg.connect(database.dsn(role), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        for statement in (
            "CREATE SCHEMA mine",
            "CREATE TABLE public.mine (id int)",
            "CREATE TABLE log.mine (id int)",
            "CREATE TEMPORARY TABLE mine (id int)",
            f"SET ROLE {OWNER}",
            f"SET ROLE {APPEND}",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def test_the_roles_carry_their_settings(database: DatabaseSettings) -> None:
    def shown(role: Role, name: str) -> str:
        with psycopg.connect(database.dsn(role)) as connection:
            row = connection.execute(f"SHOW {name}".encode()).fetchone()
            assert row is not None
            return str(row[0])

    assert {shown(role, "TimeZone") for role in Role} == {"UTC"}
    assert shown(Role.NATIONAL_READER, "statement_timeout") == "3s"
    assert shown(Role.NATIONAL_READER, "default_transaction_read_only") == "on"
    assert shown(Role.APP, "synchronous_commit") == "on"


def test_a_migration_renews_a_changed_password(server: EmbeddedServer, worker_name: str) -> None:
    # Its own secret would lock out other tests, so the password is compared before and after, on the same secret.
    settings = a_new_database(server, f"password_{worker_name}")
    migrate(settings)
    query = "SELECT rolpassword LIKE 'SCRAM-SHA-256$%%', rolpassword FROM pg_authid WHERE rolname = %s"
    before = rows(settings, query, str(Role.SIGNER))

    migrate(settings)

    after = rows(settings, query, str(Role.SIGNER))
    assert before[0][0] is after[0][0] is True
    assert before[0][1] != after[0][1]
    psycopg.connect(settings.dsn(Role.SIGNER)).close()


def test_new_functions_are_not_open_to_everybody(server: EmbeddedServer, worker_name: str) -> None:
    settings = a_new_database(server, f"functions_{worker_name}")
    migrate(settings)
    with psycopg.connect(settings.admin_dsn) as connection:
        connection.execute(f"SET ROLE {OWNER}".encode())
        connection.execute("CREATE FUNCTION jobs.answer() RETURNS int LANGUAGE sql AS 'SELECT 42'")
        connection.execute(f"GRANT CREATE ON SCHEMA jobs TO {APPEND}".encode())
        connection.execute(f"ALTER FUNCTION jobs.answer() OWNER TO {APPEND}".encode())  # as 0002 will do

    assert rows(settings, "SELECT has_function_privilege('public', 'jobs.answer()', 'EXECUTE')") == [(False,)]


def test_the_backup_reads_row_secured_tables_whole(server: EmbeddedServer, worker_name: str) -> None:
    settings = a_new_database(server, f"backup_{worker_name}")
    migrate(settings)
    with psycopg.connect(settings.admin_dsn) as connection:
        connection.execute(f"SET ROLE {OWNER}".encode())
        connection.execute("CREATE TABLE rm.note (tenant_id int)")
        connection.execute("INSERT INTO rm.note VALUES (1), (2)")
        connection.execute("ALTER TABLE rm.note ENABLE ROW LEVEL SECURITY")
        connection.execute("ALTER TABLE rm.note FORCE ROW LEVEL SECURITY")

    migrate(settings)

    with psycopg.connect(settings.dsn(Role.BACKUP)) as connection:
        assert connection.execute("SELECT tenant_id FROM rm.note ORDER BY 1").fetchall() == [(1,), (2,)]


def test_an_administrator_without_superuser_rights_can_migrate(server: EmbeddedServer, worker_name: str) -> None:
    with EmbeddedServer(server.instance_dir.parent / f"m{worker_name}") as own:  # roles belong to a server
        try:
            settings = modest_administrator(embedded_database(own.instance_dir, name="modest"))
            migrate(settings)
            once = catalogue(settings)

            migrate(settings)

            assert catalogue(settings) == once
            with psycopg.connect(settings.dsn(Role.APP)) as connection:
                assert connection.info.user == Role.APP
        finally:
            own.destroy()
