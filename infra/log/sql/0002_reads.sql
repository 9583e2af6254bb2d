-- Reads in one round trip under row-level security. Each sets the tenant for the rest of its transaction, so each is
-- the only statement of one.

CREATE FUNCTION log.enter(p_tenant uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF coalesce(current_setting('app.tenant', true), '') NOT IN ('', p_tenant::text) THEN
        RAISE EXCEPTION 'this transaction already reads as tenant %', current_setting('app.tenant')
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM set_config('app.tenant', p_tenant::text, true);
END $$;

CREATE FUNCTION log.read_stream(p_tenant uuid, p_stream uuid, p_after int, p_upto int DEFAULT NULL)
RETURNS TABLE (tenant_id uuid, "position" bigint, stream_id uuid, version int, type text, recorded_at timestamptz, state bytea)
LANGUAGE plpgsql ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM log.enter(p_tenant);
    RETURN QUERY
    SELECT e.tenant_id, e.position, e.stream_id, e.version, e.type, e.recorded_at, e.state FROM log.event e
    WHERE e.tenant_id = p_tenant AND e.stream_id = p_stream AND e.version > p_after
        AND e.version <= coalesce(p_upto, 2147483647)
    ORDER BY e.version;
END $$;

-- The newest snapshot, if there is one, as a first row without position; then the events after it.
CREATE FUNCTION log.load_stream(p_tenant uuid, p_stream uuid, p_kind text, p_schema int, p_upto int DEFAULT NULL)
RETURNS TABLE (tenant_id uuid, "position" bigint, stream_id uuid, version int, type text, recorded_at timestamptz, state bytea)
LANGUAGE plpgsql ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_upto CONSTANT int := coalesce(p_upto, 2147483647);
    v_after int;
BEGIN
    PERFORM log.enter(p_tenant);
    SELECT s.tenant_id, NULL::bigint, s.stream_id, s.version, s.kind, NULL::timestamptz, s.state
    INTO tenant_id, position, stream_id, version, type, recorded_at, state
    FROM log.snapshot s
    WHERE s.tenant_id = p_tenant AND s.stream_id = p_stream AND s.kind = p_kind AND s.schema = p_schema
        AND s.version <= v_upto
    ORDER BY s.version DESC LIMIT 1;
    IF FOUND THEN
        v_after := version;
        RETURN NEXT;
    END IF;
    RETURN QUERY
    SELECT e.tenant_id, e.position, e.stream_id, e.version, e.type, e.recorded_at, e.state FROM log.event e
    WHERE e.tenant_id = p_tenant AND e.stream_id = p_stream AND e.version > coalesce(v_after, -1) AND e.version <= v_upto
    ORDER BY e.version;
END $$;

CREATE FUNCTION log.save_snapshot(p_tenant uuid, p_stream uuid, p_version int, p_kind text, p_schema int, p_state bytea)
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM log.enter(p_tenant);
    INSERT INTO log.snapshot (tenant_id, stream_id, version, kind, schema, state)
    VALUES (p_tenant, p_stream, p_version, p_kind, p_schema, p_state) ON CONFLICT DO NOTHING;
END $$;

CREATE FUNCTION log.read_outcome(p_tenant uuid, p_principal uuid, p_command uuid)
RETURNS TABLE (fingerprint bytea, first_position bigint, last_position bigint, stream_version int, recorded_at timestamptz)
LANGUAGE plpgsql ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM log.enter(p_tenant);
    RETURN QUERY
    SELECT l.fingerprint, l.first_position, l.position, l.version, l.recorded_at FROM log.ledger l
    WHERE l.tenant_id = p_tenant AND l.principal = p_principal AND l.command_id = p_command;
END $$;

CREATE FUNCTION log.has_event(p_tenant uuid, p_stream uuid, p_version bigint) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM log.enter(p_tenant);
    RETURN EXISTS (
        SELECT FROM log.event WHERE tenant_id = p_tenant AND stream_id = p_stream AND version = p_version);
END $$;

CREATE FUNCTION log.claimed_by(p_tenant uuid, p_key text) RETURNS uuid
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM log.enter(p_tenant);
    RETURN (SELECT stream_id FROM log.claim WHERE tenant_id = p_tenant AND key = p_key);
END $$;

CREATE FUNCTION log.read_log(p_tenant uuid, p_after bigint, p_upto bigint, p_limit int)
RETURNS TABLE (tenant_id uuid, "position" bigint, stream_id uuid, version int, type text, recorded_at timestamptz, state bytea)
LANGUAGE plpgsql ROWS 1000 SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM log.enter(p_tenant);
    RETURN QUERY
    SELECT e.tenant_id, e.position, e.stream_id, e.version, e.type, e.recorded_at, e.state FROM log.event e
    WHERE e.tenant_id = p_tenant AND e.position > p_after AND e.position <= p_upto
    ORDER BY e.position LIMIT p_limit;
END $$;

GRANT EXECUTE ON FUNCTION
    log.enter(uuid),
    log.read_stream(uuid, uuid, int, int),
    log.read_log(uuid, bigint, bigint, int)
TO entente_app, entente_projector;
GRANT EXECUTE ON FUNCTION
    log.load_stream(uuid, uuid, text, int, int),
    log.save_snapshot(uuid, uuid, int, text, int, bytea),
    log.read_outcome(uuid, uuid, uuid),
    log.has_event(uuid, uuid, bigint),
    log.claimed_by(uuid, text)
TO entente_app;
