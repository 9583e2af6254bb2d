"""Organisations, from the log of the commons."""

from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.audience import Audience
from domain.ids import COMMONS, OrganisationId
from domain.organisation import (
    ListingConsented,
    ListingWithdrawn,
    OrganisationKind,
    OrganisationMerged,
    OrganisationRegistered,
    OrganisationRenamed,
)
from domain.values import LocalizedText
from projections import events
from projections.bitemporal import Form
from projections.columns import localized_values
from projections.core import Work, note
from projections.projection import Projection
from projections.query import AsOf, Columns, Query, fact_columns, holds, text_of
from projections.reading import Seen
from projections.tables import audience, bitemporal, code, day, flag, localized, uuid

ORGANISATION: Final[Table] = bitemporal(
    "commons",
    "organisation",
    [code("kind"), *localized("name"), flag("listed"), uuid("merged_into"), day("merged_on"), flag("sample")],
    extra=[audience()],
    preload="all",
)
"""`merged_into` is the organisation that it is part of since `merged_on`. All its rows are public while it
consents to being listed (today, not as of any day), and otherwise for the commons alone."""

TABLES: Final = (ORGANISATION,)

_FORM: Final = Form(ORGANISATION)
_AUDIENCE: Final = _FORM.column("audience")
_REGISTERED: Final = _FORM.group("kind", *(column.name for column in localized("name")))
_NAME: Final = _FORM.group(*(column.name for column in localized("name")))
_LISTED: Final = _FORM.group("listed")
_MERGED: Final = _FORM.group("merged_into", "merged_on")


def _registered(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, OrganisationRegistered)
    values = (payload.kind, *localized_values(payload.name))
    extra = [(_AUDIENCE, Audience.TENANT.value)]
    note(work.timelines(ORGANISATION).of(seen.stream_id), seen, _REGISTERED, values, extra)


def _renamed(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, OrganisationRenamed)
    note(work.timelines(ORGANISATION).of(seen.stream_id), seen, _NAME, localized_values(payload.name))


def _merged(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, OrganisationMerged)
    note(work.timelines(ORGANISATION).of(seen.stream_id), seen, _MERGED, (payload.into_id, seen.on))


def _listing(work: Work, seen: Seen) -> None:
    listed = isinstance(seen.payload, ListingConsented)
    organisations = work.timelines(ORGANISATION)
    segments = organisations.of(seen.stream_id)
    note(segments, seen, _LISTED, (listed,))
    for row in segments.written:
        organisations.amend(row, _AUDIENCE, (Audience.PUBLIC if listed else Audience.TENANT).value)


ORGANISATIONS: Final = Projection(
    "organisation",
    TABLES,
    {
        OrganisationRegistered: _registered,
        OrganisationRenamed: _renamed,
        OrganisationMerged: _merged,
        ListingConsented: _listing,
        ListingWithdrawn: _listing,
    },
    events.ALL - events.ORGANISATION,
)


class OrganisationRow(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation as it stood."""

    organisation_id: UUID
    kind: OrganisationKind
    name: LocalizedText
    listed: bool
    merged_into: UUID | None
    merged_on: date | None
    sample: bool


def organisation(organisation_id: OrganisationId, as_of: AsOf) -> Query[OrganisationRow]:
    """One organisation of the commons."""
    statement = select(*fact_columns(ORGANISATION)).where(
        ORGANISATION.c.tenant_id == COMMONS,
        ORGANISATION.c.entity_id == organisation_id,
        *holds(ORGANISATION, as_of),
    )
    return Query(statement, _organisation)


def _organisation(row: Columns) -> OrganisationRow:
    same: dict[str, Any] = {name: row[name] for name in ("kind", "listed", "merged_into", "merged_on", "sample")}
    return OrganisationRow(organisation_id=row["entity_id"], name=text_of(row, "name"), **same)
