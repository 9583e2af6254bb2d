"""Parent plans: cited at a version in their owners' logs, read where they are."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from domain.ids import TenantId
from projections.plan.tables import PLAN_PARENT
from readapi.asof import Clock
from readapi.body import BodyAt, BodyReference, load_references
from readapi.columns import backed, column, hidden, reads
from readapi.fields import derived, sized
from readapi.plan_parts import PlanElement, PlanKey
from readapi.reading import Info, Place, Reading, in_any
from readapi.relations import one
from readapi.scalars import BigInt
from readapi.text import LocalizedText

if TYPE_CHECKING:
    from readapi.plan import Plan

_P = PLAN_PARENT.c
LINKS = 50
"""Counted for the joined elements of one citation."""


@backed(PLAN_PARENT)
@strawberry.type(description="One of our elements and the element of the parent plan that it serves.")
class PlanParentLink:
    element_id: UUID | None = column(_P.element_id, "Our element.")
    parent_element_id: UUID | None = column(_P.parent_element_id, "The parent plan's element.")
    position: strawberry.Private[int] = hidden(_P.position)
    line: strawberry.Private[int] = hidden(_P.line)
    citation: strawberry.Private[Any]

    @sized(1, "The parent plan's element as the cited plan has it; null where the reader may not see it.")
    async def parent_element(self, info: Info) -> PlanElement | None:
        citation: PlanParent = self.citation
        cited = await citation.cited(info.context)
        if cited is None:
            return None
        elements = await cited.said(info.context, await cited.shown(info.context))
        return next((element for element in elements if element.id == self.parent_element_id), None)


@backed(PLAN_PARENT)
@strawberry.type(description="A plan of another body that this one serves: cited at a version, never copied.")
class PlanParent:
    body_id: UUID = column(_P.parent_log, "The body that owns the parent plan.")
    plan_id: UUID = column(_P.parent_stream, "The parent plan.")
    version: BigInt = column(_P.parent_version, "The version of its record that is cited.")
    aligned_on: date = column(_P.effective_on, "Since when this plan serves it.")
    revision: int | None = column(_P.revision, "The revision of this plan that adopted the alignment.")
    sample: bool = column(_P.sample, "Whether the alignment is sample data.")
    position: strawberry.Private[int] = hidden(_P.position)
    line: strawberry.Private[int] = hidden(_P.line)
    recorded_at: strawberry.Private[datetime] = hidden(_P.recorded_at)
    links: strawberry.Private[list[PlanParentLink]]

    @sized(1, "The body that owns the parent plan.")
    async def body(self, info: Info) -> BodyReference | None:
        reading = info.context
        return await reading.loader(load_references).load(BodyAt(TenantId(self.body_id), reading.now))

    @derived("The parent plan's title; null where the reader may not see it.")
    async def title(self, info: Info) -> LocalizedText | None:
        cited = await self.cited(info.context)
        return None if cited is None else cited.title

    @sized(1, "The parent plan as it was known when it was cited; null where the reader may not see it.")
    async def plan(self, info: Info) -> Annotated["Plan", strawberry.lazy("readapi.plan")] | None:
        return await self.cited(info.context)

    @sized(LINKS, "Which element serves which.")
    def elements(self) -> list[PlanParentLink]:
        return self.links

    async def cited(self, reading: Reading) -> "Plan | None":
        """The plan as known at the citation, or else now. Always what the public sees of it."""
        from readapi.plan import PLAN_BY_ID

        for clock in (Clock(self.aligned_on, recorded=self.recorded_at), reading.now):
            place = Place(TenantId(self.body_id), member=False, clock=clock)
            found = await one(reading, PLAN_BY_ID, place, self.plan_id)
            if found is not None and await found.shown(reading) is not None:
                return found
        return None


async def load_parents(reading: Reading, keys: list[PlanKey]) -> Sequence[list[PlanParent]]:
    """The citations of plans, with their links, in the order in which they were made."""
    citations, links = reads(PlanParent), reads(PlanParentLink)
    found: dict[tuple[Any, ...], list[PlanParent]] = {}
    for scope in dict.fromkeys(key.place.scope for key in keys):
        chosen = [key for key in keys if key.place.scope == scope]
        conditions = (
            in_any(_P.tenant_id, list({key.place.body for key in chosen})),
            in_any(_P.entity_id, list({key.plan_id for key in chosen})),
            reading.visible(PLAN_PARENT, scope),
        )
        order = (_P.tenant_id, _P.entity_id, _P.position, _P.line)
        owner = (_P.tenant_id, _P.entity_id)
        made: dict[tuple[Any, ...], PlanParent] = {}
        heads = citations.select(*owner).where(*conditions, _P.line == 0).order_by(*order)
        for row in await reading.rows(scope, heads):
            parent = citations.make(row, links=[])
            made[row[-2], row[-1], parent.position] = parent
            found.setdefault((scope, row[-2], row[-1]), []).append(parent)
        lines = links.select(*owner).where(*conditions, _P.line > 0).order_by(*order)
        for row in await reading.rows(scope, lines):
            at = row[len(links.columns) - 2]
            parent_of = made.get((row[-2], row[-1], at))
            if parent_of is not None:
                parent_of.links.append(links.make(row, citation=parent_of))
    return [found.get((key.place.scope, key.place.body, key.plan_id), []) for key in keys]
