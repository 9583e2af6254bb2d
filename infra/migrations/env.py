"""Alembic's entry point. `infra.migrate` hands it a connection; there is no alembic.ini."""

from alembic import context
from sqlalchemy import Connection

from infra.migrate import SCHEMA

connection = context.config.attributes["connection"]
assert isinstance(connection, Connection)
context.configure(
    connection=connection,
    version_table_schema=SCHEMA,
    # Each migration commits with its version row, so a failed one is taken up where it stopped.
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
