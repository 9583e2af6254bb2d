"""The table of cursors: how far each projection of each tenant is, in each build."""

from typing import Final

from sqlalchemy import BigInteger, Column, DateTime, Table, Text, Uuid

from projections.tables import METADATA

CURSOR: Final[Table] = Table(
    "cursor",
    METADATA,
    Column("tenant_id", Uuid, primary_key=True, nullable=False),
    Column("projection", Text(collation="C"), primary_key=True, nullable=False),
    Column("build", Text(collation="C"), primary_key=True, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("stopped_type", Text),
    Column("stopped_reason", Text),
    Column("stopped_at_position", BigInteger),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    schema="rm",
)
