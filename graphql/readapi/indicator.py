"""Definitions of indicators."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import strawberry
from sqlalchemy import Column, exists
from sqlalchemy.sql.elements import ColumnElement

from domain.ids import TenantId
from projections.indicator import INDICATOR
from projections.plan.tables import PLAN
from readapi import columns, figures, text
from readapi.asof import clock, elsewhere, held
from readapi.codes import AcrossBodies, Counted, Direction, IndicatorKind, IndicatorStatus, Measure, OverPeriods
from readapi.columns import Group, backed, column, hidden, reads
from readapi.fields import sized
from readapi.paging import FIRST, After, First, Listing, Page, listed, page
from readapi.plan_parts import elements_shape
from readapi.reading import Info, Place, Reading
from readapi.relations import Related, one
from readapi.shapes import At, Items, Rows, Value
from readapi.step import STEPS, Step, StepMove, StepsAsOf, StepVersion, step
from readapi.text import LocalizedText

if TYPE_CHECKING:
    from readapi.body import BodyReference
    from readapi.plan_parts import PlanElement

_I = INDICATOR.c


@strawberry.type(description="One value of a dimension.")
class IndicatorCategory:
    code: str = strawberry.field(description="Its code within the dimension.")
    label: LocalizedText | None = strawberry.field(description="What it stands for.")


@strawberry.type(description="Something by which the figures of an indicator may be broken down.")
class IndicatorDimension:
    code: str = strawberry.field(description="Its code within the indicator.")
    label: LocalizedText | None = strawberry.field(description="What it distinguishes.")
    categories: list[IndicatorCategory] = strawberry.field(description="Its values, in the definition's order.")


def _dimension(said: Mapping[str, Any]) -> IndicatorDimension:
    return IndicatorDimension(
        code=said["code"],
        label=text.from_json(said["label"]),
        categories=[
            IndicatorCategory(code=one["code"], label=text.from_json(one["label"])) for one in said["categories"]
        ],
    )


def _dimensions_shape(cells: Sequence[ColumnElement[Any]]) -> Items:
    def coded(one: ColumnElement[Any]) -> dict[str, Any]:
        return {"code": text.member(one, "code"), "label": text.json_shape(figures.member(one, "label"))}

    return Items(
        cells[0],
        lambda one: Value(
            coded(one)
            | {"categories": Items(text.member(one, "categories"), lambda category: Value(coded(category)))}
        ),
    )


@strawberry.type(description="How figures come together. Where the rules give no sum, none is made.")
class Combining:
    measure: Measure = strawberry.field(description="What the figures are of.")
    over_periods: OverPeriods = strawberry.field(description="How the figures of several periods come together.")
    across_bodies: AcrossBodies = strawberry.field(description="How the figures of several bodies come together.")


def _combining(cells: Sequence[Any]) -> Combining:
    measure, over, across = cells
    return Combining(measure=Measure(measure), over_periods=OverPeriods(over), across_bodies=AcrossBodies(across))


def _combining_shape(cells: Sequence[ColumnElement[Any]]) -> Value:
    return Value(dict(zip(("measure", "over_periods", "across_bodies"), cells, strict=True)))


def _owner_shape(at: At) -> Rows:
    from readapi.body import BodyReference

    return Rows(BodyReference, at.place, single=True, public=True)


def _plan_indicator_shape(at: At) -> Rows:
    plan = at.own(_I.plan_id)
    is_seen = exists().where(
        PLAN.c.tenant_id == at.place.body, PLAN.c.entity_id == plan, *held(PLAN, at.place.clock), at.seen(PLAN)
    )
    said = elements_shape(at, plan, element=at.own(_I.element_id))
    return replace(said, where=[*said.where, is_seen], single=True)


@backed(INDICATOR)
@strawberry.type(
    description=(
        "An indicator as its owner defines it: a partnership, a ministry, a funder, or the commons for all. "
        "Its unit and the way its figures come together never change."
    )
)
class Indicator:
    id: UUID = column(_I.entity_id, "Its permanent id in its owner's log.")
    wording: LocalizedText | None = column(columns.localized(INDICATOR, "wording"), "What it says.")
    description: LocalizedText | None = column(
        columns.localized(INDICATOR, "description"), "How it is to be understood, where its owner says so."
    )
    unit: str = column(_I.unit, "The unit of its figures: `percent`, `CAD` or the noun that is counted.")
    kind: IndicatorKind = column(_I.kind, "What it measures.")
    direction: Direction = column(_I.direction, "Which way its figures are meant to go.")
    combining: Combining = column(
        Group((_I.measure, _I.over_periods, _I.across_bodies), _combining, _combining_shape),
        "How its figures come together.",
    )
    denominator: LocalizedText | None = column(
        columns.localized(INDICATOR, "denominator"),
        "What a rate or proportion is a share of.",
    )
    denominator_unit: str | None = column(_I.denominator_unit, "The unit of the denominator.")
    dimensions: list[IndicatorDimension] = column(
        columns.json(_I.dimensions, lambda said: [_dimension(one) for one in said], _dimensions_shape),
        "By what its figures may be broken down.",
    )
    source_rule: str | None = column(
        _I.source_rule, "The rule by which records of the register are to feed it; null where figures are typed."
    )
    counted: Counted | None = column(
        _I.counted,
        "What its figures count; null where nobody said so, or it counts nothing. Unless it is something other "
        "than people, the public sees breakdowns of what is counted rounded, or withheld.",
    )
    status: IndicatorStatus = column(_I.status, "Whether it is still reported on.")
    sample: bool = column(_I.sample, "Whether it is sample data.")
    plan_id: strawberry.Private[UUID | None] = hidden(_I.plan_id)
    element_id: strawberry.Private[UUID | None] = hidden(_I.element_id)
    place: strawberry.Private[Place]

    @sized(1, "The body whose definition it is; null for the commons.", _owner_shape)
    async def owner(self, info: Info) -> Annotated["BodyReference", strawberry.lazy("readapi.body")] | None:
        from readapi.body import BodyAt, load_references

        key = BodyAt(self.place.body, self.place.clock)
        return await info.context.loader(load_references).load(key)

    @sized(1, "The indicator of a plan that it makes precise, where the reader may see it.", _plan_indicator_shape)
    async def plan_indicator(
        self, info: Info
    ) -> Annotated["PlanElement", strawberry.lazy("readapi.plan_parts")] | None:
        from readapi.plan import PLAN_BY_ID

        plan = await one(info.context, PLAN_BY_ID, self.place, self.plan_id)
        if plan is None:
            return None
        elements = await plan.said(info.context, await plan.shown(info.context))
        return next((element for element in elements if element.id == self.element_id), None)

    @listed(
        STEPS, "What happened to it, step by step, as far as the reader may see.", lambda at: at.own(_I.entity_id)
    )
    async def steps(
        self, info: Info, first: First = FIRST, after: After = None, as_of: StepsAsOf = None
    ) -> Page[Step]:
        place = self.place.at(clock(as_of, self.place.clock))
        return await page(info.context, STEPS, place, first=first, after=after, arguments=self.id)

    @sized(1, "One step, or one before or after it; null where the reader can see none.")
    async def step(self, info: Info, version: StepVersion, move: StepMove = 0) -> Step | None:
        return await step(info.context, self.place, self.id, version, move)


INDICATOR_BY_ID: Final = Related(reads(Indicator), by=_I.entity_id)


async def cited(reading: Reading, place: Place, owner: UUID, indicator_id: UUID) -> Indicator | None:
    """An indicator that a record cites, as of the record's clock, where the viewer may see it.

    A position says nothing of another log, which is then read as known now.
    """
    body, clock = TenantId(owner), place.clock
    if clock.position is not None and body != place.body:
        clock = elsewhere(clock)
    return await one(reading, INDICATOR_BY_ID, reading.place(body, clock), indicator_id)


def cited_shape(at: At, owner: Column[Any], indicator: Column[Any]) -> Rows:
    """What `cited` gives of the indicator in two columns, in SQL."""
    return INDICATOR_BY_ID.rows(at.elsewhere(at.own(owner)), at.own(indicator), single=True)


def _where(place: Place, arguments: Hashable) -> list[ColumnElement[bool]]:
    conditions = held(INDICATOR, place.clock)
    if arguments is not None:
        conditions.append(_I.status == arguments)
    return conditions


INDICATORS: Listing[Indicator] = Listing("indicators", reads(Indicator), (_I.entity_id,), _where)
