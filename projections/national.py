"""Questions about the whole country: who is there, and how many agreements of which programme are where.

They run as the national reader: the database shows what is public and what was granted, and nothing else.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, case, exists, func, select

from domain.body import BodyKind
from domain.ids import OrganisationId, TenantId
from domain.values import CatchmentPart, LocalizedText, PartialDate, Period
from projections.agreement_cells import AGREEMENT_CELL
from projections.body import REGISTRY, SLUG
from projections.query import (
    AsOf,
    Columns,
    Place,
    Query,
    fact_columns,
    fetch,
    holds,
    localized_of,
    partial_date_of,
    period_of,
    place_of,
    recorded_by,
    text_of,
)

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


class BodyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A body as its own log describes it."""

    tenant_id: UUID
    slug: str
    kind: str
    name: LocalizedText
    province: str | None
    time_zone: str
    default_language: str
    lead_name: LocalizedText | None
    lead_kind: str | None
    lead_organisation_id: OrganisationId | None
    phase: str | None
    started: PartialDate | None
    attested: Period | None
    catchment: tuple[CatchmentPart, ...]
    status: str
    sample: bool


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """How many agreements, or how many mandates, of one programme in one territory."""

    unit: str
    programme_code: str
    programme_label_en: str | None
    programme_label_fr: str | None
    programme_named: bool
    place: Place | None
    count: int
    of_sample: int
    """How many of them are sample data."""
    bodies: int


class Named(msgspec.Struct, frozen=True, kw_only=True):
    tenant_id: UUID
    name: LocalizedText
    reporting: bool


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """Cells with what they do not say: who was expected, and who has recorded nothing."""

    cells: tuple[Cell, ...]
    expected: int
    reporting: int
    missing: tuple[Named, ...]


_parts = msgspec.json.Decoder(tuple[CatchmentPart, ...]).decode


def bodies(as_of: AsOf, *, kinds: Collection[BodyKind] | None = None, language: str = "en") -> Query[BodyRow]:
    """The registry, sorted by name in a language."""
    order = REGISTRY.c.sort_fr if language == "fr" else REGISTRY.c.sort_en
    statement = (
        select(*fact_columns(REGISTRY))
        .where(*holds(REGISTRY, as_of), *_of_kinds(kinds))
        .order_by(order, REGISTRY.c.tenant_id)
    )
    return Query(statement, _body)


def body(tenant_id: TenantId, as_of: AsOf) -> Query[BodyRow]:
    """One body."""
    statement = select(*fact_columns(REGISTRY)).where(
        REGISTRY.c.tenant_id == tenant_id, REGISTRY.c.entity_id == tenant_id, *holds(REGISTRY, as_of)
    )
    return Query(statement, _body)


def body_of_slug(slug: str) -> Query[UUID]:
    """The body that a slug leads to, as the commons says."""
    return Query(select(SLUG.c.entity_id).where(SLUG.c.slug == slug), lambda row: row["entity_id"])


def cells(
    as_of: AsOf, *, kinds: Collection[BodyKind] | None = None, scope: Collection[TenantId] | None = None
) -> Query[Cell]:
    """Agreements and mandates in force by programme and territory, never in one total. Cells of none lack."""
    columns = AGREEMENT_CELL.c
    keys = (columns.unit, columns.programme_code, columns.territory_scheme, columns.territory_code)
    per_body = (
        select(
            *keys,
            columns.tenant_id,
            func.min(columns.programme_label_en).label("programme_label_en"),
            func.min(columns.programme_label_fr).label("programme_label_fr"),
            func.bool_and(columns.programme_named).label("programme_named"),
            func.min(columns.territory_name_en).label("territory_name_en"),
            func.min(columns.territory_name_fr).label("territory_name_fr"),
            func.sum(columns.delta).label("count"),
            func.sum(case((columns.sample, columns.delta), else_=0)).label("of_sample"),
        )
        .where(*_counted(as_of, scope), columns.tenant_id.in_(_expected_ids(as_of, kinds)))
        .group_by(*keys, columns.tenant_id)
        .having(func.sum(columns.delta) != 0)
        .subquery()
    )
    together = tuple(per_body.c[key.name] for key in keys)
    statement = (
        select(
            *together,
            func.min(per_body.c.programme_label_en).label("programme_label_en"),
            func.min(per_body.c.programme_label_fr).label("programme_label_fr"),
            func.bool_and(per_body.c.programme_named).label("programme_named"),
            func.min(per_body.c.territory_name_en).label("territory_name_en"),
            func.min(per_body.c.territory_name_fr).label("territory_name_fr"),
            func.sum(per_body.c.count).label("count"),
            func.sum(per_body.c.of_sample).label("of_sample"),
            func.count().label("bodies"),
        )
        .group_by(*together)
        .order_by(*together)
    )
    return Query(statement, _cell)


