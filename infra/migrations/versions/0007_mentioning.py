"""The events of a log that name an id anywhere in their bytes."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# The bytes are opaque to SQL, and no column says what an event was part of. Reading all of a log is fast enough
# for what is asked once in a while, and no append has to keep an index for it.
FUNCTION = """
CREATE FUNCTION log.read_mentioning(p_tenant uuid, p_id uuid) RETURNS TABLE (
    tenant_id uuid, "position" bigint, stream_id uuid, version int,
    type text, recorded_at timestamptz, state bytea
)
LANGUAGE plpgsql ROWS 1000 SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    c_said CONSTANT bytea := convert_to(p_id::text, 'UTF8');
BEGIN
    PERFORM log.enter(p_tenant);
    RETURN QUERY
    SELECT e.tenant_id, e.position, e.stream_id, e.version, e.type, e.recorded_at, e.state FROM log.event e
    WHERE e.tenant_id = p_tenant AND position(c_said IN e.state) > 0
    ORDER BY e.position;
END $$;
GRANT EXECUTE ON FUNCTION log.read_mentioning(uuid, uuid) TO entente_app;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(FUNCTION)
