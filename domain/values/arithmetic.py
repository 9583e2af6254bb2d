"""Figures of several bodies and periods brought together, or the reason why they cannot be.

Nothing is rounded on the way: ends are exact sums, quotients are fractions, and only what is shown of them is
rounded, outwards, so that what is true never lies outside what is said.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Final, Literal, Self
from uuid import UUID

import msgspec

from domain.values.period import Period
from domain.values.quantity import QualifiedValue
from domain.values.territory import TerritoryCode, any_share_ground
from domain.values.total import NotAddableError, Total, ends, total

Measure = Literal["flow", "stock", "distinct"]
"""What happened in a period, what there was at its end, or how many different ones were met."""
OverPeriods = Literal["sum", "ratio_of_sums", "last", "not_addable"]
AcrossBodies = Literal["sum", "ratio_of_sums", "none"]

MISSING: Final = QualifiedValue(kind="missing")
_PER_CENT: Final = 100
_DAY: Final = timedelta(days=1)


class Combining(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the figures of an indicator come together, over periods and across bodies."""

    measure: Measure
    over_periods: OverPeriods
    across_bodies: AcrossBodies


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """What one body says of one territory. A rate or proportion has its denominator beside it."""

    body: UUID
    territory: TerritoryCode | None
    """None: all that the body serves."""
    value: QualifiedValue
    denominator: QualifiedValue | None = None


class RatioTotal(msgspec.Struct, frozen=True, kw_only=True):
    """A quotient of two sums. Parts of which one side has no number are in neither sum."""

    numerator: Total
    denominator: Total
    left_out: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(
            numerator=self.numerator + other.numerator,
            denominator=self.denominator + other.denominator,
            left_out=self.left_out + other.left_out,
        )

    @property
    def low(self) -> Fraction | None:
        """The least that the quotient can be; None where that is not known."""
        return _quotient_low(self.numerator.low, self.denominator.high)

    @property
    def high(self) -> Fraction | None:
        """The most that the quotient can be; None where that is not known."""
        return _quotient_high(self.numerator.high, self.denominator.low)

    def per(self, many: int = _PER_CENT, decimals: int = 1) -> tuple[Decimal | None, Decimal | None]:
        """Both ends per 100, per 1,000 or the like, rounded outwards to so many decimals."""
        return (_shown(self.low, many, decimals, ROUND_FLOOR), _shown(self.high, many, decimals, ROUND_CEILING))


class Contribution(msgspec.Struct, frozen=True, kw_only=True):
    """A sum beside a target. Without a target of the body's own there is no percentage of one."""

    total: Total
    target: QualifiedValue | None
    low: Fraction | None
    """The least share of the target that was reached; None where that is not known."""
    high: Fraction | None

    def per_cent(self, decimals: int = 1) -> tuple[Decimal | None, Decimal | None]:
        """Both ends in percent of the target, rounded outwards."""
        return (
            _shown(self.low, _PER_CENT, decimals, ROUND_FLOOR),
            _shown(self.high, _PER_CENT, decimals, ROUND_CEILING),
        )


def ratio(parts: Iterable[tuple[QualifiedValue, QualifiedValue]], unit: str | None, of: str | None) -> RatioTotal:
    """Numerators in `unit` over denominators in `of`, summed apart: the same in whatever order and grouping.

    Raises:
        NotAddableError: a side is a milestone or has another unit.
    """
    nothing = RatioTotal(numerator=Total.of_none(unit), denominator=Total.of_none(of))
    return reduce(add, (_one_ratio(above, below, unit, of) for above, below in parts), nothing)


def contribution(summed: Total, target: QualifiedValue | None) -> Contribution:
    """What a sum is of a target.

    Raises:
        NotAddableError: the target has another unit.
    """
    if target is None or target.number is None:
        return Contribution(total=summed, target=target, low=None, high=None)
    if target.unit is not None and target.unit != summed.unit:
        raise NotAddableError("different_units")
    if summed.counts.with_number == 0:
        return Contribution(total=summed, target=target, low=None, high=None)
    low, high = ends(target)
    return Contribution(
        total=summed,
        target=target,
        low=_quotient_low(summed.low, high),
        high=None if summed.partial else _quotient_high(summed.high, low),
    )


