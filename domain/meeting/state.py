"""What the rules know of a meeting."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Final

import msgspec

from domain.committee.terms import MotionKind
from domain.event import Recorded
from domain.facts import Dated, latest
from domain.ids import CommitteeId, MeetingId, MotionId, PersonId
from domain.meeting.events import (
    AgendaItem,
    AgendaSet,
    AttendanceRecorded,
    Ballot,
    ByName,
    ConsensusRecorded,
    CountedAttendance,
    DissentRecorded,
    MeetingClosed,
    MeetingConvened,
    Method,
    MinutesAdopted,
    MinutesCorrected,
    MinutesDrafted,
    MotionDecided,
    MotionMoved,
    Movement,
    Outcome,
    RecusalRecorded,
    VoteRecorded,
)
from domain.stream import State, Stream
from domain.verdict import Call, MajorityVerdict, QuorumVerdict, Tally

BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
"""Before every moment: where nothing says when a meeting began."""


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """How a motion ended."""

    on: date
    version: int
    """The meeting's version that says so: a decision that rests on it cites this one or a later one."""
    method: Method
    carried: bool
    quorum: QuorumVerdict | None
    majority: MajorityVerdict | None
    breaches: tuple[str, ...]


class Motion(msgspec.Struct, frozen=True, kw_only=True):
    kind: MotionKind
    ballot: Ballot | None = None
    objections: tuple[PersonId, ...] | None = None
    """None while consensus was not sought."""
    at: datetime = BEGINNING
    """When the ballot or the consensus was taken."""
    recused: frozenset[PersonId] = frozenset()
    dissents: frozenset[PersonId] = frozenset()
    decided: Decided | None = None


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A movement at its moment."""

    person_id: PersonId
    arrived: bool
    at: datetime


class Meeting(State, frozen=True, kw_only=True):
    committee_id: CommitteeId | None = None
    holds_on: date | None = None
    starts_at: datetime | None = None
    second_call_of: MeetingId | None = None
    days_after: int = 0
    agenda: Dated[tuple[AgendaItem, ...]] | None = None
    moved: tuple[Moved, ...] = ()
    """In the order of their moments; of one moment, in the order of recording."""
    counted: CountedAttendance | None = None
    last_at: datetime = BEGINNING
    """The latest moment that anything was recorded of: where a time is left out, it is this one."""
    motions: dict[MotionId, Motion] = msgspec.field(default_factory=dict)
    closed: Outcome | None = None
    minutes: int = 0
    """The latest revision of the minutes; 0 before the first."""
    minutes_adopted: bool = False

    @property
    def call(self) -> Call:
        return Call(second=self.second_call_of is not None, days_after=self.days_after)

    @property
    def attendance_known(self) -> bool:
        return bool(self.moved) or self.counted is not None

    def moment(self, at: datetime | None) -> datetime:
        """A time that was given, or the latest one known."""
        return self.last_at if at is None else at

    def present_at(self, at: datetime) -> frozenset[PersonId]:
        """Who was in the room at a moment."""
        present: set[PersonId] = set()
        for moved in self.moved:
            if moved.at > at:
                break
            if moved.arrived:
                present.add(moved.person_id)
            else:
                present.discard(moved.person_id)
        return frozenset(present)


def tally(ballot: Ballot) -> Tally:
    """The votes of a ballot, counted."""
    if not isinstance(ballot, ByName):
        return ballot.tally
    choices = [vote.choice for vote in ballot.votes]
    return Tally(
        in_favour=choices.count("in_favour"),
        against=choices.count("against"),
        abstentions=choices.count("abstention"),
    )


def with_movements(meeting: Meeting, movements: Iterable[Movement]) -> Meeting:
    """The meeting after people came and went."""
    for movement in movements:
        at = meeting.moment(movement.at)
        moved = Moved(person_id=movement.person_id, arrived=movement.movement == "arrived", at=at)
        known = sorted((*meeting.moved, moved), key=lambda one: one.at)  # stable: of one moment, as recorded
        meeting = msgspec.structs.replace(meeting, moved=tuple(known), last_at=max(meeting.last_at, at))
    return meeting


def evolve(meeting: Meeting, recorded: Recorded) -> Meeting:
    replace = msgspec.structs.replace
    match recorded.payload:
        case MeetingConvened() as convened:
            return replace(
                meeting,
                committee_id=convened.committee_id,
                holds_on=convened.holds_on,
                starts_at=convened.starts_at,
                last_at=convened.starts_at or BEGINNING,
                second_call_of=convened.second_call_of,
                days_after=convened.days_after,
            )
        case AgendaSet(items=items):
            return replace(meeting, agenda=latest(meeting.agenda, items, recorded))
        case AttendanceRecorded(movements=movements, counted=counted):
            return replace(with_movements(meeting, movements), counted=counted or meeting.counted)
        case MeetingClosed(outcome=outcome, at=at):
            return replace(_until(meeting, at), closed=outcome)
        case MinutesDrafted():
            return replace(meeting, minutes=1)
        case MinutesCorrected(revision=revision):
            return replace(meeting, minutes=revision)
        case MinutesAdopted():
            return replace(meeting, minutes_adopted=True)
    return _evolve_motion(meeting, recorded)


def _evolve_motion(meeting: Meeting, recorded: Recorded) -> Meeting:
    replace = msgspec.structs.replace
    match recorded.payload:
        case MotionMoved(motion_id=motion_id, kind=kind):
            return _with(meeting, motion_id, Motion(kind=kind))
        case RecusalRecorded(motion_id=motion_id, person_id=person_id):
            motion = meeting.motions[motion_id]
            return _with(meeting, motion_id, replace(motion, recused=motion.recused | {person_id}))
        case VoteRecorded(motion_id=motion_id, ballot=ballot, at=at):
            motion = replace(meeting.motions[motion_id], ballot=ballot, at=meeting.moment(at))
            return _with(_until(meeting, at), motion_id, motion)
        case ConsensusRecorded(motion_id=motion_id, objections=objections, at=at):
            motion = replace(meeting.motions[motion_id], objections=objections, at=meeting.moment(at))
            return _with(_until(meeting, at), motion_id, motion)
        case DissentRecorded(motion_id=motion_id, person_id=person_id):
            motion = meeting.motions[motion_id]
            return _with(meeting, motion_id, replace(motion, dissents=motion.dissents | {person_id}))
        case MotionDecided(motion_id=motion_id, at=at) as ended:
            decided = Decided(
                on=recorded.effective_on,
                version=recorded.originator_version,
                method=ended.method,
                carried=ended.carried,
                quorum=ended.quorum,
                majority=ended.majority,
                breaches=recorded.envelope.breaches,
            )
            return _with(_until(meeting, at), motion_id, replace(meeting.motions[motion_id], decided=decided))
    return meeting


def _with(meeting: Meeting, motion_id: MotionId, motion: Motion) -> Meeting:
    return msgspec.structs.replace(meeting, motions={**meeting.motions, motion_id: motion})


def _until(meeting: Meeting, at: datetime | None) -> Meeting:
    return msgspec.structs.replace(meeting, last_at=max(meeting.last_at, meeting.moment(at)))


MEETING = Stream("meeting", Meeting(), evolve)
