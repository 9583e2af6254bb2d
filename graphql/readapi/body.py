"""A body as others name it, and the way from a slug to a body."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import strawberry
from sqlalchemy import select

from domain.ids import TenantId
from projections.body import REGISTRY, SLUG
from readapi import columns
from readapi.asof import Clock, held
from readapi.codes import BodyKind
from readapi.columns import backed, column, reads
from readapi.reading import Reading, in_any
from readapi.text import LocalizedText


@backed(REGISTRY)
@strawberry.type(description="A body of the register, as another record names it.")
class BodyReference:
    id: UUID = column(REGISTRY.c.tenant_id, "Its permanent id, which is also its log's.")
    slug: str = column(REGISTRY.c.slug, "Its current slug.")
    kind: BodyKind = column(REGISTRY.c.kind, "What kind of body it is.")
    name: LocalizedText | None = column(columns.localized(REGISTRY, "name"), "Its name.")
    sample: bool = column(REGISTRY.c.sample, "Whether it is fictional.")


@dataclass(frozen=True)
class BodyAt:
    """A body as of a clock, to load."""

    body: TenantId
    clock: Clock


async def load_references(reading: Reading, keys: list[BodyAt]) -> Sequence[BodyReference | None]:
    """Bodies by id, through the national reader: the registry is public."""
    found: dict[BodyAt, BodyReference] = {}
    for clock in {key.clock for key in keys}:
        reader = reads(BodyReference)
        bodies = [key.body for key in keys if key.clock == clock]
        statement = reader.select().where(
            in_any(REGISTRY.c.tenant_id, bodies), *held(REGISTRY, clock), reading.visible(REGISTRY, None, clock)
        )
        for row in await reading.rows(None, statement):
            reference = reader.make(row)
            found[BodyAt(TenantId(reference.id), clock)] = reference
    return [found.get(key) for key in keys]


async def load_bodies(reading: Reading, slugs: list[str]) -> Sequence[TenantId | None]:
    """The bodies that slugs lead to, old ones too."""
    statement = select(SLUG.c.slug, SLUG.c.entity_id).where(SLUG.c.slug.in_(slugs), reading.visible(SLUG, None))
    found = {row[0]: TenantId(row[1]) for row in await reading.rows(None, statement)}
    return [found.get(slug) for slug in slugs]
