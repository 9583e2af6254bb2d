"""For which organisation somebody acts in a body, and invitations to do so."""

from alembic import op

revision = "0060"
down_revision = "0052"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE access.represented (
    tenant_id       uuid        NOT NULL,
    person_id       uuid        NOT NULL,
    organisation_id uuid        NOT NULL,
    since           timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, person_id)
);
CREATE INDEX ON access.represented (tenant_id, organisation_id);
COMMENT ON TABLE access.represented IS
    'For which organisation of the commons somebody acts in a body. Stays when they leave: what they recorded '
    'is still that organisation''s.';
COMMENT ON COLUMN access.represented.person_id IS 'A pseudonym of the log of tenant_id.';
ALTER TABLE access.invitation ADD COLUMN organisation_id uuid;
COMMENT ON COLUMN access.invitation.organisation_id IS 'For which the invited one is to act; null: for none.';
"""

# The form of the policy is one that a solver can prove: do not wrap it.
OF_TENANT = "tenant_id = (SELECT current_setting('app.tenant')::uuid)"

RIGHTS = f"""
CREATE POLICY of_tenant ON access.represented TO entente_app USING ({OF_TENANT}) WITH CHECK ({OF_TENANT});
ALTER TABLE access.represented ENABLE ROW LEVEL SECURITY;
ALTER TABLE access.represented FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, DELETE ON access.represented TO entente_app;
"""


def upgrade() -> None:
    bind = op.get_bind().execution_options(no_parameters=True)
    bind.exec_driver_sql(TABLE)
    bind.exec_driver_sql(RIGHTS)