def across(
    figures: Sequence[Figure], unit: str | None, combining: Combining, of: str | None = None
) -> Total | RatioTotal:
    """The figures of several bodies and territories for one period, together. One alone is always itself.

    Raises:
        NotAddableError: the definition does not let them come together, or they are not of one unit, or the
            territories of one body overlap. Stocks must not overlap across bodies either: what each of two bodies
            did is twice as much, the people of one city are there once.
    """
    if combining.across_bodies == "ratio_of_sums":
        _check_apart(figures, combining.measure)
        pairs = [(figure.value, figure.denominator) for figure in figures]
        known = ratio([(above, below) for above, below in pairs if below is not None], unit, of)
        left_out = known.left_out + sum(below is None for _, below in pairs)
        return msgspec.structs.replace(known, left_out=left_out)
    if len(figures) > 1:
        if combining.measure == "distinct":
            raise NotAddableError("distinct")
        if any(figure.denominator is not None for figure in figures):
            raise NotAddableError("rate")
        if combining.across_bodies == "none":
            raise NotAddableError("not_across_bodies")
        _check_apart(figures, combining.measure)
    return total([figure.value for figure in figures], unit)


def over_periods(
    figures: Sequence[tuple[Period, QualifiedValue]], whole: Period, unit: str | None, combining: Combining
) -> Total:
    """The figures of parts of a period, for the whole of it. Days that no part covers make one missing part.

    Raises:
        NotAddableError: the definition does not let periods come together, or parts overlap or leave the whole.
    """
    if [period for period, _ in figures] == [whole]:
        return total([figures[0][1]], unit)
    if combining.over_periods == "ratio_of_sums":
        raise NotAddableError("rate")
    if combining.over_periods == "not_addable":
        raise NotAddableError("distinct" if combining.measure == "distinct" else "not_over_periods")
    parts = sorted(figures, key=lambda part: part[0].start)
    gap = _check_periods([period for period, _ in parts], whole)
    if combining.over_periods == "last":
        ends_with_whole = parts and parts[-1][0].end == whole.end
        return total([parts[-1][1] if ends_with_whole else MISSING], unit)
    return total([*(value for _, value in parts), *([MISSING] if gap else [])], unit)


def _one_ratio(above: QualifiedValue, below: QualifiedValue, unit: str | None, of: str | None) -> RatioTotal:
    one, other = total([above], unit), total([below], of)
    if one.counts.with_number and other.counts.with_number:
        return RatioTotal(numerator=one, denominator=other)
    return RatioTotal(numerator=Total.of_none(unit), denominator=Total.of_none(of), left_out=1)


def _check_apart(figures: Sequence[Figure], measure: Measure) -> None:
    """Refuse one body's figures of places that overlap; of what there is at one time, those of any bodies."""
    by_body: dict[UUID, list[TerritoryCode | None]] = {}
    for figure in figures:
        by_body.setdefault(figure.body, []).append(figure.territory)
    if any(map(places_overlap, by_body.values())):
        raise NotAddableError("overlapping_territories")
    if measure == "stock" and any_share_ground(one.territory for one in figures if one.territory is not None):
        raise NotAddableError("overlapping_territories")


def places_overlap(places: Sequence[TerritoryCode | None]) -> bool:
    """Whether figures of one body for these places may tell of the same ground; None is all that it serves."""
    named = [place for place in places if place is not None]
    return len(places) > 1 and (len(named) < len(places) or any_share_ground(named))


def _check_periods(periods: Sequence[Period], whole: Period) -> bool:
    """Whether days are left over between periods in the order of their first days."""
    free, gap = whole.start, False
    for period in periods:
        if period.start < free or period.end > whole.end:
            raise NotAddableError("overlapping_periods")
        gap = gap or period.start > free
        free = period.end + _DAY
    return gap or free <= whole.end


def _quotient_low(above: Decimal | None, below: Decimal | None) -> Fraction | None:
    if above is None or above < 0:
        return None
    if below is None:
        return Fraction(0)  # a denominator without bound
    return Fraction(above) / Fraction(below) if below > 0 else None


def _quotient_high(above: Decimal | None, below: Decimal | None) -> Fraction | None:
    if above is None or above < 0 or below is None or below <= 0:
        return None
    return Fraction(above) / Fraction(below)


def _shown(share: Fraction | None, many: int, decimals: int, rounding: str) -> Decimal | None:
    if share is None:
        return None
    scaled = share * many * 10**decimals
    whole = (
        scaled.numerator // scaled.denominator
        if rounding == ROUND_FLOOR
        else -(-scaled.numerator // scaled.denominator)
    )
    return Decimal(whole).scaleb(-decimals)
