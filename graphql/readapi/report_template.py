"""Report templates with their sections and what each asks for, by version."""

from collections.abc import Hashable, Sequence
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from projections.report_template import REPORT_TEMPLATE, REPORT_TEMPLATE_VERSION
from readapi import columns, text
from readapi.asof import held
from readapi.codes import ReportTemplateStatus
from readapi.columns import backed, column, reads
from readapi.figures import Citation
from readapi.paging import Listing
from readapi.reading import Info, Place
from readapi.relations import Related, related, several
from readapi.text import LocalizedText

_R, _V = REPORT_TEMPLATE.c, REPORT_TEMPLATE_VERSION.c
VERSIONS: Final = 60
"""Counted for the versions of a template with their sections, which are few and not paged."""


@strawberry.type(description="A section of a report template.")
class ReportSection:
    code: str = strawberry.field(description="Its code, which holds through all versions.")
    heading: LocalizedText | None = strawberry.field(description="Its heading in this version.")
    indicators: list[Citation] = strawberry.field(description="The indicators that it asks for.")


def _sections(found: Sequence[Any]) -> list[ReportSection]:
    return [
        ReportSection(
            code=one["code"],
            heading=text.from_json(one["heading"]),
            indicators=[
                Citation(log=UUID(cited["log"]), stream=UUID(cited["stream"]), version=cited["version"])
                for cited in one.get("indicators", ())
            ],
        )
        for one in found
    ]


@backed(REPORT_TEMPLATE_VERSION)
@strawberry.type(description="One version of a report template, which stays as it was published.")
class ReportTemplateVersion:
    number: int = column(_V.version_number, "Its number, from 1.")
    sections: list[ReportSection] = column(columns.json(_V.sections, _sections), "In their author's order.")


PUBLISHED: Final = Related(reads(ReportTemplateVersion), by=_V.entity_id, order=(_V.version_number,))


@backed(REPORT_TEMPLATE)
@strawberry.type(description="The sections of a report and the indicators that each asks for.")
class ReportTemplate:
    id: UUID = column(_R.entity_id, "Its permanent id.")
    name: LocalizedText | None = column(columns.localized(REPORT_TEMPLATE, "name"), "Its name.")
    version_number: int = column(_R.version_number, "The latest version on the day.")
    status: ReportTemplateStatus = column(_R.status, "Whether new reports follow it.")
    sample: bool = column(_R.sample, "Whether it is sample data.")
    place: strawberry.Private[Place]

    @related(PUBLISHED, of=_R.entity_id, size=VERSIONS, description="Its versions, in order.")
    async def versions(self, info: Info) -> list[ReportTemplateVersion]:
        return await several(info.context, PUBLISHED, self.place, self.id)


def _where(place: Place, _arguments: Hashable) -> list[ColumnElement[bool]]:
    return held(REPORT_TEMPLATE, place.clock)


REPORT_TEMPLATES: Listing[ReportTemplate] = Listing(
    "reportTemplates", reads(ReportTemplate), (_R.entity_id,), _where
)
