"""What happened to a decision."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from domain.audience import Audience
from domain.committee.terms import SEATS_MAX, MotionKind
from domain.event import Event, event
from domain.ids import CommitteeId, DecisionId, MeetingId, MotionId, PersonId
from domain.meeting.events import ByName, Secret
from domain.values import LocalizedText, SealedText
from domain.verdict import MajorityVerdict, QuorumVerdict

Method = Literal["consensus", "vote", "stated", "consent", "e_vote", "administrative"]
"""`stated`: a document says that a meeting decided it, and not how; `consent`: between meetings, nobody objecting;
`administrative`: by a named office, without a quorum and with full authority."""
InstrumentNumber = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
People = Annotated[tuple[PersonId, ...], msgspec.Meta(max_length=SEATS_MAX)]


class AtMeeting(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="meeting"
):
    """A motion that a meeting carried, cited at a version of the meeting."""

    meeting_id: MeetingId
    meeting_version: int
    motion_id: MotionId


class ByConsent(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="consent"
):
    """Members were asked between meetings, and answered."""

    opened_on: date
    consented: People
    objected: People = ()
    motion: MotionKind = "ordinary"


class ByEVote(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="e_vote"
):
    """Members voted by electronic means between meetings."""

    opened_on: date
    ballot: ByName | Secret
    motion: MotionKind = "ordinary"


class ByOffice(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="office"
):
    """An office approved it by an instrument of its own."""

    office: LocalizedText
    number: InstrumentNumber | None = None
    dated: date | None = None


Basis = AtMeeting | ByConsent | ByEVote | ByOffice


@event("decision.Made", lifecycle=True)
class DecisionMade(Event, frozen=True, kw_only=True):
    """A decision, with the arithmetic as it was judged when it was taken."""

    committee_id: CommitteeId | None
    """None where an office decides that is no committee."""
    year: int
    number: int
    """Unique within the committee and the year."""
    method: Method
    title: LocalizedText
    text: SealedText | None
    reasons: SealedText | None
    basis: Basis
    motion: MotionKind | None
    quorum: QuorumVerdict | None
    majority: MajorityVerdict | None
    holds_from: date
    holds_until: date | None
    """The last day on which it holds; None: until it is ended."""
    ratified_by: LocalizedText | None
    """The office that must ratify it before it holds."""
    audience: Audience


@event("decision.Ratified", lifecycle=True)
class DecisionRatified(Event, frozen=True, kw_only=True):
    office: LocalizedText
    number: str | None
    dated: date | None


@event("decision.Rescinded", lifecycle=True)
class DecisionRescinded(Event, frozen=True, kw_only=True):
    """It holds no more from the effective day on. What it caused while it held stays."""

    reason: SealedText | None


@event("decision.Superseded", lifecycle=True)
class DecisionSuperseded(Event, frozen=True, kw_only=True):
    by_decision_id: DecisionId


@event("decision.Published")
class DecisionPublished(Event, frozen=True, kw_only=True):
    """Everybody may read it."""
