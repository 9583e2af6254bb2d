"""What a session keeps to be ended at the sign-in service that opened it, too."""

from alembic import op

revision = "0061b"
down_revision = "0061"
branch_labels = None
depends_on = None

COLUMN = """
ALTER TABLE access.session ADD COLUMN id_token bytea CHECK (octet_length(id_token) <= 33000);
COMMENT ON COLUMN access.session.id_token IS
    'By what the provider that opened it knows the sign-in, sealed and bound to the account; null: it has none.';
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(COLUMN)
