"""Targets as printed, with the doubts that their figures raise."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import strawberry
from sqlalchemy import Uuid, exists
from sqlalchemy.sql.elements import ColumnElement

from projections.plan.tables import PLAN
from projections.target import TARGET, TARGET_VALUE
from readapi import columns, doubts
from readapi.asof import held
from readapi.codes import Direction, WarningKind
from readapi.columns import Group, backed, column, hidden, reads
from readapi.fields import derived, sized
from readapi.figures import Period, QualifiedValue, period_shape
from readapi.figures import period as period_of
from readapi.indicator import Indicator, cited, cited_shape
from readapi.plan_parts import PlanElement, elements_shape, printed_path
from readapi.reading import Info, Place, Reading
from readapi.refusals import AnswerTooLargeError
from readapi.relations import Related, one, related, several
from readapi.shapes import At, Rows, Through
from readapi.text import LocalizedText

if TYPE_CHECKING:
    from readapi.plan import Plan

TARGETS_MAX = 100
VALUES = 20
"""Counted for the figures of a target, which are few and not paged."""
_T, _V = TARGET.c, TARGET_VALUE.c


@backed(TARGET_VALUE)
@strawberry.type(description="What is aimed at in one period.")
class TargetValue:
    period: Period = column(
        Group((_V.period_kind, _V.period_start, _V.period_end), period_of, period_shape), "The period."
    )
    value: QualifiedValue | None = column(
        columns.quantity(TARGET_VALUE, "value"), "The figure, in `value.unit`, with its text as printed."
    )
    revised: bool = column(_V.revised, "Whether it replaced an earlier one.")
    sample: bool = column(_V.sample, "Whether it is sample data.")


SERIES: Final = Related(
    reads(TargetValue), by=_V.entity_id, order=(_V.period_start, _V.period_end, _V.period_kind)
)


def _plan_shape(at: At) -> Rows:
    from readapi.plan import PLAN_BY_ID

    return PLAN_BY_ID.rows(at, at.own(_T.plan_id), single=True)


def _indicator_shape(at: At) -> Rows:
    said = elements_shape(at, at.own(_T.plan_id), element=at.own(_T.indicator_id))
    return replace(said, single=True)


def _definition_shape(at: At) -> Rows:
    return cited_shape(at, _T.measured_log, _T.measured_stream)


@strawberry.type(description="A figure worth a second look. It is shown as printed and never altered.")
class TargetWarning:
    kind: WarningKind = strawberry.field(description="What the doubt is.")
    period: Period | None = strawberry.field(description="Whose figure it is; null for the baseline.")
    raw: str | None = strawberry.field(description="The figure as printed.")


@backed(TARGET)
@strawberry.type(description="A target: a baseline and a figure per period. It belongs to the body that set it.")
class Target:
    id: UUID = column(_T.entity_id, "Its permanent id.")
    unit: str | None = column(_T.unit, "The unit of its figures: `percent`, `CAD` or the noun that is counted.")
    direction: Direction = column(_T.direction, "Which way the figures are meant to go.")
    baseline: QualifiedValue | None = column(
        columns.quantity(TARGET, "baseline"), "The figure it starts from, in `baseline.unit`."
    )
    baseline_period: Period | None = column(
        columns.period(TARGET, "baseline_period"), "The period of the baseline, where the source says it."
    )
    sample: bool = column(_T.sample, "Whether it is sample data.")
    measured_log: strawberry.Private[UUID | None] = hidden(_T.measured_log)
    measured_stream: strawberry.Private[UUID | None] = hidden(_T.measured_stream)
    measured_version: strawberry.Private[int | None] = hidden(_T.measured_version)
    plan_id: strawberry.Private[UUID] = hidden(_T.plan_id)
    indicator_id: strawberry.Private[UUID] = hidden(_T.indicator_id)
    place: strawberry.Private[Place]

    @sized(1, "The plan whose indicator it is for, where the reader may see it.", _plan_shape)
    async def plan(self, info: Info) -> Annotated["Plan", strawberry.lazy("readapi.plan")] | None:
        return await self._plan(info.context)

    @sized(1, "The indicator it is for, as the plan words it, where the reader may see it.", _indicator_shape)
    async def indicator(self, info: Info) -> PlanElement | None:
        return await self.measured(info.context)

    @sized(1, "The definition that it is tied to, where the reader may see it.", _definition_shape)
    async def definition(self, info: Info) -> Indicator | None:
        if self.measured_log is None or self.measured_stream is None:
            return None
        return await cited(info.context, self.place, self.measured_log, self.measured_stream)

    @derived("The wording of the indicator.", lambda at: Through(_indicator_shape(at), "wording"))
    async def wording(self, info: Info) -> LocalizedText | None:
        indicator = await self.measured(info.context)
        return None if indicator is None else indicator.wording

    @related(SERIES, of=_T.entity_id, size=VALUES, description="The figures, in the order of their periods.")
    async def series(self, info: Info) -> list[TargetValue]:
        return await several(info.context, SERIES, self.place, self.id)

    @sized(VALUES, "Doubts about the figures, the baseline's first.")
    async def warnings(self, info: Info) -> list[TargetWarning]:
        series = await several(info.context, SERIES, self.place, self.id)
        figures = [(one.period, one.value) for one in series if one.value is not None]
        return [
            TargetWarning(kind=kind, period=period, raw=raw)
            for kind, period, raw in doubts.of(self.unit, self.direction, self.baseline, figures)
        ]

    async def measured(self, reading: Reading) -> PlanElement | None:
        plan = await self._plan(reading)
        if plan is None:
            return None
        elements = await plan.said(reading, await plan.shown(reading))
        return next((element for element in elements if element.id == self.indicator_id), None)

    async def _plan(self, reading: Reading) -> "Plan | None":
        from readapi.plan import PLAN_BY_ID

        return await one(reading, PLAN_BY_ID, self.place, self.plan_id)


async def targets(reading: Reading, place: Place, plan_id: UUID | None) -> list[Target]:
    """A body's targets in the order in which its plans print their indicators.

    Raises:
        AnswerTooLargeError: more than 100; asking for one plan's narrows it.
    """
    return await reading.loader(_load_targets).load(TargetsKey(place, plan_id))


@dataclass(frozen=True, slots=True)
class TargetsKey:
    """The targets of a body, or of one of its plans."""

    place: Place
    plan_id: UUID | None


async def _load_targets(reading: Reading, keys: list[TargetsKey]) -> Sequence[list[Target]]:
    return [await _targets(reading, key) for key in keys]


async def _targets(reading: Reading, key: TargetsKey) -> list[Target]:
    reader, place = reads(Target), key.place
    statement = (
        reader.select()
        .where(
            _T.tenant_id == place.body,
            *held(TARGET, place.clock),
            reading.visible(TARGET, place.scope),
            of_visible_plan(reading.visible(PLAN, place.scope)),
            *(() if key.plan_id is None else (_T.plan_id == key.plan_id,)),
        )
        .order_by(_T.plan_id, _T.entity_id)
        .limit(TARGETS_MAX + 1)
    )
    rows = await reading.rows(place.scope, statement)
    if len(rows) > TARGETS_MAX:
        raise AnswerTooLargeError(what="targets", maximum=TARGETS_MAX)
    found = [reader.make(row, place=place) for row in rows]
    order = await _printed_order(reading, place, {target.plan_id for target in found})
    return sorted(found, key=lambda one: (str(one.plan_id), order.get(one.indicator_id, len(order)), str(one.id)))


def of_visible_plan(visible: ColumnElement[bool]) -> ColumnElement[bool]:
    """A target is for an indicator of a plan, so who may not see the plan does not see that it has one."""
    return exists().where(PLAN.c.tenant_id == _T.tenant_id, PLAN.c.entity_id == _T.plan_id, visible)


def targets_shape(at: At) -> Rows:
    """What `targets` gives, in SQL."""
    below = at.as_of()
    plan = below.optional("plan", Uuid)

    def order(row: At) -> list[ColumnElement[Any]]:
        printed = printed_path(row, row.own(_T.plan_id), row.own(_T.indicator_id))
        return [row.own(_T.plan_id), printed.nulls_last(), row.own(_T.entity_id)]

    return Rows(
        Target,
        below.place,
        where=[of_visible_plan(below.seen(PLAN)), *(() if plan is None else (_T.plan_id == plan,))],
        order=order,
        at_most=TARGETS_MAX,
    )


async def _printed_order(reading: Reading, place: Place, plans: set[UUID]) -> dict[UUID, int]:
    """The place of each element of these plans in its cascade."""
    from readapi.plan import PLAN_BY_ID

    order: dict[UUID, int] = {}
    asked = (one(reading, PLAN_BY_ID, place, plan_id) for plan_id in sorted(plans, key=str))
    for plan in await asyncio.gather(*asked):
        if plan is not None:
            for element in await plan.said(reading, await plan.shown(reading)):
                order[element.id] = len(order)
    return order
