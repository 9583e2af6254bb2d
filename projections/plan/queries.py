"""Asking what a plan says: as of a day and a moment, by revision, and what changed between two."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select

from domain.ids import PlanId, TenantId
from domain.values import Citation, LocalizedText, Period
from projections.plan.tables import PLAN, PLAN_DRAFT, PLAN_ELEMENT, PLAN_PARENT, PLAN_PROGRESS, PLAN_REVISION
from projections.query import (
    AsOf,
    Columns,
    Place,
    Query,
    fact_columns,
    holds,
    period_of,
    place_of,
    recorded_by,
    text_of,
)


class PlanHeader(msgspec.Struct, frozen=True, kw_only=True):
    """A plan without its elements. `revision` is the last adopted number, 0 before the first."""

    plan_id: UUID
    kind: str
    title: LocalizedText
    period: Period
    agreement_id: UUID | None
    status: str
    revision: int
    sample: bool
    audience: str


class PlanRevision(msgspec.Struct, frozen=True, kw_only=True):
    plan_id: UUID
    number: int
    adopted_on: date
    position: int
    recorded_at: datetime
    authority_kind: str
    authority: str
    """The authority as the envelope has it, in JSON."""
    elements: int
    added: int
    reworded: int
    withdrawn: int
    published_on: date | None
    source_published_on: date | None
    sample: bool
    audience: str


class PlanElement(msgspec.Struct, frozen=True, kw_only=True):
    """An element of a revision. `revision` is the one that gave it this form."""

    element_id: UUID
    level: str
    parent_id: UUID | None
    number: str | None
    wording: LocalizedText
    place: Place | None
    indicator_kind: str | None
    rank: int
    path: str
    copied_from: Citation | None
    revision: int
    sample: bool


class ElementChange(msgspec.Struct, frozen=True, kw_only=True):
    """An element that two revisions do not have in the same form."""

    kind: Literal["added", "reworded", "withdrawn"]
    before: PlanElement | None
    after: PlanElement | None


class ElementProgress(msgspec.Struct, frozen=True, kw_only=True):
    element_id: UUID
    progress: str
    since: date
    sample: bool


class ParentLine(msgspec.Struct, frozen=True, kw_only=True):
    """A cited parent plan, or one of our elements with the parent's element that it serves."""

    parent: Citation
    element_id: UUID | None
    parent_element_id: UUID | None
    effective_on: date
    revision: int | None


def plans(tenant_id: TenantId, as_of: AsOf) -> Query[PlanHeader]:
    """The plans of a body, by period, newest first."""
    statement = (
        select(*fact_columns(PLAN))
        .where(PLAN.c.tenant_id == tenant_id, *holds(PLAN, as_of))
        .order_by(PLAN.c.period_start.desc(), PLAN.c.entity_id)
    )
    return Query(statement, _header)


def plan(tenant_id: TenantId, plan_id: PlanId, as_of: AsOf) -> Query[PlanHeader]:
    """One plan's header."""
    query = plans(tenant_id, as_of)
    return Query(query.select.where(PLAN.c.entity_id == plan_id), query.into)


def revisions(tenant_id: TenantId, plan_id: PlanId) -> Query[PlanRevision]:
    """Every revision of a plan, in the order of their numbers."""
    statement = (
        select(PLAN_REVISION)
        .where(PLAN_REVISION.c.tenant_id == tenant_id, PLAN_REVISION.c.entity_id == plan_id)
        .order_by(PLAN_REVISION.c.number)
    )
    return Query(statement, _revision)


def revision_in_force(tenant_id: TenantId, plan_id: PlanId, as_of: AsOf) -> Query[PlanRevision]:
    """The revision in force; none before the first."""
    statement = (
        select(PLAN_REVISION)
        .where(*_in_force(tenant_id, plan_id, as_of))
        .order_by(PLAN_REVISION.c.number.desc())
        .limit(1)
    )
    return Query(statement, _revision)


def elements(tenant_id: TenantId, plan_id: PlanId, which: AsOf | int) -> Query[PlanElement]:
    """What the plan says, in the order of the cascade: as of a day and moment, or by number of revision."""
    stood = _elements(tenant_id, plan_id, which).subquery()
    return Query(select(stood).order_by(stood.c.path), _element)


def difference(
    tenant_id: TenantId, plan_id: PlanId, before: AsOf | int, after: AsOf | int
) -> Query[ElementChange]:
    """What changed from one revision or moment to another: the elements that differ and no other."""
    old = _elements(tenant_id, plan_id, before).subquery("old")
    new = _elements(tenant_id, plan_id, after).subquery("new")
    differ = or_(
        old.c.element_id.is_(None), new.c.element_id.is_(None), old.c.revision.is_distinct_from(new.c.revision)
    )
    statement = (
        select(*_prefixed(old, "old"), *_prefixed(new, "new"))
        .select_from(old.join(new, old.c.element_id == new.c.element_id, full=True))
        .where(differ)
        .order_by(func.coalesce(new.c.path, old.c.path), func.coalesce(new.c.element_id, old.c.element_id))
    )
    return Query(statement, _change)


