"""Who may reach personal data and tokens."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from domain.ids import TenantId
from infra.settings import DatabaseSettings, Role
from tests.integration.logs import open_log


@pytest.fixture
def tenant(database: DatabaseSettings, tenant_id: UUID) -> TenantId:
    return open_log(database, tenant_id)


@pytest.fixture
def other(database: DatabaseSettings) -> TenantId:
    return open_log(database, uuid4())


TABLES = (
    *("pii.person", "pii.key", "access.token", "pii.address", "pii.reminder_sent", "jobs.reminder_day"),
    *("access.membership", "access.invitation", "jobs.verification"),
)


def test_each_table_has_the_one_policy_of_its_tenant_and_is_forced(database: DatabaseSettings) -> None:
    with psycopg.connect(database.admin_dsn) as connection:
        for table in TABLES:
            secured = connection.execute(
                "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table]
            ).fetchone()
            policy = connection.execute(
                "SELECT pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid),"
                " polroles::regrole[]::text[] FROM pg_policy"
                " WHERE polrelid = %s::regclass AND polname = 'of_tenant'",
                [table],
            ).fetchone()
            form = "(tenant_id = ( SELECT (current_setting('app.tenant'::text))::uuid AS current_setting))"
            assert secured == (True, True)
            assert policy == (form, form, ["entente_app"])


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.APP, Role.BACKUP}))
@pytest.mark.parametrize("table", TABLES)
def test_other_roles_reach_no_personal_data(database: DatabaseSettings, role: Role, table: str) -> None:
    with (
        psycopg.connect(database.dsn(role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"SELECT FROM {table}".encode())


@pytest.mark.parametrize("table", TABLES)
def test_without_a_tenant_nothing_is_read(database: DatabaseSettings, table: str) -> None:
    with (
        psycopg.connect(database.dsn(Role.APP)) as connection,
        pytest.raises((psycopg.errors.UndefinedObject, psycopg.errors.InvalidTextRepresentation)),
    ):
        connection.execute(f"SELECT FROM {table}".encode())


def a_token(database: DatabaseSettings, tenant: TenantId, **columns: object) -> bytes:
    token_hash = hashlib.sha256(uuid4().bytes).digest()
    row = {
        "token_hash": token_hash,
        "tenant_id": tenant,
        "role": "coordinator",
        "person_id": UUID(int=1),
        "name": "Poste de travail",
        **columns,
    }
    with psycopg.connect(database.dsn(Role.APP)) as connection:
        connection.execute("SELECT log.enter(%s)", [tenant])
        connection.execute(
            sql.SQL("INSERT INTO access.token ({}) VALUES ({})").format(
                sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join([sql.Placeholder()] * len(row))
            ),
            list(row.values()),
        )
    return token_hash


def found(database: DatabaseSettings, token_hash: bytes) -> list[tuple[object, ...]]:
    with psycopg.connect(database.dsn(Role.APP)) as connection:
        return connection.execute("SELECT * FROM access.find_token(%s)", [token_hash]).fetchall()


def test_a_token_is_found_before_its_tenant_is_known(
    database: DatabaseSettings, tenant: TenantId, other: TenantId
) -> None:
    ours, theirs = a_token(database, tenant), a_token(database, other, role="chair")

    assert found(database, ours) == [(tenant, "body", "coordinator", UUID(int=1), "Poste de travail")]
    assert found(database, theirs) == [(other, "body", "chair", UUID(int=1), "Poste de travail")]
    assert found(database, bytes(32)) == []


def test_an_expired_or_revoked_token_is_not_found(database: DatabaseSettings, tenant: TenantId) -> None:
    now = datetime.now(UTC)

    assert found(database, a_token(database, tenant, expires_at=now - timedelta(seconds=1))) == []
    assert found(database, a_token(database, tenant, revoked_at=now)) == []
    assert len(found(database, a_token(database, tenant, expires_at=now + timedelta(hours=1)))) == 1


def test_only_an_operators_token_may_span_the_instance(database: DatabaseSettings, tenant: TenantId) -> None:
    assert len(found(database, a_token(database, tenant, role="operator", scope="instance"))) == 1
    with pytest.raises(psycopg.errors.CheckViolation):
        a_token(database, tenant, role="chair", scope="instance")


def test_tokens_of_another_tenant_cannot_be_listed_or_made(
    database: DatabaseSettings, tenant: TenantId, other: TenantId
) -> None:
    a_token(database, other)
    with psycopg.connect(database.dsn(Role.APP)) as connection:
        connection.execute("SELECT log.enter(%s)", [tenant])
        assert connection.execute("SELECT tenant_id FROM access.token").fetchall() == []
    with psycopg.connect(database.dsn(Role.APP)) as connection:
        connection.execute("SELECT log.enter(%s)", [tenant])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "INSERT INTO access.token (token_hash, tenant_id, role, person_id, name)"
                " VALUES (%s, %s, 'chair', %s, 'x')",
                [bytes(32), other, uuid4()],
            )


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.APP}))
def test_only_the_application_looks_tokens_up(database: DatabaseSettings, role: Role) -> None:
    with (
        psycopg.connect(database.dsn(role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT * FROM access.find_token('\\x00')")
