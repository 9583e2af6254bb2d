"""One indicator across the country: who said what, what is owed, and the total or the reason why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, Uuid, and_
from sqlalchemy.sql.elements import ColumnElement

from domain import values
from projections import comparison
from projections.comparison import Compared, Source, Standing, Visible
from readapi import comparison_parts as parts_
from readapi.arguments import input_of
from readapi.asof import Clock, echo
from readapi.body import BodyReference
from readapi.codes import (
    Comparability,
    ExemptionReason,
    PeriodKind,
    ReportingState,
    SubmissionStage,
)
from readapi.comparison_parts import (
    ComparisonSample,
    ComparisonSource,
    ComparisonStanding,
    ComparisonValue,
    IndicatorComparison,
    IndicatorInput,
    PeriodInput,
)
from readapi.comparison_rows import Asked, Gathering, parts_of, span
from readapi.figures import Period
from readapi.indicator import Indicator
from readapi.question import Question, slug_owner
from readapi.refusals import PeriodUnusableError
from readapi.scalars import BigInt
from readapi.shapes import Facts, Found
from readapi.trace.parts import Figure
from readapi.view import Part, View

VALUES_MAX: Final = 10_000
"""Figures at every stage: a thousand bodies that report by place have some three thousand in a period."""
_INDICATOR: Final = "indicator"


def parts(question: Question) -> dict[str, Part]:
    """What a comparison is made from, by the arguments of the question."""
    start = question.parameter("period", Date, lambda given: _period(given).start)
    end = question.parameter("period", Date, lambda given: _period(given).end)
    owner, indicator = indicator_asked(question)
    return parts_for(question, owner, indicator, (start, end))


def indicator_asked(question: Question) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """The owner and the id of the indicator in the argument of that name."""
    owner = slug_owner(question, _INDICATOR, lambda given: input_of(IndicatorInput, given).owner)
    return owner, question.parameter(_INDICATOR, Uuid, lambda given: input_of(IndicatorInput, given).id)


def parts_for(
    question: Question,
    owner: ColumnElement[Any],
    indicator: ColumnElement[Any],
    period: tuple[ColumnElement[Any], ColumnElement[Any]],
) -> dict[str, Part]:
    """The same of an indicator and a span of days."""

    def within(start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[bool]:
        return and_(start == period[0], end == period[1])

    of_now = question.when.recorded is None and question.when.vector is None
    return parts_of(question, Asked(owner, indicator, within, VALUES_MAX), positions=of_now)


def _told(facts: Facts, bodies: Mapping[UUID, BodyReference], found: Found) -> IndicatorComparison | None:
    return told(facts, bodies, found, _period(facts.argument("period")), facts.argument("stage"))


def told(
    facts: Facts, bodies: Mapping[UUID, BodyReference], found: Found, of: values.Period, stage: SubmissionStage
) -> IndicatorComparison | None:
    """Compare; None where the reader may not see the indicator.

    Raises:
        AnswerTooLargeError: more figures than an answer can show.
        AskExecutorError: only the indicator's owner sees it, or one that is aligned with it.
    """
    rows = Gathering(facts, bodies, found, what="indicatorComparison", rows_max=VALUES_MAX)
    asked = None if rows.owner is None else rows.indicator(rows.owner, rows.indicator_id)
    return None if asked is None else _Comparing(rows, of, asked).told(stage)


INDICATOR_COMPARISON: Final = View(parts, _told)


@dataclass(frozen=True)
class _Comparing:
    """One comparison while it is put together."""

    rows: Gathering
    of: values.Period
    asked: Indicator

    def told(self, stage: SubmissionStage) -> IndicatorComparison:
        asked, rows = self.asked, self.rows
        found = rows.said()
        compared = comparison.compared(found, rows.grades, stage.value)
        total, refusal = comparison.total_of(compared, asked.unit, parts_.combining(asked), asked.denominator_unit)
        visible = rows.visible(found)
        owed = [(one, exempt.get(span(self.of))) for one, exempt in rows.owed()]
        standings = comparison.standings(owed, self.of, compared, visible, rows.facts.when.effective)
        incomparable = tuple(
            Standing(body=body, state="not_comparable")
            for (body, _, _), grade in rows.grades.items()
            if grade == "none"
        )
        targets = {source: value for (source, _), value in rows.targets().items()}
        own = targets.get((rows.owner, rows.owner, asked.id))
        together = comparison.Comparison(values=compared, total=total, refusal=refusal, standings=standings)
        return IndicatorComparison(
            indicator=asked,
            period=Period(kind=PeriodKind(self.of.kind), start=self.of.start, end=self.of.end),
            values=[self._value(one, targets) for one in self._sorted(compared)],
            total=None if total is None else parts_.total(total),
            not_addable=None if refusal is None else parts_.refusal(refusal),
            target=None if own is None else parts_.quantity(own),
            contribution=parts_.share(total, own),
            reporting=together.reporting,
            expected=together.expected,
            missing=sum(one.state == "missing" for one in standings),
            standings=[self._standing(one) for one in (*standings, *incomparable)],
            weakest_comparability=None if together.weakest is None else Comparability(together.weakest),
            withheld=parts_.withheld(compared),
            sample=ComparisonSample(
                included=any(one.said.sample for one in compared),
                values=sum(one.said.sample for one in compared),
            ),
            sources=self._sources(visible),
            as_of=echo(rows.facts.when),
        )

    def _sources(self, visible: Visible) -> list[ComparisonSource]:
        """How far each log is by now. A frozen comparison is answered from there, whatever this one showed."""
        if self.rows.facts.when != Clock(self.rows.facts.when.effective):
            return []
        return [
            ComparisonSource(log=log, position=BigInt(position), granted=log in visible.bodies)
            for log, position in self.rows.positions()
        ]

    def _sorted(self, compared: Sequence[Compared]) -> list[Compared]:
        return sorted(compared, key=lambda one: (self.rows.bodies[one.said.body].slug, one.said.place or ("", "")))

    def _value(self, part: Compared, targets: Mapping[Source, values.QualifiedValue]) -> ComparisonValue:
        said, asked = part.said, (self.rows.owner, self.rows.indicator_id)
        target = targets.get((said.body, *said.indicator)) or targets.get((said.body, *asked))
        alone = None
        if said.denominator is None and said.value.kind != "milestone":
            alone = values.total([said.value], said.value.unit)
        return ComparisonValue(
            body=self.rows.bodies[said.body],
            territory=parts_.territory(said.place, said.names),
            indicator=self.rows.indicator(*said.indicator),
            value=parts_.quantity(said.value, said.withheld),
            denominator=None if said.denominator is None else parts_.quantity(said.denominator, said.withheld),
            stage=SubmissionStage(said.stage),
            comparability=Comparability(part.comparability),
            target=None if target is None else parts_.quantity(target),
            percent_of_target=parts_.share(alone, target),
            sample=said.sample,
            figure=Figure(
                scope=self.rows.facts.scope,
                clock=self.rows.facts.when,
                body=said.body,
                submission_id=said.submission_id,
                indicator=said.indicator,
                counts_as=asked,
                period=(self.of.kind, self.of.start, self.of.end),
                territory=said.place,
            ),
        )

    def _standing(self, one: Standing) -> ComparisonStanding:
        return ComparisonStanding(
            body=self.rows.bodies[one.body],
            territory=parts_.territory(one.place, one.names),
            state=ReportingState(one.state),
            due_on=one.due_on,
            exempt=None if one.exempt is None else ExemptionReason(one.exempt),
        )


def usable(given: PeriodInput) -> values.Period:
    """The span of a question.

    Raises:
        PeriodUnusableError: it is not of its kind.
    """
    try:
        return values.Period(kind=given.kind.value, start=given.start, end=given.end)
    except ValueError as problem:
        raise PeriodUnusableError(start=given.start, end=given.end, kind_of_period=given.kind.value) from problem


def _period(given: Any) -> values.Period:
    return usable(input_of(PeriodInput, given))
