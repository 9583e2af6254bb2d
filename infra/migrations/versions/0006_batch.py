"""Several commands over several streams of one log, accepted or refused as one."""

from importlib.resources import files

from alembic import op

from infra.roles import APPEND

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind = op.get_bind().execution_options(no_parameters=True)
    bind.exec_driver_sql((files("infra.log") / "sql" / f"{revision}_batch.sql").read_text(encoding="utf-8"))
    op.execute(f"GRANT CREATE ON SCHEMA log TO {APPEND}")
    op.execute(f"ALTER FUNCTION log.append_batch OWNER TO {APPEND}")
    op.execute(f"REVOKE CREATE ON SCHEMA log FROM {APPEND}")
    op.execute("GRANT EXECUTE ON FUNCTION log.append_batch TO entente_app")
