"""What the public is shown of counts of people: whole figures as they are, breakdowns rounded or withheld.

A *block* is what one body publishes of one indicator for one period. In it stand the whole figure, figures by
category of one dimension or by place (a *breakdown* each), and figures that are broken down in more than one way.

- The whole figure is what a programme says of itself, and stays as it is.
- A breakdown is shown rounded, or withheld as a whole: with a sensitive count, everything beside it goes too, so
  that nothing is found by taking the rest from the whole. Which count it was is not told: that would narrow it.
- Figures broken down in more than one way are withheld, whatever they are.

What is shown depends on the block and on nothing else, in particular not on the question. Sums, comparisons and
exports are made of what is shown, so no two questions tell more together than the block does.
"""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, Literal

import msgspec

from domain.values.quantity import QualifiedValue
from domain.values.text import LocalizedText, both

Counted = Literal["people", "other"]
"""What the figures of an indicator count: people, or anything else (agreements, meetings, dollars)."""
WithheldReason = Literal["small_counts", "crossed"]
REASONS: Final[dict[WithheldReason, LocalizedText]] = {
    "small_counts": both(
        en="Withheld: a count in this breakdown is so small, or so nearly the whole, that it could tell of "
        "persons.",
        fr="Non divulgué : un nombre de cette ventilation est si petit, ou si proche du total, qu’il pourrait "
        "renseigner sur des personnes.",
        source="en",
    ),
    "crossed": both(
        en="Withheld: counts of people are shown to the public broken down in one way at a time.",
        fr="Non divulgué : les nombres de personnes sont présentés au public selon une seule ventilation à la "
        "fois.",
        source="en",
    ),
}
"""Why the public is not shown a figure, for readers."""

BASE: Final = 5
"""To what counts are rounded, as Statistics Canada does with counts of the census."""
COUNT_MIN: Final = 10
DOMINANCE_PERCENT: Final = 90
PLACE: Final = "@place"
"""The way of breaking down that is by place; every other has the code of a dimension, which has no such sign."""
_DRAWS: Final = 2**64
COUNTING: Final = frozenset({"count", "rate", "proportion"})
"""Kinds of indicator whose figures count something."""


