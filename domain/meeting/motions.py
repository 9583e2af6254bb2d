"""Motions: put, voted on or agreed to, decided by the rules of the day."""

from datetime import UTC, datetime
from typing import Literal, TypeVar

from msgspec.structs import replace

from domain.case import Case
from domain.committee.rules import OWNERS
from domain.event import Event
from domain.ids import MotionId, PersonId
from domain.meeting.commands import (
    DecideMotion,
    MoveMotion,
    RecordConsensus,
    RecordDissent,
    RecordRecusal,
    RecordVote,
)
from domain.meeting.events import (
    Ballot,
    ByName,
    ConsensusRecorded,
    DissentRecorded,
    Method,
    MotionDecided,
    MotionMoved,
    RecusalRecorded,
    Secret,
    VoteRecorded,
)
from domain.meeting.holding import check_day, check_open
from domain.meeting.refusals import (
    AgendaItemMissingError,
    AttendanceUnknownError,
    DeliberatesOnlyError,
    MajorityNotStatedError,
    MinutesAdoptedError,
    MotionAskedError,
    MotionDecidedError,
    MotionExistsError,
    MotionMissingError,
    MotionNotAskedError,
    NoQuorumError,
    NotEntitledError,
    NoTermsError,
    NoTieError,
    NotPresentError,
    OutcomeDiffersError,
    OutcomeMissingError,
    TallyDiffersError,
    TooManyVotesError,
    VotedAlreadyError,
    VotesTwiceError,
)
from domain.meeting.state import MEETING, Meeting, Motion, tally
from domain.meeting.table import Table, table_needs
from domain.verdict import MajorityVerdict, QuorumVerdict, by_consensus, by_vote
from domain.verdict.majority import CastingVote, is_tie

B = TypeVar("B", bound=Ballot)


@MEETING.handles("meeting_id", owners=OWNERS)
def move(meeting: Meeting, command: MoveMotion, case: Case) -> list[Event]:
    """Put a motion.

    Raises:
        MeetingNotYetError, MeetingClosedError: not while the meeting is held.
        MotionExistsError: the id is in use.
        AgendaItemMissingError: it names a point that the agenda lacks.
        NotPresentError: who moves or seconds it is not in the room.
    """
    check_open(meeting, case)
    if command.motion_id in meeting.motions:
        raise MotionExistsError(motion_id=command.motion_id)
    items = () if meeting.agenda is None else meeting.agenda.value
    if command.item_id is not None and all(item.item_id != command.item_id for item in items):
        raise AgendaItemMissingError(item_id=command.item_id)
    for person_id in (command.moved_by, command.seconded_by):
        if person_id is not None:
            _insist_on_presence(meeting, person_id, meeting.last_at, case)
    return [
        MotionMoved(
            motion_id=command.motion_id,
            kind=command.kind,
            title=command.title,
            text=command.text,
            moved_by=command.moved_by,
            seconded_by=command.seconded_by,
            item_id=command.item_id,
        )
    ]


@MEETING.handles("meeting_id", owners=OWNERS)
def record_recusal(meeting: Meeting, command: RecordRecusal, case: Case) -> list[Event]:
    """Note who withdraws; a second time records nothing.

    Raises:
        MotionMissingError, MotionDecidedError: there is no such open motion.
        VotedAlreadyError: they voted on it.
    """
    check_open(meeting, case)
    motion = _open_motion(meeting, command.motion_id)
    if command.person_id in motion.recused:
        return []
    if command.person_id in _heard(motion):
        case.insist(VotedAlreadyError(person_id=command.person_id))
    return [RecusalRecorded(motion_id=command.motion_id, person_id=command.person_id, reason=command.reason)]


