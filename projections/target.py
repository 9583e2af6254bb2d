"""Targets as printed, with doubts worked out when they are read."""

from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.audience import RECORDS, Audience
from domain.ids import TenantId
from domain.indicator import Direction
from domain.target import BaselineSet, TargetRevised, TargetSeries, TargetSet, TargetTied, Warning_, warnings
from domain.values import Citation, Period, QualifiedValue
from projections import events
from projections.bitemporal import Form
from projections.columns import citation_values, period_values, quantity_values
from projections.core import Work, note
from projections.projection import Projection
from projections.query import AsOf, Columns, Query, citation_of, fact_columns, fetch, holds, period_of, quantity_of
from projections.reading import Seen
from projections.tables import (
    audience,
    bitemporal,
    citation,
    code,
    flag,
    key_date,
    key_text,
    period,
    quantity,
    shape,
    text,
    uuid,
)

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

TARGET: Final[Table] = bitemporal(
    "rm",
    "target",
    [
        uuid("plan_id", nullable=False),
        uuid("indicator_id", nullable=False),
        text("unit"),
        code("direction"),
        *quantity("baseline"),
        *period("baseline_period", nullable=True),
        *citation("measured"),
        flag("sample"),
    ],
    extra=[audience()],
)

TARGET_VALUE: Final[Table] = bitemporal(
    "rm",
    "target_value",
    [*quantity("value"), flag("revised"), flag("sample")],
    sub=[key_date("period_start"), key_date("period_end"), key_text("period_kind")],
    extra=[audience()],
)
"""A target of one period, both days included. `revised` tells whether it replaced an earlier one."""

TABLES: Final = (TARGET, TARGET_VALUE)


_TARGET: Final = Form(TARGET)
_MEASURED: Final = _TARGET.group(*(column.name for column in citation("measured")))
_BEGUN: Final = _TARGET.group(
    *(name for name in shape(TARGET).facts if name != "sample" and not name.startswith("measured_"))
)
_VALUE: Final = Form(TARGET_VALUE)
_SET: Final = _VALUE.group(*(name for name in shape(TARGET_VALUE).facts if name != "sample"))
_PUBLIC: Final = (RECORDS["target"] or Audience.TENANT).value
_TARGET_EXTRA: Final = ((_TARGET.column("audience"), _PUBLIC),)
_VALUE_EXTRA: Final = ((_VALUE.column("audience"), _PUBLIC),)


def _begun(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, BaselineSet)
    values = (
        payload.plan_id,
        payload.indicator_id,
        payload.unit,
        payload.direction,
        *quantity_values(payload.baseline),
        *period_values(payload.baseline_period),
    )
    segments = work.timelines(TARGET).of(seen.stream_id)
    note(segments, seen, _BEGUN, values, _TARGET_EXTRA)


def _set(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, TargetSet | TargetRevised)
    period = payload.period
    segments = work.timelines(TARGET_VALUE).of(seen.stream_id, (period.start, period.end, period.kind))
    values = (*quantity_values(payload.value), isinstance(payload, TargetRevised))
    note(segments, seen, _SET, values, _VALUE_EXTRA)


def _tied(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, TargetTied)
    note(work.timelines(TARGET).of(seen.stream_id), seen, _MEASURED, citation_values(payload.indicator))


TARGETS: Final = Projection(
    "target",
    TABLES,
    {BaselineSet: _begun, TargetSet: _set, TargetRevised: _set, TargetTied: _tied},
    events.ALL - events.TARGET,
)


class TargetRow(msgspec.Struct, frozen=True, kw_only=True):
    target_id: UUID
    plan_id: UUID
    indicator_id: UUID
    unit: str | None
    direction: Direction
    baseline: QualifiedValue
    baseline_period: Period | None
    indicator: Citation | None
    """The definition that says what it is a target of."""
    sample: bool


class TargetValueRow(msgspec.Struct, frozen=True, kw_only=True):
    target_id: UUID
    period: Period
    value: QualifiedValue
    revised: bool
    sample: bool


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """A target with its values in the order of their periods, and what one may doubt in it."""

    target: TargetRow
    values: tuple[TargetValueRow, ...]
    warnings: tuple[Warning_, ...]


def targets(tenant_id: TenantId, as_of: AsOf) -> Query[TargetRow]:
    """The targets of a body."""
    statement = (
        select(*fact_columns(TARGET))
        .where(TARGET.c.tenant_id == tenant_id, *holds(TARGET, as_of))
        .order_by(TARGET.c.plan_id, TARGET.c.indicator_id, TARGET.c.entity_id)
    )
    return Query(statement, _target)


def target_values(tenant_id: TenantId, as_of: AsOf) -> Query[TargetValueRow]:
    """The values of all targets of a body, each target's in the order of its periods."""
    columns = TARGET_VALUE.c
    statement = (
        select(*fact_columns(TARGET_VALUE))
        .where(columns.tenant_id == tenant_id, *holds(TARGET_VALUE, as_of))
        .order_by(columns.entity_id, columns.period_start, columns.period_end)
    )
    return Query(statement, _target_value)


async def series(tenant_id: TenantId, as_of: AsOf, connection: "AsyncConnection") -> list[Series]:
    """The targets of a body with their values and the doubts about them.

    Doubts come of the values together, so they are worked out here: no single row could keep them as of any day.
    """
    values: dict[UUID, list[TargetValueRow]] = {}
    for value in await fetch(connection, target_values(tenant_id, as_of)):
        values.setdefault(value.target_id, []).append(value)
    return [
        _series(target, values.get(target.target_id, []))
        for target in await fetch(connection, targets(tenant_id, as_of))
    ]


def _series(target: TargetRow, values: list[TargetValueRow]) -> Series:
    printed = TargetSeries(
        unit=target.unit,
        direction=target.direction,
        baseline=target.baseline,
        values=tuple((value.period, value.value) for value in values),
    )
    return Series(target=target, values=tuple(values), warnings=tuple(warnings(printed)))


def _target(row: Columns) -> TargetRow:
    baseline = quantity_of(row, "baseline")
    assert baseline is not None
    return TargetRow(
        target_id=row["entity_id"],
        plan_id=row["plan_id"],
        indicator_id=row["indicator_id"],
        unit=row["unit"],
        direction=row["direction"],
        baseline=baseline,
        baseline_period=period_of(row, "baseline_period"),
        indicator=citation_of(row, "measured"),
        sample=row["sample"],
    )


def _target_value(row: Columns) -> TargetValueRow:
    value, period_ = quantity_of(row, "value"), period_of(row, "period")
    assert value is not None
    assert period_ is not None
    return TargetValueRow(
        target_id=row["entity_id"],
        period=period_,
        value=value,
        revised=row["revised"],
        sample=row["sample"],
    )
