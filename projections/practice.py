"""Practices, and who is recorded to have adopted them."""

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.ids import TenantId
from domain.practice import (
    AdoptionRecorded,
    PracticeAdopted,
    PracticeDescribed,
    PracticeRevised,
    PracticeWithdrawn,
)
from domain.sorting import Sorted
from domain.values import Citation, LocalizedText
from projections import events
from projections.bitemporal import Form
from projections.columns import citation_values, date_value, json_value, localized_values
from projections.core import Work, note
from projections.projection import Projection
from projections.query import AsOf, Columns, Query, citation_of, fact_columns, holds, text_of
from projections.reading import Seen
from projections.tables import (
    audience,
    bitemporal,
    citation,
    code,
    flag,
    json_text,
    key_uuid,
    localized,
    number,
    shape,
    text,
)

PRACTICE: Final[Table] = bitemporal(
    "rm",
    "practice",
    [
        *localized("name"),
        *localized("summary"),
        json_text("sorted_by", nullable=True),
        *citation("adopted_from"),
        *localized("title"),
        *localized("publisher"),
        code("published", nullable=True),
        text("locator"),
        code("status"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""`name_*` is the title of the practice; `title_*`, `publisher_*`, `published` and `locator` are what describes it
in print. `status` is recorded or withdrawn."""

PRACTICE_ADOPTION: Final[Table] = bitemporal(
    "rm",
    "practice_adoption",
    [number("by_version"), flag("sample")],
    sub=[key_uuid("by_log"), key_uuid("by_stream")],
    extra=[audience()],
)
"""The records of other bodies that adopted a practice, as its own log cites them."""

TABLES: Final = (PRACTICE, PRACTICE_ADOPTION)


_FORM: Final = Form(PRACTICE)
_ADOPTION: Final = Form(PRACTICE_ADOPTION)
_AUDIENCE: Final = _FORM.column("audience")
_ADOPTION_AUDIENCE: Final = _ADOPTION.column("audience")
_BEGUN: Final = _FORM.group(*(name for name in shape(PRACTICE).facts if name != "sample"))
_REVISED: Final = _FORM.group(
    *(column.name for name in ("name", "summary") for column in localized(name)), "sorted_by"
)
_STATUS: Final = _FORM.group("status")
_BY: Final = _ADOPTION.group("by_version")


def _described(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, PracticeDescribed)
    printed = payload.publication
    publication = (
        *localized_values(None if printed is None else printed.title),
        *localized_values(None if printed is None else printed.publisher),
        date_value(None if printed is None else printed.published),
        None if printed is None else printed.locator,
    )
    values = (*_description(payload), *citation_values(None), *publication, "recorded")
    note(work.timelines(PRACTICE).of(seen.stream_id), seen, _BEGUN, values, [(_AUDIENCE, payload.audience.value)])


def _adopted(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, PracticeAdopted)
    unprinted = (*localized_values(None), *localized_values(None), None, None)
    values = (*_description(payload), *citation_values(payload.adopted_from), *unprinted, "recorded")
    note(work.timelines(PRACTICE).of(seen.stream_id), seen, _BEGUN, values, [(_AUDIENCE, payload.audience.value)])


def _revised(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, PracticeRevised)
    note(work.timelines(PRACTICE).of(seen.stream_id), seen, _REVISED, _description(payload))


def _adoption(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, AdoptionRecorded)
    by = payload.by
    segments = work.timelines(PRACTICE_ADOPTION).of(seen.stream_id, (by.log, by.stream))
    note(segments, seen, _BY, (by.version,), [(_ADOPTION_AUDIENCE, payload.audience.value)])


def _withdrawn(work: Work, seen: Seen) -> None:
    note(work.timelines(PRACTICE).of(seen.stream_id), seen, _STATUS, ("withdrawn",))


def _description(said: PracticeDescribed | PracticeAdopted | PracticeRevised) -> tuple[Any, ...]:
    sorted_by = None if said.sorted_by is None else json_value(said.sorted_by)
    return (*localized_values(said.title), *localized_values(said.summary), sorted_by)


PRACTICES: Final = Projection(
    "practice",
    TABLES,
    {
        PracticeDescribed: _described,
        PracticeAdopted: _adopted,
        PracticeRevised: _revised,
        AdoptionRecorded: _adoption,
        PracticeWithdrawn: _withdrawn,
    },
    events.ALL - events.PRACTICE,
)


class PracticeRow(msgspec.Struct, frozen=True, kw_only=True):
    practice_id: UUID
    title: LocalizedText
    summary: LocalizedText
    sorted_by: Sorted | None
    adopted_from: Citation | None
    audience: str
    status: str
    sample: bool


class AdoptionRow(msgspec.Struct, frozen=True, kw_only=True):
    practice_id: UUID
    by: Citation


_sorted = msgspec.json.Decoder(Sorted | None).decode


def practices(tenant_id: TenantId, as_of: AsOf) -> Query[PracticeRow]:
    """The practices of a partnership, withdrawn ones too."""
    columns = PRACTICE.c
    statement = (
        select(*fact_columns(PRACTICE))
        .where(columns.tenant_id == tenant_id, *holds(PRACTICE, as_of))
        .order_by(columns.entity_id)
    )
    return Query(statement, _practice)


def adoptions(tenant_id: TenantId, as_of: AsOf) -> Query[AdoptionRow]:
    """Which records of others are cited as adoptions."""
    columns = PRACTICE_ADOPTION.c
    statement = (
        select(*fact_columns(PRACTICE_ADOPTION))
        .where(columns.tenant_id == tenant_id, *holds(PRACTICE_ADOPTION, as_of))
        .order_by(columns.entity_id, columns.by_log, columns.by_stream)
    )
    return Query(statement, _adoption_row)


def _practice(row: Columns) -> PracticeRow:
    return PracticeRow(
        practice_id=row["entity_id"],
        title=text_of(row, "name"),
        summary=text_of(row, "summary"),
        sorted_by=_sorted(row["sorted_by"] or "null"),
        adopted_from=citation_of(row, "adopted_from"),
        audience=row["audience"],
        status=row["status"],
        sample=row["sample"],
    )


def _adoption_row(row: Columns) -> AdoptionRow:
    by = Citation(log=row["by_log"], stream=row["by_stream"], version=row["by_version"])
    return AdoptionRow(practice_id=row["entity_id"], by=by)
