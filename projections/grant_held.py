"""Which grants held when, for the funders whom they were given to: what `access.grant_now` was on any day.

Its rows are for funders, each for the one that it names: who is granted nothing by a body today sees nothing of
what it was granted before, and nobody sees what another was granted.
"""

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.access import EVERY_PROGRAMME
from domain.access_grant import AccessGranted, AccessRestored, AccessRevoked
from domain.audience import Audience
from domain.ids import TenantId
from projections import events
from projections.bitemporal import Form
from projections.core import Work, note
from projections.projection import Handler, Projection
from projections.query import AsOf, Columns, Query, fact_columns, holds
from projections.reading import Seen
from projections.tables import audience, bitemporal, code, flag, uuid

GRANT_HELD: Final[Table] = bitemporal(
    "national",
    "grant_held",
    [uuid("grantee", nullable=False), code("programme_code"), flag("in_force"), flag("sample")],
    extra=[audience()],
)
"""`programme_code` is empty where the grant is for every programme, as in `access.grant_now`."""

TABLES: Final = (GRANT_HELD,)

_FORM: Final = Form(GRANT_HELD)
_EXTRA: Final = ((_FORM.column("audience"), Audience.FUNDERS.value),)
_GRANTED: Final = _FORM.group("grantee", "programme_code", "in_force")
_IN_FORCE: Final = _FORM.group("in_force")


def _granted(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, AccessGranted)
    values: tuple[Any, ...] = (payload.grantee, payload.programme or EVERY_PROGRAMME, True)
    note(work.timelines(GRANT_HELD).of(seen.stream_id), seen, _GRANTED, values, _EXTRA)


def _becomes(*, in_force: bool) -> Handler:
    def become(work: Work, seen: Seen) -> None:
        note(work.timelines(GRANT_HELD).of(seen.stream_id), seen, _IN_FORCE, (in_force,))

    return become


GRANTS_HELD: Final = Projection(
    "grant_held",
    TABLES,
    {
        AccessGranted: _granted,
        AccessRevoked: _becomes(in_force=False),
        AccessRestored: _becomes(in_force=True),
    },
    events.ALL - events.ACCESS_GRANT,
    version=2,  # other policies than the first: its tables are made anew
)


class GrantHeldRow(msgspec.Struct, frozen=True, kw_only=True):
    """A grant as it was on a day."""

    grant_id: UUID
    grantee: UUID
    programme_code: str
    in_force: bool


def grants_held(tenant_id: TenantId, as_of: AsOf) -> Query[GrantHeldRow]:
    """The grants of a body, by their ids."""
    statement = (
        select(*fact_columns(GRANT_HELD))
        .where(GRANT_HELD.c.tenant_id == tenant_id, *holds(GRANT_HELD, as_of))
        .order_by(GRANT_HELD.c.entity_id)
    )
    return Query(statement, _row)


def _row(row: Columns) -> GrantHeldRow:
    return GrantHeldRow(
        grant_id=row["entity_id"],
        grantee=row["grantee"],
        programme_code=row["programme_code"],
        in_force=row["in_force"],
    )
