"""Sums and shares of a portrait, with rounding understood."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.dataset.events import Cell
from domain.portrait.checks import Check, check, to_digits
from domain.portrait.rounding import margin
from domain.values import QualifiedValue
from tests.unit.domain.portrait.printed import (
    BAS_SAINT_LAURENT,
    CAPITALE_NATIONALE,
    QUEBEC,
    admissions,
    on_the_map,
    people,
    per_cent,
)

SCHEME = "qc-region"
NOT_APPLICABLE = QualifiedValue(kind="not_applicable", unit="people")
SUPPRESSED = QualifiedValue(kind="suppressed", unit="people")


def count(key: str, number: int, **more: Any) -> Cell:
    return Cell(key=key, value=people(number, **more))


def share(key: str, number: str, whole: int | None) -> Cell:
    return Cell(key=key, value=per_cent(number), denominator=None if whole is None else people(whole))


def valued(key: str, **value: Any) -> Cell:
    return Cell(key=key, value=QualifiedValue(unit="people", **value))


def sums(*cells: Cell) -> list[Check]:
    return [one for one in check(cells, SCHEME) if one.kind == "sum"]


def the_sum(*cells: Cell) -> Check:
    (found,) = sums(*cells)
    return found


# --- fixture 4: the portraits as printed --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "tables", "counts", "columns"),
    [("01", BAS_SAINT_LAURENT, 6, 5), ("03", CAPITALE_NATIONALE, 6, 5), ("24", QUEBEC, 5, 4)],
)
def test_every_sum_of_the_printed_portraits_is_found_and_none_fails(
    place: str, tables: Any, counts: int, columns: int
) -> None:
    found = check(admissions(place, tables), SCHEME)

    assert Counter(one.unit for one in found if one.kind == "sum") == {"people": counts, "percent": columns}
    assert {one.outcome for one in found} <= {"holds", "rounding"}
    assert {one.outcome for one in found if one.unit == "people"} == {"holds"}


def test_percent_columns_of_99_9_and_100_1_are_rounding_and_no_other_sum_is() -> None:
    cells = (
        *admissions("01", BAS_SAINT_LAURENT),
        *admissions("03", CAPITALE_NATIONALE),
        *admissions("24", QUEBEC),
    )

    assert [
        (dict(one.where)["REF_AREA"], one.over, str(one.found), one.rounded, str(one.allowance))
        for one in sums(*cells)
        if one.outcome == "rounding"
    ] == [("03", "CATEGORY", "99.9", 4, "0.2"), ("24", "YEAR", "100.1", 5, "0.25")]


def test_the_map_is_off_by_ten_because_its_values_are_rounded_to_five() -> None:
    found = the_sum(*on_the_map())

    assert (found.over, found.outcome, found.rounded) == ("REF_AREA", "rounding", 16)
    assert (found.found, found.expected, found.allowance) == (
        Decimal(1_091_320),
        Decimal(1_091_310),
        Decimal("42.5"),
    )


def test_the_same_map_fails_where_nothing_says_that_it_is_rounded() -> None:
    assert the_sum(
        *(Cell(key=one.key, value=people(int(one.value.number or 0))) for one in on_the_map())
    ).outcome == ("fails")


def test_two_denominators_in_one_column_are_said_and_not_added() -> None:
    # As the table of knowledge of French is printed: two rows are shares of those who declared, one of all.
    found = the_sum(
        share("01/french.yes/printed", "82.4", 119),
        share("01/french.no/printed", "17.6", 119),
        share("01/french.unavailable/printed", "11.9", 135),
        share("01/printed", "100.0", 135),
    )

    assert (found.outcome, found.reason, found.found) == ("not_checked", "two_denominators", Decimal("111.9"))


def test_a_figure_misread_by_one_is_found_where_counts_are_not_rounded() -> None:
    misread = [
        Cell(key=one.key, value=people(478)) if one.key.endswith("mrc.2410") else one
        for one in admissions("01", BAS_SAINT_LAURENT)
    ]
    failing = [one for one in check(misread, SCHEME) if one.outcome == "fails"]

    assert [(one.kind, one.over, one.found, one.expected) for one in failing] == [
        ("sum", "MRC", Decimal(770), Decimal(769)),
        ("share", "MRC", Decimal("62.2"), Decimal("62.0")),
    ]


# --- what is summed -----------------------------------------------------------------------------------------


def test_categories_are_the_parts_of_the_figure_that_does_not_name_their_dimension() -> None:
    found = the_sum(count("01", 5), count("01/sex.women", 2), count("01/sex.men", 3), count("03/sex.men", 9))

    assert (found.keys, found.total, found.over) == (("01/sex.women", "01/sex.men"), "01", "SEX")
    assert found.where == (("REF_AREA", "01"),)
    assert (found.outcome, found.rounded, found.allowance) == ("holds", 0, Decimal(0))


def test_one_category_alone_or_without_a_total_is_no_sum() -> None:
    assert sums(count("01", 5), count("01/sex.women", 2)) == []
    assert sums(count("01/sex.women", 2), count("01/sex.men", 3)) == []


def test_measures_are_never_added_to_each_other() -> None:
    assert sums(count("01", 5), count("01/measure.a", 2), count("01/measure.b", 2)) == []


def test_places_are_the_parts_of_the_figure_without_a_place() -> None:
    assert the_sum(count("measure.a", 4), count("01/measure.a", 2), count("03/measure.a", 2)).over == "REF_AREA"


def test_percentages_add_up_only_along_what_they_are_shares_of() -> None:
    cells = [
        share(f"01/year.{year}/sex.{sex}/share.sex", "50.0", 2) for year in (1, 2) for sex in ("women", "men")
    ]

    assert {one.over for one in sums(*cells)} == {"SEX"}


def test_a_column_of_shares_makes_a_whole_where_no_total_is_printed() -> None:
    found = the_sum(share("01/sex.women/share.sex", "45.2", 135), share("01/sex.men/share.sex", "54.9", 135))

    assert (found.total, found.expected, str(found.found), found.outcome) == (
        None,
        Decimal(100),
        "100.1",
        "rounding",
    )


def test_a_column_with_a_row_unprinted_is_not_added_up() -> None:
    cells = [count(f"01/sex.{sex}", number) for sex, number in (("women", 2), ("men", 1), ("untold", 1))]
    shares = [share("01/sex.women/share.sex", "50", 4), share("01/sex.men/share.sex", "25", 4)]

    assert [(one.unit, one.outcome, one.reason) for one in sums(count("01", 4), *cells, *shares)] == [
        ("people", "holds", None),
        ("percent", "not_checked", "part_not_printed"),
    ]


def test_figures_in_different_units_are_not_added() -> None:
    found = the_sum(
        count("01", 5), count("01/sex.women", 2), valued("01/sex.men", kind="exact", number=Decimal(3))
    )
    assert found.outcome == "holds"

    other = QualifiedValue(kind="exact", number=Decimal(3), unit="permits")
    found = the_sum(count("01", 5), count("01/sex.women", 2), Cell(key="01/sex.men", value=other))
    assert (found.outcome, found.reason) == ("not_checked", "units_differ")


# --- figures that are no plain numbers ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "outcome"),
    [
        (SUPPRESSED, "not_checked"),
        (QualifiedValue(kind="missing", unit="people"), "not_checked"),
        (QualifiedValue(kind="estimate", number=Decimal(3), unit="people"), "not_checked"),
        (QualifiedValue(kind="at_least", number=Decimal(2), unit="people"), "not_checked"),
        (QualifiedValue(kind="at_least", number=Decimal(4), unit="people"), "fails"),
        (QualifiedValue(kind="at_most", number=Decimal(2), unit="people"), "fails"),
        (QualifiedValue(kind="at_most", number=Decimal(3), unit="people"), "not_checked"),
        (QualifiedValue(kind="range", number=Decimal(2), upper=Decimal(4), unit="people"), "not_checked"),
        (QualifiedValue(kind="range", number=Decimal(4), upper=Decimal(6), unit="people"), "fails"),
        (QualifiedValue(kind="exact", number=Decimal(4), status="rounded", unit="people"), "not_checked"),
        (NOT_APPLICABLE, "fails"),
    ],
)
def test_what_is_no_plain_number_fails_only_where_no_number_of_its_would_do(
    part: QualifiedValue, outcome: str
) -> None:
    found = the_sum(count("01", 5), count("01/sex.women", 2), Cell(key="01/sex.men", value=part))

    assert found.outcome == outcome
    assert (found.reason == "unknown_part") == (outcome == "not_checked")


def test_what_is_not_applicable_adds_nothing() -> None:
    cells = (count("01", 2), count("01/sex.women", 2), Cell(key="01/sex.men", value=NOT_APPLICABLE))
    assert the_sum(*cells).outcome == "holds"


def test_a_suppressed_part_hides_no_sum_that_is_above_the_total() -> None:
    cells = (count("01/sex.women", 6), Cell(key="01/sex.men", value=SUPPRESSED))

    assert the_sum(count("01", 5), *cells).outcome == "fails"
    assert the_sum(count("01", 6), *cells).outcome == "not_checked"


def test_a_total_without_a_number_is_not_checked() -> None:
    found = the_sum(Cell(key="01", value=SUPPRESSED), count("01/sex.women", 6), count("01/sex.men", 6))
    assert (found.outcome, found.reason) == ("not_checked", "unknown_total")


def test_figures_below_zero_are_added_as_they_are() -> None:
    balance = valued("01/way.out", kind="exact", number=Decimal(-7))
    hidden = Cell(key="01/way.other", value=SUPPRESSED)

    assert (
        the_sum(valued("01", kind="exact", number=Decimal(-4)), count("01/way.in", 3), balance).outcome == "holds"
    )
    assert the_sum(count("01", 2), count("01/way.in", 3), balance, hidden).outcome == "not_checked"


# --- shares -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "outcome", "found"),
    [("82.4", "rounding", "82.4"), ("82", "rounding", "82"), ("82.5", "fails", "82.4"), ("50.0", "fails", "82.4")],
)
def test_a_percentage_is_held_to_its_two_numbers(printed: str, outcome: str, found: str) -> None:
    cells = (count("01/french.yes", 98), share("01/french.yes/share.french", printed, 119))
    (one,) = check(cells, SCHEME)

    assert (one.kind, one.outcome, str(one.found), one.total) == ("share", outcome, found, "01/french.yes")


def test_a_share_of_rounded_counts_may_be_what_they_stood_for() -> None:
    def outcome(rounded_to: int | None, printed: str) -> str:
        part = count("01/status.new", 10, rounded_to=rounded_to)
        whole = people(100, rounded_to=rounded_to)
        (found,) = check(
            (part, Cell(key="01/status.new/share.status", value=per_cent(printed), denominator=whole)), SCHEME
        )
        return found.outcome

    assert [outcome(None, "10"), outcome(5, "12"), outcome(5, "14"), outcome(5, "16")] == [
        *("holds", "rounding", "random_rounding", "fails")
    ]
    assert outcome(None, "12") == "fails"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([share("01/share.sex", "50", None)], "no_denominator"),
        ([share("01/share.sex", "50", 4)], "part_not_printed"),
        ([Cell(key="01", value=SUPPRESSED), share("01/share.sex", "50", 4)], "unknown_part"),
        ([valued("01", kind="estimate", number=Decimal(1)), share("01/share.sex", "50", 4)], "unknown_part"),
        ([count("01", 0), share("01/share.sex", "50", 0)], "unknown_part"),
    ],
)
def test_a_share_without_its_numbers_is_not_checked(cells: list[Cell], reason: str) -> None:
    (found,) = check(cells, SCHEME)
    assert (found.outcome, found.reason, found.found) == ("not_checked", reason, None)


# --- rounding, whatever the figures -------------------------------------------------------------------------

counts = st.lists(st.integers(0, 10_000), min_size=2, max_size=12)
steps = st.sampled_from([2, 5, 10, 100])


def table(parts: list[int], total: int, rounded_to: int | None = None) -> tuple[Cell, ...]:
    rows = (count(f"01/row.{index}", one, rounded_to=rounded_to) for index, one in enumerate(parts))
    return count("01", total, rounded_to=rounded_to), *rows


@given(counts, steps)
def test_what_is_rounded_to_the_nearest_never_fails(parts: list[int], step: int) -> None:
    def rounded(number: int) -> int:
        return (2 * number + step) // (2 * step) * step

    found = the_sum(*table([rounded(one) for one in parts], rounded(sum(parts)), step))

    assert found.outcome in {"holds", "rounding"}
    assert found.found is not None
    assert found.expected is not None
    assert abs(found.found - found.expected) <= found.allowance


@given(counts, steps, st.data())
def test_what_is_rounded_at_random_never_fails(parts: list[int], step: int, data: st.DataObject) -> None:
    def rounded(number: int) -> int:
        up = number % step and data.draw(st.booleans())
        return number // step * step + (step if up else 0)

    assert the_sum(*table([rounded(one) for one in parts], rounded(sum(parts)), step)).outcome in {
        *("holds", "rounding", "random_rounding")
    }


@given(counts, steps, st.integers(1, 100))
def test_what_no_rounding_explains_fails(parts: list[int], step: int, more: int) -> None:
    even = [one * step for one in parts]
    beyond = (step - 1) * (len(parts) + 1) + more

    assert the_sum(*table(even, sum(even) + beyond, step)).outcome == "fails"


@given(counts, st.integers(-100, 100))
def test_counts_that_are_not_rounded_add_up_exactly_or_fail(parts: list[int], off: int) -> None:
    assume(sum(parts) + off >= 0)
    assert the_sum(*table(parts, sum(parts) + off)).outcome == ("holds" if off == 0 else "fails")


@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=12), st.integers(0, 3))
def test_printed_percentages_of_any_table_never_fail(parts: list[int], decimals: int) -> None:
    whole = sum(parts)
    like = Decimal(1).scaleb(-decimals)
    cells = [count(f"01/row.{index}", one) for index, one in enumerate(parts)]
    shares = [
        Cell(
            key=f"01/row.{index}/share.row",
            value=per_cent(str(to_digits(Fraction(100 * one, whole), like))),
            denominator=people(whole),
        )
        for index, one in enumerate(parts)
    ]
    found = check([count("01", whole), *cells, *shares], SCHEME)

    assert {one.outcome for one in found} <= {"holds", "rounding"}
    assert len(found) == 2 + len(parts)


@given(counts, steps, st.randoms())
def test_the_order_of_the_figures_changes_nothing_that_is_found(parts: list[int], step: int, random: Any) -> None:
    cells = list(table([one * step for one in parts], sum(parts) * step, step))
    random.shuffle(cells)
    found = the_sum(*cells)

    assert (found.outcome, found.rounded, set(found.keys)) == (
        *("holds", len(parts)),
        {f"01/row.{index}" for index in range(len(parts))},
    )


@given(st.decimals(min_value=0, max_value=1000, places=3), st.integers(0, 3))
def test_a_number_rounded_to_digits_lies_within_its_margin(number: Decimal, decimals: int) -> None:
    rounded = to_digits(Fraction(number), Decimal(1).scaleb(-decimals))

    assert abs(Fraction(rounded) - Fraction(number)) <= margin(per_cent(str(rounded)))
    assert -int(rounded.as_tuple().exponent) == decimals
