"""Whether the figures of a vintage agree with each other, as far as rounding lets one tell.

Two things are checked. A *sum*: the categories of a dimension against the figure that does not name it, if there
are two or more of them. A *share*: a percentage against the figure that it is a share of and its denominator.

A column of n percentages, each printed to a tenth, may add up to anything within n × 0.05 of 100; counts rounded
to a step may differ from their rounded total by half a step each. What lies within is no error.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from domain.dataset.events import Cell
from domain.portrait.keys import ITEM, MEASURE, SHARE, dimension, parted
from domain.portrait.rounding import Bounds, bounds, counted, exactly, is_rounded, margin, quotient, summed
from domain.values import QualifiedValue
from domain.values.printed import PERCENT

Kind = Literal["sum", "share"]
Outcome = Literal["holds", "rounding", "random_rounding", "fails", "not_checked"]
"""`rounding`: it differs by no more than the rounding of the parts explains; `random_rounding`: only if they were
rounded at random, as census counts are."""
Reason = Literal[
    "unknown_part", "unknown_total", "part_not_printed", "units_differ", "two_denominators", "no_denominator"
]
HUNDRED: Final = Decimal(100)
PLAIN: Final = frozenset({"exact", "not_applicable"})
"""Kinds of figures that can be found to agree; of others one finds only that they cannot."""
_NOT_SUMMED: Final = frozenset({MEASURE, SHARE, ITEM})


class Check(NamedTuple):
    """A finding. Everything of it is worked out from the figures."""

    kind: Kind
    outcome: Outcome
    reason: Reason | None
    """Why it was not checked."""
    over: str
    """The dimension that is summed over, or that the share is of."""
    where: tuple[tuple[str, str], ...]
    """What else the figures have in common: dimensions with their categories, in the order of the key."""
    keys: tuple[str, ...]
    """The parts, in the order of their author; of a share the figure alone."""
    total: str | None
    """The key of the total; None: 100 % is understood."""
    found: Decimal | None
    """What the parts add up to, or what the share is by its numbers, rounded as printed; None: not known."""
    expected: Decimal | None
    """What is printed."""
    allowance: Decimal
    """By how much rounding alone may make them differ."""
    rounded: int
    """How many of the parts are rounded."""
    unit: str | None
    """That of the figures."""


class _Figure(NamedTuple):
    cell: Cell
    named: Mapping[str, str]

    def without(self, name: str) -> frozenset[tuple[str, str]]:
        return frozenset((one, category) for one, category in self.named.items() if one != name)


def check(cells: Sequence[Cell], scheme: str | None) -> list[Check]:
    """What is found in a vintage: sums in the order of their first part, then shares in that of the figures.

    The cost grows with the number of figures times their dimensions.
    """
    figures = [_Figure(cell, parted(cell.key, scheme)) for cell in cells]
    known = {frozenset(one.named.items()): one for one in figures}
    groups: dict[tuple[str, frozenset[tuple[str, str]]], list[_Figure]] = {}
    for one in figures:
        for name in one.named.keys() - _NOT_SUMMED:
            groups.setdefault((name, one.without(name)), []).append(one)
    found = [
        _sum(name, parts, known, groups)
        for (name, rest), parts in groups.items()
        if len(parts) > 1 and _is_column(name, rest) and _has_total(rest, known, parts)
    ]
    order = {cell.key: index for index, cell in enumerate(cells)}
    found.sort(key=lambda one: (order[one.keys[0]], one.over))
    return found + [_share(one, known) for one in figures if SHARE in one.named]


def _is_column(name: str, rest: Iterable[tuple[str, str]]) -> bool:
    """Percentages add up only along the dimension that they are shares of."""
    share = dict(rest).get(SHARE)
    return share is None or dimension(share) == name


def _has_total(
    rest: frozenset[tuple[str, str]], known: Mapping[frozenset[tuple[str, str]], _Figure], parts: Sequence[_Figure]
) -> bool:
    return rest in known or all(SHARE in part.named for part in parts)


def _sum(
    name: str,
    parts: Sequence[_Figure],
    known: Mapping[frozenset[tuple[str, str]], _Figure],
    groups: Mapping[tuple[str, frozenset[tuple[str, str]]], Sequence[_Figure]],
) -> Check:
    rest = parts[0].without(name)
    total = known.get(rest)
    values = [part.cell.value for part in parts]
    # Where none is printed, a column of shares makes a whole.
    whole = total.cell.value if total else QualifiedValue(kind="exact", number=HUNDRED, unit=values[0].unit)
    counts = groups.get((name, frozenset(one for one in rest if one[0] != SHARE)), ())
    reason = _why_not(parts, total, whole, counts if dict(rest).get(SHARE) else ())
    numbers = [value.number for value in values if value.number is not None]
    found = sum(numbers, Decimal(0)) if len(numbers) == len(values) else None
    outcome: Outcome = "not_checked"
    if reason is None or reason in {"unknown_part", "unknown_total"}:
        outcome = _agree(values, whole)
        reason = None if outcome != "not_checked" else reason or "unknown_part"
    away = sum((margin(value) for value in (*values, whole) if value.number is not None), Fraction(0))
    if _is_whole(whole):
        away -= margin(whole)
    return Check(
        kind="sum",
        outcome=outcome,
        reason=reason,
        over=name,
        where=tuple(one for one in parts[0].named.items() if one[0] != name),
        keys=tuple(part.cell.key for part in parts),
        total=None if total is None else total.cell.key,
        found=found,
        expected=whole.number,
        allowance=_decimal(away),
        rounded=sum(map(is_rounded, values)),
        unit=whole.unit,
    )


def _why_not(
    parts: Sequence[_Figure], total: _Figure | None, whole: QualifiedValue, counts: Sequence[_Figure]
) -> Reason | None:
    values = [part.cell.value for part in parts]
    if len({value.unit for value in (*values, whole)}) > 1:
        return "units_differ"
    if whole.unit == PERCENT:
        wholes = {
            one.cell.denominator.number
            for one in (*parts, *([total] if total else []))
            if one.cell.denominator is not None
        }
        if len(wholes) > 1:
            return "two_denominators"
    if len(counts) > len(parts):
        return "part_not_printed"
    if whole.number is None:
        return "unknown_total"
    return (
        "unknown_part"
        if any(value.number is None and value.kind != "not_applicable" for value in values)
        else None
    )


def _agree(values: Sequence[QualifiedValue], whole: QualifiedValue) -> Outcome:
    """How parts agree with their total; only what cannot be is said to fail."""
    numbers = [value.number for value in (*values, whole) if value.number is not None]
    together = counted if all(number >= 0 for number in numbers) else summed
    for at_random in (False, True):
        parts = together(bounds(value, at_random=at_random) for value in values)
        printed = exactly(HUNDRED) if _is_whole(whole) else bounds(whole, at_random=at_random)
        if not parts.meets(printed):
            continue
        if any(value.kind not in PLAIN for value in (*values, whole)) or None in (*parts, *printed):
            return "not_checked"
        if sum(numbers[:-1], Decimal(0)) == whole.number:
            return "holds"
        return "random_rounding" if at_random else "rounding"
    return "fails"


def _is_whole(value: QualifiedValue) -> bool:
    """Whether it is a hundred per cent, which nothing was rounded to."""
    return value.unit == PERCENT and value.number == HUNDRED


def _share(figure: _Figure, known: Mapping[frozenset[tuple[str, str]], _Figure]) -> Check:
    over = dimension(figure.named[SHARE])
    part = known.get(figure.without(SHARE))
    printed, whole = figure.cell.value, figure.cell.denominator
    found: Decimal | None = None
    outcome: Outcome = "not_checked"
    reason: Reason | None = None
    if whole is None:
        reason = "no_denominator"
    elif part is None:
        reason = "part_not_printed"
    elif None in (printed.number, whole.number, part.cell.value.number):
        reason = "unknown_part"
    else:
        outcome, found = share_of(part.cell.value, whole, printed)
        reason = "unknown_part" if outcome == "not_checked" else None
    return Check(
        kind="share",
        outcome=outcome,
        reason=reason,
        over=over,
        where=tuple(one for one in figure.named.items() if one[0] != SHARE),
        keys=(figure.cell.key,),
        total=None if part is None else part.cell.key,
        found=found,
        expected=printed.number,
        allowance=Decimal(0) if printed.number is None else _decimal(margin(printed)),
        rounded=sum(is_rounded(one.cell.value) for one in (part, figure) if one is not None),
        unit=printed.unit,
    )


def share_of(
    part: QualifiedValue, whole: QualifiedValue, printed: QualifiedValue
) -> tuple[Outcome, Decimal | None]:
    """How a percentage agrees with its two numbers, and what they make, to the digits of the printed one."""
    assert part.number is not None
    assert whole.number is not None
    assert printed.number is not None
    for at_random in (False, True):
        made = quotient(bounds(part, at_random=at_random), bounds(whole, at_random=at_random))
        per_cent = Bounds(*(None if end is None else end * 100 for end in made))
        if not per_cent.meets(bounds(printed)):
            continue
        if printed.kind != "exact" or part.kind != "exact" or whole.kind != "exact" or None in per_cent:
            return "not_checked", None
        exact = Fraction(part.number) * 100 / Fraction(whole.number)
        same = exact == Fraction(printed.number)
        return ("holds" if same else "random_rounding" if at_random else "rounding"), to_digits(
            exact, printed.number
        )
    return "fails", to_digits(Fraction(part.number) * 100 / Fraction(whole.number), printed.number)


def to_digits(exact: Fraction, like: Decimal) -> Decimal:
    """A number rounded, half up, to as many decimals as another has."""
    decimals = max(0, -int(like.as_tuple().exponent))
    scaled = exact * 10**decimals
    floor = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(floor).scaleb(-decimals)


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)
