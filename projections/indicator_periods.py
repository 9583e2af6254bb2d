"""Which periods of an owner's indicators have figures, reported of them or of indicators aligned with them."""

from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import func, select, union_all

from domain.ids import TenantId
from domain.values import Period
from projections.alignment import ALIGNMENT
from projections.indicator_cells import INDICATOR_CELL
from projections.query import AsOf, Query, holds

_C: Final = INDICATOR_CELL.c
_A: Final = ALIGNMENT.c
_PERIOD: Final = (_C.period_kind, _C.period_start, _C.period_end)


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """A period of an indicator of which figures were published."""

    indicator_id: UUID
    period: Period
    bodies: int
    """How many bodies published one."""


def most_reported(owner: TenantId, on: date) -> Query[Reported]:
    """The periods by how many bodies published a figure: most first, of those the newest."""
    published = (_C.stage == "published", _C.cuts == "", _C.effective_on <= on)
    stand = func.sum(_C.delta) != 0
    of_own = (
        select(_C.tenant_id, _C.indicator_stream.label("indicator_id"), *_PERIOD)
        .where(_C.indicator_log == owner, *published)
        .group_by(_C.tenant_id, _C.indicator_stream, *_PERIOD)
        .having(stand)
    )
    aligned = (
        select(_C.tenant_id, _A.canonical_stream.label("indicator_id"), *_PERIOD)
        .join_from(
            INDICATOR_CELL,
            ALIGNMENT,
            (_A.tenant_id == _C.tenant_id)
            & (_C.indicator_log == _C.tenant_id)
            & (_A.indicator_id == _C.indicator_stream),
        )
        .where(
            _A.canonical_log == owner,
            _A.status == "in_force",
            _A.grade != "none",
            *holds(ALIGNMENT, AsOf(on=on)),
            *published,
        )
        .group_by(_C.tenant_id, _A.canonical_stream, *_PERIOD)
        .having(stand)
    )
    each = union_all(of_own, aligned).subquery()
    keys = (each.c.indicator_id, each.c.period_kind, each.c.period_start, each.c.period_end)
    bodies = func.count(each.c.tenant_id.distinct())
    statement = (
        select(*keys, bodies.label("bodies"))
        .group_by(*keys)
        .order_by(bodies.desc(), each.c.period_end.desc(), each.c.indicator_id, each.c.period_start)
    )
    return Query(statement, _reported)


def _reported(row: Any) -> Reported:
    period = Period(kind=row["period_kind"], start=row["period_start"], end=row["period_end"])
    return Reported(indicator_id=row["indicator_id"], period=period, bodies=row["bodies"])
