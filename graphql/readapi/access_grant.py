"""Whom a body lets read what is for funders: for its own members to see."""

from collections.abc import Hashable
from uuid import UUID

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from domain.ids import TenantId
from projections.access_grant import ACCESS_GRANT
from readapi.agreement import AGREEMENT_BY_ID, Agreement
from readapi.asof import held
from readapi.body import BodyAt, BodyReference, load_references
from readapi.codes import GrantStatus
from readapi.columns import backed, column, hidden, reads
from readapi.fields import sized
from readapi.paging import Listing
from readapi.reading import Info, Place
from readapi.relations import one, the

_G = ACCESS_GRANT.c


@backed(ACCESS_GRANT)
@strawberry.type(description="That a funder may read what a body keeps for funders, under one programme or all.")
class AccessGrant:
    id: UUID = column(_G.entity_id, "Its permanent id.")
    programme: str | None = column(_G.programme, "The programme's code; null: whatever the programme.")
    status: GrantStatus = column(_G.status, "Whether it was in force on the day.")
    sample: bool = column(_G.sample, "Whether it is sample data.")
    grantee_id: strawberry.Private[UUID] = hidden(_G.grantee)
    agreement_id: strawberry.Private[UUID | None] = hidden(_G.agreement_id)
    place: strawberry.Private[Place]

    @sized(1, "The funder or ministry.")
    async def grantee(self, info: Info) -> BodyReference | None:
        reading = info.context
        return await reading.loader(load_references).load(BodyAt(TenantId(self.grantee_id), reading.now))

    @the(
        AGREEMENT_BY_ID,
        of=_G.agreement_id,
        description="The agreement that it follows from, if it follows from one.",
    )
    async def agreement(self, info: Info) -> Agreement | None:
        if self.agreement_id is None:
            return None
        return await one(info.context, AGREEMENT_BY_ID, self.place, self.agreement_id)


def _where(place: Place, _arguments: Hashable) -> list[ColumnElement[bool]]:
    return held(ACCESS_GRANT, place.clock)


ACCESS_GRANTS: Listing[AccessGrant] = Listing(
    "accessGrants", reads(AccessGrant), (_G.grantee, _G.entity_id), _where
)
