"""Committees and seats: what the read models say of them, and what the rules know."""

from datetime import date
from typing import Any

from domain.committee.rules import Committee
from domain.ids import CommitteeId, OrganisationId, SeatId
from domain.organisation import Organisation
from domain.seat.state import Holding, Seat
from projections import committee, organisation, seat
from projections.query import AsOf
from services.checking import END_OF_TIME, Facts, Version, known


async def check_committee(at: Version, state: Committee) -> tuple[Facts, Facts]:
    committee_id = CommitteeId(at.stream_id)
    row = await at.one(committee.committee(at.tenant_id, committee_id, at.as_of))
    adopted = await at.all(committee.terms(at.tenant_id, committee_id, at.as_of))
    said = {
        "kind": row and row.kind,
        "name": row and row.name,
        "established_on": row and row.established_on,
        "dissolved": row and row.status == "dissolved",
        "terms": [(one.number, one.terms, one.adopted_on, one.version) for one in adopted],
    }
    return said, {
        "kind": state.kind,
        "name": known(state.name),
        "established_on": state.established_on,
        "dissolved": state.dissolved_on is not None,
        "terms": [(one.number, one.terms, one.on, one.version) for one in reversed(state.versions)],
    }


async def check_seat(at: Version, state: Seat) -> tuple[Facts, Facts]:
    seat_id = SeatId(at.stream_id)
    row = await at.one(seat.seat(at.tenant_id, seat_id, at.as_of))
    stages = {one.person_id: one.stage for one in await at.all(seat.candidacies(at.tenant_id, seat_id, at.as_of))}
    holder = state.holder_on(END_OF_TIME)
    # A term that has an end is over by the end of time: look at the last day that anything is said of as well.
    said = {
        "place": row and (row.committee_id, row.number, row.right, row.ex_officio),
        "sector": row and row.sector_code,
        "abolished": row and row.status == "abolished",
        "holder": row and (row.holder_id, row.holder_until, row.represents),
        "alternate": row and row.alternate_id,
        "stages": stages,
        "days": [await _sitting(at, day) for day in _days(state)],
    }
    return said, {
        "place": (state.committee_id, state.number, state.right, state.ex_officio),
        "sector": state.sector and state.sector.code,
        "abolished": state.abolished_on is not None,
        "holder": _held(holder),
        "alternate": state.alternate_on(END_OF_TIME),
        "stages": {person: candidacy.stage for person, candidacy in state.candidates.items()},
        "days": [(*_held(state.holder_on(day)), state.alternate_on(day)) for day in _days(state)],
    }


def _days(state: Seat) -> list[date]:
    """The days on which somebody came, went, was to go, or was named."""
    return sorted(
        {holding.on for holding in state.holdings}
        | {naming.on for naming in state.namings}
        | {one.until for one in state.holdings if one.until is not None}
    )


def _held(holding: Holding | None) -> tuple[Any, ...]:
    if holding is None:
        return (None, None, None)
    return (holding.person_id, holding.until, holding.represents and holding.represents.name)


async def _sitting(at: Version, day: date) -> tuple[Any, ...]:
    as_of = AsOf(on=day, known=at.position)
    row = await at.one(seat.seat(at.tenant_id, SeatId(at.stream_id), as_of))
    return row and (row.holder_id, row.holder_until, row.represents, row.alternate_id)


async def check_organisation(at: Version, state: Organisation) -> tuple[Facts, Facts]:
    row = await at.one(organisation.organisation(OrganisationId(at.stream_id), at.as_of))
    said = {
        "kind": row and row.kind,
        "name": row and row.name,
        "listed": row and row.listed,
        "merged": row and (row.merged_into, row.merged_on),
    }
    return said, {
        "kind": state.kind,
        "name": known(state.name),
        "listed": state.listed,
        "merged": (state.merged_into, state.merged_on),
    }
