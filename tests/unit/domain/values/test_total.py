from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import KindCounts, NotAddableError, QualifiedValue, QuantityKind, Total, parse_printed, total
from tests.unit.domain.values.strategies import quantities

FEDERAL = parse_printed("8,5 millions de dollars")
OTHERS = parse_printed("plus de 4,5 millions de dollars")
IN_KIND = parse_printed("estimées à 1,8 M$")


def value(kind: QuantityKind, number: int | None = None, upper: int | None = None) -> QualifiedValue:
    return QualifiedValue(
        kind=kind,
        number=None if number is None else Decimal(number),
        upper=None if upper is None else Decimal(upper),
    )


def ends(summed: Total) -> tuple[object, object]:
    """Both ends, to be compared with whole numbers."""
    return (summed.low, summed.high)


def test_exact_figures_add_up_to_one_number() -> None:
    summed = total([value("exact", 8), value("exact", 5)], None)

    assert ends(summed) == (13, 13)
    assert (summed.estimate, summed.provisional, summed.rounded, summed.partial) == (False,) * 4


def test_the_synthesis_of_2012_2013_is_at_least_14_8_million_of_which_1_8_is_estimated() -> None:
    summed = total([FEDERAL, OTHERS, IN_KIND], "CAD")

    assert ends(summed) == (14_800_000, None)
    assert summed.estimated == 1_800_000
    assert summed.estimate
    assert not summed.partial
    assert summed.counts == KindCounts(exact=1, at_least=1, estimate=1)


def test_at_least_opens_the_top_and_at_most_the_bottom() -> None:
    assert ends(total([value("exact", 1), value("at_least", 2)], None)) == (3, None)
    assert ends(total([value("exact", 1), value("at_most", 2)], None)) == (None, 3)
    assert ends(total([value("at_least", 1), value("at_most", 2)], None)) == (None, None)


def test_a_range_widens_the_sum() -> None:
    assert ends(total([value("range", 5_000, 6_000), value("exact", 10)], None)) == (5_010, 6_010)


@pytest.mark.parametrize("kind", ["missing", "suppressed"])
def test_a_missing_or_suppressed_part_makes_the_sum_partial(kind: QuantityKind) -> None:
    summed = total([value("exact", 1), value(kind)], None)

    assert summed.partial
    assert ends(summed) == (1, 1)
    assert summed.counts.with_number == 1


def test_a_part_that_is_not_applicable_is_counted_and_changes_nothing() -> None:
    summed = total([value("exact", 1), value("not_applicable")], None)

    assert not summed.partial
    assert ends(summed) == (1, 1)
    assert summed.counts == KindCounts(exact=1, not_applicable=1)


def test_provisional_and_rounded_parts_mark_the_sum() -> None:
    def with_one(**said: object) -> Total:
        part = QualifiedValue(kind="exact", number=Decimal(5), **said)  # type: ignore[arg-type] # one field of several
        return total([value("exact", 1), part], None)

    assert with_one(status="provisional").provisional
    assert with_one(status="rounded").rounded
    assert with_one(rounded_to=5).rounded
    assert not with_one(status="final").rounded
    assert not with_one(status="final").provisional


def test_no_part_with_a_figure_is_told_apart_from_zero() -> None:
    assert total([], "CAD").counts.with_number == 0
    assert total([value("missing")], "CAD").counts.with_number == 0
    assert total([value("exact", 0)], None).counts.with_number == 1
    assert ends(total([], "CAD")) == (0, 0)


def test_a_milestone_has_no_sum() -> None:
    with pytest.raises(NotAddableError, match="'Mise en œuvre' is a milestone") as refusal:
        total([value("exact", 1), parse_printed("Mise en œuvre")], None)

    assert refusal.value.reason == "milestone"


@pytest.mark.parametrize("unit", [None, "percent", "entreprises"])
def test_figures_of_another_unit_or_of_none_are_not_added(unit: str | None) -> None:
    with pytest.raises(NotAddableError, match=f"figures in {unit!r} are not added to figures in 'CAD'") as refusal:
        total([FEDERAL, QualifiedValue(kind="exact", number=Decimal(45), unit=unit)], "CAD")

    assert refusal.value.reason == "different_units"


def test_a_part_without_number_may_leave_the_unit_out_but_not_contradict_it() -> None:
    assert total([FEDERAL, value("missing")], "CAD").partial
    with pytest.raises(NotAddableError):
        total([FEDERAL, QualifiedValue(kind="missing", unit="percent")], "CAD")


def test_sums_of_different_units_are_not_added() -> None:
    with pytest.raises(NotAddableError, match="figures in 'percent' are not added to figures in 'CAD'"):
        total([], "CAD") + total([], "percent")


@given(values=st.lists(quantities(), max_size=12), data=st.data())
def test_a_sum_is_the_same_in_any_order_and_grouping(values: list[QualifiedValue], data: st.DataObject) -> None:
    at_once = total(values, "CAD")
    shuffled = data.draw(st.permutations(values))
    cut = data.draw(st.integers(0, len(values)))

    assert repr(total(shuffled, "CAD")) == repr(at_once)
    assert repr(total(shuffled[:cut], "CAD") + total(shuffled[cut:], "CAD")) == repr(at_once)


@given(values=st.lists(quantities(), max_size=12))
def test_the_sum_of_nothing_changes_nothing(values: list[QualifiedValue]) -> None:
    summed = total(values, "CAD")

    assert summed + Total.of_none("CAD") == summed
    assert Total.of_none("CAD") + summed == summed


def test_many_figures_of_full_length_add_up_exactly() -> None:
    largest = QualifiedValue(kind="exact", number=Decimal("9" * 22 + "." + "9" * 6))

    # 1,000 times one millionth less than 10^22.
    assert str(total([largest] * 1_000, None).low) == "9" * 25 + ".999000"


def test_a_sum_read_from_elsewhere_is_finite_goes_upwards_and_counts_from_zero() -> None:
    with pytest.raises(ValueError, match="an open end is left out"):
        Total(
            unit=None,
            low=Decimal("-Infinity"),
            high=Decimal(1),
            estimated=Decimal(0),
            provisional=False,
            rounded=False,
            counts=KindCounts(),
        )
    with pytest.raises(ValueError, match="a sum goes upwards; got 2 to 1"):
        Total(
            unit=None,
            low=Decimal(2),
            high=Decimal(1),
            estimated=Decimal(0),
            provisional=False,
            rounded=False,
            counts=KindCounts(),
        )
    with pytest.raises(ValueError, match="there cannot be -1 parts of kind 'missing'"):
        KindCounts(missing=-1)
