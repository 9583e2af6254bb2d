"""What may be ordered of a decision."""

from datetime import date
from typing import Annotated

import msgspec

from domain.audience import Audience
from domain.decision.events import Basis, InstrumentNumber
from domain.ids import CommitteeId, DecisionId
from domain.stream import Command
from domain.values import LocalizedText, SealedText

NUMBER_MAX = 100_000


class MakeDecision(Command, frozen=True, kw_only=True):
    """Record a decision, effective on the day on which it was taken.

    Without a number it gets the next one of its committee and year.
    """

    decision_id: DecisionId
    year: Annotated[int, msgspec.Meta(ge=1900, le=2200)]
    title: LocalizedText
    basis: Basis
    committee_id: CommitteeId | None = None
    number: Annotated[int, msgspec.Meta(ge=1, le=NUMBER_MAX)] | None = None
    text: SealedText | None = None
    reasons: SealedText | None = None
    holds_from: date | None = None
    holds_until: date | None = None
    ratified_by: LocalizedText | None = None
    audience: Audience = Audience.TENANT


class RatifyDecision(Command, frozen=True, kw_only=True):
    """Record that an office outside the committee approved it."""

    decision_id: DecisionId
    office: LocalizedText
    number: InstrumentNumber | None = None
    dated: date | None = None


class RescindDecision(Command, frozen=True, kw_only=True):
    """End a decision; the authority says who did: another decision, an instrument, or none with its reason."""

    decision_id: DecisionId
    reason: SealedText | None = None


class SupersedeDecision(Command, frozen=True, kw_only=True):
    """End a decision by the one that takes its place."""

    decision_id: DecisionId
    by_decision_id: DecisionId


class PublishDecision(Command, frozen=True, kw_only=True):
    """Let everybody read it."""

    decision_id: DecisionId
