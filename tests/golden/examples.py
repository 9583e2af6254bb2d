"""Invented values for one event of each type, as a partnership might record them, stream by stream."""

from datetime import date
from decimal import Decimal

from domain import (
    access_grant,
    agreement,
    audit_mandate,
    body,
    erasure,
    indicator,
    provider,
    published_aggregate,
    succession,
    target,
)
from domain.audience import Audience
from domain.envelope import ByInstrument, Source, WithoutAuthority
from domain.ids import ContributionId, ElementId, ObligationId, OrganisationId, SuccessionId, TenantId
from domain.plan import events as plan
from domain.values import (
    CatchmentPart,
    PartialDate,
    Period,
    QualifiedValue,
    Ratio,
    TerritoryCode,
    both,
    en,
    fr,
)
from tests.golden.claims import CLAIMS
from tests.golden.committees import COMMITTEES
from tests.golden.decisions import DECISIONS
from tests.golden.example import (
    AGREEMENT,
    CHAIR,
    COORDINATOR,
    DECISION,
    INDICATOR,
    LIP,
    MINISTRY_PLAN,
    OFFICER,
    ORDER_IN_COUNCIL,
    ORIENTATION,
    PLAN,
    REPORT,
    Example,
    an_id,
    sealed,
)
from tests.golden.frozen import FROZEN
from tests.golden.knowledge import KNOWLEDGE
from tests.golden.measures import MEASURES
from tests.golden.meetings import MEETINGS
from tests.golden.organisations import ORGANISATIONS
from tests.golden.records import RECORDS
from tests.golden.seats import SEATS

