"""A meeting is convened, gets its agenda, is attended and ends."""

from datetime import UTC
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from domain.case import Case, Need, Reads
from domain.committee.rules import COMMITTEE, OWNERS, check_exists
from domain.event import Event
from domain.facts import holds
from domain.ids import StreamId
from domain.meeting.commands import CloseMeeting, ConveneMeeting, RecordAttendance, SetAgenda
from domain.meeting.events import AgendaSet, AttendanceRecorded, MeetingClosed, MeetingConvened, Movement
from domain.meeting.refusals import (
    AgendaRepeatsError,
    AttendanceCountedError,
    MeetingClosedError,
    MeetingDayError,
    MeetingNotYetError,
    MinutesAdoptedError,
    NoticeTooLateError,
    OtherCommitteeError,
    QuorumThereError,
    SecondCallError,
)
from domain.meeting.state import MEETING, Meeting, with_movements
from domain.meeting.table import Table, table_needs
from domain.stream import Decided


def _convening(_: Meeting, command: ConveneMeeting, __: Reads) -> list[Need]:
    earlier = command.second_call_of
    return [
        Need(COMMITTEE, StreamId(command.committee_id)),
        *([] if earlier is None else [Need(MEETING, StreamId(earlier))]),
    ]


@MEETING.handles("meeting_id", creates=True, owners=OWNERS, needs=_convening)
def convene(meeting: Meeting, command: ConveneMeeting, case: Case) -> Decided:  # noqa: ARG001 - a new stream has no past
    """Call the meeting.

    Raises:
        MeetingDayError: the time is not on the day.
        NoticeTooLateError: the notice comes after the meeting.
        CommitteeNotYetError, CommitteeDissolvedError: the committee does not exist on the day of the meeting.
        OtherCommitteeError, SecondCallError: the earlier meeting is no first call of this committee's that was
            closed without quorum; or it was called again already (`claim_taken`).
    """
    day = command.holds_on
    starts_at = None if command.starts_at is None else command.starts_at.astimezone(UTC)
    if starts_at is not None and starts_at.astimezone(ZoneInfo(command.time_zone)).date() != day:
        raise MeetingDayError(starts_at=starts_at.isoformat(), holds_on=day)
    if case.on > day:
        case.insist(NoticeTooLateError(holds_on=day, notice_on=case.on))
    committee = case.state(COMMITTEE, StreamId(command.committee_id))
    case.hold_to(lambda: check_exists(committee, day))
    days_after, claims = 0, []
    if command.second_call_of is not None:
        earlier = case.state(MEETING, StreamId(command.second_call_of))
        assert earlier.holds_on is not None
        days_after = (day - earlier.holds_on).days
        if earlier.committee_id != command.committee_id:
            raise OtherCommitteeError(meeting_id=command.second_call_of)
        if earlier.closed != "without_quorum" or earlier.second_call_of is not None or days_after < 1:
            case.insist(SecondCallError(meeting_id=command.second_call_of))
        claims = [f"second-call/{command.second_call_of}"]
    convened = MeetingConvened(
        committee_id=command.committee_id,
        kind=command.kind,
        title=command.title,
        holds_on=day,
        starts_at=starts_at,
        time_zone=command.time_zone,
        place=command.place,
        mode=command.mode,
        second_call_of=command.second_call_of,
        days_after=days_after,
        cause=command.cause,
        audience=command.audience,
    )
    return Decided(events=[convened], claims=claims)


@MEETING.handles("meeting_id", owners=OWNERS)
def set_agenda(meeting: Meeting, command: SetAgenda, case: Case) -> list[Event]:
    """Set the agenda; the one that it already has records nothing.

    Raises:
        MeetingClosedError: the meeting is over.
        AgendaRepeatsError: an item stands twice.
    """
    if meeting.closed is not None:
        case.insist(MeetingClosedError())
    seen = set()
    for item in command.items:
        if item.item_id in seen:
            raise AgendaRepeatsError(item_id=item.item_id)
        seen.add(item.item_id)
    if holds(meeting.agenda, command.items, case.on):
        return []
    return [AgendaSet(items=command.items)]


@MEETING.handles("meeting_id", owners=OWNERS, needs=table_needs)
def record_attendance(meeting: Meeting, command: RecordAttendance, case: Case) -> list[Event]:
    """Note who came and went; who is already there, or already gone, is not noted twice.

    Raises:
        MeetingNotYetError: before the day of the meeting.
        MinutesAdoptedError: the minutes say for good who was there.
        AttendanceCountedError: in live mode, people are noted and not numbers.
    """
    check_day(meeting, case)
    if meeting.minutes_adopted:
        raise MinutesAdoptedError
    if command.counted is not None and not case.as_recorded_elsewhere:
        raise AttendanceCountedError
    after, news = meeting, []
    for movement in command.movements:
        at = after.moment(movement.at)
        if (movement.person_id in after.present_at(at)) != (movement.movement == "arrived"):
            after = with_movements(after, [movement])
            news.append(_in_utc(movement))
    new_count = command.counted if command.counted != meeting.counted else None
    if not news and new_count is None:
        return []
    counting = after if new_count is None else _counted(after, command)
    assert meeting.committee_id is not None
    table = Table.on(meeting.committee_id, case.on, case)
    last = max((after.moment(movement.at) for movement in news), default=after.last_at)
    return [AttendanceRecorded(movements=tuple(news), counted=new_count, quorum=table.quorum(counting, last))]


@MEETING.handles("meeting_id", owners=OWNERS, needs=table_needs)
def close(meeting: Meeting, command: CloseMeeting, case: Case) -> list[Event]:
    """End the meeting, with the quorum as it is at the end.

    Raises:
        MeetingNotYetError: before the day of the meeting.
        MeetingClosedError: it is over.
        QuorumThereError: it is said to end for lack of a quorum that is there.
    """
    check_open(meeting, case)
    assert meeting.committee_id is not None
    table = Table.on(meeting.committee_id, case.on, case)
    unknown = case.as_recorded_elsewhere and not meeting.attendance_known
    quorum = None if unknown else table.quorum(meeting, meeting.moment(command.at))
    if command.outcome == "without_quorum" and quorum is not None and quorum.reached:
        case.insist(QuorumThereError(present=quorum.present, required=quorum.required))
    at = None if command.at is None else command.at.astimezone(UTC)
    return [MeetingClosed(at=at, outcome=command.outcome, quorum=quorum)]


def check_day(meeting: Meeting, case: Case) -> None:
    """Refuse what is dated before the meeting."""
    assert meeting.holds_on is not None
    if case.on < meeting.holds_on:
        raise MeetingNotYetError(holds_on=meeting.holds_on)


def check_open(meeting: Meeting, case: Case) -> None:
    """Refuse what happens before the day of the meeting or after its end."""
    check_day(meeting, case)
    if meeting.closed is not None:
        raise MeetingClosedError


def _counted(meeting: Meeting, command: RecordAttendance) -> Meeting:
    return replace(meeting, counted=command.counted)


def _in_utc(movement: Movement) -> Movement:
    at = None if movement.at is None else movement.at.astimezone(UTC)
    return replace(movement, at=at)
