"""Comparisons that were frozen to be cited."""

from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.frozen_comparison import ComparisonFrozen, SourceLog
from domain.ids import TenantId
from domain.values import LocalizedText
from projections import events
from projections.bitemporal import Form
from projections.columns import citation_values, json_value, localized_values, period_values
from projections.core import Work, note
from projections.projection import Projection
from projections.query import AsOf, Columns, Query, fact_columns, holds, text_of
from projections.reading import Seen
from projections.tables import (
    audience,
    bitemporal,
    citation,
    code,
    day,
    flag,
    json_text,
    localized,
    period,
    shape,
)

FROZEN_COMPARISON: Final[Table] = bitemporal(
    "rm",
    "frozen_comparison",
    [
        *localized("title"),
        *citation("indicator", nullable=False),
        *period("period"),
        json_text("kinds", nullable=True),
        json_text("provinces", nullable=True),
        code("stage"),
        day("as_of", nullable=False),
        json_text("sources"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""`as_of` is the day of the question; `sources` are the logs with their positions. Absent `kinds` or `provinces`
mean all of them."""

TABLES: Final = (FROZEN_COMPARISON,)

_FORM: Final = Form(FROZEN_COMPARISON)
_AUDIENCE: Final = _FORM.column("audience")
_FROZEN: Final = _FORM.group(*(name for name in shape(FROZEN_COMPARISON).facts if name != "sample"))


def _frozen(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, ComparisonFrozen)
    values = (
        *localized_values(payload.title),
        *citation_values(payload.indicator),
        *period_values(payload.period),
        None if payload.kinds is None else json_value(payload.kinds),
        None if payload.provinces is None else json_value(payload.provinces),
        payload.stage,
        payload.as_of,
        json_value(payload.sources),
    )
    segments = work.timelines(FROZEN_COMPARISON).of(seen.stream_id)
    note(segments, seen, _FROZEN, values, [(_AUDIENCE, payload.audience.value)])


FROZEN_COMPARISONS: Final = Projection(
    "frozen_comparison", TABLES, {ComparisonFrozen: _frozen}, events.ALL - events.FROZEN_COMPARISON
)


class FrozenComparisonRow(msgspec.Struct, frozen=True, kw_only=True):
    frozen_comparison_id: UUID
    title: LocalizedText
    sources: tuple[SourceLog, ...]


sources_of = msgspec.json.Decoder(tuple[SourceLog, ...]).decode


def frozen_comparisons(tenant_id: TenantId, as_of: AsOf) -> Query[FrozenComparisonRow]:
    """The comparisons that a body froze."""
    columns = FROZEN_COMPARISON.c
    statement = (
        select(*fact_columns(FROZEN_COMPARISON))
        .where(columns.tenant_id == tenant_id, *holds(FROZEN_COMPARISON, as_of))
        .order_by(columns.entity_id)
    )
    return Query(statement, _row)


def _row(row: Columns) -> FrozenComparisonRow:
    return FrozenComparisonRow(
        frozen_comparison_id=row["entity_id"], title=text_of(row, "title"), sources=sources_of(row["sources"])
    )
