"""What plans are made of: revisions, elements and progress, with their loaders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import BigInteger, Date, Integer, Uuid, and_
from sqlalchemy import column as sql_column
from sqlalchemy import values as sql_values

from projections.plan.tables import PLAN_ELEMENT, PLAN_PROGRESS, PLAN_REVISION
from readapi import columns
from readapi.asof import Clock, held
from readapi.authority import Authority, authority
from readapi.codes import IndicatorKind, Level, Progress
from readapi.columns import Group, backed, column, hidden, reads
from readapi.fields import derived
from readapi.figures import Citation, Territory
from readapi.reading import Info, Place, Reading, in_any
from readapi.scalars import BigInt
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
        Group((_R.elements, _R.added, _R.reworded, _R.withdrawn), _counts), "How it compares with the one before."
    )
    sample: bool = column(_R.sample, "Whether it is sample data.")

    def known(self, clock: Clock) -> bool:
        """Whether the adoption is in the past of both clocks."""
        if self.adopted_on > clock.effective:
            return False
        if clock.position is not None:
            return self.position <= clock.position
        return clock.recorded is None or self.recorded_at <= clock.recorded

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

    @derived("How far it is, as of the clocks of the question; members only.")
    async def progress(self, info: Info) -> Progress | None:
        lines = await info.context.loader(load_progress).load(PlanKey(self.place, self.plan_id))
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


async def load_progress(reading: Reading, keys: list[PlanKey]) -> Sequence[list[PlanProgress]]:
    """How far the elements of plans are, as of each key's clock."""
    reader = reads(PlanProgress)
    found: dict[PlanKey, list[PlanProgress]] = {key: [] for key in keys}
    for place in dict.fromkeys(key.place for key in keys):
        plans = [key.plan_id for key in found if key.place == place]
        statement = (
            reader.select(_P.entity_id)
            .where(
                _P.tenant_id == place.body,
                in_any(_P.entity_id, plans),
                *held(PLAN_PROGRESS, place.clock),
                reading.visible(PLAN_PROGRESS, place.scope),
            )
            .order_by(_P.entity_id, _P.element_id)
        )
        for row in await reading.rows(place.scope, statement):
            found[PlanKey(place, row[-1])].append(reader.make(row))
    return [found[key] for key in keys]
