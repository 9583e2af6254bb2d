"""What cells say: read exactly, or refused with the reason; never guessed."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import PartialDate, QualifiedValue, TerritoryCode, fr
from services.tables import cells
from services.tables.cells import REGIONS, Reader, Unread
from tests.unit.services.tables.making import cell

AMOUNT = cells.figure("CAD")
NBSP, NARROW = "\u00a0", "\u202f"


def unread(read: Reader, value: Any, language: Any = None, **more: Any) -> str:
    with pytest.raises(Unread) as refusal:
        read(cell(value, **more), language)
    assert str(refusal.value.told.place) == "S!B2"
    return refusal.value.told.code


@pytest.mark.parametrize(
    ("printed", "language", "expected"),
    [
        ("1 200", None, QualifiedValue(kind="exact", number=Decimal(1200))),
        (f"1{NBSP}200", None, QualifiedValue(kind="exact", number=Decimal(1200))),
        (f"1{NARROW}200,50", "fr", QualifiedValue(kind="exact", number=Decimal("1200.50"))),
        ("1,200.50", "en", QualifiedValue(kind="exact", number=Decimal("1200.50"))),
        ("plus de 4,5 M$", "fr", QualifiedValue(kind="at_least", number=Decimal(4500000))),
        ("au moins 300", "fr", QualifiedValue(kind="at_least", number=Decimal(300))),
        ("at most 300", "en", QualifiedValue(kind="at_most", number=Decimal(300))),
        ("environ 1 800", "fr", QualifiedValue(kind="estimate", number=Decimal(1800))),
        ("5 000 à 6 000", "fr", QualifiedValue(kind="range", number=Decimal(5000), upper=Decimal(6000))),
        ("s. o.", "fr", QualifiedValue(kind="not_applicable")),
        ("n. d.", "fr", QualifiedValue(kind="missing")),
        ("x", "en", QualifiedValue(kind="suppressed")),
    ],
)
def test_figures_are_read_as_sources_print_them(printed: str, language: Any, expected: QualifiedValue) -> None:
    read = AMOUNT(cell(printed), language)

    assert (read.kind, read.number, read.upper, read.unit) == (
        expected.kind,
        expected.number,
        expected.upper,
        "CAD",
    )
    assert read.raw == printed


@pytest.mark.parametrize(
    ("value", "number"),
    [(1200, "1200"), (1200.0, "1200"), (0.1, "0.1"), (1234.5, "1234.5"), (-3, "-3"), (0.0, "0")],
)
def test_numbers_of_a_spreadsheet_are_exact(value: float, number: str) -> None:
    read = AMOUNT(cell(value), None)

    assert (read.kind, str(read.number), read.raw) == ("exact", number, None)


def test_a_percentage_is_what_the_spreadsheet_shows() -> None:
    read = cells.figure("percent")(cell(0.455, percent=True), None)

    assert (str(read.number), read.unit) == ("45.5", "percent")
    assert cells.figure(None)(cell(1.0, percent=True), None).number == 100
    assert unread(AMOUNT, 0.45, percent=True) == "figure_unread"


@pytest.mark.parametrize("value", ["1,200", "abc", "12 34", "45 %", "n/a", True, 0.1 + 0.2, datetime(2024, 1, 1)])  # noqa: DTZ001
def test_a_figure_that_could_be_two_things_is_refused(value: Any) -> None:
    assert unread(AMOUNT, value) == "figure_unread"


@pytest.mark.parametrize(
    "written",
    [
        "2024-04-01",
        "1er avril 2024",
        "1 avril 2024",
        "April 1, 2024",
        "April 1st 2024",
        "1 AVRIL 2024",
        datetime(2024, 4, 1),  # noqa: DTZ001
        date(2024, 4, 1),
        "2024-04-01 00:00:00",
    ],
)
def test_days_are_read_in_every_plain_form(written: Any) -> None:
    assert cells.day(cell(written)) == date(2024, 4, 1)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("01/04/2024", "date_unclear"),
        ("4/1/24", "date_unclear"),
        ("31-12-2024", "date_unclear"),
        ("2024-13-01", "date_unread"),
        ("30 février 2024", "date_unread"),
        ("avril 2024", "date_unread"),
        ("bientôt", "date_unread"),
        (45383, "date_unread"),
        (datetime(2024, 4, 1, 9), "date_unread"),  # noqa: DTZ001
        (time(9), "date_unread"),
        ("1066-10-14", "date_out_of_range"),
        (datetime(9999, 1, 1), "date_out_of_range"),  # noqa: DTZ001
    ],
)
def test_days_that_are_unclear_are_refused(written: Any, code: str) -> None:
    assert unread(cells.day, written) == code


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (2024, "2024"),
        (2024.0, "2024"),
        ("2024", "2024"),
        ("2000-11", "2000-11"),
        ("novembre 2000", "2000-11"),
        ("November 2000", "2000-11"),
        ("2000-11-15", "2000-11-15"),
        ("15 novembre 2000", "2000-11-15"),
        (datetime(2000, 11, 15), "2000-11-15"),  # noqa: DTZ001
    ],
)
def test_dates_are_as_precise_as_they_are_written(written: Any, value: str) -> None:
    assert cells.partial_date(cell(written)) == PartialDate(value=value)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2024-13", "partial_date_unread"),
        ("l’an dernier", "partial_date_unread"),
        ("11/2000", "date_unread"),
        ("01/02/2000", "date_unclear"),
        (1066, "date_out_of_range"),
        (True, "date_unread"),
        (12.5, "date_unread"),
    ],
)
def test_dates_that_are_unclear_are_refused(written: Any, code: str) -> None:
    assert unread(cells.partial_date, written) == code


def test_every_region_is_read_by_number_name_and_code() -> None:
    for code, name in REGIONS.items():
        expected = TerritoryCode(scheme="qc-region", code=code, name=fr(name))
        for written in (code, name, name.upper(), f"{code} {name}", f"{code} - {name}", f"qc-region:{code}"):
            assert cells.territory(cell(written)) == expected, written
    assert cells.territory(cell(1)).code == "01"
    assert cells.territory(cell("Région de la Capitale-Nationale")).code == "03"
    assert cells.territory(cell("Région du Bas-Saint-Laurent")).code == "01"


def test_other_places_are_read_by_scheme_and_code() -> None:
    assert cells.territory(cell("sgc-cd:3506")) == TerritoryCode(scheme="sgc-cd", code="3506")
    for wrong in ("Ottawa", "18", "sgc-cd:35", "planet:3", "qc-region:18"):
        assert unread(cells.territory, wrong) == "territory_unread"


def test_texts_are_one_line_and_composed() -> None:
    assert cells.text(cell(" e\u0301cole\n de  rang ")) == "école de  rang"
    assert cells.text(cell(2024)) == "2024"
    assert cells.text(cell(2024.0)) == "2024"
    assert unread(cells.text, "a\u202eb") == "control_character"
    assert unread(cells.text, "x" * 5000) == "text_too_long"
    for wrong in (1.5, True, date(2024, 1, 1)):
        assert unread(cells.text, wrong) == "text_expected"


def test_several_texts_of_a_cell_are_told_apart_by_lines_or_semicolons() -> None:
    assert cells.lines(cell("• Un\n\n- Deux\r\n* Trois")) == ("Un", "Deux", "Trois")
    assert cells.lines(cell("Un - deux")) == ("Un - deux",)
    assert cells.lines(cell(7)) == ("7",)
    assert cells.listed(cell("MRC d’Exemple ; Ville;")) == ("MRC d’Exemple", "Ville")
    assert cells.tags(cell("accueil, emploi;accueil")) == ("accueil", "emploi")
    assert unread(cells.tags, "Accueil") == "tag_unread"
    assert unread(cells.lines, "a\x07") == "control_character"
    assert unread(cells.lines, "x" * 5000) == "text_too_long"


def test_choices_are_known_by_all_their_words() -> None:
    read = cells.choice({"grant": ("subvention", "grant"), "unstated": ("non précisé",)})

    assert [read(cell(word), None) for word in ("Subvention", "GRANT", "non precise", "unstated")] == [
        "grant",
        "grant",
        "unstated",
        "unstated",
    ]
    assert unread(read, "don") == unread(read, 3) == "not_listed"


@pytest.mark.parametrize(
    ("written", "value"), [("oui", True), ("No", False), (True, True), (False, False), ("X", True)]
)
def test_yes_and_no_in_both_languages(written: Any, value: bool) -> None:  # noqa: FBT001
    assert cells.yes_or_no(cell(written)) is value


@pytest.mark.parametrize(("written", "value"), [(3, 3), (3.0, 3), ("12", 12), (" 0 ", 0)])
def test_whole_numbers(written: Any, value: int) -> None:
    assert cells.whole_number(cell(written)) == value


@pytest.mark.parametrize("written", [-1, 1.5, "1,5", "un", True, None])
def test_what_is_no_whole_number(written: Any) -> None:
    assert unread(cells.whole_number, written) == "whole_number_unread"


READERS: list[Callable[..., Any]] = [
    cells.text,
    cells.lines,
    cells.listed,
    cells.tags,
    cells.day,
    cells.partial_date,
    cells.whole_number,
    cells.territory,
    cells.yes_or_no,
    AMOUNT,
]


@pytest.mark.parametrize("read", READERS)
def test_no_reader_takes_a_formula_or_an_error_of_the_spreadsheet(read: Reader) -> None:
    assert unread(read, "=A1", formula=True) == "formula"
    assert unread(read, "#REF!", error=True) == "error_value"


@given(
    value=st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.datetimes(), st.dates(), st.times()),
    read=st.sampled_from(READERS),
    language=st.sampled_from(["fr", "en", None]),
)
def test_whatever_a_cell_holds_it_is_read_or_told(value: Any, read: Reader, language: Any) -> None:
    told = None
    try:
        read(cell(value), language)
    except Unread as refusal:
        told = refusal.told

    assert told is None or (told.en != told.fr and str(told.place) == "S!B2")
