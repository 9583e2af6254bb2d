"""Bars for figures, as numbers that a template draws: lengths in percent of the width, heights in pixels.

Widths in percent let the chart follow the page without scaling its text; fills are classes of the style sheet,
so that the strict policy of the pages holds and dark pages have dark charts. A qualifier is drawn, not only said:
what is not certain is hatched, what is only bounded is dashed.
"""

import textwrap
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from domain.values import QualifiedValue
from services.views.comparison import Line

BARS_MAX: Final = 40
_WIDEST: Final = 92.0
"""Percent of the width for the longest bar: what is open beyond a bound still has its place."""
_BEYOND: Final = 6.0
_CHARACTERS_A_LINE: Final = 34
"""So much fits the narrowest phone at the size of the style sheet."""
_TEXT: Final = 22
_BAR: Final = 16
_GAP: Final = 20

Mark = Literal["sure", "hatched", "open"]


class Piece(NamedTuple):
    """A part of a bar, from a place on; both in percent of the width."""

    mark: Mark
    x: float
    width: float


class Bar(NamedTuple):
    """A figure: its label in lines with their heights, its words, and its bar, which may have no pieces."""

    label: list[tuple[int, str]]
    language: str
    said: str
    said_at: int
    top: int
    pieces: list[Piece]


class Chart(NamedTuple):
    """All bars, and how high they are together."""

    bars: list[Bar]
    height: int
    longest: str
    bar_height: int = _BAR

    @property
    def marks(self) -> list[Mark]:
        """What is drawn and needs a word of explanation."""
        drawn = {piece.mark for bar in self.bars for piece in bar.pieces}
        kinds: tuple[Mark, ...] = ("hatched", "open")
        return [mark for mark in kinds if mark in drawn]


def chart(lines: Sequence[Line]) -> Chart | None:
    """The chart of figures in their order; None where there is none to draw, or there are too many."""
    figures = [_plotted(line) for line in lines]
    drawn = [(line, one) for line, one in zip(lines, figures, strict=True) if one is not None]
    longest, of_longest = max(((_end(one), line.short) for line, one in drawn), default=(Decimal(0), ""))
    if longest <= 0 or len(lines) > BARS_MAX:
        return None
    bars, top = [], 0
    for line, figure in zip(lines, figures, strict=True):
        label = textwrap.wrap(line.label, _CHARACTERS_A_LINE, break_on_hyphens=False) or [line.label]
        placed = [(top + _TEXT * (row + 1) - 5, words) for row, words in enumerate(label)]
        said_at = top + _TEXT * (len(label) + 1) - 5
        top += _TEXT * (len(label) + 1)
        pieces = [] if figure is None else _pieces(figure, longest)
        bars.append(Bar(placed, line.name.language, line.short, said_at, top, pieces))
        top += _BAR + _GAP
    return Chart(bars, top - _GAP + 4, of_longest)


def _plotted(line: Line) -> QualifiedValue | None:
    """What the length of a bar is: the figure, or the share in percent; None without a number."""
    value, whole = line.value, line.denominator
    if value.number is None:
        return None
    if whole is None:
        return value
    if not whole.number:
        return None
    exact = value.kind == whole.kind == "exact"
    kind: Literal["exact", "estimate"] = "exact" if exact else "estimate"
    return QualifiedValue(kind=kind, number=100 * value.number / whole.number)


def _end(figure: QualifiedValue) -> Decimal:
    end = figure.number if figure.upper is None else figure.upper
    assert end is not None
    return end


def _pieces(figure: QualifiedValue, longest: Decimal) -> list[Piece]:
    def length(number: Decimal) -> float:
        return round(_WIDEST * float(max(number, Decimal(0)) / longest), 2)

    assert figure.number is not None
    at = length(figure.number)
    match figure.kind:
        case "at_least":
            return [Piece("sure", 0, at), Piece("open", at, _BEYOND)]
        case "at_most":
            return [Piece("open", 0, at)]
        case "estimate":
            return [Piece("hatched", 0, at)]
        case "range":
            assert figure.upper is not None
            return [Piece("sure", 0, at), Piece("hatched", at, round(length(figure.upper) - at, 2))]
        case _:
            return [Piece("sure", 0, at)]
