"""What a table of several portraits is made of: the figures of each place that answer one question."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from domain.dataset.events import Cell
from domain.portrait.keys import AREA, MEASURE, SHARE, dimension, parted


class Asked(NamedTuple):
    """Which figures: of one measure, by the categories of a dimension, under given categories of others."""

    measure: str | None
    """None: figures that name no measure."""
    by: str | None
    """As SDMX writes it; None: totals alone."""
    where: tuple[tuple[str, str], ...] = ()


class Shown(NamedTuple):
    """A figure, with the percentage that the source prints of it."""

    category: str | None
    """None: the total."""
    cell: Cell
    share: Cell | None


class Row(NamedTuple):
    """The figures of one place."""

    place: str
    total: Shown | None
    cells: tuple[Shown, ...]
    """In the order of their author; none where they are not broken down."""


def rows(cells: Sequence[Cell], scheme: str | None, asked: Asked) -> list[Row]:
    """The places that have a figure of what is asked, in the order of the author."""
    under = dict(asked.where) | ({} if asked.measure is None else {MEASURE: asked.measure})
    counts: dict[tuple[str, str | None], Cell] = {}
    shares: dict[tuple[str, str | None], Cell] = {}
    for cell in cells:
        named = parted(cell.key, scheme)
        place, share = named.pop(AREA, None), named.pop(SHARE, None)
        category = None if asked.by is None else named.pop(asked.by, None)
        if place is None or named != under:
            continue
        if share is None:
            counts[place, category] = cell
        elif asked.by is not None and dimension(share) == asked.by:
            shares[place, category] = cell
    return [
        Row(
            place=place,
            total=_shown(place, None, counts, shares),
            cells=tuple(
                Shown(category, cell, shares.get((place, category)))
                for (of, category), cell in counts.items()
                if of == place and category is not None
            ),
        )
        for place in dict.fromkeys(place for place, _ in counts)
    ]


def places(cells: Sequence[Cell], scheme: str | None) -> set[str]:
    """Every place that a figure names."""
    return {named[AREA] for named in (parted(cell.key, scheme) for cell in cells) if AREA in named}


def _shown(
    place: str,
    category: str | None,
    counts: Mapping[tuple[str, str | None], Cell],
    shares: Mapping[tuple[str, str | None], Cell],
) -> Shown | None:
    cell = counts.get((place, category))
    return None if cell is None else Shown(category, cell, shares.get((place, category)))