@MEETING.handles("meeting_id", owners=OWNERS, needs=table_needs)
def record_vote(meeting: Meeting, command: RecordVote, case: Case) -> list[Event]:
    """Note a ballot.

    Raises:
        MotionMissingError, MotionDecidedError, MotionAskedError: the motion is not there to be voted on.
        VotesTwiceError, TallyDiffersError: the ballot contradicts itself.
        NotEntitledError, TooManyVotesError: more voted than had a vote at that moment.
    """
    check_open(meeting, case)
    motion = _unasked(meeting, command.motion_id)
    ballot = kept(command.ballot)
    people = voters(ballot)
    for place, person_id in enumerate(people):
        if person_id in people[:place]:
            raise VotesTwiceError(person_id=person_id)
    cast = tally(ballot).cast
    if isinstance(ballot, Secret) and cast != len(people):
        raise TallyDiffersError(cast=cast, voted=len(people))
    assert meeting.committee_id is not None
    table = Table.on(meeting.committee_id, case.on, case)
    roll = table.roll(meeting, meeting.moment(command.at), motion.recused)
    for person_id in people:
        if not roll.speaks(person_id):
            case.insist(NotEntitledError(person_id=person_id))
    if cast > roll.present:
        case.insist(TooManyVotesError(cast=cast, entitled=roll.present))
    return [VoteRecorded(motion_id=command.motion_id, ballot=ballot, at=_utc(command.at))]


@MEETING.handles("meeting_id", owners=OWNERS, needs=table_needs)
def record_consensus(meeting: Meeting, command: RecordConsensus, case: Case) -> list[Event]:
    """Note who objects.

    Raises:
        MotionMissingError, MotionDecidedError, MotionAskedError: the motion is not there to be agreed to.
        NotEntitledError: somebody objects who had no say at that moment.
    """
    check_open(meeting, case)
    motion = _unasked(meeting, command.motion_id)
    objections = tuple(sorted(set(command.objections)))
    assert meeting.committee_id is not None
    table = Table.on(meeting.committee_id, case.on, case)
    roll = table.roll(meeting, meeting.moment(command.at), motion.recused)
    for person_id in objections:
        if not roll.speaks(person_id):
            case.insist(NotEntitledError(person_id=person_id))
    return [ConsensusRecorded(motion_id=command.motion_id, objections=objections, at=_utc(command.at))]


@MEETING.handles("meeting_id", owners=OWNERS)
def record_dissent(meeting: Meeting, command: RecordDissent, case: Case) -> list[Event]:
    """Note a disagreement; a second time records nothing. It may come until the minutes are adopted.

    Raises:
        MotionMissingError: there is no such motion.
        MinutesAdoptedError: the minutes say for good who dissented.
        NotPresentError: they were not in the room when the motion was asked.
    """
    check_day(meeting, case)
    motion = _motion(meeting, command.motion_id)
    if meeting.minutes_adopted:
        raise MinutesAdoptedError
    if command.person_id in motion.dissents:
        return []
    _insist_on_presence(meeting, command.person_id, max(motion.at, meeting.starts_at or motion.at), case)
    return [DissentRecorded(motion_id=command.motion_id, person_id=command.person_id, reason=command.reason)]


@MEETING.handles("meeting_id", owners=OWNERS, needs=table_needs)
def decide_motion(meeting: Meeting, command: DecideMotion, case: Case) -> list[Event]:
    """Declare how a motion ended, judged by those present at that moment and the rules in force that day.

    Raises:
        MotionMissingError, MotionDecidedError: there is no such open motion.
        NoTermsError, DeliberatesOnlyError, MajorityNotStatedError: no rule lets the committee decide it.
        NoQuorumError, AttendanceUnknownError: no quorum, or none that can be worked out.
        MotionNotAskedError, OutcomeMissingError: nothing tells how it ended.
        OutcomeDiffersError, NoTieError: what is said does not follow from the votes.
    """
    check_open(meeting, case)
    motion = _open_motion(meeting, command.motion_id)
    assert meeting.committee_id is not None
    table = Table.on(meeting.committee_id, case.on, case)
    at = motion.at if command.at is None and _asked(motion) else meeting.moment(command.at)
    quorum = _quorum(meeting, motion, table, at, case)
    method, majority = _majority(meeting, motion, table, command, case)
    carried = _outcome(command, majority, case)
    return [
        MotionDecided(
            motion_id=command.motion_id,
            at=_utc(command.at),
            method=method,
            carried=carried,
            quorum=quorum,
            majority=majority,
        )
    ]


