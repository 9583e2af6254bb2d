"""Bars: as long as their figures, with their qualifiers drawn, in the words that Vega-Lite reads."""

import itertools
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import QualifiedValue, Wording
from services.views.chart import BARS_MAX, WIDTHS, Chart, chart, pieces
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


LONGEST = Decimal(400)


def parts(value: QualifiedValue) -> list[tuple[str, int, int]]:
    return [(one.mark, int(one.start), int(one.end)) for one in pieces(value, LONGEST)]


def drawn(*lines: Line) -> Chart:
    found = chart(lines, "fr")
    assert found is not None
    return found


def spec(of: Chart, width: str = "wide") -> Any:
    return json.loads(of.specs[width])


def layer(of: Chart, name: str, width: str = "wide") -> Any:
    (found,) = [one for one in spec(of, width)["layer"] if one["name"] == name]
    return found


def bars(of: Chart) -> dict[int, list[tuple[str, float, float]]]:
    """The pieces of each row, as the specification has them."""
    found: dict[int, list[tuple[str, float, float]]] = {}
    for mark in ("sure", "hatched", "open"):
        for one in layer(of, mark)["data"]["values"]:
            found.setdefault(one["row"], []).append((mark, one["start"], one["end"]))
    return found


def test_a_bar_is_as_long_as_its_figure_from_zero() -> None:
    assert [parts(figure("exact", number)) for number in (400, 100, 0, -5)] == [
        [("sure", 0, 400)],
        [("sure", 0, 100)],
        [("sure", 0, 0)],
        [("sure", 0, 0)],
    ]


def test_what_is_bounded_or_estimated_does_not_look_exact() -> None:
    assert parts(figure("at_least", 100)) == [("sure", 0, 100), ("open", 100, 128)]
    assert parts(figure("at_most", 100)) == [("open", 0, 100)]
    assert parts(figure("estimate", 100)) == [("hatched", 0, 100)]
    assert parts(figure("range", 100, 200)) == [("sure", 0, 100), ("hatched", 100, 200)]


@pytest.mark.parametrize("kind", ["missing", "suppressed", "not_applicable", "milestone"])
def test_a_figure_without_a_number_has_its_words_and_no_bar(kind: str) -> None:
    found = drawn(line(figure(kind)), line(figure("exact", 5)))

    assert bars(found) == {1: [("sure", 0, 5)]}
    assert layer(found, "said")["data"]["values"][0]["said"] == f"{kind} None"


def test_a_share_is_drawn_as_one_and_not_as_its_numerator() -> None:
    half = line(figure("exact", 1), of=figure("exact", 2))
    third = line(figure("exact", 10), of=figure("at_least", 40))
    nothing = line(figure("exact", 10), of=figure("exact", 0))

    found = drawn(half, third, nothing)

    assert bars(found) == {0: [("sure", 0, 50)], 1: [("hatched", 0, 25)]}
    assert found.longest == half.short


def test_the_marks_that_are_drawn_are_explained_and_no_others() -> None:
    assert drawn(line(figure("exact", 1))).marks == ()
    assert drawn(line(figure("estimate", 1)), line(figure("at_least", 1))).marks == ("hatched", "open")


def test_there_is_no_chart_of_nothing_and_none_of_too_much() -> None:
    one = line(figure("exact", 1))

    assert chart([], "en") is None
    assert chart([line(figure("exact", 0)), line(figure("missing"))], "en") is None
    assert chart([one] * BARS_MAX, "en") is not None
    assert chart([one] * (BARS_MAX + 1), "en") is None


@pytest.mark.parametrize("width", WIDTHS)
def test_a_long_name_takes_several_lines_and_all_figures_stand_right_under_theirs(width: str) -> None:
    short, long = "Baie-Modèle", "Réseau en immigration francophone de la Baie-Modèle, des environs et du Nord"

    found = drawn(line(figure("exact", 1), name=short), line(figure("exact", 1), name=long))
    labels = [one["label"] for one in layer(found, "label", width)["data"]["values"]]

    assert " ".join(labels[1]) == long
    assert labels[0][-1] == short
    assert len(labels[0]) == len(labels[1]) == {"narrow": 3, "wide": 1}[width]
    assert max(len(words) for label in labels for words in label) <= WIDTHS[width][1]


def test_colours_are_left_to_the_style_sheet_and_speech_to_the_page() -> None:
    found = spec(drawn(line(figure("estimate", 1))), "narrow")

    assert found["config"]["aria"] is False
    assert found["background"] is None
    assert [one["mark"].get("fill") for one in found["layer"]] == [None, "url(#hatch-narrow)", None, None, None]


figures = st.one_of(
    st.builds(
        figure, st.sampled_from(["exact", "at_least", "at_most", "estimate"]), st.integers(-(10**9), 10**12)
    ),
    st.integers(0, 10**9).map(lambda low: figure("range", low, low + 1)),
    st.sampled_from(["missing", "suppressed"]).map(figure),
)


@given(st.lists(figures, max_size=BARS_MAX))
def test_no_bar_leaves_the_chart_and_none_lies_over_another(values: list[QualifiedValue]) -> None:
    found = chart([line(value) for value in values], "fr")

    if found is None:
        return
    low, high = layer(found, "sure")["encoding"]["x"]["scale"]["domain"]
    for row in bars(found).values():
        row.sort(key=lambda one: one[1:])
        assert all(low <= start <= end <= high * (1 + 1e-9) for _, start, end in row)
        assert all(one[2] <= other[1] for one, other in itertools.pairwise(row))
