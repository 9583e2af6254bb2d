"""A plan as the domain compares it: what a revision says, what it serves, and what it aims at."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from domain import values
from domain.ids import ElementId, TargetId
from domain.plan.difference import ElementText, PlanText, TargetText
from domain.plan.events import ElementLink
from readapi.asof import Clock
from readapi.figures import Citation, Period, QualifiedValue, Territory
from readapi.plan_parent import PlanParent, load_parents
from readapi.plan_parts import PlanElement, PlanRevision
from readapi.reading import Reading
from readapi.relations import one, several
from readapi.target import SERIES, Target, TargetValue, targets
from readapi.text import LocalizedText

if TYPE_CHECKING:
    from readapi.plan import Plan


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: a revision, its elements, and the clocks that targets are read with."""

    plan: "Plan"
    revision: PlanRevision | None
    elements: Sequence[PlanElement]
    clock: Clock


async def plan_text(reading: Reading, side: Side) -> tuple[PlanText, dict[UUID, values.LocalizedText]]:
    """What the plan said, and the names of what it cites. Before its first revision it said nothing."""
    from readapi.plan import PLAN_BY_ID

    revision = side.revision
    if revision is None:
        return PlanText(), {}
    place, plan_id = side.plan.place.at(side.clock), side.plan.id
    header = await one(reading, PLAN_BY_ID, side.plan.place.at(revision.clock), plan_id)
    parents = [
        parent
        for parent in await reading.loader(load_parents).load(side.plan.key)
        if parent.revision is not None and parent.revision <= revision.number
    ]
    links: dict[values.Citation, frozenset[ElementLink]] = {}
    for parent in parents:
        cited = values.Citation(log=parent.body_id, stream=parent.plan_id, version=parent.version)
        links[cited] = links.get(cited, frozenset()) | frozenset(_links(parent))
    found = await targets(reading, place, plan_id)
    series = await asyncio.gather(*(several(reading, SERIES, place, target.id) for target in found))
    text = PlanText(
        title=None if header is None else _text(header.title),
        elements={ElementId(element.id): _element(element) for element in side.elements},
        links=links,
        targets={TargetId(target.id): _target(target) for target in found},
        figures=dict(_figures(found, series)),
    )
    return text, await _names(reading, parents)


async def _names(reading: Reading, parents: Sequence[PlanParent]) -> dict[UUID, values.LocalizedText]:
    """How the parent plans and their elements are called, where the reader may see them."""
    names: dict[UUID, values.LocalizedText] = {}
    for parent in parents:
        cited = await parent.cited(reading)
        if cited is None:
            continue
        elements = await cited.said(reading, await cited.shown(reading))
        known = [(cited.id, cited.title), *((element.id, element.wording) for element in elements)]
        names |= {id_: _text(words) for id_, words in known if words is not None}
    return names


def _links(parent: PlanParent) -> list[ElementLink]:
    return [
        ElementLink(element_id=ElementId(link.element_id), parent_element_id=ElementId(link.parent_element_id))
        for link in parent.elements()
        if link.element_id is not None and link.parent_element_id is not None
    ]


def _figures(
    found: Sequence[Target], series: Sequence[Sequence[TargetValue]]
) -> list[tuple[tuple[TargetId, values.Period], values.QualifiedValue]]:
    return [
        ((TargetId(target.id), _period(cell.period)), _figure(cell.value))
        for target, cells in zip(found, series, strict=True)
        for cell in cells
        if cell.value is not None
    ]


def _element(element: PlanElement) -> ElementText:
    assert element.wording is not None
    kind = element.indicator_kind
    return ElementText(
        level=element.level.value,
        wording=_text(element.wording),
        rank=element.rank,
        parent_id=None if element.parent_id is None else ElementId(element.parent_id),
        number=element.number,
        territory=None if element.territory is None else _place(element.territory),
        indicator_kind=None if kind is None else kind.value,
        copied_from=None if element.copied_from is None else _citation(element.copied_from),
    )


def _target(target: Target) -> TargetText:
    assert target.unit is not None
    assert target.baseline is not None
    definition = None
    if target.measured_log is not None and target.measured_stream is not None:
        version = target.measured_version
        assert version is not None
        definition = values.Citation(log=target.measured_log, stream=target.measured_stream, version=version)
    return TargetText(
        indicator_id=ElementId(target.indicator_id),
        unit=target.unit,
        direction=target.direction.value,
        baseline=_figure(target.baseline),
        baseline_period=None if target.baseline_period is None else _period(target.baseline_period),
        definition=definition,
    )


def _text(text: LocalizedText | None) -> values.LocalizedText:
    assert text is not None
    # Read models do not keep the source language of a place's name.
    source: values.Language = "fr" if text.en is None else "en"
    return values.LocalizedText(
        en=text.en,
        fr=text.fr,
        source=source if text.source is None else text.source.value,
        unofficial=tuple(language.value for language in text.unofficial),
    )


def _place(place: Territory) -> values.TerritoryCode:
    name = None if place.name is None else _text(place.name)
    return values.TerritoryCode(scheme=place.scheme.value, code=place.code, name=name)


def _citation(cited: Citation) -> values.Citation:
    return values.Citation(log=cited.log, stream=cited.stream, version=cited.version)


def _period(period: Period) -> values.Period:
    return values.Period(kind=period.kind.value, start=period.start, end=period.end)


def _figure(value: QualifiedValue) -> values.QualifiedValue:
    return values.QualifiedValue(
        kind=value.kind.value,
        number=None if value.number is None else Decimal(value.number),
        upper=None if value.upper is None else Decimal(value.upper),
        raw=value.raw,
        status=None if value.status is None else value.status.value,
        rounded_to=value.rounded_to,
        unit=value.unit,
    )