EXAMPLES: tuple[Example, ...] = (
    # --- the commons
    Example(
        body.BodyRegistered(
            slug="maple-valley",
            kind=body.BodyKind.LIP,
            name=both(
                fr="Partenariat local en immigration de la Vallée-aux-Érables",
                en="Maple Valley Local Immigration Partnership",
                source="en",
            ),
        ),
        date(2010, 4, 1),
        role="operator",
        lang="en",
    ),
    Example(body.SlugAdded(slug="vallee-aux-erables"), date(2012, 6, 15), role="operator"),
    # --- a body
    Example(
        body.BodyOpened(
            kind=body.BodyKind.LIP,
            name=en("Maple Valley LIP"),
            slug="maple-valley",
            province="ON",
            time_zone="America/Toronto",
            default_language="en",
            started=PartialDate.of(2010, 4),
            attested=Period.fiscal_year(2010),
            lead_organisation=body.LeadOrganisation(
                name=en("Town of Maple Valley"), kind="municipal", organisation_id=OrganisationId(an_id(61))
            ),
            phase="phase_1",
        ),
        date(2010, 4, 1),
        role="operator",
        lang="en",
        causation_id=an_id(0x101),
    ),
    Example(
        body.BodyRenamed(
            name=both(
                fr="Partenariat local en immigration de la Vallée-aux-Érables",
                en="Maple Valley Local Immigration Partnership",
                source="en",
                unofficial=("fr",),
            )
        ),
        date(2013, 9, 1),
        authority=DECISION,
        lang="en",
    ),
    Example(
        body.LeadOrganisationChanged(
            lead_organisation=body.LeadOrganisation(name=fr("Centre d’accueil L’Érablière"), kind="community")
        ),
        date(2016, 4, 1),
    ),
    Example(
        body.CatchmentSet(
            parts=(
                CatchmentPart(
                    territory=TerritoryCode(scheme="sgc-csd", code="3599001", name=en("Maple Valley")),
                    extent="whole",
                ),
                CatchmentPart(
                    territory=TerritoryCode(
                        scheme="named",
                        code="north-shore",
                        valid_from=date(2011, 1, 1),
                        valid_to=date(2030, 12, 31),
                    ),
                    extent="part",
                ),
            )
        ),
        date(2011, 1, 1),
    ),
    Example(
        body.PhaseEntered(phase="active", note=sealed(CHAIR, 48)), date(2012, 4, 1), role="chair", actor=CHAIR
    ),
    # --- a plan
    Example(
        plan.PlanDrafted(
            kind="regional_action_plan",
            title=fr("Plan d’action régional"),
            period=Period.fiscal_years(2024, 2027),
            agreement_id=AGREEMENT,
        ),
        date(2024, 1, 15),
    ),
    Example(
        plan.PlanRetitled(
            title=both(fr="Plan d’action régional 2024-2027", en="Regional Action Plan 2024–2027", source="fr")
        ),
        date(2024, 1, 20),
    ),
    Example(
        plan.ElementAdded(
            element_id=ORIENTATION,
            level="orientation",
            parent_id=None,
            number="1",
            wording=both(
                fr="Accueillir les personnes immigrantes dans l’ensemble des municipalités",
                en="Welcome immigrants in every municipality",
                source="fr",
                unofficial=("en",),
            ),
            territory=TerritoryCode(scheme="qc-region", code="16"),
            indicator_kind=None,
            rank=0,
            copied_from=MINISTRY_PLAN,
        ),
        date(2024, 2, 1),
    ),
    Example(
        plan.ElementReworded(
            element_id=ORIENTATION, wording=fr("Accueillir et retenir les personnes immigrantes partout en région")
        ),
        date(2024, 2, 8),
    ),
    Example(
        plan.PlanAlignedToParent(
            parent=MINISTRY_PLAN,
            links=(plan.ElementLink(element_id=ORIENTATION, parent_element_id=ElementId(an_id(71))),),
        ),
        date(2024, 2, 10),
    ),
    Example(
        plan.ConsultationRecorded(
            consulted=fr("Table des partenaires et organismes du milieu"), note=sealed(PLAN, 120)
        ),
        date(2024, 2, 22),
    ),
    Example(
        plan.RevisionAdopted(number=1),
        date(2024, 3, 12),
        authority=ORDER_IN_COUNCIL,
        role="plan_approver",
        actor=CHAIR,
    ),
    Example(
        plan.RevisionPublished(number=1, source_published_on=date(2024, 4, 2)), date(2024, 4, 5), source=REPORT
    ),
    Example(
        plan.ProgressRecorded(element_id=ORIENTATION, progress="under_way", note=sealed(PLAN, 12)),
        date(2024, 9, 30),
        role="partner_reporter",
    ),
    Example(plan.ElementWithdrawn(element_id=ORIENTATION, note=None), date(2025, 1, 14)),
    Example(plan.PlanClosed(note=sealed(PLAN, 1)), date(2027, 3, 31)),
    # --- an agreement
    Example(
        agreement.AgreementSigned(
            programme=agreement.Programme(
                code="settlement-program",
                label=both(fr="Programme d’établissement", en="Settlement Program", source="en"),
                named_in_source=True,
            ),
            parties=(
                agreement.Party(name=en("Town of Maple Valley")),
                agreement.Party(name=fr("Ministère fictif")),
            ),
            purpose=en("Local immigration partnership secretariat"),
            type="contribution",
            signed=PartialDate.of(2020, 3, 31),
            term=agreement.Term(start=PartialDate.of(2020, 4, 1), end=PartialDate.of(2025, 3, 31)),
            amount=QualifiedValue(kind="exact", number=Decimal("1487250.50"), raw="$1,487,250.50", unit="CAD"),
            territory=TerritoryCode(scheme="sgc-pr", code="35"),
            tags=("welcoming_communities", "secretariat"),
            plan_id=PLAN,
            audience=Audience.PUBLIC,
        ),
        date(2020, 3, 31),
        lang="en",
        role="programme_officer",
        actor=OFFICER,
        source=Source(title=en("Disclosure of grants and contributions")),
        sample=True,
    ),
    Example(
        agreement.ObligationAdded(
            obligation_id=ObligationId(an_id(81)),
            wording=both(fr="Remettre un rapport annuel", en="Submit an annual report", source="en"),
            due_on=date(2021, 6, 30),
        ),
        date(2020, 4, 1),
        lang="en",
    ),
    Example(agreement.ObligationFulfilled(obligation_id=ObligationId(an_id(81))), date(2021, 6, 28), lang="en"),
    Example(
        agreement.ContributionRecorded(
            contribution_id=ContributionId(an_id(82)),
            source=fr("Municipalité (prêt de locaux)"),
            in_kind=True,
            amount=QualifiedValue(
                kind="estimate", number=Decimal(45000), raw="environ 45 000 $", status="provisional", unit="CAD"
            ),
        ),
        date(2021, 7, 1),
    ),
    Example(
        agreement.AgreementAmended(
            number=1,
            amount=QualifiedValue(
                kind="range",
                number=Decimal(1500000),
                upper=Decimal(1600000),
                raw="1,5 à 1,6 M$",
                rounded_to=100000,
                unit="CAD",
            ),
            term=None,
            purpose=None,
        ),
        date(2022, 10, 1),
        authority=WithoutAuthority(reason="not_stated_in_source"),
        source=REPORT,
    ),
    Example(
        agreement.AgreementRenewed(term=agreement.Term(start=PartialDate.of(2025, 4), end=None)),
        date(2025, 4, 1),
        authority=ByInstrument(office=en("Fictional Funder"), number=None, dated=None),
        lang="en",
    ),
    Example(agreement.AgreementTerminated(reason=sealed(AGREEMENT, 300)), date(2026, 9, 30), lang="en"),
    # --- a mandated provider
    Example(
        provider.ProviderMandated(
            name=fr("Centre de formation Les Hauts-Plateaux"),
            service=both(fr="Francisation", en="French language training", source="fr"),
            service_code="francisation",
            modes=("full_time", "online"),
            territory=TerritoryCode(scheme="mrc", code="910", name=fr("MRC des Hauts-Plateaux")),
            term=agreement.Term(start=PartialDate.of(2023), end=PartialDate.of(2026)),
            audience=Audience.FUNDERS,
        ),
        date(2023, 7, 1),
        role="regional_adviser",
    ),
    Example(provider.MandateChanged(modes=("part_time",), term=None), date(2024, 9, 1), role="regional_adviser"),
    Example(provider.MandateEnded(), date(2025, 6, 30), role="regional_adviser"),
    # --- a series of targets
    Example(
        target.BaselineSet(
            plan_id=PLAN,
            indicator_id=INDICATOR,
            unit="percent",
            direction="increase",
            baseline=QualifiedValue(kind="at_least", number=Decimal("61.5"), raw="plus de 61,5 %", unit="percent"),
            baseline_period=Period.fiscal_year(2022),
        ),
        date(2024, 3, 12),
    ),
    Example(
        target.TargetSet(
            period=Period.fiscal_year(2024), value=QualifiedValue(kind="milestone", raw="Mise en œuvre")
        ),
        date(2024, 3, 12),
    ),
    Example(
        target.TargetRevised(
            period=Period.fiscal_year(2024),
            value=QualifiedValue(kind="exact", number=Decimal(65), raw="65 %", status="final", unit="percent"),
        ),
        date(2024, 11, 4),
        authority=DECISION,
    ),
    # --- a figure that a source printed
    Example(
        published_aggregate.PublishedAggregateRecorded(
            measure_code="municipal-commitment",
            measure=both(fr="Engagement de la municipalité", en="Municipal commitment", source="fr"),
            period=Period.fiscal_year(2023),
            figure=published_aggregate.Figure(
                value=None,
                ratio=Ratio(
                    numerator=QualifiedValue(kind="exact", number=Decimal(7), raw="7", unit="partnerships"),
                    denominator=QualifiedValue(kind="exact", number=Decimal(9), raw="9", unit="partnerships"),
                    of=fr("Rapports qui en parlent"),
                ),
                funded=QualifiedValue(kind="exact", number=Decimal(12), unit="partnerships"),
                reports_received=QualifiedValue(kind="missing"),
            ),
            territory=TerritoryCode(scheme="sgc-pr", code="35"),
            publication=published_aggregate.Publication(
                title=fr("Synthèse fictive"),
                publisher=en("Fictional Funder"),
                published=PartialDate.of(2024, 11),
                locator="p. 8",
            ),
            audience=Audience.PUBLIC,
        ),
        date(2024, 11, 15),
        role="programme_officer",
        actor=OFFICER,
    ),
    Example(
        published_aggregate.PublishedAggregateCorrected(
            figure=published_aggregate.Figure(
                value=QualifiedValue(kind="at_least", number=Decimal(7), raw="au moins 7", unit="partnerships"),
                ratio=None,
                funded=None,
                reports_received=None,
            )
        ),
        date(2024, 12, 1),
        role="programme_officer",
        actor=OFFICER,
    ),
    Example(
        published_aggregate.PublishedAggregateWithdrawn(ground="withdrawn_by_source", note=sealed(OFFICER, 20)),
        date(2025, 2, 1),
        role="programme_officer",
        actor=OFFICER,
    ),
    # --- a grant of access
    Example(
        access_grant.AccessGranted(
            grantee=TenantId(an_id(2)), programme="settlement-program", agreement_id=AGREEMENT
        ),
        date(2024, 4, 1),
        authority=DECISION,
        role="chair",
        actor=CHAIR,
    ),
    Example(access_grant.AccessRevoked(reason=sealed(CHAIR, 32)), date(2025, 4, 1), role="chair", actor=CHAIR),
    Example(access_grant.AccessRestored(agreement_id=None), date(2025, 5, 1), role="chair", actor=CHAIR),
    # --- an audit mandate
    Example(
        audit_mandate.AuditMandateOpened(
            auditor=both(fr="Bureau fictif de la vérification", en="Fictional Audit Office", source="en"),
            scope=audit_mandate.AuditScope(
                bodies=(LIP, TenantId(an_id(3))), records=("plan", "agreement"), period=Period.fiscal_year(2023)
            ),
            ends_on=date(2024, 12, 31),
            audience=Audience.PUBLIC,
        ),
        date(2024, 6, 1),
        authority=ORDER_IN_COUNCIL,
        role="programme_officer",
        actor=OFFICER,
    ),
    Example(
        audit_mandate.AuditMandateExtended(ends_on=date(2025, 3, 31)),
        date(2024, 11, 1),
        authority=ORDER_IN_COUNCIL,
        role="programme_officer",
        actor=OFFICER,
    ),
    Example(
        audit_mandate.AuditMandateClosed(note=sealed(OFFICER, 64)),
        date(2025, 2, 28),
        role="programme_officer",
        actor=OFFICER,
    ),
    # --- a succession: proposed in the old body's log, accepted in a successor's, carried out
    Example(
        succession.SuccessionProposed(
            kind="split", successors=(TenantId(an_id(51)), TenantId(an_id(52))), illustrative=True
        ),
        date(2026, 1, 15),
    ),
    Example(
        succession.SuccessionAccepted(predecessor=TenantId(an_id(53)), kind="merger", illustrative=False),
        date(2026, 2, 1),
        role="chair",
    ),
    Example(succession.SuccessionWithdrawn(), date(2026, 2, 20)),
    Example(
        body.BodySucceeded(
            succession_id=SuccessionId(an_id(54)),
            kind="split",
            successors=(TenantId(an_id(51)), TenantId(an_id(52))),
            illustrative=True,
        ),
        date(2026, 4, 1),
        authority=DECISION,
    ),
    *COMMITTEES,
    *SEATS,
    *ORGANISATIONS,
    *RECORDS,
    *MEETINGS,
    *DECISIONS,
    *MEASURES,
    Example(
        body.EpochOpened(
            epoch=2,
            ended_origin="entente.example/log/01990000-0000-7000-8000-000000000001",
            ended_size=1_204,
            ended_root="8ad6f5e1" * 8,
            kept=1_198,
            reason="restored_from_backup",
        ),
        date(2026, 2, 3),
        role="operator",
    ),
    *KNOWLEDGE,
    *FROZEN,
    Example(erasure.PersonErased(person_id=CHAIR, ground="at_their_request"), date(2026, 5, 4), actor=COORDINATOR),
    Example(
        agreement.PartnerNamed(
            organisation_id=OrganisationId(an_id(61)),
            name=both(fr="Accueil Nord", en="North Welcome", source="fr"),
        ),
        date(2025, 4, 2),
    ),
    Example(
        agreement.PartnerEnded(
            organisation_id=OrganisationId(an_id(61)),
            name=both(fr="Accueil Nord", en="North Welcome", source="fr"),
        ),
        date(2026, 3, 31),
    ),
    *CLAIMS,
    Example(indicator.IndicatorCountingStated(counted="other"), date(2026, 5, 5), role="regional_adviser"),
)
