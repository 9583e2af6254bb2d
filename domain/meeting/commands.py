"""What may be ordered of a meeting."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from domain.audience import Audience
from domain.body import TimeZone
from domain.committee.terms import SEATS_MAX, MotionKind
from domain.ids import CommitteeId, ItemId, MeetingId, MotionId, PersonId
from domain.meeting.events import (
    AgendaItem,
    Ballot,
    CountedAttendance,
    Instant,
    MeetingKind,
    Mode,
    Movement,
    Outcome,
)
from domain.stream import Command
from domain.values import Citation, LocalizedText, SealedText
from domain.verdict.majority import CastingVote

REVISIONS_MAX = 1_000
People = Annotated[tuple[PersonId, ...], msgspec.Meta(max_length=SEATS_MAX)]


class ConveneMeeting(Command, frozen=True, kw_only=True):
    """Call a meeting, effective on the day of the notice. A second call names the meeting that had no quorum."""

    meeting_id: MeetingId
    committee_id: CommitteeId
    holds_on: date
    time_zone: TimeZone
    kind: MeetingKind = "regular"
    title: LocalizedText | None = None
    starts_at: Instant | None = None
    place: LocalizedText | None = None
    mode: Mode | None = None
    second_call_of: MeetingId | None = None
    cause: Citation | None = None
    audience: Audience = Audience.TENANT


class SetAgenda(Command, frozen=True, kw_only=True):
    """State the agenda, whole: it replaces the one before."""

    meeting_id: MeetingId
    items: Annotated[tuple[AgendaItem, ...], msgspec.Meta(max_length=200)]


class RecordAttendance(Command, frozen=True, kw_only=True):
    """Note who comes and goes. Only from a document, their number alone may stand in `counted`."""

    meeting_id: MeetingId
    movements: Annotated[tuple[Movement, ...], msgspec.Meta(max_length=SEATS_MAX)] = ()
    counted: CountedAttendance | None = None


class MoveMotion(Command, frozen=True, kw_only=True):
    """Put a motion; its kind says which majority it needs."""

    meeting_id: MeetingId
    motion_id: MotionId
    title: LocalizedText
    kind: MotionKind = "ordinary"
    text: SealedText | None = None
    moved_by: PersonId | None = None
    seconded_by: PersonId | None = None
    item_id: ItemId | None = None


class RecordRecusal(Command, frozen=True, kw_only=True):
    """Note that somebody withdraws from a motion: they neither vote nor count for its quorum."""

    meeting_id: MeetingId
    motion_id: MotionId
    person_id: PersonId
    reason: SealedText | None = None


class RecordVote(Command, frozen=True, kw_only=True):
    """Note the ballot on a motion: by name, by show of hands, or secret."""

    meeting_id: MeetingId
    motion_id: MotionId
    ballot: Ballot
    at: Instant | None = None


class RecordConsensus(Command, frozen=True, kw_only=True):
    """Note whether anybody objects; where nobody does, there is consensus."""

    meeting_id: MeetingId
    motion_id: MotionId
    objections: People = ()
    at: Instant | None = None


class RecordDissent(Command, frozen=True, kw_only=True):
    """Note that somebody disagrees with how a motion ended."""

    meeting_id: MeetingId
    motion_id: MotionId
    person_id: PersonId
    reason: SealedText | None = None


class DecideMotion(Command, frozen=True, kw_only=True):
    """Declare how a motion ended. The rules in force judge it; `outcome` is what a document says of it."""

    meeting_id: MeetingId
    motion_id: MotionId
    at: Instant | None = None
    outcome: Literal["carried", "not_carried"] | None = None
    casting_vote: CastingVote | None = None


class CloseMeeting(Command, frozen=True, kw_only=True):
    """End the meeting; one that never had its quorum may be called again."""

    meeting_id: MeetingId
    outcome: Outcome = "held"
    at: Instant | None = None


class DraftMinutes(Command, frozen=True, kw_only=True):
    meeting_id: MeetingId
    text_en: SealedText | None = None
    text_fr: SealedText | None = None


class CorrectMinutes(Command, frozen=True, kw_only=True):
    """Write another revision, whole."""

    meeting_id: MeetingId
    text_en: SealedText | None = None
    text_fr: SealedText | None = None


class AdoptMinutes(Command, frozen=True, kw_only=True):
    """Adopt the latest revision at a later meeting."""

    meeting_id: MeetingId
    revision: Annotated[int, msgspec.Meta(ge=1, le=REVISIONS_MAX)]
    at_meeting_id: MeetingId | None = None
