"""Plans: headers, revisions, the cascade, the printed table, parents, progress and differences."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Annotated, Final
from uuid import UUID

import strawberry
from sqlalchemy import Text, Uuid
from sqlalchemy.sql.elements import ColumnElement

from projections.plan.tables import PLAN, PLAN_ELEMENT
from readapi import columns, plan_table
from readapi.agreement import AGREEMENT_BY_ID, Agreement
from readapi.asof import AsOf, AsOfInput, Clock, clock, echo, echo_shape, held
from readapi.codes import Level, PlanKind, PlanStatus
from readapi.columns import backed, column, hidden, reads
from readapi.fields import derived, sized
from readapi.figures import Period
from readapi.paging import FIRST, After, First, Listing, Page, listed, page, plain
from readapi.plan_difference import PlanDifference, difference
from readapi.plan_parent import PlanParent, load_parents
from readapi.plan_parts import (
    PROGRESS,
    REVISIONS,
    PlanElement,
    PlanKey,
    PlanProgress,
    PlanRevision,
    RevisionKey,
    elements_shape,
    load_elements,
    load_revisions,
    shown_shape,
)
from readapi.plan_table import Cascade, PlanTable
from readapi.plan_text import Side
from readapi.reading import Info, Place, Reading
from readapi.refusals import DifferenceSideError
from readapi.relations import Related, one, related, several, the
from readapi.shapes import At, NotCompiledError, Rows
from readapi.step import STEPS, Step, StepMove, StepsAsOf, StepVersion, step
from readapi.text import LocalizedText

REVISIONS_SIZE = 20
"""Counted for the revisions of a plan, which are few and not paged."""
ELEMENTS = 300
"""Counted for the elements of a plan, which are read whole."""


_AGREEMENT: Final = "The agreement that engendered it, where the reader may see it."


def _elements_shape(at: At) -> Rows:
    if at.has("territory"):
        raise NotCompiledError("a region heading is looked for upwards in the cascade")
    level = at.optional("level", Text, lambda given: given.value)
    said = elements_shape(at, at.own(PLAN.c.entity_id))
    return said if level is None else replace(said, where=[*said.where, PLAN_ELEMENT.c.level == level])


@backed(PLAN)
@strawberry.type(
    description=(
        "A plan. What it says changes by adoption only, so everything below `revision` is what it says: "
        "the latest that the reader may see as of the clocks of the question, or the one asked for."
    )
)
class Plan:
    id: UUID = column(PLAN.c.entity_id, "Its permanent id.")
    kind: PlanKind = column(PLAN.c.kind, "What kind of plan it is.")
    title: LocalizedText | None = column(columns.localized(PLAN, "title"), "Its title.")
    period: Period = column(columns.period(PLAN, "period"), "The days it is for.")
    status: PlanStatus = column(PLAN.c.status, "Whether it is still worked on.")
    sample: bool = column(PLAN.c.sample, "Whether it is sample data.")
    agreement_id: strawberry.Private[UUID | None] = hidden(PLAN.c.agreement_id)
    place: strawberry.Private[Place]
    wanted: strawberry.Private[int | None] = None

    @derived("The clocks that the plan was read with.", echo_shape)
    def as_of(self) -> AsOf:
        return echo(self.place.clock)

    @the(AGREEMENT_BY_ID, of=PLAN.c.agreement_id, description=_AGREEMENT)
    async def agreement(self, info: Info) -> Agreement | None:
        if self.agreement_id is None:
            return None
        return await one(info.context, AGREEMENT_BY_ID, self.place, self.agreement_id)

    @sized(
        1,
        "The revision that this answer shows; null while nothing that the reader may see was adopted.",
        lambda at: shown_shape(at, at.own(PLAN.c.entity_id)),
    )
    async def revision(self, info: Info) -> PlanRevision | None:
        return await self.shown(info.context)

    @related(
        REVISIONS,
        of=PLAN.c.entity_id,
        size=REVISIONS_SIZE,
        description="Its revisions up to the clocks of the question, oldest first.",
    )
    async def revisions(self, info: Info) -> list[PlanRevision]:
        return await self.history(info.context)

    @sized(ELEMENTS, "What the revision says, in the order of the cascade.", _elements_shape)
    async def elements(
        self,
        info: Info,
        level: Annotated[Level | None, strawberry.argument(description="Only elements of this level.")] = None,
        territory: Annotated[
            str | None,
            strawberry.argument(description="Only elements under the heading of the territory with this code."),
        ] = None,
    ) -> list[PlanElement]:
        elements = await self.said(info.context, await self.shown(info.context))
        cascade = Cascade(elements)

        def fits(element: PlanElement) -> bool:
            heading = None if territory is None else cascade.heading(element)
            return (level is None or element.level is level) and (
                territory is None or (heading is not None and heading.code == plain("territory", territory))
            )

        return [element for element in elements if fits(element)]

    @sized(ELEMENTS, "What the revision says, in the five columns in which ministries print it.")
    async def table(self, info: Info) -> PlanTable:
        return plan_table.table(await self.said(info.context, await self.shown(info.context)))

    @sized(REVISIONS_SIZE, "The plans of other bodies that the revision serves, cited and never copied.")
    async def parents(self, info: Info) -> list[PlanParent]:
        shown = await self.shown(info.context)
        if shown is None:
            return []
        parents = await info.context.loader(load_parents).load(self.key)
        return [parent for parent in parents if parent.revision is not None and parent.revision <= shown.number]

    @related(
        PROGRESS,
        of=PLAN.c.entity_id,
        size=ELEMENTS,
        description=(
            "How far its elements are, as of the clocks of the question; empty for readers from outside."
        ),
    )
    async def progress(self, info: Info) -> list[PlanProgress]:
        return await several(info.context, PROGRESS, self.place, self.id)

    @sized(
        ELEMENTS,
        "What changed between two revisions; by default between the one shown and the one before it. Null where "
        "the reader can see no such revision. Revision 0 is the plan before its first adoption: it said nothing.",
    )
    async def difference(
        self,
        info: Info,
        from_revision: Annotated[int | None, strawberry.argument(description="The earlier one's number.")] = None,
        from_as_of: Annotated[
            AsOfInput | None, strawberry.argument(description="Or the one as of these clocks.")
        ] = None,
        to_revision: Annotated[int | None, strawberry.argument(description="The later one's number.")] = None,
        to_as_of: Annotated[
            AsOfInput | None, strawberry.argument(description="Or the one as of these clocks.")
        ] = None,
    ) -> PlanDifference | None:
        reading = info.context
        every = await reading.loader(load_revisions).load(self.key)

        def chosen(name: str, number: int | None, as_of: AsOfInput | None, default: int) -> int | None:
            if number is not None and as_of is not None:
                raise DifferenceSideError(side=name)
            if as_of is not None:
                return _last(every, [one for one in every if one.known(clock(as_of, self.place.clock))])
            return default if number is None else number

        shown = await self.shown(reading)
        later = chosen("to", to_revision, to_as_of, 0 if shown is None else shown.number)
        before = 0 if later is None else later - 1
        earlier = chosen("from", from_revision, from_as_of, max(before, 0))
        known = {one.number: one for one in every}
        if any(number is None or (number != 0 and number not in known) for number in (earlier, later)):
            return None

        def when(as_of: AsOfInput | None) -> Clock | None:
            return None if as_of is None else clock(as_of, self.place.clock)

        return difference(
            await self._side(reading, known.get(earlier or 0), when(from_as_of)),
            await self._side(reading, known.get(later or 0), when(to_as_of)),
        )

    @listed(
        STEPS,
        "What happened to it, step by step, as far as the reader may see.",
        lambda at: at.own(PLAN.c.entity_id),
    )
    async def steps(
        self, info: Info, first: First = FIRST, after: After = None, as_of: StepsAsOf = None
    ) -> Page[Step]:
        place = self.place.at(clock(as_of, self.place.clock))
        return await page(info.context, STEPS, place, first=first, after=after, arguments=self.id)

    @sized(1, "One step, or one before or after it; null where the reader can see none.")
    async def step(self, info: Info, version: StepVersion, move: StepMove = 0) -> Step | None:
        return await step(info.context, self.place, self.id, version, move)

    async def compared(self, reading: Reading, earlier: int, later: int) -> PlanDifference | None:
        """The difference between two revisions; None where the reader can see no such revision."""
        known = {one.number: one for one in await reading.loader(load_revisions).load(self.key)}
        if any(number not in known for number in (earlier, later) if number):
            return None
        sides = [await self._side(reading, known.get(number), None) for number in (earlier, later)]
        return difference(*sides)

    async def _side(self, reading: Reading, revision: PlanRevision | None, when: Clock | None) -> Side:
        then = self.place.clock if revision is None else revision.clock
        return Side(self, revision, await self.said(reading, revision), when or then)

    @property
    def key(self) -> PlanKey:
        return PlanKey(self.place, self.id)

    async def history(self, reading: Reading) -> list[PlanRevision]:
        """The revisions in the past of the question's clocks."""
        every = await reading.loader(load_revisions).load(self.key)
        return [one.at(self.place) for one in every if one.known(self.place.clock)]

    async def shown(self, reading: Reading) -> PlanRevision | None:
        known = await self.history(reading)
        if self.wanted is None:
            return known[-1] if known else None
        return next((one for one in known if one.number == self.wanted), None)

    async def said(self, reading: Reading, revision: PlanRevision | None) -> list[PlanElement]:
        """The elements of a revision. Their progress is still that of the question's clocks."""
        if revision is None:
            return []
        key = RevisionKey(PlanKey(self.place.at(revision.clock), self.id))
        found = await reading.loader(load_elements).load(key)
        return [reads(PlanElement).copy(element, place=self.place) for element in found]


