"""Readings that have been kept long enough go; none goes within a year."""

from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE POLICY owner_forgets ON access.reading FOR DELETE TO entente_owner USING (true);
CREATE FUNCTION access.forget_readings(p_tenant uuid, p_over uuid[], p_before timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    PERFORM log.enter(p_tenant);
    IF p_before > clock_timestamp() - interval '365 days' THEN
        RAISE EXCEPTION 'readings are kept for a year at least' USING ERRCODE = 'check_violation';
    END IF;
    DELETE FROM access.reading r
    WHERE r.tenant_id = p_tenant AND r.at < p_before AND (r.mandate_id IS NULL OR r.mandate_id = ANY (p_over));
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
COMMENT ON FUNCTION access.forget_readings(uuid, uuid[], timestamptz) IS
    'Remove a body''s readings from before a moment at least a year ago; by mandates, of the named ones alone. '
    'How many there were.';
REVOKE ALL ON FUNCTION access.forget_readings(uuid, uuid[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.forget_readings(uuid, uuid[], timestamptz) TO entente_app;
"""


def upgrade() -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(FUNCTION)
