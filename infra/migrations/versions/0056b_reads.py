"""What funders and auditors read, kept for those whose records it is.

The tables of a body tell it who looked. A reading through an audit mandate is told once the mandate is over.
"""

from alembic import op

revision = "0056b"
down_revision = "0054"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE access.reading (
    tenant_id  uuid        NOT NULL,
    reading_id uuid        NOT NULL,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    reader     uuid        NOT NULL,
    role       text        COLLATE "C" NOT NULL,
    person_id  uuid,
    mandate_id uuid,
    concerns   uuid[],
    asked      text[]      NOT NULL,
    PRIMARY KEY (tenant_id, reading_id)
);
CREATE INDEX ON access.reading (tenant_id, at DESC);
CREATE INDEX ON access.reading USING gin (concerns);
COMMENT ON TABLE access.reading IS 'Who read a body''s records from outside. Rows are added and never changed.';
COMMENT ON COLUMN access.reading.tenant_id IS 'Whose; of a question across bodies, the reader''s own body.';
COMMENT ON COLUMN access.reading.reader IS 'The body for which somebody read.';
COMMENT ON COLUMN access.reading.person_id IS 'A pseudonym of the reader''s log; not shown to those who are read.';
COMMENT ON COLUMN access.reading.mandate_id IS 'The audit mandate by which it was read.';
COMMENT ON COLUMN access.reading.concerns IS
    'Of a question across bodies: those that granted the reader something just then. Null: a body''s own records.';
COMMENT ON COLUMN access.reading.asked IS 'The fields that were asked for, without arguments.';
"""

# The form of the policy is one that a solver can prove: do not wrap it. Nobody is granted the table itself.
OF_TENANT = "tenant_id = (SELECT current_setting('app.tenant')::uuid)"

FUNCTIONS = """
CREATE POLICY owner_keeps ON access.reading FOR INSERT TO entente_owner WITH CHECK (true);
CREATE POLICY owner_finds ON access.reading FOR SELECT TO entente_owner USING (true);
CREATE POLICY owner_finds ON access.grant_now FOR SELECT TO entente_owner USING (true);

CREATE FUNCTION access.keep_readings(p_readings jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO access.reading (tenant_id, reading_id, reader, role, person_id, mandate_id, concerns, asked)
    SELECT coalesce(r.body, r.reader), r.reading_id, r.reader, r.role, r.person_id, r.mandate_id,
        CASE WHEN r.body IS NULL THEN ARRAY(
            SELECT DISTINCT g.tenant_id FROM access.grant_now g WHERE g.grantee = r.reader AND r.by_grants
        ) END,
        ARRAY(SELECT jsonb_array_elements_text(r.asked))
    FROM jsonb_to_recordset(p_readings) AS r(
        reading_id uuid, body uuid, reader uuid, role text, person_id uuid, mandate_id uuid, by_grants boolean,
        asked jsonb
    )
$$;
COMMENT ON FUNCTION access.keep_readings(jsonb) IS 'Keep readings; with body null, of a question across bodies.';

CREATE FUNCTION access.readings_of(p_tenant uuid, p_over uuid[], p_before timestamptz, p_limit int)
RETURNS TABLE (
    reading_id uuid, at timestamptz, reader uuid, role text, mandate_id uuid, across boolean, asked text[]
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM log.enter(p_tenant);
    RETURN QUERY
    SELECT r.reading_id, r.at, r.reader, r.role, r.mandate_id, r.concerns IS NOT NULL, r.asked
    FROM access.reading r
    WHERE (r.tenant_id = p_tenant AND r.concerns IS NULL OR r.concerns @> ARRAY[p_tenant])
        AND (r.mandate_id IS NULL OR r.mandate_id = ANY (p_over)) AND r.at < p_before
    ORDER BY r.at DESC, r.reading_id LIMIT p_limit;
END $$;
COMMENT ON FUNCTION access.readings_of(uuid, uuid[], timestamptz, int) IS
    'Who read the records of the body that is entered; through mandates, only those that are over.';

CREATE FUNCTION access.mandates_reading(p_tenant uuid) RETURNS TABLE (authority uuid, mandate_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM log.enter(p_tenant);
    RETURN QUERY SELECT DISTINCT r.reader, r.mandate_id FROM access.reading r
    WHERE r.tenant_id = p_tenant AND r.mandate_id IS NOT NULL;
END $$;
COMMENT ON FUNCTION access.mandates_reading(uuid) IS 'The audit mandates by which a body''s records were read.';

GRANT EXECUTE ON FUNCTION
    access.keep_readings(jsonb),
    access.readings_of(uuid, uuid[], timestamptz, int),
    access.mandates_reading(uuid)
TO entente_app;
"""


def upgrade() -> None:
    bind = op.get_bind().execution_options(no_parameters=True)
    bind.exec_driver_sql(TABLE)
    bind.exec_driver_sql(
        "ALTER TABLE access.reading ENABLE ROW LEVEL SECURITY;"
        "ALTER TABLE access.reading FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY of_tenant ON access.reading TO entente_app USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})"
    )
    bind.exec_driver_sql(FUNCTIONS)
