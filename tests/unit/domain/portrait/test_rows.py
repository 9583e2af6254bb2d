"""The figures of several places that answer one question."""

from domain.portrait.rows import Asked, Row, places, rows
from tests.unit.domain.portrait.printed import BAS_SAINT_LAURENT, CAPITALE_NATIONALE, admissions

CELLS = (*admissions("01", BAS_SAINT_LAURENT), *admissions("03", CAPITALE_NATIONALE))
SCHEME = "qc-region"


def told(row: Row) -> dict[str | None, tuple[str, str | None]]:
    shown = (*([row.total] if row.total else []), *row.cells)
    return {
        one.category: (str(one.cell.value.number), None if one.share is None else str(one.share.value.number))
        for one in shown
    }


def test_a_place_has_its_total_its_categories_and_the_printed_percentages() -> None:
    first, second = rows(CELLS, SCHEME, Asked("admissions", "SEX", (("YEAR", "2019"),)))

    assert (first.place, told(first)) == (
        "01",
        {None: ("135", "100.0"), "women": ("61", "45.2"), "men": ("74", "54.8")},
    )
    assert (second.place, told(second)) == (
        "03",
        {None: ("2288", "100.0"), "women": ("1143", "50.0"), "men": ("1145", "50.0")},
    )


def test_the_total_of_one_table_is_a_category_of_another_with_its_own_percentage() -> None:
    (first, _) = rows(CELLS, SCHEME, Asked("admissions", "YEAR"))

    assert told(first)["2019"] == ("135", "17.6")
    assert told(first)[None] == ("769", "100.0")


def test_without_a_dimension_there_are_totals_alone() -> None:
    (first, _) = rows(CELLS, SCHEME, Asked("admissions", None))
    assert told(first) == {None: ("769", None)}


def test_what_is_asked_under_a_category_is_of_it_alone() -> None:
    under = Asked("admissions", "FRENCH", (("YEAR", "2019"), ("DECLARED", "yes")))
    assert told(rows(CELLS, SCHEME, under)[0]) == {
        None: ("119", "100.0"),
        "yes": ("98", "82.4"),
        "no": ("21", "17.6"),
    }


def test_what_is_not_broken_down_has_its_total_alone() -> None:
    (first, _) = rows(CELLS, SCHEME, Asked("admissions", "FRENCH", (("YEAR", "2018"),)))
    assert told(first) == {None: ("181", None)}


def test_figures_of_another_measure_or_of_no_place_are_not_in_it() -> None:
    assert rows(CELLS, SCHEME, Asked("temporary", "SEX")) == rows(CELLS, SCHEME, Asked(None, "SEX")) == []
    assert rows(CELLS, None, Asked("admissions", None)) == []
    assert places(CELLS, SCHEME) == {"01", "03"}
    assert places(CELLS, None) == set()
