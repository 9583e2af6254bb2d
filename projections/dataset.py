"""Datasets, their vintages and what is said of them."""

from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.dataset.events import (
    CategoriesNamed,
    CategoryName,
    Cell,
    ClaimTied,
    ClaimWithdrawn,
    DatasetRegistered,
    Tie,
    VintagePublished,
    VintageWithdrawn,
)
from domain.ids import TenantId
from domain.values import LocalizedText, QualifiedValue
from projections import events
from projections.bitemporal import Form
from projections.columns import date_value, json_value, localized_values, period_values
from projections.core import Work, note
from projections.projection import Projection
from projections.query import AsOf, Columns, Query, fact_columns, holds, text_of
from projections.reading import Seen
from projections.tables import (
    audience,
    bitemporal,
    code,
    flag,
    json_text,
    key_text,
    key_uuid,
    localized,
    period,
    shape,
    text,
)

DATASET: Final[Table] = bitemporal(
    "rm",
    "dataset",
    [
        *localized("name"),
        code("scheme", nullable=True),
        *localized("title"),
        *localized("publisher"),
        code("published", nullable=True),
        text("locator"),
        json_text("names", nullable=True),
        flag("sample"),
    ],
    extra=[audience()],
)
"""`name_*` is the title of the dataset; `title_*`, `publisher_*`, `published` and `locator` are its source, and
`names` what that calls its dimensions and categories, in the order of their author."""

DATASET_VINTAGE: Final[Table] = bitemporal(
    "rm",
    "dataset_vintage",
    [*period("period"), json_text("cells"), code("status"), flag("sample")],
    sub=[key_text("vintage")],
    extra=[audience()],
)
"""`cells` are shown whole, in the order of their author; `status` is recorded or withdrawn."""

DATASET_CLAIM: Final[Table] = bitemporal(
    "rm",
    "dataset_claim",
    [
        code("vintage"),
        *localized("text"),
        *localized("title"),
        *localized("publisher"),
        code("published", nullable=True),
        text("locator"),
        json_text("stated"),
        json_text("tie"),
        code("status"),
        flag("sample"),
    ],
    sub=[key_uuid("claim_id")],
    extra=[audience()],
)
"""`title_*`, `publisher_*`, `published` and `locator` are what says so; `status` is recorded or withdrawn."""

TABLES: Final = (DATASET, DATASET_VINTAGE, DATASET_CLAIM)


_FORM: Final = Form(DATASET)
_VINTAGE: Final = Form(DATASET_VINTAGE)
_AUDIENCE: Final = _FORM.column("audience")
_VINTAGE_AUDIENCE: Final = _VINTAGE.column("audience")
_REGISTERED: Final = _FORM.group(*(name for name in shape(DATASET).facts if name not in {"names", "sample"}))
_NAMES: Final = _FORM.group("names")
_PUBLISHED: Final = _VINTAGE.group(*(name for name in shape(DATASET_VINTAGE).facts if name != "sample"))
_STATUS: Final = _VINTAGE.group("status")
_CLAIM: Final = Form(DATASET_CLAIM)
_CLAIM_AUDIENCE: Final = _CLAIM.column("audience")
_TIED: Final = _CLAIM.group(*(name for name in shape(DATASET_CLAIM).facts if name != "sample"))
_CLAIM_STATUS: Final = _CLAIM.group("status")


def _registered(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, DatasetRegistered)
    publication = payload.publication
    values = (
        *localized_values(payload.title),
        payload.scheme,
        *localized_values(publication.title),
        *localized_values(publication.publisher),
        date_value(publication.published),
        publication.locator,
    )
    segments = work.timelines(DATASET).of(seen.stream_id)
    note(segments, seen, _REGISTERED, values, [(_AUDIENCE, payload.audience.value)])


def _published(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, VintagePublished)
    values = (*period_values(payload.period), json_value(payload.cells), "recorded")
    segments = work.timelines(DATASET_VINTAGE).of(seen.stream_id, (payload.vintage,))
    note(segments, seen, _PUBLISHED, values, [(_VINTAGE_AUDIENCE, payload.audience.value)])


def _withdrawn(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, VintageWithdrawn)
    segments = work.timelines(DATASET_VINTAGE).of(seen.stream_id, (payload.vintage,))
    note(segments, seen, _STATUS, ("withdrawn",))


