"""Whom a body writes to, what they were reminded of, and which day's reminders were asked for.

Addresses stand outside the logs: they are removed without a trace, and what was sent to one goes with it.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE pii.address (
    tenant_id  uuid        NOT NULL,
    address_id uuid        NOT NULL,
    email      text        COLLATE "C" NOT NULL CHECK (octet_length(email) BETWEEN 3 AND 254),
    language   text        COLLATE "C" NOT NULL CHECK (language IN ('en', 'fr')),
    purpose    text        COLLATE "C" NOT NULL CHECK (purpose IN ('reminders')),
    added_by   uuid        NOT NULL,
    added_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    refused_at timestamptz,
    PRIMARY KEY (tenant_id, address_id)
);
CREATE UNIQUE INDEX address_once ON pii.address (tenant_id, purpose, lower(email));
COMMENT ON TABLE pii.address IS 'Whom a body writes to. No log knows of them.';
COMMENT ON COLUMN pii.address.added_by IS 'A pseudonym of the body''s log.';
COMMENT ON COLUMN pii.address.refused_at IS
    'When the mail server last refused the address for good; null once it has taken a message again.';

CREATE TABLE pii.reminder_sent (
    tenant_id  uuid        NOT NULL,
    address_id uuid        NOT NULL,
    item       uuid        NOT NULL,
    stage      text        COLLATE "C" NOT NULL CHECK (stage ~ '^(overdue|[0-9]{1,3} days)$'),
    day        date        NOT NULL,
    sent_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, address_id, item, stage),
    FOREIGN KEY (tenant_id, address_id) REFERENCES pii.address ON DELETE CASCADE
);
COMMENT ON TABLE pii.reminder_sent IS 'What an address was reminded of: a row is written once a message is taken.';
COMMENT ON COLUMN pii.reminder_sent.item IS 'Of a due list: the same id as its event in the calendar has.';
COMMENT ON COLUMN pii.reminder_sent.stage IS 'So many days before, as the instance is set, or overdue.';
COMMENT ON COLUMN pii.reminder_sent.day IS 'The day, where the body is, whose message it was.';

CREATE TABLE jobs.reminder_day (
    tenant_id uuid PRIMARY KEY,
    day       date NOT NULL
);
COMMENT ON TABLE jobs.reminder_day IS
    'The last day, where the body is, for which its reminders were put into the queue: written with the job.';
"""

# The form of the policy is one that a solver can prove: do not wrap it.
SECURED = ("pii.address", "pii.reminder_sent", "jobs.reminder_day")
OF_TENANT = "tenant_id = (SELECT current_setting('app.tenant')::uuid)"

# What was sent is removed with the address and by nothing else.
GRANTS = """
GRANT SELECT, INSERT, DELETE ON pii.address TO entente_app;
GRANT UPDATE (refused_at) ON pii.address TO entente_app;
GRANT SELECT, INSERT ON pii.reminder_sent TO entente_app;
GRANT SELECT, INSERT ON jobs.reminder_day TO entente_app;
GRANT UPDATE (day) ON jobs.reminder_day TO entente_app;
"""

# Whoever puts reminders into the queue goes through all bodies. The one way round the policy is this function: it
# tells which bodies write to somebody, and not to whom; its owner cannot log in.
LOOK_UP = """
CREATE POLICY owner_finds ON pii.address FOR SELECT TO entente_owner USING (true);
CREATE FUNCTION pii.bodies_that_remind() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT a.tenant_id FROM pii.address a WHERE a.purpose = 'reminders' ORDER BY a.tenant_id
$$;
COMMENT ON FUNCTION pii.bodies_that_remind() IS 'The bodies that have an address for reminders.';
GRANT EXECUTE ON FUNCTION pii.bodies_that_remind() TO entente_app;
"""


def upgrade() -> None:
    bind = op.get_bind().execution_options(no_parameters=True)
    bind.exec_driver_sql(TABLES)
    for table in SECURED:
        bind.exec_driver_sql(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
            f"CREATE POLICY of_tenant ON {table} TO entente_app USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})"
        )
    for part in (GRANTS, LOOK_UP):
        bind.exec_driver_sql(part)
