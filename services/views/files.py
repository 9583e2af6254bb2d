"""A view as a file: comma- or semicolon-separated values, or a workbook.

What people wrote is never run by a spreadsheet: a text that one would take for a formula gets an apostrophe in
front in CSV, and is stored as text in a workbook.
"""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

from openpyxl import Workbook
from openpyxl.cell import Cell as OfWorkbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from domain.narration.words import Words
from domain.values import Language
from services.views.sheets import Book, Cell, Column, Sheet
from services.views.words import worded_in

Kind = Literal["csv", "xlsx"]
MEDIA_TYPES: Final[dict[Kind, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Rule(NamedTuple):
    """How a language writes in files that a spreadsheet opens."""

    separator: str
    decimal_mark: str
    no_yes: tuple[str, str]


RULES: Final[dict[Language, Rule]] = {
    "en": Rule(separator=",", decimal_mark=".", no_yes=("no", "yes")),
    "fr": Rule(separator=";", decimal_mark=",", no_yes=("non", "oui")),
}
"""In French the comma is the decimal mark, and spreadsheets expect the semicolon. Numbers have no thousands marks
in either, so that programs read them; where figures stand in words, they have those that the language writes, with
no-break spaces. Days are ISO 8601, and codes are the same in both."""
_SECTION: Final = Column("section", Words("Section", "Section"))
_FORMULA: Final = re.compile(r"[=+\-@\t\r\n]")
_WIDTH_MIN, _WIDTH_MAX = 10, 60
_DECIMALS_MAX: Final = 15
"""So many digits a spreadsheet's number keeps; longer ones are written as text."""


def csv_file(book: Book) -> bytes:
    """One table: a section says of which table of the view a row is, and columns of other sections stay empty."""
    columns = list(dict.fromkeys(column for sheet in book.sheets for column in sheet.columns))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=RULES[book.language].separator)
    writer.writerow([worded_in(column.heading, book.language) for column in (_SECTION, *columns)])
    for sheet in book.sheets:
        at = {column: index for index, column in enumerate(sheet.columns)}
        for row in sheet.rows:
            cells = [row[at[column]] if column in at else None for column in columns]
            writer.writerow([sheet.key, *(_written(cell, book.language) for cell in cells)])
    return text.getvalue().encode("utf-8-sig")  # without the mark, Excel takes it for another encoding


def guarded(text: str) -> str:
    """A text that no spreadsheet runs."""
    return f"'{text}" if _FORMULA.match(text) else text


def _written(cell: Cell, language: Language) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return RULES[language].no_yes[cell]
        case Decimal():
            return f"{cell:f}".replace(".", RULES[language].decimal_mark)
        case date():
            return cell.isoformat()
        case str():
            return guarded(cell)
        case _:
            return str(cell)


def xlsx_file(book: Book) -> bytes:
    """A sheet for each table, its header row a table's, bold and frozen."""
    workbook = Workbook()
    workbook.properties.creator = "Entente"
    workbook.properties.title = book.title
    workbook.properties.language = f"{book.language}-CA"
    for index, sheet in enumerate(book.sheets):
        page = workbook.worksheets[0] if index == 0 else workbook.create_sheet()
        _fill(page, sheet, book.language)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _fill(page: Worksheet, sheet: Sheet, language: Language) -> None:
    page.title = worded_in(sheet.title, language)
    headings = [worded_in(column.heading, language) for column in sheet.columns]
    for row, cells in enumerate((headings, *sheet.rows), start=1):
        for column, cell in enumerate(cells, start=1):
            _put(page.cell(row, column), cell, language)
    for index, heading in enumerate(headings, start=1):
        top = page.cell(1, index)
        top.font = Font(bold=True)
        top.fill = PatternFill("solid", fgColor="DDE5EE")
        top.alignment = Alignment(wrap_text=True, vertical="top")
        longest = max([len(heading), *(len(str(row[index - 1] or "")) for row in sheet.rows)])
        page.column_dimensions[get_column_letter(index)].width = min(max(longest, _WIDTH_MIN), _WIDTH_MAX)
    page.freeze_panes = "A2"
    page.print_title_rows = "1:1"
    if sheet.rows:
        span = f"A1:{get_column_letter(len(headings))}{len(sheet.rows) + 1}"
        table = Table(displayName=f"entente_{sheet.key}", ref=span)
        table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
        page.add_table(table)


def _put(place: Any, cell: Cell, language: Language) -> None:
    match cell:
        case None:
            return
        case bool():
            _put_text(place, RULES[language].no_yes[cell])
        case Decimal() if len(cell.as_tuple().digits) > _DECIMALS_MAX:
            _put_text(place, _written(cell, language))
        case str():
            _put_text(place, cell)
        case date():
            place.value = cell
            place.number_format = "yyyy-mm-dd"
        case _:
            place.value = cell


def _put_text(place: OfWorkbook, text: str) -> None:
    place.value = text
    place.data_type = "s"  # openpyxl would make a formula of what begins with an equals sign
    place.quotePrefix = bool(_FORMULA.match(text))
    if "\n" in text:
        place.alignment = Alignment(wrap_text=True, vertical="top")
