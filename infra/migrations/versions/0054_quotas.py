"""What an operator allows one body in the place of what the settings allow each, and which exports are open."""

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE access.quota (
    tenant_id        uuid   PRIMARY KEY,
    stored_bytes     bigint CHECK (stored_bytes >= 0),
    commands_per_day bigint CHECK (commands_per_day >= 0),
    open_exports     bigint CHECK (open_exports >= 0)
);
COMMENT ON TABLE access.quota IS 'What a body may use. Null: as the settings say; 0: as much as it likes.';

CREATE TABLE access.open_export (
    tenant_id uuid        NOT NULL,
    export_id uuid        NOT NULL,
    until     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, export_id)
);
COMMENT ON TABLE access.open_export IS
    'Exports that are being made. Whoever makes one removes its row; where nobody could, it counts until then.';
"""

# The form of the policy is one that a solver can prove: do not wrap it.
OF_TENANT = "tenant_id = (SELECT current_setting('app.tenant')::uuid)"

GRANTS = """
GRANT SELECT, INSERT, DELETE ON access.quota TO entente_app;
GRANT UPDATE (stored_bytes, commands_per_day, open_exports) ON access.quota TO entente_app;
GRANT SELECT, INSERT, DELETE ON access.open_export TO entente_app;
"""


def upgrade() -> None:
    bind = op.get_bind().execution_options(no_parameters=True)
    bind.exec_driver_sql(TABLES)
    for table in ("access.quota", "access.open_export"):
        bind.exec_driver_sql(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
            f"CREATE POLICY of_tenant ON {table} TO entente_app USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})"
        )
    bind.exec_driver_sql(GRANTS)
