"""Targets that hang on nothing: their indicator left the plan, or they serve no strategic plan."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import and_, select, tuple_

from domain.exceptions import Orphaned, orphaned
from projections.alignment import ALIGNMENT
from projections.body import REGISTRY
from projections.plan.tables import PLAN_ELEMENT, PLAN_PARENT, PLAN_REVISION
from projections.target import TARGET
from projections.timeline import TIMELINE
from readapi.asof import Clock, elsewhere, happened, held, known
from readapi.codes import PARTNERSHIP_KINDS
from readapi.exceptions.found import Evidence, Found, rows
from readapi.reading import Place, Reading, in_any

_T, _L, _E, _P, _A = TARGET.c, TIMELINE.c, PLAN_ELEMENT.c, PLAN_PARENT.c, ALIGNMENT.c
_PLAN_EVENTS: Final = ("plan.AlignedToParent", "plan.ElementWithdrawn", "plan.RevisionAdopted")
_Element = tuple[UUID, UUID]
"""A plan and an element of it."""


class _Target(NamedTuple):
    target_id: UUID
    plan_id: UUID
    indicator_id: UUID
    begun_on: date
    position: int
    measured_log: UUID | None
    measured_stream: UUID | None
    sample: bool

    @property
    def element(self) -> _Element:
        return self.plan_id, self.indicator_id


class _Parent(NamedTuple):
    """An element of a parent plan, in its owner's log."""

    log: UUID
    plan_id: UUID
    element_id: UUID


class _Stand(NamedTuple):
    """Whether an element stands, and if not, since when."""

    stands: bool
    until: date | None
    above: UUID | None = None


