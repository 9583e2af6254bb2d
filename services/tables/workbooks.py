"""Workbooks at the library's edge: the package is looked into before it is opened, and rows come as they are.

The only module that calls openpyxl and zipfile over what somebody sent; all that they raise is told here.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from traceback import walk_tb
from typing import Any, Final, NamedTuple

from openpyxl import load_workbook

from services.tables.problems import Place, TableRefusedError, problem

ROWS_MAX: Final = 20_000
UNPACKED_BYTES_MAX: Final = 150 * 1024 * 1024
PACKED_RATIO_MAX: Final = 250
"""A table of twenty thousand rows packs to a tenth or so; a bomb to a thousandth and less."""
PARTS_MAX: Final = 500
SHEET_ROWS_MAX: Final = 1_048_576
"""As many rows as a sheet has in Excel."""

_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')

# XML that ends early, parts that are missing or cut, numbers that are none: what fifty thousand damaged workbooks
# made the libraries raise.
_BROKEN: Final = (
    *(zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, SyntaxError, LookupError),
    ValueError,
)
_UNFIT: Final = (TypeError, AttributeError)
"""openpyxl hands its classes whatever attributes stand in the XML, and lets Python find out."""
_LIBRARIES: Final = frozenset({"openpyxl", "zipfile"})


def open_workbook(content: bytes) -> Any:
    """A workbook that was found to be harmless, to be read row by row; close it.

    Raises:
        TableRefusedError: the library cannot read it.
    """
    with _told_as_broken():
        return load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)


def inspect(content: bytes) -> dict[str, tuple[str, ...]]:
    """The merged ranges by the path of their sheet, once the package was found to be harmless.

    Raises:
        TableRefusedError: it is encrypted, would unpack to far more than a table, or holds macros or links.
    """
    with _told_as_broken():
        package = zipfile.ZipFile(io.BytesIO(content))
    with package:
        code = _harm(package.infolist())
        if code is not None:
            raise _refused(Place("—"), code)
        merged: dict[str, tuple[str, ...]] = {}
        for part in package.infolist():
            with _told_as_broken():
                xml = package.read(part) if part.filename.endswith((".xml", ".rels")) else b""
            # A spreadsheet declares no document type; whoever does wants entities to grow.
            if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or xml[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise _refused(Place("—"), "workbook_broken")
            if part.filename.startswith("xl/worksheets/"):
                merged[part.filename] = tuple(found.decode() for found in _MERGED.findall(xml))
        return merged


def _harm(parts: Sequence[zipfile.ZipInfo]) -> str | None:
    """Why a package is not to be opened, by what its directory says."""
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        return "workbook_encrypted"
    if (
        len(parts) > PARTS_MAX
        or sum(part.file_size for part in parts) > UNPACKED_BYTES_MAX
        or any(part.file_size > PACKED_RATIO_MAX * max(part.compress_size, 1) for part in parts)
    ):
        return "workbook_too_large"
    if "xl/workbook.xml" not in names:
        return "not_a_table"
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return "macros"
    return "external_links" if any(name.startswith("xl/externalLinks/") for name in names) else None


@contextmanager
def _told_as_broken() -> Iterator[None]:
    """What the libraries raise over a package that is not as it should be. Around their calls, and nothing else:
    what our own code raises is our mistake.
    """
    try:
        yield
    except _BROKEN as error:
        raise _refused(Place("—"), "workbook_broken") from error
    except _UNFIT as error:
        if not _comes_from_a_library(error):
            raise
        raise _refused(Place("—"), "workbook_broken") from error


def _comes_from_a_library(error: Exception) -> bool:
    modules = (frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__))
    return any(module.partition(".")[0] in _LIBRARIES for module in modules)


class Given(NamedTuple):
    """A cell that holds something, as the library hands it over."""

    row: int
    column: int
    value: Any
    data_type: str
    number_format: str
    """Of a number; otherwise empty."""


def given_rows(sheet: Any, rows_max: int | None = None) -> Iterator[list[Given]]:
    """The rows of a sheet, blank ones too. The only place where the library is asked for cells.

    What a sheet says of its own extent is passed over: some programs write one that is too small, and the library
    would leave out what lies beyond. A row that is numbered beyond all sheets would be filled up to, for hours.
    """
    with _told_as_broken():
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_row=rows_max or SHEET_ROWS_MAX + 1)
    for number in count(1):
        with _told_as_broken():
            row = next(rows, None)
            given = [_given(cell) for cell in row or () if cell.value is not None]
        if row is None:
            return
        if number > SHEET_ROWS_MAX:
            raise _refused(Place(sheet.title), "rows_too_many", limit=ROWS_MAX)
        yield given


def _given(cell: Any) -> Given:
    number_format = (cell.number_format or "") if isinstance(cell.value, int | float) else ""
    return Given(cell.row, cell.column, cell.value, cell.data_type, number_format)


def _refused(place: Place, code: str, **facts: object) -> TableRefusedError:
    return TableRefusedError([problem(place, code, **facts)])
