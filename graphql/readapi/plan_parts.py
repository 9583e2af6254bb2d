"""What plans are made of: revisions, elements and progress, with their loaders."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy import BigInteger, Date, Integer, Subquery, Uuid, and_, select
from sqlalchemy import column as sql_column
from sqlalchemy import values as sql_values
from sqlalchemy.sql.elements import ColumnElement

from projections.plan.tables import PLAN_ELEMENT, PLAN_PROGRESS, PLAN_REVISION
from projections.query import held_at
from readapi import columns
from readapi.asof import Clock, happened
from readapi.authority import Authority, authority
from readapi.codes import IndicatorKind, Level, Progress
from readapi.columns import Group, backed, column, hidden, reads
from readapi.fields import derived
from readapi.figures import Citation, Territory
from readapi.reading import Info, Place, Reading, in_any
from readapi.relations import Related, several
from readapi.scalars import BigInt
from readapi.shapes import At, Rows, Through, Value
from readapi.text import LocalizedText


@strawberry.type(description="How a revision compares with the one before, in elements.")
class RevisionCounts:
    elements: int = strawberry.field(description="Elements that the revision has.")
    added: int = strawberry.field(description="Elements that are new.")
    reworded: int = strawberry.field(description="Elements whose wording changed.")
    withdrawn: int = strawberry.field(description="Elements that are gone.")


def _counts(cells: Sequence[Any]) -> RevisionCounts:
    elements, added, reworded, withdrawn = cells
    return RevisionCounts(elements=elements, added=added, reworded=reworded, withdrawn=withdrawn)


def _counts_shape(cells: Sequence[ColumnElement[Any]]) -> Value:
    return Value(dict(zip(("elements", "added", "reworded", "withdrawn"), cells, strict=True)))


_R = PLAN_REVISION.c


@backed(PLAN_REVISION)
@strawberry.type(description="A plan as it was adopted once: immutable, and citable by its number.")
class PlanRevision:
    number: int = column(_R.number, "Its number, counted from 1.")
    adopted_on: date = column(_R.adopted_on, "The day of its adoption.")
    recorded_at: datetime = column(_R.recorded_at, "When the adoption was recorded.")
    position: BigInt = column(_R.position, "The position of the adoption in the body's log.")
    authority: Authority = column(authority(PLAN_REVISION), "By what right it was adopted.")
    published_on: date | None = column(_R.published_on, "The day of its publication here; null while it is not.")
    source_published_on: date | None = column(
        _R.source_published_on, "The day on which the source itself says it was published."
    )
    counts: RevisionCounts = column(
        Group((_R.elements, _R.added, _R.reworded, _R.withdrawn), _counts, _counts_shape),
        "How it compares with the one before.",
    )
    sample: bool = column(_R.sample, "Whether it is sample data.")

    def known(self, clock: Clock) -> bool:
        """Whether the adoption is in the past of both clocks."""
        if self.adopted_on > clock.effective:
            return False
        if clock.position is not None:
            return self.position <= clock.position
        return clock.recorded is None or self.recorded_at <= clock.recorded

    def at(self, place: Place) -> "PlanRevision":
        """The same, whose authority is read as of a place's clocks."""
        return replace(self, authority=self.authority.at(place))

    @property
    def clock(self) -> Clock:
        """Revision n is the plan as of its adoption date and its position."""
        return Clock(self.adopted_on, position=self.position)


@dataclass(frozen=True, slots=True)
class PlanKey:
    """One plan, seen from one scope."""

    place: Place
    plan_id: UUID


@dataclass(frozen=True, slots=True)
class RevisionKey:
    """What a plan said as of its revision's clock (in `plan.place`)."""

    plan: PlanKey


_E = PLAN_ELEMENT.c


def _progress_shape(at: At) -> Through:
    lines = PROGRESS.rows(at, at.own(_E.entity_id), single=True)
    return Through(replace(lines, where=[*lines.where, _P.element_id == at.own(_E.element_id)]), "progress")


@backed(PLAN_ELEMENT)
@strawberry.type(description="An orientation, objective, action, expected result or indicator of a plan.")
class PlanElement:
    id: UUID = column(_E.element_id, "Its id, which it keeps in every revision.")
    level: Level = column(_E.level, "Its level in the cascade.")
    parent_id: UUID | None = column(_E.parent_id, "The element it stands under.")
    number: str | None = column(_E.number, "Its number as printed.")
    wording: LocalizedText | None = column(columns.localized(PLAN_ELEMENT, "wording"), "What it says.")
    territory: Territory | None = column(
        columns.territory(PLAN_ELEMENT), "The region heading that it stands under itself."
    )
    indicator_kind: IndicatorKind | None = column(_E.indicator_kind, "What it measures, if it is an indicator.")
    rank: int = column(_E.rank, "Its place among the elements of one parent.")
    revision: int = column(_E.revision, "The revision that gave it this form.")
    copied_from: Citation | None = column(
        columns.citation(PLAN_ELEMENT, "copied"), "Where its text was copied from, if it was."
    )
    sample: bool = column(_E.sample, "Whether it is sample data.")
    plan_id: strawberry.Private[UUID] = hidden(_E.entity_id)
    place: strawberry.Private[Place]

    @derived("How far it is, as of the clocks of the question; members only.", _progress_shape)
    async def progress(self, info: Info) -> Progress | None:
        lines = await several(info.context, PROGRESS, self.place, self.plan_id)
        return next((line.progress for line in lines if line.element_id == self.id), None)


