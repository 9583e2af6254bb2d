"""Members and seats: who sits on which committee, for whom and until when.

Names go to the vault of the body; orders carry pseudonyms. A name that comes twice in a file is one person, since
that is how such lists are kept; the same name in another file is somebody else until a person says otherwise.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid5

from domain.committee.rules import EstablishCommittee
from domain.committee.terms import Sector
from domain.ids import CommitteeId, PersonId, SeatId
from domain.seat.commands import CreateSeat, SeatMember
from domain.seat.events import Represented
from services.tables import cells
from services.tables.columns import Bilingual, Context, Plan, Planned, Row, TableFormat, column
from services.tables.problems import TableProblem, problem
from services.tables.reading import fold

_KINDS: Final = {
    "partnership_council": ("conseil de partenariat", "partnership council"),
    "steering_committee": ("comité directeur", "steering committee"),
    "sub_council": ("sous-conseil", "sub-council"),
    "working_group": ("groupe de travail", "working group"),
    "operational_committee": ("comité opérationnel", "operational committee"),
    "nominating_committee": ("comité des candidatures", "nominating committee"),
    "other": ("autre", "other"),
}
_RIGHTS: Final = {
    "vote": ("vote", "votant", "voting"),
    "voice": ("voix", "sans vote", "voice", "non-voting"),
    "observer": ("observateur", "observatrice", "observer"),
}
_NAME_CHARACTERS_MAX: Final = 200
_SECTOR_CHARACTERS_MAX: Final = 40


def _understand(rows: Sequence[Row], context: Context) -> Plan:
    orders: list[Planned] = []
    problems: list[TableProblem] = []
    established: set[CommitteeId] = set()
    people: dict[str, PersonId] = {}
    for row in rows:
        wrong = _wrong(row)
        if wrong:
            problems += wrong
            continue
        committee_id = committee_of(context, row.get("committee"))
        if row.get("committee_kind") and committee_id not in established:
            established.add(committee_id)
            name = context.localized(row, "committee")
            assert name is not None  # the column is required
            command = EstablishCommittee(committee_id=committee_id, kind=row.get("committee_kind"), name=name)
            orders.append(_planned(row, command))
        seat_id = seat_of(committee_id, row.get("number"))
        if row.get("label"):
            orders.append(_planned(row, _created(row, context, committee_id, seat_id)))
        if row.get("member"):
            orders.append(_planned(row, _seated(row, context, seat_id, people)))
    return Plan(orders, problems, tuple((person_id, name) for name, person_id in people.items()))


def committee_of(context: Context, name: str) -> CommitteeId:
    """The committee of an id, or the one that a body's files call by a name."""
    try:
        return CommitteeId(UUID(name))
    except ValueError:
        return CommitteeId(uuid5(context.names, f"committee/{unicodedata.normalize('NFC', name)}"))


def seat_of(committee_id: CommitteeId, number: int) -> SeatId:
    """The seat of a number that files of the body made in a committee."""
    return SeatId(uuid5(committee_id, f"seat/{number}"))


def _planned(row: Row, command: Any) -> Planned:
    return Planned(place=row.place, command=command, effective_on=row.get("effective_on"))


def _created(row: Row, context: Context, committee_id: CommitteeId, seat_id: SeatId) -> CreateSeat:
    sector, label = row.get("sector"), context.localized(row, "label")
    assert label is not None
    return CreateSeat(
        seat_id=seat_id,
        committee_id=committee_id,
        number=row.get("number"),
        label=label,
        sector=None if sector is None else Sector(code=sector_code(sector), label=context.text(sector)),
        right=row.get("right") or "vote",
        ex_officio=bool(row.get("ex_officio")),
    )


def sector_code(label: str) -> str:
    """The code of a sector by its label: its words."""
    return re.sub(r"[^a-z0-9]+", "_", fold(label)).strip("_")[:_SECTOR_CHARACTERS_MAX].rstrip("_")


def _seated(row: Row, context: Context, seat_id: SeatId, people: dict[str, PersonId]) -> SeatMember:
    name, organisation = row.get("member"), row.get("organisation")
    # From the place in the list, not from the name: a pseudonym must not lead back to it.
    person_id = people.setdefault(name, PersonId(uuid5(context.import_id, f"person/{len(people) + 1}")))
    return SeatMember(
        seat_id=seat_id,
        person_id=person_id,
        represents=None if organisation is None else Represented(name=context.text(organisation)),
        until=row.get("until"),
    )


def _wrong(row: Row) -> list[TableProblem]:
    problems = []
    if not row.get("label"):
        of_a_new_seat = ("label_other", "sector", "right", "ex_officio")
        problems += [problem(row.at(name), "does_not_belong") for name in of_a_new_seat if name in row.values]
        if not row.get("member"):
            problems.append(problem(row.at("label"), "required"))
    if not row.get("member"):
        of_a_member = ("organisation", "until")
        problems += [problem(row.at(name), "does_not_belong") for name in of_a_member if name in row.values]
    elif len(row.get("member")) > _NAME_CHARACTERS_MAX:
        length = len(row.get("member"))
        problems.append(problem(row.at("member"), "text_too_long", length=length, limit=_NAME_CHARACTERS_MAX))
    return problems


