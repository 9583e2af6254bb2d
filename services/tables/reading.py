"""From the bytes of a file to sheets of cells. Nothing is interpreted here; what could mislead is refused."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, Final

import msgspec
from openpyxl.utils import get_column_letter

from services.tables.problems import Place, TableProblem, TableRefusedError, problem
from services.tables.workbooks import ROWS_MAX, Given, given_rows, inspect, open_workbook

FILE_BYTES_MAX: Final = 10 * 1024 * 1024
COLUMNS_MAX: Final = 60
CELL_CHARACTERS_MAX: Final = 32_767
"""As many as Excel keeps in a cell."""
_MEBIBYTE: Final = 1024 * 1024
_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_SEPARATORS: Final = (",", ";", "\t")

Value = str | int | float | bool | datetime | date | time | None


class Cell(msgspec.Struct, frozen=True):
    """What a cell holds. `percent` says that a spreadsheet shows the number as a percentage."""

    place: Place
    value: Value
    percent: bool = False
    formula: bool = False
    error: bool = False

    @property
    def blank(self) -> bool:
        return self.value is None or (isinstance(self.value, str) and not self.value.strip())


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A table as it stands: the heading's cells, then rows of as many cells, blank rows left out."""

    name: str
    heading: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    merged: tuple[str, ...] = ()
    """Ranges of merged cells, such as A2:A9."""


def read_table(content: bytes, *, sheet: str | None = None, headings: Sequence[frozenset[str]] = ()) -> Sheet:
    """The one table of a file.

    Args:
        content: of a CSV file or an .xlsx workbook.
        sheet: which sheet of a workbook; absent: its only one, or the only one with a known heading.
        headings: folded headings that are known, one set per language; they tell the columns' separator.

    Raises:
        TableRefusedError: with what is wrong.
    """
    if not content.strip():
        raise _refused(Place("—"), "file_empty")
    if len(content) > FILE_BYTES_MAX:
        raise _refused(Place("—"), "file_too_large", limit=FILE_BYTES_MAX // _MEBIBYTE)
    known = frozenset().union(*headings)
    if content.startswith(_ZIP):
        return _workbook(content, sheet, known)
    if content.startswith(_OLD_EXCEL):  # an old workbook, or a new one under a password
        raise _refused(Place("—"), "workbook_encrypted" if b"E\x00n\x00c\x00r" in content else "not_a_table")
    if b"\x00" in content:
        raise _refused(Place("—"), "not_a_table")
    return _csv(content, known)


def fold(text: str) -> str:
    """A heading as it is compared: without accents, case, marks and spaces that repeat."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    bare = bare.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae")
    return " ".join(re.sub(r"[^0-9a-z$%]+", " ", bare.casefold()).split())


# --- CSV ----------------------------------------------------------------------------------------------------


def _csv(content: bytes, known: frozenset[str]) -> Sheet:
    name = "CSV"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise _refused(Place(name, row), "not_utf8") from error
    separator = _separator(text, known)
    rows: list[tuple[Cell, ...]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for number, values in enumerate(reader, start=1):
            if len(rows) > ROWS_MAX:
                raise _refused(Place(name), "rows_too_many", limit=ROWS_MAX)
            if len(values) > COLUMNS_MAX:
                raise _refused(Place(name, number), "columns_too_many", limit=COLUMNS_MAX)
            cells = tuple(
                Cell(Place(name, number, get_column_letter(column)), value or None)
                for column, value in enumerate(values, start=1)
            )
            if not all(cell.blank for cell in cells):
                rows.append(cells)
    except csv.Error as error:
        raise _refused(Place(name, reader.line_num), "csv_broken") from error
    return _sheet(name, rows, ())


def _separator(text: str, known: frozenset[str]) -> str:
    """The separator with which the first row has the most known headings."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    scores = {
        separator: sum(fold(value) in known for value in next(csv.reader([first], delimiter=separator)))
        for separator in _SEPARATORS
    }
    best = max(scores.values())
    chosen = [separator for separator, score in scores.items() if score == best]
    if best and len(chosen) > 1:
        wide = {separator: first.count(separator) for separator in chosen}
        chosen = [separator for separator in chosen if wide[separator]] or chosen[:1]
        if len(chosen) > 1:
            a, b = (repr(separator) for separator in chosen[:2])
            raise _refused(Place("CSV", 1), "separator_unclear", a=a, b=b)
    return chosen[0]


