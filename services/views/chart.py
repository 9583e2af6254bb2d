"""Bars for figures, as Vega-Lite draws them: what is drawn and how, in JSON that says nothing of colours.

Colours, fonts and hatching are of the style sheet, by the names of the layers, so that the strict policy of the
pages holds and dark pages have dark charts. A qualifier is drawn, not only said: what is not certain is hatched,
what is only bounded is dashed.
"""

import textwrap
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

import msgspec

from domain.values import Language, QualifiedValue
from services.views.comparison import Line

BARS_MAX: Final = 40
_BEYOND: Final = Decimal("0.07")
"""Of the longest bar: what is open beyond a bound still has its place."""
_TEXT: Final = 20
_BAR: Final = 16
_GAP: Final = 20
WIDTHS: Final = {"narrow": (300, 34, 3), "wide": (680, 78, 6)}
"""Of a phone and of a page: pixels, characters that fit a line, and marks on the axis."""

Mark = Literal["sure", "hatched", "open"]
MARKS: Final[tuple[Mark, ...]] = ("sure", "hatched", "open")


class Piece(NamedTuple):
    """A part of a bar, from one number to another."""

    mark: Mark
    start: Decimal
    end: Decimal


class Chart(NamedTuple):
    """A chart that can be drawn, in each width."""

    specs: dict[str, bytes]
    """By the names of `WIDTHS`, as Vega-Lite reads them."""
    language: Language
    marks: tuple[Mark, ...]
    """What is drawn and needs a word of explanation."""
    longest: str


def chart(lines: Sequence[Line], language: Language) -> Chart | None:
    """The chart of figures in their order; None where there is none to draw, or there are too many."""
    figures = [_plotted(line) for line in lines]
    drawn = [(line, one) for line, one in zip(lines, figures, strict=True) if one is not None]
    longest, of_longest = max(((_end(one), line.short) for line, one in drawn), default=(Decimal(0), ""))
    if longest <= 0 or len(lines) > BARS_MAX:
        return None
    bars = [() if one is None else pieces(one, longest) for one in figures]
    used = {piece.mark for bar in bars for piece in bar}
    specs = {width: msgspec.json.encode(_spec(lines, bars, longest, width)) for width in WIDTHS}
    return Chart(specs, language, tuple(mark for mark in MARKS[1:] if mark in used), of_longest)


def pieces(figure: QualifiedValue, longest: Decimal) -> tuple[Piece, ...]:
    """The parts of a figure's bar; what is below zero has no length."""

    def at(number: Decimal) -> Decimal:
        return max(number, Decimal(0))

    assert figure.number is not None
    number = at(figure.number)
    match figure.kind:
        case "at_least":
            return Piece("sure", Decimal(0), number), Piece("open", number, number + longest * _BEYOND)
        case "at_most":
            return (Piece("open", Decimal(0), number),)
        case "estimate":
            return (Piece("hatched", Decimal(0), number),)
        case "range":
            assert figure.upper is not None
            return Piece("sure", Decimal(0), number), Piece("hatched", number, at(figure.upper))
        case _:
            return (Piece("sure", Decimal(0), number),)


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
    return QualifiedValue(kind=kind, number=round(100 * value.number / whole.number, 6))


def _end(figure: QualifiedValue) -> Decimal:
    end = figure.number if figure.upper is None else figure.upper
    assert end is not None
    return end


def _spec(lines: Sequence[Line], bars: Sequence[Sequence[Piece]], longest: Decimal, width: str) -> dict[str, Any]:
    pixels, characters, ticks = WIDTHS[width]
    wrapped = [textwrap.wrap(line.label, characters, break_on_hyphens=False) or [line.label] for line in lines]
    rows = max(map(len, wrapped)) + 1
    # A short label stands right above its figure, whatever room a longer one takes elsewhere.
    labels = [[""] * (rows - 1 - len(label)) + label for label in wrapped]
    step = _TEXT * rows + _BAR + _GAP
    across = {"type": "quantitative", "scale": {"domain": [0, float(longest * (1 + _BEYOND))], "nice": False}}
    down = {"field": "row", "type": "ordinal", "axis": None, "scale": {"padding": 0}}
    axis = {"title": None, "grid": False, "tickCount": ticks, "labelFontSize": 14, "labelFlush": True}
    top = -step / 2
    layers: list[dict[str, Any]] = [
        {
            "name": mark,
            "data": {
                "values": [
                    {"row": row, "start": float(piece.start), "end": float(piece.end)}
                    for row, bar in enumerate(bars)
                    for piece in bar
                    if piece.mark == mark
                ]
            },
            "mark": {
                "type": "bar",
                "height": _BAR,
                "yOffset": top + _TEXT * rows + _BAR / 2 + 2,
                **({"fill": f"url(#hatch-{width})"} if mark == "hatched" else {}),
            },
            "encoding": {"x": {"field": "start", **across, "axis": axis}, "x2": {"field": "end"}, "y": down},
        }
        for mark in MARKS
    ]
    texts = [
        {"row": row, "label": label, "said": line.short}
        for row, (line, label) in enumerate(zip(lines, labels, strict=True))
    ]
    for name, at in (("label", top + 4), ("said", top + _TEXT * (rows - 1) + 4)):
        layers.append(
            {
                "name": name,
                "data": {"values": texts},
                "mark": {
                    "type": "text",
                    "align": "left",
                    "baseline": "top",
                    "dy": at,
                    "fontSize": 15,
                    "lineHeight": _TEXT,
                },
                "encoding": {"x": {"value": 0}, "y": down, "text": {"field": name}},
            }
        )
    return {
        "width": pixels,
        "height": {"step": step},
        "background": None,
        "padding": 4,
        "layer": layers,
        "config": {"aria": False, "font": "inherit", "view": {"stroke": None}},
    }
