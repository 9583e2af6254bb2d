"""Opening files: what is a table, which sheet, which separator, and what is never opened."""

import io
import zipfile
from datetime import datetime
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from services.tables import reading, workbooks
from services.tables.problems import TableRefusedError
from services.tables.reading import COLUMNS_MAX, FILE_BYTES_MAX, fold, read_table
from services.tables.workbooks import ROWS_MAX
from tests.unit.services.tables.making import as_excel_saves_it, csv_of, with_part, xlsx_of

KNOWN = [frozenset({"reference", "programme", "montant"}), frozenset({"reference", "amount"})]
HEADING = ("Référence", "Montant")


def refused(content: bytes, **more: str) -> tuple[str, str]:
    with pytest.raises(TableRefusedError) as refusal:
        read_table(content, headings=KNOWN, **more)
    (problem,) = refusal.value.problems
    return str(problem.place), problem.code


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_the_one_that_makes_known_headings(separator: str) -> None:
    sheet = read_table(csv_of(HEADING, ("A-1", "1 200,50"), separator=separator), headings=KNOWN)

    assert [cell.value for cell in sheet.heading] == ["Référence", "Montant"]
    assert [[cell.value for cell in row] for row in sheet.rows] == [["A-1", "1 200,50"]]


def test_cells_know_their_place_as_the_spreadsheet_counts_and_blank_rows_are_passed_over() -> None:
    for content in (
        csv_of(HEADING, (), ("A-1", "7"), (" ", ""), ("A-2", "8")),
        xlsx_of(HEADING, (), ("A-1", "7"), (" ", None), ("A-2", "8"), title="CSV"),
    ):
        sheet = read_table(content, headings=KNOWN)

        assert [str(row[1].place) for row in sheet.rows] == ["CSV!B3", "CSV!B5"]


def test_rows_that_stop_early_are_as_wide_as_the_others() -> None:
    sheet = read_table(csv_of(("Référence",), ("A-1", "7", "x")), headings=KNOWN)

    assert [len(sheet.heading), len(sheet.rows[0])] == [3, 3]
    assert sheet.heading[2].blank


def test_a_byte_order_mark_is_no_part_of_the_heading() -> None:
    sheet = read_table(b"\xef\xbb\xbf" + csv_of(HEADING, ("A-1", "7")), headings=KNOWN)

    assert sheet.heading[0].value == "Référence"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ("—", "file_empty")),
        (b" \n ", ("—", "file_empty")),
        (b"x" * (FILE_BYTES_MAX + 1), ("—", "file_too_large")),
        ("Référence;Montant\nÉcole;1".encode("cp1252"), ("CSV!1", "not_utf8")),
        (b"a,b\n1,2\n\xff,3", ("CSV!3", "not_utf8")),
        (b'Reference,Amount\n"open', ("CSV!2", "csv_broken")),
        (b"Reference,Amount\n\x00", ("—", "not_a_table")),
        (b"PK\x03\x04 and no more", ("—", "workbook_broken")),
        (b"\xd0\xcf\x11\xe0 an old workbook", ("—", "not_a_table")),
        (
            "\xd0\xcf\x11\xe0".encode("latin-1") + "EncryptedPackage".encode("utf-16-le"),
            ("—", "workbook_encrypted"),
        ),
        (csv_of(["Reference"] * (COLUMNS_MAX + 1)), ("CSV!1", "columns_too_many")),
        (csv_of(HEADING, *[("A", "1")] * (ROWS_MAX + 1)), ("CSV", "rows_too_many")),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, expected: tuple[str, str]) -> None:
    assert refused(content) == expected


def test_the_sheet_with_the_heading_is_read_whatever_stands_beside_it() -> None:
    content = xlsx_of(("Aide",), ("du texte",), title="Aide", Ententes=[HEADING, ("A-1", 7)])

    assert read_table(content, headings=KNOWN).name == "Ententes"
    assert read_table(content, headings=KNOWN, sheet="Aide").name == "Aide"
    assert refused(content, sheet="Autre") == ("—", "sheet_unknown")


def test_two_sheets_with_the_heading_are_not_chosen_between() -> None:
    assert refused(xlsx_of(HEADING, ("A-1", 7), Autre=[HEADING, ("A-2", 8)])) == ("—", "sheet_unclear")


def test_hidden_sheets_do_not_count() -> None:
    book = Workbook()
    book.worksheets[0].append(list(HEADING))
    book.worksheets[0].append(["A-1", 7])
    hidden = book.create_sheet("Cachée")
    hidden.append(list(HEADING))
    hidden.sheet_state = "hidden"
    content = io.BytesIO()
    book.save(content)

    assert read_table(content.getvalue(), headings=KNOWN).name == "Sheet"


