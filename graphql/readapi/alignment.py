"""How far bodies' indicators are canonical ones."""

from collections.abc import Hashable
from datetime import date
from uuid import UUID

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from projections.alignment import ALIGNMENT
from readapi.asof import held
from readapi.codes import AlignmentGrade, AlignmentStatus
from readapi.columns import backed, column, hidden, reads
from readapi.fields import sized
from readapi.indicator import Indicator, cited
from readapi.paging import Listing
from readapi.reading import Info, Place
from readapi.scalars import BigInt

_A = ALIGNMENT.c


@backed(ALIGNMENT)
@strawberry.type(
    description=(
        "A dated, attributed and revocable act: how far an indicator of the body is a canonical one, which is "
        "cited in its owner's log and never copied."
    )
)
class Alignment:
    id: UUID = column(_A.entity_id, "Its permanent id.")
    grade: AlignmentGrade = column(_A.grade, "How far the two agree.")
    status: AlignmentStatus = column(_A.status, "Whether it still holds.")
    aligned_on: date | None = column(_A.aligned_on, "The day from which it holds.")
    actor_id: UUID | None = column(
        _A.actor_id, "Who aligned them: a pseudonym that means somebody in this body's log only."
    )
    actor_role: str = column(_A.actor_role, "In which role.")
    canonical_owner_id: UUID = column(_A.canonical_log, "The body that owns the canonical indicator.")
    canonical_id: UUID = column(_A.canonical_stream, "The canonical indicator.")
    canonical_version: BigInt = column(_A.canonical_version, "The version of its definition that is cited.")
    sample: bool = column(_A.sample, "Whether it is sample data.")
    indicator_id: strawberry.Private[UUID] = hidden(_A.indicator_id)
    place: strawberry.Private[Place]

    @sized(1, "The body's own indicator, where the reader may see it.")
    async def indicator(self, info: Info) -> Indicator | None:
        return await cited(info.context, self.place, self.place.body, self.indicator_id)

    @sized(1, "The canonical indicator, where the reader may see it.")
    async def canonical(self, info: Info) -> Indicator | None:
        return await cited(info.context, self.place, self.canonical_owner_id, self.canonical_id)


def _where(place: Place, _: Hashable) -> list[ColumnElement[bool]]:
    return held(ALIGNMENT, place.clock)


ALIGNMENTS: Listing[Alignment] = Listing("alignments", reads(Alignment), (_A.entity_id,), _where)
