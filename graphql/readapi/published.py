"""What everybody may read of one indicator, together: out of the sums that the projector keeps, or by figure.

The sums are kept as of the end of time, as known now. Who asks for the past, and where sums do not say it, is
answered from the figures (`readapi.series`), which gives the same answer for more work. The database tells which:
where sums say it, the question is about no body, and no figure is read.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy import (
    ARRAY,
    Numeric,
    Select,
    Table,
    Text,
    and_,
    any_,
    exists,
    func,
    literal_column,
    not_,
    select,
    true,
)
from sqlalchemy.sql.elements import ColumnElement

from domain import values
from projections.published import FIGURE, OWED, REACH, READY, sums_of
from projections.published_part import owes
from projections.published_total import CannotTellError, Summed, may_not_tell, summed
from readapi import comparison_parts as parts
from readapi import confidentiality
from readapi.asof import AsOf, Clock, echo, held
from readapi.body import BodyReference
from readapi.codes import BodyKind, Comparability, PeriodKind, Province, SubmissionStage
from readapi.columns import reads
from readapi.comparison import indicator_asked
from readapi.comparison_parts import ComparisonSample, ComparisonTotal, Ends, NotAddable, WithheldFigures
from readapi.comparison_rows import Gathering, Span, span
from readapi.figures import Period, QualifiedValue
from readapi.indicator import Indicator
from readapi.question import Question
from readapi.registry import kinds_asked, values_of
from readapi.series import INDICATOR_SERIES, periods_asked, within_periods
from readapi.series_codes import SeriesGrouping
from readapi.series_parts import IndicatorSeries
from readapi.shapes import AskExecutorError, Facts, Found, Otherwise
from readapi.view import Part, View

_F: Final = FIGURE.c
_SUMS: Final = sums_of(FIGURE)
_BY_FIGURES, _SUMMED, _OWED = "by_figures", "summed", "owed"


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
    withheld: list[WithheldFigures] = strawberry.field(description=parts.WITHHELD)
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


def _is_of_now(question: Question) -> bool:
    """Whether sums may answer at all: they say how things stand as known now."""
    return question.when.recorded is None and question.when.vector is None


def _are_told_by_figures(question: Question) -> list[ColumnElement[bool]]:
    """When the question is about bodies: where sums do not say how things stood, or not all of it.

    They do where they are complete, and nothing of them changes after the day.
    """
    if not _is_of_now(question):
        return []
    asked = _Asked(question)
    later = exists().where(
        REACH.c.indicator_log == asked.owner,
        REACH.c.indicator_stream == asked.indicator,
        REACH.c.until > question.when.effective,
        question.seen(REACH, by_all=True),
    )
    row = reads(Indicator).table
    unclear: Select[Any] = (
        select(literal_column("1"))
        .select_from(FIGURE)
        .join(row, (row.c.tenant_id == _F.indicator_log) & (row.c.entity_id == _F.indicator_stream))
        .where(*asked.of(FIGURE), asked.within(), *held(row, question.when), question.seen(row, by_all=True))
        .group_by(asked.group(FIGURE), _F.period_start, _F.period_end, row.c.unit, row.c.measure)
        .group_by(row.c.across_bodies, row.c.denominator_unit, row.c.kind, row.c.counted)
        .having(may_not_tell(row))
    )
    are_complete = exists(select(READY.c.since).where(question.seen(READY, by_all=True)))
    is_told_by_sums = and_(are_complete, not_(later), not_(unclear.exists()))
    return [not_(select(is_told_by_sums).scalar_subquery())]


class _Asked:
    """What is asked for, in expressions."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self.owner, self.indicator = indicator_asked(question)
        self._by: PublishedGrouping = question.given("by")

    def of(self, table: Table) -> list[ColumnElement[bool]]:
        """Sums of the indicator and of the kinds and provinces."""
        kinds = self._question.parameter("kinds", ARRAY(Text), kinds_asked)
        provinces = self._question.optional("provinces", ARRAY(Text), partial(values_of, "provinces"))
        return [
            table.c.indicator_log == self.owner,
            table.c.indicator_stream == self.indicator,
            table.c.body_kind == any_(kinds),
            self._question.seen(table, by_all=True),
            *(() if provinces is None else (table.c.province == any_(provinces),)),
        ]

    def within(self) -> ColumnElement[bool]:
        """Sums of the periods."""
        return within_periods(self._question)(_F.period_start, _F.period_end)

    def group(self, table: Table) -> ColumnElement[Any]:
        match self._by:
            case PublishedGrouping.PROVINCE:
                return table.c.province
            case PublishedGrouping.KIND:
                return table.c.body_kind
        return literal_column("''::text", Text)

    def figures(self) -> Select[Any]:
        """Sums by group, span, and then by kind of period and unit."""
        keys = (_F.period_start, _F.period_end, _F.period_kind, _F.unit, _F.of_unit)
        sums = (func.sum(_F[name], type_=Numeric).label(name) for name in _SUMS)
        group = self.group(FIGURE)
        return (
            select(group.label("group"), *keys, *sums)
            .where(*self.of(FIGURE), self.within())
            .group_by(group, *keys)
        )

    def owed(self) -> Select[Any]:
        """How many figures are owed, by group and then by requirements."""
        group, owed = self.group(OWED), func.sum(OWED.c.owed, type_=Numeric)
        return (
            select(group.label("group"), OWED.c.requirements, owed.label("owed"))
            .where(*self.of(OWED))
            .group_by(group, OWED.c.requirements)
        )


