"""Figures that a source printed about many: beside sums of what is recorded, and never in one."""

from collections.abc import Hashable, Sequence
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import Table, and_
from sqlalchemy.sql.elements import ColumnElement

from projections.published_aggregate import PUBLISHED_AGGREGATE
from readapi import columns, figures, text
from readapi.asof import held
from readapi.codes import PublishedStatus
from readapi.columns import Group, backed, column, reads
from readapi.figures import Period, QualifiedValue, Territory
from readapi.paging import Listing
from readapi.reading import Place
from readapi.scalars import PartialDateText
from readapi.shapes import Value
from readapi.text import LocalizedText

_P = PUBLISHED_AGGREGATE.c
_QUANTITY = ("kind", "number", "upper", "raw", "status", "rounded_to", "unit")
_TEXT = ("en", "fr", "source", "unofficial")


@strawberry.type(description="A share as its two figures, and what the second one counts.")
class Share:
    numerator: QualifiedValue = strawberry.field(description="How many of them, in `numerator.unit`.")
    denominator: QualifiedValue = strawberry.field(description="Out of how many, in `denominator.unit`.")
    of: LocalizedText = strawberry.field(description="What the denominator counts.")


@strawberry.type(description="What printed a figure, and where in it the figure stands.")
class Publication:
    title: LocalizedText = strawberry.field(description="Its title.")
    publisher: LocalizedText | None = strawberry.field(description="Who published it, where that is known.")
    published: PartialDateText | None = strawberry.field(description="When, as precisely as is known.")
    locator: str | None = strawberry.field(description="Page, table or section.")


def _share(cells: Sequence[Any]) -> Share | None:
    width = len(_QUANTITY)
    numerator, denominator = figures.quantity(cells[:width]), figures.quantity(cells[width : 2 * width])
    of = text.localized(cells[2 * width :])
    if numerator is None or denominator is None or of is None:
        return None
    return Share(numerator=numerator, denominator=denominator, of=of)


def publication(cells: Sequence[Any]) -> Publication | None:
    """From the title, the publisher, the date and the place in it."""
    title = text.localized(cells[:4])
    if title is None:
        return None
    return Publication(title=title, publisher=text.localized(cells[4:8]), published=cells[8], locator=cells[9])


def _share_shape(cells: Sequence[ColumnElement[Any]]) -> Value:
    width = len(_QUANTITY)
    numerator = figures.quantity_shape(cells[:width])
    denominator = figures.quantity_shape(cells[width : 2 * width])
    of = text.localized_shape(cells[2 * width :])
    fields = {"numerator": numerator, "denominator": denominator, "of": of}
    stated = [part.present for part in (numerator, denominator, of) if part.present is not None]
    return Value(fields, present=and_(*stated))


def _publication_shape(cells: Sequence[ColumnElement[Any]]) -> Value:
    title, publisher = text.localized_shape(cells[:4]), text.localized_shape(cells[4:8])
    fields = {"title": title, "publisher": publisher, "published": cells[8], "locator": cells[9]}
    return Value(fields, present=title.present)


_SHARE = Group(
    (
        *(_P[f"numerator_{part}"] for part in _QUANTITY),
        *(_P[f"denominator_{part}"] for part in _QUANTITY),
        *(_P[f"ratio_of_{part}"] for part in _TEXT),
    ),
    _share,
    _share_shape,
)


def printed(table: Table) -> Group:
    """The publication that a row names, where it names one."""
    own = table.c
    title, publisher = ([own[f"{name}_{part}"] for part in _TEXT] for name in ("title", "publisher"))
    return Group((*title, *publisher, own.published, own.locator), publication, _publication_shape)


@backed(PUBLISHED_AGGREGATE)
@strawberry.type(
    description=(
        "A figure that a source printed about many, as printed. It has no breakdown, so nothing here adds it to "
        "anything: show it beside sums of what is recorded."
    )
)
class PublishedAggregate:
    id: UUID = column(_P.entity_id, "Its permanent id.")
    measure_code: str = column(_P.measure_code, "Groups the figures of one measure over the years.")
    measure: LocalizedText | None = column(columns.localized(PUBLISHED_AGGREGATE, "measure"), "What is measured.")
    period: Period = column(
        Group((_P.period_kind, _P.period_start, _P.period_end), figures.period, figures.period_shape),
        "The period it is about.",
    )
    value: QualifiedValue | None = column(
        columns.quantity(PUBLISHED_AGGREGATE, "value"), "The figure, in `value.unit`; null where it is a share."
    )
    share: Share | None = column(_SHARE, "The figure as a share, such as 25 of 34; null where it is one value.")
    funded: QualifiedValue | None = column(
        columns.json(_P.funded, figures.quantity_from_json, figures.quantity_json_shape),
        "How many were funded; null where that has no sense, of kind MISSING where the source does not say.",
    )
    reports_received: QualifiedValue | None = column(
        columns.json(_P.reports_received, figures.quantity_from_json, figures.quantity_json_shape),
        "How many reports were received; null where that has no sense, of kind MISSING where the source does not "
        "say. It is not the denominator of the share.",
    )
    territory: Territory | None = column(columns.territory(PUBLISHED_AGGREGATE), "The territory it is about.")
    publication: Publication | None = column(printed(PUBLISHED_AGGREGATE), "What printed it.")
    status: PublishedStatus = column(_P.status, "Whether it was withdrawn.")
    sample: bool = column(_P.sample, "Whether it is sample data.")
    place: strawberry.Private[Place]


def _where(place: Place, arguments: Hashable) -> list[ColumnElement[bool]]:
    conditions = held(PUBLISHED_AGGREGATE, place.clock)
    if arguments is not None:
        conditions.append(_P.measure_code == arguments)
    return conditions


PUBLISHED_AGGREGATES: Listing[PublishedAggregate] = Listing(
    "publishedAggregates",
    reads(PublishedAggregate),
    (_P.measure_code, _P.period_start, _P.entity_id),
    _where,
)
