"""Targets as printed, with the doubts that their figures raise."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from sqlalchemy import exists
from sqlalchemy.sql.elements import ColumnElement

from projections.plan.tables import PLAN
from projections.target import TARGET, TARGET_VALUE
from readapi import columns, doubts
from readapi.asof import held
from readapi.codes import Direction, WarningKind
from readapi.columns import Group, backed, column, hidden, reads
from readapi.fields import derived, sized
from readapi.figures import Period, QualifiedValue
from readapi.figures import period as period_of
from readapi.plan_parts import PlanElement, PlanKey
from readapi.reading import Info, Place, Reading, in_any
from readapi.refusals import AnswerTooLargeError
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
    period: Period = column(Group((_V.period_kind, _V.period_start, _V.period_end), period_of), "The period.")
    value: QualifiedValue | None = column(
        columns.quantity(TARGET_VALUE, "value"), "The figure, in `value.unit`, with its text as printed."
    )
    revised: bool = column(_V.revised, "Whether it replaced an earlier one.")
    sample: bool = column(_V.sample, "Whether it is sample data.")


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
    plan_id: strawberry.Private[UUID] = hidden(_T.plan_id)
    indicator_id: strawberry.Private[UUID] = hidden(_T.indicator_id)
    place: strawberry.Private[Place]

    @sized(1, "The plan whose indicator it is for, where the reader may see it.")
    async def plan(self, info: Info) -> Annotated["Plan", strawberry.lazy("readapi.plan")] | None:
        return await self._plan(info.context)

    @sized(1, "The indicator it is for, as the plan words it, where the reader may see it.")
    async def indicator(self, info: Info) -> PlanElement | None:
        return await self.measured(info.context)

    @derived("The wording of the indicator.")
    async def wording(self, info: Info) -> LocalizedText | None:
        indicator = await self.measured(info.context)
        return None if indicator is None else indicator.wording

    @sized(VALUES, "The figures, in the order of their periods.")
    async def series(self, info: Info) -> list[TargetValue]:
        return await info.context.loader(load_series).load(TargetKey(self.place, self.id))

    @sized(VALUES, "Doubts about the figures, the baseline's first.")
    async def warnings(self, info: Info) -> list[TargetWarning]:
        series = await info.context.loader(load_series).load(TargetKey(self.place, self.id))
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
        from readapi.plan import load_plans

        return await reading.loader(load_plans).load(PlanKey(self.place, self.plan_id))


@dataclass(frozen=True, slots=True)
class TargetKey:
    """One target as of a clock, seen from one scope."""

    place: Place
    target_id: UUID


async def load_series(reading: Reading, keys: list[TargetKey]) -> Sequence[list[TargetValue]]:
    """The figures of targets, in the order of their periods."""
    reader = reads(TargetValue)
    found: dict[TargetKey, list[TargetValue]] = {key: [] for key in keys}
    for place in dict.fromkeys(key.place for key in keys):
        statement = (
            reader.select(_V.entity_id)
            .where(
                _V.tenant_id == place.body,
                in_any(_V.entity_id, [key.target_id for key in found if key.place == place]),
                *held(TARGET_VALUE, place.clock),
                reading.visible(TARGET_VALUE, place.scope),
            )
            .order_by(_V.entity_id, _V.period_start, _V.period_end, _V.period_kind)
        )
        for row in await reading.rows(place.scope, statement):
            found[TargetKey(place, row[-1])].append(reader.make(row))
    return [found[key] for key in keys]


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
            _of_visible_plan(reading, place),
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


def _of_visible_plan(reading: Reading, place: Place) -> ColumnElement[bool]:
    """A target is for an indicator of a plan, so who may not see the plan does not see that it has one."""
    seen = (PLAN.c.tenant_id == _T.tenant_id, PLAN.c.entity_id == _T.plan_id)
    return exists().where(*seen, reading.visible(PLAN, place.scope))


async def _printed_order(reading: Reading, place: Place, plans: set[UUID]) -> dict[UUID, int]:
    """The place of each element of these plans in its cascade."""
    from readapi.plan import load_plans

    loader = reading.loader(load_plans)
    order: dict[UUID, int] = {}
    for plan in await loader.load_many([PlanKey(place, plan_id) for plan_id in sorted(plans, key=str)]):
        if plan is not None:
            for element in await plan.said(reading, await plan.shown(reading)):
                order[element.id] = len(order)
    return order
