"""What a body measures, owes and reports, and whom it lets read it."""

from functools import partial
from typing import Annotated
from uuid import UUID

import strawberry
from sqlalchemy import Text, Uuid

from readapi.access_grant import ACCESS_GRANTS, AccessGrant
from readapi.alignment import ALIGNMENTS, Alignment
from readapi.alignment_proposal import PROPOSALS_MAX, AlignmentProposal, proposals
from readapi.audit_mandate import AUDIT_MANDATES, AuditMandate
from readapi.codes import IndicatorStatus, SubmissionStage
from readapi.fields import sized
from readapi.indicator import INDICATORS, Indicator
from readapi.paging import FIRST, After, First, Page, listed, page, plain
from readapi.partnership.part import AsOfArgument, Part, code
from readapi.published_aggregate import PUBLISHED_AGGREGATES, PublishedAggregate
from readapi.reading import Info
from readapi.requirement import REQUIREMENTS, Requirement
from readapi.submission import PUBLISHED_FIGURES, SUBMISSIONS, PublishedFigure, Submission


@strawberry.type
class Reporting(Part):
    """Indicators, requirements, submissions, printed figures, grants and audits."""

    @listed(
        INDICATORS,
        "The indicators that it defines, in the order in which they were made.",
        lambda at: at.optional("status", Text, code),
    )
    async def indicators(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        status: Annotated[
            IndicatorStatus | None, strawberry.argument(description="Only those in use, or only retired ones.")
        ] = None,
        as_of: AsOfArgument = None,
    ) -> Page[Indicator]:
        only = None if status is None else status.value
        return await page(info.context, INDICATORS, self.at(as_of), first=first, after=after, arguments=only)

    @listed(ALIGNMENTS, "How far its indicators are canonical ones of others, withdrawn alignments too.")
    async def alignments(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[Alignment]:
        return await page(info.context, ALIGNMENTS, self.at(as_of), first=first, after=after)

    @sized(
        PROPOSALS_MAX,
        "Its indicators that read like a shared one, the likeliest first, unless somebody has said already "
        "whether they agree; the grade `none` refuses. For its members; empty for everybody else.",
    )
    async def alignment_proposals(self, info: Info, as_of: AsOfArgument = None) -> list[AlignmentProposal]:
        return await proposals(info.context, self.at(as_of))

    @listed(REQUIREMENTS, "What it owes to report, ended requirements too, in the order in which they were made.")
    async def requirements(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[Requirement]:
        return await page(info.context, REQUIREMENTS, self.at(as_of), first=first, after=after)

    @listed(
        SUBMISSIONS,
        "Its submissions at whatever stage, by period. For its members only; empty for everybody else.",
        lambda at: (at.optional("stage", Text, code), at.optional("indicator", Uuid)),
    )
    async def submissions(
        self,
        info: Info,
        *,
        first: First = FIRST,
        after: After = None,
        stage: Annotated[
            SubmissionStage | None, strawberry.argument(description="Only those at this stage.")
        ] = None,
        indicator: Annotated[
            UUID | None, strawberry.argument(description="Only of the indicator with this id.")
        ] = None,
        as_of: AsOfArgument = None,
    ) -> Page[Submission]:
        arguments = (None if stage is None else stage.value, indicator)
        return await page(info.context, SUBMISSIONS, self.at(as_of), first=first, after=after, arguments=arguments)

    @listed(
        PUBLISHED_FIGURES,
        "The figures that it published and that count, by period.",
        lambda at: at.optional("indicator", Uuid),
    )
    async def published_figures(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        indicator: Annotated[
            UUID | None, strawberry.argument(description="Only of the indicator with this id.")
        ] = None,
        as_of: AsOfArgument = None,
    ) -> Page[PublishedFigure]:
        return await page(
            info.context, PUBLISHED_FIGURES, self.at(as_of), first=first, after=after, arguments=indicator
        )

    @listed(
        PUBLISHED_AGGREGATES,
        "Figures that it recorded from print, by measure and period. No sum contains them.",
        lambda at: at.optional("measure", Text, partial(plain, "measure")),
    )
    async def published_aggregates(
        self,
        info: Info,
        *,
        first: First = FIRST,
        after: After = None,
        measure: Annotated[str | None, strawberry.argument(description="Only of this measure's code.")] = None,
        as_of: AsOfArgument = None,
    ) -> Page[PublishedAggregate]:
        code = None if measure is None else plain("measure", measure)
        place = self.at(as_of)
        return await page(info.context, PUBLISHED_AGGREGATES, place, first=first, after=after, arguments=code)

    @listed(ACCESS_GRANTS, "Whom it lets read what is for funders. For its members; empty for everybody else.")
    async def access_grants(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[AccessGrant]:
        return await page(info.context, ACCESS_GRANTS, self.at(as_of), first=first, after=after)

    @listed(AUDIT_MANDATES, "The audits that it opened as an authority, by their last day.")
    async def audit_mandates(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[AuditMandate]:
        return await page(info.context, AUDIT_MANDATES, self.at(as_of), first=first, after=after)
