"""Doubts about a target's figures, by the one rule that the domain has for them."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from domain import values
from domain.target import TargetSeries, warnings
from readapi.codes import Direction, WarningKind
from readapi.figures import Period, QualifiedValue


def of(
    unit: str | None,
    direction: Direction,
    baseline: QualifiedValue | None,
    figures: Sequence[tuple[Period, QualifiedValue]],
) -> Iterator[tuple[WarningKind, Period | None, str | None]]:
    """What is doubtful: the kind, the period (None for the baseline) and the text as printed."""
    shown = {_period(period): period for period, _ in figures}
    series = TargetSeries(
        unit=unit,
        direction=direction.value,
        baseline=None if baseline is None else _figure(baseline),
        values=tuple((_period(period), _figure(value)) for period, value in figures),
    )
    for warning in warnings(series):
        period = None if warning.period is None else shown[warning.period]
        yield WarningKind(warning.kind), period, warning.raw


def _period(period: Period) -> values.Period:
    return values.Period(kind=period.kind.value, start=period.start, end=period.end)


def _figure(value: QualifiedValue) -> values.QualifiedValue:
    return values.QualifiedValue(
        kind=value.kind.value,
        number=None if value.number is None else Decimal(value.number),
        upper=None if value.upper is None else Decimal(value.upper),
        raw=value.raw,
        unit=value.unit,
    )
