"""Agreements as rows of the federal proactive publication of grants and contributions.

The columns are those of the template for grants and contributions on open.canada.ca (template version 3, of
2025-12-01), with their names, order and codes. What the register does not know stays empty: nothing is derived
from names or guessed. What a row lacks of what the template requires is told in the workbook, so that nobody takes
it for complete.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from domain.narration.words import Words
from domain.values import Language
from services.views.books import parts
from services.views.books.parts import Note
from services.views.files import guarded
from services.views.sheets import Book, Cell, Column, Reading, Sheet

COLUMNS: Final = (
    *("ref_number", "amendment_number", "amendment_date", "agreement_type", "recipient_type"),
    *("recipient_business_number", "recipient_legal_name", "recipient_operating_name"),
    *("research_organization_name", "recipient_country", "recipient_province", "recipient_city"),
    *("recipient_postal_code", "federal_riding_name_en", "federal_riding_name_fr", "federal_riding_number"),
    *("prog_name_en", "prog_name_fr", "prog_purpose_en", "prog_purpose_fr"),
    *("agreement_title_en", "agreement_title_fr", "agreement_number", "agreement_value"),
    *("foreign_currency_type", "foreign_currency_value", "agreement_start_date", "agreement_end_date"),
    *("coverage", "description_en", "description_fr", "naics_identifier"),
    *("expected_results_en", "expected_results_fr", "additional_information_en", "additional_information_fr"),
)
REQUIRED: Final = (
    *("ref_number", "amendment_number", "agreement_type", "recipient_type", "recipient_legal_name"),
    *("recipient_country", "recipient_city", "prog_name_en", "prog_name_fr", "prog_purpose_en", "prog_purpose_fr"),
    *("agreement_title_en", "agreement_title_fr", "agreement_value", "agreement_start_date", "agreement_end_date"),
    *("description_en", "description_fr", "expected_results_en", "expected_results_fr"),
)
"""What the template calls mandatory; `amendment_date` is so where the amendment is not 0."""
TYPES: Final = {"GRANT": "G", "CONTRIBUTION": "C", "OTHER_TRANSFER": "O"}
_PAYERS: Final = ("REGIONAL_DIRECTORATE", "MUNICIPAL_PROGRAMME", "MINISTRY", "FUNDER")
"""Kinds of bodies whose agreements pay the other party. Of others' agreements it is not known who receives."""
_FULL_DAY: Final = len("2026-03-31")
_ENDED: Final = Words("Terminated.", "Résiliée.")
_SAMPLE: Final = Words(
    "Sample data, for demonstration: not a fact.", "Donnée d’exemple, à des fins de démonstration : pas un fait."
)


class Row(NamedTuple):
    """An agreement as a row, and what it lacks."""

    agreement: str
    cells: Mapping[str, str]
    """By column; what is not known is not in it."""
    lacking: tuple[str, ...]
    amount: Mapping[str, Any] | None
    """The amount as the register has it, where it is not a plain number of dollars."""


class Disclosed(NamedTuple):
    """The rows, and the agreements that are no transfer of money and have none."""

    rows: tuple[Row, ...]
    refused: tuple[str, ...]


def disclosed(answer: Mapping[str, Any]) -> Disclosed:
    """The rows of a body's agreements, in the order of the answer."""
    agreements = answer["agreements"]["nodes"]
    rows = tuple(_row(one, answer["kind"]) for one in agreements if one["type"] != "COLLABORATION")
    return Disclosed(rows, tuple(one["id"] for one in agreements if one["type"] == "COLLABORATION"))


