"""Seats of committees: who holds them, their alternates, and the candidacies for them."""

from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.audience import RECORDS, Audience
from domain.ids import SeatId, TenantId
from domain.seat.events import (
    AlternateNamed,
    CandidacyClosed,
    CandidateApproved,
    CandidateNominated,
    InterestExpressed,
    MemberSeated,
    Represented,
    SeatAbolished,
    SeatCreated,
    SeatRight,
    TermEnded,
)
from domain.seat.state import Stage
from domain.values import LocalizedText
from projections import events
from projections.bitemporal import Form
from projections.columns import json_value, localized_values
from projections.core import Work, note
from projections.projection import Projection
from projections.query import AsOf, Columns, Query, fact_columns, holds, localized_of, text_of
from projections.reading import Seen
from projections.tables import (
    audience,
    bitemporal,
    code,
    day,
    flag,
    json_text,
    key_uuid,
    localized,
    number,
    uuid,
)

SEAT: Final[Table] = bitemporal(
    "rm",
    "seat",
    [
        uuid("committee_id", nullable=False),
        number("number"),
        *localized("label"),
        code("sector_code", nullable=True),
        *localized("sector_label"),
        code("seat_right"),
        flag("ex_officio"),
        day("created_on"),
        code("status"),
        uuid("holder_id"),
        day("holder_from"),
        day("holder_until"),
        *localized("represents"),
        uuid("represents_id"),
        json_text("breaches", nullable=True),
        uuid("alternate_id"),
        uuid("alternate_of"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""`status` is active or abolished. A term that runs out is no event: after `holder_until` the seat is vacant. The
alternate counts while `alternate_of` holds the seat. `represents_id` is the organisation's in the commons;
`breaches` the rules that the present holder's term was recorded against."""

CANDIDACY: Final[Table] = bitemporal(
    "rm",
    "seat_candidacy",
    [code("stage"), *localized("represents"), uuid("represents_id"), flag("sample")],
    sub=[key_uuid("person_id")],
    extra=[audience()],
)
"""`stage` is interested, nominated or approved while it is open; seated, declined or withdrawn then."""

TABLES: Final = (SEAT, CANDIDACY)
_TENANT: Final = (RECORDS["seat"] or Audience.TENANT).value

_SEAT: Final = Form(SEAT)
_EXTRA: Final = ((_SEAT.column("audience"), _TENANT),)
_CREATED: Final = _SEAT.group(
    "committee_id",
    "number",
    *(column.name for column in localized("label")),
    "sector_code",
    *(column.name for column in localized("sector_label")),
    "seat_right",
    "ex_officio",
    "created_on",
    "status",
)
_STATUS: Final = _SEAT.group("status")
_HOLDER: Final = _SEAT.group(
    "holder_id",
    "holder_from",
    "holder_until",
    *(column.name for column in localized("represents")),
    "represents_id",
    "breaches",
)
_ALTERNATE: Final = _SEAT.group("alternate_id", "alternate_of")

_CANDIDACY: Final = Form(CANDIDACY)
_CANDIDACY_EXTRA: Final = ((_CANDIDACY.column("audience"), _TENANT),)
_STAGE: Final = _CANDIDACY.group("stage")
_INTEREST: Final = _CANDIDACY.group("stage", *(column.name for column in localized("represents")), "represents_id")


def _created(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, SeatCreated)
    sector = payload.sector
    values = (
        payload.committee_id,
        payload.number,
        *localized_values(payload.label),
        None if sector is None else sector.code,
        *localized_values(None if sector is None else sector.label),
        payload.right,
        payload.ex_officio,
        seen.on,
        "active",
    )
    note(work.timelines(SEAT).of(seen.stream_id), seen, _CREATED, values, _EXTRA)


def _abolished(work: Work, seen: Seen) -> None:
    note(work.timelines(SEAT).of(seen.stream_id), seen, _STATUS, ("abolished",))


def _seated(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, MemberSeated)
    values = (
        payload.person_id,
        seen.on,
        payload.until,
        *_represented(payload.represents),
        json_value(seen.breaches),
    )
    note(work.timelines(SEAT).of(seen.stream_id), seen, _HOLDER, values)
    candidacies = work.timelines(CANDIDACY)
    candidacy = candidacies.under(seen.stream_id).get((payload.person_id,))
    if candidacy is not None and candidacy.last is not None:
        stage = candidacy.last[_CANDIDACY.column("stage")]
        if stage in ("interested", "nominated", "approved"):
            note(candidacy, seen, _STAGE, ("seated",))


def _ended(work: Work, seen: Seen) -> None:
    nobody = (None, None, None, *_represented(None), None)
    note(work.timelines(SEAT).of(seen.stream_id), seen, _HOLDER, nobody)


def _alternate_named(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, AlternateNamed)
    values = (payload.person_id, payload.holder_id)
    note(work.timelines(SEAT).of(seen.stream_id), seen, _ALTERNATE, values)


def _interested(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, InterestExpressed)
    segments = work.timelines(CANDIDACY).of(seen.stream_id, (payload.person_id,))
    values = ("interested", *_represented(payload.represents))
    note(segments, seen, _INTEREST, values, _CANDIDACY_EXTRA)


def _stepped(work: Work, seen: Seen) -> None:
    payload = seen.payload
    match payload:
        case CandidateNominated():
            stage = "nominated"
        case CandidateApproved():
            stage = "approved"
        case _:
            assert isinstance(payload, CandidacyClosed)
            stage = payload.outcome
    segments = work.timelines(CANDIDACY).of(seen.stream_id, (payload.person_id,))
    note(segments, seen, _STAGE, (stage,), _CANDIDACY_EXTRA)


def _represented(represents: Represented | None) -> tuple[Any, ...]:
    if represents is None:
        return (*localized_values(None), None)
    return (*localized_values(represents.name), represents.organisation_id)


SEATS: Final = Projection(
    "seat",
    TABLES,
    {
        SeatCreated: _created,
        MemberSeated: _seated,
        TermEnded: _ended,
        AlternateNamed: _alternate_named,
        InterestExpressed: _interested,
        CandidateNominated: _stepped,
        CandidateApproved: _stepped,
        CandidacyClosed: _stepped,
        SeatAbolished: _abolished,
    },
    events.ALL - events.SEAT,
)


class SeatRow(msgspec.Struct, frozen=True, kw_only=True):
    """A seat as it stood on the day of the question; the holder's term was not over then."""

    seat_id: UUID
    committee_id: UUID
    number: int
    label: LocalizedText
    sector_code: str | None
    right: SeatRight
    ex_officio: bool
    status: str
    holder_id: UUID | None
    holder_from: date | None
    holder_until: date | None
    represents: LocalizedText | None
    represents_id: UUID | None
    alternate_id: UUID | None
    sample: bool


class CandidacyRow(msgspec.Struct, frozen=True, kw_only=True):
    seat_id: UUID
    person_id: UUID
    stage: Stage
    represents: LocalizedText | None
    sample: bool


def seats(tenant_id: TenantId, as_of: AsOf) -> Query[SeatRow]:
    """The seats of a body, abolished ones too, by committee and number."""
    statement = (
        select(*fact_columns(SEAT))
        .where(SEAT.c.tenant_id == tenant_id, *holds(SEAT, as_of))
        .order_by(SEAT.c.committee_id, SEAT.c.number, SEAT.c.entity_id)
    )
    return Query(statement, lambda row: _seat(row, as_of.on))


def seat(tenant_id: TenantId, seat_id: SeatId, as_of: AsOf) -> Query[SeatRow]:
    """One seat."""
    query = seats(tenant_id, as_of)
    return Query(query.select.where(SEAT.c.entity_id == seat_id), query.into)


def candidacies(tenant_id: TenantId, seat_id: SeatId, as_of: AsOf) -> Query[CandidacyRow]:
    """The last candidacy of each person for a seat, open or not."""
    statement = (
        select(*fact_columns(CANDIDACY))
        .where(CANDIDACY.c.tenant_id == tenant_id, CANDIDACY.c.entity_id == seat_id, *holds(CANDIDACY, as_of))
        .order_by(CANDIDACY.c.person_id)
    )
    return Query(statement, _candidacy)


def _seat(row: Columns, on: date) -> SeatRow:
    until = row["holder_until"]
    held = row["holder_id"] is not None and (until is None or until >= on) and row["status"] == "active"
    stands_in = held and row["alternate_of"] == row["holder_id"]
    return SeatRow(
        seat_id=row["entity_id"],
        committee_id=row["committee_id"],
        number=row["number"],
        label=text_of(row, "label"),
        sector_code=row["sector_code"],
        right=row["seat_right"],
        ex_officio=row["ex_officio"],
        status=row["status"],
        holder_id=row["holder_id"] if held else None,
        holder_from=row["holder_from"] if held else None,
        holder_until=until if held else None,
        represents=localized_of(row, "represents") if held else None,
        represents_id=row["represents_id"] if held else None,
        alternate_id=row["alternate_id"] if stands_in else None,
        sample=row["sample"],
    )


def _candidacy(row: Columns) -> CandidacyRow:
    return CandidacyRow(
        seat_id=row["entity_id"],
        person_id=row["person_id"],
        stage=row["stage"],
        represents=localized_of(row, "represents"),
        sample=row["sample"],
    )
