"""Members and seats from tables: orders with pseudonyms, names for the vault alone."""

import uuid
from datetime import date
from typing import Any

import pytest

from domain.committee.rules import EstablishCommittee
from domain.committee.terms import Sector
from domain.ids import CommitteeId, PersonId
from domain.seat.commands import CreateSeat, SeatMember
from domain.seat.events import Represented
from domain.values import fr
from services.tables.columns import Context
from services.tables.forms.seats import SEATS, committee_of, seat_of, sector_code
from services.tables.intake import names_of
from tests.unit.services.tables.making import BODY, IMPORT, csv_of, read, told, xlsx_of

HEADING = [
    *("Comité", "Genre de comité", "No du siège", "Intitulé du siège", "Secteur", "Droit", "D’office"),
    *("Date d’effet", "Membre", "Organisme représenté", "Fin du mandat"),
]
CONTEXT = Context(BODY, "fr", names_of(BODY), IMPORT)
COUNCIL = committee_of(CONTEXT, "Conseil")
FIRST = ("Conseil", "Conseil de partenariat", 1, "École", "Éducation", "vote", "non", "2024-04-01")


def commands(*rows: Any) -> list[Any]:
    return [order.command for order in read(xlsx_of(HEADING, *rows), SEATS).orders]


def person(number: int) -> PersonId:
    return PersonId(uuid.uuid5(IMPORT, f"person/{number}"))


def test_a_table_sets_up_a_committee_with_its_seats_and_members() -> None:
    made = commands(
        (*FIRST, "Ann Exemple", "Centre scolaire", "2026-03-31"),
        (None, None, 2, "Observateur fédéral", None, "observateur", "oui", None, None, None, None),
    )

    assert made == [
        EstablishCommittee(committee_id=COUNCIL, kind="partnership_council", name=fr("Conseil")),
        CreateSeat(
            seat_id=seat_of(COUNCIL, 1),
            committee_id=COUNCIL,
            number=1,
            label=fr("École"),
            sector=Sector(code="education", label=fr("Éducation")),
        ),
        SeatMember(
            seat_id=seat_of(COUNCIL, 1),
            person_id=person(1),
            represents=Represented(name=fr("Centre scolaire")),
            until=date(2026, 3, 31),
        ),
        CreateSeat(
            seat_id=seat_of(COUNCIL, 2),
            committee_id=COUNCIL,
            number=2,
            label=fr("Observateur fédéral"),
            right="observer",
            ex_officio=True,
        ),
    ]


def test_a_name_that_comes_twice_is_one_person_and_no_order_holds_it() -> None:
    table = read(
        xlsx_of(
            HEADING,
            (*FIRST, "Ann Exemple", None, None),
            ("Groupe", "groupe de travail", 1, "Siège", None, None, None, None, "Bob Exemple", None, None),
            ("Groupe", None, 2, "Siège", None, None, None, None, "Ann Exemple", None, None),
        ),
        SEATS,
    )

    assert table.people == ((person(1), "Ann Exemple"), (person(2), "Bob Exemple"))
    seated = [order.command.person_id for order in table.orders if isinstance(order.command, SeatMember)]
    assert seated == [person(1), person(2), person(1)]
    assert not any("Exemple" in repr(order.command) for order in table.orders)


def test_a_pseudonym_does_not_come_from_the_name() -> None:
    ann, bob = (
        read(xlsx_of(HEADING, (*FIRST, name, None, None)), SEATS).people[0]
        for name in ("Ann Exemple", "Bob Exemple")
    )

    assert ann[0] == bob[0]
    assert ann[1] != bob[1]


def test_a_later_table_fills_seats_that_an_earlier_one_made() -> None:
    committee = CommitteeId(uuid.UUID(int=5))
    later = ("Conseil", None, 1, None, None, None, None, "2026-04-01", "Bob Exemple", None, None)
    known = (str(committee), *later[1:])

    assert commands(later) == [SeatMember(seat_id=seat_of(COUNCIL, 1), person_id=person(1))]
    assert commands(known) == [SeatMember(seat_id=seat_of(committee, 1), person_id=person(1))]


@pytest.mark.parametrize(
    ("row", "problems"),
    [
        (("C", "", "1", "", "", "", "", "2024-04-01", "", "", ""), [("CSV!D2", "required")]),
        (("C", "", "1", "", "Santé", "", "", "2024-04-01", "Ann", "", ""), [("CSV!E2", "does_not_belong")]),
        (("C", "", "1", "X", "", "", "", "2024-04-01", "", "", "2025-01-01"), [("CSV!K2", "does_not_belong")]),
        (("C", "", "1", "X", "", "", "", "2024-04-01", "A" * 201, "", ""), [("CSV!I2", "text_too_long")]),
        (
            ("", "club", "un", "X", "", "", "", "", "", "", ""),
            [
                ("CSV!A2", "nothing_above"),
                ("CSV!B2", "not_listed"),
                ("CSV!C2", "whole_number_unread"),
                ("CSV!H2", "nothing_above"),
            ],
        ),
        (("C", "", "0", "X", "", "", "", "2024-04-01", "", "", ""), [("CSV!2", "range")]),
    ],
)
def test_a_row_that_does_not_make_sense_is_told(row: tuple[str, ...], problems: list[tuple[str, str]]) -> None:
    assert told(csv_of(HEADING, row), SEATS) == problems


def test_a_sector_s_code_is_its_words() -> None:
    assert sector_code("Services sociaux et de santé") == "services_sociaux_et_de_sante"
