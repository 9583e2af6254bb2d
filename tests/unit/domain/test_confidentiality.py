"""What the public is shown of counts of people, and what an attacker who knows the rules makes of it."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.confidentiality import (
    BASE,
    PLACE,
    REASONS,
    Cell,
    Confidentiality,
    Shown,
    counts_people,
    draw_of,
    rounded,
    shown,
)
from domain.values import QualifiedValue

RULES = Confidentiality(key=b"a key for tests")
SMALL = range(1, RULES.count_min)
Release = Callable[[Sequence[Cell]], list[Shown]]


def exact(number: int | str | Decimal, **more: Any) -> QualifiedValue:
    return QualifiedValue(kind="exact", number=Decimal(number), unit="people", **more)


def whole(number: int) -> Cell:
    return Cell(identity="whole", ways=(), value=exact(number))


def women(number: int) -> Cell:
    return Cell(identity="women", ways=("sex",), value=exact(number))


def of(way: str, *numbers: int) -> list[Cell]:
    return [
        Cell(identity=f"{way}={place}", ways=(way,), value=exact(number)) for place, number in enumerate(numbers)
    ]


def told(*cells: Cell) -> list[str]:
    """Numbers as shown, or why they are not."""
    return [one.withheld or f"{one.value.number}" for one in shown(cells, RULES)]


# --- what counts people


def test_what_is_counted_may_be_people_until_somebody_says_what_it_is() -> None:
    assert [counts_people(counted, "count") for counted in (None, "people", "other")] == [True, True, False]
    assert [counts_people(None, kind) for kind in ("rate", "proportion")] == [True, True]
    assert not any(counts_people(None, kind) for kind in ("amount", "milestone", "qualitative"))


# --- what is shown


def test_a_whole_figure_is_the_programmes_own_and_is_shown_as_it_is() -> None:
    assert shown([whole(3)], RULES) == [Shown(value=exact(3))]


def test_a_breakdown_without_small_counts_is_rounded() -> None:
    shown_whole, *parts = shown([whole(86), *of("sex", 42, 44)], RULES)

    assert shown_whole.value == exact(86)
    for part, number in zip(parts, (42, 44), strict=True):
        assert part.value.number in {Decimal(40), Decimal(45)}
        assert abs(part.value.number - number) < BASE
        assert (part.value.status, part.value.rounded_to, part.withheld) == ("rounded", 5, None)


def test_one_small_count_takes_its_whole_breakdown_with_it_and_no_other() -> None:
    assert told(whole(86), *of("sex", 4, 40, 42, 0), *of("age", 50, 36)[:0]) == ["86", *["small_counts"] * 4]
    shown_ = told(whole(90), *of("sex", 4, 86), *of("origin", 40, 50))
    assert shown_ == ["90", "small_counts", "small_counts", "40", "50"]


def test_zero_is_nobodys_and_is_shown_beside_counts_that_are() -> None:
    assert told(whole(80), *of("sex", 0, 40, 40)) == ["80", "0", "40", "40"]
    assert told(whole(0), *of("sex", 0, 0)) == ["0", "0", "0"]


def test_breakdowns_of_a_small_whole_are_withheld_even_of_zeros() -> None:
    assert told(whole(9), *of("sex", 0)) == ["9", "small_counts"]


def test_what_is_left_of_the_whole_counts_though_nobody_wrote_it_down() -> None:
    assert told(whole(50), *of("sex", 45)) == ["50", "small_counts"]
    assert told(whole(50), *of("sex", 40)) == ["50", "40"]


def test_a_category_that_is_nearly_everybody_tells_of_nearly_everybody() -> None:
    assert told(whole(1000), *of("sex", 910, 90)) == ["1000", "small_counts", "small_counts"]
    assert told(whole(1000), *of("sex", 900, 100)) == ["1000", "900", "100"]
    assert told(*of("sex", 910, 90)) == ["small_counts", "small_counts"]
    assert told(whole(1000), *of(PLACE, 910, 90)) == ["1000", "910", "90"]
    never = Confidentiality(key=b"", dominance_percent=100)
    assert [one.withheld for one in shown([whole(50), *of("sex", 50)], never)] == [None, None]


def test_people_are_broken_down_in_one_way_at_a_time() -> None:
    crossed = Cell(identity="crossed", ways=(PLACE, "sex"), value=exact(400))

    (one,) = shown([crossed], RULES)

    assert one == Shown(value=QualifiedValue(kind="suppressed", unit="people"), withheld="crossed")


def test_what_has_no_number_tells_nothing_and_stays() -> None:
    missing = QualifiedValue(kind="missing", raw="s. o.")
    cells = [Cell(identity="a", ways=("sex",), value=missing), *of("sex", 3)]

    assert [one.withheld for one in shown(cells, RULES)] == [None, "small_counts"]
    assert shown(cells, RULES)[0].value == missing
    assert shown([Cell(identity="a", ways=("sex",), value=missing), *of("sex", 20)], RULES)[0].value == missing


def test_the_text_as_printed_goes_since_it_says_the_number() -> None:
    cells = [Cell(identity="a", ways=("sex",), value=exact(4, raw="quatre"))]
    cells += [Cell(identity="b", ways=("age",), value=exact(44, raw="44 personnes", status="provisional"))]

    assert [one.value.raw for one in shown(cells, RULES)] == [None, None]
    assert shown(cells, RULES)[1].value.status == "provisional"


def test_bounds_are_rounded_outwards_so_that_they_stay_true() -> None:
    def only(value: QualifiedValue) -> QualifiedValue:
        return shown([Cell(identity="a", ways=("sex",), value=value)], RULES)[0].value

    number = Decimal(22)
    assert only(QualifiedValue(kind="at_least", number=number)).number == Decimal(20)
    assert only(QualifiedValue(kind="at_most", number=number)).number == Decimal(25)
    between = only(QualifiedValue(kind="range", number=number, upper=Decimal(23)))
    assert (between.number, between.upper) == (Decimal(20), Decimal(25))
    assert only(QualifiedValue(kind="range", number=Decimal(0), upper=Decimal(4))).kind == "suppressed"


def test_both_sides_of_a_share_are_looked_at_and_what_is_between_them() -> None:
    def share(above: int, below: int) -> Shown:
        cell = Cell(identity="a", ways=("sex",), value=exact(above), denominator=exact(below))
        return shown([cell], RULES)[0]

    assert [share(*sides).withheld for sides in ((4, 50), (45, 50), (50, 50), (20, 50))] == [
        "small_counts",
        "small_counts",
        None,
        None,
    ]
    hidden = share(4, 50)
    assert hidden.denominator is not None
    assert (hidden.value.kind, hidden.denominator.kind) == ("suppressed", "suppressed")


@given(st.integers(10, 500), st.integers(0, 500), st.binary(min_size=1, max_size=8))
def test_no_rounded_share_exceeds_its_whole(above: int, more: int, key: bytes) -> None:
    cell = Cell(identity="a", ways=("sex",), value=exact(above), denominator=exact(above + more))

    (one,) = shown([cell], Confidentiality(key=key, dominance_percent=100))

    if one.withheld is None:
        assert one.denominator is not None
        assert one.value.number is not None
        assert one.denominator.number is not None
        assert one.value.number <= one.denominator.number


def test_reasons_are_said_in_both_languages() -> None:
    assert all(reason.en and reason.fr for reason in REASONS.values())


# --- rounding


@given(st.decimals(-10_000, 10_000, places=2), st.integers(0, 2**64 - 1))
def test_a_number_goes_to_one_of_the_two_multiples_around_it(number: Decimal, draw: int) -> None:
    found = rounded(number, draw)

    assert found % BASE == 0
    assert abs(found - number) < BASE


@given(st.lists(st.integers(0, 200), min_size=2).map(sorted), st.integers(0, 2**64 - 1))
def test_more_people_are_never_shown_as_fewer(numbers: list[int], draw: int) -> None:
    found = [rounded(Decimal(number), draw) for number in numbers]

    assert all(one <= other for one, other in pairwise(found))


@pytest.mark.parametrize("over", range(BASE))
def test_rounding_is_right_on_average(over: int) -> None:
    """Of all draws, that part goes up which the number lies above the lower multiple: no draw is left out."""
    turn = -(-over * 2**64 // BASE)  # the first draw that goes down

    assert rounded(Decimal(20 + over), turn) == 20
    assert over == 0 or rounded(Decimal(20 + over), turn - 1) == 25
    assert abs(Fraction(turn, 2**64) * BASE - over) < Fraction(1, 2**61)


def test_draws_are_spread_evenly() -> None:
    ups = [rounded(Decimal(23), draw_of(RULES.key, f"cell {place}")) == 25 for place in range(10_000)]

    assert abs(sum(ups) / len(ups) - 0.6) < 0.02


@given(st.text(), st.integers(10, 1000))
def test_the_same_cell_is_rounded_the_same_for_ever(identity: str, number: int) -> None:
    cells = [Cell(identity=identity, ways=(PLACE,), value=exact(number))]

    assert {one[0].value.number for one in (shown(cells, RULES) for _ in range(5))} == {
        shown(cells, RULES)[0].value.number
    }


def test_another_key_draws_anew_and_shows_nothing_of_itself() -> None:
    cells = [Cell(identity=f"{place}", ways=(PLACE,), value=exact(42)) for place in range(60)]
    other = Confidentiality(key=b"another")

    assert shown(cells, RULES) != shown(cells, other)
    assert "another" not in repr(other)
    assert other.fingerprint != RULES.fingerprint
    assert other.fingerprint != Confidentiality(key=b"another", count_min=5).fingerprint


# --- the attack: every table that looks the same from outside


def picture(cells: Sequence[Cell], release: Release) -> tuple[Any, ...]:
    """What is seen from outside. Of a rounded number an attacker does not know the draw, so both are possible."""
    return tuple(
        one.withheld or (one.value.number if one.value.rounded_to is None else "rounded") for one in release(cells)
    )


def tables(total: int, categories: int) -> Iterable[tuple[int, ...]]:
    """All ways to divide people up; the attacker knows that the categories hold everybody."""
    if categories == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in tables(total - first, categories - 1):
            yield (first, *rest)


def recovered(total: int, categories: int, release: Release) -> list[tuple[int, ...]]:
    """Tables of which an attacker, who knows the rules and the whole, finds a small count."""
    alike: dict[tuple[Any, ...], list[tuple[int, ...]]] = {}
    for parts in tables(total, categories):
        alike.setdefault(picture([whole(total), *of("sex", *parts)], release), []).append(parts)
    return [
        parts
        for together in alike.values()
        for parts in together
        for place, number in enumerate(parts)
        if number in SMALL and len({other[place] for other in together}) == 1
    ]


def by_the_rules(cells: Sequence[Cell]) -> list[Shown]:
    return shown(cells, RULES)


def small_counts_alone(cells: Sequence[Cell]) -> list[Shown]:
    """The control: what many a report does. Small counts are blacked out, and everything else is as it is."""
    return [
        Shown(value=QualifiedValue(kind="suppressed", unit="people"), withheld="small_counts")
        if cell.ways and cell.value.number is not None and int(cell.value.number) in SMALL
        else Shown(value=cell.value)
        for cell in cells
    ]


@pytest.mark.parametrize(("categories", "totals"), [(2, range(1, 61)), (3, range(1, 31))])
def test_no_small_count_is_found_by_taking_the_rest_from_the_whole(categories: int, totals: Iterable[int]) -> None:
    assert [found for total in totals for found in recovered(total, categories, by_the_rules)] == []


def test_where_small_counts_alone_are_blacked_out_the_same_attack_finds_them() -> None:
    found = recovered(30, 2, small_counts_alone)

    assert (4, 26) in found
    assert len(found) == 2 * len(SMALL)


def test_a_category_that_is_left_out_is_found_by_nobody_either() -> None:
    """The body publishes women alone. Whoever takes them from the whole would have the men."""

    def women_alone(cells: Sequence[Cell]) -> list[Shown]:
        first, women_, *_ = cells
        return shown([first, women_], RULES)

    for total in range(1, 60):
        seen: dict[tuple[Any, ...], set[int]] = {}
        for women_ in range(total + 1):
            cells = [whole(total), *of("sex", women_, total - women_)]
            seen.setdefault(picture(cells, women_alone), set()).add(total - women_)
        assert all(len(men) > 1 for men in seen.values() if men & set(SMALL))


# --- the attack with bounds: a whole table, two ways of breaking it down, and both crossed


@given(
    st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=3),
    st.binary(min_size=4, max_size=4),
)
def test_no_small_count_lies_between_ends_that_meet(rows: list[list[int]], key: bytes) -> None:
    """A crossed table by sex and age with all its sums. The attacker knows of each rounded number its interval."""
    assert found_by_bounds(rows, lambda cells: shown(cells, Confidentiality(key=key))) == []


def test_where_small_counts_alone_are_blacked_out_the_bounds_meet() -> None:
    assert found_by_bounds([[3, 20, 20], [25, 25, 25]], small_counts_alone) == [(("age", "sex"), 3)]


def found_by_bounds(rows: list[list[int]], release: Release) -> list[tuple[tuple[str, ...], int]]:
    """Small counts whose bounds meet once every sum of the table has been held against every other."""
    columns = list(zip(*rows, strict=True))
    cells = [whole(sum(map(sum, rows)))]
    cells += of("sex", *map(sum, rows))
    cells += of("age", *map(sum, columns))
    cells += [
        Cell(identity=f"{row}/{column}", ways=("age", "sex"), value=exact(number))
        for row, numbers in enumerate(rows)
        for column, number in enumerate(numbers)
    ]
    high, wide = len(rows), len(columns)
    inner = [[1 + high + wide + row * wide + column for column in range(wide)] for row in range(high)]
    sums = [(0, list(range(1, 1 + high))), (0, list(range(1 + high, 1 + high + wide)))]
    sums += [(1 + row, inner[row]) for row in range(high)]
    sums += [(1 + high + column, [inner[row][column] for row in range(high)]) for column in range(wide)]
    bounds = [_bounds(one, int(cells[0].value.number or 0)) for one in release(cells)]
    narrowed(bounds, sums)
    return [
        (cell.ways, int(cell.value.number or 0))
        for cell, (low, high_) in zip(cells, bounds, strict=True)
        if cell.ways and int(cell.value.number or 0) in SMALL and low == high_
    ]


def _bounds(one: Shown, total: int) -> tuple[int, int]:
    if one.value.number is None:
        return 0, total
    number = int(one.value.number)
    step = 0 if one.value.rounded_to is None or number == 0 else BASE - 1
    return max(0, number - step), min(total, number + step)


def narrowed(bounds: list[tuple[int, int]], sums: Sequence[tuple[int, list[int]]]) -> None:
    """Tighten the bounds of what adds up, until nothing moves any more."""
    before: list[tuple[int, int]] = []
    while before != bounds:
        before = list(bounds)
        for of_all, parts in sums:
            low, high = sum(bounds[part][0] for part in parts), sum(bounds[part][1] for part in parts)
            bounds[of_all] = (max(bounds[of_all][0], low), min(bounds[of_all][1], high))
            for part in parts:
                beside_low, beside_high = low - bounds[part][0], high - bounds[part][1]
                bounds[part] = (
                    max(bounds[part][0], bounds[of_all][0] - beside_high),
                    min(bounds[part][1], bounds[of_all][1] - beside_low),
                )
                low, high = beside_low + bounds[part][0], beside_high + bounds[part][1]
