-- Writes the events of several commands over several streams of one log in the caller's transaction, or none.
--
-- p_streams are all streams that the batch writes or relies on, each once, and p_read the version at which each was
-- read (0 where it does not exist). Event k goes to stream p_of[k] (an index into p_streams); the versions of one
-- stream go on from the one that was read. p_claims and p_effects are NULL, or
--     p_claims   [{of, key}]                 keys that streams take with the batch
--     p_effects  {"opens": [{tenant}], "jobs": [{actor, queue, args}], "grants": [{grantee, programme, granted}]}
--
-- The answer's code is accepted, replayed, key_reused, body_unknown, stream_changed (then stream is the first that
-- has another version than the one that was read) or key_taken (then claim is the key). Only an accepted batch
-- writes anything: all its events at one instant, in one run of positions, and one line in the ledger, whose
-- version is 0, since a batch has no stream of its own.
CREATE FUNCTION log.append_batch(
    p_tenant      uuid,
    p_principal   uuid,
    p_command     uuid,
    p_fingerprint bytea,
    p_streams     uuid[],
    p_read        int[],
    p_of          int[],
    p_version     int[],
    p_type        text[],
    p_state       bytea[],
    p_claims      jsonb DEFAULT NULL,
    p_effects     jsonb DEFAULT NULL
) RETURNS TABLE (
    code text, first_position bigint, last_position bigint, recorded_at timestamptz, stream uuid, claim text
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
DECLARE
    c_label CONSTANT bytea := '\x00'::bytea || convert_to('entente.event.v1', 'UTF8') || '\x00'::bytea;
    c_node  CONSTANT bytea := '\x01'::bytea;
    n_streams CONSTANT int := cardinality(p_streams);
    n_events  CONSTANT int := cardinality(p_version);
    v_next int[] := p_read;
    e_leaf bytea[];
    t_level int[]; t_idx bigint[]; t_root bytea[];
    v_first bigint; v_size bigint; v_frontier bytea; v_at timestamptz; v_now timestamptz;
    v_prefix bytea; v_at_bytes bytea; v_level int; v_hash bytea;
    r record; k int; s int;
BEGIN
    IF n_streams IS DISTINCT FROM cardinality(p_read) OR n_events IS DISTINCT FROM cardinality(p_of)
        OR n_events IS DISTINCT FROM cardinality(p_type) OR n_events IS DISTINCT FROM cardinality(p_state)
        OR NOT coalesce(0 <= ALL (p_read), false) OR NOT coalesce(1 <= ALL (p_of) AND n_streams >= ALL (p_of), false)
        OR n_streams <> (SELECT count(DISTINCT u) FROM unnest(p_streams) u)
    THEN
        RAISE EXCEPTION 'the arrays of a batch do not fit together' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true); -- what is acknowledged is on disk
    END IF;

    -- 1. The head: whoever holds it is alone with this log.
    SELECT h.position, h.frontier, h.recorded_at INTO v_size, v_frontier, v_at
    FROM log.head h WHERE h.tenant_id = p_tenant FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        code := 'body_unknown';
        RETURN NEXT;
        RETURN;
    END IF;
    v_now := log.clock();
    v_at := greatest(v_at, v_now);

    -- 2. What the batch relies on, as it stands under the lock.
    SELECT CASE WHEN l.fingerprint = p_fingerprint THEN 'replayed' ELSE 'key_reused' END AS code,
           l.first_position, l.position, l.recorded_at
    INTO r
    FROM log.ledger l
    WHERE l.tenant_id = p_tenant AND l.principal = p_principal AND l.command_id = p_command;
    IF FOUND THEN
        code := r.code;
        IF code = 'replayed' THEN
            first_position := r.first_position;
            last_position := r.position;
            recorded_at := r.recorded_at;
        END IF;
        RETURN NEXT;
        RETURN;
    END IF;
    FOR s IN 1..n_streams LOOP
        IF p_read[s] <> coalesce((
            SELECT e.version FROM log.event e WHERE e.tenant_id = p_tenant AND e.stream_id = p_streams[s]
            ORDER BY e.version DESC LIMIT 1), 0)
        THEN
            code := 'stream_changed';
            stream := p_streams[s];
            RETURN NEXT;
            RETURN;
        END IF;
    END LOOP;
    SELECT q.key INTO claim
    FROM jsonb_to_recordset(p_claims) q("of" int, key text)
    WHERE EXISTS (
        SELECT FROM log.claim c
        WHERE c.tenant_id = p_tenant AND c.key = q.key AND c.stream_id <> p_streams[q."of"])
    LIMIT 1;
    IF FOUND THEN
        code := 'key_taken';
        RETURN NEXT;
        RETURN;
    END IF;

    -- 3. Positions, leaves and the tree, as log.append_group makes them.
    v_first := v_size + 1;
    v_prefix := c_label || uuid_send(p_tenant);
    v_at_bytes := int8send((extract(epoch FROM v_at) * 1000000)::bigint);
    FOR k IN 1..n_events LOOP
        s := p_of[k];
        IF p_version[k] IS DISTINCT FROM v_next[s] + 1 THEN
            RAISE EXCEPTION 'event % of a batch has version %, its stream is at %', k, p_version[k], v_next[s]
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        v_next[s] := p_version[k];
        v_hash := sha256(v_prefix || int8send(v_size) || uuid_send(p_streams[s]) || int4send(p_version[k])
            || v_at_bytes || int4send(octet_length(p_type[k])) || convert_to(p_type[k], 'UTF8')
            || sha256(p_state[k]));
        e_leaf[k] := v_hash;
        v_level := 0;
        WHILE v_size >> v_level & 1 = 1 LOOP
            v_hash := sha256(
                c_node || substr(v_frontier, octet_length(v_frontier) - 32 * v_level - 31, 32) || v_hash);
            v_level := v_level + 1;
            IF v_level & 7 = 0 THEN
                t_level := t_level || v_level / 8 - 1;
                t_idx := t_idx || (v_size >> v_level);
                t_root := t_root || v_hash;
            END IF;
        END LOOP;
        v_frontier := substr(v_frontier, 1, octet_length(v_frontier) - 32 * v_level) || v_hash;
        v_size := v_size + 1;
    END LOOP;

    -- 4. Write.
    INSERT INTO log.event (tenant_id, position, stream_id, version, type, recorded_at, state, leaf)
    SELECT p_tenant, v_first - 1 + n, p_streams[p_of[n]], p_version[n], p_type[n], v_at, p_state[n], e_leaf[n]
    FROM generate_series(1, n_events) n;

    UPDATE log.head h SET position = v_size, recorded_at = v_at, frontier = v_frontier
    WHERE h.tenant_id = p_tenant AND n_events > 0;

    INSERT INTO log.ledger (tenant_id, principal, command_id, fingerprint, first_position, position, version, recorded_at)
    VALUES (p_tenant, p_principal, p_command, p_fingerprint, CASE WHEN n_events > 0 THEN v_first END,
            CASE WHEN n_events > 0 THEN v_size END, 0, v_at);

    INSERT INTO log.claim (tenant_id, key, stream_id, position)
    SELECT p_tenant, q.key, p_streams[q."of"], CASE WHEN n_events > 0 THEN v_first END
    FROM (SELECT DISTINCT c."of", c.key FROM jsonb_to_recordset(p_claims) c("of" int, key text)) q
    WHERE NOT EXISTS (
        SELECT FROM log.claim c WHERE c.tenant_id = p_tenant AND c.key = q.key AND c.stream_id = p_streams[q."of"]);

    IF p_effects IS NOT NULL THEN
        INSERT INTO log.head (tenant_id)
        SELECT DISTINCT o.tenant FROM jsonb_to_recordset(p_effects -> 'opens') o(tenant uuid) ORDER BY 1
        ON CONFLICT DO NOTHING;

        DELETE FROM access.grant_now g
        USING jsonb_to_recordset(p_effects -> 'grants') c(grantee uuid, programme text, granted boolean)
        WHERE NOT c.granted
            AND g.tenant_id = p_tenant AND g.grantee = c.grantee AND g.programme = c.programme;
        INSERT INTO access.grant_now (tenant_id, grantee, programme, since_position)
        SELECT p_tenant, c.grantee, c.programme, CASE WHEN n_events > 0 THEN v_first ELSE 0 END
        FROM jsonb_to_recordset(p_effects -> 'grants') c(grantee uuid, programme text, granted boolean)
        WHERE c.granted
        ON CONFLICT DO NOTHING;

        PERFORM jobs.enqueue(p_tenant, j.actor, j.queue, j.args, CASE WHEN n_events > 0 THEN v_size END)
        FROM jsonb_to_recordset(p_effects -> 'jobs') j(actor text, queue text, args jsonb);
    END IF;

    IF t_level IS NOT NULL THEN
        FOR r IN SELECT * FROM unnest(t_level, t_idx, t_root) u(level, idx, root) ORDER BY level, idx LOOP
            INSERT INTO log.tile (tenant_id, level, idx, data, root)
            SELECT p_tenant, r.level, r.idx, CASE WHEN r.level = 0
                THEN (SELECT string_agg(e.leaf, '' ORDER BY e.position) FROM log.event e
                      WHERE e.tenant_id = p_tenant AND e.position > r.idx * 256 AND e.position <= (r.idx + 1) * 256)
                ELSE (SELECT string_agg(t.root, '' ORDER BY t.idx) FROM log.tile t
                      WHERE t.tenant_id = p_tenant AND t.level = r.level - 1
                        AND t.idx >= r.idx * 256 AND t.idx < (r.idx + 1) * 256)
                END, r.root;
        END LOOP;
    END IF;

    code := 'accepted';
    IF n_events > 0 THEN
        first_position := v_first;
        last_position := v_size;
    END IF;
    recorded_at := v_at;
    RETURN NEXT;
END $$;

-- Which of these streams have events: a batch may name thousands, nearly all of them new.
CREATE FUNCTION log.streams_begun(p_tenant uuid, p_streams uuid[]) RETURNS TABLE (stream_id uuid)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM log.enter(p_tenant);
    RETURN QUERY
    SELECT u.id FROM unnest(p_streams) u(id)
    WHERE EXISTS (SELECT FROM log.event e WHERE e.tenant_id = p_tenant AND e.stream_id = u.id);
END $$;
GRANT EXECUTE ON FUNCTION log.streams_begun(uuid, uuid[]) TO entente_app;
