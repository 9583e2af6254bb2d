"""Figures of several bodies and periods, brought together or refused."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import (
    REASONS,
    Combining,
    KindCounts,
    NotAddableError,
    Period,
    QualifiedValue,
    QuantityKind,
    TerritoryCode,
    Total,
    total,
)
from domain.values.arithmetic import Figure, RatioTotal, across, contribution, over_periods, ratio
from domain.values.total import WEAKER_AND_WEAKER, ends
from tests.unit.domain.values.strategies import quantities

ONE, OTHER = UUID(int=1), UUID(int=2)
GASPESIE = TerritoryCode(scheme="qc-region", code="11")
NORTH_SHORE = TerritoryCode(scheme="qc-region", code="09")
TORONTO = TerritoryCode(scheme="sgc-cd", code="3520")
ONTARIO = TerritoryCode(scheme="sgc-pr", code="35")
COUNTS = Combining(measure="flow", over_periods="sum", across_bodies="sum")
STOCKS = Combining(measure="stock", over_periods="last", across_bodies="sum")
PEOPLE = Combining(measure="distinct", over_periods="not_addable", across_bodies="none")
SHARES = Combining(measure="flow", over_periods="ratio_of_sums", across_bodies="ratio_of_sums")
YEAR = Period.fiscal_year(2024)
QUARTERS = [Period.quarter(2024, 2), Period.quarter(2024, 3), Period.quarter(2024, 4), Period.quarter(2025, 1)]


def of(number: int, kind: QuantityKind = "exact", *, upper: int | None = None, unit: str = "u") -> QualifiedValue:
    return QualifiedValue(
        kind=kind, number=Decimal(number), upper=None if upper is None else Decimal(upper), unit=unit
    )


def a_figure(
    value: QualifiedValue,
    body: UUID = ONE,
    territory: TerritoryCode | None = None,
    denominator: QualifiedValue | None = None,
) -> Figure:
    return Figure(body=body, territory=territory, value=value, denominator=denominator)


def together(figures: Sequence[Figure], combining: Combining = COUNTS) -> Total:
    summed = across(figures, "u", combining)
    assert isinstance(summed, Total)
    return summed


def quotient(figures: Sequence[Figure]) -> RatioTotal:
    summed = across(figures, "u", SHARES, "u")
    assert isinstance(summed, RatioTotal)
    return summed


def refused(figures: Sequence[Figure], combining: Combining) -> str:
    with pytest.raises(NotAddableError) as refusal:
        across(figures, "u", combining, "u")
    assert refusal.value.message.missing == ()
    return refusal.value.reason


# --- across bodies --------------------------------------------------------------------------------------------


def test_what_several_bodies_did_is_added_with_its_qualifiers() -> None:
    summed = together([a_figure(of(12)), a_figure(of(30, "at_least"), OTHER)])

    assert (summed.low, summed.high, summed.counts.weakest) == (Decimal(42), None, "at_least")


def test_zero_is_a_figure_and_a_missing_one_is_none() -> None:
    zero = together([a_figure(of(0))])
    absent = together([a_figure(QualifiedValue(kind="missing"))])

    assert (zero.counts.with_number, zero.partial) == (1, False)
    assert (absent.counts.with_number, absent.partial) == (0, True)


def test_units_that_differ_are_not_added() -> None:
    assert refused([a_figure(of(1)), a_figure(of(1, unit="v"), OTHER)], COUNTS) == "different_units"


def test_distinct_people_are_not_added_without_knowing_them() -> None:
    assert refused([a_figure(of(1)), a_figure(of(1), OTHER)], PEOPLE) == "distinct"
    assert together([a_figure(of(1))], PEOPLE).low == 1


def test_an_indicator_may_have_no_total_by_its_definition() -> None:
    alone = Combining(measure="stock", over_periods="last", across_bodies="none")

    assert refused([a_figure(of(1)), a_figure(of(1), OTHER)], alone) == "not_across_bodies"


def test_rates_are_not_added() -> None:
    shares = [a_figure(of(1), denominator=of(2)), a_figure(of(1), OTHER, denominator=of(2))]

    assert refused(shares, COUNTS) == "rate"


def test_shares_come_together_through_numerators_and_denominators() -> None:
    small, large = a_figure(of(1), denominator=of(2)), a_figure(of(30), OTHER, denominator=of(40))

    found = quotient([small, large])

    assert (found.low, found.high) == (Fraction(31, 42), Fraction(31, 42))
    assert found.per() == (Decimal("73.8"), Decimal("73.9"))  # never the average, 62.5
    assert found.per(1_000, 0) == (Decimal(738), Decimal(739))


def test_25_of_34_is_73_5_percent() -> None:
    assert ratio([(of(25), of(34))], "u", "u").per() == (Decimal("73.5"), Decimal("73.6"))
    assert ratio([(of(25), of(34))], "u", "u").per(100, 2) == (Decimal("73.52"), Decimal("73.53"))


def test_a_share_without_one_of_its_sides_is_left_out_on_both() -> None:
    found = quotient([a_figure(of(1), denominator=of(2)), a_figure(of(9), OTHER)])

    assert (found.low, found.left_out, found.numerator.low) == (Fraction(1, 2), 1, Decimal(1))


def test_a_quotient_says_no_more_than_its_sides() -> None:
    assert ratio([(of(1), of(2, "at_least"))], "u", "u").low == 0
    assert ratio([(of(1), of(2, "at_least"))], "u", "u").high == Fraction(1, 2)
    assert ratio([(of(1, "at_most"), of(2))], "u", "u").low is None
    assert ratio([(of(1), of(2, "at_most"))], "u", "u").high is None
    assert ratio([(of(1), of(0))], "u", "u").per() == (None, None)
    assert ratio([(of(-1), of(2))], "u", "u").per() == (None, None)


# --- territories ----------------------------------------------------------------------------------------------


def test_a_body_s_own_territories_must_lie_apart() -> None:
    apart = [a_figure(of(1), territory=GASPESIE), a_figure(of(2), territory=NORTH_SHORE)]

    assert together(apart).low == 3
    assert refused([*apart, a_figure(of(4))], COUNTS) == "overlapping_territories"
    assert refused([*apart, apart[0]], COUNTS) == "overlapping_territories"
    within = a_figure(of(1), territory=TerritoryCode(scheme="mrc", code="2401"))
    assert refused([*apart, within], COUNTS) == "overlapping_territories"


def test_what_two_bodies_did_in_one_city_is_twice_as_much_but_its_people_are_there_once() -> None:
    both = [a_figure(of(1), territory=TORONTO), a_figure(of(2), OTHER, ONTARIO)]

    assert together(both).low == 3
    assert refused(both, STOCKS) == "overlapping_territories"
    assert together([both[0], a_figure(of(2), OTHER, GASPESIE), a_figure(of(1), UUID(int=3))], STOCKS).low == 4


# --- periods --------------------------------------------------------------------------------------------------


def yearly(values: Sequence[tuple[Period, QualifiedValue]], combining: Combining = COUNTS) -> Total:
    return over_periods(values, YEAR, "u", combining)


def test_four_quarters_make_a_year() -> None:
    assert yearly([(quarter, of(10)) for quarter in reversed(QUARTERS)]).low == 40
    assert yearly([(YEAR, of(7))], PEOPLE).low == 7


def test_a_quarter_that_is_not_there_makes_the_year_partial() -> None:
    for left_out in QUARTERS:
        summed = yearly([(quarter, of(10)) for quarter in QUARTERS if quarter != left_out])
        assert (summed.low, summed.counts.missing) == (Decimal(30), 1)
    assert yearly([]).counts == KindCounts(missing=1)


def test_of_stocks_the_last_one_stands_for_the_year() -> None:
    assert yearly([(QUARTERS[0], of(10)), (QUARTERS[3], of(12))], STOCKS).low == 12
    assert yearly([(QUARTERS[0], of(10))], STOCKS).counts == KindCounts(missing=1)


def test_periods_that_overlap_or_leave_the_whole_are_refused() -> None:
    half = Period.custom(date(2024, 4, 1), date(2024, 9, 30))
    for parts in ([(QUARTERS[0], of(1)), (half, of(1))], [(Period.quarter(2024, 1), of(1))]):
        with pytest.raises(NotAddableError) as refusal:
            yearly(parts)
        assert refusal.value.reason == "overlapping_periods"


@pytest.mark.parametrize(
    ("combining", "reason"),
    [
        (PEOPLE, "distinct"),
        (SHARES, "rate"),
        (Combining(measure="flow", over_periods="not_addable", across_bodies="sum"), "not_over_periods"),
    ],
)
def test_what_does_not_come_together_over_periods_says_why(combining: Combining, reason: str) -> None:
    with pytest.raises(NotAddableError) as refusal:
        yearly([(QUARTERS[0], of(1)), (QUARTERS[1], of(1))], combining)

    assert refusal.value.reason == reason


# --- targets --------------------------------------------------------------------------------------------------


def test_a_contribution_is_a_share_of_a_target_only_where_there_is_one() -> None:
    summed = total([of(45), of(5, "at_least")], "u")

    assert contribution(summed, of(200)).per_cent() == (Decimal("25.0"), None)
    assert contribution(summed, None).per_cent() == (None, None)
    assert contribution(summed, QualifiedValue(kind="milestone", raw="Mise en œuvre")).per_cent() == (None, None)
    assert contribution(total([], "u"), of(200)).per_cent() == (None, None)
    assert contribution(total([of(50)], "u"), of(100, "range", upper=200)).per_cent() == (
        Decimal("25.0"),
        Decimal("50.0"),
    )


def test_with_a_part_missing_a_contribution_has_no_upper_end() -> None:
    summed = total([of(50), QualifiedValue(kind="missing")], "u")

    assert contribution(summed, of(200)).per_cent() == (Decimal("25.0"), None)


def test_a_target_in_another_unit_is_not_compared() -> None:
    with pytest.raises(NotAddableError) as refusal:
        contribution(total([of(50)], "u"), of(200, unit="v"))

    assert refusal.value.reason == "different_units"


def test_every_reason_is_said_in_both_languages() -> None:
    assert all(reason.missing == () for reason in REASONS.values())


# --- any figures ----------------------------------------------------------------------------------------------

SMALL = st.integers(0, 10_000)


@st.composite
def lying(draw: st.DrawFn, *, least: int = 0) -> tuple[QualifiedValue, Decimal]:
    """A figure, and a true number of which it may be what was reported."""
    low = draw(st.integers(least, 10_000))
    high = low + draw(st.integers(1, 1_000))
    kind: Any = draw(st.sampled_from(("exact", "at_least", "at_most", "range")))
    match kind:
        case "exact":
            return of(low), Decimal(low)
        case "at_least":
            return of(low, "at_least"), Decimal(high)
        case "at_most":
            return of(high, "at_most"), Decimal(low)
        case _:
            return of(low, "range", upper=high), Decimal(draw(st.integers(low, high)))


@given(st.lists(lying(), max_size=8))
def test_a_true_sum_lies_within_the_ends(parts: list[tuple[QualifiedValue, Decimal]]) -> None:
    summed = together([a_figure(value, UUID(int=body)) for body, (value, _) in enumerate(parts)])
    truth = sum((number for _, number in parts), Decimal(0))

    assert summed.low is None or summed.low <= truth
    assert summed.high is None or truth <= summed.high


@given(st.lists(st.tuples(lying(), lying(least=1)), min_size=1, max_size=6))
def test_a_true_quotient_lies_within_the_ends_and_within_what_is_shown(parts: list[Any]) -> None:
    found = ratio([(above, below) for (above, _), (below, _) in parts], "u", "u")
    truth = Fraction(sum(number for (_, number), _ in parts)) / Fraction(sum(number for _, (_, number) in parts))

    assert found.low is None or found.low <= truth
    assert found.high is None or truth <= found.high
    low, high = found.per(1_000, 2)
    assert low is None or Fraction(low) <= truth * 1_000
    assert high is None or truth * 1_000 <= Fraction(high)


@given(st.lists(st.tuples(quantities(unit="u"), quantities(unit="u")), max_size=8), st.data())
def test_a_quotient_is_the_same_in_any_order_and_grouping(parts: list[Any], data: st.DataObject) -> None:
    at_once = ratio(parts, "u", "u")
    shuffled = data.draw(st.permutations(parts))
    cut = data.draw(st.integers(0, len(parts)))

    assert ratio(shuffled, "u", "u") == at_once
    assert ratio(shuffled[:cut], "u", "u") + ratio(shuffled[cut:], "u", "u") == at_once


@given(st.lists(quantities(unit="u"), max_size=8), st.data())
def test_a_total_is_the_same_in_any_order_of_bodies(values: list[QualifiedValue], data: st.DataObject) -> None:
    figures = [a_figure(value, UUID(int=body)) for body, value in enumerate(values)]

    assert together(data.draw(st.permutations(figures))) == together(figures)


@given(st.lists(quantities(unit="u"), min_size=1, max_size=8))
def test_a_sum_is_as_weak_as_its_weakest_part(values: list[QualifiedValue]) -> None:
    weakest = max((value.kind for value in values), key=WEAKER_AND_WEAKER.index)

    assert total(values, "u").counts.weakest == weakest


@given(
    st.lists(st.tuples(st.sampled_from(QUARTERS), quantities(unit="u")), max_size=4, unique_by=lambda one: one[0])
)
def test_periods_come_together_in_any_order(parts: list[tuple[Period, QualifiedValue]]) -> None:
    assert yearly(parts) == yearly(list(reversed(parts)))
    assert yearly(parts).counts.missing == sum(value.kind == "missing" for _, value in parts) + (len(parts) < 4)


@given(quantities(unit="u"))
def test_a_figure_s_ends_go_upwards(value: QualifiedValue) -> None:
    low, high = ends(value)

    assert low is None or high is None or low <= high
