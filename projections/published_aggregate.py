"""Published aggregates, read beside sums of what is recorded here and never in one of them."""

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.ids import TenantId
from domain.published_aggregate import (
    Figure,
    Publication,
    PublishedAggregateCorrected,
    PublishedAggregateRecorded,
    PublishedAggregateWithdrawn,
)
from domain.values import LocalizedText, Period, QualifiedValue, Ratio
from projections import events
from projections.bitemporal import Form
from projections.columns import (
    date_value,
    json_value,
    localized_values,
    period_values,
    quantity_values,
    territory_values,
)
from projections.core import Work, note
from projections.projection import Projection
from projections.query import (
    AsOf,
    Columns,
    Place,
    Query,
    fact_columns,
    holds,
    localized_of,
    partial_date_of,
    period_of,
    place_of,
    quantity_of,
    text_of,
)
from projections.reading import Seen
from projections.tables import (
    audience,
    bitemporal,
    code,
    flag,
    json_text,
    localized,
    period,
    quantity,
    shape,
    territory,
    text,
)

PUBLISHED_AGGREGATE: Final[Table] = bitemporal(
    "rm",
    "published_aggregate",
    [
        code("measure_code"),
        *localized("measure"),
        *period("period"),
        *quantity("value"),
        *quantity("numerator"),
        *quantity("denominator"),
        *localized("ratio_of"),
        json_text("funded", nullable=True),
        json_text("reports_received", nullable=True),
        *territory(),
        *localized("title"),
        *localized("publisher"),
        code("published", nullable=True),
        text("locator"),
        code("status"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""Either `value_*` or `numerator_*` with `denominator_*` and `ratio_of_*`. `funded` and `reports_received` are
null where they have no sense, of kind missing where the source does not say them. `status` is recorded or
withdrawn."""

TABLES: Final = (PUBLISHED_AGGREGATE,)


_FORM: Final = Form(PUBLISHED_AGGREGATE)
_AUDIENCE: Final = _FORM.column("audience")
_RECORDED: Final = _FORM.group(*(name for name in shape(PUBLISHED_AGGREGATE).facts if name != "sample"))
_FIGURE: Final = _FORM.group(
    *(column.name for name in ("value", "numerator", "denominator") for column in quantity(name)),
    *(column.name for column in localized("ratio_of")),
    "funded",
    "reports_received",
)
_STATUS: Final = _FORM.group("status")


def _recorded(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, PublishedAggregateRecorded)
    publication = payload.publication
    values = (
        payload.measure_code,
        *localized_values(payload.measure),
        *period_values(payload.period),
        *_figure(payload.figure),
        *territory_values(payload.territory),
        *localized_values(publication.title),
        *localized_values(publication.publisher),
        date_value(publication.published),
        publication.locator,
        "recorded",
    )
    segments = work.timelines(PUBLISHED_AGGREGATE).of(seen.stream_id)
    note(segments, seen, _RECORDED, values, [(_AUDIENCE, payload.audience.value)])


def _corrected(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, PublishedAggregateCorrected)
    note(work.timelines(PUBLISHED_AGGREGATE).of(seen.stream_id), seen, _FIGURE, _figure(payload.figure))


def _withdrawn(work: Work, seen: Seen) -> None:
    note(work.timelines(PUBLISHED_AGGREGATE).of(seen.stream_id), seen, _STATUS, ("withdrawn",))


def _figure(figure: Figure) -> tuple[Any, ...]:
    ratio = figure.ratio
    return (
        *quantity_values(figure.value),
        *quantity_values(None if ratio is None else ratio.numerator),
        *quantity_values(None if ratio is None else ratio.denominator),
        *localized_values(None if ratio is None else ratio.of),
        None if figure.funded is None else json_value(figure.funded),
        None if figure.reports_received is None else json_value(figure.reports_received),
    )


PUBLISHED_AGGREGATES: Final = Projection(
    "published_aggregate",
    TABLES,
    {
        PublishedAggregateRecorded: _recorded,
        PublishedAggregateCorrected: _corrected,
        PublishedAggregateWithdrawn: _withdrawn,
    },
    events.ALL - events.PUBLISHED_AGGREGATE,
)


class PublishedAggregateRow(msgspec.Struct, frozen=True, kw_only=True):
    """A published figure as it stood."""

    aggregate_id: UUID
    measure_code: str
    measure: LocalizedText
    period: Period
    figure: Figure
    place: Place | None
    publication: Publication
    status: str
    sample: bool
    audience: str


_quantity = msgspec.json.Decoder(QualifiedValue | None).decode


def published_aggregates(tenant_id: TenantId, as_of: AsOf) -> Query[PublishedAggregateRow]:
    """The figures that a body has recorded from print, withdrawn ones too, by measure and period."""
    columns = PUBLISHED_AGGREGATE.c
    statement = (
        select(*fact_columns(PUBLISHED_AGGREGATE))
        .where(columns.tenant_id == tenant_id, *holds(PUBLISHED_AGGREGATE, as_of))
        .order_by(columns.measure_code, columns.period_start, columns.entity_id)
    )
    return Query(statement, _aggregate)


def _aggregate(row: Columns) -> PublishedAggregateRow:
    numerator, denominator = quantity_of(row, "numerator"), quantity_of(row, "denominator")
    ratio = None
    if numerator is not None and denominator is not None:
        ratio = Ratio(numerator=numerator, denominator=denominator, of=text_of(row, "ratio_of"))
    period_ = period_of(row, "period")
    assert period_ is not None
    return PublishedAggregateRow(
        aggregate_id=row["entity_id"],
        measure_code=row["measure_code"],
        measure=text_of(row, "measure"),
        period=period_,
        figure=Figure(
            value=quantity_of(row, "value"),
            ratio=ratio,
            funded=_quantity(row["funded"] or "null"),
            reports_received=_quantity(row["reports_received"] or "null"),
        ),
        place=place_of(row),
        publication=Publication(
            title=text_of(row, "title"),
            publisher=localized_of(row, "publisher"),
            published=partial_date_of(row["published"]),
            locator=row["locator"],
        ),
        status=row["status"],
        sample=row["sample"],
        audience=row["audience"],
    )
