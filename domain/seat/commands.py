"""What one may ask of a seat."""

from datetime import date
from typing import Annotated

import msgspec

from domain.committee.terms import SEATS_MAX, Sector
from domain.ids import CommitteeId, PersonId, SeatId
from domain.seat.events import CandidacyOutcome, Represented, SeatRight, TermEnd
from domain.stream import Command
from domain.values import LocalizedText, SealedText

SeatNumber = Annotated[int, msgspec.Meta(ge=1, le=SEATS_MAX)]


class CreateSeat(Command, frozen=True, kw_only=True):
    """Add a numbered seat to a committee. One that is held ex officio goes with an office and has no term."""

    seat_id: SeatId
    committee_id: CommitteeId
    number: SeatNumber
    label: LocalizedText
    sector: Sector | None = None
    right: SeatRight = "vote"
    ex_officio: bool = False


class SeatMember(Command, frozen=True, kw_only=True):
    """Give the seat to a person, or the same person a new term; the authority is the decision that fills it.

    Without `until`, the term lasts as long as the terms of reference say.
    """

    seat_id: SeatId
    person_id: PersonId
    represents: Represented | None = None
    until: date | None = None


class EndTerm(Command, frozen=True, kw_only=True):
    """Vacate the seat from the effective day on."""

    seat_id: SeatId
    reason: TermEnd = "unstated"
    note: SealedText | None = None


class NameAlternate(Command, frozen=True, kw_only=True):
    """Name who stands in for the holder; nobody where `person_id` is absent."""

    seat_id: SeatId
    person_id: PersonId | None = None


class ExpressInterest(Command, frozen=True, kw_only=True):
    seat_id: SeatId
    person_id: PersonId
    represents: Represented | None = None


class NominateCandidate(Command, frozen=True, kw_only=True):
    """Put a person forward, whether or not they had expressed their interest."""

    seat_id: SeatId
    person_id: PersonId


class ApproveCandidate(Command, frozen=True, kw_only=True):
    """Approve a nominated person; the authority is the decision."""

    seat_id: SeatId
    person_id: PersonId


class CloseCandidacy(Command, frozen=True, kw_only=True):
    seat_id: SeatId
    person_id: PersonId
    outcome: CandidacyOutcome


class AbolishSeat(Command, frozen=True, kw_only=True):
    """End a vacant seat."""

    seat_id: SeatId
