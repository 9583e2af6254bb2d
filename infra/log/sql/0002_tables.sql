-- The logs: every body's events, in the order in which they were written, for ever.

CREATE TABLE log.head (
    tenant_id   uuid        PRIMARY KEY,
    position    bigint      NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL DEFAULT '-infinity',
    -- Roots of the perfect subtrees of the log's Merkle tree, largest first, 32 bytes each (RFC 9162 section 2.1).
    frontier    bytea       NOT NULL DEFAULT ''
) WITH (
    -- The one row that every append updates: room on its page keeps the updates off the index.
    fillfactor = 10, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0
);
COMMENT ON TABLE log.head IS
    'One row per body: the end of its log. Its lock is what makes positions gapless and in the order of commits.';

CREATE TABLE log.event (
    tenant_id   uuid        NOT NULL,
    position    bigint      NOT NULL,
    stream_id   uuid        NOT NULL,
    version     int         NOT NULL,
    type        text        COLLATE "C" NOT NULL,
    recorded_at timestamptz NOT NULL,
    state       bytea       NOT NULL,
    leaf        bytea       NOT NULL,
    PRIMARY KEY (tenant_id, position),
    UNIQUE (tenant_id, stream_id, version)
);

CREATE TABLE log.tile (
    tenant_id uuid     NOT NULL,
    level     smallint NOT NULL,
    idx       bigint   NOT NULL,
    data      bytea    NOT NULL CHECK (octet_length(data) = 8192),
    root      bytea    NOT NULL CHECK (octet_length(root) = 32),
    PRIMARY KEY (tenant_id, level, idx)
);
COMMENT ON TABLE log.tile IS
    'Full tiles as C2SP tlog-tiles defines them: 256 hashes of one level, with the root of their subtree.';

CREATE TABLE log.ledger (
    tenant_id      uuid        NOT NULL,
    principal      uuid        NOT NULL,
    command_id     uuid        NOT NULL,
    fingerprint    bytea       NOT NULL,
    first_position bigint,
    position       bigint,
    version        int         NOT NULL,
    recorded_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, principal, command_id)
);
COMMENT ON TABLE log.ledger IS 'Outcomes of accepted commands, so that the same key is answered the same way.';

CREATE TABLE log.claim (
    tenant_id uuid   NOT NULL,
    key       text   COLLATE "C" NOT NULL,
    stream_id uuid   NOT NULL,
    position  bigint,
    PRIMARY KEY (tenant_id, key)
);

CREATE TABLE log.snapshot (
    tenant_id uuid  NOT NULL,
    stream_id uuid  NOT NULL,
    version   int   NOT NULL,
    kind      text  COLLATE "C" NOT NULL,
    schema    int   NOT NULL,
    state     bytea NOT NULL,
    PRIMARY KEY (tenant_id, stream_id, kind, schema, version)
);
COMMENT ON TABLE log.snapshot IS 'A cache of folded states; may be emptied at any time.';

CREATE TABLE access.grant_now (
    tenant_id      uuid   NOT NULL,
    grantee        uuid   NOT NULL,
    programme      text   COLLATE "C" NOT NULL,
    since_position bigint NOT NULL,
    PRIMARY KEY (tenant_id, grantee, programme)
);
CREATE INDEX ON access.grant_now (grantee, programme, tenant_id);

-- What is written stays.

CREATE FUNCTION log.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'rows of %.% are never changed or removed', TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'Record a new event that corrects the earlier one.';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log.event
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log.tile
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON log.event, log.tile FROM entente_owner;

-- Who sees which rows. The form of the tenant's policy is one that a solver can prove: do not wrap it.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['log.head', 'log.event', 'log.tile', 'log.ledger', 'log.claim', 'log.snapshot',
                                'access.grant_now'] LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', name);
        EXECUTE format($policy$CREATE POLICY of_tenant ON %s TO entente_app, entente_projector
            USING (tenant_id = (SELECT current_setting('app.tenant')::uuid))
            WITH CHECK (tenant_id = (SELECT current_setting('app.tenant')::uuid))$policy$, name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['log.head', 'log.event', 'log.tile', 'log.ledger', 'log.claim',
                                'access.grant_now'] LOOP
        EXECUTE format('CREATE POLICY append_writes ON %s TO entente_append USING (true) WITH CHECK (true)', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['log.head', 'log.event', 'log.tile'] LOOP
        EXECUTE format('CREATE POLICY signer_reads_all ON %s FOR SELECT TO entente_signer USING (true)', name);
    END LOOP;
END $$;

-- The projector asks which logs have grown: ids and numbers of all bodies, never their events.
CREATE POLICY projector_reads_all ON log.head FOR SELECT TO entente_projector USING (true);
-- A funder's reader sees who granted it something, and no grant to anybody else.
CREATE POLICY of_grantee ON access.grant_now FOR SELECT TO entente_national_reader
    USING (grantee = (SELECT current_setting('app.reader')::uuid));

GRANT USAGE ON SCHEMA log, access TO entente_app, entente_append, entente_projector;
GRANT USAGE ON SCHEMA log TO entente_signer;
GRANT USAGE ON SCHEMA access TO entente_national_reader;

GRANT SELECT ON log.head, log.event, log.tile, log.ledger, log.claim, access.grant_now TO entente_app;
GRANT SELECT, INSERT, DELETE ON log.snapshot TO entente_app;
GRANT SELECT ON log.head, log.event TO entente_projector;
GRANT SELECT ON log.head, log.event, log.tile TO entente_signer;
GRANT SELECT ON access.grant_now TO entente_national_reader;

GRANT SELECT, INSERT, UPDATE ON log.head TO entente_append;
GRANT SELECT, INSERT ON log.event, log.tile, log.claim TO entente_append;
GRANT SELECT, INSERT, DELETE ON log.ledger, access.grant_now TO entente_append;
