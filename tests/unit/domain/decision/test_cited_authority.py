"""By what right: whatever an order does, the decision that it cites must be in force on its day."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.committee.rules import AdoptTermsOfReference
from domain.decision.events import DecisionRescinded
from domain.decision.refusals import DecisionNotInForceError, NotADecisionError
from domain.decision.rules import DECISION
from domain.envelope import ByDecision, ByInstrument, Source, WithoutAuthority
from domain.ids import PlanId, StreamId, TenantId
from domain.plan.commands import AdoptPlanRevision
from domain.plan.events import ElementAdded, PlanDrafted
from domain.plan.rules import PLAN
from domain.stream import Loaded
from domain.values import Citation, Period, en, fr
from tests.unit.domain.decision.test_decision import ID, OFFICE, the_event
from tests.unit.domain.given import TENANT, loaded, on, ordered
from tests.unit.domain.meeting.table import COUNCIL, TERMS, a_committee

PLAN_ID = PlanId(UUID(int=5))
MINISTRY = TenantId(UUID(int=99))
DRAFT = loaded(
    PLAN,
    on(
        "2025-04-01",
        PlanDrafted(kind="action_plan", title=fr("Plan"), period=Period.fiscal_year(2025), agreement_id=None),
    ),
    on(
        "2025-04-02",
        ElementAdded(
            element_id=UUID(int=6),  # type: ignore[arg-type] # an element's id
            level="objective",
            parent_id=None,
            number=None,
            wording=fr("Accueillir"),
            territory=None,
            indicator_kind=None,
            rank=0,
            copied_from=None,
        ),
    ),
)
ADOPT = AdoptPlanRevision(plan_id=PLAN_ID, number=1)
MADE = on("2025-05-06", the_event(committee_id=None, basis=OFFICE))
IN_FORCE = loaded(DECISION, MADE)
OF_ANOTHER_KIND = Loaded(state=DECISION.initial, version=2)
"""What a decision's rules see of a stream of other events."""
RESCINDED = loaded(DECISION, MADE, on("2025-06-01", DecisionRescinded(reason=None)))


def by(log: Any = TENANT) -> ByDecision:
    return ByDecision(decision=Citation(log=log, stream=ID, version=1))


def adopted(decision: Loaded[Any] | None, day: str, **changes: Any) -> Any:
    others: dict[Any, Any] = {} if decision is None else {ID: decision}
    given: dict[str, Any] = {"authority": by(), "others": others} | changes
    return ordered(DRAFT, ADOPT, day=date.fromisoformat(day), **given)


def test_a_revision_is_adopted_by_a_decision_in_force() -> None:
    assert len(adopted(IN_FORCE, "2025-05-06").events) == 1
    assert len(adopted(RESCINDED, "2025-05-31").events) == 1


@pytest.mark.parametrize(
    ("decision", "day", "standing"),
    [(RESCINDED, "2025-06-01", "rescinded"), (IN_FORCE, "2025-05-05", "not_yet")],
)
def test_a_decision_that_does_not_hold_on_the_day_gives_no_right(decision: Any, day: str, standing: str) -> None:
    with pytest.raises(DecisionNotInForceError) as refusal:
        adopted(decision, day)

    assert refusal.value.standing == standing


def test_from_a_document_the_fact_is_kept_with_the_breach() -> None:
    kept = adopted(RESCINDED, "2025-07-01", source=Source(title=en("Annual report")))

    assert (len(kept.events), kept.breaches) == (1, ("decision_not_in_force",))


def test_what_is_no_decision_gives_no_right_whatever_a_document_says() -> None:
    for source in (None, Source(title=en("Annual report"))):
        for other in (None, OF_ANOTHER_KIND):
            with pytest.raises(NotADecisionError):
                adopted(other, "2025-05-06", source=source)


def test_another_body_s_decision_is_looked_up_in_its_own_log() -> None:
    fine = adopted(None, "2025-05-06", authority=by(MINISTRY), others={(MINISTRY, ID): IN_FORCE})

    assert len(fine.events) == 1
    with pytest.raises(NotADecisionError):
        adopted(None, "2025-05-06", authority=by(MINISTRY), others={StreamId(ID): IN_FORCE})
    with pytest.raises(DecisionNotInForceError):
        adopted(None, "2025-06-01", authority=by(MINISTRY), others={(MINISTRY, ID): RESCINDED})


def test_instruments_and_the_absence_of_authority_are_as_before() -> None:
    office = ByInstrument(office=en("Municipal council"), number=None, dated=None)

    assert len(adopted(None, "2025-05-06", authority=office).events) == 1
    assert len(adopted(None, "2025-05-06", authority=WithoutAuthority(reason="not_required")).events) == 1


def test_it_holds_for_every_area_s_orders() -> None:
    command = AdoptTermsOfReference(committee_id=COUNCIL, number=1, terms=TERMS)
    fine = ordered(a_committee(), command, day=date(2025, 5, 6), authority=by(), others={StreamId(ID): IN_FORCE})

    assert len(fine.events) == 1
    with pytest.raises(DecisionNotInForceError):
        ordered(a_committee(), command, day=date(2025, 6, 1), authority=by(), others={StreamId(ID): RESCINDED})