class Confidentiality(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds of an instance, and the key that its rounding is drawn with."""

    key: bytes
    """Whoever has it can undo the rounding in part."""
    count_min: int = COUNT_MIN
    """Counts from 1 to below it are sensitive. Zero is not: it is nobody's."""
    dominance_percent: int = DOMINANCE_PERCENT
    """A category with more than this share of the whole is sensitive: it tells of nearly all. 100: none is."""

    @property
    def fingerprint(self) -> str:
        """Another for other bounds or another key; it gives nothing of the key away."""
        return f"{self.count_min}/{self.dominance_percent}/{draw_of(self.key, ''):016x}"

    def __repr__(self) -> str:
        return f"Confidentiality(count_min={self.count_min}, dominance_percent={self.dominance_percent})"


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of a block."""

    identity: str
    """What it is a figure of, for ever: the rounding is drawn by it."""
    ways: tuple[str, ...]
    """How it is broken down: by `PLACE`, by dimensions; none: the whole."""
    value: QualifiedValue
    denominator: QualifiedValue | None = None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the public sees of a cell."""

    value: QualifiedValue
    denominator: QualifiedValue | None = None
    withheld: WithheldReason | None = None


def counts_people(counted: Counted | None, kind: str) -> bool:
    """Whether the figures of an indicator count people. Until somebody said so, what is counted may be people."""
    return kind in COUNTING and counted != "other"


def shown(block: Sequence[Cell], rules: Confidentiality) -> list[Shown]:
    """What the public sees of the cells of a block that counts people, in their order."""
    wholes = [number for cell in block if not cell.ways and (number := cell.value.number) is not None]
    breakdowns: defaultdict[str, list[Cell]] = defaultdict(list)
    for cell in block:
        if len(cell.ways) == 1:
            breakdowns[cell.ways[0]].append(cell)
    sensitive = {way for way, cells in breakdowns.items() if _is_sensitive(way, cells, wholes, rules)}
    return [_shown(cell, sensitive, rules) for cell in block]


def rounded(number: Decimal, draw: int) -> Decimal:
    """A number at random to one of the two multiples of 5 around it, so that it is the same on average.

    Args:
        number: what is rounded; a multiple of 5 stays.
        draw: at random from 0 to below 2^64; with a greater one, no number is rounded higher.
    """
    over = number % BASE if number >= 0 else (BASE - -number % BASE) % BASE
    below = number - over
    return below + BASE if draw * BASE < over * _DRAWS else below


def draw_of(key: bytes, identity: str) -> int:
    """The draw of a cell: HMAC-SHA256 of what it is a figure of. Asked a thousand times, it is the same."""
    return int.from_bytes(hmac.digest(key, identity.encode(), hashlib.sha256)[:8])


# --- what is sensitive


def _is_sensitive(way: str, cells: Sequence[Cell], wholes: Sequence[Decimal], rules: Confidentiality) -> bool:
    if any(_is_small(number, rules) for number in wholes):
        return True
    if any(_is_small(number, rules) for cell in cells for number in _counts(cell)):
        return True
    numbers = [cell.value.number for cell in cells if cell.value.number is not None]
    together = sum(numbers, Decimal(0))
    if any(_is_small(whole - together, rules) for whole in wholes if whole > together):
        return True  # what is left of the whole is a count too, which nobody had to write down
    if way == PLACE:
        return False  # most of a city's newcomers live in one district: that tells of nobody
    of = wholes or ([together] if len(numbers) > 1 else [])
    return any(number * 100 > whole * rules.dominance_percent for number in numbers for whole in of)


def _is_small(number: Decimal, rules: Confidentiality) -> bool:
    return 0 < abs(number) < rules.count_min


def _counts(cell: Cell) -> Iterable[Decimal]:
    """All numbers of people that a cell tells, also by what is between its numerator and its denominator."""
    sides = (cell.value,) if cell.denominator is None else (cell.value, cell.denominator)
    for side in sides:
        for end in (side.number, side.upper):
            if end is not None:
                yield end
    if cell.denominator is not None and cell.value.number is not None and cell.denominator.number is not None:
        yield max(Decimal(0), cell.denominator.number - cell.value.number)


# --- what is shown


def _shown(cell: Cell, sensitive: set[str], rules: Confidentiality) -> Shown:
    match cell.ways:
        case ():
            return Shown(value=cell.value, denominator=cell.denominator)
        case (way,) if way in sensitive:
            return _withheld(cell.value, cell.denominator, "small_counts")
        case (_,):
            draw = draw_of(rules.key, cell.identity)  # one for both sides, so that no share exceeds the whole
            denominator = None if cell.denominator is None else _rounded(cell.denominator, draw)
            return Shown(value=_rounded(cell.value, draw), denominator=denominator)
        case _:
            return _withheld(cell.value, cell.denominator, "crossed")


def _withheld(value: QualifiedValue, denominator: QualifiedValue | None, reason: WithheldReason) -> Shown:
    """A figure that is there and is not shown. What has no number tells nothing and stays."""
    if not value.has_number and (denominator is None or not denominator.has_number):
        return Shown(value=value, denominator=denominator)
    return Shown(
        value=_suppressed(value),
        denominator=None if denominator is None else _suppressed(denominator),
        withheld=reason,
    )


def _rounded(value: QualifiedValue, draw: int) -> QualifiedValue:
    """A figure rounded: at random, or a bound outwards, so that it stays true. The text as printed goes."""
    number = value.number
    if number is None:
        return value
    upper = None
    match value.kind:
        case "at_least":
            number = rounded(number, _DRAWS)
        case "at_most":
            number = -rounded(-number, _DRAWS)
        case "range":
            assert value.upper is not None
            number, upper = rounded(number, _DRAWS), -rounded(-value.upper, _DRAWS)
        case _:
            number = rounded(number, draw)
    status = value.status if value.status == "provisional" else "rounded"
    return QualifiedValue(
        kind=value.kind, number=number + 0, upper=upper, status=status, rounded_to=BASE, unit=value.unit
    )


def _suppressed(value: QualifiedValue) -> QualifiedValue:
    status = value.status if value.status == "provisional" else None
    return QualifiedValue(kind="suppressed", unit=value.unit, status=status)
