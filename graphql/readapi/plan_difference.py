"""What changed between two states of a plan: exactly the elements, links and targets that did."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

import strawberry

from domain import values
from domain.narration.difference import Telling
from domain.plan.difference import Change, Fact
from domain.plan.difference import difference as compared
from readapi import text
from readapi.codes import PeriodKind
from readapi.fields import derived
from readapi.figures import Citation, Period
from readapi.plan_parts import PlanElement, PlanRevision
from readapi.plan_text import Side, plan_text
from readapi.reading import Info
from readapi.scalars import BigInt
from readapi.text import LocalizedText, same


@strawberry.enum(description="What a change of a plan is about.")
class PlanSubject(StrEnum):
    PLAN = "plan"
    ELEMENT = "element"
    PARENT = "parent"
    LINK = "link"
    TARGET = "target"
    TARGET_VALUE = "target_value"


@strawberry.enum(description="What became of it.")
class ChangeKind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


@strawberry.type(description="An element whose wording changed, with both wordings.")
class RewordedElement:
    element: PlanElement = strawberry.field(description="The element as it reads afterwards.")
    before: LocalizedText | None = strawberry.field(description="The wording before.")
    after: LocalizedText | None = strawberry.field(description="The wording afterwards.")


@strawberry.type(description="One fact that is not what it was.")
class ChangedFact:
    field: str = strawberry.field(description="Which fact, such as `wording`, `rank` or `value`.")
    before: LocalizedText | None = strawberry.field(description="As it was, in words; null if not stated.")
    after: LocalizedText | None = strawberry.field(description="As it is, in words; null if not stated.")


@strawberry.type(description="What became of one thing that a plan says, serves or aims at.")
class PlanChange:
    subject: PlanSubject = strawberry.field(description="What it is about.")
    kind: ChangeKind = strawberry.field(description="What became of it.")
    element_id: UUID | None = strawberry.field(description="The plan's element, of an element or a link.")
    parent: Citation | None = strawberry.field(description="The parent plan that is cited, of a parent or a link.")
    parent_element_id: UUID | None = strawberry.field(description="The parent plan's element, of a link.")
    target_id: UUID | None = strawberry.field(description="The target, of a target or one of its figures.")
    period: Period | None = strawberry.field(description="The period, of a target's figure.")
    facts: list[ChangedFact] = strawberry.field(description="Every fact that differs.")
    words: LocalizedText = strawberry.field(description="The change in sentences, with both values of each fact.")


@strawberry.type(
    description="What changed in a plan between two of its revisions. What is not listed did not change."
)
class PlanDifference:
    from_revision: PlanRevision | None = strawberry.field(
        description="The revision before; null for nothing, before the first one."
    )
    to_revision: PlanRevision | None = strawberry.field(description="The revision afterwards; null for nothing.")
    added: list[PlanElement] = strawberry.field(description="New elements, in the order of the cascade.")
    reworded: list[RewordedElement] = strawberry.field(
        description="Changed elements, in the order of the cascade."
    )
    withdrawn: list[PlanElement] = strawberry.field(description="Elements that are gone, as they were.")
    sides: strawberry.Private[tuple[Side, Side]]

    @derived(
        "Everything that changed, in words of both languages: elements, the plans that it serves, links and "
        "targets. Targets are as at the adoption of each revision, or at the clocks given for a side."
    )
    async def changes(self, info: Info) -> list[PlanChange]:
        (old, names), (new, more) = [await plan_text(info.context, side) for side in self.sides]
        telling = Telling(old, new, names | more)
        return [_change(telling, change) for change in compared(old, new)]


def difference(earlier: Side, later: Side) -> PlanDifference:
    """Compare the elements of two revisions by id."""
    before, after = earlier.elements, later.elements
    old, new = {one.id: one for one in before}, {one.id: one for one in after}
    return PlanDifference(
        from_revision=earlier.revision,
        to_revision=later.revision,
        added=[one for one in after if one.id not in old],
        reworded=[
            RewordedElement(element=one, before=old[one.id].wording, after=one.wording)
            for one in after
            if one.id in old and not same(old[one.id].wording, one.wording)
        ],
        withdrawn=[one for one in before if one.id not in new],
        sides=(earlier, later),
    )


def _change(telling: Telling, change: Change) -> PlanChange:
    subject = change.subject
    return PlanChange(
        subject=PlanSubject(subject.kind),
        kind=ChangeKind(change.kind),
        element_id=subject.element_id,
        parent=None if subject.parent is None else _citation(subject.parent),
        parent_element_id=subject.parent_element_id,
        target_id=subject.target_id,
        period=None if subject.period is None else _period(subject.period),
        facts=_facts(telling, change.facts),
        words=text.worded(*telling.words(change)),
    )


def _facts(telling: Telling, facts: Sequence[Fact]) -> list[ChangedFact]:
    def said(field: str, value: object) -> LocalizedText | None:
        return None if value is None else text.worded(*telling.value_in_both(field, value))

    return [
        ChangedFact(field=fact.field, before=said(fact.field, fact.before), after=said(fact.field, fact.after))
        for fact in facts
    ]


def _citation(cited: values.Citation) -> Citation:
    return Citation(log=cited.log, stream=cited.stream, version=BigInt(cited.version))


def _period(period: values.Period) -> Period:
    return Period(kind=PeriodKind(period.kind), start=period.start, end=period.end)
