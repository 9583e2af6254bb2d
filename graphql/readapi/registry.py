"""The register of bodies, and one body with everything below it."""

from collections.abc import Sequence
from enum import Enum
from functools import partial
from typing import Any

import strawberry
from sqlalchemy import ARRAY, Column, Text, any_, func, select
from sqlalchemy.sql.elements import ColumnElement

from domain.ids import TenantId
from projections.body import REGISTRY, SLUG
from readapi.asof import AsOfInput, Clock, across_logs, clock, echo_shape, held
from readapi.body import load_bodies
from readapi.codes import PARTNERSHIP_KINDS, BodyKind, BodyStatus, PartnershipOrder, Province
from readapi.columns import backed, reads
from readapi.paging import Page, beyond, bounded, decode_cursor, paged, plain
from readapi.partnership.audit import Audit
from readapi.partnership.governance import Governance
from readapi.partnership.identity import Identity
from readapi.partnership.planning import Planning
from readapi.partnership.records import Records
from readapi.partnership.reporting import Reporting
from readapi.reading import Reading
from readapi.shapes import At, Paged, Rows

_B = REGISTRY.c


@backed(REGISTRY)
@strawberry.type(
    description=(
        "A body of the register: a partnership or, where asked for, a ministry or funder. What the reader may not "
        "see below it is null or empty, just as if it did not exist."
    )
)
class Partnership(Audit, Records, Reporting, Governance, Planning, Identity):
    """Fields are listed from the last of these classes to the first."""


@strawberry.type(description="A page of the register.")
class PartnershipPage(Page[Partnership]):
    """The name is kept: a page of another type would be another name."""


async def partnership(reading: Reading, slug: str, as_of: AsOfInput | None) -> Partnership | None:
    """The body that a slug leads to, as of a clock; None where there is none yet."""
    when = clock(as_of, reading.now)
    body = await reading.loader(load_bodies).load(plain("slug", slug))
    if body is None:
        return None
    reader = reads(Partnership)
    statement = reader.select().where(
        _B.tenant_id == body, *held(REGISTRY, when), reading.visible(REGISTRY, None, when)
    )
    rows = await reading.rows(None, statement)
    return reader.make(rows[0], place=reading.place(body, when)) if rows else None


async def partnerships(
    reading: Reading,
    *,
    as_of: AsOfInput | None,
    provinces: list[Province] | None,
    kinds: list[BodyKind] | None,
    with_succeeded: bool,
    first: int,
    after: str | None,
    order_by: PartnershipOrder,
) -> PartnershipPage:
    """A page of the register as of a clock."""
    when = across_logs(clock(as_of, reading.now))
    conditions = selected(reading, when, kinds, provinces, with_succeeded=with_succeeded)
    order = _order(order_by)
    name = f"partnerships/{order_by.value}"
    reader = reads(Partnership)
    statement = reader.select(*order).where(*conditions).order_by(*order).limit(first + 1)
    if after is not None:
        statement = statement.where(beyond(order, decode_cursor(name, order, after)))
    rows = await reading.rows(None, statement)

    async def count() -> int:
        counted = await reading.rows(None, select(func.count()).select_from(REGISTRY).where(*conditions))
        return int(counted[0][0])

    found = [(reader.make(row, place=reading.place(TenantId(row[-1]), when)), (row[-2], row[-1])) for row in rows]
    plain_page = paged(name, found, first, count, when)
    return PartnershipPage(
        nodes=plain_page.nodes, page_info=plain_page.page_info, count=plain_page.count, as_of=plain_page.as_of
    )


def partnership_shape(at: At) -> Rows:
    """What `partnership` gives, in SQL."""
    below = at.as_of()
    slug = below.parameter("slug", Text, partial(plain, "slug"))
    body = select(SLUG.c.entity_id).where(SLUG.c.slug == slug, below.seen(SLUG, public=True))
    return Rows(
        Partnership, below.place, where=[_B.tenant_id.in_(body)], single=True, every_body=True, public=True
    )


def partnerships_shape(at: At) -> Paged:
    """What `partnerships` gives, in SQL."""
    below = at.as_of(across_logs=True)
    kinds = below.parameter("kinds", ARRAY(Text), kinds_asked)
    provinces = below.optional("provinces", ARRAY(Text), partial(values_of, "provinces"))
    where = [_B.kind == any_(kinds)]
    if provinces is not None:
        where.append(_B.province == any_(provinces))
    if not below.given("with_succeeded"):
        where.append(_B.status == BodyStatus.OPEN.value)
    order_by = below.given("order_by")
    return Paged(
        f"partnerships/{order_by.value}",
        Rows(Partnership, below.place, where=where, every_body=True, public=True),
        _order(order_by),
        more={"as_of": echo_shape(below)},
    )


def _order(order_by: PartnershipOrder) -> tuple[Column[Any], ...]:
    return (_B.sort_fr if order_by is PartnershipOrder.NAME_FR else _B.sort_en, _B.tenant_id)


def values_of(argument: str, given: Sequence[Enum] | None) -> list[str]:
    """The stored codes of a list argument."""
    return [one.value for one in bounded(argument, given) or ()]


def kinds_asked(given: Sequence[BodyKind] | None) -> list[str]:
    """The kinds of body that a question is about: by default, every kind of partnership."""
    return values_of("kinds", given) or sorted(PARTNERSHIP_KINDS)


def selected(
    reading: Reading,
    when: Clock,
    kinds: list[BodyKind] | None,
    provinces: list[Province] | None,
    bodies: list[TenantId] | None = None,
    *,
    with_succeeded: bool = False,
) -> list[ColumnElement[bool]]:
    """Conditions on the register: by default, every partnership of every province that still stands for itself."""
    conditions = [
        *held(REGISTRY, when),
        reading.visible(REGISTRY, None, when),
        _B.kind.in_(kinds_asked(kinds)),
    ]
    if provinces is not None:
        conditions.append(_B.province.in_(values_of("provinces", provinces)))
    if not with_succeeded:
        conditions.append(_B.status == BodyStatus.OPEN.value)
    if bodies is not None:
        conditions.append(_B.tenant_id.in_(bodies))
    return conditions
