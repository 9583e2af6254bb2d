"""What plans refuse and record."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.case import Case
from domain.facts import Dated
from domain.ids import AgreementId, ElementId, PlanId
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
    ElementLink,
    ElementReworded,
    ElementWithdrawn,
    Level,
    PlanAlignedToParent,
    PlanClosed,
    PlanDrafted,
    PlanRetitled,
    ProgressRecorded,
    RevisionAdopted,
    RevisionPublished,
)
from domain.plan.rules import (
    OWNERS,
    PARENTS,
    PLAN,
    AlreadyPublishedError,
    CascadeError,
    Element,
    ElementExistsError,
    ElementMissingError,
    NothingToAdoptError,
    PlanClosedError,
    RevisionMissingError,
    RevisionNumberError,
    add_element,
    adopt_revision,
    align_to_parent,
    below,
    close,
    draft,
    publish_revision,
    record_consultation,
    record_progress,
    retitle,
    reword,
    withdraw,
)
from domain.stream import COMMANDS
from domain.values import Citation, Period, SealedText, TerritoryCode, fr
from tests.unit.domain.given import DAY, a_case, given, on

ID = PlanId(UUID(int=22))
ORIENTATION, OBJECTIVE, ACTION, RESULT, INDICATOR, OTHER = (ElementId(UUID(int=n)) for n in range(31, 37))
PARENT = Citation(log=UUID(int=2), stream=UUID(int=3), version=17)
NOTE = SealedText.about(ID, "À la demande de la table")
LATER = date(2025, 1, 1)

DRAFTED = PlanDrafted(
    kind="regional_action_plan",
    title=fr("Plan d’action"),
    period=Period.fiscal_years(2024, 2027),
    agreement_id=AgreementId(UUID(int=9)),
)
ADOPTED, PUBLISHED, CLOSED = (
    RevisionAdopted(number=1),
    RevisionPublished(number=1, source_published_on=None),
    PlanClosed(note=None),
)


def added(element_id: ElementId, level: Level, parent_id: ElementId | None = None) -> ElementAdded:
    return ElementAdded(
        element_id=element_id,
        level=level,
        parent_id=parent_id,
        number=None,
        wording=fr(f"Un {level}"),
        territory=None,
        indicator_kind=None,
        rank=0,
        copied_from=None,
    )


CASCADE = (
    added(ORIENTATION, "orientation"),
    added(OBJECTIVE, "objective", ORIENTATION),
    added(ACTION, "action", OBJECTIVE),
    added(RESULT, "expected_result", ACTION),
    added(INDICATOR, "indicator", RESULT),
)


def an_addition(element_id: ElementId, level: Level, parent_id: ElementId | None = None) -> AddPlanElement:
    return AddPlanElement(
        plan_id=ID, element_id=element_id, level=level, wording=fr(f"Un {level}"), rank=0, parent_id=parent_id
    )


def test_a_draft_begins_with_its_title_and_period() -> None:
    command = DraftPlan(
        plan_id=ID,
        kind="regional_action_plan",
        title=fr("Plan d’action"),
        period=Period.fiscal_years(2024, 2027),
        agreement_id=AgreementId(UUID(int=9)),
    )

    assert draft(PLAN.initial, command) == [DRAFTED]
    plan = given(PLAN, DRAFTED)
    assert plan.title == Dated(value=fr("Plan d’action"), on=DAY)
    assert (plan.elements, plan.changed, plan.revision, plan.closed) == ({}, False, 0, False)


def test_a_plan_gets_another_title_and_not_the_same_one_twice() -> None:
    plan = given(PLAN, DRAFTED)

    assert retitle(plan, RetitlePlan(plan_id=ID, title=fr("Plan II")), a_case(day=LATER)) == [
        PlanRetitled(title=fr("Plan II"))
    ]
    assert retitle(plan, RetitlePlan(plan_id=ID, title=fr("Plan d’action")), a_case(day=LATER)) == []


def test_that_a_title_held_earlier_than_was_known_is_recorded() -> None:
    plan = given(PLAN, DRAFTED, on("2025-01-01", PlanRetitled(title=fr("Plan II"))))
    command = RetitlePlan(plan_id=ID, title=fr("Plan II"))

    assert retitle(plan, command, a_case(day=date(2024, 12, 1))) == [PlanRetitled(title=fr("Plan II"))]
    assert given(
        PLAN, DRAFTED, on("2025-01-01", PlanRetitled(title=fr("II"))), PlanRetitled(title=fr("X"))
    ).title == (Dated(value=fr("II"), on=LATER))


def test_an_element_enters_with_all_that_is_printed() -> None:
    command = AddPlanElement(
        plan_id=ID,
        element_id=OTHER,
        level="indicator",
        wording=fr("Nombre de rencontres"),
        rank=3,
        parent_id=RESULT,
        number="1.2.a",
        territory=TerritoryCode(scheme="qc-region", code="16"),
        indicator_kind="count",
        copied_from=PARENT,
    )

    assert add_element(given(PLAN, DRAFTED, *CASCADE), command) == [
        ElementAdded(
            element_id=OTHER,
            level="indicator",
            parent_id=RESULT,
            number="1.2.a",
            wording=fr("Nombre de rencontres"),
            territory=TerritoryCode(scheme="qc-region", code="16"),
            indicator_kind="count",
            rank=3,
            copied_from=PARENT,
        )
    ]


def test_an_added_element_stands_in_the_draft() -> None:
    plan = given(PLAN, DRAFTED, *CASCADE)

    assert list(plan.elements) == [ORIENTATION, OBJECTIVE, ACTION, RESULT, INDICATOR]
    assert plan.elements[ACTION] == Element(level="action", parent_id=OBJECTIVE, wording=fr("Un action"))
    assert plan.changed


LEVELS: tuple[Level, ...] = ("orientation", "objective", "action", "expected_result", "indicator")
FITTING = {
    (None, "orientation"),
    (None, "objective"),
    (None, "action"),
    ("orientation", "objective"),
    ("orientation", "action"),
    ("objective", "action"),
    ("objective", "expected_result"),
    ("objective", "indicator"),
    ("action", "expected_result"),
    ("action", "indicator"),
    ("expected_result", "indicator"),
}


@pytest.mark.parametrize("parent", [None, *LEVELS])
@pytest.mark.parametrize("level", LEVELS)
def test_levels_stand_under_those_that_the_cascade_allows(level: Level, parent: Level | None) -> None:
    parents: dict[Level | None, ElementId | None] = {
        None: None,
        **dict(zip(LEVELS, (ORIENTATION, OBJECTIVE, ACTION, RESULT, INDICATOR), strict=True)),
    }
    command = an_addition(OTHER, level, parents[parent])
    plan = given(PLAN, DRAFTED, *CASCADE)

    if (parent, level) in FITTING:
        assert add_element(plan, command) == [added(OTHER, level, parents[parent])]
        return
    with pytest.raises(CascadeError) as refusal:
        add_element(plan, command)
    assert (refusal.value.level, refusal.value.parent_level) == (level, parent or "(none)")


def test_an_id_is_used_once_even_after_its_element_left() -> None:
    for past in (CASCADE, (*CASCADE, ElementWithdrawn(element_id=INDICATOR, note=None))):
        with pytest.raises(ElementExistsError) as refusal:
            add_element(given(PLAN, DRAFTED, *past), an_addition(INDICATOR, "indicator", RESULT))
        assert refusal.value.element_id == INDICATOR


def test_an_element_is_reworded_and_not_with_its_own_words() -> None:
    plan = given(PLAN, DRAFTED, *CASCADE)

    assert reword(plan, RewordPlanElement(plan_id=ID, element_id=ACTION, wording=fr("Agir"))) == [
        ElementReworded(element_id=ACTION, wording=fr("Agir"))
    ]
    assert reword(plan, RewordPlanElement(plan_id=ID, element_id=ACTION, wording=fr("Un action"))) == []
    reworded = given(PLAN, DRAFTED, *CASCADE, ADOPTED, ElementReworded(element_id=ACTION, wording=fr("Agir")))
    assert reworded.elements[ACTION] == Element(level="action", parent_id=OBJECTIVE, wording=fr("Agir"))
    assert reworded.changed


def test_an_element_leaves_with_all_below_it() -> None:
    plan = given(PLAN, DRAFTED, *CASCADE, added(OTHER, "action"))

    assert withdraw(plan, WithdrawPlanElement(plan_id=ID, element_id=OBJECTIVE, note=NOTE)) == [
        ElementWithdrawn(element_id=OBJECTIVE, note=NOTE)
    ]
    assert below(plan.elements, OBJECTIVE) == {OBJECTIVE, ACTION, RESULT, INDICATOR}
    assert below(plan.elements, OTHER) == {OTHER}
    without = given(
        PLAN, DRAFTED, *CASCADE, added(OTHER, "action"), ADOPTED, ElementWithdrawn(element_id=OBJECTIVE, note=None)
    )
    assert list(without.elements) == [ORIENTATION, OTHER]
    assert without.withdrawn == {OBJECTIVE, ACTION, RESULT, INDICATOR}
    assert without.changed


@pytest.mark.parametrize("gone", [False, True])
@pytest.mark.parametrize(
    ("decide", "command"),
    [
        (add_element, an_addition(OTHER, "indicator", RESULT)),
        (reword, RewordPlanElement(plan_id=ID, element_id=RESULT, wording=fr("Autre"))),
        (withdraw, WithdrawPlanElement(plan_id=ID, element_id=RESULT)),
        (record_progress, RecordPlanProgress(plan_id=ID, element_id=RESULT, progress="done")),
        (
            align_to_parent,
            AlignPlanToParent(
                plan_id=ID, parent=PARENT, links=(ElementLink(element_id=RESULT, parent_element_id=OTHER),)
            ),
        ),
    ],
)
def test_what_is_not_in_the_draft_cannot_be_worked_on(decide: Any, command: Any, gone: bool) -> None:  # noqa: FBT001 - a parameter
    left = (*CASCADE, ElementWithdrawn(element_id=ACTION, note=None)) if gone else CASCADE[:2]

    with pytest.raises(ElementMissingError) as refusal:
        decide(given(PLAN, DRAFTED, *left), command)

    assert refusal.value.element_id == RESULT


def test_a_plan_is_aligned_to_a_parent_with_or_without_links() -> None:
    links = (ElementLink(element_id=ACTION, parent_element_id=OTHER),)
    plan = given(PLAN, DRAFTED, *CASCADE)

    assert align_to_parent(plan, AlignPlanToParent(plan_id=ID, parent=PARENT, links=links)) == [
        PlanAlignedToParent(parent=PARENT, links=links)
    ]
    assert align_to_parent(plan, AlignPlanToParent(plan_id=ID, parent=PARENT)) == [
        PlanAlignedToParent(parent=PARENT, links=())
    ]
    aligned = given(PLAN, DRAFTED, ADOPTED, PlanAlignedToParent(parent=PARENT, links=links))
    assert (aligned.parents, aligned.changed) == ((PARENT,), True)


def test_a_consultation_and_progress_leave_the_draft_as_it_is() -> None:
    plan = given(PLAN, DRAFTED, *CASCADE, ADOPTED)

    assert record_consultation(plan, RecordConsultation(plan_id=ID, consulted=fr("La table"), note=NOTE)) == [
        ConsultationRecorded(consulted=fr("La table"), note=NOTE)
    ]
    progress = RecordPlanProgress(plan_id=ID, element_id=ACTION, progress="done", note=NOTE)
    assert record_progress(plan, progress) == [ProgressRecorded(element_id=ACTION, progress="done", note=NOTE)]
    after = (
        ConsultationRecorded(consulted=fr("La table"), note=None),
        ProgressRecorded(element_id=ACTION, progress="done", note=None),
    )
    assert given(PLAN, DRAFTED, *CASCADE, ADOPTED, *after) == plan


# --- revisions ------------------------------------------------------------------------------------------------


def test_a_changed_draft_becomes_the_next_revision() -> None:
    first = given(PLAN, DRAFTED, *CASCADE)
    second = given(PLAN, DRAFTED, *CASCADE, ADOPTED, ElementWithdrawn(element_id=RESULT, note=None))

    assert adopt_revision(first, AdoptPlanRevision(plan_id=ID, number=1)) == [ADOPTED]
    assert adopt_revision(second, AdoptPlanRevision(plan_id=ID, number=2)) == [RevisionAdopted(number=2)]
    adopted = given(PLAN, DRAFTED, *CASCADE, ADOPTED)
    assert (adopted.revision, adopted.changed, len(adopted.elements)) == (1, False, 5)


@pytest.mark.parametrize("number", [1, 3])
def test_revisions_are_numbered_without_a_gap(number: int) -> None:
    plan = given(PLAN, DRAFTED, *CASCADE, ADOPTED, added(OTHER, "action"))

    with pytest.raises(RevisionNumberError) as refusal:
        adopt_revision(plan, AdoptPlanRevision(plan_id=ID, number=number))

    assert (refusal.value.number, refusal.value.expected) == (number, 2)


@pytest.mark.parametrize("past", [(), (*CASCADE, ADOPTED), (*CASCADE, ADOPTED, PlanRetitled(title=fr("II")))])
def test_an_unchanged_draft_is_not_adopted(past: tuple[Any, ...]) -> None:
    plan = given(PLAN, DRAFTED, *past)

    with pytest.raises(NothingToAdoptError):
        adopt_revision(plan, AdoptPlanRevision(plan_id=ID, number=plan.revision + 1))


def test_an_adopted_revision_is_published_even_after_the_close() -> None:
    command = PublishPlanRevision(plan_id=ID, number=1, source_published_on=date(2024, 4, 2))
    published = RevisionPublished(number=1, source_published_on=date(2024, 4, 2))

    assert publish_revision(given(PLAN, DRAFTED, *CASCADE, ADOPTED), command) == [published]
    assert publish_revision(given(PLAN, DRAFTED, *CASCADE, ADOPTED, CLOSED), command) == [published]
    assert given(PLAN, DRAFTED, *CASCADE, ADOPTED, PUBLISHED).published == {1}


def test_a_revision_is_published_once() -> None:
    with pytest.raises(AlreadyPublishedError) as refusal:
        publish_revision(
            given(PLAN, DRAFTED, *CASCADE, ADOPTED, PUBLISHED), PublishPlanRevision(plan_id=ID, number=1)
        )

    assert refusal.value.number == 1


@pytest.mark.parametrize("number", [0, 2])
def test_only_what_was_adopted_is_published(number: int) -> None:
    with pytest.raises(RevisionMissingError) as refusal:
        publish_revision(given(PLAN, DRAFTED, *CASCADE, ADOPTED), PublishPlanRevision(plan_id=ID, number=number))

    assert refusal.value.number == number


def test_a_plan_is_closed_with_a_note() -> None:
    assert close(given(PLAN, DRAFTED), ClosePlan(plan_id=ID, note=NOTE)) == [PlanClosed(note=NOTE)]
    assert given(PLAN, DRAFTED, CLOSED).closed


@pytest.mark.parametrize(
    ("decide", "command", "case"),
    [
        (retitle, RetitlePlan(plan_id=ID, title=fr("II")), (a_case(day=LATER),)),
        (add_element, an_addition(OTHER, "action"), ()),
        (reword, RewordPlanElement(plan_id=ID, element_id=ACTION, wording=fr("Agir")), ()),
        (withdraw, WithdrawPlanElement(plan_id=ID, element_id=ACTION), ()),
        (align_to_parent, AlignPlanToParent(plan_id=ID, parent=PARENT), ()),
        (record_consultation, RecordConsultation(plan_id=ID, consulted=fr("La table")), ()),
        (adopt_revision, AdoptPlanRevision(plan_id=ID, number=1), ()),
        (record_progress, RecordPlanProgress(plan_id=ID, element_id=ACTION, progress="done"), ()),
        (close, ClosePlan(plan_id=ID), ()),
    ],
)
def test_a_closed_plan_is_not_worked_on(decide: Any, command: Any, case: tuple[Case, ...]) -> None:
    with pytest.raises(PlanClosedError):
        decide(given(PLAN, DRAFTED, *CASCADE, CLOSED), command, *case)


def test_all_but_the_commons_may_hold_plans() -> None:
    assert {handled.owners for handled in COMMANDS.values() if handled.stream is PLAN} == {OWNERS}
    assert set(PARENTS) == set(LEVELS)