def _named(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, CategoriesNamed)
    note(work.timelines(DATASET).of(seen.stream_id), seen, _NAMES, (json_value(payload.names),))


def _tied(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, ClaimTied)
    printed = payload.publication
    values = (
        payload.vintage,
        *localized_values(payload.text),
        *localized_values(printed.title),
        *localized_values(printed.publisher),
        date_value(printed.published),
        printed.locator,
        json_value(payload.stated),
        json_value(payload.tie),
        "recorded",
    )
    segments = work.timelines(DATASET_CLAIM).of(seen.stream_id, (payload.claim_id,))
    note(segments, seen, _TIED, values, [(_CLAIM_AUDIENCE, payload.audience.value)])


def _claim_withdrawn(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, ClaimWithdrawn)
    segments = work.timelines(DATASET_CLAIM).of(seen.stream_id, (payload.claim_id,))
    note(segments, seen, _CLAIM_STATUS, ("withdrawn",))


DATASETS: Final = Projection(
    "dataset",
    TABLES,
    {
        DatasetRegistered: _registered,
        VintagePublished: _published,
        VintageWithdrawn: _withdrawn,
        CategoriesNamed: _named,
        ClaimTied: _tied,
        ClaimWithdrawn: _claim_withdrawn,
    },
    events.ALL - events.DATASET,
)


class DatasetRow(msgspec.Struct, frozen=True, kw_only=True):
    dataset_id: UUID
    title: LocalizedText
    scheme: str | None
    names: tuple[CategoryName, ...]
    audience: str
    sample: bool


class VintageRow(msgspec.Struct, frozen=True, kw_only=True):
    dataset_id: UUID
    vintage: str
    cells: tuple[Cell, ...]
    status: str


class ClaimRow(msgspec.Struct, frozen=True, kw_only=True):
    dataset_id: UUID
    claim_id: UUID
    vintage: str
    text: LocalizedText
    stated: QualifiedValue
    tie: Tie
    status: str


_cells = msgspec.json.Decoder(tuple[Cell, ...]).decode
_names = msgspec.json.Decoder(tuple[CategoryName, ...]).decode
_stated = msgspec.json.Decoder(QualifiedValue).decode
_tie = msgspec.json.Decoder(Tie).decode


def datasets(tenant_id: TenantId, as_of: AsOf) -> Query[DatasetRow]:
    """The datasets that a body registered."""
    columns = DATASET.c
    statement = (
        select(*fact_columns(DATASET))
        .where(columns.tenant_id == tenant_id, *holds(DATASET, as_of))
        .order_by(columns.entity_id)
    )
    return Query(statement, _dataset)


def vintages(tenant_id: TenantId, as_of: AsOf) -> Query[VintageRow]:
    """The vintages of its datasets, withdrawn ones too."""
    columns = DATASET_VINTAGE.c
    statement = (
        select(*fact_columns(DATASET_VINTAGE))
        .where(columns.tenant_id == tenant_id, *holds(DATASET_VINTAGE, as_of))
        .order_by(columns.entity_id, columns.vintage)
    )
    return Query(statement, _vintage)


def claims(tenant_id: TenantId, as_of: AsOf) -> Query[ClaimRow]:
    """What is said of its datasets, withdrawn claims too."""
    columns = DATASET_CLAIM.c
    statement = (
        select(*fact_columns(DATASET_CLAIM))
        .where(columns.tenant_id == tenant_id, *holds(DATASET_CLAIM, as_of))
        .order_by(columns.entity_id, columns.claim_id)
    )
    return Query(statement, _claim)


def _dataset(row: Columns) -> DatasetRow:
    return DatasetRow(
        dataset_id=row["entity_id"],
        title=text_of(row, "name"),
        scheme=row["scheme"],
        names=() if row["names"] is None else _names(row["names"]),
        audience=row["audience"],
        sample=row["sample"],
    )


def _vintage(row: Columns) -> VintageRow:
    return VintageRow(
        dataset_id=row["entity_id"],
        vintage=row["vintage"],
        cells=_cells(row["cells"]),
        status=row["status"],
    )


def _claim(row: Columns) -> ClaimRow:
    return ClaimRow(
        dataset_id=row["entity_id"],
        claim_id=row["claim_id"],
        vintage=row["vintage"],
        text=text_of(row, "text"),
        stated=_stated(row["stated"]),
        tie=_tie(row["tie"]),
        status=row["status"],
    )
