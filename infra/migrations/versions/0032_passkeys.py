"""Passkeys: public keys of authenticators, and the challenges that they answer once."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE access.passkey (
    account_id    uuid        NOT NULL REFERENCES access.account ON DELETE CASCADE,
    credential_id bytea       NOT NULL CHECK (octet_length(credential_id) BETWEEN 16 AND 1023),
    public_key    bytea       NOT NULL CHECK (octet_length(public_key) BETWEEN 32 AND 2048),
    sign_count    bigint      NOT NULL CHECK (sign_count >= 0),
    agent         text        NOT NULL CHECK (octet_length(agent) <= 200),
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (account_id, credential_id)
);
CREATE UNIQUE INDEX passkey_once ON access.passkey (credential_id);
COMMENT ON TABLE access.passkey IS 'Keys that people sign in with (WebAuthn, level 3): the public halves.';
COMMENT ON COLUMN access.passkey.credential_id IS 'Random, made by the authenticator.';

CREATE TABLE access.challenge (
    challenge_hash bytea       PRIMARY KEY CHECK (octet_length(challenge_hash) = 32),
    expires_at     timestamptz NOT NULL
);
CREATE INDEX ON access.challenge (expires_at);
COMMENT ON TABLE access.challenge IS
    'What a passkey has been asked to sign, by a hash: it belongs to nobody, so it has no policy, and no login '
    'reaches it but through access.new_challenge() and access.use_challenge().';
"""

# The form of the policy is one that a solver can prove: do not wrap it.
OF_ACCOUNT = "account_id = (SELECT current_setting('app.account')::uuid)"

GRANTS = """
GRANT SELECT, INSERT, DELETE ON access.passkey TO entente_app;
GRANT UPDATE (sign_count) ON access.passkey TO entente_app;
"""

# A passkey is shown before anybody knows whose it is. As in 0030.
LOOK_UP = """
CREATE POLICY owner_finds ON access.passkey FOR SELECT TO entente_owner USING (true);

CREATE FUNCTION access.find_passkey(p_credential bytea)
RETURNS TABLE (account_id uuid, public_key bytea, sign_count bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.account_id, p.public_key, p.sign_count FROM access.passkey p WHERE p.credential_id = p_credential
$$;
COMMENT ON FUNCTION access.find_passkey(bytea) IS 'The passkey of this id, or no row.';

CREATE FUNCTION access.new_challenge(p_hash bytea, p_valid interval) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM access.challenge WHERE challenge_hash IN (
        SELECT c.challenge_hash FROM access.challenge c WHERE c.expires_at < clock_timestamp()
        ORDER BY c.expires_at LIMIT 10 FOR UPDATE SKIP LOCKED
    );
    INSERT INTO access.challenge (challenge_hash, expires_at) VALUES (p_hash, clock_timestamp() + p_valid);
$$;
COMMENT ON FUNCTION access.new_challenge(bytea, interval) IS 'Remember what was asked.';

CREATE FUNCTION access.use_challenge(p_hash bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_expires_at timestamptz;
BEGIN
    DELETE FROM access.challenge WHERE challenge_hash = p_hash RETURNING expires_at INTO v_expires_at;
    RETURN coalesce(v_expires_at > clock_timestamp(), false);
END $$;
COMMENT ON FUNCTION access.use_challenge(bytea) IS
    'Whether this was asked and not answered yet; it then is answered.';

GRANT EXECUTE ON FUNCTION
    access.find_passkey(bytea),
    access.new_challenge(bytea, interval),
    access.use_challenge(bytea)
TO entente_app;
"""


def upgrade() -> None:
    bind = op.get_bind().execution_options(no_parameters=True)
    bind.exec_driver_sql(TABLES)
    bind.exec_driver_sql(
        "ALTER TABLE access.passkey ENABLE ROW LEVEL SECURITY;"
        "ALTER TABLE access.passkey FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY of_account ON access.passkey TO entente_app USING ({OF_ACCOUNT}) WITH CHECK ({OF_ACCOUNT})"
    )
    for part in (GRANTS, LOOK_UP):
        bind.exec_driver_sql(part)
