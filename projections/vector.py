"""Many logs at once, each up to a position of its own, and none further than a moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Uuid,
    and_,
    bindparam,
    column,
    exists,
    func,
    or_,
    true,
)

Vector = Sequence[tuple[UUID, int]] | FromClause
"""Per log the last position that counts; logs that are not in it do not count at all.

A FROM clause has them in its columns `log` and `position`.
"""


def known_within(source: FromClause, vector: Vector, at: datetime | None) -> ColumnElement[bool]:
    """The rows of a bitemporal table that were known where the logs stood.

    A position that its log had not reached at the moment counts for what it had reached then.
    """
    rows = source.c
    reached = _reached(vector)
    began: ColumnElement[bool] = rows.pos_from <= reached.c.position
    open_still: ColumnElement[bool] = rows.pos_to > reached.c.position
    if at is not None:
        began = and_(began, rows.recorded_from <= at)
        open_still = or_(open_still, rows.recorded_to > at)
    return exists().where(reached.c.log == rows.tenant_id, began, open_still)


def happened_within(source: FromClause, vector: Vector, at: datetime | None) -> ColumnElement[bool]:
    """Likewise the rows of a plain table with a position and a moment each."""
    reached = _reached(vector)
    recorded = true() if at is None else source.c.recorded_at <= at
    return exists().where(reached.c.log == source.c.tenant_id, source.c.position <= reached.c.position, recorded)


def _reached(vector: Vector) -> Any:
    if isinstance(vector, FromClause):
        return vector
    logs = bindparam("logs", [log for log, _ in vector], type_=ARRAY(Uuid), unique=True)
    positions = bindparam("positions", [at for _, at in vector], type_=ARRAY(BigInteger), unique=True)
    both = func.unnest(logs, positions).table_valued(column("log", Uuid), column("position", BigInteger))
    return both.render_derived()
