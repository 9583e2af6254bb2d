"""A committee of five voting seats and an observer, for the tests of meetings."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from domain.audience import Audience
from domain.committee.rules import COMMITTEE, CommitteeEstablished, TermsAdopted
from domain.committee.terms import Majority, MotionRule, Quorum, SecondMeeting, Share, Terms
from domain.envelope import Source
from domain.event import Event
from domain.ids import CommitteeId, ItemId, MeetingId, MotionId, PersonId, SeatId, StreamId
from domain.meeting.commands import ConveneMeeting
from domain.meeting.rules import MEETING
from domain.seat.events import AlternateNamed, MemberSeated, SeatCreated
from domain.seat.state import SEAT
from domain.stream import Command, Decided, Loaded
from domain.values import en, fr
from tests.unit.domain.given import loaded, on, ordered, recorded

COUNCIL, OTHER_COUNCIL = CommitteeId(UUID(int=700)), CommitteeId(UUID(int=701))
MEETING_ID, LATER, SECOND = (MeetingId(UUID(int=number)) for number in (710, 711, 712))
MOTION, OTHER_MOTION = MotionId(UUID(int=720)), MotionId(UUID(int=721))
ITEM = ItemId(UUID(int=730))
ANA, BEN, CAM, DAN, EVE, FAY, GUS = (PersonId(UUID(int=number)) for number in range(741, 748))
"""Ana to Eve hold the five voting seats; Fay stands in for Ana; Gus observes."""

DAY = date(2025, 5, 6)
FIRST_DAY = date(2020, 1, 1)
SIX = datetime(2025, 5, 6, 22, 0, tzinfo=UTC)
"""Six o'clock in the evening in Toronto."""
MINUTES = Source(title=fr("Procès-verbal du 6 mai 2025"))

MAJORITY = Share(numerator=1, denominator=2, more_than=True)
TERMS = Terms(
    quorum=Quorum(share=MAJORITY, second_meeting=SecondMeeting(within_days=30)),
    majorities=(
        MotionRule(motion="ordinary", majority=Majority(threshold="simple", casting_vote=True)),
        MotionRule(motion="plan_adoption", majority=Majority(threshold="two_thirds")),
    ),
)


def a_committee(*versions: tuple[str, Terms]) -> Loaded[Any]:
    """A committee with versions of its terms of reference, each from a day on."""
    established = CommitteeEstablished(
        kind="partnership_council", name=en("Council"), parent_id=None, audience=Audience.FUNDERS
    )
    adopted = [on(day, TermsAdopted(number=n, terms=terms)) for n, (day, terms) in enumerate(versions, 1)]
    return loaded(COMMITTEE, on("2020-01-01", established), *adopted)


def a_seat(number: int, holder: PersonId, alternate: PersonId | None = None, right: Any = "vote") -> Loaded[Any]:
    """A seat of the committee, held since the first day."""
    created = SeatCreated(
        committee_id=COUNCIL,
        number=number,
        label=en("Seat"),
        sector=None,
        right=right,
        ex_officio=False,
    )
    seated = MemberSeated(person_id=holder, represents=None, until=None)
    named = [] if alternate is None else [AlternateNamed(holder_id=holder, person_id=alternate)]
    return loaded(SEAT, *(on(str(FIRST_DAY), event) for event in (created, seated, *named)))


SEATS: dict[SeatId, Loaded[Any]] = {
    SeatId(UUID(int=751)): a_seat(1, ANA, FAY),
    SeatId(UUID(int=752)): a_seat(2, BEN),
    SeatId(UUID(int=753)): a_seat(3, CAM),
    SeatId(UUID(int=754)): a_seat(4, DAN),
    SeatId(UUID(int=755)): a_seat(5, EVE),
    SeatId(UUID(int=756)): a_seat(6, GUS, right="observer"),
}


def around(**changes: Any) -> dict[str, Any]:
    """What else is in the log: the committee with its terms, its seats, and other meetings by id."""
    committee = changes.pop("committee", None) or a_committee(("2024-01-01", TERMS))
    seats: Mapping[SeatId, Loaded[Any]] = changes.pop("seats", SEATS)
    meetings: Mapping[MeetingId, Loaded[Any]] = changes.pop("meetings", {})
    others: dict[Any, Any] = {COUNCIL: committee, **seats, **meetings}
    claims = {f"seat/{COUNCIL}/{seat.state.number}": StreamId(seat_id) for seat_id, seat in seats.items()}
    return {"others": others, "claims": claims}


def convening(**changes: Any) -> ConveneMeeting:
    given: dict[str, Any] = {
        "meeting_id": MEETING_ID,
        "committee_id": COUNCIL,
        "holds_on": DAY,
        "time_zone": "America/Toronto",
        "starts_at": SIX,
    }
    return ConveneMeeting(**(given | changes))


class Sitting:
    """A meeting to which orders are given one after the other, on its day unless dated."""

    def __init__(self, *, elsewhere: bool = False, convened: ConveneMeeting | None = None, **changes: Any) -> None:
        self.around = around(**changes)
        self.source = MINUTES if elsewhere else None
        self.events: list[Event] = []
        self.loaded: Loaded[Any] = Loaded(state=MEETING.initial)
        self.last: Decided = Decided(events=[])
        command = convened or convening()
        self.give(command, day=command.holds_on)

    def give(self, command: Command, *, day: date | None = None) -> Decided:
        on_day = day or self.state.holds_on or DAY
        decided = ordered(self.loaded, command, day=on_day, source=self.source, **self.around)
        news = []
        for number, event in enumerate(decided.events, self.loaded.version + 1):
            one = recorded(event, number, on_day, breaches=tuple(decided.breaches), source=self.source)
            news.append(one)
        self.loaded = MEETING.fold(self.loaded, news)
        self.events += decided.events
        self.last = decided
        return decided

    @property
    def state(self) -> Any:
        return self.loaded.state
