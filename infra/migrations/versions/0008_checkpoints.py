"""Signed checkpoints of the logs, witnesses' cosignatures, and the hourly root over all of them.

What the signer has said stays: its tables are append-only as the logs are.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE log.checkpoint (
    tenant_id uuid        NOT NULL,
    epoch     int         NOT NULL CHECK (epoch >= 1),
    size      bigint      NOT NULL CHECK (size >= 1),
    root      bytea       NOT NULL CHECK (octet_length(root) = 32),
    note      text        COLLATE "C" NOT NULL,
    vkey      text        COLLATE "C" NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, epoch, size)
);
COMMENT ON TABLE log.checkpoint IS
    'What the signer has said of each log: the size and root of its tree, as a C2SP signed note.';
COMMENT ON COLUMN log.checkpoint.epoch IS '1, until a log is begun again after a restore that lost events.';

CREATE TABLE log.cosignature (
    tenant_id   uuid        NOT NULL,
    epoch       int         NOT NULL,
    size        bigint      NOT NULL,
    witness     text        COLLATE "C" NOT NULL,
    line        text        COLLATE "C" NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, epoch, size, witness)
);
COMMENT ON TABLE log.cosignature IS 'Lines of signature by witnesses whose keys the signer knows, verified.';

CREATE TABLE national.log_root (
    at   timestamptz PRIMARY KEY,
    logs int         NOT NULL CHECK (logs >= 1),
    root bytea       NOT NULL CHECK (octet_length(root) = 32),
    note text        COLLATE "C" NOT NULL
);
COMMENT ON TABLE national.log_root IS
    'An RFC 9162 root over the newest checkpoint of every log, once an hour: one line to print in the minutes.';

CREATE TABLE log.national_leaf (
    tenant_id uuid        NOT NULL,
    at        timestamptz NOT NULL,
    leaf      int         NOT NULL CHECK (leaf >= 0),
    text      text        COLLATE "C" NOT NULL,
    proof     bytea       NOT NULL,
    PRIMARY KEY (tenant_id, at)
);
COMMENT ON TABLE log.national_leaf IS
    'The checkpoint that a log had in a national root, and the hashes that lead from it to that root.';
"""

# For the receipt of a command that was accepted before.
LEAF_AT = """
CREATE FUNCTION log.leaf_at(p_tenant uuid, p_position bigint) RETURNS bytea
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM log.enter(p_tenant);
    RETURN (SELECT leaf FROM log.event WHERE tenant_id = p_tenant AND position = p_position);
END $$;
GRANT EXECUTE ON FUNCTION log.leaf_at(uuid, bigint) TO entente_app;
"""

SECURED = ("log.checkpoint", "log.cosignature", "log.national_leaf")
APPEND_ONLY = (*SECURED, "national.log_root")
# The form of the policy is one that a solver can prove: do not wrap it.
OF_TENANT = "tenant_id = (SELECT current_setting('app.tenant')::uuid)"


def upgrade() -> None:
    bind = op.get_bind().execution_options(no_parameters=True)
    bind.exec_driver_sql(TABLES)
    bind.exec_driver_sql(LEAF_AT)
    for table in APPEND_ONLY:
        bind.exec_driver_sql(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();"
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM entente_owner;"
            f"GRANT SELECT ON {table} TO entente_app;"
            f"GRANT SELECT, INSERT ON {table} TO entente_signer"
        )
    for table in SECURED:
        bind.exec_driver_sql(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
            f"CREATE POLICY of_tenant ON {table} TO entente_app USING ({OF_TENANT}) WITH CHECK ({OF_TENANT});"
            f"CREATE POLICY signer_writes ON {table} TO entente_signer USING (true) WITH CHECK (true)"
        )
    bind.exec_driver_sql("GRANT USAGE ON SCHEMA national TO entente_app, entente_signer")
    bind.exec_driver_sql("GRANT SELECT ON national.log_root TO entente_national_reader")
    bind.exec_driver_sql("GRANT USAGE ON SCHEMA jobs TO entente_signer")
    bind.exec_driver_sql("GRANT SELECT, INSERT, UPDATE, DELETE ON jobs.heartbeat TO entente_signer")
