"""About which bodies a national question is, looked up while it is executed."""

from uuid import UUID

from domain.ids import COMMONS, TenantId
from readapi.asof import Clock
from readapi.body import BodyReference, load_bodies
from readapi.codes import BodyKind, Province
from readapi.columns import reads
from readapi.paging import bounded
from readapi.reading import Reading
from readapi.registry import selected


async def owner_of(reading: Reading, slug: str) -> TenantId | None:
    """The body that a slug leads to, and the commons."""
    if slug == "commons":
        return COMMONS
    (owner,) = bounded("owner", [slug]) or (slug,)
    return await reading.loader(load_bodies).load(owner)


async def named_bodies(reading: Reading, partnerships: list[str] | None) -> list[TenantId] | None:
    """The bodies that slugs lead to, each once; None where none are given."""
    slugs = bounded("partnerships", partnerships)
    if slugs is None:
        return None
    found = await reading.loader(load_bodies).load_many(list(slugs))
    return list(dict.fromkeys(body for body in found if body is not None))


async def asked_about(
    reading: Reading,
    when: Clock,
    kinds: list[BodyKind] | None,
    provinces: list[Province] | None,
    named: list[TenantId] | None,
    *,
    with_succeeded: bool = False,
) -> dict[UUID, BodyReference]:
    """The bodies that the question is about: those that are named, or all."""
    if named is not None and kinds is None:
        kinds = [kind for kind in BodyKind if kind is not BodyKind.COMMONS]  # named bodies are meant, of any kind
    reader = reads(BodyReference)
    whole = with_succeeded and named is not None
    conditions = selected(reading, when, kinds, provinces, named, with_succeeded=whole)
    rows = await reading.rows(None, reader.select().where(*conditions))
    return {body.id: body for body in map(reader.make, rows)}


def scope_of(reading: Reading, partnerships: list[str] | None, bodies: list[UUID]) -> TenantId | None:
    """A member who asks about the own body alone sees all of it; every other question is the national reader's."""
    if partnerships is not None and len(bodies) == 1 and reading.viewer.belongs_to(TenantId(bodies[0])):
        return TenantId(bodies[0])
    return None
