"""Asking about submissions, their steps, and the figures that count."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.ids import SubmissionId, TenantId
from domain.submission.events import Cut, Stage
from domain.values import Citation, Period, QualifiedValue
from projections.query import (
    AsOf,
    Columns,
    Place,
    Query,
    citation_of,
    fact_columns,
    holds,
    period_of,
    place_of,
    quantity_of,
    recorded_by,
)
from projections.submission.tables import PUBLISHED_FIGURE, SUBMISSION, SUBMISSION_STEP


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """What a figure is about."""

    indicator: Citation
    period: Period
    place: Place | None
    cuts: tuple[Cut, ...]


class SubmissionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A submission as it stood."""

    submission_id: UUID
    address: Address
    value: QualifiedValue
    denominator: QualifiedValue | None
    stage: Stage
    requirement_id: UUID | None
    route: str
    submitted_on: date | None
    corrections: int
    published: bool
    sample: bool
    audience: str


class PublishedRow(msgspec.Struct, frozen=True, kw_only=True):
    """The figure of a submission that counted."""

    submission_id: UUID
    address: Address
    value: QualifiedValue
    denominator: QualifiedValue | None
    published_on: date
    edition: int
    sample: bool
    audience: str


class StepRow(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a submission."""

    submission_id: UUID
    position: int
    act: str
    stage: Stage
    effective_on: date
    recorded_at: datetime
    actor_id: UUID
    actor_role: str
    reason: str | None
    breaches: tuple[str, ...]
    value: QualifiedValue | None


_cuts = msgspec.json.Decoder(tuple[Cut, ...]).decode
_breaches = msgspec.json.Decoder(tuple[str, ...]).decode


def submissions(
    tenant_id: TenantId, as_of: AsOf, *, submission_id: SubmissionId | None = None
) -> Query[SubmissionRow]:
    """The submissions of a body, by period and indicator."""
    return Query(_of(SUBMISSION, tenant_id, as_of, submission_id), _submission)


def published(
    tenant_id: TenantId, as_of: AsOf, *, submission_id: SubmissionId | None = None
) -> Query[PublishedRow]:
    """The figures of a body that count, by period and indicator."""
    return Query(_of(PUBLISHED_FIGURE, tenant_id, as_of, submission_id), _published)


def steps(tenant_id: TenantId, as_of: AsOf, *, submission_id: SubmissionId | None = None) -> Query[StepRow]:
    """What was done to a body's submissions, in the order in which it was recorded."""
    columns = SUBMISSION_STEP.c
    statement = (
        select(SUBMISSION_STEP)
        .where(
            columns.tenant_id == tenant_id,
            columns.effective_on <= as_of.on,
            *recorded_by(SUBMISSION_STEP, as_of),
        )
        .order_by(columns.position)
    )
    if submission_id is not None:
        statement = statement.where(columns.entity_id == submission_id)
    return Query(statement, _step)


def _of(table: Table, tenant_id: TenantId, as_of: AsOf, submission_id: SubmissionId | None) -> Any:
    columns = table.c
    statement = (
        select(*fact_columns(table))
        .where(columns.tenant_id == tenant_id, *holds(table, as_of))
        .order_by(columns.period_start, columns.indicator_stream, columns.entity_id)
    )
    return statement if submission_id is None else statement.where(columns.entity_id == submission_id)


def _address(row: Columns) -> Address:
    cited, of = citation_of(row, "indicator"), period_of(row, "period")
    assert cited is not None
    assert of is not None
    return Address(indicator=cited, period=of, place=place_of(row), cuts=_cuts(row["cuts"]))


def _figure(row: Columns) -> QualifiedValue:
    value = quantity_of(row, "value")
    assert value is not None
    return value


def _submission(row: Columns) -> SubmissionRow:
    return SubmissionRow(
        submission_id=row["entity_id"],
        address=_address(row),
        value=_figure(row),
        denominator=quantity_of(row, "denominator"),
        stage=row["stage"],
        requirement_id=row["requirement_id"],
        route=row["route"],
        submitted_on=row["submitted_on"],
        corrections=row["corrections"],
        published=row["published"],
        sample=row["sample"],
        audience=row["audience"],
    )


def _published(row: Columns) -> PublishedRow:
    return PublishedRow(
        submission_id=row["entity_id"],
        address=_address(row),
        value=_figure(row),
        denominator=quantity_of(row, "denominator"),
        published_on=row["published_on"],
        edition=row["edition"],
        sample=row["sample"],
        audience=row["audience"],
    )


def _step(row: Columns) -> StepRow:
    return StepRow(
        submission_id=row["entity_id"],
        position=row["position"],
        act=row["act"],
        stage=row["stage"],
        effective_on=row["effective_on"],
        recorded_at=row["recorded_at"],
        actor_id=row["actor_id"],
        actor_role=row["actor_role"],
        reason=row["reason"],
        breaches=_breaches(row["breaches"]),
        value=quantity_of(row, "value"),
    )
