"""Submissions with their steps, and the figures that count."""

from collections.abc import Hashable, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from projections.submission import PUBLISHED_FIGURE, SUBMISSION, SUBMISSION_STEP
from readapi import columns, figures, text
from readapi.asof import happened, held
from readapi.codes import PeriodKind, StepReason, SubmissionAct, SubmissionStage
from readapi.columns import Group, backed, column, hidden, reads
from readapi.confidentiality import of_people
from readapi.fields import derived, sized
from readapi.figures import Period, QualifiedValue, Territory
from readapi.indicator import Indicator, cited, cited_shape
from readapi.paging import Listing
from readapi.published_blocks import Block, Sides, is_opened, load_blocks, side_shape
from readapi.reading import Info, Place, Reading
from readapi.relations import Related, related, several
from readapi.scalars import BigInt
from readapi.shapes import Items, Value

STEPS = 20
"""Counted for the steps of a submission, which are few and not paged."""
_CITED: Final = "The indicator, where the reader may see its definition."
_S, _F, _T = SUBMISSION.c, PUBLISHED_FIGURE.c, SUBMISSION_STEP.c


@strawberry.type(description="One category of a dimension: the figure counts only what falls under it.")
class Cut:
    dimension: str = strawberry.field(description="The dimension's code in the indicator.")
    category: str = strawberry.field(description="The category's code in the dimension.")


def _cuts(said: Sequence[Any]) -> list[Cut]:
    return [Cut(dimension=one["dimension"], category=one["category"]) for one in said]


def _cuts_shape(cells: Sequence[ColumnElement[Any]]) -> Items:
    return Items(cells[0], lambda one: Value({name: text.member(one, name) for name in ("dimension", "category")}))


def _period(cells: Sequence[Any]) -> Period:
    kind, start, end = cells
    return Period(kind=PeriodKind(kind), start=start, end=end)


@backed(SUBMISSION_STEP)
@strawberry.type(description="One step of a submission.")
class SubmissionStep:
    position: BigInt = column(_T.position, "Its position in the log of the body.")
    act: SubmissionAct = column(_T.act, "What was done.")
    stage: SubmissionStage = column(_T.stage, "The stage after it.")
    effective_on: date = column(_T.effective_on, "The day on which it was done.")
    recorded_at: datetime = column(_T.recorded_at, "When it was recorded, in UTC.")
    actor_id: UUID = column(_T.actor_id, "Who did it: a pseudonym that means somebody in this log only.")
    actor_role: str = column(_T.actor_role, "In which role.")
    reason: StepReason | None = column(_T.reason, "Why it was returned or corrected.")
    breaches: list[str] = column(
        columns.json(_T.breaches, list, columns.as_json),
        "Codes of the rules that it did not keep, where it was recorded elsewhere first.",
    )
    value: QualifiedValue | None = column(
        columns.quantity(SUBMISSION_STEP, "value"), "The figure, where the step gave one."
    )
    denominator: QualifiedValue | None = column(
        columns.quantity(SUBMISSION_STEP, "denominator"), "Its denominator."
    )
    sample: bool = column(_T.sample, "Whether it is sample data.")


HISTORY: Final = Related(
    reads(SubmissionStep),
    by=_T.entity_id,
    order=(_T.position,),
    where=lambda clock: happened(SUBMISSION_STEP, clock, on="effective_on"),
)


@backed(SUBMISSION)
@strawberry.type(
    description=(
        "A figure at its address (indicator, period, territory, categories) with where it stands. While a "
        "correction is under way this is the corrected figure, and the published one still counts."
    )
)
class Submission:
    id: UUID = column(_S.entity_id, "Its permanent id.")
    period: Period = column(
        Group((_S.period_kind, _S.period_start, _S.period_end), _period, figures.period_shape), "The period."
    )
    territory: Territory | None = column(
        columns.territory(SUBMISSION), "The territory of the figure; null: all that the body serves."
    )
    cuts: list[Cut] = column(
        columns.json(_S.cuts, _cuts, _cuts_shape), "The categories it falls under; none: the whole."
    )
    value: QualifiedValue | None = column(
        columns.quantity(SUBMISSION, "value"), "The figure, in `value.unit`; the numerator where there are two."
    )
    denominator: QualifiedValue | None = column(
        columns.quantity(SUBMISSION, "denominator"), "The denominator of a rate or proportion."
    )
    stage: SubmissionStage = column(_S.stage, "How far it has come.")
    route: str = column(_S.route, "The route it takes: who submits, validates and approves.")
    submitted_on: date | None = column(_S.submitted_on, "The day on which it was first submitted.")
    corrections: int = column(_S.corrections, "How often its published figure was taken up again.")
    published: bool = column(_S.published, "Whether a figure of it counts.")
    sample: bool = column(_S.sample, "Whether it is sample data.")
    requirement_id: UUID | None = column(_S.requirement_id, "The requirement that it answers.")
    indicator_log: strawberry.Private[UUID] = hidden(_S.indicator_log)
    indicator_stream: strawberry.Private[UUID] = hidden(_S.indicator_stream)
    place: strawberry.Private[Place]

    @sized(1, _CITED, lambda at: cited_shape(at, _S.indicator_log, _S.indicator_stream))
    async def indicator(self, info: Info) -> Indicator | None:
        return await cited(info.context, self.place, self.indicator_log, self.indicator_stream)

    @related(HISTORY, of=_S.entity_id, size=STEPS, description="What was done to it, in order.")
    async def history(self, info: Info) -> list[SubmissionStep]:
        return await several(info.context, HISTORY, self.place, self.id)


