"""One period of one group of a series: its total, who is in it, what it is held against, how it changed."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain import values
from domain.ids import TenantId
from projections import comparison, series
from projections.comparison import Compared, Source, Standing
from projections.series import Ground
from readapi import comparison_parts, series_parts
from readapi.body import BodyReference
from readapi.codes import Comparability, PeriodKind
from readapi.comparison_rows import Span, span
from readapi.figures import Period
from readapi.indicator import Indicator
from readapi.population import Chosen
from readapi.series_parts import SeriesPoint


@dataclass(frozen=True)
class Frame:
    """What all points of a series share."""

    asked: Indicator
    owner: TenantId
    bodies: Mapping[UUID, BodyReference]
    targets: Mapping[tuple[Source, Span], values.QualifiedValue]

    @property
    def combining(self) -> values.Combining:
        return comparison_parts.combining(self.asked)


@dataclass(frozen=True)
class Point:
    """One period of one group."""

    frame: Frame
    key: Hashable
    period: values.Period
    figures: Sequence[Compared]

    def coverage(self, standings: Sequence[Standing], *, whole: bool) -> tuple[int, int, int]:
        """Reporting, expected and missing: of what is owed, or of what is reported and could be broken down."""
        if whole:
            states = [one.state for one in standings]
            owed = sum(state != "exempt" for state in states)
            return states.count("reported"), owed, states.count("missing")
        reported = {(one.body, one.place) for one in standings if one.state == "reported"}
        parted = reported & {(one.said.body, one.said.place) for one in self.figures}
        return len(parted), len(reported), len(reported - parted)

    def told(
        self,
        before: tuple[values.Period, Sequence[Compared]] | None,
        coverage: tuple[int, int, int],
        chosen: Chosen | None,
    ) -> SeriesPoint:
        of = self.frame
        unit, below = of.asked.unit, of.asked.denominator_unit
        total, refusal = comparison.total_of(self.figures, unit, of.combining, below)
        source = (of.owner, of.asked.id)
        target = of.targets.get(((of.owner, *source), span(self.period)))
        own = self._own_target(source)
        change = series.NOTHING_BEFORE
        if before is not None:
            after = (self.period, self.figures)
            change = series.change(before, after, unit=unit, combining=of.combining, of=below)
        per = None if chosen is None else self._per(chosen.ground, total)
        reporting, expected, missing = coverage
        weakest = comparison.Comparison(
            values=tuple(self.figures), total=total, refusal=refusal, standings=()
        ).weakest
        return SeriesPoint(
            period=Period(kind=PeriodKind(self.period.kind), start=self.period.start, end=self.period.end),
            figures=len(self.figures),
            total=None if total is None else comparison_parts.total(total),
            not_addable=None if refusal is None else comparison_parts.refusal(refusal),
            reporting=reporting,
            expected=expected,
            missing=missing,
            weakest_comparability=None if weakest is None else Comparability(weakest),
            withheld=comparison_parts.withheld(self.figures),
            target=None if target is None else comparison_parts.quantity(target),
            contribution=comparison_parts.share(total, target),
            own_target=None if own is None else comparison_parts.quantity(own),
            percent_of_target=comparison_parts.share(total, own),
            growth=series_parts.growth(change),
            per_thousand=None if per is None or per.quotient is None else series_parts.per_thousand(per.quotient),
            no_per_thousand=None
            if per is None or per.refusal is None
            else series_parts.no_per_thousand(per.refusal, [of.bodies[body] for body in per.without]),
        )

    def _own_target(self, source: tuple[UUID, UUID]) -> values.QualifiedValue | None:
        """Of a body alone: the target of the indicator of which it reports, or of the one that was asked for."""
        if not isinstance(self.key, UUID):
            return None
        reported = [one.said.indicator for one in self.figures]
        sources = [(self.key, *indicator) for indicator in (*dict.fromkeys(reported), source)]
        found = (self.frame.targets.get((one, span(self.period))) for one in sources)
        return next((value for value in found if value is not None), None)

    def _per(self, ground: Ground, total: object) -> series.PerPeople:
        if self.frame.combining.across_bodies == "ratio_of_sums":
            return series.PerPeople(quotient=None, refusal="quotient")
        if total is None:
            return series.PerPeople(quotient=None, refusal="no_total")
        return series.per_people(self.figures, ground, self.frame.asked.unit)
