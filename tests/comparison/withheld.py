"""What the public is shown of counts of people, worked out anew from what is published of the rules
(docs/confidentiality.md). Nothing here comes from the product.
"""

import hmac
from collections.abc import Sequence
from fractions import Fraction
from hashlib import sha256
from math import ceil, floor
from typing import TYPE_CHECKING, Final

from tests.comparison.sums import NUMBERED, Value, number

if TYPE_CHECKING:
    from tests.comparison.expected import Seen

KEY: Final = b"the key of the comparison check"
COUNT_MIN: Final = 10
DOMINANCE: Final = Fraction(90, 100)
STEP: Final = 5


def public(one: "Seen", beside: Sequence["Seen"]) -> "Seen":
    """A figure of people with all that its body published of the indicator for the period, itself included."""
    ways = _ways(one)
    if not ways or not any(side["kind"] in NUMBERED for side in _sides(one)):
        return one
    if len(ways) > 1 or _tells_of_persons(ways, beside):
        return one._replace(
            value=_hidden(one.value),
            denominator=None if one.denominator is None else _hidden(one.denominator),
            withheld="CROSSED" if len(ways) > 1 else "SMALL_COUNTS",
        )
    up = _draw(one)
    return one._replace(
        value=_round(one.value, up), denominator=None if one.denominator is None else _round(one.denominator, up)
    )


def _ways(one: "Seen") -> tuple[str, ...]:
    at = () if one.figure.place is None else ("",)
    return (*at, *sorted(dimension for dimension, _ in one.figure.cuts))


def _sides(one: "Seen") -> list[Value]:
    return [one.value] if one.denominator is None else [one.value, one.denominator]


def _tells_of_persons(ways: tuple[str, ...], beside: Sequence["Seen"]) -> bool:
    parts = [one for one in beside if _ways(one) == ways]
    wholes = [number(one.value) for one in beside if not _ways(one) and one.value["kind"] in NUMBERED]
    counts = [number(one.value) for one in parts if one.value["kind"] in NUMBERED]
    told = [*wholes]
    for one in parts:
        sides = _sides(one)
        told += [number(side, end) for side in sides for end in ("number", "upper") if side.get(end) is not None]
        if len(sides) > 1 and all(side["kind"] in NUMBERED for side in sides):
            told.append(number(sides[1]) - number(sides[0]))
    told += [whole - sum(counts) for whole in wholes]
    if any(0 < count < COUNT_MIN for count in told):
        return True
    of = wholes or ([sum(counts, Fraction(0))] if len(counts) > 1 else [])
    return ways != ("",) and any(count > whole * DOMINANCE for count in counts for whole in of)


def _hidden(value: Value) -> Value:
    status = value.get("status")
    return {
        "kind": "suppressed",
        "unit": value.get("unit"),
        "status": status if status == "provisional" else None,
    }


def _draw(one: "Seen") -> Fraction:
    figure = one.figure
    at = "" if figure.place is None else "/".join(figure.place)
    cuts = [f"{dimension}={category}" for dimension, category in sorted(figure.cuts)]
    said = "|".join((figure.tenant, *figure.indicator, *figure.period, at, *cuts))
    drawn = hmac.new(KEY, said.encode(), sha256).digest()[:8]
    return Fraction(int.from_bytes(drawn), 2**64)


def _round(value: Value, draw: Fraction) -> Value:
    if value["kind"] not in NUMBERED:
        return value
    at = number(value)
    below, above = floor(at / STEP) * STEP, ceil(at / STEP) * STEP
    bounds: dict[str, tuple[int, int | None]] = {"at_least": (below, None), "at_most": (above, None)}
    ends = bounds.get(value["kind"])
    if value["kind"] == "range":
        ends = (below, ceil(number(value, "upper") / STEP) * STEP)
    if ends is None:
        ends = (above if draw < (at - below) / STEP else below, None)
    status = value.get("status")
    return {
        "kind": value["kind"],
        "number": str(ends[0]),
        "upper": None if ends[1] is None else str(ends[1]),
        "unit": value.get("unit"),
        "status": status if status == "provisional" else "rounded",
        "rounded_to": STEP,
    }
