"""A seat as its rules see it: who holds it on a day, by the two clocks."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, Literal, Protocol, TypeVar

import msgspec

from domain.committee.terms import Sector
from domain.event import Recorded
from domain.ids import CommitteeId, PersonId
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
from domain.stream import State, Stream

Stage = Literal["interested", "nominated", "approved", "seated", "declined", "withdrawn"]
CLOSED: Final[frozenset[Stage]] = frozenset({"seated", "declined", "withdrawn"})


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """What an event says of the holder from a day on."""

    on: date
    version: int
    person_id: PersonId | None
    """None: nobody holds it."""
    represents: Represented | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the person still sits on that day, later events aside."""
        return self.person_id is not None and (self.until is None or day <= self.until)


class Naming(msgspec.Struct, frozen=True, kw_only=True):
    """What an event says of the alternate from a day on."""

    on: date
    version: int
    holder_id: PersonId
    person_id: PersonId | None


class Candidacy(msgspec.Struct, frozen=True, kw_only=True):
    stage: Stage
    since: date
    represents: Represented | None = None


class Seat(State, frozen=True, kw_only=True):
    committee_id: CommitteeId | None = None
    number: int = 0
    sector: Sector | None = None
    right: SeatRight = "vote"
    ex_officio: bool = False
    created_on: date | None = None
    abolished_on: date | None = None
    holdings: tuple[Holding, ...] = ()
    """In the order (effective day, recording)."""
    namings: tuple[Naming, ...] = ()
    """In the same order."""
    candidates: dict[PersonId, Candidacy] = msgspec.field(default_factory=dict)
    """The last candidacy of each person, those that ended too."""

    def exists_on(self, day: date) -> bool:
        return (
            self.created_on is not None
            and self.created_on <= day
            and (self.abolished_on is None or day < self.abolished_on)
        )

    def holder_on(self, day: date) -> Holding | None:
        """Who holds the seat on a day; None where it is vacant, its holder's term is over, or it is no more."""
        known = _last(self.holdings, day)
        return known if known is not None and known.covers(day) and self.exists_on(day) else None

    def alternate_on(self, day: date) -> PersonId | None:
        """Who stands in on a day for the one who holds the seat that day."""
        named, holder = _last(self.namings, day), self.holder_on(day)
        if named is None or holder is None or named.holder_id != holder.person_id:
            return None
        return named.person_id

    def candidacy(self, person_id: PersonId) -> Candidacy | None:
        """The person's candidacy, while it is open."""
        known = self.candidates.get(person_id)
        return None if known is None or known.stage in CLOSED else known

    def terms_before(self, person_id: PersonId, day: date) -> int:
        """How many terms the person has held the seat for in a row, the one before `day` being the last.

        Changes within one term, such as the organisation that the person speaks for, begin no new one.
        """
        terms = 0
        later: Holding | None = None
        for holding in reversed([one for one in self.holdings if one.on < day]):
            followed_on = day if later is None else later.on
            in_a_row = holding.until is None or holding.until + timedelta(days=1) >= followed_on
            if holding.person_id != person_id or not in_a_row:
                break
            if later is None or (holding.until is not None and holding.until != later.until):
                terms += 1
            later = holding
        return terms


class _Dated(Protocol):
    @property
    def on(self) -> date: ...
    @property
    def version(self) -> int: ...


D = TypeVar("D", bound=_Dated)


def _last(known: tuple[D, ...], day: date) -> D | None:
    return next((one for one in reversed(known) if one.on <= day), None)


def _with(known: Iterable[D], new: D) -> tuple[D, ...]:
    return tuple(sorted((*known, new), key=lambda one: (one.on, one.version)))


def evolve(seat: Seat, recorded: Recorded) -> Seat:
    replace = msgspec.structs.replace
    on, version = recorded.effective_on, recorded.originator_version
    match recorded.payload:
        case SeatCreated() as created:
            return replace(
                seat,
                committee_id=created.committee_id,
                number=created.number,
                sector=created.sector,
                right=created.right,
                ex_officio=created.ex_officio,
                created_on=on,
            )
        case MemberSeated(person_id=person_id) as seated:
            holding = Holding(
                on=on, version=version, person_id=person_id, represents=seated.represents, until=seated.until
            )
            seat = replace(seat, holdings=_with(seat.holdings, holding))
            return _candidate(seat, person_id, "seated", on) if seat.candidacy(person_id) else seat
        case TermEnded():
            holding = Holding(on=on, version=version, person_id=None)
            return replace(seat, holdings=_with(seat.holdings, holding))
        case AlternateNamed(holder_id=holder_id, person_id=named_id):
            naming = Naming(on=on, version=version, holder_id=holder_id, person_id=named_id)
            return replace(seat, namings=_with(seat.namings, naming))
        case InterestExpressed(person_id=person_id, represents=represents):
            return _candidate(seat, person_id, "interested", on, represents)
        case CandidateNominated(person_id=person_id):
            return _candidate(seat, person_id, "nominated", on)
        case CandidateApproved(person_id=person_id):
            return _candidate(seat, person_id, "approved", on)
        case CandidacyClosed(person_id=person_id, outcome=outcome):
            return _candidate(seat, person_id, outcome, on)
        case SeatAbolished():
            return replace(seat, abolished_on=on)
    return seat


def _candidate(
    seat: Seat, person_id: PersonId, stage: Stage, since: date, represents: Represented | None = None
) -> Seat:
    before = seat.candidacy(person_id)
    known = represents or (None if before is None else before.represents)
    candidacy = Candidacy(stage=stage, since=since, represents=known)
    return msgspec.structs.replace(seat, candidates={**seat.candidates, person_id: candidacy})


SEAT = Stream("seat", Seat(), evolve)
