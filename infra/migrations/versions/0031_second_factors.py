"""Second factors: the secrets of authenticators, sealed, and codes that work once."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE access.second_factor (
    account_id uuid        NOT NULL REFERENCES access.account ON DELETE CASCADE,
    pending    boolean     NOT NULL,
    sealed     bytea       NOT NULL CHECK (octet_length(sealed) BETWEEN 44 AND 92),
    sealed_by  text        COLLATE "C" NOT NULL,
    last_step  bigint      NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (account_id, pending)
);
COMMENT ON TABLE access.second_factor IS
    'The secret of an authenticator (RFC 6238), encrypted, as the keys in pii.key are.';
COMMENT ON COLUMN access.second_factor.pending IS 'Shown to its owner, who has not given a code of it yet.';
COMMENT ON COLUMN access.second_factor.last_step IS
    'Of the newest code that was taken: none of this step or before is.';

CREATE TABLE access.recovery_code (
    account_id uuid  NOT NULL REFERENCES access.account ON DELETE CASCADE,
    code_hash  bytea NOT NULL CHECK (octet_length(code_hash) = 32),
    PRIMARY KEY (account_id, code_hash)
);
COMMENT ON TABLE access.recovery_code IS
    'Codes for whoever lost the authenticator, by their hash. A used one goes.';
"""

# The form of the policy is one that a solver can prove: do not wrap it.
SECURED = ("access.second_factor", "access.recovery_code")
OF_ACCOUNT = "account_id = (SELECT current_setting('app.account')::uuid)"

GRANTS = """
GRANT SELECT, INSERT, DELETE ON access.second_factor TO entente_app;
GRANT UPDATE (last_step) ON access.second_factor TO entente_app;
GRANT SELECT, INSERT, DELETE ON access.recovery_code TO entente_app;
"""

# As in 0030, and tells whether the account has a second factor: then a session by password alone does not act.
LOOK_UP = """
CREATE POLICY owner_finds ON access.second_factor FOR SELECT TO entente_owner USING (true);
DROP FUNCTION access.use_session(bytea, interval);
CREATE FUNCTION access.use_session(p_hash bytea, p_idle interval)
RETURNS TABLE (
    session_id uuid, account_id uuid, email text, language text, factor text, expires_at timestamptz,
    has_second boolean, tenant_id uuid, membership_id uuid, role text, person_id uuid
)
LANGUAGE plpgsql SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE access.session s SET seen_at = clock_timestamp()
    WHERE s.session_hash = p_hash AND s.expires_at > clock_timestamp()
        AND s.seen_at > clock_timestamp() - p_idle
        AND s.seen_at < clock_timestamp() - p_idle / 60; -- not one write per request
    RETURN QUERY SELECT s.session_id, s.account_id, a.email, a.language, s.factor, s.expires_at,
        EXISTS (SELECT FROM access.second_factor f WHERE f.account_id = s.account_id AND NOT f.pending),
        m.tenant_id, m.membership_id, m.role, m.person_id
    FROM access.session s JOIN access.account a USING (account_id)
    LEFT JOIN access.membership m
        ON m.tenant_id = s.body_id AND m.membership_id = s.membership_id AND m.account_id = s.account_id
    WHERE s.session_hash = p_hash AND s.expires_at > clock_timestamp() AND s.seen_at > clock_timestamp() - p_idle;
END $$;
COMMENT ON FUNCTION access.use_session(bytea, interval) IS
    'The valid session of this hash with the membership that it acts for, or no row; it then counts as used.';
GRANT EXECUTE ON FUNCTION access.use_session(bytea, interval) TO entente_app;
"""


def upgrade() -> None:
    bind = op.get_bind().execution_options(no_parameters=True)
    bind.exec_driver_sql(TABLES)
    for table in SECURED:
        bind.exec_driver_sql(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
            f"CREATE POLICY of_account ON {table} TO entente_app USING ({OF_ACCOUNT}) WITH CHECK ({OF_ACCOUNT})"
        )
    for part in (GRANTS, LOOK_UP):
        bind.exec_driver_sql(part)
