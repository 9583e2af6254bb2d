"""Seats through the real log: numbers are claimed, and what a rule read must still hold when it is recorded."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import date

import pytest

from domain.committee.rules import AdoptTermsOfReference, EstablishCommittee
from domain.committee.terms import TermOfOffice, Terms
from domain.errors import ClaimTakenError, Refusal, StreamMissingError
from domain.ids import COMMONS, CommitteeId, OrganisationId, PersonId, SeatId, StreamId, TenantId
from domain.organisation import RegisterOrganisation
from domain.ports import Outcome
from domain.seat.commands import CreateSeat, SeatMember
from domain.seat.events import Represented
from domain.seat.refusals import SeatedTwiceError
from domain.seat.rules import claims_of
from domain.seat.state import SEAT, Seat
from domain.stream import Command
from domain.values import en, fr
from infra.settings import DatabaseSettings
from services.bootstrap import WriteSide, open_write_side
from services.refusals.orders import GuardBrokenError
from tests.unit.services.orders import FINGERPRINT, OPERATOR, open_body, order

ALICE = PersonId(uuid.UUID(int=41))


@pytest.fixture
async def write(database: DatabaseSettings) -> AsyncIterator[WriteSide]:
    async with open_write_side(database) as opened:
        yield opened


@pytest.fixture
async def body(write: WriteSide) -> TenantId:
    return await open_body(write.handler, f"seats-{uuid.uuid4().hex[:12]}")


@pytest.fixture
async def council(write: WriteSide, body: TenantId) -> CommitteeId:
    """A council whose members sit for two years."""
    committee_id = CommitteeId(uuid.uuid4())
    terms = Terms(term_of_office=TermOfOffice(months=24))
    for command in (
        EstablishCommittee(committee_id=committee_id, kind="partnership_council", name=en("Council")),
        AdoptTermsOfReference(committee_id=committee_id, number=1, terms=terms),
    ):
        await write.handler.handle(order(body, command), FINGERPRINT)
    return committee_id


def a_seat(council: CommitteeId, number: int) -> CreateSeat:
    return CreateSeat(seat_id=SeatId(uuid.uuid4()), committee_id=council, number=number, label=fr("Siège"))


async def given(write: WriteSide, body: TenantId, *commands: Command) -> list[Outcome | Refusal]:
    """What becomes of orders that are given at once."""

    async def one(command: Command) -> Outcome | Refusal:
        try:
            return await write.handler.handle(order(body, command), FINGERPRINT)
        except Refusal as refusal:
            return refusal

    return list(await asyncio.gather(*(one(command) for command in commands)))


async def state(write: WriteSide, body: TenantId, seat_id: SeatId) -> Seat:
    return (await write.store.load(body, SEAT, StreamId(seat_id))).state


async def test_two_seats_at_once_never_share_a_number(
    write: WriteSide, body: TenantId, council: CommitteeId
) -> None:
    seats = [a_seat(council, 1) for _ in range(6)]

    answers = await given(write, body, *seats)

    accepted = [seat for seat, answer in zip(seats, answers, strict=True) if isinstance(answer, Outcome)]
    assert len(accepted) == 1
    assert all(isinstance(answer, Outcome | ClaimTakenError) for answer in answers)
    assert await write.store.claimed_under(body, claims_of(council)) == (StreamId(accepted[0].seat_id),)
    for seat in seats:
        assert ((await state(write, body, seat.seat_id)).committee_id == council) == (seat in accepted)


async def test_one_person_given_two_votes_at_once_has_one(
    write: WriteSide, body: TenantId, council: CommitteeId
) -> None:
    seats = [a_seat(council, number) for number in range(1, 5)]
    assert all(isinstance(answer, Outcome) for answer in await given(write, body, *seats))

    answers = await given(write, body, *(SeatMember(seat_id=seat.seat_id, person_id=ALICE) for seat in seats))

    assert sum(isinstance(answer, Outcome) for answer in answers) == 1
    assert all(isinstance(answer, Outcome | SeatedTwiceError | GuardBrokenError) for answer in answers)
    holders = [(await state(write, body, seat.seat_id)).holdings for seat in seats]
    assert sorted(len(held) for held in holders) == [0, 0, 0, 1]
    (held,) = next(held for held in holders if held)
    assert (held.on, held.until) == (date(2024, 4, 1), date(2026, 3, 31))


async def test_a_member_speaks_for_an_organisation_that_is_registered_in_the_commons(
    write: WriteSide, body: TenantId, council: CommitteeId
) -> None:
    seat, library = a_seat(council, 1), OrganisationId(uuid.uuid4())
    await given(write, body, seat)
    represents = Represented(name=en("Valley Library"), organisation_id=library)
    command = SeatMember(seat_id=seat.seat_id, person_id=ALICE, represents=represents)

    (unknown,) = await given(write, body, command)
    register = RegisterOrganisation(organisation_id=library, name=en("Valley Library"))
    await write.handler.handle(order(COMMONS, register, actor=OPERATOR), FINGERPRINT)
    (known,) = await given(write, body, command)

    assert isinstance(unknown, StreamMissingError)
    assert isinstance(known, Outcome)
    assert known.version == 2
