"""What one may ask of a plan."""

from datetime import date
from typing import Annotated

import msgspec

from domain.ids import AgreementId, ElementId, PlanId
from domain.plan.events import ElementLink, IndicatorKind, Level, PlanKind, Progress
from domain.stream import Command
from domain.values import Citation, LocalizedText, Period, SealedText, TerritoryCode

RevisionNumber = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Rank = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class DraftPlan(Command, frozen=True, kw_only=True):
    """Begin a plan. `agreement_id` names the agreement that engenders it, where there is one."""

    plan_id: PlanId
    kind: PlanKind
    title: LocalizedText
    period: Period
    agreement_id: AgreementId | None = None


class RetitlePlan(Command, frozen=True, kw_only=True):
    plan_id: PlanId
    title: LocalizedText


class AddPlanElement(Command, frozen=True, kw_only=True):
    """Add an orientation, objective, action, expected result or indicator to the draft.

    `rank` orders the elements of one parent; `territory` is the region heading it stands under; `number` is as
    printed; `copied_from` keeps the provenance of a text taken from another plan.
    """

    plan_id: PlanId
    element_id: ElementId
    level: Level
    wording: LocalizedText
    rank: Rank
    parent_id: ElementId | None = None
    number: Annotated[str, msgspec.Meta(min_length=1, max_length=40)] | None = None
    territory: TerritoryCode | None = None
    indicator_kind: IndicatorKind | None = None
    copied_from: Citation | None = None


class RewordPlanElement(Command, frozen=True, kw_only=True):
    plan_id: PlanId
    element_id: ElementId
    wording: LocalizedText


class WithdrawPlanElement(Command, frozen=True, kw_only=True):
    """Take an element, with all below it, out of the draft."""

    plan_id: PlanId
    element_id: ElementId
    note: SealedText | None = None


class AlignPlanToParent(Command, frozen=True, kw_only=True):
    """State which parent plan this one serves, at which version, element by element."""

    plan_id: PlanId
    parent: Citation
    links: Annotated[tuple[ElementLink, ...], msgspec.Meta(max_length=500)] = ()


class RecordConsultation(Command, frozen=True, kw_only=True):
    plan_id: PlanId
    consulted: LocalizedText
    note: SealedText | None = None


class AdoptPlanRevision(Command, frozen=True, kw_only=True):
    """Make the draft revision `number`. The authority of the order says who adopted it, or that none is known."""

    plan_id: PlanId
    number: RevisionNumber


class PublishPlanRevision(Command, frozen=True, kw_only=True):
    plan_id: PlanId
    number: RevisionNumber
    source_published_on: date | None = None


class RecordPlanProgress(Command, frozen=True, kw_only=True):
    plan_id: PlanId
    element_id: ElementId
    progress: Progress
    note: SealedText | None = None


class ClosePlan(Command, frozen=True, kw_only=True):
    plan_id: PlanId
    note: SealedText | None = None
