"""One indicator over periods: together, or by body, kind of body, place or category, each with who is in it."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, Date, Text, and_, func, literal, literal_column, or_, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from domain import values
from projections import comparison
from projections.body import REGISTRY
from projections.comparison import Compared, Said, Source, Standing, Visible
from projections.indicator_cells import INDICATOR_CELL
from readapi import text
from readapi.arguments import input_of
from readapi.asof import echo, held
from readapi.body import BodyReference
from readapi.codes import (
    BodyKind,
    LeadKind,
    Phase,
    Province,
    SubmissionStage,
    TerritoryScheme,
)
from readapi.comparison import indicator_asked, usable
from readapi.comparison_parts import ComparisonSample, PeriodInput
from readapi.comparison_rows import Asked, Gathering, Required, Span, parts_of, received, span
from readapi.figures import Territory
from readapi.indicator import Indicator, IndicatorCategory, IndicatorDimension
from readapi.paging import bounded, plain
from readapi.population import Chosen, population, population_parts
from readapi.question import Question
from readapi.refusals import AnswerTooLargeError, DimensionUnknownError, TextUnusableError
from readapi.series_codes import SeriesGrouping
from readapi.series_parts import PERIODS_MAX, IndicatorSeries, SeriesGroup, SeriesPoint
from readapi.series_points import Frame, Point
from readapi.shapes import Facts, Found
from readapi.view import Part, View

FIGURES_MAX: Final = 60_000
POINTS_MAX: Final = 4_000
_B = REGISTRY.c
Place = tuple[str, str] | None
E = TypeVar("E", bound=StrEnum)
_COLUMNS: Final = {
    SeriesGrouping.PROVINCE: _B.province,
    SeriesGrouping.KIND: _B.kind,
    SeriesGrouping.PHASE: _B.phase,
    SeriesGrouping.LEAD_KIND: _B.lead_kind,
}


def within_periods(question: Question) -> Callable[[ColumnElement[Any], ColumnElement[Any]], ColumnElement[bool]]:
    """Whether a span, by its first and last day, is one of the question's periods."""
    starts = question.parameter("periods", ARRAY(Date), lambda given: [one.start for one in periods_asked(given)])
    ends = question.parameter("periods", ARRAY(Date), lambda given: [one.end for one in periods_asked(given)])

    def within(start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[bool]:
        return tuple_(start, end).in_(select(func.unnest(starts), func.unnest(ends)))

    return within


def _parts(question: Question) -> dict[str, Part]:
    owner, indicator = indicator_asked(question)
    whole = INDICATOR_CELL.c.cuts == literal("")
    cut = question.optional("dimension", Text, _cut)
    cuts = whole if cut is None else or_(whole, _of_one_dimension(cut))
    asked = Asked(owner, indicator, within_periods(question), FIGURES_MAX, cuts)
    parts = parts_of(question, asked) | population_parts(question, "per_thousand_of")
    attribute = _COLUMNS.get(question.given("by"))
    if attribute is not None:
        statement = select(_B.tenant_id, attribute).where(
            question.about(_B.tenant_id), *held(REGISTRY, question.when), question.seen(REGISTRY, by_all=True)
        )
        parts["attributes"] = Part(statement, by_all=True)
    return parts


def periods_asked(given: Sequence[Any]) -> list[values.Period]:
    """The periods that are asked for, each once, in the order of their days.

    Raises:
        ListTooLongError: they are more than an answer can have.
        PeriodUnusableError: a span is not of its kind.
    """
    asked = [input_of(PeriodInput, one) for one in given]
    bounded("periods", [(one.kind, one.start, one.end) for one in asked], PERIODS_MAX)
    return sorted({usable(one) for one in asked}, key=lambda one: (one.start, one.end))


def _cut(dimension: str) -> str:
    """What the cuts of a dimension begin with; of a text that no dimension has, none."""
    try:
        return f"{plain('dimension', dimension)}="
    except TextUnusableError:
        return "="


def _of_one_dimension(cut: ColumnElement[Any]) -> ColumnElement[bool]:
    cuts = INDICATOR_CELL.c.cuts
    return and_(func.starts_with(cuts, cut), func.strpos(cuts, ",") == literal_column("0"))


def _told(facts: Facts, bodies: Mapping[UUID, BodyReference], found: Found) -> IndicatorSeries | None:
    """Compare over periods; None where the reader may not see the indicator.

    Raises:
        AnswerTooLargeError: more figures or points than an answer can have.
        DimensionUnknownError: the indicator is not broken down by it.
        PopulationUnknownError: there is no such population that the reader may see.
        AskExecutorError: only the indicator's owner sees it.
    """
    rows = Gathering(facts, bodies, found, what="indicatorSeries", rows_max=FIGURES_MAX)
    asked = None if rows.owner is None else rows.indicator(rows.owner, rows.indicator_id)
    if asked is None:
        return None
    dimension = _dimension(asked, facts.argument("dimension"))
    chosen = population(facts.argument("per_thousand_of"), found)
    attributes = {row[0]: row[1] for row in found.get("attributes", ())}
    telling = _Telling(rows, periods_asked(facts.argument("periods")), facts.argument("by"), attributes)
    telling.sort(asked, facts.argument("stage"), dimension)
    return telling.told(dimension, chosen)


INDICATOR_SERIES: Final = View(_parts, _told)


def _dimension(asked: Indicator, code: str | None) -> IndicatorDimension | None:
    if code is None:
        return None
    found = next((one for one in asked.dimensions if one.code == code), None)
    if found is None:
        raise DimensionUnknownError(dimension=code)
    return found


@dataclass(frozen=True)
class _Told:
    """What is known of one period: figures by category (none: whole ones) and group, and standings by group."""

    period: values.Period
    figures: dict[str, dict[Hashable, list[Compared]]]
    standings: dict[Hashable, list[Standing]]

    @property
    def whole(self) -> list[Compared]:
        return [one for figures in self.figures[""].values() for one in figures]


class _Telling:
    """One series while it is put together."""

    def __init__(
        self,
        rows: Gathering,
        periods: Sequence[values.Period],
        by: SeriesGrouping,
        attributes: Mapping[UUID, str | None],
    ) -> None:
        self.rows = rows
        self.when = rows.facts.when
        self.bodies = rows.bodies
        self.spans = periods
        self.by = by
        self.attributes = attributes
        self.names: dict[Place, tuple[str | None, str | None]] = {}

    def sort(self, asked: Indicator, stage: SubmissionStage, dimension: IndicatorDimension | None) -> None:
        """Sort everything that was read by period."""
        rows = self.rows
        cuts = [] if dimension is None else [f"{dimension.code}={one.code}" for one in dimension.categories]
        found = [one for one in rows.said() if not one.cuts or one.cuts in cuts]
        self.frame = Frame(asked, rows.owner, self.bodies, rows.targets())
        visible, owed = rows.visible(()), rows.owed()
        by_span: dict[Span, list[Said]] = {span(period): [] for period in self.spans}
        for said in found:
            by_span[span(said.period)].append(said)
            self.names.setdefault(said.place, said.names)
        self.periods = [
            self._of_period(period, by_span[span(period)], (rows.grades, stage, cuts), owed, visible)
            for period in self.spans
        ]

    def _of_period(
        self,
        period: values.Period,
        found: list[Said],
        how: tuple[dict[Source, Any], SubmissionStage, list[str]],
        owed: Sequence[Required],
        visible: Visible,
    ) -> _Told:
        grades, stage, cuts = how
        figures: dict[str, dict[Hashable, list[Compared]]] = {}
        for cut in ("", *cuts):
            grouped = figures[cut] = {}
            of_cut = [said for said in found if said.cuts == cut]
            for figure in comparison.compared(of_cut, grades, stage.value):
                grouped.setdefault(self._key(figure.said.body, figure.said.place), []).append(figure)
        told = _Told(period, figures, {})
        of_period = [(one, exempt.get(span(period))) for one, exempt in owed]
        seen = Visible(bodies=visible.bodies, received=received(said for said in found if not said.cuts))
        for standing in comparison.standings(of_period, period, told.whole, seen, self.when.effective):
            told.standings.setdefault(self._key(standing.body, standing.place), []).append(standing)
        return told

    # --- groups

    def _key(self, body: UUID, place: Place) -> Hashable:
        match self.by:
            case SeriesGrouping.ALL:
                return ""
            case SeriesGrouping.BODY:
                return body
            case SeriesGrouping.TERRITORY:
                return place
            case _:
                return self.attributes.get(body)

    def told(self, dimension: IndicatorDimension | None, chosen: Chosen | None) -> IndicatorSeries:
        """The answer.

        Raises:
            AnswerTooLargeError: it has more points than an answer can show.
        """
        keys = {key for told in self.periods for key in (*told.figures[""], *told.standings)}
        if self.by is SeriesGrouping.ALL:
            keys = {""}
        categories: list[IndicatorCategory | None] = [None]
        if dimension is not None:
            categories += dimension.categories
        if len(keys) * len(categories) * len(self.periods) > POINTS_MAX:
            raise AnswerTooLargeError(what="indicatorSeries", maximum=POINTS_MAX)
        groups = [
            self._group(key, None if dimension is None else dimension.code, category, chosen)
            for key in sorted(keys, key=self._order)
            for category in categories
        ]
        included = [one.said.sample for told in self.periods for one in told.whole]
        return IndicatorSeries(
            indicator=self.frame.asked,
            dimension=dimension,
            population=None if chosen is None else chosen.population,
            groups=groups,
            sample=ComparisonSample(included=any(included), values=sum(included)),
            as_of=echo(self.when),
        )

    def _order(self, key: Hashable) -> tuple[bool, str]:
        named = (
            self.bodies[key].slug if isinstance(key, UUID) else "/".join(key) if isinstance(key, tuple) else key
        )
        return (named is None, str(named))

    def _group(
        self, key: Hashable, dimension: str | None, category: IndicatorCategory | None, chosen: Chosen | None
    ) -> SeriesGroup:
        cut = "" if category is None else f"{dimension}={category.code}"
        points: list[SeriesPoint] = []
        before: tuple[values.Period, Sequence[Compared]] | None = None
        for told in self.periods:
            figures = told.figures[cut].get(key, ())
            point = Point(self.frame, key, told.period, figures)
            coverage = point.coverage(told.standings.get(key, ()), whole=not cut)
            points.append(point.told(before, coverage, chosen))
            before = (told.period, figures)
        return SeriesGroup(
            body=self.bodies[key] if isinstance(key, UUID) else None,
            province=self._code(Province, SeriesGrouping.PROVINCE, key),
            kind=self._code(BodyKind, SeriesGrouping.KIND, key),
            phase=self._code(Phase, SeriesGrouping.PHASE, key),
            lead_kind=self._code(LeadKind, SeriesGrouping.LEAD_KIND, key),
            territory=self._territory(key),
            category=category,
            points=points,
        )

    def _code(self, codes: type[E], by: SeriesGrouping, key: Hashable) -> E | None:
        return codes(key) if self.by is by and isinstance(key, str) else None

    def _territory(self, key: Hashable) -> Territory | None:
        if self.by is not SeriesGrouping.TERRITORY or not isinstance(key, tuple):
            return None
        names = self.names.get(key, (None, None))
        return Territory(scheme=TerritoryScheme(key[0]), code=key[1], name=text.named(names))
