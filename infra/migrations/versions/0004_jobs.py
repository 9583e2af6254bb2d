"""A sign of life of each background process."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE jobs.heartbeat (
    process_id uuid        PRIMARY KEY,
    kind       text        COLLATE "C" NOT NULL,
    started_at timestamptz NOT NULL,
    beat_at    timestamptz NOT NULL
);
COMMENT ON TABLE jobs.heartbeat IS 'Background processes and when each was last seen alive. Of no tenant.';
GRANT USAGE ON SCHEMA jobs TO entente_projector;
GRANT SELECT, INSERT, UPDATE, DELETE ON jobs.heartbeat TO entente_app, entente_projector;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(TABLE)
