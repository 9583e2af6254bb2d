"""How much is asked for, counted for all processes together; and what happened to accounts and doors."""

from alembic import op

revision = "0053"
down_revision = "0056"
branch_labels = None
depends_on = None

# Not in the write-ahead log: the counts are of minutes, and a server that crashed begins anew.
TABLES = """
CREATE UNLOGGED TABLE access.taken (
    key    bytea       PRIMARY KEY CHECK (octet_length(key) = 32),
    amount bigint      NOT NULL CHECK (amount >= 0),
    until  timestamptz NOT NULL
);
CREATE INDEX ON access.taken (until);
COMMENT ON TABLE access.taken IS
    'How much was taken of an allowance that ends, by a keyed hash of whose and what it is: it belongs to nobody, '
    'so it has no policy, and no login reaches it but through access.take().';

CREATE TABLE access.security_event (
    event_id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at             timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind           text        COLLATE "C" NOT NULL CHECK (kind ~ '^[a-z_]{3,40}$'),
    account_id     uuid,
    tenant_id      uuid,
    correlation_id uuid,
    facts          jsonb       NOT NULL CHECK (octet_length(facts::text) <= 1000)
);
CREATE INDEX ON access.security_event (at);
CREATE INDEX ON access.security_event (account_id, event_id DESC);
COMMENT ON TABLE access.security_event IS
    'What happened to accounts, sessions, tokens and closed doors. Nobody changes it; what is old enough goes.';
COMMENT ON COLUMN access.security_event.facts IS 'Codes, roles and numbers; no addresses, names or secrets.';
"""

# The form of the policy is one that a solver can prove: do not wrap it.
OF_ACCOUNT = "account_id = (SELECT current_setting('app.account')::uuid)"

GRANTS = "GRANT SELECT ON access.security_event TO entente_app"

# Whoever has an account reads its own rows. Operators read all of them, and whoever writes one writes for accounts
# that nobody has entered; the ways round the policy are these functions, whose owner cannot log in.
FUNCTIONS = """
CREATE POLICY owner_keeps ON access.security_event TO entente_owner USING (true) WITH CHECK (true);

CREATE FUNCTION access.take(p_key bytea, p_period interval, p_wanted bigint, p_allowed bigint)
RETURNS TABLE (given bigint, remaining interval)
LANGUAGE plpgsql SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_now timestamptz;
    v_row access.taken;
    v_before bigint;
BEGIN
    DELETE FROM access.taken WHERE key IN (
        SELECT t.key FROM access.taken t WHERE t.until < clock_timestamp() - interval '1 hour'
        ORDER BY t.until LIMIT 10 FOR UPDATE SKIP LOCKED
    );
    INSERT INTO access.taken (key, amount, until) VALUES (p_key, 0, '-infinity') ON CONFLICT (key) DO NOTHING;
    SELECT * INTO v_row FROM access.taken t WHERE t.key = p_key FOR UPDATE;
    v_now := clock_timestamp();
    v_before := CASE WHEN v_row.until > v_now THEN v_row.amount ELSE 0 END;
    given := greatest(least(p_wanted, p_allowed - v_before), 0);
    UPDATE access.taken t SET amount = v_before + given, until = CASE WHEN v_row.until > v_now
        THEN v_row.until ELSE date_bin(p_period, v_now, timestamptz '2020-01-01 UTC') + p_period
    END WHERE t.key = p_key RETURNING t.until - v_now INTO remaining;
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION access.take(bytea, interval, bigint, bigint) IS
    'Take what is wanted of an allowance that begins anew with each period, or what is left of it; and how long '
    'it lasts yet.';

CREATE FUNCTION access.note(
    p_kind text, p_account uuid, p_tenant uuid, p_correlation uuid, p_facts jsonb, p_keep interval
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM access.security_event WHERE event_id IN (
        SELECT e.event_id FROM access.security_event e
        WHERE e.at < clock_timestamp() - greatest(p_keep, interval '30 days')
        ORDER BY e.at LIMIT 10 FOR UPDATE SKIP LOCKED
    );
    INSERT INTO access.security_event (kind, account_id, tenant_id, correlation_id, facts)
    VALUES (p_kind, p_account, p_tenant, p_correlation, p_facts)
$$;
COMMENT ON FUNCTION access.note(text, uuid, uuid, uuid, jsonb, interval) IS
    'Write a security event down, and let go of a few that are older than p_keep, at least 30 days.';

CREATE FUNCTION access.security_events(p_before bigint, p_limit int)
RETURNS TABLE (
    event_id bigint, at timestamptz, kind text, account_id uuid, tenant_id uuid, correlation_id uuid, facts jsonb
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT e.event_id, e.at, e.kind, e.account_id, e.tenant_id, e.correlation_id, e.facts
    FROM access.security_event e WHERE e.event_id < p_before ORDER BY e.event_id DESC LIMIT least(p_limit, 1000)
$$;
COMMENT ON FUNCTION access.security_events(bigint, int) IS 'For operators: all of them, the newest first.';

GRANT EXECUTE ON FUNCTION
    access.take(bytea, interval, bigint, bigint),
    access.note(text, uuid, uuid, uuid, jsonb, interval),
    access.security_events(bigint, int)
TO entente_app;
"""


def upgrade() -> None:
    bind = op.get_bind().execution_options(no_parameters=True)
    bind.exec_driver_sql(TABLES)
    bind.exec_driver_sql(
        "ALTER TABLE access.security_event ENABLE ROW LEVEL SECURITY;"
        "ALTER TABLE access.security_event FORCE ROW LEVEL SECURITY;"
        "CREATE POLICY of_account ON access.security_event TO entente_app"
        f" USING ({OF_ACCOUNT}) WITH CHECK ({OF_ACCOUNT})"
    )
    for part in (GRANTS, FUNCTIONS):
        bind.exec_driver_sql(part)
