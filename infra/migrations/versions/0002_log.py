"""The logs, what is written in the same transaction as their events, and the functions that do it.

The SQL is frozen under this revision's number: what is released never changes meaning; a later one replaces it.
"""

from importlib.resources import files

from alembic import op

from infra.roles import APPEND

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PARTS = ("tables", "jobs", "append", "reads")
APPENDING = ("log.append_group", "log.forget_outcomes", "log.open")
COMMONS = "00000000-0000-7000-8000-00000000c0de"


def upgrade() -> None:
    bind = op.get_bind().execution_options(no_parameters=True)  # the SQL has percent signs of its own
    for part in PARTS:
        source = files("infra.log") / "sql" / f"{revision}_{part}.sql"
        bind.exec_driver_sql(source.read_text(encoding="utf-8"))
    op.execute(f"GRANT CREATE ON SCHEMA log TO {APPEND}")
    for function in APPENDING:
        op.execute(f"ALTER FUNCTION {function} OWNER TO {APPEND}")
    op.execute(f"REVOKE CREATE ON SCHEMA log FROM {APPEND}")
    op.execute(f"GRANT EXECUTE ON FUNCTION {', '.join(APPENDING[:2])} TO entente_app")
    op.execute(f"SELECT log.open('{COMMONS}')")