def coverage(
    as_of: AsOf, *, kinds: Collection[BodyKind] | None = None, scope: Collection[TenantId] | None = None
) -> Query[Named]:
    """The bodies that are expected, by name, and whether each has recorded an agreement or a mandate."""
    recorded = exists().where(AGREEMENT_CELL.c.tenant_id == REGISTRY.c.tenant_id, *_counted(as_of, None))
    statement = (
        select(
            REGISTRY.c.tenant_id,
            REGISTRY.c.name_en,
            REGISTRY.c.name_fr,
            REGISTRY.c.name_source,
            REGISTRY.c.name_unofficial,
            recorded.label("reporting"),
        )
        .where(*holds(REGISTRY, as_of), *_of_kinds(kinds))
        .order_by(REGISTRY.c.sort_en, REGISTRY.c.tenant_id)
    )
    if scope is not None:
        statement = statement.where(REGISTRY.c.tenant_id.in_(scope))
    return Query(
        statement,
        lambda row: Named(tenant_id=row["tenant_id"], name=text_of(row, "name"), reporting=row["reporting"]),
    )


async def matrix(
    as_of: AsOf,
    connection: "AsyncConnection",
    *,
    kinds: Collection[BodyKind] | None = None,
    scope: Collection[TenantId] | None = None,
) -> Matrix:
    """Agreements by programme and territory, with who is expected, who reports, and who is missing by name.

    `scope` are the bodies that the reader may know of: others are neither counted nor named. None: all.
    """
    found = await fetch(connection, cells(as_of, kinds=kinds, scope=scope))
    covered = await fetch(connection, coverage(as_of, kinds=kinds, scope=scope))
    missing = tuple(named for named in covered if not named.reporting)
    return Matrix(
        cells=tuple(found),
        expected=len(covered),
        reporting=len(covered) - len(missing),
        missing=missing,
    )


def _counted(as_of: AsOf, scope: Collection[TenantId] | None) -> tuple[ColumnElement[bool], ...]:
    columns = AGREEMENT_CELL.c
    counted = (columns.effective_on <= as_of.on, *recorded_by(AGREEMENT_CELL, as_of))
    return counted if scope is None else (*counted, columns.tenant_id.in_(scope))


def _expected_ids(as_of: AsOf, kinds: Collection[BodyKind] | None) -> Select[Any]:
    return select(REGISTRY.c.tenant_id).where(*holds(REGISTRY, as_of), *_of_kinds(kinds))


def _of_kinds(kinds: Collection[BodyKind] | None) -> tuple[ColumnElement[bool], ...]:
    return () if kinds is None else (REGISTRY.c.kind.in_([kind.value for kind in kinds]),)


def _body(row: Columns) -> BodyRow:
    return BodyRow(
        tenant_id=row["tenant_id"],
        slug=row["slug"],
        kind=row["kind"],
        name=text_of(row, "name"),
        province=row["province"],
        time_zone=row["time_zone"],
        default_language=row["default_language"],
        lead_name=localized_of(row, "lead_name"),
        lead_kind=row["lead_kind"],
        lead_organisation_id=row["lead_organisation_id"],
        phase=row["phase"],
        started=partial_date_of(row["started"]),
        attested=period_of(row, "attested"),
        catchment=_parts(row["catchment"]),
        status=row["status"],
        sample=row["sample"],
    )


def _cell(row: Columns) -> Cell:
    return Cell(
        unit=row["unit"],
        programme_code=row["programme_code"],
        programme_label_en=row["programme_label_en"],
        programme_label_fr=row["programme_label_fr"],
        programme_named=row["programme_named"],
        place=place_of(row),
        count=row["count"],
        of_sample=row["of_sample"],
        bodies=row["bodies"],
    )