async def orphan_targets(reading: Reading, place: Place, since: date | None) -> list[Found]:
    """Targets of adopted plans of partnerships; those of ministries and funders are the top and serve nothing."""
    if not await _is_partnership(reading, place):
        return []
    targets = await _targets(reading, place)
    plans = {target.plan_id for target in targets}
    links = await _links(reading, place, plans)
    cascade = _Cascade(
        body=place.body,
        elements=await _elements(reading, place, plans),
        links=links,
        parents=await _parents(reading, place, {parent for served in links.values() for parent in served}),
        aligned=await _aligned(reading, place),
    )
    found = []
    for target in targets:
        why = cascade.why(target)
        if why is None or (since is not None and why[1] < since):
            continue
        found.append(
            Found(
                kind="orphan_target",
                on=why[1],
                stream="target",
                record_id=target.target_id,
                words=orphaned(why[0]),
                evidence=Evidence(
                    positions=(target.position,), of=tuple((target.plan_id, type_) for type_ in _PLAN_EVENTS)
                ),
                sample=target.sample,
            )
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cascade:
    """What the plans of a body say, what their elements serve, and how that stands."""

    body: UUID
    elements: Mapping[_Element, _Stand]
    links: Mapping[_Element, list[_Parent]]
    parents: Mapping[_Parent, _Stand]
    aligned: frozenset[UUID]
    """The body's own indicators that agree with another owner's."""

    def why(self, target: _Target) -> tuple[Orphaned, date] | None:
        """Why a target is an orphan and since when; None where it is none."""
        own = self.elements.get(target.element)
        if own is None:  # its plan was never adopted with it, or the reader does not see that it was
            return None
        if not own.stands:
            assert own.until is not None
            return "indicator_withdrawn", max(own.until, target.begun_on)
        elsewhere = target.measured_log is not None and target.measured_log != self.body
        if elsewhere or target.measured_stream in self.aligned:
            return None
        served = [parent for element in self._upwards(target.element) for parent in self.links.get(element, ())]
        if not served:
            return "nothing_served", target.begun_on
        # What the reader does not see of another body's plan is not said to be gone.
        ends = [stand.until for one in served if (stand := self.parents.get(one)) and stand.until is not None]
        if len(ends) < len(served):
            return None
        return "parent_withdrawn", max(target.begun_on, *ends)

    def _upwards(self, element: _Element) -> Iterator[_Element]:
        """An element and all that it stands under."""
        at: _Element | None = element
        while at is not None:
            yield at
            above = self.elements[at].above if at in self.elements else None
            at = None if above is None else (at[0], above)


async def _is_partnership(reading: Reading, place: Place) -> bool:
    statement = select(REGISTRY.c.kind).where(REGISTRY.c.tenant_id == place.body, *held(REGISTRY, place.clock))
    kinds = await reading.rows(None, statement.where(reading.visible(REGISTRY, None, place.clock)))
    return any(row[0] in {kind.value for kind in PARTNERSHIP_KINDS} for row in kinds)


async def _targets(reading: Reading, place: Place) -> list[_Target]:
    begun = and_(_L.tenant_id == _T.tenant_id, _L.entity_id == _T.entity_id, _L.type == "target.BaselineSet")
    statement = (
        select(
            *(_T.entity_id, _T.plan_id, _T.indicator_id, _L.effective_on, _L.position),
            *(_T.measured_log, _T.measured_stream, _T.sample),
        )
        .select_from(TARGET.join(TIMELINE, begun))
        .where(
            _T.tenant_id == place.body,
            *held(TARGET, place.clock),
            reading.visible(TARGET, place.scope),
        )
        .order_by(_T.entity_id)
    )
    return [_Target(*row) for row in await rows(reading, place, statement)]


async def _elements(reading: Reading, place: Place, plans: set[UUID]) -> dict[_Element, _Stand]:
    """Every element that plans ever adopted, as known at the clock."""
    if not plans:
        return {}
    statement = (
        select(_E.tenant_id, _E.entity_id, _E.element_id, _E.effective_to, _E.parent_id)
        .where(
            _E.tenant_id == place.body,
            in_any(_E.entity_id, sorted(plans)),
            *known(PLAN_ELEMENT, place.clock),
            reading.visible(PLAN_ELEMENT, place.scope),
        )
        .order_by(_E.entity_id, _E.element_id, _E.effective_from)
    )
    stood = await reading.rows(place.scope, statement)
    return {(one.plan_id, one.element_id): stand for one, stand in _stood(stood, place.clock).items()}


def _stood(found: Sequence[Sequence[Any]], clock: Clock) -> dict[_Parent, _Stand]:
    """How elements stand, from their forms in order: the last one says it."""
    return {
        _Parent(log, plan_id, element_id): _Stand(
            until > clock.effective, None if until > clock.effective else until, above
        )
        for log, plan_id, element_id, until, above in found
    }


async def _links(reading: Reading, place: Place, plans: set[UUID]) -> dict[_Element, list[_Parent]]:
    """Which elements of parent plans elements serve, in alignments that a revision adopted by the clock."""
    if not plans:
        return {}
    adopted = and_(
        PLAN_REVISION.c.tenant_id == _P.tenant_id,
        PLAN_REVISION.c.entity_id == _P.entity_id,
        PLAN_REVISION.c.number == _P.revision,
    )
    statement = (
        select(_P.entity_id, _P.element_id, _P.parent_log, _P.parent_stream, _P.parent_element_id)
        .select_from(PLAN_PARENT.join(PLAN_REVISION, adopted))
        .where(
            _P.tenant_id == place.body,
            in_any(_P.entity_id, sorted(plans)),
            _P.line > 0,
            *happened(PLAN_REVISION, place.clock, on="adopted_on"),
            reading.visible(PLAN_PARENT, place.scope),
            reading.visible(PLAN_REVISION, place.scope),
        )
    )
    found: dict[_Element, list[_Parent]] = {}
    for plan_id, element_id, *parent in await reading.rows(place.scope, statement):
        found.setdefault((plan_id, element_id), []).append(_Parent(*parent))
    return found


async def _parents(reading: Reading, place: Place, asked: set[_Parent]) -> dict[_Parent, _Stand]:
    """How elements of parent plans stand, as far as the reader sees them: what was public, or of the own log."""
    found: dict[_Parent, _Stand] = {}
    for scope, clock in ((place.scope, place.clock), (None, elsewhere(place.clock))):
        chosen = sorted(one for one in asked if (one.log == place.body) == (scope is not None))
        if not chosen:
            continue
        statement = (
            select(_E.tenant_id, _E.entity_id, _E.element_id, _E.effective_to, _E.parent_id)
            .where(
                tuple_(_E.tenant_id, _E.entity_id, _E.element_id).in_(chosen),
                *known(PLAN_ELEMENT, clock),
                reading.visible(PLAN_ELEMENT, scope),
            )
            .order_by(_E.entity_id, _E.element_id, _E.effective_from)
        )
        found |= _stood(await reading.rows(scope, statement), clock)
    return found


async def _aligned(reading: Reading, place: Place) -> frozenset[UUID]:
    """The body's own indicators that agree with another owner's, exactly or in part."""
    statement = select(_A.indicator_id).where(
        _A.tenant_id == place.body,
        _A.status == "in_force",
        _A.grade != "none",
        *held(ALIGNMENT, place.clock),
        reading.visible(ALIGNMENT, place.scope),
    )
    return frozenset(row[0] for row in await rows(reading, place, statement))