def draft(tenant_id: TenantId, plan_id: PlanId) -> Query[PlanElement]:
    """The working copy, in the order of the cascade; its elements are of no revision (0)."""
    statement = (
        select(PLAN_DRAFT)
        .where(PLAN_DRAFT.c.tenant_id == tenant_id, PLAN_DRAFT.c.entity_id == plan_id)
        .order_by(PLAN_DRAFT.c.path)
    )
    return Query(statement, lambda row: _element({**row, "revision": 0}))


def progress(tenant_id: TenantId, plan_id: PlanId, as_of: AsOf) -> Query[ElementProgress]:
    """How far each element is, where that was recorded."""
    statement = (
        select(*fact_columns(PLAN_PROGRESS))
        .where(
            PLAN_PROGRESS.c.tenant_id == tenant_id,
            PLAN_PROGRESS.c.entity_id == plan_id,
            *holds(PLAN_PROGRESS, as_of),
        )
        .order_by(PLAN_PROGRESS.c.element_id)
    )
    return Query(
        statement,
        lambda row: ElementProgress(
            element_id=row["element_id"],
            progress=row["progress"],
            since=row["effective_from"],
            sample=row["sample"],
        ),
    )


def parents(tenant_id: TenantId, plan_id: PlanId) -> Query[ParentLine]:
    """The parent plans cited and the elements joined, in the order in which they were recorded."""
    statement = (
        select(PLAN_PARENT)
        .where(PLAN_PARENT.c.tenant_id == tenant_id, PLAN_PARENT.c.entity_id == plan_id)
        .order_by(PLAN_PARENT.c.position, PLAN_PARENT.c.line)
    )
    return Query(statement, _parent)


def _in_force(tenant_id: TenantId, plan_id: PlanId, which: AsOf | int) -> tuple[ColumnElement[bool], ...]:
    of_plan = (PLAN_REVISION.c.tenant_id == tenant_id, PLAN_REVISION.c.entity_id == plan_id)
    if isinstance(which, int):
        return (*of_plan, PLAN_REVISION.c.number == which)
    return (*of_plan, PLAN_REVISION.c.adopted_on <= which.on, *recorded_by(PLAN_REVISION, which))


def _elements(tenant_id: TenantId, plan_id: PlanId, which: AsOf | int) -> Select[Any]:
    """Elements stand as their revision left them: on its day and at its position, whatever came after."""
    at = (
        select(PLAN_REVISION.c.adopted_on, PLAN_REVISION.c.position)
        .where(*_in_force(tenant_id, plan_id, which))
        .order_by(PLAN_REVISION.c.number.desc())
        .limit(1)
        .subquery()
    )
    rows = PLAN_ELEMENT.c
    stood = and_(
        rows.effective_from <= at.c.adopted_on,
        rows.effective_to > at.c.adopted_on,
        rows.pos_from <= at.c.position,
        rows.pos_to > at.c.position,
    )
    return (
        select(*fact_columns(PLAN_ELEMENT))
        .select_from(PLAN_ELEMENT.join(at, stood))
        .where(rows.tenant_id == tenant_id, rows.entity_id == plan_id)
    )


def _prefixed(source: Subquery, prefix: str) -> list[ColumnElement[Any]]:
    return [column.label(f"{prefix}_{column.name}") for column in source.c]


def _header(row: Columns) -> PlanHeader:
    period = period_of(row, "period")
    assert period is not None
    return PlanHeader(
        plan_id=row["entity_id"],
        kind=row["kind"],
        title=text_of(row, "title"),
        period=period,
        agreement_id=row["agreement_id"],
        status=row["status"],
        revision=row["revision"],
        sample=row["sample"],
        audience=row["audience"],
    )


def _revision(row: Columns) -> PlanRevision:
    names = (name for name in PlanRevision.__struct_fields__ if name != "plan_id")
    return PlanRevision(plan_id=row["entity_id"], **{name: row[name] for name in names})


def _element(row: Columns) -> PlanElement:
    copied = row["copied_log"]
    return PlanElement(
        element_id=row["element_id"],
        level=row["level"],
        parent_id=row["parent_id"],
        number=row["number"],
        wording=text_of(row, "wording"),
        place=place_of(row),
        indicator_kind=row["indicator_kind"],
        rank=row["rank"],
        path=row["path"],
        copied_from=None
        if copied is None
        else Citation(log=copied, stream=row["copied_stream"], version=row["copied_version"]),
        revision=row["revision"],
        sample=row["sample"],
    )


def _change(row: Columns) -> ElementChange:
    before, after = _side(row, "old"), _side(row, "new")
    kind: Literal["added", "reworded", "withdrawn"] = "reworded"
    if before is None:
        kind = "added"
    elif after is None:
        kind = "withdrawn"
    return ElementChange(kind=kind, before=before, after=after)


def _side(row: Columns, prefix: str) -> PlanElement | None:
    if row[f"{prefix}_element_id"] is None:
        return None
    start = len(prefix) + 1
    return _element({name[start:]: value for name, value in row.items() if name.startswith(f"{prefix}_")})


def _parent(row: Columns) -> ParentLine:
    return ParentLine(
        parent=Citation(log=row["parent_log"], stream=row["parent_stream"], version=row["parent_version"]),
        element_id=row["element_id"],
        parent_element_id=row["parent_element_id"],
        effective_on=row["effective_on"],
        revision=row["revision"],
    )
