"""What forgetting somebody everywhere needs, and that the planner keeps no samples of personal data.

ANALYZE copies values of each column into pg_statistic, where they would outlive the row that they came from, and
would be in every copy of the database's files. The planner has no use for them here: these columns are looked up
by unique keys.
"""

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

COLUMNS = {
    "pii.person": ("name", "email", "phone"),
    "pii.address": ("email",),
    "access.account": ("email", "password_hash"),
    "access.invitation": ("email",),
    "access.session": ("agent",),
    "access.passkey": ("agent",),
    "access.token": ("name",),
}
INDEXES = {"access.account_once": 1, "pii.address_once": 3}
"""Indexes over an expression have statistics of their own."""

# An account may have a pseudonym in any log, and an address may stand in the list of any body. Each function
# answers for one account or one address; their owner cannot log in.
FUNCTIONS = """
CREATE POLICY owner_finds ON pii.person FOR SELECT TO entente_owner USING (true);
CREATE POLICY owner_forgets ON pii.address FOR DELETE TO entente_owner USING (true);
CREATE POLICY owner_forgets ON access.invitation FOR DELETE TO entente_owner USING (true);

CREATE FUNCTION pii.pseudonyms_of(p_principal uuid) RETURNS TABLE (tenant_id uuid, person_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.tenant_id, p.person_id FROM pii.person p
    WHERE p.principal = p_principal ORDER BY p.created_at, p.tenant_id
$$;
COMMENT ON FUNCTION pii.pseudonyms_of(uuid) IS 'Under which pseudonyms an account acted, in which logs.';

CREATE FUNCTION pii.lists_with(p_email text) RETURNS TABLE (tenant_id uuid, added_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.tenant_id, a.added_at FROM pii.address a WHERE lower(a.email) = lower(p_email) ORDER BY a.added_at
$$;
COMMENT ON FUNCTION pii.lists_with(text) IS 'Which bodies write to an address.';

CREATE FUNCTION pii.forget_address(p_email text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_gone bigint;
    v_more bigint;
BEGIN
    DELETE FROM pii.address a WHERE lower(a.email) = lower(p_email);
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    DELETE FROM access.invitation i WHERE lower(i.email) = lower(p_email);
    GET DIAGNOSTICS v_more = ROW_COUNT;
    RETURN v_gone + v_more;
END $$;
COMMENT ON FUNCTION pii.forget_address(text) IS
    'Remove an address from the lists and invitations of every body; how many there were.';

GRANT EXECUTE ON FUNCTION pii.pseudonyms_of(uuid), pii.lists_with(text), pii.forget_address(text) TO entente_app;
"""


def upgrade() -> None:
    bind = op.get_bind().execution_options(no_parameters=True)
    for table, columns in COLUMNS.items():
        for column in columns:
            bind.exec_driver_sql(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")
    for index, place in INDEXES.items():
        bind.exec_driver_sql(f"ALTER INDEX {index} ALTER COLUMN {place} SET STATISTICS 0")
    bind.exec_driver_sql(FUNCTIONS)
