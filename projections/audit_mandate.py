"""Audit mandates as the authority that opened them keeps them."""

from datetime import date
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.audit_mandate import AuditMandateClosed, AuditMandateExtended, AuditMandateOpened, AuditScope
from domain.ids import TenantId
from domain.values import LocalizedText
from projections import events
from projections.bitemporal import Form
from projections.columns import json_value, localized_values, period_values
from projections.core import Work, note
from projections.projection import Projection
from projections.query import AsOf, Columns, Query, fact_columns, holds, period_of, text_of
from projections.reading import Seen
from projections.tables import audience, bitemporal, code, day, flag, json_text, localized, period, shape

AUDIT_MANDATE: Final[Table] = bitemporal(
    "rm",
    "audit_mandate",
    [
        *localized("auditor"),
        json_text("bodies"),
        json_text("records"),
        *period("period"),
        day("ends_on", nullable=False),
        code("status"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""`bodies` are ids; `records` kinds of record, none for all. `status` is open or closed: a mandate whose last day
has passed stays open here, so compare `ends_on` for that."""

TABLES: Final = (AUDIT_MANDATE,)


_FORM: Final = Form(AUDIT_MANDATE)
_AUDIENCE: Final = _FORM.column("audience")
_OPENED: Final = _FORM.group(*(name for name in shape(AUDIT_MANDATE).facts if name != "sample"))
_END: Final = _FORM.group("ends_on")
_STATUS: Final = _FORM.group("status")


def _opened(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, AuditMandateOpened)
    scope = payload.scope
    values = (
        *localized_values(payload.auditor),
        json_value(scope.bodies),
        json_value(scope.records),
        *period_values(scope.period),
        payload.ends_on,
        "open",
    )
    segments = work.timelines(AUDIT_MANDATE).of(seen.stream_id)
    note(segments, seen, _OPENED, values, [(_AUDIENCE, payload.audience.value)])


def _extended(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, AuditMandateExtended)
    note(work.timelines(AUDIT_MANDATE).of(seen.stream_id), seen, _END, (payload.ends_on,))


def _closed(work: Work, seen: Seen) -> None:
    note(work.timelines(AUDIT_MANDATE).of(seen.stream_id), seen, _STATUS, ("closed",))


AUDIT_MANDATES: Final = Projection(
    "audit_mandate",
    TABLES,
    {AuditMandateOpened: _opened, AuditMandateExtended: _extended, AuditMandateClosed: _closed},
    events.ALL - events.AUDIT_MANDATE,
)


class AuditMandateRow(msgspec.Struct, frozen=True, kw_only=True):
    """A mandate as it stood."""

    audit_mandate_id: UUID
    auditor: LocalizedText
    scope: AuditScope
    ends_on: date
    status: str
    sample: bool
    audience: str


_bodies = msgspec.json.Decoder(tuple[TenantId, ...]).decode
_records = msgspec.json.Decoder(tuple[str, ...]).decode


def audit_mandates(tenant_id: TenantId, as_of: AsOf) -> Query[AuditMandateRow]:
    """The mandates that an authority opened, closed ones too, by their last day."""
    columns = AUDIT_MANDATE.c
    statement = (
        select(*fact_columns(AUDIT_MANDATE))
        .where(columns.tenant_id == tenant_id, *holds(AUDIT_MANDATE, as_of))
        .order_by(columns.ends_on, columns.entity_id)
    )
    return Query(statement, _mandate)


def _mandate(row: Columns) -> AuditMandateRow:
    period_ = period_of(row, "period")
    assert period_ is not None
    scope = AuditScope(bodies=_bodies(row["bodies"]), records=_records(row["records"]), period=period_)
    return AuditMandateRow(
        audit_mandate_id=row["entity_id"],
        auditor=text_of(row, "auditor"),
        scope=scope,
        ends_on=row["ends_on"],
        status=row["status"],
        sample=row["sample"],
        audience=row["audience"],
    )
