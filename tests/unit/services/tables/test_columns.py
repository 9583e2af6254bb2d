"""Headings and templates: what is not recognised is told, never guessed; a template is what it says it is."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from domain.values import Language
from services.tables.columns import TableFormat
from services.tables.forms import FORMATS
from services.tables.forms.agreements import AGREEMENTS
from services.tables.reading import fold
from services.tables.templates import Kind, file_name, template
from tests.unit.services.tables.making import LANGUAGES, csv_of, read, told

ROW = ("E-1", "2024-04-01", "PASI")


@pytest.mark.parametrize(
    "heading",
    [
        ("Référence", "Date d’effet", "Programme"),
        ("REFERENCE", "date d'effet*", "programme"),
        ("No d'entente", "En vigueur le", "Nom du programme"),
        ("Reference", "Effective date", "Program"),
        ("Agreement number", "In force from", "PROGRAM NAME"),
    ],
)
def test_headings_are_known_in_both_languages_by_all_their_names(heading: tuple[str, ...]) -> None:
    table = read(csv_of(heading, ROW), AGREEMENTS)

    assert table.language == ("en" if "Reference" in heading or "Agreement number" in heading else "fr")
    assert len(table.orders) == 1


def test_columns_may_stand_in_any_order() -> None:
    one = read(csv_of(("Référence", "Date d’effet", "Programme"), ROW), AGREEMENTS)
    other = read(csv_of(("Programme", "Référence", "Date d’effet"), (ROW[2], *ROW[:2])), AGREEMENTS)

    assert one.orders == other.orders


def test_unknown_missing_repeated_and_nameless_columns_are_all_told() -> None:
    content = csv_of(
        ("Référence", "Couleur", "Programme", "Nom du programme", ""), ("E-1", "bleu", "PASI", "PASI", "x")
    )

    assert told(content, AGREEMENTS) == [
        ("CSV!B1", "column_unknown"),
        ("CSV!D1", "column_repeated"),
        ("CSV!E1", "heading_missing"),
        ("CSV!1", "column_missing"),
        ("CSV!1", "language_unclear"),
    ]


def test_a_column_is_left_out_only_where_that_is_asked() -> None:
    content = csv_of(("Référence", "Date d’effet", "Programme", "Couleur"), (*ROW, "bleu"))

    assert told(content, AGREEMENTS) == [("CSV!D1", "column_unknown")]
    table = read(content, AGREEMENTS, leave_out=("couleur",))
    assert table.columns_left_out == ("Couleur",)
    assert table.orders == read(csv_of(("Référence", "Date d’effet", "Programme"), ROW), AGREEMENTS).orders


def test_a_table_whose_headings_leave_its_language_open_asks_for_it() -> None:
    mixed = csv_of(("Référence", "Effective date", "Programme", "Montant"), (*ROW, ""))
    assert told(mixed, AGREEMENTS) == [("CSV!1", "language_unclear")]
    assert read(mixed, AGREEMENTS, language="en").language == "en"


def test_a_table_with_nothing_below_its_heading_is_refused() -> None:
    assert told(csv_of(("Référence", "Date d’effet", "Programme")), AGREEMENTS) == [("CSV", "nothing_to_record")]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
def test_a_template_as_it_is_records_nothing(form: TableFormat, language: Language, kind: Kind) -> None:
    (problem,) = told(template(form, language, kind), form)

    assert problem[1] == "nothing_to_record"
    assert file_name(form, language, kind).isascii()


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
def test_the_example_of_a_template_is_a_sound_row(form: TableFormat, language: Language, kind: Kind) -> None:
    content = template(form, language, kind)
    if kind == "csv":
        first = form.columns[0].example.in_(language)
        content = content.decode("utf-8-sig").replace(first, first.split(": ")[-1]).encode()
    else:
        book = load_workbook(io.BytesIO(content))
        book.worksheets[0]["A2"] = str(book.worksheets[0]["A2"].value).split(": ")[-1]
        packed = io.BytesIO()
        book.save(packed)
        content = packed.getvalue()

    table = read(content, form)

    assert (table.language, table.rows, table.examples) == (language, 1, 0)
    assert table.orders


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
def test_a_template_explains_every_column(form: TableFormat, language: Language) -> None:
    book = load_workbook(io.BytesIO(template(form, language, "xlsx")))
    explained = [row[0] for row in book.worksheets[1].iter_rows(values_only=True)]

    assert [sheet.title for sheet in book.worksheets] == [
        form.title.in_(language),
        "Aide" if language == "fr" else "Help",
    ]
    assert [cell.value for cell in book.worksheets[0][1]] == [
        column.label.in_(language) for column in form.columns
    ]
    assert set(explained) >= {column.label.in_(language) for column in form.columns}


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
def test_no_heading_of_a_table_means_two_columns(form: TableFormat) -> None:
    for language in LANGUAGES:
        headings = [fold(words.in_(language)) for c in form.columns for words in (c.label, *c.also)]
        ours = [heading for c in form.columns for heading in c.headings(language)]
        assert len(ours) == len(set(ours)), sorted(h for h in headings if headings.count(h) > 1)


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
def test_every_column_is_documented(form: TableFormat) -> None:
    documented = (Path(__file__).parents[4] / "docs" / "tables.md").read_text(encoding="utf-8")

    assert f"## `{form.name}`" in documented
    for column in form.columns:
        assert f"| {column.label.en} | {column.label.fr} | {'yes' if column.required else ''} |" in documented


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
def test_every_column_says_what_it_is_in_both_languages(form: TableFormat) -> None:
    for column in form.columns:
        assert all(column.label), column.name
        assert all(column.help), column.name
        assert column.help.fr != column.help.en, column.name
