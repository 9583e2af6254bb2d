"""The activity log from tables: counts as printed, one activity a row."""

from datetime import date
from decimal import Decimal

from domain.activity import ActivityFacts, RecordPresentation, RecordReferral, RecordSession
from domain.audience import Audience
from domain.values import QualifiedValue, TerritoryCode, both, fr
from services.tables.columns import Context
from services.tables.forms.activities import ACTIVITIES, activity_of
from services.tables.intake import names_of
from tests.unit.services.tables.making import BODY, csv_of, read, told, xlsx_of

HEADING = [
    *("Référence", "Genre d’activité", "Tenue le", "Intitulé", "Intitulé (autre langue)", "Lieu"),
    *("Personnes présentes", "Étiquettes", "Visible par"),
]
CONTEXT = Context(BODY, "fr", names_of(BODY))


def test_rows_become_activities_of_their_kind_on_their_day() -> None:
    table = read(
        xlsx_of(
            HEADING,
            ["A-1", "Séance", "14 mai 2024", "Soirée", "Evening", "01", "plus de 100", "accueil", "public"],
            ["A-2", "orientation", "2024-05-15", "Francisation", None, None, 12, None, None],
            ["A-3", "présentation", "2024-05-16", "Au conseil", None, None, None, None, None],
        ),
        ACTIVITIES,
    )

    assert [order.effective_on for order in table.orders] == [date(2024, 5, day) for day in (14, 15, 16)]
    assert [order.command for order in table.orders] == [
        RecordSession(
            activity_id=activity_of(CONTEXT, "A-1"),
            facts=ActivityFacts(
                held_on=date(2024, 5, 14),
                label=both(fr="Soirée", en="Evening", source="fr"),
                place=TerritoryCode(scheme="qc-region", code="01", name=fr("Bas-Saint-Laurent")),
                people=QualifiedValue(kind="at_least", number=Decimal(100), unit="people", raw="plus de 100"),
                tags=("accueil",),
            ),
            audience=Audience.PUBLIC,
        ),
        RecordReferral(
            activity_id=activity_of(CONTEXT, "A-2"),
            facts=ActivityFacts(
                held_on=date(2024, 5, 15),
                label=fr("Francisation"),
                people=QualifiedValue(kind="exact", number=Decimal(12), unit="people"),
            ),
        ),
        RecordPresentation(
            activity_id=activity_of(CONTEXT, "A-3"),
            facts=ActivityFacts(held_on=date(2024, 5, 16), label=fr("Au conseil")),
        ),
    ]


def test_what_cannot_be_read_is_told_at_its_cell() -> None:
    rows = [
        ("A-1", "fête", "2024-05-14", "Soirée", "", "", "", "", ""),
        ("A-2", "séance", "14/05/2024", "", "", "", "une foule", "", ""),
    ]

    assert told(csv_of(HEADING, *rows), ACTIVITIES) == [
        ("CSV!B2", "not_listed"),
        ("CSV!C3", "date_unclear"),
        ("CSV!D3", "required"),
        ("CSV!G3", "figure_unread"),
    ]
