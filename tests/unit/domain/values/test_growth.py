"""How much changed between two periods, or why nothing can be said of it."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import Combining, Period, QualifiedValue, TerritoryCode
from domain.values.arithmetic import Figure
from domain.values.growth import NO_GROWTH, Growth, NoGrowthError, check_comparable, growth, other_season

COUNTS = Combining(measure="flow", over_periods="sum", across_bodies="sum")
SHARES = Combining(measure="flow", over_periods="ratio_of_sums", across_bodies="ratio_of_sums")
PEOPLE = Combining(measure="distinct", over_periods="not_addable", across_bodies="none")


def a_figure(
    number: int | None, kind: Any = "exact", *, of: int | None = None, body: int = 1, **more: Any
) -> Figure:
    value = QualifiedValue(kind=kind, number=None if number is None else Decimal(number), unit="u", **more)
    below = None if of is None else QualifiedValue(kind="exact", number=Decimal(of), unit="n")
    return Figure(body=UUID(int=body), territory=None, value=value, denominator=below)


def grown(before: Figure, after: Figure, combining: Combining = COUNTS) -> Growth:
    return growth([(before, after)], "u", combining, "n")


def refused(*pairs: tuple[Figure, Figure], combining: Combining = COUNTS) -> str:
    with pytest.raises(NoGrowthError) as refusal:
        growth(pairs, "u", combining, "n")
    assert None not in (refusal.value.message.en, refusal.value.message.fr)
    return refusal.value.reason


def test_a_count_grows_in_percent_of_what_was_before() -> None:
    change = grown(a_figure(80), a_figure(90))

    assert (change.unit, change.low, change.high) == ("percent", Fraction(1, 8), Fraction(1, 8))
    assert change.shown() == (Decimal("12.5"), Decimal("12.5"))
    assert grown(a_figure(90), a_figure(80)).shown() == (Decimal("-11.2"), Decimal("-11.1"))


def test_what_is_not_exact_gives_both_ends_of_a_change() -> None:
    change = grown(a_figure(100, "range", upper=Decimal(125)), a_figure(150, "estimate", status="provisional"))

    assert change.shown() == (Decimal("20.0"), Decimal("50.0"))
    assert (change.estimated, change.provisional) == (True, True)


def test_an_open_end_stays_open() -> None:
    assert grown(a_figure(100), a_figure(150, "at_least")).shown() == (Decimal("50.0"), None)
    assert grown(a_figure(100, "at_least"), a_figure(150)).shown() == (Decimal("-100.0"), Decimal("50.0"))


def test_quotients_differ_by_points() -> None:
    change = grown(a_figure(10, of=40), a_figure(15, of=50), SHARES)

    assert (change.unit, change.shown()) == ("points", (Decimal("5.0"), Decimal("5.0")))
    assert not change.estimated


def test_distinct_people_of_one_body_may_grow_and_of_two_may_not() -> None:
    pair = (a_figure(10), a_figure(20))

    assert growth([pair], "u", PEOPLE).shown() == (Decimal("100.0"), Decimal("100.0"))
    assert refused(pair, (a_figure(1, body=2), a_figure(2, body=2)), combining=PEOPLE) == "not_addable"


@pytest.mark.parametrize("silent", ["missing", "suppressed", "not_applicable"])
def test_figures_without_a_number_are_not_compared(silent: str) -> None:
    known = (a_figure(10), a_figure(20))

    assert refused((a_figure(10), a_figure(None, silent))) == "nothing_in_common"
    assert growth([known, (a_figure(5, body=2), a_figure(None, silent, body=2))], "u", COUNTS) == grown(*known)


def test_there_is_no_percentage_of_nothing() -> None:
    assert refused((a_figure(0), a_figure(20))) == "from_zero"
    assert refused((a_figure(0, "range", upper=Decimal(5)), a_figure(20))) == "from_zero"


def test_only_like_periods_in_their_order_are_compared() -> None:
    year, quarter = Period.fiscal_year(2021), Period.quarter(2022, 2)

    check_comparable(year, Period.fiscal_year(2023))
    check_comparable(
        Period.custom(date(2021, 1, 1), date(2021, 1, 31)), Period.custom(date(2021, 2, 1), date(2021, 3, 3))
    )
    for before, after, reason in (
        (year, Period.calendar_year(2023), "periods_unlike"),
        (Period.years(2019, 2020), Period.years(2021, 2023), "periods_unlike"),
        (Period.fiscal_year(2022), year, "periods_overlap"),
        (year, Period.calendar_year(2022), "periods_overlap"),
    ):
        with pytest.raises(NoGrowthError) as refusal:
            check_comparable(before, after)
        assert refusal.value.reason == reason
    assert other_season(quarter, Period.quarter(2022, 3))
    assert not other_season(quarter, Period.quarter(2023, 2))


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 500)), min_size=1, max_size=6))
def test_the_growth_of_exact_figures_is_exact_and_in_no_order(pairs: list[tuple[int, int]]) -> None:
    figures = [(a_figure(one, body=n), a_figure(other, body=n)) for n, (one, other) in enumerate(pairs)]
    before, after = sum(one for one, _ in pairs), sum(other for _, other in pairs)

    change = growth(figures, "u", COUNTS)

    assert change.low == change.high == Fraction(after, before) - 1
    assert growth(figures[::-1], "u", COUNTS) == change


def test_every_reason_is_told_in_both_languages() -> None:
    assert all(text.en and text.fr for text in NO_GROWTH.values())


def test_growth_of_overlapping_places_is_not_told() -> None:
    stock = Combining(measure="stock", over_periods="last", across_bodies="sum")
    here = TerritoryCode(scheme="sgc-cd", code="3520")
    pairs = [
        tuple(
            Figure(
                body=UUID(int=body),
                territory=here,
                value=QualifiedValue(kind="exact", number=Decimal(5), unit="u"),
            )
            for _ in range(2)
        )
        for body in (1, 2)
    ]
    assert refused(*pairs, combining=stock) == "not_addable"  # type: ignore[arg-type] # pairs by their making
