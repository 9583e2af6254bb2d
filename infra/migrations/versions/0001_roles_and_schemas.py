"""The schemas, owned by one role that nobody can log in as.

The roles themselves belong to the whole server rather than to this database: `infra.migrate` makes them
before any migration runs, and lets every migration run as `entente_owner`.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMAS = ("log", "rm", "national", "commons", "access", "pii", "identity", "jobs")


def upgrade() -> None:
    for schema in SCHEMAS:
        op.execute(f"CREATE SCHEMA {schema}")
        # A new schema is closed to PUBLIC; this says so where a reader looks for it.
        op.execute(f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC")
    # PostgreSQL lets everybody execute a new function and use a new type. Ours are granted one by one.
    op.execute("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
    op.execute("ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC")
