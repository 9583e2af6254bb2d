"""Files of a view: what goes in comes out, the header is marked, and nothing that people wrote is run."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from domain.narration.words import Words
from domain.values import Language
from services.views.files import csv_file, xlsx_file
from services.views.sheets import Book, Cell, Column, Sheet

NAME = Column("name", Words("Name", "Nom"))
NUMBER = Column("number", Words("Number", "Nombre"))
NOTE = Column("note", Words("Note", "Note"))
INJECTED = ["=HYPERLINK(1)", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]


def book(*rows: tuple[Cell, ...], language: Language = "fr") -> Book:
    figures = Sheet("figures", Words("Figures", "Valeurs"), (NAME, NUMBER), rows)
    notes = Sheet("notes", Words("Notes", "Notes"), (NOTE,), (("about",),))
    return Book("A view", language, (figures, notes))


def table(content: bytes, separator: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=separator))


def test_a_csv_says_of_each_row_to_which_part_it_belongs() -> None:
    given = book(("Baie", Decimal("1198.5")), (None, date(2026, 3, 31)))

    assert table(csv_file(given), ";") == [
        ["Section", "Nom", "Nombre", "Note"],
        ["figures", "Baie", "1198,5", ""],
        ["figures", "", "2026-03-31", ""],
        ["notes", "", "", "about"],
    ]
    assert table(csv_file(given._replace(language="en")), ",")[1] == ["figures", "Baie", "1198.5", ""]


def test_yes_and_no_are_words_of_the_language() -> None:
    rows = table(csv_file(book((True, False))), ";")

    assert rows[1] == ["figures", "oui", "non", ""]


@pytest.mark.parametrize("text", INJECTED)
def test_what_would_be_a_formula_is_a_text(text: str) -> None:
    content = table(csv_file(book((text, Decimal(-5)))), ";")

    assert content[1] == ["figures", f"'{text}", "-5", ""]


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1+1", "@SUM(A1)"])
def test_what_would_be_a_formula_is_a_text_in_a_workbook_too(text: str) -> None:
    workbook = load_workbook(io.BytesIO(xlsx_file(book((text, Decimal(-5))))))
    cell, number = workbook.worksheets[0]["A2"], workbook.worksheets[0]["B2"]

    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
    assert (number.value, number.data_type) == (-5, "n")


def test_the_header_row_of_every_sheet_is_marked() -> None:
    workbook = load_workbook(io.BytesIO(xlsx_file(book(("Baie", Decimal(1))))))

    assert workbook.sheetnames == ["Valeurs", "Notes"]
    for page, span in zip(workbook.worksheets, ("A1:B2", "A1:A2"), strict=True):
        assert page.freeze_panes == "A2"
        assert page["A1"].font.bold
        assert page.print_title_rows == "$1:$1"
        (marked,) = page.tables.values()
        assert (marked.ref, marked.headerRowCount) == (span, 1)


def test_a_sheet_without_rows_has_its_header_all_the_same() -> None:
    page = load_workbook(io.BytesIO(xlsx_file(book()))).worksheets[0]

    assert [cell.value for cell in page[1]] == ["Nom", "Nombre"]
    assert (page.freeze_panes, page["A1"].font.bold) == ("A2", True)


def test_a_number_that_a_spreadsheet_would_round_is_written_out() -> None:
    exact = Decimal("12345678901234567.89")
    page = load_workbook(io.BytesIO(xlsx_file(book(("Baie", exact))))).worksheets[0]

    assert page["B2"].value == "12345678901234567,89"


texts = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1)


@given(st.lists(st.tuples(texts, st.decimals(allow_nan=False, allow_infinity=False, places=2)), max_size=5))
def test_a_csv_is_read_back_as_it_was(rows: list[tuple[str, Decimal]]) -> None:
    _, *read = table(csv_file(book(*rows, language="en")), ",")

    written = [(f"'{name}" if name[0] in "=+-@" else name, number) for name, number in rows]
    assert [(name, Decimal(number)) for _, name, number, _ in read[:-1]] == written