def _parts(question: Question) -> dict[str, Part]:
    """The parts of a series, which are of no bodies where sums say it, and the sums."""
    parts = dict(INDICATOR_SERIES.parts(question))
    if _is_of_now(question):
        asked = _Asked(question)
        told_by_figures = and_(true(), *_are_told_by_figures(question))
        parts[_BY_FIGURES] = Part(select(told_by_figures.label("figures")), by_all=True)
        parts[_SUMMED] = Part(asked.figures(), by_all=True)
        parts[_OWED] = Part(asked.owed(), by_all=True)
    return parts


def _told(facts: Facts, bodies: Mapping[UUID, BodyReference], found: Found) -> PublishedSeries | None:
    """Out of sums, or of the figures one by one; None where the public may not see the indicator.

    Raises:
        AskExecutorError: sums do not say it though they were thought to.
    """
    ((is_told_by_figures,),) = found.get(_BY_FIGURES, ((True,),))
    if is_told_by_figures:
        by = SeriesGrouping(facts.argument("by").value)
        asked_so = Otherwise(facts, when=facts.when, stage=SubmissionStage.PUBLISHED, by=by)
        told = INDICATOR_SERIES.told(asked_so, bodies, found)
        return None if told is None else _of_series(told)
    rows = Gathering(facts, bodies, found, what="publishedSeries", rows_max=0)
    asked = None if rows.owner is None else rows.indicator(rows.owner, rows.indicator_id)
    if asked is None:
        return None
    try:
        sums = _Sums(asked, periods_asked(facts.argument("periods")), facts.argument("by"), found)
        targets, own = rows.targets(), (rows.owner, rows.owner, asked.id)
        return sums.told(facts.when, lambda period: targets.get((own, span(period))))
    except CannotTellError as unclear:
        raise AskExecutorError from unclear


PUBLISHED_SERIES: Final = View(_parts, _told, for_nobody=True, only=_are_told_by_figures)


class _Sums:
    """One answer while it is put together from sums."""

    def __init__(
        self, asked: Indicator, periods: Sequence[values.Period], by: PublishedGrouping, found: Found
    ) -> None:
        self._asked = asked
        self._periods = periods
        self._by = by
        self._figures: dict[str, dict[Span, list[dict[str, Any]]]] = {}
        for key, start, end, *rest in found[_SUMMED]:
            row = dict(zip(("period_kind", "unit", "of_unit", *_SUMS), rest, strict=True))
            self._figures.setdefault(key, {}).setdefault((start, end), []).append(row)
        self._owed: dict[str, dict[str, int]] = {}
        for key, requirements, owed in found[_OWED]:
            self._owed.setdefault(key, {})[requirements] = int(owed)

    def told(
        self, when: Clock, target: Callable[[values.Period], values.QualifiedValue | None]
    ) -> PublishedSeries:
        """The answer; `target` is the owner's own for a period.

        Raises:
            CannotTellError: sums do not say it.
        """
        found: dict[str, list[Summed]] = {}
        for key in sorted({*self._figures, *self._owed, *({""} if self._by is PublishedGrouping.ALL else ())}):
            points = [self._summed(key, period) for period in self._periods]
            if self._by is PublishedGrouping.ALL or any(each.figures or owing for each, owing in points):
                found[key] = [each for each, _ in points]
        groups = [
            PublishedGroup(
                province=Province(key) if self._by is PublishedGrouping.PROVINCE and key else None,
                kind=BodyKind(key) if self._by is PublishedGrouping.KIND else None,
                points=[
                    _point(period, each, target(period))
                    for period, each in zip(self._periods, points_of, strict=True)
                ],
            )
            for key, points_of in sorted(found.items(), key=lambda each: (not each[0], each[0]))
        ]
        sample = sum(each.sample for points_of in found.values() for each in points_of)
        return PublishedSeries(
            indicator=self._asked,
            groups=groups,
            sample=ComparisonSample(included=sample > 0, values=sample),
            as_of=echo(when),
        )

    def _summed(self, key: str, period: values.Period) -> tuple[Summed, int]:
        of_span = self._figures.get(key, {}).get(span(period), [])
        if confidentiality.are_details(self._asked, of_span):
            raise CannotTellError  # what of them the public is shown, only the figures say
        of_kind = [row for row in of_span if row["period_kind"] == period.kind]
        owing = sum(count for pattern, count in self._owed.get(key, {}).items() if owes(pattern, period))
        coverage = (
            sum(int(row["reporting"]) for row in of_kind),
            sum(int(row["exempt"]) for row in of_kind),
        )
        told = summed(
            of_span,
            owing,
            coverage,
            unit=self._asked.unit,
            combining=parts.combining(self._asked),
            of=self._asked.denominator_unit,
        )
        return told, owing


def _point(period: values.Period, told: Summed, target: values.QualifiedValue | None) -> PublishedPoint:
    return PublishedPoint(
        period=Period(kind=PeriodKind(period.kind), start=period.start, end=period.end),
        figures=told.figures,
        total=None if told.total is None else parts.total(told.total),
        not_addable=None if told.refusal is None else parts.refusal(told.refusal),
        reporting=told.reporting,
        expected=told.expected,
        weakest_comparability=None if told.weakest is None else Comparability(told.weakest),
        withheld=[],  # where there might be any, figures answer one by one
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
                        withheld=point.withheld,
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
