"""Invented values for one event of each type of documents and of the activity log."""

from datetime import date
from decimal import Decimal

from domain import activity, document
from domain.audience import Audience
from domain.values import QualifiedValue, TerritoryCode, both, fr
from tests.golden.example import AGREEMENT, CHAIR, COORDINATOR, Example, sealed

RECORDS: tuple[Example, ...] = (
    # --- a document
    Example(
        document.DocumentAttached(
            title=both(fr="Rapport annuel", en="Annual report", source="fr"),
            language="fr",
            content=document.Content(
                sha256="0123456789abcdef" * 4, size_bytes=48_213, media_type="application/pdf"
            ),
            subject=document.Subject(stream="agreement", id=AGREEMENT),
            audience=Audience.PUBLIC,
        ),
        date(2024, 5, 1),
    ),
    Example(
        document.DocumentVersionAdded(
            number=2,
            language=None,
            content=document.Content(sha256="fedcba9876543210" * 4, size_bytes=1, media_type="text/csv"),
        ),
        date(2024, 6, 1),
    ),
    Example(document.DocumentErased(numbers=(1,), ground="personal_data"), date(2024, 7, 1)),
    Example(document.DocumentWithdrawn(reason=sealed(CHAIR, 40)), date(2024, 8, 1), role="chair", actor=CHAIR),
    # --- the activity log
    Example(
        activity.ActivityRecorded(
            kind="session",
            facts=activity.ActivityFacts(
                held_on=date(2024, 5, 14),
                label=both(fr="Soirée d’information", en="Information evening", source="fr"),
                place=TerritoryCode(scheme="named", code="north-shore"),
                people=QualifiedValue(kind="estimate", number=Decimal(30), raw="une trentaine", unit="people"),
                tags=("housing", "schools"),
            ),
            audience=Audience.FUNDERS,
        ),
        date(2024, 5, 15),
        role="partner_reporter",
    ),
    Example(
        activity.ActivityCorrected(
            facts=activity.ActivityFacts(
                held_on=date(2024, 5, 14), label=fr("Soirée d’information"), place=None, people=None, tags=()
            )
        ),
        date(2024, 6, 1),
    ),
    Example(activity.ActivityWithdrawn(note=sealed(COORDINATOR, 20)), date(2024, 6, 2)),
)
