"""Targets that hang on nothing: their indicator left the plan, or they serve no strategic plan."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from domain.exceptions import Orphaned, orphaned
from projections.alignment import ALIGNMENT
from projections.body import REGISTRY
from projections.plan.tables import PLAN_ELEMENT, PLAN_PARENT, PLAN_REVISION
from projections.target import TARGET
from projections.timeline import TIMELINE
from readapi.asof import Clock, elsewhere, happened, held, known
from readapi.codes import PARTNERSHIP_KINDS
from readapi.exceptions.found import (
    ELSEWHERE,
    EVERYBODYS,
    Evidence,
    Found,
    Ground,
    Named,
    Parts,
    Read,
    Search,
    Told,
    few,
    rows,
)
from readapi.reading import Place, Reading
from readapi.shapes import AskExecutorError

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


def _parts(ground: Ground) -> Parts:
    """The targets, what their plans ever said and serve, and how that stands in the body's own plans."""
    kind = select(REGISTRY.c.kind).where(
        REGISTRY.c.tenant_id == ground.body, *held(REGISTRY, ground.clock), ground.by_all(REGISTRY)
    )
    begun = and_(_L.tenant_id == _T.tenant_id, _L.entity_id == _T.entity_id, _L.type == "target.BaselineSet")
    found = few(
        select(
            *(_T.entity_id, _T.plan_id, _T.indicator_id, _L.effective_on, _L.position),
            *(_T.measured_log, _T.measured_stream, _T.sample),
        )
        .select_from(TARGET.join(TIMELINE, and_(begun, ground.seen(TIMELINE))))
        .where(_T.tenant_id == ground.body, *held(TARGET, ground.clock), ground.seen(TARGET))
        .order_by(_T.entity_id)
    ).cte()
    plans = select(found.c.plan_id)
    links = _links(ground, plans).cte()
    parents = tuple_(_E.tenant_id, _E.entity_id, _E.element_id)
    own = (_E.tenant_id == ground.body, *known(PLAN_ELEMENT, ground.clock), ground.seen(PLAN_ELEMENT))
    aligned = select(_A.indicator_id).where(
        _A.tenant_id == ground.body,
        _A.status == "in_force",
        _A.grade != "none",
        *held(ALIGNMENT, ground.clock),
        ground.seen(ALIGNMENT),
    )
    selects = {
        EVERYBODYS: kind,
        "targets": select(*found.c).order_by(found.c.entity_id),
        "links": select(*links.c),
        "elements": _forms(_E.entity_id.in_(plans), *own),
        "parents": _forms(
            parents.in_(select(links.c.parent_log, links.c.parent_stream, links.c.parent_element_id)), *own
        ),
        "aligned": few(aligned),
    }
    return Parts(selects, Named((select(found.c.position),), ((plans, _PLAN_EVENTS),)))


def _forms(*conditions: ColumnElement[bool]) -> Select[Any]:
    """The forms that elements of plans took, as known at a clock."""
    return (
        select(_E.tenant_id, _E.entity_id, _E.element_id, _E.effective_to, _E.parent_id)
        .where(*conditions)
        .order_by(_E.entity_id, _E.element_id, _E.effective_from)
    )


def _links(ground: Ground, plans: Select[Any]) -> Select[Any]:
    """Which elements of parent plans elements serve, in alignments that a revision adopted by the clock."""
    adopted = and_(
        PLAN_REVISION.c.tenant_id == _P.tenant_id,
        PLAN_REVISION.c.entity_id == _P.entity_id,
        PLAN_REVISION.c.number == _P.revision,
    )
    return (
        select(_P.entity_id, _P.element_id, _P.parent_log, _P.parent_stream, _P.parent_element_id)
        .select_from(PLAN_PARENT.join(PLAN_REVISION, adopted))
        .where(
            _P.tenant_id == ground.body,
            _P.entity_id.in_(plans),
            _P.line > 0,
            *happened(PLAN_REVISION, ground.clock, on="adopted_on"),
            ground.seen(PLAN_PARENT),
            ground.seen(PLAN_REVISION),
        )
    )


async def _elsewhere(reading: Reading, place: Place, read: Read) -> Sequence[Sequence[Any]]:
    """The forms of the elements that plans serve in other bodies' logs: what was public, which everybody reads.

    It is not in the parts: a member's scope does not open other bodies' rows, and theirs does not open the links.
    """
    served = sorted({_Parent(*row[2:]) for row in read["links"]})
    parents = [one for one in served if one.log != place.body]
    if not parents:
        return []
    clock = elsewhere(place.clock)
    key = tuple_(_E.tenant_id, _E.entity_id, _E.element_id)
    statement = _forms(key.in_(parents), *known(PLAN_ELEMENT, clock), reading.visible(PLAN_ELEMENT, None))
    return await reading.rows(None, statement)


def _found(told: Told, read: Read) -> list[Found]:
    """Targets of adopted plans of partnerships; those of ministries and funders are the top and serve nothing.

    Raises:
        AskExecutorError: it takes what other bodies' plans say.
    """
    if not any(row[0] in {kind.value for kind in PARTNERSHIP_KINDS} for row in read[EVERYBODYS]):
        return []
    links: dict[_Element, list[_Parent]] = {}
    for plan_id, element_id, *parent in read["links"]:
        links.setdefault((plan_id, element_id), []).append(_Parent(*parent))
    own = _stood(read["elements"], told.when)
    beyond = read.get(ELSEWHERE)
    cascade = _Cascade(
        body=told.body,
        elements={(one.plan_id, one.element_id): stand for one, stand in own.items()},
        links=links,
        parents=_stood([*read["parents"], *(beyond or ())], told.when),
        whole=beyond is not None,
        aligned=frozenset(row[0] for row in rows(read, "aligned")),
    )
    found = []
    for target in (_Target(*row) for row in rows(read, "targets")):
        why = cascade.why(target)
        if why is None or (told.since is not None and why[1] < told.since):
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
    whole: bool
    """Whether `parents` has other bodies' too."""
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
        if not self.whole and any(one.log != self.body for one in served):
            raise AskExecutorError
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


def _stood(found: Sequence[Sequence[Any]], clock: Clock) -> dict[_Parent, _Stand]:
    """How elements stand, from their forms in order: the last one says it."""
    return {
        _Parent(log, plan_id, element_id): _Stand(
            until > clock.effective, None if until > clock.effective else until, above
        )
        for log, plan_id, element_id, until, above in found
    }


ORPHAN_TARGETS: Final = Search(_parts, _found, _elsewhere)
