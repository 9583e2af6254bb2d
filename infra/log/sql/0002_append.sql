CREATE FUNCTION log.clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT pg_catalog.clock_timestamp()';
COMMENT ON FUNCTION log.clock() IS
    'The only clock of the append. Its owner alone may replace it, which test databases do.';

-- Writes a group of requests in the caller's transaction and answers each of them.
--
-- Request n is element n of the seven arrays before p_version; the events of all requests follow each other in
-- p_version, p_type and p_state, p_events[n] of them for request n. p_conditions and p_effects are NULL, or hold
-- objects whose "r" is n:
--     p_conditions  {"guards": [{r, stream, version}], "claims": [{r, key}]}
--     p_effects     {"opens": [{r, tenant}], "jobs": [{r, actor, queue, args}],
--                    "grants": [{r, grantee, programme, granted}]}
--
-- The answer's code is accepted, replayed, key_reused, body_unknown, version_conflict, guard_broken or key_taken
-- (then claim is the key). Only an accepted request writes anything. One call holds at most one request for a
-- stream, a claim and a command, and none that guards a stream to which another writes; GroupCommit sees to that.
-- A call that breaks this for a stream, a claim or a command fails whole, on a unique key.
CREATE FUNCTION log.append_group(
    p_tenant      uuid[],
    p_stream      uuid[],
    p_expected    int[],
    p_principal   uuid[],
    p_command     uuid[],
    p_fingerprint bytea[],
    p_events      int[],
    p_version     int[],
    p_type        text[],
    p_state       bytea[],
    p_conditions  jsonb DEFAULT NULL,
    p_effects     jsonb DEFAULT NULL
) RETURNS TABLE (
    code text, first_position bigint, last_position bigint, stream_version int, recorded_at timestamptz, claim text
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- Plans are kept, and may have been made while the tables were empty: leave only index lookups to choose from, and
-- for the heads the index that has them in order.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
#variable_conflict use_column
DECLARE
    c_label CONSTANT bytea := '\x00'::bytea || convert_to('entente.event.v1', 'UTF8') || '\x00'::bytea;
    c_node  CONSTANT bytea := '\x01'::bytea;
    n_requests CONSTANT int := cardinality(p_tenant);
    n_events   CONSTANT int := cardinality(p_version);
    -- the heads, in the order of their tenants
    h_tenant uuid[]; h_at timestamptz[]; h_size bigint[]; h_frontier bytea[];
    -- the answers, by request
    a_code text[]; a_first bigint[]; a_last bigint[]; a_version int[]; a_at timestamptz[];
    -- what is inserted, by event; the position of a refused one stays NULL
    e_request int[]; e_position bigint[]; e_leaf bytea[];
    -- tiles that are full now
    t_tenant uuid[]; t_level int[]; t_idx bigint[]; t_root bytea[];
    v_broken int[]; v_taken text[];
    v_now timestamptz; v_offset int := 0; v_size bigint; v_frontier bytea; v_level int; v_hash bytea;
    q record; r record; k int;
BEGIN
    IF n_requests IS DISTINCT FROM cardinality(p_stream) OR n_requests IS DISTINCT FROM cardinality(p_expected)
        OR n_requests IS DISTINCT FROM cardinality(p_principal) OR n_requests IS DISTINCT FROM cardinality(p_command)
        OR n_requests IS DISTINCT FROM cardinality(p_fingerprint) OR n_requests IS DISTINCT FROM cardinality(p_events)
        OR n_events IS DISTINCT FROM cardinality(p_type) OR n_events IS DISTINCT FROM cardinality(p_state)
        OR NOT coalesce(0 <= ALL (p_events), false)
    THEN
        RAISE EXCEPTION 'the arrays of an append do not fit together' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true); -- what is acknowledged is on disk
    END IF;

    -- 1. The heads, always in the same order, so that no two groups wait for each other.
    SELECT array_agg(h.tenant_id), array_agg(h.recorded_at), array_agg(h.position), array_agg(h.frontier)
    INTO h_tenant, h_at, h_size, h_frontier
    FROM (SELECT * FROM log.head WHERE tenant_id = ANY (p_tenant) ORDER BY tenant_id FOR NO KEY UPDATE) h;
    v_now := log.clock();

    -- 2. What the requests rely on, as it stands under the locks.
    IF p_conditions IS NOT NULL THEN
        SELECT array_agg(g.r) INTO v_broken
        FROM jsonb_to_recordset(p_conditions -> 'guards') g(r int, stream uuid, version int)
        WHERE g.version <> coalesce((
            SELECT e.version FROM log.event e WHERE e.tenant_id = p_tenant[g.r] AND e.stream_id = g.stream
            ORDER BY e.version DESC LIMIT 1), 0);
        FOR r IN
            SELECT q.r AS request, q.key FROM jsonb_to_recordset(p_conditions -> 'claims') q(r int, key text)
            WHERE EXISTS (
                SELECT FROM log.claim c
                WHERE c.tenant_id = p_tenant[q.r] AND c.key = q.key AND c.stream_id <> p_stream[q.r])
        LOOP
            v_taken[r.request] := r.key;
        END LOOP;
    END IF;

    -- What does not build on the requests before is said in the query: there it costs less than as a statement.
    FOR q IN
        SELECT n, h.head, p_tenant[n] AS tenant, p_expected[n] AS expected, p_events[n] AS events,
               CASE
                   WHEN h.head IS NULL THEN 'body_unknown'
                   WHEN l.fingerprint = p_fingerprint[n] THEN 'replayed'
                   WHEN l.fingerprint <> p_fingerprint[n] THEN 'key_reused'
                   -- A new stream begins at 1; the library's own begin at 0.
                   WHEN p_expected[n] IS DISTINCT FROM coalesce(
                           (SELECT e.version FROM log.event e
                            WHERE e.tenant_id = p_tenant[n] AND e.stream_id = p_stream[n]
                            ORDER BY e.version DESC LIMIT 1), least(p_expected[n], 0))
                       OR p_expected[n] < -1 OR (p_expected[n] = -1 AND p_events[n] = 0) THEN 'version_conflict'
                   WHEN n = ANY (v_broken) THEN 'guard_broken'
                   WHEN v_taken[n] IS NOT NULL THEN 'key_taken'
                   ELSE 'accepted'
               END AS code,
               l.first_position, l.position, l.version, l.recorded_at,
               greatest(h_at[h.head], v_now) AS at,
               int8send((extract(epoch FROM greatest(h_at[h.head], v_now)) * 1000000)::bigint) AS at_bytes,
               c_label || uuid_send(p_tenant[n]) AS prefix, uuid_send(p_stream[n]) AS stream_bytes
        FROM (
            SELECT n, array_position(h_tenant, p_tenant[n]) AS head FROM generate_series(1, n_requests) n
            OFFSET 0 -- looks for each head once
        ) h
        LEFT JOIN log.ledger l
            ON l.tenant_id = p_tenant[n] AND l.principal = p_principal[n] AND l.command_id = p_command[n]
        ORDER BY n
    LOOP
        IF q.code = 'accepted' THEN
            FOR k IN 1..q.events LOOP
                IF p_version[v_offset + k] IS DISTINCT FROM q.expected + k THEN
                    q.code := 'version_conflict';
                    EXIT;
                END IF;
            END LOOP;
        END IF;
        a_code[q.n] := q.code;

        -- 3. Positions, leaves and the tree.
        IF q.code = 'accepted' THEN
            a_version[q.n] := q.expected + q.events;
            a_at[q.n] := q.at;
            IF q.events > 0 THEN
                v_size := h_size[q.head];
                v_frontier := h_frontier[q.head];
                a_first[q.n] := v_size + 1;
                FOR k IN v_offset + 1..v_offset + q.events LOOP
                    v_hash := sha256(q.prefix || int8send(v_size) || q.stream_bytes || int4send(p_version[k])
                        || q.at_bytes || int4send(octet_length(p_type[k])) || convert_to(p_type[k], 'UTF8')
                        || sha256(p_state[k]));
                    e_request[k] := q.n;
                    e_leaf[k] := v_hash;
                    v_level := 0;
                    WHILE v_size >> v_level & 1 = 1 LOOP
                        v_hash := sha256(
                            c_node || substr(v_frontier, octet_length(v_frontier) - 32 * v_level - 31, 32) || v_hash);
                        v_level := v_level + 1;
                        IF v_level & 7 = 0 THEN
                            t_tenant := t_tenant || q.tenant;
                            t_level := t_level || v_level / 8 - 1;
                            t_idx := t_idx || (v_size >> v_level);
                            t_root := t_root || v_hash;
                        END IF;
                    END LOOP;
                    v_frontier := substr(v_frontier, 1, octet_length(v_frontier) - 32 * v_level) || v_hash;
                    v_size := v_size + 1;
                    e_position[k] := v_size;
                END LOOP;
                a_last[q.n] := v_size;
                h_size[q.head] := v_size;
                h_frontier[q.head] := v_frontier;
            END IF;
        ELSIF q.code = 'replayed' THEN
            a_first[q.n] := q.first_position;
            a_last[q.n] := q.position;
            a_version[q.n] := q.version;
            a_at[q.n] := q.recorded_at;
        END IF;
        v_offset := v_offset + q.events;
    END LOOP;
    IF v_offset <> n_events THEN
        RAISE EXCEPTION 'an append has % events, its requests have %', n_events, v_offset
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    -- 4. Write.
    INSERT INTO log.event (tenant_id, position, stream_id, version, type, recorded_at, state, leaf)
    SELECT p_tenant[e_request[k]], e_position[k], p_stream[e_request[k]], p_version[k], p_type[k],
           a_at[e_request[k]], p_state[k], e_leaf[k]
    FROM generate_series(1, n_events) k WHERE e_position[k] IS NOT NULL;

    UPDATE log.head h
    SET position = h_size[n], recorded_at = greatest(h.recorded_at, v_now), frontier = h_frontier[n]
    FROM generate_series(1, cardinality(h_tenant)) n WHERE h.tenant_id = h_tenant[n] AND h.position < h_size[n];

    INSERT INTO log.ledger (tenant_id, principal, command_id, fingerprint, first_position, position, version, recorded_at)
    SELECT p_tenant[n], p_principal[n], p_command[n], p_fingerprint[n], a_first[n], a_last[n], a_version[n], a_at[n]
    FROM generate_series(1, n_requests) n WHERE a_code[n] = 'accepted';

    IF p_conditions IS NOT NULL THEN
        INSERT INTO log.claim (tenant_id, key, stream_id, position)
        SELECT p_tenant[q.r], q.key, p_stream[q.r], a_first[q.r]
        FROM (SELECT DISTINCT c.r, c.key FROM jsonb_to_recordset(p_conditions -> 'claims') c(r int, key text)) q
        WHERE a_code[q.r] = 'accepted' AND NOT EXISTS (
            SELECT FROM log.claim c WHERE c.tenant_id = p_tenant[q.r] AND c.key = q.key AND c.stream_id = p_stream[q.r]);
    END IF;

    IF p_effects IS NOT NULL THEN
        INSERT INTO log.head (tenant_id)
        SELECT DISTINCT o.tenant FROM jsonb_to_recordset(p_effects -> 'opens') o(r int, tenant uuid)
        WHERE a_code[o.r] = 'accepted' ORDER BY 1
        ON CONFLICT DO NOTHING;

        DELETE FROM access.grant_now g
        USING jsonb_to_recordset(p_effects -> 'grants') c(r int, grantee uuid, programme text, granted boolean)
        WHERE a_code[c.r] = 'accepted' AND NOT c.granted
            AND g.tenant_id = p_tenant[c.r] AND g.grantee = c.grantee AND g.programme = c.programme;
        INSERT INTO access.grant_now (tenant_id, grantee, programme, since_position)
        SELECT p_tenant[c.r], c.grantee, c.programme, coalesce(a_first[c.r], 0)
        FROM jsonb_to_recordset(p_effects -> 'grants') c(r int, grantee uuid, programme text, granted boolean)
        WHERE a_code[c.r] = 'accepted' AND c.granted
        ON CONFLICT DO NOTHING;

        PERFORM jobs.enqueue(p_tenant[j.r], j.actor, j.queue, j.args, a_last[j.r])
        FROM jsonb_to_recordset(p_effects -> 'jobs') j(r int, actor text, queue text, args jsonb)
        WHERE a_code[j.r] = 'accepted';
    END IF;

    -- A tile of level L holds 256 hashes of level 8L: leaves at the bottom, above them the roots of the tiles below.
    IF t_tenant IS NOT NULL THEN
        FOR r IN SELECT * FROM unnest(t_tenant, t_level, t_idx, t_root) u(tenant, level, idx, root) ORDER BY level, idx
        LOOP
            INSERT INTO log.tile (tenant_id, level, idx, data, root)
            SELECT r.tenant, r.level, r.idx, CASE WHEN r.level = 0
                THEN (SELECT string_agg(e.leaf, '' ORDER BY e.position) FROM log.event e
                      WHERE e.tenant_id = r.tenant AND e.position > r.idx * 256 AND e.position <= (r.idx + 1) * 256)
                ELSE (SELECT string_agg(t.root, '' ORDER BY t.idx) FROM log.tile t
                      WHERE t.tenant_id = r.tenant AND t.level = r.level - 1
                        AND t.idx >= r.idx * 256 AND t.idx < (r.idx + 1) * 256)
                END, r.root;
        END LOOP;
    END IF;

    RETURN QUERY
    SELECT a_code[n], a_first[n], a_last[n], a_version[n], a_at[n], CASE a_code[n] WHEN 'key_taken' THEN v_taken[n] END
    FROM generate_series(1, n_requests) n;
END $$;

-- Outcomes are replayed for thirty days.
CREATE FUNCTION log.forget_outcomes() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_gone bigint;
BEGIN
    DELETE FROM log.ledger WHERE recorded_at < log.clock() - interval '30 days';
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    RETURN v_gone;
END $$;

-- The commons' log, which every instance has, opens with the schema; all others open with an event of a log that is.
CREATE FUNCTION log.open(p_tenant uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO log.head (tenant_id) VALUES (p_tenant) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;
COMMENT ON FUNCTION log.open(uuid) IS
    'Begins an empty log; false if it exists. For the set-up of an instance and of tests: the owner alone may call it.';

GRANT EXECUTE ON FUNCTION log.clock() TO entente_append;
