"""One indicator over periods: together, or by body, kind of body, place or category, each with who is in it."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import select

from domain import values
from domain.ids import TenantId
from projections import comparison
from projections.body import REGISTRY
from projections.comparison import Compared, Said, Source, Standing, Visible
from readapi import text
from readapi.asking import asked_about, named_bodies, owner_of, scope_of
from readapi.asof import AsOfInput, Clock, across_logs, clock, echo, held
from readapi.body import BodyReference
from readapi.codes import (
    BodyKind,
    LeadKind,
    Phase,
    Province,
    SubmissionStage,
    TerritoryScheme,
)
from readapi.comparison import usable
from readapi.comparison_parts import ComparisonSample, IndicatorInput, PeriodInput
from readapi.comparison_rows import Required, Rows, Span, received, span
from readapi.figures import Territory
from readapi.indicator import INDICATOR_BY_ID, Indicator, IndicatorCategory, IndicatorDimension
from readapi.paging import bounded
from readapi.population import Chosen, population
from readapi.reading import Reading
from readapi.refusals import AnswerTooLargeError, DimensionUnknownError
from readapi.relations import one
from readapi.series_codes import SeriesGrouping
from readapi.series_parts import IndicatorSeries, PopulationInput, SeriesGroup, SeriesPoint
from readapi.series_points import Frame, Point

PERIODS_MAX: Final = 40
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


async def indicator_series(
    reading: Reading,
    *,
    indicator: IndicatorInput,
    periods: list[PeriodInput],
    as_of: AsOfInput | None,
    kinds: list[BodyKind] | None,
    provinces: list[Province] | None,
    partnerships: list[str] | None,
    stage: SubmissionStage,
    by: SeriesGrouping,
    dimension: str | None,
    per_thousand_of: PopulationInput | None,
) -> IndicatorSeries | None:
    """Compare over periods; None where the reader may not see the indicator.

    Raises:
        PositionNeedsOneLogError: the clock is a position.
        ListTooLongError, AnswerTooLargeError: more periods, figures or points than an answer can have.
        PeriodUnusableError: a span is not of its kind.
        DimensionUnknownError: the indicator is not broken down by it.
        PopulationUnknownError: there is no such population that the reader may see.
    """
    when = across_logs(clock(as_of, reading.now))
    spans = [(one.kind, one.start, one.end) for one in periods]
    bounded("periods", spans, PERIODS_MAX)
    asked_periods = sorted({usable(one) for one in periods}, key=lambda one: (one.start, one.end))
    owner = await owner_of(reading, indicator.owner)
    asked = None
    if owner is not None:
        asked = await one(reading, INDICATOR_BY_ID, reading.place(owner, when), indicator.id)
    if owner is None or asked is None:
        return None
    by_what = _dimension(asked, dimension)
    named = await named_bodies(reading, partnerships)
    bodies = await asked_about(reading, when, kinds, provinces, named)
    scope = scope_of(reading, partnerships, list(bodies))
    chosen = None if per_thousand_of is None else await population(reading, when, per_thousand_of, list(bodies))
    rows = Rows(reading, when, scope, bodies, asked_periods, what="indicatorSeries", rows_max=FIGURES_MAX)
    telling = _Telling(reading, when, bodies, by, await _attributes(reading, when, by, list(bodies)))
    await telling.read(rows, owner, asked, stage, by_what)
    return telling.told(by_what, chosen)


def _dimension(asked: Indicator, code: str | None) -> IndicatorDimension | None:
    if code is None:
        return None
    found = next((one for one in asked.dimensions if one.code == code), None)
    if found is None:
        raise DimensionUnknownError(dimension=code)
    return found


async def _attributes(
    reading: Reading, when: Clock, by: SeriesGrouping, bodies: list[UUID]
) -> dict[UUID, str | None]:
    """What bodies are grouped by, as the register has it."""
    attribute = _COLUMNS.get(by)
    if attribute is None:
        return {}
    statement = select(_B.tenant_id, attribute).where(
        _B.tenant_id.in_(bodies), *held(REGISTRY, when), reading.visible(REGISTRY, None, when)
    )
    return {row[0]: row[1] for row in await reading.rows(None, statement)}


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
        reading: Reading,
        when: Clock,
        bodies: dict[UUID, BodyReference],
        by: SeriesGrouping,
        attributes: dict[UUID, str | None],
    ) -> None:
        self.reading = reading
        self.when = when
        self.bodies = bodies
        self.by = by
        self.attributes = attributes
        self.names: dict[Place, tuple[str | None, str | None]] = {}

    async def read(
        self,
        rows: Rows,
        owner: TenantId,
        asked: Indicator,
        stage: SubmissionStage,
        dimension: IndicatorDimension | None,
    ) -> None:
        """Fetch everything, and sort it by period."""
        grades = await rows.grades(owner, asked.id)
        cuts = [] if dimension is None else [f"{dimension.code}={one.code}" for one in dimension.categories]
        found = await rows.said(grades, ["", *cuts])
        self.frame = Frame(asked, owner, self.bodies, await rows.targets(owner, grades))
        visible, owed = await rows.visible(()), await rows.owed(grades)
        by_span: dict[Span, list[Said]] = {span(period): [] for period in rows.periods}
        for said in found:
            by_span[span(said.period)].append(said)
            self.names.setdefault(said.place, said.names)
        self.periods = [
            self._of_period(period, by_span[span(period)], (grades, stage, cuts), owed, visible)
            for period in rows.periods
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