def test_a_workbook_s_formulas_errors_dates_and_percentages_are_told_apart() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append([*HEADING, "Date", "Taux", "Erreur"])
    sheet.append(["=1+1", 7.5, datetime(2024, 4, 1), 0.45, "#REF!"])  # noqa: DTZ001 - spreadsheets have no zones
    sheet["D2"].number_format = "0.0%"
    content = io.BytesIO()
    book.save(content)

    row = read_table(content.getvalue(), headings=KNOWN).rows[0]

    assert [cell.formula for cell in row] == [True, False, False, False, False]
    assert [cell.percent for cell in row] == [False, False, False, True, False]
    assert [cell.error for cell in row] == [False, False, False, False, True]
    assert row[2].value == datetime(2024, 4, 1)  # noqa: DTZ001


def test_merged_cells_are_found() -> None:
    sheet = read_table(xlsx_of(HEADING, ("A-1", 7), (None, 8), merge=["A2:A3"]), headings=KNOWN)

    assert sheet.merged == ("A2:A3",)


SOUND = xlsx_of(HEADING, ("A-1", 7))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("xl/vbaProject.bin", b"x", "macros"),
        ("xl/externalLinks/externalLink1.xml", b"<x/>", "external_links"),
        ("xl/media/bomb.xml", b"\x00" * 60_000_000, "workbook_too_large"),
        ("xl/sharedStrings.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>', "workbook_broken"),
        (
            "xl/sharedStrings.xml",
            "<?xml version='1.0' encoding='UTF-16'?><x/>".encode("utf-16"),
            "workbook_broken",
        ),
        ("xl/workbook.xml", b"<not closed", "workbook_broken"),
    ],
)
def test_a_workbook_that_could_harm_or_mislead_is_not_opened(name: str, content: bytes, code: str) -> None:
    assert read_table(SOUND, headings=KNOWN).rows
    assert refused(with_part(SOUND, name, content)) == ("—", code)


