"""Organisations of the commons. Those that did not consent to being listed are not shown to anybody outside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import strawberry

from domain.ids import COMMONS
from projections.body import REGISTRY
from projections.organisation import ORGANISATION
from readapi import columns
from readapi.asof import AsOfInput, Clock, across_logs, clock, elsewhere, held
from readapi.body import BodyReference
from readapi.columns import backed, column, hidden, reads
from readapi.fields import sized
from readapi.governance_codes import OrganisationKind
from readapi.reading import Info, Reading, in_any
from readapi.text import LocalizedText

MERGERS_MAX: Final = 20
"""How far `current` follows an organisation that became part of another. A merged one takes no other, so a chain
grows by one each time its end merges."""
LED: Final = 20
"""Counted for the bodies that an organisation leads."""
_O = ORGANISATION.c


@backed(ORGANISATION)
@strawberry.type(description="An organisation that is registered in the commons and consents to being listed.")
class Organisation:
    id: UUID = column(_O.entity_id, "Its permanent id.")
    kind: OrganisationKind = column(_O.kind, "What kind of organisation it is.")
    name: LocalizedText | None = column(columns.localized(ORGANISATION, "name"), "Its name.")
    merged_on: date | None = column(_O.merged_on, "The day on which it became part of another.")
    sample: bool = column(_O.sample, "Whether it is fictional.")
    merged_into_id: strawberry.Private[UUID | None] = hidden(_O.merged_into)
    clock: strawberry.Private[Clock]

    @sized(1, "The organisation that it is part of, where that one is listed.")
    async def merged_into(self, info: Info) -> "Organisation | None":
        return await organisation_at(info.context, self.merged_into_id, self.clock)

    @sized(1, "The organisation that its id leads to: itself, or the last one in the chain that is listed.")
    async def current(self, info: Info) -> "Organisation":
        found = self
        for _ in range(MERGERS_MAX):
            following = await organisation_at(info.context, found.merged_into_id, self.clock)
            if following is None:
                break
            found = following
        return found

    @sized(LED, "The bodies that name it as their lead organisation.")
    async def leads(self, info: Info) -> list[BodyReference]:
        return await info.context.loader(_load_led).load(OrganisationAt(self.id, self.clock))


@dataclass(frozen=True, slots=True)
class OrganisationAt:
    """An organisation as of a clock, to load."""

    organisation_id: UUID
    clock: Clock


async def organisation(reading: Reading, id_: UUID, as_of: AsOfInput | None) -> Organisation | None:
    """An organisation as of a clock; None where none is listed."""
    return await organisation_at(reading, id_, across_logs(clock(as_of, reading.now)))


async def organisation_at(reading: Reading, id_: UUID | None, when: Clock) -> Organisation | None:
    """An organisation that a record names. A position of the record's log means nothing in the commons' one."""
    if id_ is None:
        return None
    known = elsewhere(when)
    return await reading.loader(_load_organisations).load(OrganisationAt(id_, known))


async def _load_organisations(reading: Reading, keys: list[OrganisationAt]) -> Sequence[Organisation | None]:
    found: dict[OrganisationAt, Organisation] = {}
    reader = reads(Organisation)
    for when in dict.fromkeys(key.clock for key in keys):
        statement = reader.select().where(
            _O.tenant_id == COMMONS,
            in_any(_O.entity_id, [key.organisation_id for key in keys if key.clock == when]),
            *held(ORGANISATION, when),
            reading.visible(ORGANISATION, None),
        )
        for row in await reading.rows(None, statement):
            one = reader.make(row, clock=when)
            found[OrganisationAt(one.id, when)] = one
    return [found.get(key) for key in keys]


async def _load_led(reading: Reading, keys: list[OrganisationAt]) -> Sequence[list[BodyReference]]:
    led: dict[OrganisationAt, list[BodyReference]] = {key: [] for key in keys}
    reader = reads(BodyReference)
    for when in dict.fromkeys(key.clock for key in keys):
        statement = (
            reader.select(REGISTRY.c.lead_organisation_id)
            .where(
                in_any(REGISTRY.c.lead_organisation_id, [key.organisation_id for key in led if key.clock == when]),
                *held(REGISTRY, when),
                reading.visible(REGISTRY, None, when),
            )
            .order_by(REGISTRY.c.sort_en, REGISTRY.c.tenant_id)
        )
        for row in await reading.rows(None, statement):
            led[OrganisationAt(row[-1], when)].append(reader.make(row))
    return [led[key] for key in keys]
