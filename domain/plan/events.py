"""What happened to a plan."""

from datetime import date
from typing import Literal

import msgspec

from domain.event import Event, event
from domain.ids import AgreementId, ElementId
from domain.values import Citation, LocalizedText, Period, SealedText, TerritoryCode

PlanKind = Literal[
    "strategic_plan",
    "regional_action_plan",
    "action_plan",
    "triennial_plan",
    "community_plan",
    "settlement_strategy",
]
Level = Literal["orientation", "objective", "action", "expected_result", "indicator"]
IndicatorKind = Literal["count", "amount", "rate", "proportion", "milestone", "qualitative"]
Progress = Literal["not_started", "under_way", "done", "delayed", "abandoned"]


class ElementLink(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of our elements and the element of the parent plan that it serves."""

    element_id: ElementId
    parent_element_id: ElementId


@event("plan.Drafted", lifecycle=True)
class PlanDrafted(Event, frozen=True, kw_only=True):
    kind: PlanKind
    title: LocalizedText
    period: Period
    agreement_id: AgreementId | None


@event("plan.Retitled")
class PlanRetitled(Event, frozen=True, kw_only=True):
    title: LocalizedText


@event("plan.ElementAdded", lifecycle=True)
class ElementAdded(Event, frozen=True, kw_only=True):
    """An orientation, objective, action, expected result or indicator enters the draft."""

    element_id: ElementId
    level: Level
    parent_id: ElementId | None
    number: str | None
    wording: LocalizedText
    territory: TerritoryCode | None
    indicator_kind: IndicatorKind | None
    rank: int
    copied_from: Citation | None


@event("plan.ElementReworded", lifecycle=True)
class ElementReworded(Event, frozen=True, kw_only=True):
    element_id: ElementId
    wording: LocalizedText


@event("plan.ElementWithdrawn", lifecycle=True)
class ElementWithdrawn(Event, frozen=True, kw_only=True):
    """The element and everything below it leave the draft."""

    element_id: ElementId
    note: SealedText | None


@event("plan.AlignedToParent", lifecycle=True)
class PlanAlignedToParent(Event, frozen=True, kw_only=True):
    """The parent plan stays in its owner's log and is cited at a version, never copied."""

    parent: Citation
    links: tuple[ElementLink, ...]


@event("plan.ConsultationRecorded", lifecycle=True)
class ConsultationRecorded(Event, frozen=True, kw_only=True):
    consulted: LocalizedText
    note: SealedText | None


@event("plan.RevisionAdopted", lifecycle=True)
class RevisionAdopted(Event, frozen=True, kw_only=True):
    """The draft as it stands becomes revision n, immutable. The envelope names the authority or says none."""

    number: int


@event("plan.RevisionPublished", lifecycle=True)
class RevisionPublished(Event, frozen=True, kw_only=True):
    number: int
    source_published_on: date | None
    """The source's own date of publication: a third date, neither effective nor recorded."""


@event("plan.ProgressRecorded")
class ProgressRecorded(Event, frozen=True, kw_only=True):
    element_id: ElementId
    progress: Progress
    note: SealedText | None


@event("plan.Closed", lifecycle=True)
class PlanClosed(Event, frozen=True, kw_only=True):
    note: SealedText | None
