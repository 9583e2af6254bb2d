"""Agreements from tables: rows become orders, and every row that does not make sense is told."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.agreement import (
    AmendAgreement,
    Party,
    Programme,
    RenewAgreement,
    SignAgreement,
    Term,
    TerminateAgreement,
)
from domain.audience import Audience
from domain.values import PartialDate, QualifiedValue, TerritoryCode, both, en, fr
from services.tables.columns import Context
from services.tables.forms.agreements import AGREEMENTS, agreement_of, code_of
from services.tables.intake import names_of
from tests.unit.services.tables.making import BODY, csv_of, read, told, xlsx_of

FRENCH = ("Référence", "No de modification", "Date d’effet", "Programme", "Montant ($)", "Fin")
CONTEXT = Context(BODY, "fr", names_of(BODY))
SIGNED = ("E-1", "", "2024-04-01", "PASI", "1 200", "2027-03")


def commands(content: bytes, **wish: Any) -> list[Any]:
    return [planned.command for planned in read(content, AGREEMENTS, **wish).orders]


def year(value: str) -> PartialDate:
    return PartialDate(value=value)


def test_a_row_with_everything_becomes_an_agreement_with_everything() -> None:
    heading = [column.label.fr for column in AGREEMENTS.columns]
    row = [
        *("E-1", "signature", 0, "1er avril 2024", "Programme d’appui aux collectivités (PAC)", "PAC in English"),
        *("", "non", "MRC d’Exemple; Ville d’Exemple", "Accueillir", "Welcoming", "Subvention", "mars 2024"),
        *("2024-04", "2027-03", "au moins 4,5 M$", "Bas-Saint-Laurent", "accueil; emploi", "public"),
    ]

    table = read(xlsx_of(heading, row), AGREEMENTS)

    (order,) = table.orders
    assert order.effective_on == date(2024, 4, 1)
    assert order.command == SignAgreement(
        agreement_id=agreement_of(CONTEXT, "E-1"),
        programme=Programme(
            code="pac",
            label=both(fr="Programme d’appui aux collectivités (PAC)", en="PAC in English", source="fr"),
            named_in_source=False,
        ),
        parties=(Party(name=fr("MRC d’Exemple")), Party(name=fr("Ville d’Exemple"))),
        purpose=both(fr="Accueillir", en="Welcoming", source="fr"),
        type="grant",
        signed=year("2024-03"),
        term=Term(start=year("2024-04"), end=year("2027-03")),
        amount=QualifiedValue(kind="at_least", number=Decimal(4500000), unit="CAD", raw="au moins 4,5 M$"),
        territory=TerritoryCode(scheme="qc-region", code="01", name=fr("Bas-Saint-Laurent")),
        tags=("accueil", "emploi"),
        audience=Audience.PUBLIC,
    )


def test_a_row_with_the_least_leaves_the_rest_unsaid() -> None:
    (command,) = commands(csv_of(("Reference", "Effective date", "Program"), ("A-1", "2024-04-01", "Settlement")))

    assert command == SignAgreement(
        agreement_id=agreement_of(CONTEXT, "A-1"),
        programme=Programme(code="settlement", label=en("Settlement")),
        audience=Audience.FUNDERS,
    )


def test_amendments_renewals_and_terminations_follow_under_the_same_reference() -> None:
    heading = ("Référence", "Acte", "No de modification", "Date d’effet", "Programme", "Montant", "Fin")
    content = csv_of(
        heading,
        ("E-1", "", "", "2024-04-01", "PASI", "1 200", "2027-03"),
        ("E-1", "", "1", "2025-04-01", "PASI", "1 500", ""),
        ("E-1", "renouvellement", "", "2027-04-01", "", "", "2030-03"),
        ("E-1", "résiliation", "", "2028-01-01", "", "", ""),
    )
    agreement_id = agreement_of(CONTEXT, "E-1")

    signed, *later = commands(content)

    assert isinstance(signed, SignAgreement)
    assert later == [
        AmendAgreement(
            agreement_id=agreement_id,
            number=1,
            amount=QualifiedValue(kind="exact", number=Decimal(1500), unit="CAD", raw="1 500"),
        ),
        RenewAgreement(agreement_id=agreement_id, term=Term(start=None, end=year("2030-03"))),
        TerminateAgreement(agreement_id=agreement_id),
    ]


def test_the_same_reference_of_a_body_is_the_same_agreement_in_every_file() -> None:
    first, second = (commands(csv_of(FRENCH, SIGNED))[0] for _ in range(2))

    assert first.agreement_id == second.agreement_id
    assert agreement_of(CONTEXT, "E-1") != agreement_of(CONTEXT._replace(names=names_of(BODY)), "E-2")
    assert agreement_of(CONTEXT, "e\u0301") == agreement_of(CONTEXT, "é")


def test_all_faults_of_a_table_are_told_in_the_order_of_its_cells() -> None:
    content = csv_of(
        FRENCH,
        ("E-1", "", "2024-04-01", "PASI", "1 200", "2027-03"),
        ("", "", "01/04/2024", "PASI", "1 200", "bientôt"),
        ("E-3", "", "2024-04-01", "", "1 200", ""),
        ("E-4", "un", "2024-04-01", "PASI", "", ""),
        ("E-5", "", "2024-04-01", "PASI", "", "2023"),
        ("E-6", "0", "2060-04-01", "PASI", "", ""),
    )

    assert told(content, AGREEMENTS) == [
        ("CSV!A3", "required"),
        ("CSV!C3", "date_unclear"),
        ("CSV!F3", "partial_date_unread"),
        ("CSV!D4", "required"),
        ("CSV!B5", "whole_number_unread"),
        ("CSV!7", "effective_too_far"),
    ]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (("E-1", "1", "2025-04-01", "PAC", "1 500", ""), ("CSV!D3", "differs")),
        (("E-2", "1", "2025-04-01", "PASI", "1 500", ""), ("CSV!D3", "does_not_belong")),
    ],
)
def test_an_amendment_s_row_may_repeat_the_agreement_and_not_contradict_it(
    row: tuple[str, ...], problem: tuple[str, str]
) -> None:
    repeating = ("E-1", "1", "2025-04-01", "PASI", "1 500", "")

    assert len(commands(csv_of(FRENCH, SIGNED, repeating))) == 2
    assert told(csv_of(FRENCH, SIGNED, row), AGREEMENTS) == [problem]


def test_an_amendment_needs_its_number_and_a_renewal_its_term() -> None:
    heading = ("Référence", "Acte", "Date d’effet", "Fin")

    assert told(csv_of(heading, ("E-1", "modification", "2024-04-01", "2025")), AGREEMENTS) == [
        ("CSV!2", "required")
    ]
    assert told(csv_of(heading, ("E-1", "renouvellement", "2024-04-01", "")), AGREEMENTS) == [
        ("CSV!D2", "required")
    ]


def test_what_the_door_would_refuse_is_told_at_its_row() -> None:
    heading = ("Référence", "Date d’effet", "Programme", "Code du programme")

    assert told(csv_of(heading, ("E-1", "2024-04-01", "PASI", "Avec espace")), AGREEMENTS) == [
        ("CSV!2", "matches_not")
    ]


def test_a_programme_s_code_is_what_stands_in_brackets_or_its_words() -> None:
    assert code_of(fr("Programme d’accompagnement et de soutien à l’intégration (PASI)")) == "pasi"
    assert code_of(fr("Soutien à la mission")) == "soutien-a-la-mission"
    assert code_of(en("Settlement Program (of the federal government)")) == (
        "settlement-program-of-the-federal-government"
    )