# --- workbooks ----------------------------------------------------------------------------------------------


def _workbook(content: bytes, wanted: str | None, known: frozenset[str]) -> Sheet:
    merged_of = inspect(content)
    book = open_workbook(content)
    try:
        sheets = {sheet.title: sheet for sheet in book.worksheets if sheet.sheet_state == "visible"}
        chosen = _choose(sheets, wanted, known)
        path: str = chosen._worksheet_path  # noqa: SLF001 - a read-only sheet tells its merged cells nowhere
        return _sheet(chosen.title, list(_rows(chosen)), merged_of.get(path.lstrip("/"), ()))
    finally:
        book.close()


def _choose(sheets: dict[str, Any], wanted: str | None, known: frozenset[str]) -> Any:
    names = ", ".join(sheets)
    if wanted is not None:
        if wanted not in sheets:
            raise _refused(Place("—"), "sheet_unknown", name=wanted, names=names)
        return sheets[wanted]
    if len(sheets) > 1:
        headed = [sheet for sheet in sheets.values() if _is_headed(sheet, known)]
        if len(headed) != 1:
            raise _refused(Place("—"), "sheet_unclear", names=names)
        return headed[0]
    if not sheets:
        raise _refused(Place("—"), "workbook_broken")
    return next(iter(sheets.values()))


def _is_headed(sheet: Any, known: frozenset[str]) -> bool:
    """Whether its first row that is not blank has at least two known headings."""
    for row in given_rows(sheet, rows_max=20):
        values = [given.value for given in row if given.column <= COLUMNS_MAX]
        if values:
            return sum(isinstance(value, str) and fold(value) in known for value in values) > 1
    return False


def _rows(sheet: Any) -> Iterator[tuple[Cell, ...]]:
    filled = 0
    for row in given_rows(sheet):
        cells: list[Cell] = []
        for given in row:
            if given.column > COLUMNS_MAX:
                raise _refused(Place(sheet.title, given.row), "columns_too_many", limit=COLUMNS_MAX)
            while len(cells) < given.column - 1:
                cells.append(Cell(Place(sheet.title, given.row, get_column_letter(len(cells) + 1)), None))
            cells.append(_cell(sheet.title, given))
        if all(cell.blank for cell in cells):
            continue
        filled += 1
        if filled > ROWS_MAX + 1:
            raise _refused(Place(sheet.title), "rows_too_many", limit=ROWS_MAX)
        yield tuple(cells)


def _cell(sheet: str, given: Given) -> Cell:
    value = given.value
    place = Place(sheet, given.row, get_column_letter(given.column))
    if not isinstance(value, str | int | float | bool | datetime | date | time):
        return Cell(place, str(value), formula=True)  # an array or table formula
    return Cell(
        place,
        value,
        percent="%" in given.number_format,
        formula=given.data_type == "f",
        error=given.data_type == "e",
    )


# --- both ---------------------------------------------------------------------------------------------------


def _sheet(name: str, rows: Sequence[tuple[Cell, ...]], merged: tuple[str, ...]) -> Sheet:
    if not rows:
        raise _refused(Place(name), "file_empty")
    width = max(len(row) for row in rows)
    filled = [_widened(name, row, width) for row in rows]
    return Sheet(name=name, heading=filled[0], rows=tuple(filled[1:]), merged=merged)


def _widened(name: str, row: tuple[Cell, ...], width: int) -> tuple[Cell, ...]:
    number = next(cell.place.row for cell in row)
    return row + tuple(
        Cell(Place(name, number, get_column_letter(column)), None) for column in range(len(row) + 1, width + 1)
    )


def _refused(place: Place, code: str, **facts: object) -> TableRefusedError:
    problems: list[TableProblem] = [problem(place, code, **facts)]
    return TableRefusedError(problems)
