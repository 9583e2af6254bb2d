"""A decision, as the examples of its events: it rests on the motion that `meetings` carries."""

from datetime import date

from domain.audience import Audience
from domain.decision import events as decision
from domain.ids import DecisionId
from domain.values import both
from tests.golden.committees import COUNCIL
from tests.golden.example import CHAIR, DECISION, REPORT, Example, an_id, sealed
from tests.golden.meetings import BUDGET, BUDGET_VERDICT, DAY, MEETING, THERE

SUBJECT = DecisionId(an_id(121))

DECISIONS: tuple[Example, ...] = (
    # --- a decision
    Example(
        decision.DecisionMade(
            committee_id=COUNCIL,
            year=2024,
            number=7,
            method="vote",
            title=both(fr="Le budget est adopté", en="The budget is adopted", source="fr"),
            text=sealed(SUBJECT, 70),
            reasons=None,
            basis=decision.AtMeeting(meeting_id=MEETING, meeting_version=7, motion_id=BUDGET),
            motion="ordinary",
            quorum=THERE,
            majority=BUDGET_VERDICT,
            holds_from=date(2024, 6, 1),
            holds_until=date(2027, 3, 31),
            ratified_by=both(fr="Conseil municipal", en="Municipal Council", source="fr"),
            audience=Audience.TENANT,
        ),
        DAY,
        role="chair",
        actor=CHAIR,
        source=REPORT,
        breaches=("motion_irregular",),
    ),
    Example(
        decision.DecisionRatified(
            office=both(fr="Conseil municipal", en="Municipal Council", source="fr"),
            number="C-2024-88",
            dated=date(2024, 6, 10),
        ),
        date(2024, 6, 12),
    ),
    Example(decision.DecisionPublished(), date(2024, 6, 20)),
    Example(
        decision.DecisionSuperseded(by_decision_id=DecisionId(an_id(122))),
        date(2025, 4, 1),
        authority=DECISION,
        lang="en",
    ),
    Example(decision.DecisionRescinded(reason=sealed(SUBJECT, 40)), date(2026, 4, 1), causation_id=an_id(0x101)),
)
