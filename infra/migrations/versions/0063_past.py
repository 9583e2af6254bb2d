"""What was known earlier is found by the key: the index for it goes from tables that were made with one."""

from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

_WITHOUT = """
DO $$
DECLARE past regclass;
BEGIN
    FOR past IN
        SELECT i.indexrelid FROM pg_index i
        JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_class t ON t.oid = i.indrelid
        WHERE t.relnamespace::regnamespace::text IN ('rm', 'national', 'commons')
        AND c.relname = t.relname || '_past'
    LOOP
        EXECUTE 'DROP INDEX ' || past;
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(_WITHOUT)
