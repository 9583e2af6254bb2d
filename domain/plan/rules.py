"""What a plan refuses and what it records. A draft is worked on; adopting it makes a revision for ever."""

from dataclasses import dataclass
from typing import Final

import msgspec

from domain.body import PARTNERSHIPS, BodyKind
from domain.case import Case
from domain.errors import Refusal
from domain.event import Event, Recorded
from domain.facts import Dated, holds, latest
from domain.ids import ElementId
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
    Level,
    PlanAlignedToParent,
    PlanClosed,
    PlanDrafted,
    PlanRetitled,
    ProgressRecorded,
    RevisionAdopted,
    RevisionPublished,
)
from domain.stream import State, Stream
from domain.values import Citation, LocalizedText

OWNERS = PARTNERSHIPS | {BodyKind.MINISTRY, BodyKind.FUNDER}

PARENTS: Final[dict[Level, frozenset[Level]]] = {
    "orientation": frozenset(),
    "objective": frozenset({"orientation"}),
    "action": frozenset({"objective", "orientation"}),
    "expected_result": frozenset({"action", "objective"}),
    "indicator": frozenset({"expected_result", "action", "objective"}),
}
ROOTS: Final[frozenset[Level]] = frozenset({"orientation", "objective", "action"})
"""Levels that may stand without a parent: a roundtable has objectives and no orientations."""


@dataclass(eq=False)
class PlanClosedError(Refusal):
    code = "plan_closed"
    en = "This plan is closed; draft the next one instead."
    fr = "Ce plan est clos; rédigez plutôt le suivant."


@dataclass(eq=False)
class ElementMissingError(Refusal):
    element_id: object
    code = "element_missing"
    kind = "not_found"
    en = "The draft has no element {element_id}; it was never added, or it was withdrawn."
    fr = "Le projet de plan n’a pas d’élément {element_id} : il n’a jamais été ajouté, ou il a été retiré."


@dataclass(eq=False)
class ElementExistsError(Refusal):
    element_id: object
    code = "element_exists"
    kind = "conflict"
    en = "The element {element_id} is or was already in this plan; ids are never used again."
    fr = "L’élément {element_id} figure ou a figuré dans ce plan; un identifiant ne sert qu’une fois."


@dataclass(eq=False)
class CascadeError(Refusal):
    level: str
    parent_level: str
    code = "cascade"
    en = "An element of level {level} cannot stand under {parent_level}."
    fr = "Un élément de niveau {level} ne peut relever de : {parent_level}."


@dataclass(eq=False)
class RevisionNumberError(Refusal):
    number: int
    expected: int
    code = "revision_number"
    en = "Revision {number} cannot follow: the next number is {expected}."
    fr = "La révision {number} ne peut suivre : le prochain numéro est {expected}."


@dataclass(eq=False)
class NothingToAdoptError(Refusal):
    code = "nothing_to_adopt"
    en = "Nothing in the draft changed since the last revision."
    fr = "Rien dans le projet n’a changé depuis la dernière révision."


@dataclass(eq=False)
class RevisionMissingError(Refusal):
    number: int
    code = "revision_missing"
    kind = "not_found"
    en = "This plan has no revision {number}."
    fr = "Ce plan n’a pas de révision {number}."


@dataclass(eq=False)
class AlreadyPublishedError(Refusal):
    number: int
    code = "already_published"
    kind = "conflict"
    en = "Revision {number} is already published."
    fr = "La révision {number} est déjà publiée."


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """An element as it stands in the draft."""

    level: Level
    parent_id: ElementId | None
    wording: LocalizedText


class Plan(State, frozen=True, kw_only=True):
    title: Dated[LocalizedText] | None = None
    elements: dict[ElementId, Element] = msgspec.field(default_factory=dict)
    withdrawn: frozenset[ElementId] = frozenset()
    parents: tuple[Citation, ...] = ()
    changed: bool = False
    """Whether the draft differs in acts, if not in words, from the last revision."""
    revision: int = 0
    published: frozenset[int] = frozenset()
    closed: bool = False


def below(elements: dict[ElementId, Element], element_id: ElementId) -> frozenset[ElementId]:
    """The element and all that descend from it."""
    found = {element_id}
    grew = True
    while grew:
        more = {key for key, element in elements.items() if element.parent_id in found} - found
        grew = bool(more)
        found |= more
    return frozenset(found)


def evolve(plan: Plan, recorded: Recorded) -> Plan:
    replace = msgspec.structs.replace
    match recorded.payload:
        case PlanDrafted(title=title):
            return replace(plan, title=latest(None, title, recorded))
        case PlanRetitled(title=title):
            return replace(plan, title=latest(plan.title, title, recorded))
        case ElementAdded() as added:
            element = Element(level=added.level, parent_id=added.parent_id, wording=added.wording)
            return replace(plan, elements={**plan.elements, added.element_id: element}, changed=True)
        case ElementReworded(element_id=element_id, wording=wording):
            element = replace(plan.elements[element_id], wording=wording)
            return replace(plan, elements={**plan.elements, element_id: element}, changed=True)
        case ElementWithdrawn(element_id=element_id):
            gone = below(plan.elements, element_id)
            kept = {key: element for key, element in plan.elements.items() if key not in gone}
            return replace(plan, elements=kept, withdrawn=plan.withdrawn | gone, changed=True)
        case PlanAlignedToParent(parent=parent):
            return replace(plan, parents=(*plan.parents, parent), changed=True)
        case RevisionAdopted(number=number):
            return replace(plan, revision=number, changed=False)
        case RevisionPublished(number=number):
            return replace(plan, published=plan.published | {number})
        case PlanClosed():
            return replace(plan, closed=True)
    return plan


