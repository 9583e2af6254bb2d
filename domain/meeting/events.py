"""What happened at a meeting. People are pseudonyms, and a secret ballot keeps no choice beside a name."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from domain.audience import Audience
from domain.committee.terms import SEATS_MAX, MotionKind
from domain.event import Event, event
from domain.ids import CommitteeId, ItemId, MeetingId, MotionId, PersonId
from domain.values import Citation, LocalizedText, SealedText
from domain.verdict import MajorityVerdict, QuorumVerdict, Tally

MeetingKind = Literal["regular", "special", "forum"]
Mode = Literal["in_person", "online", "hybrid"]
Presence = Literal["in_person", "online", "telephone"]
Choice = Literal["in_favour", "against", "abstention"]
Outcome = Literal["held", "without_quorum"]
Method = Literal["vote", "consensus", "stated"]
"""`stated`: a document says how it ended, and not how."""

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Count = Annotated[int, msgspec.Meta(ge=0, le=SEATS_MAX)]


class AgendaItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A point of the agenda."""

    item_id: ItemId
    title: LocalizedText


class Movement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody comes or goes. Without a time, it follows what was recorded before it."""

    person_id: PersonId
    movement: Literal["arrived", "left"]
    at: Instant | None = None
    by: Presence | None = None
    """How an arriving person takes part."""


class CountedAttendance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many were there, where minutes give no more than that."""

    present: Count
    """Voting seats present."""
    seats: Count
    """Voting seats that the quorum is taken of."""


class NamedVote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    person_id: PersonId
    choice: Choice


class ByName(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="by_name"
):
    """Who voted what."""

    votes: tuple[NamedVote, ...]


class ShowOfHands(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="show_of_hands"
):
    """Hands were counted, and nobody noted whose."""

    tally: Tally


class Secret(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="secret"
):
    """Who voted, and the tally. Nothing here or anywhere says who voted what."""

    voted: tuple[PersonId, ...]
    """In the order of the pseudonyms, so that the order of voting is not kept either."""
    tally: Tally


Ballot = ByName | ShowOfHands | Secret


@event("meeting.Convened", lifecycle=True)
class MeetingConvened(Event, frozen=True, kw_only=True):
    """Notice of a meeting was given."""

    committee_id: CommitteeId
    kind: MeetingKind
    title: LocalizedText | None
    holds_on: date
    """The day of the meeting, in its time zone."""
    starts_at: Instant | None
    time_zone: str
    place: LocalizedText | None
    mode: Mode | None
    second_call_of: MeetingId | None
    """The meeting that had no quorum, where this one is called in its place."""
    days_after: int
    """Days from that meeting to this one; 0 where it is a first call."""
    cause: Citation | None
    """What the meeting is called about, where one record is."""
    audience: Audience


@event("meeting.AgendaSet")
class AgendaSet(Event, frozen=True, kw_only=True):
    """The agenda, whole: it replaces the one before."""

    items: tuple[AgendaItem, ...]


@event("meeting.AttendanceRecorded")
class AttendanceRecorded(Event, frozen=True, kw_only=True):
    """People came or went, or minutes give their number; and whether there was a quorum then."""

    movements: tuple[Movement, ...]
    counted: CountedAttendance | None
    quorum: QuorumVerdict | None
    """After the last of these movements; None where no terms of reference were in force."""


@event("meeting.MotionMoved", lifecycle=True)
class MotionMoved(Event, frozen=True, kw_only=True):
    motion_id: MotionId
    kind: MotionKind
    title: LocalizedText
    text: SealedText | None
    moved_by: PersonId | None
    seconded_by: PersonId | None
    item_id: ItemId | None


@event("meeting.RecusalRecorded", lifecycle=True)
class RecusalRecorded(Event, frozen=True, kw_only=True):
    """Somebody withdraws from a motion, because of a conflict of interest for instance."""

    motion_id: MotionId
    person_id: PersonId
    reason: SealedText | None


@event("meeting.VoteRecorded", lifecycle=True)
class VoteRecorded(Event, frozen=True, kw_only=True):
    motion_id: MotionId
    ballot: Ballot
    at: Instant | None


@event("meeting.ConsensusRecorded", lifecycle=True)
class ConsensusRecorded(Event, frozen=True, kw_only=True):
    """Consensus was sought. It stands where nobody objects."""

    motion_id: MotionId
    objections: tuple[PersonId, ...]
    at: Instant | None


@event("meeting.DissentRecorded", lifecycle=True)
class DissentRecorded(Event, frozen=True, kw_only=True):
    """Somebody wants it noted that they disagree. It stops nothing."""

    motion_id: MotionId
    person_id: PersonId
    reason: SealedText | None


@event("meeting.MotionDecided", lifecycle=True)
class MotionDecided(Event, frozen=True, kw_only=True):
    """How a motion ended, with the arithmetic as it was judged then."""

    motion_id: MotionId
    at: Instant | None
    method: Method
    carried: bool
    quorum: QuorumVerdict | None
    majority: MajorityVerdict | None


@event("meeting.Closed", lifecycle=True)
class MeetingClosed(Event, frozen=True, kw_only=True):
    at: Instant | None
    outcome: Outcome
    quorum: QuorumVerdict | None
    """At the end; None where no terms were in force, or nobody noted who was there."""


@event("meeting.MinutesDrafted", lifecycle=True)
class MinutesDrafted(Event, frozen=True, kw_only=True):
    """Revision 1 of the minutes."""

    text_en: SealedText | None
    text_fr: SealedText | None


@event("meeting.MinutesCorrected", lifecycle=True)
class MinutesCorrected(Event, frozen=True, kw_only=True):
    """Another revision, whole."""

    revision: int
    text_en: SealedText | None
    text_fr: SealedText | None


@event("meeting.MinutesAdopted", lifecycle=True)
class MinutesAdopted(Event, frozen=True, kw_only=True):
    revision: int
    at_meeting_id: MeetingId | None
    """The later meeting that adopted them; None where a source does not say."""
