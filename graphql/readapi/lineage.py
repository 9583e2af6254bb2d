"""Lineage: which bodies took the place of which, and what is proposed."""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec
import strawberry
from sqlalchemy import select
from sqlalchemy.sql.elements import ColumnElement

from domain.ids import TenantId
from projections.succession import LINEAGE, SUCCESSION
from readapi.asof import Clock, happened, held
from readapi.body import BodyAt, BodyReference, load_references
from readapi.codes import SuccessionKind, SuccessionStatus
from readapi.columns import backed, column, hidden, reads
from readapi.fields import derived, sized
from readapi.paging import Listing
from readapi.reading import Info, Place, Reading, in_any

GENERATIONS_MAX: Final = 10
"""How far a lineage is followed. The longest known succession in the field has two steps."""
LINKS: Final = 5
"""Counted for the predecessors, and for the successors, of a body, which are few and not paged."""
_L, _S = LINEAGE.c, SUCCESSION.c
_ids = msgspec.json.Decoder(list[UUID]).decode


@backed(LINEAGE)
@strawberry.type(description="One body standing in another's place from a day on.")
class Succession:
    kind: SuccessionKind = column(_L.kind, "How it came about.")
    effective_on: date = column(_L.effective_on, "The day from which it holds.")
    illustrative: bool = column(_L.illustrative, "Whether no source attests the day or the successor.")
    sample: bool = column(_L.sample, "Whether it is sample data.")
    predecessor_id: strawberry.Private[UUID] = hidden(_L.tenant_id)
    successor_id: strawberry.Private[UUID] = hidden(_L.successor)
    clock: strawberry.Private[Clock]

    @sized(1, "The body that was.")
    async def predecessor(self, info: Info) -> BodyReference | None:
        return await self._body(info, self.predecessor_id)

    @sized(1, "The body that stands in its place.")
    async def successor(self, info: Info) -> BodyReference | None:
        return await self._body(info, self.successor_id)

    async def _body(self, info: Info, body: UUID) -> BodyReference | None:
        return await info.context.loader(load_references).load(BodyAt(TenantId(body), self.clock))


@backed(SUCCESSION)
@strawberry.type(description="A succession that a body proposed or accepted, before it is carried out.")
class SuccessionProposal:
    id: UUID = column(_S.entity_id, "Its permanent id, the same in the log of each body.")
    kind: SuccessionKind = column(_S.kind, "How it is to come about.")
    status: SuccessionStatus = column(_S.status, "What this body has said.")
    illustrative: bool = column(_S.illustrative, "Whether no source attests the day or a successor.")
    sample: bool = column(_S.sample, "Whether it is sample data.")
    old: strawberry.Private[UUID | None] = hidden(_S.predecessor)
    new: strawberry.Private[str] = hidden(_S.successors)
    place: strawberry.Private[Place]

    @derived("The body that is to hand over.")
    def predecessor_id(self) -> UUID:
        return self.old or self.place.body

    @derived("Who is to take over: all of them in the old body's log, itself alone in a successor's.")
    def successor_ids(self) -> list[UUID]:
        return _ids(self.new) or [self.place.body]


def _where(place: Place, _arguments: Hashable) -> list[ColumnElement[bool]]:
    return [_S.tenant_id == place.body, *held(SUCCESSION, place.clock)]


PROPOSALS: Listing[SuccessionProposal] = Listing(
    "successionProposals", reads(SuccessionProposal), (_S.entity_id,), _where
)


@dataclass(frozen=True, slots=True)
class Side:
    """One end of the successions of a body, to load."""

    body: TenantId
    clock: Clock


async def load_successors(reading: Reading, keys: list[Side]) -> Sequence[list[Succession]]:
    """What each body handed over to."""
    return await _load(reading, keys, _L.tenant_id)


async def load_predecessors(reading: Reading, keys: list[Side]) -> Sequence[list[Succession]]:
    """What each body took over from."""
    return await _load(reading, keys, _L.successor)


async def _load(reading: Reading, keys: list[Side], end: ColumnElement[Any]) -> Sequence[list[Succession]]:
    found: dict[Side, list[Succession]] = {key: [] for key in keys}
    reader = reads(Succession)
    for clock in dict.fromkeys(key.clock for key in keys):
        bodies = [key.body for key in found if key.clock == clock]
        statement = (
            reader.select(end)
            .where(
                in_any(end, bodies),
                *happened(LINEAGE, clock, on="effective_on"),
                reading.visible(LINEAGE, None, clock),
            )
            .order_by(_L.effective_on, _L.tenant_id, _L.successor)
        )
        for row in await reading.rows(None, statement):
            found[Side(TenantId(row[-1]), clock)].append(reader.make(row, clock=clock))
    return [found[key] for key in keys]


async def predecessors_of(reading: Reading, bodies: Collection[TenantId], clock: Clock) -> list[TenantId]:
    """All in whose place these bodies stand as of a clock, near and far, without the bodies themselves."""
    known: dict[TenantId, None] = dict.fromkeys(bodies)
    latest = list(known)
    for _ in range(GENERATIONS_MAX):
        statement = select(_L.tenant_id).where(
            in_any(_L.successor, latest),
            *happened(LINEAGE, clock, on="effective_on"),
            reading.visible(LINEAGE, None, clock),
        )
        rows = await reading.rows(None, statement)
        latest = [TenantId(row[0]) for row in rows if row[0] not in known]
        if not latest:
            break
        known |= dict.fromkeys(latest)
    return [body for body in known if body not in set(bodies)]
