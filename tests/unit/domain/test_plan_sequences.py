"""Any sequence of commands to a plan."""

from datetime import date
from uuid import UUID

from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.ids import ElementId, PlanId
from domain.plan.commands import (
    AddPlanElement,
    AdoptPlanRevision,
    AlignPlanToParent,
    ClosePlan,
    DraftPlan,
    PublishPlanRevision,
    RecordConsultation,
    RecordPlanProgress,
    RetitlePlan,
    RewordPlanElement,
    WithdrawPlanElement,
)
from domain.plan.events import (
    ConsultationRecorded,
    ElementAdded,
    ElementReworded,
    ElementWithdrawn,
    PlanAlignedToParent,
    PlanClosed,
    PlanDrafted,
    PlanRetitled,
    ProgressRecorded,
    RevisionAdopted,
    RevisionPublished,
)
from domain.plan.rules import PARENTS, PLAN, ROOTS
from domain.values import Citation, Period, fr
from tests.unit.domain.sequences import Told, last_dated, sequences, tell

ID = st.just(PlanId(UUID(int=22)))
ELEMENTS = st.integers(1, 6).map(lambda number: ElementId(UUID(int=number)))
WORDINGS = st.sampled_from([fr("Accueillir"), fr("Retenir")])
NUMBERS = st.integers(1, 3)
PARENT = Citation(log=UUID(int=2), stream=UUID(int=3), version=17)
ADDITIONS = st.builds(
    AddPlanElement,
    plan_id=ID,
    element_id=ELEMENTS,
    level=st.sampled_from(sorted(PARENTS)),
    wording=WORDINGS,
    rank=st.just(0),
    parent_id=st.none() | ELEMENTS,
)
COMMANDS = sequences(
    DraftPlan(plan_id=PlanId(UUID(int=22)), kind="action_plan", title=fr("Plan"), period=Period.fiscal_year(2024)),
    st.builds(RetitlePlan, plan_id=ID, title=WORDINGS),
    *(ADDITIONS, ADDITIONS, ADDITIONS),  # most commands of a plan are these
    st.builds(RewordPlanElement, plan_id=ID, element_id=ELEMENTS, wording=WORDINGS),
    st.builds(WithdrawPlanElement, plan_id=ID, element_id=ELEMENTS),
    st.builds(AlignPlanToParent, plan_id=ID, parent=st.just(PARENT)),
    st.builds(RecordConsultation, plan_id=ID, consulted=WORDINGS),
    st.builds(AdoptPlanRevision, plan_id=ID, number=NUMBERS),
    st.builds(PublishPlanRevision, plan_id=ID, number=NUMBERS),
    st.builds(RecordPlanProgress, plan_id=ID, element_id=ELEMENTS, progress=st.just("done")),
    st.builds(ClosePlan, plan_id=ID),
)
CHANGES = (ElementAdded, ElementReworded, ElementWithdrawn, PlanAlignedToParent)


@given_any(COMMANDS)
def test_whatever_is_sent_a_plan_is_a_forest_in_order(commands: list[tuple[DraftPlan, date]]) -> None:
    told = tell(PLAN, commands)
    plan = told.end.state

    for element in plan.elements.values():
        if element.parent_id is None:
            assert element.level in ROOTS
        else:
            assert plan.elements[element.parent_id].level in PARENTS[element.level]
    added = [event.element_id for event in told.of(ElementAdded)]
    assert len(set(added)) == len(added)
    assert {*plan.elements} | plan.withdrawn == set(added)
    assert not plan.withdrawn.intersection(plan.elements)
    title = last_dated(told, (PlanDrafted, "title"), (PlanRetitled, "title"))
    assert (plan.title and plan.title.value) == title


@given_any(COMMANDS)
def test_whatever_is_sent_revisions_are_numbered_and_differ(commands: list[tuple[DraftPlan, date]]) -> None:
    told = tell(PLAN, commands)
    plan = told.end.state

    numbers = [event.number for event in told.of(RevisionAdopted)]
    assert numbers == list(range(1, plan.revision + 1))
    published = [event.number for event in told.of(RevisionPublished)]
    assert plan.published == set(published) <= set(numbers)
    assert len(published) == len(plan.published)
    assert _drafts_between_revisions(told) == [True] * len(numbers) + [plan.changed]


@given_any(COMMANDS)
def test_whatever_is_sent_a_closed_plan_is_only_published(commands: list[tuple[DraftPlan, date]]) -> None:
    told = tell(PLAN, commands)

    kinds = [type(event.payload) for event in told.events]
    assert kinds.count(PlanClosed) == told.end.state.closed <= 1
    if told.end.state.closed:
        assert set(kinds[kinds.index(PlanClosed) + 1 :]) <= {RevisionPublished}
    assert set(kinds) <= {
        *(PlanDrafted, PlanRetitled, ConsultationRecorded, ProgressRecorded, RevisionAdopted),
        *(RevisionPublished, PlanClosed, *CHANGES),
    }


def _drafts_between_revisions(told: Told) -> list[bool]:
    """Whether the draft was changed before each revision, and after the last one."""
    changed = [False]
    for event in told.events:
        if isinstance(event.payload, CHANGES):
            changed[-1] = True
        elif isinstance(event.payload, RevisionAdopted):
            changed.append(False)
    return changed
