"""Invented values for one event of each type of documents, activities, theme lists and endorsements."""

from datetime import date
from decimal import Decimal

from domain import activity, document, endorsement, theme_list
from domain.audience import Audience
from domain.ids import OrganisationId, ThemeListId
from domain.published_aggregate import Publication
from domain.values import PartialDate, QualifiedValue, TerritoryCode, both, en, fr
from tests.golden.example import AGREEMENT, CHAIR, COORDINATOR, PLAN, Example, an_id, sealed

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
    # --- a list of themes
    Example(
        theme_list.ThemeListPublished(
            code="seven-themes",
            title=both(fr="Sept thèmes", en="Seven themes", source="fr"),
            themes=(
                theme_list.Theme(code="housing", label=both(fr="Logement", en="Housing", source="fr")),
                theme_list.Theme(code="rent", label=fr("Loyers"), parent_code="housing"),
            ),
            publication=Publication(title=fr("Guide fictif"), published=PartialDate.of(2010)),
        ),
        date(2012, 1, 1),
    ),
    Example(
        theme_list.ThemeListVersionPublished(
            number=2, themes=(theme_list.Theme(code="housing", label=fr("Logement")),), publication=None
        ),
        date(2014, 1, 1),
    ),
    Example(
        theme_list.ThemeListCrosswalked(
            number=2,
            other=theme_list.OtherList(log=an_id(3), theme_list_id=ThemeListId(an_id(91)), number=1),
            links=(theme_list.ThemeLink(code="housing", other_code="homes", relation="broader"),),
        ),
        date(2014, 2, 1),
    ),
    Example(theme_list.ThemeListRetired(), date(2020, 1, 1)),
    # --- an endorsement
    Example(
        endorsement.EndorsementRecorded(
            endorser=en("Town of Maple Valley"),
            organisation_id=OrganisationId(an_id(61)),
            kind="council_resolution",
            given=PartialDate.of(2023, 5),
            plan_id=PLAN,
            publication=Publication(title=fr("Rapport fictif"), locator="p. 3"),
            audience=Audience.PUBLIC,
        ),
        date(2023, 6, 1),
    ),
    Example(endorsement.EndorsementWithdrawn(note=sealed(COORDINATOR, 33)), date(2024, 6, 1)),
)
