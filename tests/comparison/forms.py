"""The indicators of an invented country, the figures that are reported of them, and the places they are of."""

from decimal import Decimal
from random import Random
from typing import Any, Final, NamedTuple

from domain.values import Combining, Period, QualifiedValue, TerritoryCode

FIRST: Final = Period.quarter(2019, 2)
WORDED: Final = "Mise en œuvre"


class Form(NamedTuple):
    """What kind of indicator one is, and what is odd about the figures of it."""

    kind: Any
    unit: str
    combining: Combining
    of: str | None = None
    odd: str = ""
    """`overlap`: bodies report of each other's ground; `twice`: of all and of a part; `words`: a text as figure;
    `units`: an indicator in another unit is aligned in part."""


_FLOW: Final = Combining(measure="flow", over_periods="sum", across_bodies="sum")
_LEVEL: Final = Combining(measure="stock", over_periods="last", across_bodies="sum")
_QUOTIENT: Final = Combining(measure="flow", over_periods="ratio_of_sums", across_bodies="ratio_of_sums")
_DISTINCT: Final = Combining(measure="distinct", over_periods="not_addable", across_bodies="none")
_ALONE: Final = Combining(measure="flow", over_periods="sum", across_bodies="none")

FORMS: Final = (
    Form("count", "people", _FLOW),
    Form("amount", "CAD", _FLOW),
    Form("proportion", "people", _QUOTIENT, of="people"),
    Form("count", "people", _LEVEL),
    Form("count", "meetings", _FLOW, odd="twice"),
    Form("count", "people", _LEVEL, odd="overlap"),
    Form("rate", "sessions", _QUOTIENT, of="people", odd="twice"),
    Form("count", "people", _DISTINCT),
    Form("count", "agreements", _FLOW, odd="words"),
    Form("count", "enterprises", _FLOW, odd="units"),
    Form("count", "plans", _ALONE),
    Form("count", "enterprises", _FLOW),
)


def periods(count: int) -> list[Period]:
    """Quarters that follow each other."""
    found = [FIRST]
    while len(found) < count:
        following = found[-1].following()
        assert following is not None
        found.append(following)
    return found


def place(number: int, part: int | None = None) -> TerritoryCode:
    """The census division of a body, or one of its subdivisions."""
    division = f"{1_000 + number}"
    if part is None:
        return TerritoryCode(scheme="sgc-cd", code=division)
    return TerritoryCode(scheme="sgc-csd", code=f"{division}{part:03d}")


def places(number: int) -> list[TerritoryCode | None]:
    """Of what a body reports, as it always does: all that it serves, its division, or two parts of that."""
    match number % 10:
        case 0:
            return [place(number, 1), place(number, 2)]
        case 1 | 2 | 3:
            return [place(number)]
        case _:
            return [None]


def figure(random: Random, unit: str) -> QualifiedValue:
    """A figure of any kind; most are exact."""
    number = Decimal(random.randint(0, 12) if random.random() < 0.12 else random.randint(0, 4_000))
    if unit == "CAD" and random.random() < 0.3:
        number += Decimal(random.randint(1, 99)) / 100
    status: Any = random.choices((None, "provisional", "rounded"), (90, 6, 4))[0]
    kind: Any = random.choices(
        ("exact", "at_least", "at_most", "estimate", "range", "not_applicable", "missing", "suppressed"),
        (80, 3, 2, 4, 3, 3, 2, 3),
    )[0]
    match kind:
        case "exact" | "at_least" | "at_most" | "estimate":
            return QualifiedValue(kind=kind, number=number, status=status, unit=unit)
        case "range":
            return QualifiedValue(kind=kind, number=number, upper=number + random.randint(1, 50), unit=unit)
        case _:
            return QualifiedValue(kind=kind, status="provisional" if status == "provisional" else None, unit=unit)


def reported(random: Random, form: Form, unit: str) -> tuple[QualifiedValue, QualifiedValue | None]:
    """A figure, with its denominator where there is one."""
    if form.odd == "words" and random.random() < 0.1:
        return QualifiedValue(kind="milestone", raw=WORDED), None
    return figure(random, unit), None if form.of is None else figure(random, form.of)
