"""What the rules know of a decision, and whether it holds on a day."""

from datetime import date
from typing import Literal

import msgspec

from domain.audience import Audience
from domain.decision.events import (
    DecisionMade,
    DecisionPublished,
    DecisionRatified,
    DecisionRescinded,
    DecisionSuperseded,
    Method,
)
from domain.event import Recorded
from domain.ids import CommitteeId, DecisionId
from domain.stream import State, Stream

Standing = Literal["in_force", "not_yet", "to_be_ratified", "rescinded", "superseded", "lapsed"]


class Decision(State, frozen=True, kw_only=True):
    committee_id: CommitteeId | None = None
    year: int = 0
    number: int = 0
    method: Method | None = None
    made_on: date | None = None
    holds_from: date | None = None
    holds_until: date | None = None
    needs_ratification: bool = False
    ratified_on: date | None = None
    rescinded_on: date | None = None
    superseded_on: date | None = None
    superseded_by: DecisionId | None = None
    audience: Audience = Audience.TENANT
    published: bool = False
    breaches: tuple[str, ...] = ()
    """Rules that it broke when it was made, as a document tells."""

    @property
    def ended_on(self) -> date | None:
        """The day from which it holds no more because somebody ended it."""
        return self.rescinded_on or self.superseded_on

    def standing_on(self, day: date) -> Standing:
        """Whether it holds on a day, and if not, why not."""
        if self.made_on is None or self.holds_from is None or day < max(self.made_on, self.holds_from):
            return "not_yet"
        if self.rescinded_on is not None and day >= self.rescinded_on:
            return "rescinded"
        if self.superseded_on is not None and day >= self.superseded_on:
            return "superseded"
        if self.needs_ratification and (self.ratified_on is None or day < self.ratified_on):
            return "to_be_ratified"
        if self.holds_until is not None and day > self.holds_until:
            return "lapsed"
        return "in_force"


def evolve(decision: Decision, recorded: Recorded) -> Decision:
    replace = msgspec.structs.replace
    on = recorded.effective_on
    match recorded.payload:
        case DecisionMade() as made:
            return replace(
                decision,
                committee_id=made.committee_id,
                year=made.year,
                number=made.number,
                method=made.method,
                made_on=on,
                holds_from=made.holds_from,
                holds_until=made.holds_until,
                needs_ratification=made.ratified_by is not None,
                audience=made.audience,
                breaches=recorded.envelope.breaches,
            )
        case DecisionRatified():
            return replace(decision, ratified_on=on)
        case DecisionRescinded():
            return replace(decision, rescinded_on=on)
        case DecisionSuperseded(by_decision_id=by_decision_id):
            return replace(decision, superseded_on=on, superseded_by=by_decision_id)
        case DecisionPublished():
            return replace(decision, published=True)
    return decision


def _is_public(decision: Decision) -> bool:
    return decision.published or decision.audience is Audience.PUBLIC


DECISION = Stream("decision", Decision(), evolve, schema=2, is_public=_is_public)
