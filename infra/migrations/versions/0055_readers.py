"""Roles of those who read for a body without being one of its members: a funder's analyst, and an auditor."""

from alembic import op

revision = "0055"
down_revision = "0041"
branch_labels = None
depends_on = None

ROLES = """
ALTER TABLE access.membership DROP CONSTRAINT membership_role_check;
ALTER TABLE access.membership ADD CONSTRAINT membership_role_check CHECK (role IN (
    'coordinator', 'chair', 'member', 'partner_reporter', 'regional_adviser', 'plan_approver',
    'programme_officer', 'funder_analyst', 'auditor', 'operator'
));
"""


def upgrade() -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(ROLES)
