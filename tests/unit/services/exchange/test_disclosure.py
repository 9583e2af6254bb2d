"""Agreements as the federal publication asks for them: what is known, under its names, and nothing invented."""

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from services.exchange.disclosure import COLUMNS, REQUIRED, book, csv_file, disclosed
from services.views.files import xlsx_file
from services.views.sheets import Reading

READING = Reading("disclosure", "sha256:0", "{}", "/graphql", "2026-11-29T00:00:00+00:00", None)


def agreement(**changes: Any) -> dict[str, Any]:
    amount = {"kind": "EXACT", "number": "25000.50", "unit": "CAD", "upper": None, "raw": None, "status": None}
    known = {
        "id": "one",
        "programme": {"code": "pasi", "label": {"en": None, "fr": "PASI"}, "namedInSource": True},
        "parties": [{"en": "Town", "fr": "Ville"}],
        "purpose": {"en": "Welcome", "fr": "Accueil"},
        "type": "GRANT",
        "term": {"stated": True, "start": "2025-04-01", "end": "2026-03"},
        "amount": amount | {"roundedTo": None},
        "territory": {"scheme": "QC_REGION", "code": "01", "name": {"en": None, "fr": "Bas-Saint-Laurent"}},
        "amendmentNumber": 0,
        "status": "IN_FORCE",
        "sample": False,
    }
    return known | changes


def answer(*agreements: dict[str, Any], kind: str = "REGIONAL_DIRECTORATE") -> dict[str, Any]:
    as_of = {"effective": "2026-11-29", "recorded": None, "position": None}
    listed = {"agreements": {"nodes": list(agreements)}, "asOf": as_of}
    return {"slug": "baie", "kind": kind, "name": {"en": "Bay", "fr": "Baie"}, **listed}


def read(*agreements: dict[str, Any], kind: str = "REGIONAL_DIRECTORATE") -> list[dict[str, str]]:
    content = csv_file(disclosed(answer(*agreements, kind=kind)))
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_columns_are_the_templates_in_its_order() -> None:
    content = csv_file(disclosed(answer()))

    assert next(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == list(COLUMNS)
    assert (len(COLUMNS), COLUMNS[0], COLUMNS[-1]) == (36, "ref_number", "additional_information_fr")
    assert set(REQUIRED) < set(COLUMNS)


def test_what_is_known_is_written_and_all_else_stays_empty() -> None:
    (row,) = read(agreement())

    assert {name: value for name, value in row.items() if value} == {
        "amendment_number": "0",
        "agreement_type": "G",
        "recipient_legal_name": "Town|Ville",
        "prog_name_fr": "PASI",
        "agreement_value": "25000.50",
        "agreement_start_date": "2025-04-01",
        "coverage": "Bas-Saint-Laurent",
        "description_en": "Welcome",
        "description_fr": "Accueil",
    }


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"parties": None}, "recipient_legal_name"),
        ({"parties": [{"en": "A", "fr": None}, {"en": "B", "fr": None}]}, "recipient_legal_name"),
        ({"type": "UNSTATED"}, "agreement_type"),
        ({"amount": agreement()["amount"] | {"kind": "AT_LEAST"}}, "agreement_value"),
        ({"amount": agreement()["amount"] | {"unit": "EUR"}}, "agreement_value"),
        ({"amount": None}, "agreement_value"),
        ({"programme": agreement()["programme"] | {"namedInSource": False}}, "prog_name_fr"),
        ({"term": {"stated": True, "start": "2025", "end": None}}, "agreement_start_date"),
    ],
)
def test_what_is_not_plainly_known_is_not_guessed(changed: dict[str, Any], column: str) -> None:
    (row,) = read(agreement(**changed))

    assert row[column] == ""


def test_of_a_body_that_does_not_pay_nobody_knows_who_receives() -> None:
    (row,) = read(agreement(), kind="LIP")

    assert row["recipient_legal_name"] == ""


def test_an_agreement_that_transfers_no_money_is_refused_and_named() -> None:
    found = disclosed(answer(agreement(), agreement(id="two", type="COLLABORATION")))

    assert [row.agreement for row in found.rows] == ["one"]
    assert found.refused == ("two",)


def test_a_row_tells_what_it_lacks_of_what_the_template_requires() -> None:
    (row,) = disclosed(answer(agreement(amendmentNumber=2))).rows

    assert row.lacking == (
        *("ref_number", "amendment_date", "recipient_type", "recipient_country", "recipient_city"),
        *("prog_name_en", "prog_purpose_en", "prog_purpose_fr", "agreement_title_en", "agreement_title_fr"),
        *("agreement_end_date", "expected_results_en", "expected_results_fr"),
    )


def test_sample_data_and_terminations_say_so_in_both_languages() -> None:
    (row,) = read(agreement(sample=True, status="TERMINATED"))

    assert row["additional_information_en"] == "Sample data, for demonstration: not a fact. Terminated."
    assert row["additional_information_fr"].endswith("Résiliée.")


def test_a_text_that_would_be_a_formula_is_a_text() -> None:
    (row,) = read(agreement(purpose={"en": "=1+1", "fr": None}))

    assert row["description_en"] == "'=1+1"


def test_the_workbook_opens_with_marked_headers_and_tells_which_rows_are_incomplete() -> None:
    given = answer(agreement(), agreement(id="two", type="COLLABORATION"))
    workbook = load_workbook(io.BytesIO(xlsx_file(book(disclosed(given), given, READING, "en"))))

    first, incomplete, *_, notes = workbook.worksheets
    assert [cell.value for cell in first[1]] == list(COLUMNS)
    assert (first.freeze_panes, first["A1"].font.bold) == ("A2", True)
    assert incomplete["B2"].value == "one"
    assert {row[0].value: row[1].value for row in notes.rows}["Incomplete rows"] == "1"
