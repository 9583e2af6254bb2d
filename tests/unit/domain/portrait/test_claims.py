"""Prose held to the figures that it speaks of."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dataset.events import Cell, Tie
from domain.portrait.checks import to_digits
from domain.portrait.claims import Judged, judge, judged_words
from domain.values import QualifiedValue
from tests.unit.domain.portrait.printed import people, per_cent

CELLS = {
    one.key: one
    for one in (
        Cell(key="01/students", value=people(970, rounded_to=5)),
        Cell(key="01/ptet", value=people(205, rounded_to=5)),
        Cell(key="01/pmi", value=people(365, rounded_to=5)),
        Cell(key="01/2019", value=people(135)),
        Cell(key="01/refugee", value=people(52)),
        Cell(key="01/refugee/share.category", value=per_cent("38.5"), denominator=people(135)),
        Cell(key="03/immigrants", value=people(41895, rounded_to=5)),
        Cell(key="03/population", value=people(709325, rounded_to=5)),
        Cell(key="11/ptet", value=people(55, rounded_to=5)),
        Cell(key="11/pmi", value=people(75, rounded_to=5)),
        Cell(key="hidden", value=QualifiedValue(kind="suppressed", unit="people")),
        Cell(key="nobody", value=QualifiedValue(kind="not_applicable", unit="people")),
        Cell(key="balance", value=people(-4)),
        Cell(key="none", value=people(0)),
        Cell(key="about", value=QualifiedValue(kind="estimate", number=Decimal(10), unit="people")),
    )
}


def number(text: str, **more: Any) -> QualifiedValue:
    return QualifiedValue(kind="exact", number=Decimal(text), **more)


def said(stated: QualifiedValue, *cells: str, of: tuple[str, ...] = (), times: str | None = None) -> Judged:
    return judge(stated, Tie(cells=cells, of=of, times=None if times is None else per_cent(times)), CELLS)


# --- what the regional plan says of its tables --------------------------------------------------------------


@pytest.mark.parametrize(
    ("judged", "verdict", "found"),
    [
        (said(per_cent("38.5"), "01/refugee/share.category"), "agrees", "38.5"),
        (said(per_cent("38.5"), "01/refugee", of=("01/2019",)), "rounded", "38.52"),
        (said(number("11"), "01/students", "01/ptet", "01/pmi", of=("01/2019",)), "rounded", "11.4"),
        (said(number("130"), "11/ptet", "11/pmi"), "agrees", "130"),
        (said(per_cent("5"), "03/immigrants", of=("03/population",), times="56.2"), "disagrees", "3.3"),
    ],
)
def test_claims_of_the_plan_are_judged_by_its_tables(judged: Judged, verdict: str, found: str) -> None:
    assert (judged.verdict, str(judged.found)) == (verdict, found)


# --- each verdict -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("judged", "reason"),
    [
        (said(number("1")), "nothing_tied"),
        (said(number("1"), "elsewhere"), "no_vintage"),
        (judge(number("1"), Tie(cells=("01/2019",)), None), "no_vintage"),
        (said(QualifiedValue(kind="milestone", raw="négatif"), "01/2019"), "no_number"),
        (said(per_cent("135"), "01/2019"), "units_differ"),
        (said(number("1"), "01/2019", "01/refugee/share.category"), "units_differ"),
        (said(number("1"), "01/2019", of=("01/2019", "01/refugee/share.category")), "units_differ"),
        (said(number("135"), "hidden"), "unknown_part"),
        (said(number("135"), "01/2019", "hidden"), "unknown_part"),
        (said(number("1"), "01/2019", of=("hidden",)), "unknown_part"),
        (said(number("1"), "01/2019", of=("none",)), "unknown_part"),
        (said(number("10"), "about"), "unknown_part"),
        (said(number("1"), "hidden", of=("01/2019",), times="10"), "unknown_part"),
        (said(QualifiedValue(kind="estimate", number=Decimal(130)), "01/2019"), "estimate"),
    ],
)
def test_what_cannot_be_checked_says_why(judged: Judged, reason: str) -> None:
    assert (judged.verdict, judged.reason) == ("not_checkable", reason)


@pytest.mark.parametrize(
    ("stated", "verdict"),
    [
        (number("135"), "agrees"),
        (number("134"), "disagrees"),
        (number("135", rounded_to=10), "agrees"),
        (number("140", rounded_to=10), "rounded"),
        (number("150", rounded_to=10), "disagrees"),
        (QualifiedValue(kind="at_least", number=Decimal(100)), "agrees"),
        (QualifiedValue(kind="at_least", number=Decimal(136)), "disagrees"),
        (QualifiedValue(kind="at_most", number=Decimal(100)), "disagrees"),
        (QualifiedValue(kind="range", number=Decimal(100), upper=Decimal(200)), "agrees"),
        (QualifiedValue(kind="range", number=Decimal(10), upper=Decimal(20)), "disagrees"),
    ],
)
def test_a_figure_that_is_not_rounded_is_said_or_not(stated: QualifiedValue, verdict: str) -> None:
    assert said(stated, "01/2019").verdict == verdict


def test_a_ratio_is_told_in_its_own_digits_and_bounds_have_theirs() -> None:
    assert [said(number(text), "01/students", of=("01/2019",)).verdict for text in ("7", "7.2", "7.3", "8")] == [
        *("rounded", "rounded", "disagrees", "disagrees")
    ]
    least = QualifiedValue(kind="at_least", number=Decimal(7))
    assert said(least, "01/students", of=("01/2019",)).verdict == "agrees"
    assert said(number("0"), "none", of=("01/2019",)) == Judged("agrees", None, Decimal("0.0"), None)


def test_a_hidden_figure_does_not_hide_what_is_impossible() -> None:
    judged = said(number("100"), "01/2019", "hidden")
    assert (judged.verdict, judged.found) == ("disagrees", None)


def test_what_is_not_applicable_adds_nothing_and_a_balance_may_be_below_zero() -> None:
    assert said(number("135"), "01/2019", "nobody").verdict == "agrees"
    assert said(number("131"), "01/2019", "balance").verdict == "agrees"
    assert said(number("10"), "about", "balance").verdict == "not_checkable"


def test_census_counts_rounded_at_random_explain_more() -> None:
    assert [said(number(text), "11/ptet").verdict for text in ("57", "59", "60")] == [
        *("rounded", "rounded", "disagrees")
    ]


@given(st.integers(0, 10_000), st.integers(1, 10_000), st.integers(0, 4))
def test_a_percentage_rounded_from_its_figures_never_disagrees(part: int, whole: int, decimals: int) -> None:
    cells = {"a": Cell(key="a", value=people(part)), "b": Cell(key="b", value=people(whole))}
    printed = to_digits(Fraction(100 * part, whole), Decimal(1).scaleb(-decimals))
    tie = Tie(cells=("a",), of=("b",))

    assert judge(per_cent(f"{printed:f}"), tie, cells).verdict in {"agrees", "rounded"}
    off = printed + Decimal(2).scaleb(-decimals)
    assert judge(per_cent(f"{off:f}"), tie, cells).verdict == "disagrees"


# --- in words -----------------------------------------------------------------------------------------------


def words(stated: QualifiedValue, *cells: str, **more: Any) -> tuple[str, str]:
    told = judged_words(stated, said(stated, *cells, **more))
    return told.en, told.fr


def test_a_verdict_says_what_was_said_and_what_the_figures_make() -> None:
    stated = per_cent("5")
    assert words(stated, "03/immigrants", of=("03/population",), times="56.2") == (
        "5% is said, but the figures make 3.3%.",
        "Le texte dit 5\xa0%, mais les chiffres donnent 3,3\xa0%.",
    )
    raw = number("11", raw="11 personnes immigrantes temporaires")
    assert words(raw, "01/students", "01/ptet", "01/pmi", of=("01/2019",)) == (
        "11 is said, and the figures make 11.4, which rounding explains.",
        "Le texte dit 11 et les chiffres donnent 11,4, ce que l’arrondi explique.",
    )
    assert words(people(130), "11/ptet", "11/pmi")[0] == "130 is said, and the figures make 130."
    assert words(number("1"))[1] == "Aucun chiffre du jeu de données n’en fait état."
    assert words(number("100"), "01/2019", "hidden")[0] == (
        "100 is said, which the figures that are known rule out."
    )
