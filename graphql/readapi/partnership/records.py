"""What else a body keeps and publishes."""

from typing import Annotated
from uuid import UUID

import strawberry
from sqlalchemy import Text, Uuid

from readapi.activity import ACTIVITIES, Activity
from readapi.codes import ActivityKind
from readapi.dataset import DATASETS, Dataset
from readapi.document import DOCUMENTS, Document
from readapi.endorsement import ENDORSEMENTS, Endorsement
from readapi.paging import FIRST, After, First, Page, listed, page
from readapi.partnership.part import AsOfArgument, Part, code
from readapi.practice import PRACTICES, Practice
from readapi.reading import Info
from readapi.report_template import REPORT_TEMPLATES, ReportTemplate
from readapi.study import STUDIES, Study
from readapi.theme_list import THEME_LISTS, ThemeList


@strawberry.type
class Records(Part):
    """Documents, activities, themes, endorsements, practices, studies, datasets and templates."""

    @listed(
        DOCUMENTS,
        "Its documents, in the order in which they were made.",
        lambda at: at.optional("subject", Uuid),
    )
    async def documents(
        self,
        info: Info,
        *,
        first: First = FIRST,
        after: After = None,
        subject: Annotated[UUID | None, strawberry.argument(description="Only of this record.")] = None,
        as_of: AsOfArgument = None,
    ) -> Page[Document]:
        place = self.at(as_of)
        return await page(info.context, DOCUMENTS, place, first=first, after=after, arguments=subject)

    @listed(
        ACTIVITIES,
        "What it did, in light counts, by day.",
        lambda at: at.optional("kind", Text, code),
    )
    async def activities(
        self,
        info: Info,
        *,
        first: First = FIRST,
        after: After = None,
        kind: Annotated[ActivityKind | None, strawberry.argument(description="Only of this kind.")] = None,
        as_of: AsOfArgument = None,
    ) -> Page[Activity]:
        chosen = None if kind is None else kind.value
        return await page(info.context, ACTIVITIES, self.at(as_of), first=first, after=after, arguments=chosen)

    @listed(THEME_LISTS, "The lists of themes that it publishes, by code.")
    async def theme_lists(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[ThemeList]:
        return await page(info.context, THEME_LISTS, self.at(as_of), first=first, after=after)

    @listed(ENDORSEMENTS, "The organisations that a source names as standing behind it.")
    async def endorsements(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[Endorsement]:
        return await page(info.context, ENDORSEMENTS, self.at(as_of), first=first, after=after)

    @listed(PRACTICES, "The ways of working that it describes, its own and those adopted from others.")
    async def practices(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[Practice]:
        return await page(info.context, PRACTICES, self.at(as_of), first=first, after=after)

    @listed(STUDIES, "Its studies of the community, with the needs that they identified.")
    async def studies(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[Study]:
        return await page(info.context, STUDIES, self.at(as_of), first=first, after=after)

    @listed(DATASETS, "The datasets that it registered, in vintages.")
    async def datasets(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[Dataset]:
        return await page(info.context, DATASETS, self.at(as_of), first=first, after=after)

    @listed(REPORT_TEMPLATES, "The templates for reports that it publishes.")
    async def report_templates(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[ReportTemplate]:
        return await page(info.context, REPORT_TEMPLATES, self.at(as_of), first=first, after=after)