def csv_file(found: Disclosed) -> bytes:
    """The rows alone, under the template's own names: comma-separated, with plain numbers and days."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in found.rows:
        writer.writerow([guarded(row.cells.get(name, "")) for name in COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def book(found: Disclosed, answer: Mapping[str, Any], reading: Reading, language: Language) -> Book:
    """The rows with what they lack, which agreements are not among them, and notes."""
    columns = tuple(Column(name, Words(name, name)) for name in COLUMNS)
    rows = tuple(tuple(_cell(name, row.cells.get(name)) for name in COLUMNS) for row in found.rows)
    number = Column("row", Words("Row", "Ligne"))
    agreement = Column("agreement", Words("Agreement, id", "Entente, identifiant"))
    lacking = tuple((index, row.agreement, ", ".join(row.lacking)) for index, row in enumerate(found.rows, 1))
    amounts = tuple(
        (index, row.agreement, *parts.quantity(row.amount))
        for index, row in enumerate(found.rows, 1)
        if row.amount is not None
    )
    notes: list[Note] = [
        (Words("Partnership", "Partenariat"), parts.text(answer["name"], language) or answer["slug"]),
        (Words("Complete rows", "Lignes complètes"), str(sum(not row.lacking for row in found.rows))),
        (Words("Incomplete rows", "Lignes incomplètes"), str(sum(bool(row.lacking) for row in found.rows))),
        (Words("Agreements that transfer no money", "Ententes sans transfert d’argent"), str(len(found.refused))),
        *parts.clocks(answer["asOf"]),
        parts.qualifiers(language),
        *parts.how(reading),
    ]
    missing = Column("lacking", Words("Required, and not in the register", "Exigé, et absent du registre"))
    sheets = (
        Sheet("grants", Words("Grants and contributions", "Subventions et contributions"), columns, rows),
        Sheet("incomplete", Words("Incomplete", "Incomplet"), (number, agreement, missing), lacking),
        Sheet("amounts", Words("Amounts", "Montants"), (number, agreement, *parts.QUANTITY), amounts),
        Sheet(
            "refused",
            Words("No transfer", "Sans transfert"),
            (agreement,),
            tuple((one,) for one in found.refused),
        ),
        parts.noted(notes, language),
    )
    title = Words("Grants and contributions", "Subventions et contributions").in_(language)
    return Book(title, language, sheets)


def _cell(name: str, value: str | None) -> Cell:
    return Decimal(value) if value is not None and name in ("agreement_value", "amendment_number") else value


def _row(one: Mapping[str, Any], kind: str) -> Row:
    programme, amount = one["programme"], one["amount"]
    plain = amount is not None and (amount["kind"], amount["unit"]) == ("EXACT", "CAD")
    marks = [_SAMPLE] if one["sample"] else []
    if one["status"] == "TERMINATED":
        marks.append(_ENDED)
    found = {
        "amendment_number": str(one["amendmentNumber"]),
        "agreement_type": TYPES.get(one["type"]),
        "recipient_legal_name": _recipient(one["parties"]) if kind in _PAYERS else None,
        "agreement_value": amount["number"] if plain else None,
        "agreement_start_date": _day(one["term"]["start"]),
        "agreement_end_date": _day(one["term"]["end"]),
        "coverage": _both(None if one["territory"] is None else one["territory"]["name"]),
        "additional_information_en": " ".join(mark.en for mark in marks) or None,
        "additional_information_fr": " ".join(mark.fr for mark in marks) or None,
        **_in_each("prog_name", programme["label"] if programme["namedInSource"] else None),
        **_in_each("description", one["purpose"]),
    }
    cells = {name: value for name, value in found.items() if value is not None}
    lacking = [name for name in REQUIRED if name not in cells]
    if one["amendmentNumber"]:
        lacking.insert(lacking.index("ref_number") + 1, "amendment_date")
    return Row(one["id"], cells, tuple(lacking), None if plain else amount)


def _in_each(name: str, said: Mapping[str, Any] | None) -> dict[str, str | None]:
    return {f"{name}_{language}": None if said is None else said[language] for language in ("en", "fr")}


def _recipient(parties: Sequence[Mapping[str, Any]] | None) -> str | None:
    """The one other party; of several, it is not known who receives."""
    return _both(parties[0]) if parties is not None and len(parties) == 1 else None


def _both(said: Mapping[str, Any] | None) -> str | None:
    """In English and French, as the template writes a name that has both."""
    names = [] if said is None else [said[language] for language in ("en", "fr") if said[language]]
    return "|".join(dict.fromkeys(names)) or None


def _day(partial: str | None) -> str | None:
    return partial if partial is not None and len(partial) == _FULL_DAY else None
