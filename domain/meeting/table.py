"""Who sits at the table: the committee, its terms and its seats as of a day, and whether there is a quorum."""

from collections.abc import Collection
from datetime import date, datetime

import msgspec

from domain.case import Case, Need, Under
from domain.committee.rules import COMMITTEE, Committee
from domain.committee.terms import Terms
from domain.ids import CommitteeId, PersonId, SeatId, StreamId
from domain.meeting.state import Meeting
from domain.seat.rules import claims_of
from domain.seat.state import SEAT
from domain.verdict import QuorumVerdict, Roll, SeatOnDay, counted, judged, roll


def needs_of(committee_id: CommitteeId) -> list[Need | Under]:
    """What must be read to know the table of a committee."""
    return [Need(COMMITTEE, StreamId(committee_id)), Under(SEAT, claims_of(committee_id))]


def table_needs(meeting: Meeting, _command: object, _reads: object) -> list[Need | Under]:
    """What the rules of a convened meeting read."""
    return [] if meeting.committee_id is None else needs_of(meeting.committee_id)


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """The rules and the voting seats of a committee on a day."""

    number: int | None
    """The version of the terms of reference in force; None where there is none."""
    terms: Terms | None
    seats: tuple[SeatOnDay, ...]

    @classmethod
    def on(cls, committee_id: CommitteeId, day: date, case: Case) -> "Table":
        """The table as of a day, out of what `needs_of` named."""
        committee: Committee = case.state(COMMITTEE, StreamId(committee_id))
        in_force = committee.terms_on(day)
        number, terms = (None, None) if in_force is None else in_force
        return cls(number=number, terms=terms, seats=_voting_seats(committee_id, day, case))

    def roll(self, meeting: Meeting, at: datetime, recused: Collection[PersonId] = frozenset()) -> Roll:
        """The roll of those in the room at a moment."""
        return roll(self.seats, meeting.present_at(at), recused)

    def quorum(
        self, meeting: Meeting, at: datetime, recused: Collection[PersonId] = frozenset()
    ) -> QuorumVerdict | None:
        """The quorum at a moment; None where no terms were in force, or a document does not tell who was there."""
        if self.terms is None or self.number is None:
            return None
        rule = self.terms.quorum
        if meeting.counted is not None and not meeting.moved:
            numbers = meeting.counted
            return counted(self.number, rule, numbers.present, numbers.seats, meeting.call)
        return judged(self.number, rule, self.roll(meeting, at, recused), meeting.call)


def _voting_seats(committee_id: CommitteeId, day: date, case: Case) -> tuple[SeatOnDay, ...]:
    """The seats with a vote that exist on a day, by number."""
    seats = case.under(SEAT, claims_of(committee_id))
    voting: list[SeatOnDay] = []
    for stream_id, seat in sorted(seats.items(), key=lambda item: item[1].number):
        if seat.right == "vote" and seat.exists_on(day):
            holding = seat.holder_on(day)
            holder = None if holding is None else holding.person_id
            voting.append(SeatOnDay(seat_id=SeatId(stream_id), holder=holder, alternate=seat.alternate_on(day)))
    return tuple(voting)
