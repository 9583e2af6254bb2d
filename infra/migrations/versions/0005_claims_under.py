"""The holders of all claims that begin alike: the seats of a committee, for one."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE FUNCTION log.claimed_under(p_tenant uuid, p_prefix text) RETURNS TABLE (stream_id uuid)
LANGUAGE plpgsql ROWS 50 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM log.enter(p_tenant);
    RETURN QUERY
    SELECT c.stream_id FROM log.claim c
    WHERE c.tenant_id = p_tenant AND c.key >= p_prefix AND c.key < p_prefix || chr(1114111) -- the last code point
    ORDER BY c.key;
END $$;
GRANT EXECUTE ON FUNCTION log.claimed_under(uuid, text) TO entente_app;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(FUNCTION)
