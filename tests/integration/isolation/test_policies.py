"""The policies are proven, and a proof that is missing one of them is none."""

import psycopg
import pytest

from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from tests.integration.filled import make_database
from tests.isolation.policies import proven

TENANT = "tenant_id = (SELECT current_setting('app.tenant')::uuid)"
BROKEN: dict[str, tuple[str, str]] = {
    "a policy dropped": (
        "DROP POLICY of_tenant ON rm.plan",
        "rm.plan: no policy opens it to its body",
    ),
    "an account's policy dropped": (
        "DROP POLICY of_account ON access.session",
        "access.session: no policy opens it to its body",
    ),
    "row security off": (
        "ALTER TABLE pii.person DISABLE ROW LEVEL SECURITY",
        "entente_app, cross-tenant: pii.person: row security is off",
    ),
    "the owner let through": (
        "ALTER TABLE log.event NO FORCE ROW LEVEL SECURITY",
        "log.event: its owner is not under row security",
    ),
    "a policy for everybody": (
        "ALTER POLICY of_tenant ON log.tile USING (true)",
        "entente_app, anon: log.tile: leak",
    ),
    "a condition with a way out": (
        f"ALTER POLICY of_tenant ON rm.act USING ({TENANT} OR position > 5)",
        "entente_app, cross-tenant: rm.act: leak",
    ),
    "writes left open": (
        "ALTER POLICY of_tenant ON rm.target WITH CHECK (true)",
        "entente_app, write: rm.target: leak",
    ),
    "drafts for the national reader": (
        "ALTER POLICY public_reads ON rm.plan USING (audience <> 'tenant')",
        "entente_national_reader, anon: rm.plan: leak",
    ),
    "another funder's grants": (
        "ALTER POLICY of_grantee ON access.grant_now USING (true)",
        "entente_national_reader, anon: access.grant_now: leak",
    ),
    "a floor for PUBLIC": (
        f"CREATE POLICY floor ON rm.step AS RESTRICTIVE TO PUBLIC USING ({TENANT})",
        "rm.step: floor is for PUBLIC",
    ),
    "a table that was forgotten": (
        "CREATE TABLE rm.forgotten (tenant_id uuid PRIMARY KEY)",
        "entente_app, cross-tenant: rm.forgotten: row security is off",
    ),
    "a view": (
        "CREATE VIEW rm.seen AS SELECT * FROM rm.plan",
        "rm.seen is a view",
    ),
    "the backup's rows for the application": (
        "ALTER POLICY backup_reads_all ON pii.key TO entente_app",
        "entente_app, anon: pii.key: leak",
    ),
}


@pytest.fixture(scope="module")
def settings(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    return make_database(server, f"entente_policies_{worker_name}")


def test_every_policy_is_proven(settings: DatabaseSettings) -> None:
    with psycopg.connect(settings.admin_dsn) as connection:
        outcome = proven(connection)

    assert outcome.against == ()
    assert outcome.count >= 2 * 3 * 90


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_policy_is_found(settings: DatabaseSettings, what: str) -> None:
    statement, found = BROKEN[what]
    with psycopg.connect(settings.admin_dsn) as connection:
        connection.execute(statement.encode())
        outcome = proven(connection)
        connection.rollback()

    assert [line for line in outcome.against if line.startswith(found)]
    assert "DOES NOT HOLD" in outcome.told()
