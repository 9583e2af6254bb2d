"""Minutes: drafted after the meeting, corrected, and adopted at a later one."""

from domain.case import Case, Need, Reads
from domain.committee.rules import OWNERS
from domain.event import Event
from domain.ids import StreamId
from domain.meeting.commands import AdoptMinutes, CorrectMinutes, DraftMinutes
from domain.meeting.events import MinutesAdopted, MinutesCorrected, MinutesDrafted
from domain.meeting.refusals import (
    MeetingOpenError,
    MinutesAdoptedError,
    MinutesEmptyError,
    MinutesExistError,
    MinutesMissingError,
    MinutesRevisionError,
    NoLaterMeetingError,
    OtherCommitteeError,
)
from domain.meeting.state import MEETING, Meeting


@MEETING.handles("meeting_id", owners=OWNERS)
def draft_minutes(meeting: Meeting, command: DraftMinutes) -> list[Event]:
    """Write the first revision.

    Raises:
        MeetingOpenError: the meeting is not over.
        MinutesExistError: there is one.
        MinutesEmptyError: it has no text.
    """
    if meeting.closed is None:
        raise MeetingOpenError
    if meeting.minutes:
        raise MinutesExistError
    _check_text(command)
    return [MinutesDrafted(text_en=command.text_en, text_fr=command.text_fr)]


@MEETING.handles("meeting_id", owners=OWNERS)
def correct_minutes(meeting: Meeting, command: CorrectMinutes) -> list[Event]:
    """Write another revision; what was adopted is not corrected.

    Raises:
        MinutesMissingError, MinutesAdoptedError: there is no draft to correct.
        MinutesEmptyError: the revision has no text.
    """
    _check_draft(meeting)
    _check_text(command)
    return [MinutesCorrected(revision=meeting.minutes + 1, text_en=command.text_en, text_fr=command.text_fr)]


def _adopting(_: Meeting, command: AdoptMinutes, __: Reads) -> list[Need]:
    return [] if command.at_meeting_id is None else [Need(MEETING, StreamId(command.at_meeting_id))]


@MEETING.handles("meeting_id", owners=OWNERS, needs=_adopting)
def adopt_minutes(meeting: Meeting, command: AdoptMinutes, case: Case) -> list[Event]:
    """Adopt the latest revision.

    Raises:
        MinutesMissingError, MinutesAdoptedError: there is no draft to adopt.
        MinutesRevisionError: a later revision was written.
        OtherCommitteeError: the meeting that adopts is another committee's.
        NoLaterMeetingError: none is named, or it is not later, not on that day, or had no quorum.
    """
    _check_draft(meeting)
    if command.revision != meeting.minutes:
        raise MinutesRevisionError(revision=command.revision, latest=meeting.minutes)
    if command.at_meeting_id is None:
        case.insist(NoLaterMeetingError())
    else:
        later = case.state(MEETING, StreamId(command.at_meeting_id))
        assert later.holds_on is not None
        assert meeting.holds_on is not None
        if later.committee_id != meeting.committee_id:
            raise OtherCommitteeError(meeting_id=command.at_meeting_id)
        fits = meeting.holds_on < later.holds_on == case.on and later.closed != "without_quorum"
        if not fits:
            case.insist(NoLaterMeetingError())
    return [MinutesAdopted(revision=command.revision, at_meeting_id=command.at_meeting_id)]


def _check_draft(meeting: Meeting) -> None:
    if not meeting.minutes:
        raise MinutesMissingError
    if meeting.minutes_adopted:
        raise MinutesAdoptedError


def _check_text(command: DraftMinutes | CorrectMinutes) -> None:
    if command.text_en is None and command.text_fr is None:
        raise MinutesEmptyError
