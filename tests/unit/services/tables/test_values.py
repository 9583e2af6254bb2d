"""Values of indicators from tables: each a draft at its own address, in the unit that its row says."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.submission.commands import DraftSubmission
from domain.values import Citation, Period, QualifiedValue, TerritoryCode, fr
from services.tables.forms.values import VALUES
from tests.unit.services.tables.making import BODY, csv_of, read, told, xlsx_of

INDICATOR, ELSEWHERE = uuid.UUID(int=34), uuid.UUID(int=2)
HEADING = [
    *("Identifiant de l’indicateur", "Organisme de l’indicateur", "Version de l’indicateur", "Début", "Fin"),
    *("Date d’effet", "Territoire", "Valeur", "Unité", "Dénominateur", "Unité du dénominateur"),
]
YEAR = ("2024-04-01", "2025-03-31", "2025-04-15")


def drafts(*rows: Any) -> list[DraftSubmission]:
    return [order.command for order in read(xlsx_of(HEADING, *rows), VALUES).orders]  # type: ignore[misc] # all are


def test_a_row_is_a_draft_for_an_indicator_a_period_and_a_territory() -> None:
    first, second = drafts(
        (str(INDICATOR), None, None, *YEAR, None, "plus de 30", "sessions", None, None),
        (str(INDICATOR), str(ELSEWHERE), 3, None, None, None, "13", 12, "people", 48, "people"),
    )

    assert first.indicator == Citation(log=BODY, stream=INDICATOR, version=1)
    assert (first.period, first.territory) == (Period.fiscal_year(2024), None)
    assert first.value == QualifiedValue(kind="at_least", number=Decimal(30), unit="sessions", raw="plus de 30")
    assert second.indicator == Citation(log=ELSEWHERE, stream=INDICATOR, version=3)
    assert second.period == first.period
    assert second.territory == TerritoryCode(scheme="qc-region", code="13", name=fr("Laval"))
    assert second.value == QualifiedValue(kind="exact", number=Decimal(12), unit="people")
    assert second.denominator == QualifiedValue(kind="exact", number=Decimal(48), unit="people")
    assert first.submission_id != second.submission_id


def test_the_same_address_is_the_same_submission_in_every_file() -> None:
    row = (str(INDICATOR), None, None, *YEAR, None, 30, "sessions", None, None)
    (one,), (other,) = drafts(row), drafts((*row[:7], 31, *row[8:]))

    assert one.submission_id == other.submission_id


def test_a_printed_unit_and_the_column_s_agree() -> None:
    (percent,) = drafts((str(INDICATOR), None, None, *YEAR, None, "45 %", "percent", None, None))

    assert (percent.value.number, percent.value.unit) == (Decimal(45), "percent")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({0: "Séances"}, ("CSV!A2", "id_unread")),
        ({2: "un"}, ("CSV!C2", "whole_number_unread")),
        ({4: "2023-03-31"}, ("CSV!E2", "value")),
        ({7: "beaucoup"}, ("CSV!H2", "figure_unread")),
        ({7: ""}, ("CSV!H2", "required")),
        ({7: "45 %"}, ("CSV!I2", "differs")),
        ({9: "10 $", 10: "people"}, ("CSV!K2", "differs")),
    ],
)
def test_a_row_that_does_not_make_sense_is_told(changes: dict[int, str], problem: tuple[str, str]) -> None:
    row = [str(INDICATOR), "", "", *YEAR, "", "30", "sessions", "", ""]
    for place, value in changes.items():
        row[place] = value

    assert told(csv_of(HEADING, row), VALUES) == [problem]


def test_values_take_effect_on_their_day() -> None:
    row = (str(INDICATOR), None, None, *YEAR, None, 30, "sessions", None, None)

    assert read(xlsx_of(HEADING, row), VALUES).orders[0].effective_on == date(2025, 4, 15)