def test_a_bomb_is_recognised_by_the_sum_of_its_parts_and_by_their_number() -> None:
    for parts, size in ((400, 700_000), (600, 1)):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
            for number in range(parts):
                # Hardly packed: it is not the ratio that tells.
                package.writestr(f"xl/{number}.bin", bytes(range(256)) * (size // 256) or b"x", compresslevel=1)
            package.writestr("xl/workbook.xml", b"<x/>")
        assert refused(packed.getvalue()) == ("—", "workbook_too_large")


def test_an_archive_of_another_kind_is_no_table() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("word/document.xml", b"<x/>")

    assert refused(packed.getvalue()) == ("—", "not_a_table")


def test_a_workbook_with_too_many_rows_or_columns_is_refused() -> None:
    assert refused(xlsx_of(["Référence"] * (COLUMNS_MAX + 1))) == ("Ententes!1", "columns_too_many")
    assert refused(xlsx_of(HEADING, *[("A", 1)] * (ROWS_MAX + 1))) == ("Ententes", "rows_too_many")


def test_headings_are_compared_without_accents_case_and_marks() -> None:
    assert fold(" Date d’effet * ") == fold("DATE D'EFFET") == "date d effet"
    assert fold("No de modification") == "no de modification"
    assert fold("Œuvre (%)") == "oeuvre %"


AS_EXCEL_SAVES_IT = as_excel_saves_it(
    shared="<si><t>Référence</t></si><si><r><t>Mon</t></r><r><t>tant</t></r></si><si><t>E-1</t></si>",
    styles="""<fonts count="1"><font/></fonts><fills count="1"><fill><patternFill/></fill></fills>
        <borders count="1"><border/></borders>
        <cellStyleXfs count="1"><xf/></cellStyleXfs>
        <cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="10"/></cellXfs>
        <cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>""",
    rows="""<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>
        <row r="4"><c r="A4" t="s"><v>2</v></c><c r="B4"><v>1200.5</v></c><c r="C4" s="1"><v>45383</v></c>
        <c r="D4" s="2"><v>0.45</v></c><c r="E4"><f>A1</f><v>7</v></c></row>""",
)
SPLICES = [
    b"<",
    b'"',
    b'r="A1048576"',
    b't="s"',
    b't="d"',
    b"<v>99999</v>",
    b"1e999",
    b'r="ZZZZ9"',
    b's="99"',
    b"",
]


@given(
    workbook=st.sampled_from(["openpyxl", "Excel"]),
    part=st.integers(0, 6),
    at=st.floats(0, 1),
    cut=st.integers(0, 60),
    splice=st.one_of(st.sampled_from(SPLICES), st.binary(max_size=8)),
)
@settings(max_examples=150, deadline=None)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_workbook_that_is_damaged_anywhere_is_read_or_refused(
    workbook: str, part: int, at: float, cut: int, splice: bytes
) -> None:
    sound = SOUND if workbook == "openpyxl" else AS_EXCEL_SAVES_IT
    with zipfile.ZipFile(io.BytesIO(sound)) as package:
        name = package.namelist()[part]
        content = package.read(name)
    place = int(at * len(content))
    damaged = with_part(sound, name, content[:place] + splice + content[place + cut :])

    told = None
    try:
        read_table(damaged, headings=KNOWN)
    except TableRefusedError as refusal:
        told = refusal.problems

    assert told is None or len(told) == 1


@given(content=st.one_of(st.text().map(str.encode), st.binary(), st.binary().map(lambda b: b"PK\x03\x04" + b)))
@settings(max_examples=150, deadline=None)
def test_whatever_is_sent_is_read_or_refused(content: bytes) -> None:
    told = None
    try:
        read_table(content, headings=KNOWN)
    except TableRefusedError as refusal:
        told = refusal.problems

    assert told is None or len(told) == 1


@pytest.mark.parametrize("mistake", [TypeError, AttributeError, AssertionError, ArithmeticError, RecursionError])
@pytest.mark.parametrize(
    ("module", "ours"), [(workbooks, "_given"), (workbooks, "_harm"), (reading, "_cell"), (reading, "_choose")]
)
def test_a_mistake_of_ours_is_not_called_a_broken_workbook(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, ours: str, mistake: type[Exception]
) -> None:
    def fail(*_: object) -> None:
        raise mistake("ours")

    monkeypatch.setattr(module, ours, fail)

    with pytest.raises(mistake, match="ours"):
        read_table(SOUND, headings=KNOWN)


@pytest.mark.parametrize("mistake", [TypeError, AttributeError])
def test_what_the_library_stumbles_over_is(monkeypatch: pytest.MonkeyPatch, mistake: type[Exception]) -> None:
    """The same kinds of error, raised below the library's own code."""

    def fail(*_: object) -> None:
        raise mistake("theirs")

    monkeypatch.setattr("openpyxl.worksheet._reader.WorkSheetParser.parse_row", fail)

    assert refused(SOUND) == ("—", "workbook_broken")


SHEET = "xl/worksheets/sheet1.xml"


def sheet_with(old: bytes, new: bytes) -> bytes:
    """The workbook with something else in the XML of its sheet."""
    with zipfile.ZipFile(io.BytesIO(SOUND)) as package:
        xml = package.read(SHEET)
    assert xml.count(old) == 1
    return with_part(SOUND, SHEET, xml.replace(old, new))


@pytest.mark.parametrize("extent", [b"A1", b"A1:A1", b"A1:XFD1048576", b"A1:B999999999"])
def test_what_lies_beyond_the_extent_that_a_sheet_says_it_has_is_read_too(extent: bytes) -> None:
    """Some programs write A1, whatever is in the sheet."""
    sheet = read_table(sheet_with(b'ref="A1:B2"', b'ref="' + extent + b'"'), headings=KNOWN)

    assert [[cell.value for cell in row] for row in sheet.rows] == [["A-1", 7]]


def test_a_row_numbered_beyond_all_sheets_is_refused_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert workbooks.SHEET_ROWS_MAX == 2**20
    assert refused(sheet_with(b'<row r="2">', b'<row r="999999999">')) == ("Ententes", "rows_too_many")
    monkeypatch.setattr(workbooks, "SHEET_ROWS_MAX", 100)
    assert len(read_table(sheet_with(b'<row r="2">', b'<row r="100">'), headings=KNOWN).rows) == 1
    assert refused(sheet_with(b'<row r="2">', b'<row r="101">')) == ("Ententes", "rows_too_many")


def test_a_workbook_as_excel_saves_it_is_read() -> None:
    sheet = read_table(AS_EXCEL_SAVES_IT, headings=KNOWN)

    assert [cell.value for cell in sheet.heading[:2]] == ["Référence", "Montant"]
    (row,) = sheet.rows
    assert [cell.value for cell in row[:4]] == ["E-1", 1200.5, datetime(2024, 4, 1), 0.45]  # noqa: DTZ001
    assert [cell.percent for cell in row] == [False, False, False, True, False]
    assert [cell.formula for cell in row] == [False, False, False, False, True]
    assert str(row[4].place) == "Feuil1!E4"
