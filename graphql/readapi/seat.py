"""Seats of committees and how they are filled. For members only: nobody else sees who sits where."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from projections.seat import CANDIDACY, SEAT
from readapi import columns
from readapi.asof import Clock, held
from readapi.columns import Group, backed, column, hidden, reads
from readapi.fields import derived, sized
from readapi.governance_codes import (
    CandidacyStage,
    QuotaState,
    SeatRight,
    SeatStatus,
)
from readapi.organisation import Organisation, organisation_at
from readapi.reading import Info, Place, Reading, in_any
from readapi.terms import Rules, Sector, SectorQuota
from readapi.text import LocalizedText, localized

SEATS: Final = 40
"""Counted for the seats of a committee, which are few and not paged."""
CANDIDACIES: Final = 10
"""Counted for the candidacies of a seat."""
_S, _C = SEAT.c, CANDIDACY.c


@strawberry.type(description="The organisation that somebody speaks for, as the source names it.")
class Represented:
    name: LocalizedText = strawberry.field(description="Its name in the source.")
    organisation_id: UUID | None = strawberry.field(description="Its id in the commons, where it is registered.")
    clock: strawberry.Private[Clock | None] = None

    @sized(1, "The organisation in the commons, where it is registered and consents to being listed.")
    async def organisation(self, info: Info) -> Organisation | None:
        when = info.context.now if self.clock is None else self.clock
        return await organisation_at(info.context, self.organisation_id, when)


@strawberry.type(description="Who holds a seat. People are pseudonyms of their body's log.")
class Holder:
    person_id: UUID = strawberry.field(description="The pseudonym.")
    since: date = strawberry.field(description="The first day of the term.")
    until: date | None = strawberry.field(description="The last day of the term; null where no end is stated.")
    represents: Represented | None = strawberry.field(description="In whose name; null where nobody is named.")
    alternate_id: UUID | None = strawberry.field(description="The pseudonym of who stands in.")
    breaches: list[str] = strawberry.field(
        description="Codes of the rules that this term, recorded elsewhere, broke; docs/errors.md explains them."
    )


def _sector(cells: Sequence[Any]) -> Sector | None:
    code, *label = cells
    words = localized(label)
    return None if code is None or words is None else Sector(code=code, label=words)


def _represented(cells: Sequence[Any]) -> Represented | None:
    *name, organisation_id = cells
    words = localized(name)
    return None if words is None else Represented(name=words, organisation_id=organisation_id)


def _texts(name: str, source: Any) -> tuple[Any, ...]:
    return tuple(source[f"{name}_{part}"] for part in ("en", "fr", "source", "unofficial"))


@backed(CANDIDACY)
@strawberry.type(description="Somebody's candidacy for a seat: interest, nomination, approval, and how it ended.")
class Candidacy:
    person_id: UUID = column(_C.person_id, "The pseudonym.")
    stage: CandidacyStage = column(_C.stage, "How far it is, or how it ended.")
    since: date = column(_C.effective_from, "Since when.")
    represents: Represented | None = column(
        Group((*_texts("represents", _C), _C.represents_id), _represented), "In whose name."
    )
    sample: bool = column(_C.sample, "Whether it is sample data.")


@backed(SEAT)
@strawberry.type(description="A place on a committee.")
class Seat:
    id: UUID = column(_S.entity_id, "Its permanent id.")
    number: int = column(_S.number, "Its number in the committee.")
    label: LocalizedText | None = column(columns.localized(SEAT, "label"), "Its name.")
    sector: Sector | None = column(
        Group((_S.sector_code, *_texts("sector_label", _S)), _sector), "The part of the community it speaks for."
    )
    right: SeatRight = column(_S.seat_right, "What its holder may do.")
    ex_officio: bool = column(_S.ex_officio, "Whether it goes with an office, without a term.")
    created_on: date | None = column(_S.created_on, "The day from which there is such a seat.")
    status: SeatStatus = column(_S.status, "Whether there still is such a seat.")
    sample: bool = column(_S.sample, "Whether it is sample data.")
    committee_id: strawberry.Private[UUID] = hidden(_S.committee_id)
    holder_id: strawberry.Private[UUID | None] = hidden(_S.holder_id)
    holder_from: strawberry.Private[date | None] = hidden(_S.holder_from)
    holder_until: strawberry.Private[date | None] = hidden(_S.holder_until)
    represents: strawberry.Private[Represented | None] = hidden(
        Group((*_texts("represents", _S), _S.represents_id), _represented)
    )
    breaches: strawberry.Private[list[str] | None] = hidden(columns.json(_S.breaches, list))
    alternate_id: strawberry.Private[UUID | None] = hidden(_S.alternate_id)
    alternate_of: strawberry.Private[UUID | None] = hidden(_S.alternate_of)
    place: strawberry.Private[Place]

    @derived("Who holds it on the day of the question; null where it is vacant.")
    def holder(self) -> Holder | None:
        day = self.place.clock.effective
        if self.holder_id is None or self.holder_from is None or self.status is not SeatStatus.ACTIVE:
            return None
        if self.holder_until is not None and self.holder_until < day:
            return None
        return Holder(
            person_id=self.holder_id,
            since=self.holder_from,
            until=self.holder_until,
            represents=None if self.represents is None else replace(self.represents, clock=self.place.clock),
            alternate_id=self.alternate_id if self.alternate_of == self.holder_id else None,
            breaches=list(self.breaches or ()),
        )

    @derived("Whether nobody holds it on the day of the question.")
    def vacant(self) -> bool:
        return self.holder() is None

    @sized(CANDIDACIES, "The last candidacy of each person for it.")
    async def candidacies(self, info: Info) -> list[Candidacy]:
        return await info.context.loader(_load_candidacies).load(_SeatKey(self.place, self.id))


@strawberry.type(description="How many seats a sector has, held against the terms of reference.")
class SectorGauge:
    sector: Sector = strawberry.field(description="The sector.")
    seats: int = strawberry.field(description="Seats that exist.")
    filled: int = strawberry.field(description="Seats that somebody holds.")
    quota: SectorQuota | None = strawberry.field(description="What the terms of reference say; null: nothing.")
    state: QuotaState = strawberry.field(description="Whether the filled seats keep to the quota.")


@strawberry.type(description="Who sits on a committee, in numbers, on the day of the question.")
class Composition:
    seats: int = strawberry.field(description="Seats that exist.")
    filled: int = strawberry.field(description="Seats that somebody holds.")
    vacant: int = strawberry.field(description="Seats that nobody holds.")
    voting_seats: int = strawberry.field(description="Seats with a vote that exist.")
    voting_filled: int = strawberry.field(description="Seats with a vote that somebody holds.")
    sectors: list[SectorGauge] = strawberry.field(
        description="By sector, those of the terms of reference first, in their order."
    )


def composition(seats: Sequence[Seat], rules: Rules | None) -> Composition:
    """The seats in numbers, held against the rules in force."""
    active = [seat for seat in seats if seat.status is SeatStatus.ACTIVE]
    filled = [seat for seat in active if not seat.vacant()]
    quotas = {} if rules is None else {quota.sector.code: quota for quota in rules.quotas}
    sectors = {code: quota.sector for code, quota in quotas.items()}
    for seat in active:
        if seat.sector is not None:
            sectors.setdefault(seat.sector.code, seat.sector)
    there = Counter(seat.sector.code for seat in active if seat.sector is not None)
    taken = Counter(seat.sector.code for seat in filled if seat.sector is not None)
    return Composition(
        seats=len(active),
        filled=len(filled),
        vacant=len(active) - len(filled),
        voting_seats=sum(seat.right is SeatRight.VOTE for seat in active),
        voting_filled=sum(seat.right is SeatRight.VOTE for seat in filled),
        sectors=[
            SectorGauge(
                sector=sector,
                seats=there[code],
                filled=taken[code],
                quota=quotas.get(code),
                state=_state(taken[code], quotas.get(code)),
            )
            for code, sector in sectors.items()
        ],
    )


def _state(filled: int, quota: SectorQuota | None) -> QuotaState:
    if quota is None:
        return QuotaState.NONE
    if filled < quota.seats_min:
        return QuotaState.BELOW
    return QuotaState.ABOVE if quota.seats_max is not None and filled > quota.seats_max else QuotaState.WITHIN


@dataclass(frozen=True, slots=True)
class SeatsKey:
    """The seats of one committee as of a clock, seen from one scope."""

    place: Place
    committee_id: UUID


@dataclass(frozen=True, slots=True)
class _SeatKey:
    place: Place
    seat_id: UUID


async def load_seats(reading: Reading, keys: list[SeatsKey]) -> Sequence[list[Seat]]:
    """The seats of committees by number, abolished ones too."""
    found: dict[SeatsKey, list[Seat]] = {key: [] for key in keys}
    reader = reads(Seat)
    for place in dict.fromkeys(key.place for key in keys):
        statement = (
            reader.select()
            .where(
                _S.tenant_id == place.body,
                in_any(_S.committee_id, [key.committee_id for key in found if key.place == place]),
                *_seen(reading, place, SEAT),
            )
            .order_by(_S.number, _S.entity_id)
        )
        for row in await reading.rows(place.scope, statement):
            seat = reader.make(row, place=place)
            found[SeatsKey(place, seat.committee_id)].append(seat)
    return [found[key] for key in keys]


async def _load_candidacies(reading: Reading, keys: list[_SeatKey]) -> Sequence[list[Candidacy]]:
    found: dict[_SeatKey, list[Candidacy]] = {key: [] for key in keys}
    reader = reads(Candidacy)
    for place in dict.fromkeys(key.place for key in keys):
        statement = (
            reader.select(_C.entity_id)
            .where(
                _C.tenant_id == place.body,
                in_any(_C.entity_id, [key.seat_id for key in found if key.place == place]),
                *_seen(reading, place, CANDIDACY),
            )
            .order_by(_C.entity_id, _C.effective_from, _C.person_id)
        )
        for row in await reading.rows(place.scope, statement):
            found[_SeatKey(place, row[-1])].append(reader.make(row))
    return [found[key] for key in keys]


def _seen(reading: Reading, place: Place, table: Any) -> list[ColumnElement[bool]]:
    return [*held(table, place.clock), reading.visible(table, place.scope)]
