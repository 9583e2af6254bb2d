"""Endorsements that sources name."""

from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.endorsement import EndorsementRecorded, EndorsementWithdrawn
from domain.ids import TenantId
from domain.values import LocalizedText
from projections import events
from projections.bitemporal import Form
from projections.columns import date_value, localized_values
from projections.core import Work, note
from projections.projection import Projection
from projections.query import AsOf, Columns, Query, fact_columns, holds, text_of
from projections.reading import Seen
from projections.tables import audience, bitemporal, code, flag, localized, shape, text, uuid

ENDORSEMENT: Final[Table] = bitemporal(
    "rm",
    "endorsement",
    [
        *localized("endorser"),
        uuid("organisation_id"),
        code("kind"),
        code("given", nullable=True),
        uuid("plan_id"),
        *localized("title"),
        *localized("publisher"),
        code("published", nullable=True),
        text("locator"),
        code("status"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""`title_*`, `publisher_*`, `published` and `locator` are the publication that names it; `status` is recorded or
withdrawn."""

TABLES: Final = (ENDORSEMENT,)


_FORM: Final = Form(ENDORSEMENT)
_AUDIENCE: Final = _FORM.column("audience")
_RECORDED: Final = _FORM.group(*(name for name in shape(ENDORSEMENT).facts if name != "sample"))
_STATUS: Final = _FORM.group("status")


def _recorded(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, EndorsementRecorded)
    publication = payload.publication
    values = (
        *localized_values(payload.endorser),
        payload.organisation_id,
        payload.kind,
        date_value(payload.given),
        payload.plan_id,
        *localized_values(publication.title),
        *localized_values(publication.publisher),
        date_value(publication.published),
        publication.locator,
        "recorded",
    )
    segments = work.timelines(ENDORSEMENT).of(seen.stream_id)
    note(segments, seen, _RECORDED, values, [(_AUDIENCE, payload.audience.value)])


def _withdrawn(work: Work, seen: Seen) -> None:
    note(work.timelines(ENDORSEMENT).of(seen.stream_id), seen, _STATUS, ("withdrawn",))


ENDORSEMENTS: Final = Projection(
    "endorsement",
    TABLES,
    {EndorsementRecorded: _recorded, EndorsementWithdrawn: _withdrawn},
    events.ALL - events.ENDORSEMENT,
)


class EndorsementRow(msgspec.Struct, frozen=True, kw_only=True):
    endorsement_id: UUID
    endorser: LocalizedText
    kind: str
    status: str
    sample: bool


def endorsements(tenant_id: TenantId, as_of: AsOf) -> Query[EndorsementRow]:
    """The endorsements of a partnership, withdrawn ones too."""
    columns = ENDORSEMENT.c
    statement = (
        select(*fact_columns(ENDORSEMENT))
        .where(columns.tenant_id == tenant_id, *holds(ENDORSEMENT, as_of))
        .order_by(columns.entity_id)
    )
    return Query(statement, _endorsement)


def _endorsement(row: Columns) -> EndorsementRow:
    return EndorsementRow(
        endorsement_id=row["entity_id"],
        endorser=text_of(row, "endorser"),
        kind=row["kind"],
        status=row["status"],
        sample=row["sample"],
    )
