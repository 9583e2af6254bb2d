"""Links by which people who forgot their password choose another."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE access.password_link (
    token_hash bytea       PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    account_id uuid        NOT NULL UNIQUE REFERENCES access.account ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE access.password_link IS
    'Links to choose another password, by the SHA-256 of 256 random bits. One per account; used, it goes.';
"""

# The form of the policy is one that a solver can prove: do not wrap it.
OF_ACCOUNT = "account_id = (SELECT current_setting('app.account')::uuid)"

GRANTS = "GRANT SELECT, INSERT, DELETE ON access.password_link TO entente_app"

# As in 0030: a link is shown before anybody knows whose it is.
LOOK_UP = """
CREATE POLICY owner_finds ON access.password_link FOR SELECT TO entente_owner USING (true);
CREATE FUNCTION access.find_password_link(p_hash bytea)
RETURNS TABLE (account_id uuid, email text, language text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.account_id, a.email, a.language FROM access.password_link l JOIN access.account a USING (account_id)
    WHERE l.token_hash = p_hash AND l.expires_at > clock_timestamp()
$$;
COMMENT ON FUNCTION access.find_password_link(bytea) IS 'Whose password the link of this hash changes, or no row.';
GRANT EXECUTE ON FUNCTION access.find_password_link(bytea) TO entente_app;
"""


def upgrade() -> None:
    bind = op.get_bind().execution_options(no_parameters=True)
    bind.exec_driver_sql(TABLES)
    bind.exec_driver_sql(
        "ALTER TABLE access.password_link ENABLE ROW LEVEL SECURITY;"
        "ALTER TABLE access.password_link FORCE ROW LEVEL SECURITY;"
        "CREATE POLICY of_account ON access.password_link TO entente_app"
        f" USING ({OF_ACCOUNT}) WITH CHECK ({OF_ACCOUNT})"
    )
    for part in (GRANTS, LOOK_UP):
        bind.exec_driver_sql(part)
