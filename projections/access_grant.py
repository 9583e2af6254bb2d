"""Whom a body lets read what is for funders: the history of what the database enforces as `access.grant_now`."""

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.access_grant import AccessGranted, AccessRestored, AccessRevoked
from domain.audience import RECORDS, Audience
from domain.ids import TenantId
from projections import events
from projections.bitemporal import Form
from projections.core import Work, note
from projections.projection import Projection
from projections.query import AsOf, Columns, Query, fact_columns, holds
from projections.reading import Seen
from projections.tables import audience, bitemporal, code, flag, shape, uuid

ACCESS_GRANT: Final[Table] = bitemporal(
    "rm",
    "access_grant",
    [
        uuid("grantee", nullable=False),
        code("programme", nullable=True),
        uuid("agreement_id"),
        code("status"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""`status` is in_force or revoked. `programme` is null where the grant is for every programme."""

TABLES: Final = (ACCESS_GRANT,)


_FORM: Final = Form(ACCESS_GRANT)
_EXTRA: Final = ((_FORM.column("audience"), (RECORDS["access_grant"] or Audience.TENANT).value),)
_GRANTED: Final = _FORM.group(*(name for name in shape(ACCESS_GRANT).facts if name != "sample"))
_STATUS: Final = _FORM.group("status")
_RESTORED: Final = _FORM.group("agreement_id", "status")


def _granted(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, AccessGranted)
    values: tuple[Any, ...] = (payload.grantee, payload.programme, payload.agreement_id, "in_force")
    note(work.timelines(ACCESS_GRANT).of(seen.stream_id), seen, _GRANTED, values, _EXTRA)


def _revoked(work: Work, seen: Seen) -> None:
    note(work.timelines(ACCESS_GRANT).of(seen.stream_id), seen, _STATUS, ("revoked",))


def _restored(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, AccessRestored)
    values = (payload.agreement_id, "in_force")
    note(work.timelines(ACCESS_GRANT).of(seen.stream_id), seen, _RESTORED, values)


ACCESS_GRANTS: Final = Projection(
    "access_grant",
    TABLES,
    {AccessGranted: _granted, AccessRevoked: _revoked, AccessRestored: _restored},
    events.ALL - events.ACCESS_GRANT,
)


class AccessGrantRow(msgspec.Struct, frozen=True, kw_only=True):
    """A grant as it stood."""

    grant_id: UUID
    grantee: UUID
    programme: str | None
    agreement_id: UUID | None
    status: str
    sample: bool


def access_grants(tenant_id: TenantId, as_of: AsOf) -> Query[AccessGrantRow]:
    """The grants of a body, revoked ones too, by funder and programme."""
    columns = ACCESS_GRANT.c
    statement = (
        select(*fact_columns(ACCESS_GRANT))
        .where(columns.tenant_id == tenant_id, *holds(ACCESS_GRANT, as_of))
        .order_by(columns.grantee, columns.programme, columns.entity_id)
    )
    return Query(statement, _grant)


def _grant(row: Columns) -> AccessGrantRow:
    return AccessGrantRow(
        grant_id=row["entity_id"],
        grantee=row["grantee"],
        programme=row["programme"],
        agreement_id=row["agreement_id"],
        status=row["status"],
        sample=row["sample"],
    )
