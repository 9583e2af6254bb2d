"""Indicators, what is owed and reported of them, and how they are aligned."""

from datetime import date
from decimal import Decimal

from domain import agreement, alignment, indicator, requirement, target
from domain.audience import Audience
from domain.ids import IndicatorId, RequirementId, SubmissionId
from domain.submission import events as submission
from domain.submission.route import COUNCIL
from domain.values import Citation, Combining, Period, QualifiedValue, TerritoryCode, both, fr
from tests.golden.example import (
    AGREEMENT,
    CHAIR,
    DECISION,
    INDICATOR,
    LIP,
    OFFICER,
    PLAN,
    REPORT,
    Example,
    an_id,
    sealed,
)

ACCOMPANIED = IndicatorId(an_id(23))
REQUIREMENT, SUBMISSION = RequirementId(an_id(24)), SubmissionId(an_id(25))
ENTERPRISE_SIZES = indicator.Dimension(
    code="size",
    label=both(fr="Taille de l’entreprise", en="Size of the enterprise", source="fr"),
    categories=(
        indicator.Category(
            code="under-50", label=both(fr="Moins de 50 personnes", en="Under 50 people", source="fr")
        ),
        indicator.Category(code="50-and-over", label=fr("50 personnes et plus")),
    ),
)

MEASURES: tuple[Example, ...] = (
    Example(
        target.TargetTied(indicator=Citation(log=LIP, stream=ACCOMPANIED, version=1)),
        date(2024, 3, 13),
        role="regional_adviser",
    ),
    # --- an indicator
    Example(
        indicator.IndicatorDefined(
            wording=both(
                fr="Proportion d’entreprises accompagnées qui ont recruté",
                en="Share of accompanied enterprises that hired",
                source="fr",
            ),
            description=fr("Une entreprise accompagnée deux fois dans l’exercice compte deux fois."),
            unit="entreprises",
            kind="proportion",
            direction="increase",
            combining=Combining(measure="flow", over_periods="ratio_of_sums", across_bodies="ratio_of_sums"),
            denominator=both(fr="entreprises accompagnées", en="accompanied enterprises", source="fr"),
            denominator_unit="entreprises",
            dimensions=(ENTERPRISE_SIZES,),
            source_rule="enterprises-accompanied",
            plan_indicator=indicator.PlanIndicator(plan_id=PLAN, element_id=INDICATOR),
            audience=Audience.FUNDERS,
        ),
        date(2024, 3, 1),
        role="regional_adviser",
    ),
    Example(
        indicator.IndicatorRevised(
            wording=None,
            description=None,
            direction="unstated",
            dimensions=(ENTERPRISE_SIZES,),
            source_rule=None,
        ),
        date(2024, 6, 1),
        role="regional_adviser",
        source=REPORT,
    ),
    Example(indicator.IndicatorRetired(note=sealed(ACCOMPANIED, 40)), date(2026, 3, 31), lang="en", sample=True),
    # --- a reporting requirement
    Example(
        requirement.SubmissionRequired(
            indicator=Citation(log=LIP, stream=ACCOMPANIED, version=2),
            cadence="fiscal_year",
            first=Period.fiscal_year(2024),
            due_days=91,
            territory=TerritoryCode(scheme="mrc", code="910", name=fr("MRC des Hauts-Plateaux")),
            agreement_id=AGREEMENT,
            programme=agreement.Programme(
                code="settlement", label=both(fr="Programme d’établissement", en="Settlement Program", source="en")
            ),
            audience=Audience.FUNDERS,
        ),
        date(2024, 4, 1),
        lang="en",
    ),
    Example(
        requirement.PeriodExempted(
            period=Period.fiscal_year(2025), reason="exceptional_event", note=sealed(REQUIREMENT, 60)
        ),
        date(2026, 2, 1),
        actor=OFFICER,
        role="programme_officer",
        lang="en",
    ),
    Example(requirement.RequirementEnded(note=None), date(2027, 4, 1), actor=OFFICER, role="programme_officer"),
    # --- a submission
    Example(
        submission.SubmissionDrafted(
            indicator=Citation(log=LIP, stream=ACCOMPANIED, version=2),
            period=Period.fiscal_year(2024),
            territory=TerritoryCode(scheme="mrc", code="910", name=fr("MRC des Hauts-Plateaux")),
            cuts=(submission.Cut(dimension="size", category="under-50"),),
            value=QualifiedValue(kind="at_least", number=Decimal(40), raw="plus de 40", unit="entreprises"),
            denominator=QualifiedValue(kind="exact", number=Decimal(61), unit="entreprises"),
            requirement_id=REQUIREMENT,
            route=COUNCIL,
            note=sealed(SUBMISSION, 80),
            audience=Audience.PUBLIC,
        ),
        date(2025, 4, 10),
    ),
    Example(
        submission.SubmissionRedrafted(
            value=QualifiedValue(kind="exact", number=Decimal(42), unit="entreprises"),
            denominator=QualifiedValue(kind="exact", number=Decimal(61), unit="entreprises"),
            note=None,
        ),
        date(2025, 4, 11),
    ),
    Example(submission.SubmissionSubmitted(), date(2025, 4, 12)),
    Example(
        submission.SubmissionReturned(reason="no_evidence", note=sealed(SUBMISSION, 120)),
        date(2025, 4, 20),
        actor=CHAIR,
        role="chair",
    ),
    Example(
        submission.SubmissionResubmitted(
            value=QualifiedValue(kind="exact", number=Decimal(41), status="provisional", unit="entreprises"),
            denominator=QualifiedValue(kind="exact", number=Decimal(60), unit="entreprises"),
            note=None,
        ),
        date(2025, 4, 22),
    ),
    Example(
        submission.SubmissionValidated(),
        date(2025, 4, 25),
        source=REPORT,
    ),
    Example(
        submission.SubmissionApproved(),
        date(2025, 5, 2),
        actor=OFFICER,
        role="programme_officer",
        lang="en",
    ),
    Example(
        submission.SubmissionPublished(),
        date(2025, 5, 5),
        actor=OFFICER,
        role="programme_officer",
        lang="en",
    ),
    Example(
        submission.SubmissionCorrected(
            value=QualifiedValue(kind="exact", number=Decimal(39), status="final", unit="entreprises"),
            denominator=QualifiedValue(kind="exact", number=Decimal(60), unit="entreprises"),
            reason="late_information",
            note=sealed(SUBMISSION, 30),
        ),
        date(2025, 9, 1),
    ),
    # --- an alignment
    Example(
        alignment.IndicatorAligned(
            indicator_id=ACCOMPANIED,
            canonical=Citation(log=an_id(2), stream=an_id(43), version=2),
            grade="partial",
            note=sealed(ACCOMPANIED, 70),
            audience=Audience.FUNDERS,
        ),
        date(2024, 9, 10),
        role="regional_adviser",
        authority=DECISION,
    ),
    Example(alignment.AlignmentWithdrawn(note=None), date(2026, 1, 15), role="regional_adviser"),
)
