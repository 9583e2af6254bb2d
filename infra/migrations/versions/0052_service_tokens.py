"""Tokens of machines: they end soon, name what they are for, and tell when they were used last."""

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

SCOPE = """
ALTER TABLE access.token DROP CONSTRAINT token_scope_check;
ALTER TABLE access.token
    ADD COLUMN reads        boolean,
    ADD COLUMN commands     text[] COLLATE "C",
    ADD COLUMN audience     text   COLLATE "C" CHECK (octet_length(audience) BETWEEN 1 AND 300),
    ADD COLUMN issued_by    uuid,
    ADD COLUMN last_used_at timestamptz,
    ADD CONSTRAINT token_scope_check CHECK (scope IN ('body', 'instance', 'calendar', 'service')),
    ADD CONSTRAINT token_service_check CHECK (scope <> 'service' OR (
        reads IS NOT NULL AND commands IS NOT NULL AND audience IS NOT NULL AND issued_by IS NOT NULL
        AND expires_at IS NOT NULL AND expires_at <= created_at + interval '31 days'
        AND (reads OR cardinality(commands) > 0)
    ));
COMMENT ON COLUMN access.token.scope IS
    'body: acts for tenant_id alone. instance: an operator''s, who names the body with each request. '
    'calendar: reads the deadlines of tenant_id as a calendar and nothing else. '
    'service: a machine''s, for what reads and commands say, at the host of audience.';
COMMENT ON COLUMN access.token.last_used_at IS 'To the minute.';
COMMENT ON COLUMN access.token.issued_by IS 'The pseudonym of whoever made it, in the log of tenant_id.';
"""

# The first keeps its signature, and answers for the kinds that it knew: a process of the version before, which
# runs on for a while, must not take a machine's token for one without limits.
LOOK_UP = """
CREATE OR REPLACE FUNCTION access.find_token(p_hash bytea)
RETURNS TABLE (tenant_id uuid, scope text, role text, person_id uuid, name text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.tenant_id, t.scope, t.role, t.person_id, t.name FROM access.token t
    WHERE t.token_hash = p_hash AND t.scope IN ('body', 'instance') AND t.revoked_at IS NULL
        AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp())
$$;

CREATE POLICY owner_touches ON access.token FOR UPDATE TO entente_owner USING (true);
CREATE FUNCTION access.use_token(p_hash bytea)
RETURNS TABLE (
    tenant_id uuid, scope text, role text, person_id uuid, name text,
    reads boolean, commands text[], audience text
)
LANGUAGE plpgsql SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE access.token t SET last_used_at = clock_timestamp()
    WHERE t.token_hash = p_hash AND t.revoked_at IS NULL
        AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp())
        -- Not one write per request.
        AND (t.last_used_at IS NULL OR t.last_used_at < clock_timestamp() - interval '1 minute');
    RETURN QUERY
    SELECT t.tenant_id, t.scope, t.role, t.person_id, t.name, t.reads, t.commands, t.audience FROM access.token t
    WHERE t.token_hash = p_hash AND t.scope <> 'calendar' AND t.revoked_at IS NULL
        AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp());
END $$;
COMMENT ON FUNCTION access.use_token(bytea) IS
    'The valid token of this hash that may act, or no row; it then counts as used.';
GRANT EXECUTE ON FUNCTION access.use_token(bytea) TO entente_app;
"""


def upgrade() -> None:
    bind = op.get_bind().execution_options(no_parameters=True)
    bind.exec_driver_sql(SCOPE)
    bind.exec_driver_sql(LOOK_UP)