def _last(every: Sequence[PlanRevision], known: Sequence[PlanRevision]) -> int | None:
    """The last known number; 0 before the first one, None where none can be seen at all."""
    return known[-1].number if known else (0 if every else None)


def _where(place: Place, arguments: Hashable) -> list[ColumnElement[bool]]:
    conditions = held(PLAN, place.clock)
    if isinstance(arguments, PlanKind):
        conditions.append(PLAN.c.kind == arguments.value)
    return conditions


PLANS: Listing[Plan] = Listing("plans", reads(Plan), (PLAN.c.period_start, PLAN.c.entity_id), _where)


PLAN_BY_ID: Final = Related(reads(Plan), by=PLAN.c.entity_id)


def plan_shape(at: At) -> Rows:
    """What `plan_at` gives as of a clock, in SQL."""
    if at.has("revision"):
        raise NotCompiledError("a revision by its number is read in two steps")
    below = at.as_of()
    return PLAN_BY_ID.rows(below, below.parameter("id", Uuid), single=True)


async def plan_at(reading: Reading, place: Place, plan_id: UUID, revision: int | None) -> Plan | None:
    """A plan as of a clock, or as one of its revisions; None where the reader can see none."""
    found = await one(reading, PLAN_BY_ID, place, plan_id)
    if revision is None or found is None:
        return found
    found = reads(Plan).copy(found, wanted=revision)
    shown = await found.shown(reading)
    if shown is None:
        return None
    # The header, too, reads as it did when the revision was adopted.
    then = await one(reading, PLAN_BY_ID, place.at(shown.clock), plan_id)
    return found if then is None else reads(Plan).copy(then, wanted=revision, place=place)
