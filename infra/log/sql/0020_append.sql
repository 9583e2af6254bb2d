-- Writes a group of requests in the caller's transaction and answers each of them, as 0002_append.sql says: the same
-- arguments, checks, order of locks, leaves and tiles. What differs is what it costs. The answers come as columns; what
-- the requests rely on is one row of one query; all that is always written is written by one statement; what follows
-- from the arguments is not worked out twice; and whether a stream is at a version reads at most two of its versions.
--
-- Element n of codes, last_positions, instants, first_positions, stream_versions and claims answers request n; leaves
-- are by event. What was accepted is at the version and the first position that follow from its request;
-- first_positions and stream_versions are those of the replayed requests, and NULL where nothing was replayed; claims
-- is NULL where no key was taken. An instant of a refused request means nothing.
CREATE FUNCTION log.append_columns(
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
    p_effects     jsonb DEFAULT NULL,
    OUT codes           text[],
    OUT last_positions  bigint[],
    OUT instants        timestamptz[],
    OUT leaves          bytea[],
    OUT first_positions bigint[],
    OUT stream_versions int[],
    OUT claims          text[]
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
    -- what is inserted, by event; the position of a refused one stays NULL
    e_request int[]; e_position bigint[];
    -- tiles that are full now
    t_tenant uuid[]; t_level int[]; t_idx bigint[]; t_root bytea[];
    v_broken int[]; v_taken text[];
    v_single CONSTANT boolean := coalesce(1 = ALL (p_events), false);
    v_now timestamptz; v_at_bytes bytea; v_ahead boolean;
    v_offset int := 0; v_end int; v_head int; v_size bigint; v_level int; v_hash bytea;
    r record;
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
    v_at_bytes := int8send((extract(epoch FROM v_now) * 1000000)::bigint);
    v_ahead := v_now < ANY (h_at);

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

    -- Whatever does not build on the requests before is said in one query: there it costs less than as statements.
    -- One series and no join, so the codes come in its order.
    SELECT array_agg(CASE (
            SELECT l.fingerprint = p_fingerprint[n] FROM log.ledger l
            WHERE l.tenant_id = p_tenant[n] AND l.principal = p_principal[n] AND l.command_id = p_command[n])
        WHEN true THEN 'replayed'
        WHEN false THEN 'key_reused'
        ELSE CASE
            -- Nothing may follow the version that was read; two versions from there on tell, however long the stream.
            -- A new stream begins at 1; the library's own begin at 0.
            WHEN p_expected[n] IS DISTINCT FROM coalesce((
                    SELECT max(s.version) FROM (
                        SELECT e.version FROM log.event e
                        WHERE e.tenant_id = p_tenant[n] AND e.stream_id = p_stream[n] AND e.version >= p_expected[n]
                        ORDER BY e.version LIMIT 2) s), least(p_expected[n], 0))
                OR p_expected[n] < -1 OR (p_expected[n] = -1 AND p_events[n] = 0)
                OR (v_single AND p_version[n] IS DISTINCT FROM p_expected[n] + 1) THEN 'version_conflict'
            WHEN n = ANY (v_broken) THEN 'guard_broken'
            WHEN v_taken[n] IS NOT NULL THEN 'key_taken'
            ELSE 'accepted'
        END
    END)
    INTO codes
    FROM generate_series(1, n_requests) n;

    last_positions := array_fill(NULL::bigint, ARRAY[n_requests]);
    instants := array_fill(v_now, ARRAY[n_requests]);
    leaves := array_fill(NULL::bytea, ARRAY[n_events]);

    FOR n IN 1..n_requests LOOP
        v_end := v_offset + p_events[n];
        v_head := array_position(h_tenant, p_tenant[n]);
        IF v_head IS NULL THEN
            codes[n] := 'body_unknown';
        ELSIF NOT v_single AND codes[n] = 'accepted' THEN
            FOR k IN v_offset + 1..v_end LOOP
                IF p_version[k] IS DISTINCT FROM p_expected[n] + (k - v_offset) THEN
                    codes[n] := 'version_conflict';
                    EXIT;
                END IF;
            END LOOP;
        END IF;

        -- 3. Positions, leaves and the tree.
        IF codes[n] = 'accepted' THEN
            IF v_ahead THEN
                instants[n] := greatest(h_at[v_head], v_now);
                v_at_bytes := int8send((extract(epoch FROM instants[n]) * 1000000)::bigint);
            END IF;
            FOR k IN v_offset + 1..v_end LOOP
                v_size := h_size[v_head];
                v_hash := sha256(c_label || uuid_send(p_tenant[n]) || int8send(v_size) || uuid_send(p_stream[n])
                    || int4send(p_version[k]) || v_at_bytes || int4send(octet_length(p_type[k]))
                    || convert_to(p_type[k], 'UTF8') || sha256(p_state[k]));
                e_request[k] := n;
                e_position[k] := v_size + 1;
                leaves[k] := v_hash;
                v_level := 0;
                WHILE v_size >> v_level & 1 = 1 LOOP
                    v_hash := sha256(c_node
                        || substr(h_frontier[v_head], octet_length(h_frontier[v_head]) - 32 * v_level - 31, 32)
                        || v_hash);
                    v_level := v_level + 1;
                    IF v_level & 7 = 0 THEN
                        t_tenant := t_tenant || p_tenant[n];
                        t_level := t_level || v_level / 8 - 1;
                        t_idx := t_idx || (v_size >> v_level);
                        t_root := t_root || v_hash;
                    END IF;
                END LOOP;
                h_frontier[v_head] :=
                    substr(h_frontier[v_head], 1, octet_length(h_frontier[v_head]) - 32 * v_level) || v_hash;
                h_size[v_head] := v_size + 1;
            END LOOP;
            IF v_end > v_offset THEN
                last_positions[n] := e_position[v_end];
            END IF;
        END IF;
        v_offset := v_end;
    END LOOP;
    IF v_offset <> n_events THEN
        RAISE EXCEPTION 'an append has % events, its requests have %', n_events, v_offset
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    -- 4. Write.
    WITH written AS (
        INSERT INTO log.event (tenant_id, position, stream_id, version, type, recorded_at, state, leaf)
        SELECT p_tenant[e_request[k]], e_position[k], p_stream[e_request[k]], p_version[k], p_type[k],
               instants[e_request[k]], p_state[k], leaves[k]
        FROM generate_series(1, n_events) k WHERE e_position[k] IS NOT NULL
    ), kept AS (
        INSERT INTO log.ledger
            (tenant_id, principal, command_id, fingerprint, first_position, position, version, recorded_at)
        SELECT p_tenant[n], p_principal[n], p_command[n], p_fingerprint[n], last_positions[n] - p_events[n] + 1,
               last_positions[n], p_expected[n] + p_events[n], instants[n]
        FROM generate_series(1, n_requests) n WHERE codes[n] = 'accepted'
    )
    UPDATE log.head h
    SET position = h_size[n], recorded_at = greatest(h.recorded_at, v_now), frontier = h_frontier[n]
    FROM generate_series(1, cardinality(h_tenant)) n WHERE h.tenant_id = h_tenant[n] AND h.position < h_size[n];

    IF p_conditions IS NOT NULL THEN
        INSERT INTO log.claim (tenant_id, key, stream_id, position)
        SELECT p_tenant[q.r], q.key, p_stream[q.r], last_positions[q.r] - p_events[q.r] + 1
        FROM (SELECT DISTINCT c.r, c.key FROM jsonb_to_recordset(p_conditions -> 'claims') c(r int, key text)) q
        WHERE codes[q.r] = 'accepted' AND NOT EXISTS (
            SELECT FROM log.claim c WHERE c.tenant_id = p_tenant[q.r] AND c.key = q.key AND c.stream_id = p_stream[q.r]);
    END IF;

    IF p_effects IS NOT NULL THEN
        INSERT INTO log.head (tenant_id)
        SELECT DISTINCT o.tenant FROM jsonb_to_recordset(p_effects -> 'opens') o(r int, tenant uuid)
        WHERE codes[o.r] = 'accepted' ORDER BY 1
        ON CONFLICT DO NOTHING;

        DELETE FROM access.grant_now g
        USING jsonb_to_recordset(p_effects -> 'grants') c(r int, grantee uuid, programme text, granted boolean)
        WHERE codes[c.r] = 'accepted' AND NOT c.granted
            AND g.tenant_id = p_tenant[c.r] AND g.grantee = c.grantee AND g.programme = c.programme;
        INSERT INTO access.grant_now (tenant_id, grantee, programme, since_position)
        SELECT p_tenant[c.r], c.grantee, c.programme, coalesce(last_positions[c.r] - p_events[c.r] + 1, 0)
        FROM jsonb_to_recordset(p_effects -> 'grants') c(r int, grantee uuid, programme text, granted boolean)
        WHERE codes[c.r] = 'accepted' AND c.granted
        ON CONFLICT DO NOTHING;

        PERFORM jobs.enqueue(p_tenant[j.r], j.actor, j.queue, j.args, last_positions[j.r])
        FROM jsonb_to_recordset(p_effects -> 'jobs') j(r int, actor text, queue text, args jsonb)
        WHERE codes[j.r] = 'accepted';
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

    -- 5. The rarer answers.
    IF 'replayed' = ANY (codes) THEN
        first_positions := array_fill(NULL::bigint, ARRAY[n_requests]);
        stream_versions := array_fill(NULL::int, ARRAY[n_requests]);
        FOR r IN
            SELECT n, l.first_position, l.position, l.version, l.recorded_at FROM generate_series(1, n_requests) n
            JOIN log.ledger l
                ON l.tenant_id = p_tenant[n] AND l.principal = p_principal[n] AND l.command_id = p_command[n]
            WHERE codes[n] = 'replayed'
        LOOP
            first_positions[r.n] := r.first_position;
            stream_versions[r.n] := r.version;
            last_positions[r.n] := r.position;
            instants[r.n] := r.recorded_at;
        END LOOP;
    END IF;
    IF 'key_taken' = ANY (codes) THEN
        SELECT array_agg(CASE codes[n] WHEN 'key_taken' THEN v_taken[n] END) INTO claims
        FROM generate_series(1, n_requests) n;
    END IF;
END $$;
COMMENT ON FUNCTION log.append_columns IS
    'Appends a group of requests. Element n of a column answers request n; leaves are by event.';

-- The answers as rows, for a process of the version before that still runs.
CREATE OR REPLACE FUNCTION log.append_group(
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
LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.codes[n],
           CASE a.codes[n] WHEN 'replayed' THEN a.first_positions[n] ELSE a.last_positions[n] - p_events[n] + 1 END,
           a.last_positions[n],
           CASE a.codes[n] WHEN 'replayed' THEN a.stream_versions[n] WHEN 'accepted' THEN p_expected[n] + p_events[n] END,
           CASE WHEN a.codes[n] IN ('accepted', 'replayed') THEN a.instants[n] END,
           a.claims[n]
    FROM log.append_columns(p_tenant, p_stream, p_expected, p_principal, p_command, p_fingerprint, p_events,
                            p_version, p_type, p_state, p_conditions, p_effects) a,
         generate_series(1, cardinality(p_tenant)) n
    ORDER BY n
$$;