@backed(PUBLISHED_FIGURE)
@strawberry.type(description="A figure that was published and counts.")
class PublishedFigure:
    id: UUID = column(_F.entity_id, "The submission that it comes from.")
    period: Period = column(
        Group((_F.period_kind, _F.period_start, _F.period_end), _period, figures.period_shape), "The period."
    )
    territory: Territory | None = column(
        columns.territory(PUBLISHED_FIGURE), "The territory of the figure; null: all that the body serves."
    )
    cuts: list[Cut] = column(
        columns.json(_F.cuts, _cuts, _cuts_shape), "The categories it falls under; none: the whole."
    )
    published_on: date | None = column(_F.published_on, "The day on which it was published.")
    edition: int = column(
        _F.edition, "1, and one more with each correction that took the place of the one before."
    )
    sample: bool = column(_F.sample, "Whether it is sample data.")
    indicator_log: strawberry.Private[UUID] = hidden(_F.indicator_log)
    indicator_stream: strawberry.Private[UUID] = hidden(_F.indicator_stream)
    said: strawberry.Private[QualifiedValue | None] = hidden(columns.quantity(PUBLISHED_FIGURE, "value"))
    below: strawberry.Private[QualifiedValue | None] = hidden(columns.quantity(PUBLISHED_FIGURE, "denominator"))
    place: strawberry.Private[Place]

    @derived("The figure, in `value.unit`; the numerator where there are two.", side_shape("value"))
    async def value(self, info: Info) -> QualifiedValue | None:
        return (await self._sides(info.context))[0]

    @derived("The denominator of a rate or proportion.", side_shape("denominator"))
    async def denominator(self, info: Info) -> QualifiedValue | None:
        return (await self._sides(info.context))[1]

    async def _sides(self, reading: Reading) -> Sides:
        """What the reader is shown."""
        if await is_opened(reading, self.place):
            return self.said, self.below
        indicator = await cited(reading, self.place, self.indicator_log, self.indicator_stream)
        if indicator is not None and not of_people(indicator):
            return self.said, self.below
        of = (self.indicator_log, self.indicator_stream)
        block = Block(self.place, of, self.period.start, self.period.end)
        return (await reading.loader(load_blocks).load(block))[self.id]

    @sized(1, _CITED, lambda at: cited_shape(at, _F.indicator_log, _F.indicator_stream))
    async def indicator(self, info: Info) -> Indicator | None:
        return await cited(info.context, self.place, self.indicator_log, self.indicator_stream)


def _where(place: Place, arguments: Hashable) -> list[ColumnElement[bool]]:
    assert isinstance(arguments, tuple)
    stage, indicator = arguments
    conditions = held(SUBMISSION, place.clock)
    if stage is not None:
        conditions.append(_S.stage == stage)
    if indicator is not None:
        conditions.append(_S.indicator_stream == indicator)
    return conditions


def _published(place: Place, indicator: Hashable) -> list[ColumnElement[bool]]:
    conditions = held(PUBLISHED_FIGURE, place.clock)
    if indicator is not None:
        conditions.append(_F.indicator_stream == indicator)
    return conditions


SUBMISSIONS: Listing[Submission] = Listing(
    "submissions", reads(Submission), (_S.period_start, _S.entity_id), _where
)
PUBLISHED_FIGURES: Listing[PublishedFigure] = Listing(
    "publishedFigures", reads(PublishedFigure), (_F.period_start, _F.entity_id), _published
)