def _quorum(meeting: Meeting, motion: Motion, table: Table, at: datetime, case: Case) -> QuorumVerdict | None:
    if table.terms is None or table.number is None:
        case.insist(NoTermsError(on=case.on))
        return None
    if not table.terms.decides:
        case.insist(DeliberatesOnlyError(terms=table.number))
    if case.as_recorded_elsewhere and not meeting.attendance_known:
        case.insist(AttendanceUnknownError())
        return None
    quorum = table.quorum(meeting, at, motion.recused)
    if quorum is not None and not quorum.reached:
        case.insist(NoQuorumError(present=quorum.present, required=quorum.required, terms=table.number))
    return quorum


def _majority(
    meeting: Meeting, motion: Motion, table: Table, command: DecideMotion, case: Case
) -> tuple[Method, MajorityVerdict | None]:
    if motion.objections is not None:
        present = _present_for_consensus(meeting, motion, table)
        verdict = by_consensus(table.number, motion.kind, present, len(motion.objections))
        _check_casting_vote(command.casting_vote, possible=False, case=case)
        return "consensus", verdict
    if motion.ballot is None:
        case.insist(MotionNotAskedError(motion_id=command.motion_id))
        return "stated", None
    if table.terms is None or table.number is None:  # refused, or kept, with the quorum
        return "vote", None
    majority = table.terms.majority_for(motion.kind)
    if majority is None:
        case.insist(MajorityNotStatedError(terms=table.number))
        return "vote", None
    votes = tally(motion.ballot)
    _check_casting_vote(command.casting_vote, possible=majority.casting_vote and is_tie(votes), case=case)
    return "vote", by_vote(table.number, motion.kind, majority, votes, command.casting_vote)


def _present_for_consensus(meeting: Meeting, motion: Motion, table: Table) -> int:
    if meeting.counted is not None and not meeting.moved:
        return meeting.counted.present
    return table.roll(meeting, motion.at, motion.recused).present


def _check_casting_vote(given: CastingVote | None, *, possible: bool, case: Case) -> None:
    if given is not None and not possible:
        case.insist(NoTieError())


def _outcome(command: DecideMotion, majority: MajorityVerdict | None, case: Case) -> bool:
    said: Literal["carried", "not_carried"] | None = command.outcome
    if majority is None:
        if said is None:
            raise OutcomeMissingError(motion_id=command.motion_id)
        return said == "carried"
    if said is not None and (said == "carried") != majority.reached:
        case.insist(OutcomeDiffersError(motion_id=command.motion_id))
        return said == "carried"
    return majority.reached


def voters(ballot: Ballot) -> tuple[PersonId, ...]:
    """Who is known to have voted."""
    match ballot:
        case ByName(votes=votes):
            return tuple(vote.person_id for vote in votes)
        case Secret(voted=voted):
            return voted
    return ()


def kept(ballot: B) -> B:
    """The ballot as it may be kept: the order of the voters tells nothing."""
    if isinstance(ballot, Secret):
        return replace(ballot, voted=tuple(sorted(ballot.voted)))
    if isinstance(ballot, ByName):
        return replace(ballot, votes=tuple(sorted(ballot.votes, key=lambda vote: vote.person_id)))
    return ballot


def _heard(motion: Motion) -> tuple[PersonId, ...]:
    return (() if motion.ballot is None else voters(motion.ballot)) + (motion.objections or ())


def _motion(meeting: Meeting, motion_id: MotionId) -> Motion:
    motion = meeting.motions.get(motion_id)
    if motion is None:
        raise MotionMissingError(motion_id=motion_id)
    return motion


def _open_motion(meeting: Meeting, motion_id: MotionId) -> Motion:
    motion = _motion(meeting, motion_id)
    if motion.decided is not None:
        raise MotionDecidedError(motion_id=motion_id)
    return motion


def _asked(motion: Motion) -> bool:
    return motion.ballot is not None or motion.objections is not None


def _unasked(meeting: Meeting, motion_id: MotionId) -> Motion:
    motion = _open_motion(meeting, motion_id)
    if _asked(motion):
        raise MotionAskedError(motion_id=motion_id)
    return motion


def _insist_on_presence(meeting: Meeting, person_id: PersonId, at: datetime, case: Case) -> None:
    if person_id not in meeting.present_at(at):
        case.insist(NotPresentError(person_id=person_id))


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(UTC)
