"""The difference between two states of a plan: enough to make the one of the other, and nothing besides.

A state is taken apart into subjects (the plan itself, its elements, the plans that it serves, the links to their
elements, its targets and their figures), each with the facts that are known of it. What is not in the difference
did not change.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import msgspec

from domain.ids import ElementId, TargetId
from domain.indicator import Direction
from domain.plan.events import ElementLink, IndicatorKind, Level
from domain.values import Citation, LocalizedText, Period, QualifiedValue, TerritoryCode

SubjectKind = Literal["plan", "element", "parent", "link", "target", "target_value"]
ChangeKind = Literal["added", "changed", "withdrawn"]


class ElementText(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan says of one element."""

    level: Level
    wording: LocalizedText
    rank: int
    parent_id: ElementId | None = None
    number: str | None = None
    territory: TerritoryCode | None = None
    indicator_kind: IndicatorKind | None = None
    copied_from: Citation | None = None


class TargetText(msgspec.Struct, frozen=True, kw_only=True):
    """What is aimed at with one indicator, without the figures of its periods."""

    indicator_id: ElementId
    unit: str
    direction: Direction
    baseline: QualifiedValue
    baseline_period: Period | None = None
    definition: Citation | None = None


class PlanText(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as it stood: what it says, what it serves, and what it aims at."""

    title: LocalizedText | None = None
    elements: Mapping[ElementId, ElementText] = msgspec.field(default_factory=dict)
    """In the order of the cascade."""
    links: Mapping[Citation, frozenset[ElementLink]] = msgspec.field(default_factory=dict)
    """The parent plans that it serves, with its elements that serve theirs."""
    targets: Mapping[TargetId, TargetText] = msgspec.field(default_factory=dict)
    figures: Mapping[tuple[TargetId, Period], QualifiedValue] = msgspec.field(default_factory=dict)


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a change is about. Which ids it has depends on its kind."""

    kind: SubjectKind
    element_id: ElementId | None = None
    parent: Citation | None = None
    parent_element_id: ElementId | None = None
    target_id: TargetId | None = None
    period: Period | None = None


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that differs; None where it was, or is, not stated."""

    field: str
    before: Any = None
    after: Any = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one subject."""

    subject: Subject
    kind: ChangeKind
    facts: tuple[Fact, ...] = ()


Facts = dict[Subject, dict[str, Any]]
_THE_PLAN: Final = Subject(kind="plan")


def difference(old: PlanText, new: PlanText) -> tuple[Change, ...]:
    """What changed: subject by subject in the order of the new state, then what is gone."""
    before, after = facts_of(old), facts_of(new)
    changes: list[Change] = []
    for subject, facts in after.items():
        known = before.get(subject)
        differing = _differing(known or {}, facts)
        if known is None:
            changes.append(Change(subject=subject, kind="added", facts=differing))
        elif differing:
            changes.append(Change(subject=subject, kind="changed", facts=differing))
    gone = (subject for subject in before if subject not in after)
    changes += [Change(subject=one, kind="withdrawn", facts=_differing(before[one], {})) for one in gone]
    return tuple(changes)


def apply(old: PlanText, changes: Iterable[Change]) -> PlanText:
    """The state that a difference leads to from the one it starts from."""
    facts = facts_of(old)
    for change in changes:
        if change.kind == "withdrawn":
            del facts[change.subject]
            continue
        known = facts.setdefault(change.subject, {})
        for fact in change.facts:
            if fact.after is None:
                del known[fact.field]
            else:
                known[fact.field] = fact.after
    return _text_of(facts)


def facts_of(text: PlanText) -> Facts:
    """Every subject of a state with what is stated of it; what is not stated is left out."""
    found: Facts = {_THE_PLAN: {} if text.title is None else {"title": text.title}}
    for element_id, element in text.elements.items():
        found[Subject(kind="element", element_id=element_id)] = _stated(element)
    for cited, links in text.links.items():
        found[Subject(kind="parent", parent=cited)] = {}
        for link in sorted(links, key=lambda one: (str(one.element_id), str(one.parent_element_id))):
            ours, theirs = link.element_id, link.parent_element_id
            found[Subject(kind="link", parent=cited, element_id=ours, parent_element_id=theirs)] = {}
    for target_id, target in text.targets.items():
        found[Subject(kind="target", target_id=target_id)] = _stated(target)
    for (target_id, period), figure in text.figures.items():
        found[Subject(kind="target_value", target_id=target_id, period=period)] = {"value": figure}
    return found


def _stated(struct: msgspec.Struct) -> dict[str, Any]:
    facts = msgspec.structs.asdict(struct)
    return {field: value for field, value in facts.items() if value is not None}


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Fact, ...]:
    fields = dict.fromkeys([*after, *before])
    return tuple(
        Fact(field=field, before=before.get(field), after=after.get(field))
        for field in fields
        if before.get(field) != after.get(field)
    )


def _text_of(facts: Facts) -> PlanText:
    elements: dict[ElementId, ElementText] = {}
    links: dict[Citation, frozenset[ElementLink]] = {}
    targets: dict[TargetId, TargetText] = {}
    figures: dict[tuple[TargetId, Period], QualifiedValue] = {}
    for subject, stated in facts.items():
        match subject:
            case Subject(kind="element", element_id=element_id) if element_id is not None:
                elements[element_id] = ElementText(**stated)
            case Subject(kind="parent", parent=cited) if cited is not None:
                links.setdefault(cited, frozenset())
            case Subject(kind="link", parent=cited, element_id=ours, parent_element_id=theirs) if (
                cited is not None and ours is not None and theirs is not None
            ):
                link = ElementLink(element_id=ours, parent_element_id=theirs)
                links[cited] = links.get(cited, frozenset()) | {link}
            case Subject(kind="target", target_id=target_id) if target_id is not None:
                targets[target_id] = TargetText(**stated)
            case Subject(kind="target_value", target_id=target_id, period=period) if (
                target_id is not None and period is not None
            ):
                figures[target_id, period] = stated["value"]
    title = facts[_THE_PLAN].get("title")
    return PlanText(title=title, elements=elements, links=links, targets=targets, figures=figures)
