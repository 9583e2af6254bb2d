"""Tokens that read one calendar and nothing else: no other door of the API finds them."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SCOPE = """
ALTER TABLE access.token DROP CONSTRAINT token_scope_check, DROP CONSTRAINT token_check;
ALTER TABLE access.token
    ADD CONSTRAINT token_scope_check CHECK (scope IN ('body', 'instance', 'calendar')),
    ADD CONSTRAINT token_role_check CHECK (
        (scope <> 'instance' OR role = 'operator') AND (scope = 'calendar') = (role = 'calendar')
    );
COMMENT ON COLUMN access.token.scope IS
    'body: acts for tenant_id alone. instance: an operator''s, who names the body with each request. '
    'calendar: reads the deadlines of tenant_id as a calendar and nothing else.';
"""

# The first keeps its signature and answers for the other kinds alone.
LOOK_UP = """
CREATE OR REPLACE FUNCTION access.find_token(p_hash bytea)
RETURNS TABLE (tenant_id uuid, scope text, role text, person_id uuid, name text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.tenant_id, t.scope, t.role, t.person_id, t.name FROM access.token t
    WHERE t.token_hash = p_hash AND t.scope <> 'calendar' AND t.revoked_at IS NULL
        AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp())
$$;
COMMENT ON FUNCTION access.find_token(bytea) IS 'The valid token of this hash that may act, or no row.';

CREATE FUNCTION access.find_calendar_token(p_hash bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.tenant_id FROM access.token t
    WHERE t.token_hash = p_hash AND t.scope = 'calendar' AND t.revoked_at IS NULL
        AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp())
$$;
COMMENT ON FUNCTION access.find_calendar_token(bytea) IS 'The body whose calendar this valid token reads.';
GRANT EXECUTE ON FUNCTION access.find_calendar_token(bytea) TO entente_app;
"""


def upgrade() -> None:
    bind = op.get_bind().execution_options(no_parameters=True)
    bind.exec_driver_sql(SCOPE)
    bind.exec_driver_sql(LOOK_UP)
