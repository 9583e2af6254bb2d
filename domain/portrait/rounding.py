"""What a printed figure may have been before it was rounded.

A figure rounded to the nearest multiple of a step was at most half a step away. Statistics Canada rounds the
counts of its census at random to a multiple of 5, up or down, so that a count may have been up to 4 away from what
is printed (2011 Census, "Confidentiality"). Sources do not always say which of both they do.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from domain.values import QualifiedValue
from domain.values.printed import PERCENT


class Bounds(NamedTuple):
    """Both ends are possible; None: no end is known."""

    low: Fraction | None
    high: Fraction | None

    def meets(self, other: "Bounds") -> bool:
        """Whether one number may be both."""
        return _not_above(self.low, other.high) and _not_above(other.low, self.high)

    def plus(self, other: "Bounds") -> "Bounds":
        return Bounds(_sum(self.low, other.low), _sum(self.high, other.high))


NOTHING: Bounds = Bounds(Fraction(0), Fraction(0))
UNKNOWN: Bounds = Bounds(None, None)


def is_rounded(value: QualifiedValue) -> bool:
    """Whether the number stands for a span of numbers."""
    return value.number is not None and margin(value) != 0


def margin(value: QualifiedValue, *, at_random: bool = False) -> Fraction:
    """How far the unrounded figure may lie from the number; 0: a count that is not rounded.

    A percentage or another number with decimals is rounded to its last printed digit. A whole number is rounded
    only where its source says so, with the step.
    """
    assert value.number is not None
    if value.rounded_to is not None:
        return Fraction(value.rounded_to - 1) if at_random else Fraction(value.rounded_to, 2)
    decimals = -int(value.number.as_tuple().exponent)
    if value.unit == PERCENT or decimals:
        return Fraction(1, 2 * 10**decimals)
    return Fraction(0)


def bounds(value: QualifiedValue, *, at_random: bool = False) -> Bounds:
    """Between which ends the figure lies, by its kind and rounding.

    An estimate has no ends that are known. What is suppressed, missing or a milestone has none either; what is not
    applicable adds nothing.
    """
    if value.kind == "not_applicable":
        return NOTHING
    if value.number is None or value.kind == "estimate" or _step_untold(value):
        return UNKNOWN
    away = margin(value, at_random=at_random)
    low, high = Fraction(value.number) - away, Fraction(value.number) + away
    match value.kind:
        case "at_least":
            return Bounds(low, None)
        case "at_most":
            return Bounds(None, high)
        case "range":
            assert value.upper is not None
            return Bounds(low, Fraction(value.upper) + away)
        case _:
            return Bounds(low, high)


def counted(found: Iterable[Bounds]) -> Bounds:
    """The sum of figures that count something: none of them is below zero."""
    total = NOTHING
    for one in found:
        total = total.plus(Bounds(max(one.low or Fraction(0), Fraction(0)), one.high))
    return total


def summed(found: Iterable[Bounds]) -> Bounds:
    """The sum of any figures."""
    total = NOTHING
    for one in found:
        total = total.plus(one)
    return total


def quotient(part: Bounds, whole: Bounds) -> Bounds:
    """What a part that counts something is of a whole; unknown where the whole may be nothing."""
    if whole.low is None or whole.low <= 0:
        return UNKNOWN
    low = Fraction(0) if part.low is None or whole.high is None else part.low / whole.high
    return Bounds(low, None if part.high is None else part.high / whole.low)


def scaled(found: Bounds, factor: Bounds) -> Bounds:
    """A figure times another; neither is below zero."""
    ends = [None if one is None or by is None else one * by for one, by in zip(found, factor, strict=True)]
    return Bounds(*ends)


def exactly(number: Decimal | Fraction | int) -> Bounds:
    return Bounds(Fraction(number), Fraction(number))


def _step_untold(value: QualifiedValue) -> bool:
    return value.status == "rounded" and value.rounded_to is None and margin(value) == 0


def _not_above(low: Fraction | None, high: Fraction | None) -> bool:
    return low is None or high is None or low <= high


def _sum(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one + other
