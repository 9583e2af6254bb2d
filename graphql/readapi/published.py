"""What everybody may read of one indicator, together: out of the sums that the projector keeps, or by figure.

The sums are kept as of the end of time, as known now. Who asks for the past, and where sums do not say it, is
answered from the figures (`readapi.series`), which gives the same answer for more work.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy import Select, Table, exists, func, literal, select, tuple_

from domain import values
from domain.ids import TenantId
from projections.published import FIGURE, OWED, REACH, READY, sums_of
from projections.published_part import owes
from projections.published_total import CannotTellError, Summed, summed
from readapi import comparison_parts as parts
from readapi.asking import owner_of
from readapi.asof import AsOf, AsOfInput, Clock, across_logs, clock, echo
from readapi.codes import BodyKind, Comparability, PeriodKind, Province, SubmissionStage
from readapi.comparison import usable
from readapi.comparison_parts import (
    ComparisonSample,
    ComparisonTotal,
    Ends,
    IndicatorInput,
    NotAddable,
    PeriodInput,
)
from readapi.comparison_rows import span, targets_of_owner
from readapi.figures import Period, QualifiedValue
from readapi.indicator import INDICATOR_BY_ID, Indicator
from readapi.paging import bounded
from readapi.reading import Reading
from readapi.registry import kinds_asked, values_of
from readapi.relations import one
from readapi.series import INDICATOR_SERIES, PERIODS_MAX
from readapi.series_codes import SeriesGrouping
from readapi.series_parts import IndicatorSeries
from readapi.view import answered
from readapi.viewer import ANONYMOUS

_F: Final = FIGURE.c
_SUMS: Final = sums_of(FIGURE)


@strawberry.enum(description="What published figures are brought together by.")
class PublishedGrouping(StrEnum):
    ALL = "all"
    PROVINCE = "province"
    KIND = "kind"


@strawberry.type(description="What is published of one period.")
class PublishedPoint:
    period: Period = strawberry.field(description="The period.")
    figures: int = strawberry.field(description="How many figures there are.")
    total: ComparisonTotal | None = strawberry.field(description="The figures together, where that can be.")
    not_addable: NotAddable | None = strawberry.field(description="Why there is no total, where there is none.")
    reporting: int = strawberry.field(description="How many of the figures that are publicly owed are published.")
    expected: int = strawberry.field(description="How many figures are publicly owed, exemptions left out.")
    weakest_comparability: Comparability | None = strawberry.field(
        description="The weakest comparability of the figures; null where there is none."
    )
    target: QualifiedValue | None = strawberry.field(description="The owner's own target for the period.")
    contribution: Ends | None = strawberry.field(
        description="What the total is of the owner's target, in percent; null where there is none."
    )


@strawberry.type(description="A group of bodies over the periods.")
class PublishedGroup:
    province: Province | None = strawberry.field(description="The province, by which figures were grouped.")
    kind: BodyKind | None = strawberry.field(description="The kind of body, by which figures were grouped.")
    points: list[PublishedPoint] = strawberry.field(description="The periods, in order.")


@strawberry.type(
    description=(
        "What is published of one indicator over periods, the same for every reader: nothing in it rests on what "
        "a body granted somebody. It lags behind the figures by the moment that it takes to sum them up."
    )
)
class PublishedSeries:
    indicator: Indicator = strawberry.field(description="The indicator that was asked for.")
    groups: list[PublishedGroup] = strawberry.field(description="The groups, in the order of their codes.")
    sample: ComparisonSample = strawberry.field(description="What of it is sample data.")
    as_of: AsOf = strawberry.field(description="The clocks that it was read with.")


async def published_series(
    reading: Reading,
    *,
    indicator: IndicatorInput,
    periods: list[PeriodInput],
    as_of: AsOfInput | None,
    kinds: list[BodyKind] | None,
    provinces: list[Province] | None,
    by: PublishedGrouping,
) -> PublishedSeries | None:
    """Sum up; None where the public may not see the indicator.

    Raises:
        PositionNeedsOneLogError: the clock is a position.
        ListTooLongError, AnswerTooLargeError: more periods than an answer can have, or more figures where they are
            read one by one.
        PeriodUnusableError: a span is not of its kind.
    """
    if reading.viewer != ANONYMOUS:
        async with reading.as_public() as public:
            return await published_series(
                public,
                indicator=indicator,
                periods=periods,
                as_of=as_of,
                kinds=kinds,
                provinces=provinces,
                by=by,
            )
    when = across_logs(clock(as_of, reading.now))
    bounded("periods", [(each.kind, each.start, each.end) for each in periods], PERIODS_MAX)
    spans = sorted({usable(each) for each in periods}, key=lambda each: (each.start, each.end))
    owner = await owner_of(reading, indicator.owner)
    asked = None
    if owner is not None:
        asked = await one(reading, INDICATOR_BY_ID, reading.place(owner, when), indicator.id)
    if owner is None or asked is None:
        return None
    if await _are_sums(reading, when, (owner, indicator.id)):
        sums = _Sums(reading, when, owner, asked, spans, by)
        try:
            return await sums.told(
                kinds_asked(kinds), None if provinces is None else values_of("provinces", provinces)
            )
        except CannotTellError:
            pass  # the figures say it
    told = await answered(
        reading,
        INDICATOR_SERIES,
        indicator=indicator,
        periods=periods,
        as_of=as_of,
        kinds=kinds,
        provinces=provinces,
        partnerships=None,
        stage=SubmissionStage.PUBLISHED,
        by=SeriesGrouping(by.value),
        dimension=None,
        per_thousand_of=None,
    )
    return None if told is None else _of_series(told)


async def _are_sums(reading: Reading, when: Clock, indicator: tuple[UUID, UUID]) -> bool:
    """Whether the sums say how things stood: they are complete, and nothing of them changes after the day."""
    if when.recorded is not None or when.vector is not None:
        return False
    later = exists().where(
        tuple_(REACH.c.indicator_log, REACH.c.indicator_stream) == tuple_(*map(literal, indicator)),
        REACH.c.until > when.effective,
    )
    columns: tuple[Any, ...] = (exists(select(READY.c.since)), later)
    ((are_complete, is_too_early),) = await reading.rows(None, select(*columns))
    return bool(are_complete) and not is_too_early


@dataclass(frozen=True)
class _Sums:
    """One answer while it is put together from sums."""

    reading: Reading
    when: Clock
    owner: TenantId
    asked: Indicator
    periods: Sequence[values.Period]
    by: PublishedGrouping

    async def told(self, kinds: list[str], provinces: list[str] | None) -> PublishedSeries:
        """The answer.

        Raises:
            CannotTellError: sums do not say it.
        """
        figures = await self._figures(kinds, provinces)
        owed = await self._owed(kinds, provinces)
        targets = await targets_of_owner(self.reading, self.when, (self.owner, self.asked.id), self.periods)
        found: dict[str, list[Summed]] = {}
        for key in sorted({"", *figures, *owed} if self.by is PublishedGrouping.ALL else {*figures, *owed}):
            points = [self._summed(figures.get(key, {}), owed.get(key, {}), period) for period in self.periods]
            if self.by is PublishedGrouping.ALL or any(each.figures or shown for each, shown in points):
                found[key] = [each for each, _ in points]
        source = (self.owner, self.owner, self.asked.id)
        groups = [
            PublishedGroup(
                province=Province(key) if self.by is PublishedGrouping.PROVINCE and key else None,
                kind=BodyKind(key) if self.by is PublishedGrouping.KIND else None,
                points=[
                    _point(period, each, targets.get((source, span(period))))
                    for period, each in zip(self.periods, points_of, strict=True)
                ],
            )
            for key, points_of in sorted(found.items(), key=lambda each: (not each[0], each[0]))
        ]
        sample = sum(each.sample for points_of in found.values() for each in points_of)
        return PublishedSeries(
            indicator=self.asked,
            groups=groups,
            sample=ComparisonSample(included=sample > 0, values=sample),
            as_of=echo(self.when),
        )

    def _summed(
        self, figures: dict[Any, list[dict[str, Any]]], owed: dict[str, int], period: values.Period
    ) -> tuple[Summed, int]:
        of_span = figures.get(span(period), [])
        of_kind = [row for row in of_span if row["period_kind"] == period.kind]
        owing = sum(count for pattern, count in owed.items() if owes(pattern, period))
        coverage = (
            sum(int(row["reporting"]) for row in of_kind),
            sum(int(row["exempt"]) for row in of_kind),
        )
        told = summed(
            of_span,
            owing,
            coverage,
            unit=self.asked.unit,
            combining=parts.combining(self.asked),
            of=self.asked.denominator_unit,
        )
        return told, owing

    async def _figures(
        self, kinds: list[str], provinces: list[str] | None
    ) -> dict[str, dict[Any, list[dict[str, Any]]]]:
        """Sums by group, span, and then by unit and kind of period."""
        keys = (_F.period_start, _F.period_end, _F.period_kind, _F.unit, _F.of_unit)
        names = ("start", "end", "period_kind", "unit", "of_unit", *_SUMS)
        group = self._group(FIGURE)
        statement = (
            select(group, *keys, *(func.sum(_F[name]) for name in _SUMS))
            .where(
                *self._of(FIGURE, kinds, provinces),
                tuple_(_F.period_start, _F.period_end).in_([span(period) for period in self.periods]),
            )
            .group_by(group, *keys)
        )
        found: dict[str, dict[Any, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
        for key, *rest in await self.reading.rows(None, statement):
            row = dict(zip(names, rest, strict=True))
            found[key][row["start"], row["end"]].append(row)
        return found

    async def _owed(self, kinds: list[str], provinces: list[str] | None) -> dict[str, dict[str, int]]:
        """How many figures are owed, by group and then by requirements."""
        group = self._group(OWED)
        statement: Select[Any] = (
            select(group, OWED.c.requirements, func.sum(OWED.c.owed))
            .where(*self._of(OWED, kinds, provinces))
            .group_by(group, OWED.c.requirements)
        )
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for key, pattern, count in await self.reading.rows(None, statement):
            found[key][pattern] = int(count)
        return found

    def _group(self, table: Table) -> Any:
        match self.by:
            case PublishedGrouping.PROVINCE:
                return table.c.province
            case PublishedGrouping.KIND:
                return table.c.body_kind
        return literal("").label("together")

    def _of(self, table: Table, kinds: list[str], provinces: list[str] | None) -> list[Any]:
        conditions = [
            table.c.indicator_log == self.owner,
            table.c.indicator_stream == self.asked.id,
            table.c.body_kind.in_(kinds),
        ]
        if provinces is not None:
            conditions.append(table.c.province.in_(provinces))
        return conditions


def _point(period: values.Period, told: Summed, target: values.QualifiedValue | None) -> PublishedPoint:
    return PublishedPoint(
        period=Period(kind=PeriodKind(period.kind), start=period.start, end=period.end),
        figures=told.figures,
        total=None if told.total is None else parts.total(told.total),
        not_addable=None if told.refusal is None else parts.refusal(told.refusal),
        reporting=told.reporting,
        expected=told.expected,
        weakest_comparability=None if told.weakest is None else Comparability(told.weakest),
        target=None if target is None else parts.quantity(target),
        contribution=parts.share(told.total, target),
    )


def _of_series(told: IndicatorSeries) -> PublishedSeries:
    """The same out of the figures one by one."""
    return PublishedSeries(
        indicator=told.indicator,
        groups=[
            PublishedGroup(
                province=group.province,
                kind=group.kind,
                points=[
                    PublishedPoint(
                        period=point.period,
                        figures=point.figures,
                        total=point.total,
                        not_addable=point.not_addable,
                        reporting=point.reporting,
                        expected=point.expected,
                        weakest_comparability=point.weakest_comparability,
                        target=point.target,
                        contribution=point.contribution,
                    )
                    for point in group.points
                ],
            )
            for group in told.groups
        ],
        sample=told.sample,
        as_of=told.as_of,
    )
