"""Committees, and every version of their terms of reference."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.committee.rules import (
    CommitteeDissolved,
    CommitteeEstablished,
    CommitteeKind,
    CommitteeRenamed,
    TermsAdopted,
)
from domain.committee.terms import Terms
from domain.envelope import Authority
from domain.ids import CommitteeId, TenantId
from domain.values import LocalizedText
from projections import events
from projections.bitemporal import Form
from projections.columns import authority_values, json_value, localized_values
from projections.core import Work, note
from projections.projection import Projection
from projections.query import AsOf, Columns, Query, fact_columns, holds, recorded_by, text_of
from projections.reading import Seen
from projections.tables import (
    audience,
    authority,
    bitemporal,
    code,
    day,
    flag,
    instant,
    json_text,
    key_number,
    localized,
    plain,
    position,
    uuid,
)

COMMITTEE: Final[Table] = bitemporal(
    "rm",
    "committee",
    [
        code("kind"),
        *localized("name"),
        uuid("parent_id"),
        day("established_on"),
        code("status"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""`status` is active or dissolved; `parent_id` the committee that it is part of."""

TERMS: Final[Table] = plain(
    "rm",
    "committee_terms",
    [
        day("adopted_on", nullable=False),
        position("position"),
        instant("recorded_at", nullable=False),
        position("version"),
        *authority(),
        json_text("terms"),
        flag("sample"),
        audience(),
    ],
    sub=[key_number("number")],
)
"""A row per version, for ever. In force on a day, as known at a moment: of those adopted by that day and recorded
by that moment, the last by (adopted_on, position). `version` is the stream's, for citations."""

TABLES: Final = (COMMITTEE, TERMS)

_COMMITTEE: Final = Form(COMMITTEE)
_AUDIENCE: Final = _COMMITTEE.column("audience")
_NAME: Final = _COMMITTEE.group(*(column.name for column in localized("name")))
_STATUS: Final = _COMMITTEE.group("status")
_ESTABLISHED: Final = _COMMITTEE.group(
    "kind", *(column.name for column in localized("name")), "parent_id", "established_on", "status"
)


def _established(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, CommitteeEstablished)
    values = (payload.kind, *localized_values(payload.name), payload.parent_id, seen.on, "active")
    segments = work.timelines(COMMITTEE).of(seen.stream_id)
    note(segments, seen, _ESTABLISHED, values, [(_AUDIENCE, payload.audience.value)])


def _renamed(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, CommitteeRenamed)
    note(work.timelines(COMMITTEE).of(seen.stream_id), seen, _NAME, localized_values(payload.name))


def _dissolved(work: Work, seen: Seen) -> None:
    note(work.timelines(COMMITTEE).of(seen.stream_id), seen, _STATUS, ("dissolved",))


def _terms_adopted(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, TermsAdopted)
    values = (
        seen.on,
        seen.position,
        seen.at,
        seen.version,
        *authority_values(seen.authority),
        json_value(payload.terms),
        seen.sample,
        # Terms are seen by those who see the committee.
        work.timelines(COMMITTEE).of(seen.stream_id).rows[0][_AUDIENCE],
    )
    work.plain(TERMS).put(seen.stream_id, (payload.number,), values)


COMMITTEES: Final = Projection(
    "committee",
    TABLES,
    {
        CommitteeEstablished: _established,
        CommitteeRenamed: _renamed,
        CommitteeDissolved: _dissolved,
        TermsAdopted: _terms_adopted,
    },
    events.ALL - events.COMMITTEE,
)


class CommitteeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A committee as it stood; a dissolved one stays."""

    committee_id: UUID
    kind: CommitteeKind
    name: LocalizedText
    parent_id: UUID | None
    established_on: date
    status: str
    sample: bool
    audience: str


class TermsRow(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a committee's terms of reference."""

    committee_id: UUID
    number: int
    adopted_on: date
    position: int
    recorded_at: datetime
    version: int
    authority: Authority
    terms: Terms
    sample: bool


def committees(tenant_id: TenantId, as_of: AsOf) -> Query[CommitteeRow]:
    """The committees of a body, dissolved ones too, in the order in which they were set up."""
    statement = (
        select(*fact_columns(COMMITTEE))
        .where(COMMITTEE.c.tenant_id == tenant_id, *holds(COMMITTEE, as_of))
        .order_by(COMMITTEE.c.established_on, COMMITTEE.c.entity_id)
    )
    return Query(statement, _committee)


def committee(tenant_id: TenantId, committee_id: CommitteeId, as_of: AsOf) -> Query[CommitteeRow]:
    """One committee."""
    query = committees(tenant_id, as_of)
    return Query(query.select.where(COMMITTEE.c.entity_id == committee_id), query.into)


def terms(tenant_id: TenantId, committee_id: CommitteeId, as_of: AsOf) -> Query[TermsRow]:
    """The versions of a committee's terms up to a clock; the one in force comes first."""
    columns = TERMS.c
    statement = (
        select(TERMS)
        .where(
            columns.tenant_id == tenant_id,
            columns.entity_id == committee_id,
            columns.adopted_on <= as_of.on,
            *recorded_by(TERMS, as_of),
        )
        .order_by(columns.adopted_on.desc(), columns.position.desc())
    )
    return Query(statement, _terms)


_terms_of = msgspec.json.Decoder(Terms).decode
_authority_of: Any = msgspec.json.Decoder(Authority).decode


def _committee(row: Columns) -> CommitteeRow:
    return CommitteeRow(
        committee_id=row["entity_id"],
        kind=row["kind"],
        name=text_of(row, "name"),
        parent_id=row["parent_id"],
        established_on=row["established_on"],
        status=row["status"],
        sample=row["sample"],
        audience=row["audience"],
    )


def _terms(row: Columns) -> TermsRow:
    return TermsRow(
        committee_id=row["entity_id"],
        number=row["number"],
        adopted_on=row["adopted_on"],
        position=row["position"],
        recorded_at=row["recorded_at"],
        version=row["version"],
        authority=_authority_of(row["authority"]),
        terms=_terms_of(row["terms"]),
        sample=row["sample"],
    )
