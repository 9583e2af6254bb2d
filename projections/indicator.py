"""Definitions of indicators: what a figure of them means."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.confidentiality import Counted
from domain.ids import TenantId
from domain.indicator import (
    Dimension,
    IndicatorCountingStated,
    IndicatorDefined,
    IndicatorRetired,
    IndicatorRevised,
)
from domain.values import Combining, LocalizedText
from projections import events
from projections.bitemporal import Form
from projections.columns import json_value, localized_values
from projections.core import Work, note
from projections.projection import Projection
from projections.query import AsOf, Columns, Query, fact_columns, holds, localized_of, text_of
from projections.reading import Seen
from projections.tables import audience, bitemporal, code, flag, json_text, localized, shape, uuid

INDICATOR: Final[Table] = bitemporal(
    "national",
    "indicator",
    [
        *localized("wording"),
        *localized("description"),
        code("unit"),
        code("kind"),
        code("direction"),
        code("measure"),
        code("over_periods"),
        code("across_bodies"),
        *localized("denominator"),
        code("denominator_unit", nullable=True),
        json_text("dimensions"),
        code("source_rule", nullable=True),
        uuid("plan_id"),
        uuid("element_id"),
        code("status"),
        code("counted", nullable=True),
        flag("sample"),
    ],
    extra=[audience()],
)
"""`status` is in_use or retired. `source_rule` is null where figures are typed; `plan_id` and `element_id` name
the indicator of a plan that the definition makes precise. `counted` is null until somebody says it."""

TABLES: Final = (INDICATOR,)

_FORM: Final = Form(INDICATOR)
_AUDIENCE: Final = _FORM.column("audience")
_DEFINED: Final = _FORM.group(*(name for name in shape(INDICATOR).facts if name != "sample"))
_WORDING: Final = _FORM.group(*(column.name for column in localized("wording")))
_DESCRIPTION: Final = _FORM.group(*(column.name for column in localized("description")))
_DIRECTION: Final = _FORM.group("direction")
_DIMENSIONS: Final = _FORM.group("dimensions")
_SOURCE_RULE: Final = _FORM.group("source_rule")
_STATUS: Final = _FORM.group("status")
_COUNTED: Final = _FORM.group("counted")


def _defined(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, IndicatorDefined)
    combining, made_precise = payload.combining, payload.plan_indicator
    values = (
        *localized_values(payload.wording),
        *localized_values(payload.description),
        payload.unit,
        payload.kind,
        payload.direction,
        combining.measure,
        combining.over_periods,
        combining.across_bodies,
        *localized_values(payload.denominator),
        payload.denominator_unit,
        json_value(payload.dimensions),
        payload.source_rule,
        None if made_precise is None else made_precise.plan_id,
        None if made_precise is None else made_precise.element_id,
        "in_use",
        None,
    )
    segments = work.timelines(INDICATOR).of(seen.stream_id)
    note(segments, seen, _DEFINED, values, [(_AUDIENCE, payload.audience.value)])


def _revised(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, IndicatorRevised)
    segments = work.timelines(INDICATOR).of(seen.stream_id)
    if payload.wording is not None:
        note(segments, seen, _WORDING, localized_values(payload.wording))
    if payload.description is not None:
        note(segments, seen, _DESCRIPTION, localized_values(payload.description))
    if payload.direction is not None:
        note(segments, seen, _DIRECTION, (payload.direction,))
    if payload.dimensions is not None:
        note(segments, seen, _DIMENSIONS, (json_value(payload.dimensions),))
    if payload.source_rule is not None:
        note(segments, seen, _SOURCE_RULE, (payload.source_rule,))


def _counting_stated(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, IndicatorCountingStated)
    note(work.timelines(INDICATOR).of(seen.stream_id), seen, _COUNTED, (payload.counted,))


def _retired(work: Work, seen: Seen) -> None:
    note(work.timelines(INDICATOR).of(seen.stream_id), seen, _STATUS, ("retired",))


INDICATORS: Final = Projection(
    "indicator",
    TABLES,
    {
        IndicatorDefined: _defined,
        IndicatorRevised: _revised,
        IndicatorCountingStated: _counting_stated,
        IndicatorRetired: _retired,
    },
    events.ALL - events.INDICATOR,
    version=2,
)


class IndicatorRow(msgspec.Struct, frozen=True, kw_only=True):
    """A definition as it stood."""

    owner: TenantId
    indicator_id: UUID
    wording: LocalizedText
    description: LocalizedText | None
    unit: str
    kind: str
    direction: str
    combining: Combining
    denominator: LocalizedText | None
    denominator_unit: str | None
    dimensions: tuple[Dimension, ...]
    source_rule: str | None
    plan_id: UUID | None
    element_id: UUID | None
    status: str
    counted: Counted | None
    sample: bool
    audience: str


_dimensions = msgspec.json.Decoder(tuple[Dimension, ...]).decode


def indicators(tenant_id: TenantId, as_of: AsOf, *, ids: Collection[UUID] | None = None) -> Query[IndicatorRow]:
    """The indicators that a body defined, retired ones too, in the order in which they were made."""
    statement = (
        select(*fact_columns(INDICATOR))
        .where(INDICATOR.c.tenant_id == tenant_id, *holds(INDICATOR, as_of))
        .order_by(INDICATOR.c.entity_id)
    )
    if ids is not None:
        statement = statement.where(INDICATOR.c.entity_id.in_(ids))
    return Query(statement, indicator_of)


def indicator_of(row: Columns) -> IndicatorRow:
    """A row of the table, as typed."""
    return IndicatorRow(
        owner=row["tenant_id"],
        indicator_id=row["entity_id"],
        wording=text_of(row, "wording"),
        description=localized_of(row, "description"),
        unit=row["unit"],
        kind=row["kind"],
        direction=row["direction"],
        combining=Combining(
            measure=row["measure"], over_periods=row["over_periods"], across_bodies=row["across_bodies"]
        ),
        denominator=localized_of(row, "denominator"),
        denominator_unit=row["denominator_unit"],
        dimensions=_dimensions(row["dimensions"]),
        source_rule=row["source_rule"],
        plan_id=row["plan_id"],
        element_id=row["element_id"],
        status=row["status"],
        counted=row["counted"],
        sample=row["sample"],
        audience=row["audience"],
    )
