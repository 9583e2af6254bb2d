"""Figures as the public sees them. Pure: it is given what is published of some bodies, and gives it back shown.

The rules are the domain's (`domain.confidentiality`); here rows become its blocks.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec

from domain.confidentiality import PLACE, Cell, Confidentiality, Shown, shown
from domain.values import QualifiedValue
from projections.comparison import Said

Indicator = tuple[UUID, UUID]
"""Its owner's log, and its stream there."""
Address = tuple[UUID, Indicator, date, date]
"""A body, an indicator and a span of days: what a block is of."""
_NOBODYS: Final = ""


def cell(
    address: Address,
    place: tuple[str, str] | None,
    cuts: Iterable[tuple[str, str]],
    value: QualifiedValue,
    denominator: QualifiedValue | None,
) -> Cell:
    """A figure as the domain has it: of a place (scheme and code) and of categories (dimension and code)."""
    body, (log, stream), start, end = address
    by = sorted(cuts)
    at = _NOBODYS if place is None else "/".join(place)
    parts = (body, log, stream, start, end, at, *(f"{dimension}={category}" for dimension, category in by))
    ways = (*(() if place is None else (PLACE,)), *(dimension for dimension, _ in by))
    return Cell(identity="|".join(map(str, parts)), ways=ways, value=value, denominator=denominator)


def publicly(
    found: Sequence[Said],
    counting_people: Callable[[Indicator], bool],
    opened: Collection[UUID],
    rules: Confidentiality,
) -> list[Said]:
    """Figures as a reader sees them, in their order.

    Args:
        found: what is published, at least, of the breakdowns that are among it; with the whole figures.
        counting_people: whether an indicator counts people.
        opened: bodies whose figures the reader sees as they are.
        rules: bounds and key.
    """
    blocks: defaultdict[Hashable, list[int]] = defaultdict(list)
    for index, one in enumerate(found):
        if one.body not in opened and counting_people(one.indicator):
            blocks[_address(one)].append(index)
    told = list(found)
    for indexes in blocks.values():
        cells = [_cell(found[index]) for index in indexes]
        for index, each in zip(indexes, shown(cells, rules), strict=True):
            told[index] = _told(found[index], each)
    return told


def _address(one: Said) -> Address:
    return one.body, one.indicator, one.period.start, one.period.end


def _cell(one: Said) -> Cell:
    cuts: list[Any] = [tuple(cut.split("=", 1)) for cut in one.cuts.split(",") if cut]
    return cell(_address(one), one.place, cuts, one.value, one.denominator)


def _told(one: Said, each: Shown) -> Said:
    if each.value is one.value and each.denominator is one.denominator:
        return one
    return msgspec.structs.replace(
        one,
        value=each.value,
        denominator=each.denominator,
        rounded=each.withheld is None and (one.rounded or each.value.rounded_to is not None),
        withheld=each.withheld,
    )
