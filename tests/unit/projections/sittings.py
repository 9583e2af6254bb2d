"""Random meetings of the committees of `governance`, for the logs of `histories`."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.audience import Audience
from domain.envelope import Source
from domain.ids import CommitteeId, ItemId, MeetingId, MotionId, PersonId
from domain.meeting.commands import (
    AdoptMinutes,
    CloseMeeting,
    ConveneMeeting,
    CorrectMinutes,
    DecideMotion,
    DraftMinutes,
    MoveMotion,
    RecordAttendance,
    RecordConsensus,
    RecordDissent,
    RecordRecusal,
    RecordVote,
    SetAgenda,
)
from domain.meeting.events import (
    AgendaItem,
    ByName,
    CountedAttendance,
    Movement,
    NamedVote,
    Secret,
    ShowOfHands,
)
from domain.stream import Command
from domain.values import SealedText, en, fr
from domain.verdict import Tally

if TYPE_CHECKING:
    from tests.unit.projections.histories import Log

MINUTES = Source(title=fr("Procès-verbal"))
PEOPLE = tuple(PersonId(UUID(int=900 + number)) for number in range(8))
SEALED = {"key_id": UUID(int=5), "nonce": bytes(12), "ciphertext": bytes(40)}


class Sittings:
    """Meetings, most of them brought in from minutes: so they need neither quorum nor seats to go on."""

    def __init__(self, log: "Log", random: Random) -> None:
        self.log = log
        self.random = random
        self.meetings: list[MeetingId] = []

    def go_on(self, committees: list[CommitteeId], today: date) -> None:
        """Now and then convene a meeting, or let one go on by a few steps."""
        if not committees or self.random.random() > 0.4:
            return
        if not self.meetings or self.random.random() < 0.2:
            self._convene(self.random.choice(committees), today)
            return
        meeting_id = self.random.choice(self.meetings[-3:])
        makers: list[Callable[[MeetingId], Command]] = [
            *[self._attend] * 3,
            *[self._move] * 2,
            *[self._ask] * 3,
            *[self._decide] * 3,
            self._recuse,
            self._dissent,
            self._agenda,
            self._close,
            self._draft,
            self._correct,
            self._adopt,
        ]
        for _ in range(self.random.randrange(1, 5)):
            self._give(self.random.choice(makers)(meeting_id), max(today, self._day(meeting_id)))

    def _give(self, command: Command, on: date) -> bool:
        source = self.random.choice([None, MINUTES, MINUTES])
        return self.log.give(command, on, sample=self.random.random() < 0.05, source=source)

    def _id(self) -> Any:
        return UUID(int=self.random.getrandbits(128), version=4)

    def _state(self, meeting_id: MeetingId) -> Any:
        loaded = self.log.loaded(meeting_id)
        assert loaded is not None
        return loaded.state

    def _day(self, meeting_id: MeetingId) -> date:
        day: date = self._state(meeting_id).holds_on
        return day

    def _motion(self, meeting_id: MeetingId) -> MotionId:
        known = list(self._state(meeting_id).motions)
        return MotionId(self.random.choice(known)) if known else self._id()

    def _at(self, meeting_id: MeetingId) -> datetime | None:
        midday = datetime.combine(self._day(meeting_id), time(16), UTC)
        return self.random.choice([None, midday + timedelta(minutes=self.random.randrange(120))])

    def _text(self, meeting_id: MeetingId) -> SealedText | None:
        return self.random.choice([None, SealedText.sealed(meeting_id, **SEALED)])  # type: ignore[arg-type] # mixed

    def _convene(self, committee_id: CommitteeId, today: date) -> None:
        meeting_id: MeetingId = self._id()
        day = today + timedelta(days=self.random.choice([0, 0, 7]))
        earlier = [one for one in self.meetings if self._state(one).closed == "without_quorum"]
        command = ConveneMeeting(
            meeting_id=meeting_id,
            committee_id=committee_id,
            holds_on=day,
            time_zone="America/Toronto",
            kind=self.random.choice(["regular", "forum"]),
            starts_at=self.random.choice([None, datetime.combine(day, time(16), UTC)]),
            place=self.random.choice([None, en("Town hall")]),
            second_call_of=self.random.choice([None, *earlier]),
            audience=self.random.choice([Audience.TENANT, Audience.PUBLIC]),
        )
        if self._give(command, today):
            self.meetings.append(meeting_id)

    def _agenda(self, meeting_id: MeetingId) -> Command:
        items = [AgendaItem(item_id=ItemId(self._id()), title=fr("Point")) for _ in range(2)]
        return SetAgenda(meeting_id=meeting_id, items=tuple(items))

    def _attend(self, meeting_id: MeetingId) -> Command:
        if self.random.random() < 0.1:
            return RecordAttendance(meeting_id=meeting_id, counted=CountedAttendance(present=4, seats=7))
        movements = [
            Movement(
                person_id=person,
                movement=self.random.choice(["arrived", "arrived", "left"]),
                at=self._at(meeting_id),
            )
            for person in self.random.sample(PEOPLE, self.random.randrange(1, 6))
        ]
        return RecordAttendance(meeting_id=meeting_id, movements=tuple(movements))

    def _move(self, meeting_id: MeetingId) -> Command:
        return MoveMotion(
            meeting_id=meeting_id,
            motion_id=self._id(),
            title=fr("Que le plan soit adopté"),
            kind=self.random.choice(["ordinary", "plan_adoption"]),
            text=self._text(meeting_id),
            moved_by=self.random.choice([None, *PEOPLE]),
        )

    def _ask(self, meeting_id: MeetingId) -> Command:
        random, motion_id = self.random, self._motion(meeting_id)
        ids = {"meeting_id": meeting_id, "motion_id": motion_id}
        people = random.sample(PEOPLE, random.randrange(0, 5))
        if random.random() < 0.3:
            return RecordConsensus(**ids, objections=tuple(people[:1]) if random.random() < 0.3 else ())  # type: ignore[arg-type] # mixed
        yes = random.randrange(len(people) + 1)
        tally = Tally(in_favour=yes, against=len(people) - yes)
        votes = [NamedVote(person_id=one, choice=random.choice(["in_favour", "against"])) for one in people]
        ballot = random.choice(
            [ByName(votes=tuple(votes)), ShowOfHands(tally=tally), Secret(voted=tuple(people), tally=tally)]
        )
        return RecordVote(**ids, ballot=ballot, at=self._at(meeting_id))  # type: ignore[arg-type] # mixed

    def _decide(self, meeting_id: MeetingId) -> Command:
        outcome: Any = self.random.choice([None, "carried", "not_carried"])
        return DecideMotion(meeting_id=meeting_id, motion_id=self._motion(meeting_id), outcome=outcome)

    def _recuse(self, meeting_id: MeetingId) -> Command:
        return RecordRecusal(
            meeting_id=meeting_id, motion_id=self._motion(meeting_id), person_id=self.random.choice(PEOPLE)
        )

    def _dissent(self, meeting_id: MeetingId) -> Command:
        return RecordDissent(
            meeting_id=meeting_id,
            motion_id=self._motion(meeting_id),
            person_id=self.random.choice(PEOPLE),
            reason=self._text(meeting_id),
        )

    def _close(self, meeting_id: MeetingId) -> Command:
        outcome: Any = self.random.choice(["held", "without_quorum"])
        return CloseMeeting(meeting_id=meeting_id, outcome=outcome, at=self._at(meeting_id))

    def _draft(self, meeting_id: MeetingId) -> Command:
        return DraftMinutes(meeting_id=meeting_id, text_fr=self._text(meeting_id))

    def _correct(self, meeting_id: MeetingId) -> Command:
        return CorrectMinutes(
            meeting_id=meeting_id, text_en=self._text(meeting_id), text_fr=self._text(meeting_id)
        )

    def _adopt(self, meeting_id: MeetingId) -> Command:
        revision = max(self._state(meeting_id).minutes, 1)
        later = self.random.choice([None, *self.meetings])
        return AdoptMinutes(meeting_id=meeting_id, revision=revision, at_meeting_id=later)
