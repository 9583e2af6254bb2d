"""Tables for tests: made in memory, as people would save them."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from openpyxl import Workbook

from domain.ids import TenantId
from domain.values import Language
from services.tables.columns import TableFormat
from services.tables.intake import Understood, Wish, understand
from services.tables.problems import Place, TableRefusedError
from services.tables.reading import Cell

BODY = TenantId(UUID(int=7))
IMPORT = UUID(int=8)
TODAY = date(2026, 11, 28)


def csv_of(*rows: Sequence[Any], separator: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue().encode()


def xlsx_of(*rows: Sequence[Any], title: str = "Ententes", merge: Sequence[str] = (), **sheets: Any) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for cells in merge:
        sheet.merge_cells(cells)
    for name, others in sheets.items():
        other = book.create_sheet(name)
        for row in others:
            other.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_part(workbook: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one more part, or another in its place."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part.filename, old.read(part))
        new.writestr(name, content)
    return packed.getvalue()


def as_excel_saves_it(rows: str, shared: str, styles: str) -> bytes:
    """A workbook with its texts in one part, as Excel writes it, and only what it must have."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packages = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f"""<Types xmlns="{packages}/content-types">
            <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
            <Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>
            <Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>
            <Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/>
            <Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/></Types>""",
        "_rels/.rels": f"""<Relationships xmlns="{packages}/relationships">
            <Relationship Id="rId1" Type="{rels}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
        "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{packages}/relationships">
            <Relationship Id="rId1" Type="{rels}/worksheet" Target="worksheets/sheet1.xml"/>
            <Relationship Id="rId2" Type="{rels}/sharedStrings" Target="sharedStrings.xml"/>
            <Relationship Id="rId3" Type="{rels}/styles" Target="styles.xml"/></Relationships>""",
        "xl/workbook.xml": f"""<workbook xmlns="{main}" xmlns:r="{rels}">
            <sheets><sheet name="Feuil1" sheetId="1" r:id="rId1"/></sheets></workbook>""",
        "xl/sharedStrings.xml": f'<sst xmlns="{main}">{shared}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}">{styles}</styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, xml in parts.items():
            package.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{xml}')
    return packed.getvalue()


def cell(value: Any, **more: Any) -> Cell:
    return Cell(Place("S", 2, "B"), value, **more)


def read(content: bytes, form: TableFormat, **wish: Any) -> Understood:
    return understand(content, form, BODY, TODAY, Wish(**wish), import_id=IMPORT)


def told(content: bytes, form: TableFormat, **wish: Any) -> list[tuple[str, str]]:
    """The problems of a table: place and code."""
    with pytest.raises(TableRefusedError) as refused:
        read(content, form, **wish)
    problems = refused.value.problems
    assert all(problem.en and problem.fr and problem.en != problem.fr for problem in problems)
    return [(str(problem.place), problem.code) for problem in problems]


LANGUAGES: tuple[Language, ...] = ("fr", "en")