SEATS: Final = TableFormat(
    name="seats",
    title=Bilingual("Membres et sièges", "Members and seats"),
    about=Bilingual(
        "Une rangée par siège, avec la personne qui l’occupe s’il est pourvu. Les noms vont dans le coffre du "
        "partenariat, jamais dans le registre.",
        "One row per seat, with the person who holds it if it is filled. Names go to the partnership's vault, "
        "never to the log.",
    ),
    columns=(
        column(
            "committee",
            Bilingual("Comité", "Committee"),
            cells.text,
            Bilingual(
                "Le nom du comité, ou son identifiant s’il existe déjà dans le registre. Vide : comme au-dessus.",
                "The committee's name, or its id if it is in the register already. Empty: as above.",
            ),
            Bilingual("Exemple : Conseil de partenariat", "Example: Partnership council"),
            also=(Bilingual("Nom du comité", "Name of the committee"),),
            required=True,
            carried=True,
        ),
        column(
            "committee_kind",
            Bilingual("Genre de comité", "Committee kind"),
            cells.choice(_KINDS),
            Bilingual(
                "Si le tableau le crée : conseil de partenariat, comité directeur, sous-conseil, groupe de "
                "travail, comité opérationnel, comité des candidatures, autre.",
                "If the table sets it up: partnership council, steering committee, sub-council, working group, "
                "operational committee, nominating committee, other.",
            ),
            Bilingual("conseil de partenariat", "partnership council"),
        ),
        column(
            "number",
            Bilingual("No du siège", "Seat number"),
            cells.whole_number,
            Bilingual("Le numéro du siège dans le comité.", "The seat's number in the committee."),
            Bilingual("1", "1"),
            also=(Bilingual("Siège no", "Seat no."), Bilingual("Siège", "Seat")),
            required=True,
        ),
        column(
            "label",
            Bilingual("Intitulé du siège", "Seat title"),
            cells.text,
            Bilingual(
                "Crée le siège; vide : un tableau précédent l’a créé.",
                "Creates the seat; empty: an earlier table created it.",
            ),
            Bilingual("Établissement d’enseignement", "School board"),
        ),
        column(
            "label_other",
            Bilingual("Intitulé du siège (autre langue)", "Seat title (other language)"),
            cells.text,
            Bilingual("Le même, en anglais.", "The same, in French."),
            Bilingual("", ""),
        ),
        column(
            "sector",
            Bilingual("Secteur", "Sector"),
            cells.text,
            Bilingual("Le secteur que le siège représente.", "The sector that the seat speaks for."),
            Bilingual("Éducation", "Education"),
        ),
        column(
            "right",
            Bilingual("Droit", "Right"),
            cells.choice(_RIGHTS),
            Bilingual("Vote (par défaut), voix ou observateur.", "Vote (by default), voice or observer."),
            Bilingual("vote", "vote"),
            also=(Bilingual("Droit de vote", "Voting right"),),
        ),
        column(
            "ex_officio",
            Bilingual("D’office", "Ex officio"),
            cells.yes_or_no,
            Bilingual("Oui : le siège suit une fonction et n’a pas de mandat.", "Yes: it goes with an office."),
            Bilingual("non", "no"),
        ),
        column(
            "effective_on",
            Bilingual("Date d’effet", "Effective date"),
            cells.day,
            Bilingual(
                "Le jour où le siège existe, ou où la personne l’occupe. Vide : comme au-dessus.",
                "The day from which the seat exists, or the person holds it. Empty: as above.",
            ),
            Bilingual("2024-04-01", "2024-04-01"),
            also=(Bilingual("Début du mandat", "Start of term"), Bilingual("Depuis", "Since")),
            required=True,
            carried=True,
        ),
        column(
            "member",
            Bilingual("Membre", "Member"),
            cells.text,
            Bilingual(
                "Le nom de la personne; vide : siège vacant.", "The person's name; empty: the seat is vacant."
            ),
            Bilingual("Prénom Nom", "First Last"),
            also=(Bilingual("Nom du membre", "Name of the member"), Bilingual("Personne", "Person")),
        ),
        column(
            "organisation",
            Bilingual("Organisme représenté", "Organisation represented"),
            cells.text,
            Bilingual("L’organisme pour lequel elle siège.", "The organisation for which the person sits."),
            Bilingual("Commission scolaire d’Exemple", "Example District School Board"),
            also=(Bilingual("Organisme", "Organisation"),),
        ),
        column(
            "until",
            Bilingual("Fin du mandat", "End of term"),
            cells.day,
            Bilingual("Dernier jour du mandat, s’il est connu.", "Last day of the term, if it is known."),
            Bilingual("2026-03-31", "2026-03-31"),
        ),
    ),
    understand=_understand,
)
