"""Sums of qualified figures, worked out anew from what is published of the rules (docs/measures.md).

Nothing here comes from the product: that is what makes it a second opinion.
"""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

NUMBERED = ("exact", "at_least", "at_most", "estimate", "range")
WEAKEST_FIRST = ("missing", "suppressed", "at_least", "at_most", "estimate", "range", "exact", "not_applicable")
Value = dict[str, Any]


class Sum(NamedTuple):
    low: Fraction | None
    high: Fraction | None
    kinds: tuple[str, ...]
    estimated: Fraction
    provisional: bool
    rounded: bool

    @property
    def parts(self) -> int:
        return sum(kind in NUMBERED for kind in self.kinds)

    @property
    def silent(self) -> int:
        return sum(kind in ("missing", "suppressed") for kind in self.kinds)

    @property
    def weakest(self) -> str | None:
        return next((kind for kind in WEAKEST_FIRST if kind in self.kinds), None)


def number(value: Value, side: str = "number") -> Fraction:
    return Fraction(value[side])


def ends(value: Value) -> tuple[Fraction | None, Fraction | None]:
    """Between which ends a figure lies; None where it is open."""
    if value["kind"] not in NUMBERED:
        return Fraction(0), Fraction(0)
    at = number(value)
    return {
        "at_least": (at, None),
        "at_most": (None, at),
        "range": (at, number(value, "upper") if value["kind"] == "range" else None),
    }.get(value["kind"], (at, at))


def summed(values: Sequence[Value]) -> Sum:
    both = [ends(value) for value in values]
    lows, highs = [low for low, _ in both], [high for _, high in both]
    return Sum(
        low=None if None in lows else sum((low for low in lows if low is not None), Fraction(0)),
        high=None if None in highs else sum((high for high in highs if high is not None), Fraction(0)),
        kinds=tuple(value["kind"] for value in values),
        estimated=sum((number(value) for value in values if value["kind"] == "estimate"), Fraction(0)),
        provisional=any(value.get("status") == "provisional" for value in values),
        rounded=any(is_rounded(value) for value in values),
    )


def is_rounded(value: Value) -> bool:
    return value.get("status") == "rounded" or value.get("rounded_to") is not None


def quotient(above: Sum, below: Sum) -> tuple[Fraction | None, Fraction | None]:
    """The ends of a quotient of two sums; None where one is not known."""
    low = high = None
    if above.low is not None and above.low >= 0 and (below.high is None or below.high > 0):
        low = Fraction(0) if below.high is None else above.low / below.high
    if above.high is not None and above.high >= 0 and below.low is not None and below.low > 0:
        high = above.high / below.low
    return low, high


def shown(
    low: Fraction | None, high: Fraction | None, many: int = 100, decimals: int = 1
) -> tuple[Fraction | None, Fraction | None]:
    """Both ends per so many, to so many decimals, outwards."""
    step = 10**decimals
    return (
        None if low is None else Fraction(math.floor(low * many * step), step),
        None if high is None else Fraction(math.ceil(high * many * step), step),
    )


def has_other_unit(value: Value, unit: str | None) -> bool:
    return value.get("unit") != unit and (value["kind"] in NUMBERED or value.get("unit") is not None)


def refused(values: Iterable[Value], unit: str | None) -> str | None:
    """Why figures of one unit have no sum."""
    for value in values:
        if value["kind"] == "milestone":
            return "milestone"
        if has_other_unit(value, unit):
            return "different_units"
    return None


def share_of(total: Sum, unit: str | None, target: Value | None) -> tuple[Fraction | None, Fraction | None] | None:
    """What a sum is of a target, in percent; None where that cannot be said."""
    if target is None or target["kind"] not in NUMBERED or target.get("unit") not in (None, unit):
        return None
    if not total.parts:
        return None, None
    low, high = quotient(total, summed([target]))
    return shown(low, None if total.silent else high)


def share_ground(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two places overlap, or may."""
    if one[0] == other[0]:
        return one[1] == other[1]
    first, second = _digits(one), _digits(other)
    return first.startswith(second) or second.startswith(first)


def _digits(place: tuple[str, str]) -> str:
    scheme, code = place
    if scheme.startswith("sgc-") or (scheme == "mrc" and len(code) == 4):
        return code
    return "24" if scheme in ("mrc", "qc-region") else ""
