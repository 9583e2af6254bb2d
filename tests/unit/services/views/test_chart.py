"""Bars: as long as their figures, with their qualifiers drawn."""

import itertools
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import QualifiedValue, Wording
from services.views.chart import BARS_MAX, Piece, chart
from services.views.comparison import Line


def figure(kind: str, number: int | None = None, upper: int | None = None) -> QualifiedValue:
    def decimal(given: int | None) -> Decimal | None:
        return None if given is None else Decimal(given)

    raw: Any = "Mise en œuvre" if kind == "milestone" else None
    return QualifiedValue(kind=kind, number=decimal(number), upper=decimal(upper), raw=raw)  # type: ignore[arg-type] # any kind


def line(value: QualifiedValue, of: QualifiedValue | None = None, name: str = "Baie-Modèle") -> Line:
    return Line(
        slug="baie-modele",
        name=Wording(name, "fr"),
        territory=None,
        indicator=None,
        value=value,
        denominator=of,
        said="with what was printed",
        short=f"{value.kind} {value.number}",
        comparability="same",
        stage="published",
        sample=True,
    )


def pieces(*values: QualifiedValue) -> Sequence[list[Piece]]:
    drawn = chart([line(value) for value in values])
    assert drawn is not None
    return [bar.pieces for bar in drawn.bars]


def test_a_bar_is_as_long_as_its_figure_from_zero() -> None:
    assert pieces(figure("exact", 400), figure("exact", 100), figure("exact", 0)) == [
        [Piece("sure", 0, 92.0)],
        [Piece("sure", 0, 23.0)],
        [Piece("sure", 0, 0.0)],
    ]


def test_what_is_bounded_or_estimated_does_not_look_exact() -> None:
    drawn = pieces(
        figure("at_least", 100), figure("at_most", 100), figure("estimate", 100), figure("range", 100, 200)
    )

    assert drawn == [
        [Piece("sure", 0, 46.0), Piece("open", 46.0, 6.0)],
        [Piece("open", 0, 46.0)],
        [Piece("hatched", 0, 46.0)],
        [Piece("sure", 0, 46.0), Piece("hatched", 46.0, 46.0)],
    ]


@pytest.mark.parametrize("kind", ["missing", "suppressed", "not_applicable", "milestone"])
def test_a_figure_without_a_number_has_its_words_and_no_bar(kind: str) -> None:
    drawn = chart([line(figure(kind)), line(figure("exact", 5))])

    assert drawn is not None
    assert drawn.bars[0].pieces == []
    assert drawn.bars[0].said == f"{kind} None"


def test_a_share_is_drawn_as_one_and_not_as_its_numerator() -> None:
    half = line(figure("exact", 1), of=figure("exact", 2))
    third = line(figure("exact", 10), of=figure("at_least", 40))
    nothing = line(figure("exact", 10), of=figure("exact", 0))

    drawn = chart([half, third, nothing])

    assert drawn is not None
    assert [bar.pieces for bar in drawn.bars] == [[Piece("sure", 0, 92.0)], [Piece("hatched", 0, 46.0)], []]
    assert drawn.longest == half.short


def test_the_marks_that_are_drawn_are_explained_and_no_others() -> None:
    exact, bounded = (
        chart([line(figure("exact", 1))]),
        chart([line(figure("estimate", 1)), line(figure("at_least", 1))]),
    )

    assert exact is not None
    assert exact.marks == []
    assert bounded is not None
    assert bounded.marks == ["hatched", "open"]


def test_there_is_no_chart_of_nothing_and_none_of_too_much() -> None:
    assert chart([]) is None
    assert chart([line(figure("exact", 0)), line(figure("missing"))]) is None
    assert chart([line(figure("exact", 1))] * BARS_MAX) is not None
    assert chart([line(figure("exact", 1))] * (BARS_MAX + 1)) is None


def test_a_long_name_takes_several_lines_and_moves_the_bar_down() -> None:
    short, long = "Baie-Modèle", "Réseau en immigration francophone de la Baie-Modèle et des environs"

    drawn = chart([line(figure("exact", 1), name=short), line(figure("exact", 1), name=long)])

    assert drawn is not None
    assert [len(bar.label) for bar in drawn.bars] == [1, 2]
    assert " ".join(words for _, words in drawn.bars[1].label) == long
    assert max(len(words) for bar in drawn.bars for _, words in bar.label) <= 34


figures = st.one_of(
    st.builds(
        figure, st.sampled_from(["exact", "at_least", "at_most", "estimate"]), st.integers(-(10**9), 10**12)
    ),
    st.integers(0, 10**9).map(lambda low: figure("range", low, low + 1)),
    st.sampled_from(["missing", "suppressed"]).map(figure),
)


@given(st.lists(figures, max_size=BARS_MAX))
def test_no_bar_leaves_the_chart_and_none_lies_over_another(values: list[QualifiedValue]) -> None:
    drawn = chart([line(value) for value in values])

    if drawn is None:
        return
    assert len(drawn.bars) == len(values)
    for bar in drawn.bars:
        assert all(0 <= piece.x <= piece.x + piece.width <= 100 for piece in bar.pieces)
    tops = [bar.top for bar in drawn.bars]
    assert all(later - earlier > drawn.bar_height for earlier, later in itertools.pairwise(tops))
    assert drawn.bars[-1].top + drawn.bar_height <= drawn.height
