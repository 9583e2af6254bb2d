"""What came of verifying each log at night, and which night's job was put into the queue.

Nothing of what the events hold: a defect is told by its kind and its place.
"""

from alembic import op

revision = "0041"
down_revision = "0033"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE jobs.verification (
    tenant_id       uuid        PRIMARY KEY,
    day             date        NOT NULL,
    checked_at      timestamptz,
    seconds         float8      CHECK (seconds >= 0),
    position        bigint      CHECK (position >= 0),
    root            bytea       CHECK (octet_length(root) = 32),
    compared        boolean,
    defect          text        COLLATE "C" CHECK (octet_length(defect) BETWEEN 1 AND 200),
    defect_position bigint
);
COMMENT ON TABLE jobs.verification IS 'What the last nightly verification of each log found.';
COMMENT ON COLUMN jobs.verification.day IS
    'The last day, where the body is, for which the job was put into the queue: written with the job.';
COMMENT ON COLUMN jobs.verification.checked_at IS 'When the last one ended; null, as the rest, before the first.';
COMMENT ON COLUMN jobs.verification.position IS 'How far it went; root is of the tree over so many events.';
COMMENT ON COLUMN jobs.verification.compared IS 'False: the read models were behind, and not looked at.';
COMMENT ON COLUMN jobs.verification.defect IS 'What is not as it was recorded: its kind and place. Null: sound.';
"""

# The form of the policy is one that a solver can prove: do not wrap it.
OF_TENANT = "tenant_id = (SELECT current_setting('app.tenant')::uuid)"

GRANTS = """
GRANT SELECT, INSERT ON jobs.verification TO entente_app;
GRANT UPDATE (day, checked_at, seconds, position, root, compared, defect, defect_position)
    ON jobs.verification TO entente_app;
"""

# Readiness tells how many logs have a defect, and not which. The one way round the policy is this function; its
# owner cannot log in.
COUNT = """
CREATE POLICY owner_counts ON jobs.verification FOR SELECT TO entente_owner USING (true);
CREATE FUNCTION jobs.logs_with_a_defect() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*) FROM jobs.verification v WHERE v.defect IS NOT NULL
$$;
COMMENT ON FUNCTION jobs.logs_with_a_defect() IS 'In how many logs the last nightly verification found a defect.';
GRANT EXECUTE ON FUNCTION jobs.logs_with_a_defect() TO entente_app;
"""


def upgrade() -> None:
    bind = op.get_bind().execution_options(no_parameters=True)
    bind.exec_driver_sql(TABLE)
    bind.exec_driver_sql(
        "ALTER TABLE jobs.verification ENABLE ROW LEVEL SECURITY;"
        "ALTER TABLE jobs.verification FORCE ROW LEVEL SECURITY;"
        "CREATE POLICY of_tenant ON jobs.verification TO entente_app"
        f" USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})"
    )
    for part in (GRANTS, COUNT):
        bind.exec_driver_sql(part)