_P = PLAN_PROGRESS.c


@backed(PLAN_PROGRESS)
@strawberry.type(description="How far an element of a plan is.")
class PlanProgress:
    element_id: UUID = column(_P.element_id, "The element.")
    progress: Progress = column(_P.progress, "How far it is.")
    since: date = column(_P.effective_from, "Since when.")
    sample: bool = column(_P.sample, "Whether it is sample data.")


async def load_revisions(reading: Reading, keys: list[PlanKey]) -> Sequence[list[PlanRevision]]:
    """The revisions of plans that the viewer may see, by number, past and future alike."""
    reader = reads(PlanRevision)
    found: dict[tuple[Any, ...], list[PlanRevision]] = {}
    for scope in dict.fromkeys(key.place.scope for key in keys):
        chosen = [key for key in keys if key.place.scope == scope]
        statement = (
            reader.select(_R.tenant_id, _R.entity_id)
            .where(
                in_any(_R.tenant_id, list({key.place.body for key in chosen})),
                in_any(_R.entity_id, list({key.plan_id for key in chosen})),
                reading.visible(PLAN_REVISION, scope),
            )
            .order_by(_R.tenant_id, _R.entity_id, _R.number)
        )
        for row in await reading.rows(scope, statement):
            found.setdefault((scope, row[-2], row[-1]), []).append(reader.make(row))
    return [found.get((key.place.scope, key.place.body, key.plan_id), []) for key in keys]


async def load_elements(reading: Reading, keys: list[RevisionKey]) -> Sequence[list[PlanElement]]:
    """What plans said as of their revisions' clocks, in the order of the cascade."""
    reader = reads(PlanElement)
    found: dict[RevisionKey, list[PlanElement]] = {key: [] for key in keys}
    for scope in dict.fromkeys(key.plan.place.scope for key in keys):
        chosen = [key for key in found if key.plan.place.scope == scope]
        asked = sql_values(
            sql_column("place", Integer),
            sql_column("body", Uuid),
            sql_column("plan", Uuid),
            sql_column("effective", Date),
            sql_column("known", BigInteger),
            name="asked",
        ).data(
            [
                (place, key.plan.place.body, key.plan.plan_id, clock.effective, clock.position)
                for place, key in enumerate(chosen)
                for clock in (key.plan.place.clock,)
            ]
        )
        statement = (
            reader.select(asked.c.place)
            .join(asked, and_(_E.tenant_id == asked.c.body, _E.entity_id == asked.c.plan))
            .where(
                *(_E.effective_from <= asked.c.effective, _E.effective_to > asked.c.effective),
                *(_E.pos_from <= asked.c.known, _E.pos_to > asked.c.known),
                reading.visible(PLAN_ELEMENT, scope),
            )
            .order_by(asked.c.place, _E.path, _E.element_id)
        )
        for row in await reading.rows(scope, statement):
            key = chosen[row[-1]]
            found[key].append(reader.make(row, place=key.plan.place))
    return [found[key] for key in keys]


PROGRESS: Final = Related(reads(PlanProgress), by=_P.entity_id, order=(_P.element_id,))
REVISIONS: Final = Related(
    reads(PlanRevision),
    by=_R.entity_id,
    order=(_R.number,),
    where=lambda clock: happened(PLAN_REVISION, clock, on="adopted_on"),
)
"""For the compiler: the executor loads all revisions, later ones too, since differences need them."""


def shown_shape(at: At, plan: ColumnElement[Any]) -> Rows:
    """The revision that a plan shows, in SQL: the last one that the viewer may see in the past of the clock."""
    return replace(REVISIONS.rows(at, plan, single=True), order=[_R.number.desc()])


def elements_shape(at: At, plan: ColumnElement[Any], *, element: ColumnElement[Any] | None = None) -> Rows:
    """What the revision that a plan shows says, or one element of it, in SQL."""
    shown = _shown(at, plan)
    of_element = () if element is None else (_E.element_id == element,)
    return Rows(
        PlanElement,
        at.place,
        where=[_E.entity_id == plan, *_as_adopted(shown), *of_element],
        order=[_E.path, _E.element_id],
        beside=shown,
        clocked=False,
    )


def printed_path(at: At, plan: ColumnElement[Any], element: ColumnElement[Any]) -> ColumnElement[Any]:
    """Where an element stands in the cascade of the revision shown, in SQL; null if it is not in it."""
    shown = _shown(at, plan)
    return (
        select(_E.path)
        .select_from(PLAN_ELEMENT, shown)
        .where(_E.tenant_id == at.place.body, _E.entity_id == plan, _E.element_id == element)
        .where(*_as_adopted(shown), at.seen(PLAN_ELEMENT))
        .limit(1)
        .scalar_subquery()
    )


def _shown(at: At, plan: ColumnElement[Any]) -> Subquery:
    return (
        select(_R.adopted_on, _R.position)
        .where(_R.tenant_id == at.place.body, _R.entity_id == plan)
        .where(*REVISIONS.at(at.place.clock), at.seen(PLAN_REVISION))
        .order_by(_R.number.desc())
        .limit(1)
        .subquery()
    )


def _as_adopted(shown: Subquery) -> tuple[ColumnElement[bool], ...]:
    return held_at(PLAN_ELEMENT, shown.c.adopted_on, position=shown.c.position)
