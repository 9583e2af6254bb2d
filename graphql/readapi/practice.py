"""Practices, whom they were adopted from, and who adopted them."""

from collections.abc import Hashable
from typing import Final
from uuid import UUID

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from projections.practice import PRACTICE, PRACTICE_ADOPTION
from readapi import columns, figures
from readapi.asof import held
from readapi.codes import RecordStatus
from readapi.columns import Group, backed, column, reads
from readapi.figures import Citation
from readapi.paging import Listing
from readapi.published_aggregate import Publication, printed
from readapi.reading import Info, Place
from readapi.relations import Related, related, several
from readapi.sorting import SortedBy, sorted_by
from readapi.text import LocalizedText

_P, _A = PRACTICE.c, PRACTICE_ADOPTION.c
ADOPTIONS: Final = 20
"""Counted for the adoptions of a practice, which are few and not paged."""


@backed(PRACTICE_ADOPTION)
@strawberry.type(description="That another body adopted a practice, as the practice's own log records it.")
class Adoption:
    by: Citation = column(
        Group((_A.by_log, _A.by_stream, _A.by_version), figures.citation, figures.citation_shape),
        "The adopter's own record of it.",
    )


RECORDED: Final = Related(reads(Adoption), by=_A.entity_id, order=(_A.by_log, _A.by_stream))


@backed(PRACTICE)
@strawberry.type(description="A way of working that a partnership describes, of its own or adopted from another.")
class Practice:
    id: UUID = column(_P.entity_id, "Its permanent id.")
    title: LocalizedText | None = column(columns.localized(PRACTICE, "name"), "Its title.")
    summary: LocalizedText | None = column(columns.localized(PRACTICE, "summary"), "How it is done.")
    sorted_by: SortedBy | None = column(columns.json(_P.sorted_by, sorted_by), "The themes it is sorted by.")
    adopted_from: Citation | None = column(
        columns.citation(PRACTICE, "adopted_from"),
        "The practice of another body, at the version that was taken over; null: it is its own.",
    )
    publication: Publication | None = column(printed(PRACTICE), "What describes it in print.")
    status: RecordStatus = column(_P.status, "Whether it was withdrawn.")
    sample: bool = column(_P.sample, "Whether it is sample data.")
    place: strawberry.Private[Place]

    @related(RECORDED, of=_P.entity_id, size=ADOPTIONS, description="Who is recorded here to have adopted it.")
    async def adoptions(self, info: Info) -> list[Adoption]:
        return await several(info.context, RECORDED, self.place, self.id)


def _where(place: Place, _arguments: Hashable) -> list[ColumnElement[bool]]:
    return held(PRACTICE, place.clock)


PRACTICES: Listing[Practice] = Listing("practices", reads(Practice), (_P.entity_id,), _where)