PLAN = Stream("plan", Plan(), evolve, is_public=lambda plan: bool(plan.published))


@PLAN.handles("plan_id", creates=True, owners=OWNERS)
def draft(plan: Plan, command: DraftPlan) -> list[Event]:  # noqa: ARG001 - a new stream has no past
    return [
        PlanDrafted(
            kind=command.kind, title=command.title, period=command.period, agreement_id=command.agreement_id
        )
    ]


@PLAN.handles("plan_id", owners=OWNERS)
def retitle(plan: Plan, command: RetitlePlan, case: Case) -> list[Event]:
    _check_open(plan)
    if holds(plan.title, command.title, case.on):
        return []
    return [PlanRetitled(title=command.title)]


@PLAN.handles("plan_id", owners=OWNERS)
def add_element(plan: Plan, command: AddPlanElement) -> list[Event]:
    """Add an element to the draft.

    Raises:
        PlanClosedError: the plan is closed.
        ElementExistsError: the id is or was in use.
        ElementMissingError: the parent is not in the draft.
        CascadeError: the level does not fit under the parent's.
    """
    _check_open(plan)
    if command.element_id in plan.elements or command.element_id in plan.withdrawn:
        raise ElementExistsError(element_id=command.element_id)
    if command.parent_id is None:
        if command.level not in ROOTS:
            raise CascadeError(level=command.level, parent_level="(none)")
    else:
        parent = _element(plan, command.parent_id)
        if parent.level not in PARENTS[command.level]:
            raise CascadeError(level=command.level, parent_level=parent.level)
    return [
        ElementAdded(
            element_id=command.element_id,
            level=command.level,
            parent_id=command.parent_id,
            number=command.number,
            wording=command.wording,
            territory=command.territory,
            indicator_kind=command.indicator_kind,
            rank=command.rank,
            copied_from=command.copied_from,
        )
    ]


@PLAN.handles("plan_id", owners=OWNERS)
def reword(plan: Plan, command: RewordPlanElement) -> list[Event]:
    """Change the wording of an element; the wording that it already has records nothing."""
    _check_open(plan)
    if _element(plan, command.element_id).wording == command.wording:
        return []
    return [ElementReworded(element_id=command.element_id, wording=command.wording)]


@PLAN.handles("plan_id", owners=OWNERS)
def withdraw(plan: Plan, command: WithdrawPlanElement) -> list[Event]:
    _check_open(plan)
    _element(plan, command.element_id)
    return [ElementWithdrawn(element_id=command.element_id, note=command.note)]


@PLAN.handles("plan_id", owners=OWNERS)
def align_to_parent(plan: Plan, command: AlignPlanToParent) -> list[Event]:
    """Align the draft to a parent plan; the door has checked that the citation exists.

    Raises:
        ElementMissingError: a link names an element that the draft does not have.
    """
    _check_open(plan)
    for link in command.links:
        _element(plan, link.element_id)
    return [PlanAlignedToParent(parent=command.parent, links=command.links)]


@PLAN.handles("plan_id", owners=OWNERS)
def record_consultation(plan: Plan, command: RecordConsultation) -> list[Event]:
    _check_open(plan)
    return [ConsultationRecorded(consulted=command.consulted, note=command.note)]


@PLAN.handles("plan_id", owners=OWNERS)
def adopt_revision(plan: Plan, command: AdoptPlanRevision) -> list[Event]:
    """Freeze the draft as the next revision.

    Raises:
        RevisionNumberError: revisions are numbered 1, 2, 3 without a gap.
        NothingToAdoptError: nothing was done to the draft since the last revision.
    """
    _check_open(plan)
    expected = plan.revision + 1
    if command.number != expected:
        raise RevisionNumberError(number=command.number, expected=expected)
    if not plan.changed:
        raise NothingToAdoptError
    return [RevisionAdopted(number=command.number)]


@PLAN.handles("plan_id", owners=OWNERS)
def publish_revision(plan: Plan, command: PublishPlanRevision) -> list[Event]:
    """Make an adopted revision public.

    Raises:
        RevisionMissingError: it was never adopted.
        AlreadyPublishedError: it is public.
    """
    if not 1 <= command.number <= plan.revision:
        raise RevisionMissingError(number=command.number)
    if command.number in plan.published:
        raise AlreadyPublishedError(number=command.number)
    return [RevisionPublished(number=command.number, source_published_on=command.source_published_on)]


@PLAN.handles("plan_id", owners=OWNERS)
def record_progress(plan: Plan, command: RecordPlanProgress) -> list[Event]:
    _check_open(plan)
    _element(plan, command.element_id)
    return [ProgressRecorded(element_id=command.element_id, progress=command.progress, note=command.note)]


@PLAN.handles("plan_id", owners=OWNERS)
def close(plan: Plan, command: ClosePlan) -> list[Event]:
    _check_open(plan)
    return [PlanClosed(note=command.note)]


def _check_open(plan: Plan) -> None:
    if plan.closed:
        raise PlanClosedError


def _element(plan: Plan, element_id: ElementId) -> Element:
    element = plan.elements.get(element_id)
    if element is None:
        raise ElementMissingError(element_id=element_id)
    return element
