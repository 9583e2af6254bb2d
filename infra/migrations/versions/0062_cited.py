"""What an order cites is read whole, so nothing asks any more whether an event is there."""

from alembic import op

revision = "0062"
down_revision = "0061b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql("DROP FUNCTION log.has_event(uuid, uuid, bigint)")
