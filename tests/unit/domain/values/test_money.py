from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import Money
from tests.unit.domain.values.strategies import moneys

CENT = Money(minor=1, currency="CAD")


def test_money_is_added_taken_away_turned_and_multiplied_by_whole_numbers() -> None:
    grant, claim = Money.cad("900000"), Money.cad("250000.50")

    assert grant + claim == Money.cad("1150000.50")
    assert grant - claim == Money.cad("649999.50")
    assert -claim == Money.cad("-250000.50")
    assert claim * 2 == Money.cad("500001")
    assert sum([grant, claim], Money.cad(0)) == Money.cad("1150000.50")


def test_amounts_compare_by_size() -> None:
    assert sorted([Money.cad(2), Money.cad(-3), Money.cad(1)]) == [Money.cad(-3), Money.cad(1), Money.cad(2)]


@given(amount=moneys())
def test_dollars_show_two_decimals_and_lead_back_to_the_same_amount(amount: Money) -> None:
    assert amount.major.as_tuple().exponent == -2
    assert Money.cad(amount.major) == amount


def test_amounts_hold_64_bits() -> None:
    assert Money(minor=2**63 - 1, currency="CAD").minor == 2**63 - 1
    assert Money(minor=-(2**63), currency="CAD").minor == -(2**63)
    with pytest.raises(ValueError, match="do not fit a 64-bit integer"):
        Money(minor=2**63 - 1, currency="CAD") + CENT
    with pytest.raises(ValueError, match="do not fit a 64-bit integer"):
        Money(minor=-(2**63), currency="CAD") - CENT


@pytest.mark.parametrize("minor", [1.0, True, Decimal(1)])
def test_minor_units_are_whole_numbers_and_nothing_that_resembles_them(minor: int) -> None:
    with pytest.raises(ValueError, match="counted in whole minor units"):
        Money(minor=minor, currency="CAD")


@pytest.mark.parametrize("dollars", ["0.001", "1." + "0" * 60 + "1", "1E-999999", "1E+999999", "1E+30"])
def test_an_amount_finer_than_a_cent_or_too_large_is_refused_and_never_rounded(dollars: str) -> None:
    with pytest.raises(ValueError, match=r"finer than a cent or too large|64-bit"):
        Money.cad(dollars)


@pytest.mark.parametrize("dollars", ["NaN", "sNaN", "Infinity", "ten", ""])
def test_what_is_no_amount_is_refused(dollars: str) -> None:
    with pytest.raises(ValueError, match="is not an amount of money"):
        Money.cad(dollars)


@given(cents=st.lists(st.integers(-(10**12), 10**12), max_size=20))
def test_a_sum_of_money_is_the_sum_of_its_cents(cents: list[int]) -> None:
    amounts = [Money(minor=minor, currency="CAD") for minor in cents]

    assert sum(amounts, Money.cad(0)).minor == sum(cents)
