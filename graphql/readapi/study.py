"""Studies with what they found and the needs that they identified."""

from collections.abc import Hashable, Sequence
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from projections.study import STUDY, STUDY_NEED
from readapi import columns, text
from readapi.asof import held
from readapi.codes import RecordStatus
from readapi.columns import backed, column, reads
from readapi.figures import Period, Territory
from readapi.paging import Listing
from readapi.published_aggregate import Publication, printed
from readapi.reading import Info, Place
from readapi.relations import Related, related, several
from readapi.sorting import SortedBy, sorted_by
from readapi.text import LocalizedText

_S, _N = STUDY.c, STUDY_NEED.c
NEEDS: Final = 30
"""Counted for the needs of a study, which are few and not paged."""


def _findings(found: Sequence[Any]) -> list[LocalizedText]:
    return [finding for one in found if (finding := text.from_json(one)) is not None]


@backed(STUDY_NEED)
@strawberry.type(description="A need of the community that a study identified.")
class StudyNeed:
    id: UUID = column(_N.need_id, "Its permanent id.")
    statement: LocalizedText | None = column(columns.localized(STUDY_NEED, "statement"), "What is needed.")
    sorted_by: SortedBy | None = column(columns.json(_N.sorted_by, sorted_by), "The themes it is sorted by.")
    status: RecordStatus = column(_N.status, "Whether it was withdrawn.")


IDENTIFIED: Final = Related(reads(StudyNeed), by=_N.entity_id, order=(_N.need_id,))


@backed(STUDY)
@strawberry.type(description="What a partnership found out about its community.")
class Study:
    id: UUID = column(_S.entity_id, "Its permanent id.")
    title: LocalizedText | None = column(columns.localized(STUDY, "name"), "Its title.")
    period: Period | None = column(columns.period(STUDY, "period"), "The period that it is about.")
    territory: Territory | None = column(columns.territory(STUDY), "The territory that it is about.")
    method: LocalizedText | None = column(columns.localized(STUDY, "method"), "How it was done.")
    findings: list[LocalizedText] = column(columns.json(_S.findings, _findings), "What it states.")
    document_id: UUID | None = column(_S.document_id, "The body's document that contains it.")
    publication: Publication | None = column(printed(STUDY), "What printed it.")
    status: RecordStatus = column(_S.status, "Whether it was withdrawn.")
    sample: bool = column(_S.sample, "Whether it is sample data.")
    place: strawberry.Private[Place]

    @related(
        IDENTIFIED, of=_S.entity_id, size=NEEDS, description="The needs that it identified, withdrawn ones too."
    )
    async def needs(self, info: Info) -> list[StudyNeed]:
        return await several(info.context, IDENTIFIED, self.place, self.id)


def _where(place: Place, _arguments: Hashable) -> list[ColumnElement[bool]]:
    return held(STUDY, place.clock)


STUDIES: Listing[Study] = Listing("studies", reads(Study), (_S.entity_id,), _where)
