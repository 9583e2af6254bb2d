"""Successions that a body proposed or accepted, for its members; and the lineage that came of them, for all."""

from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.audience import RECORDS, Audience
from domain.body import BodySucceeded
from domain.ids import TenantId
from domain.succession import SuccessionAccepted, SuccessionProposed, SuccessionWithdrawn
from projections import events
from projections.bitemporal import Form
from projections.columns import json_value
from projections.core import Work, note
from projections.projection import Projection
from projections.query import AsOf, Columns, Query, fact_columns, holds
from projections.reading import Seen
from projections.tables import (
    audience,
    bitemporal,
    code,
    day,
    flag,
    instant,
    json_text,
    key_uuid,
    plain,
    position,
    uuid,
)

SUCCESSION: Final[Table] = bitemporal(
    "rm",
    "succession",
    [
        code("kind"),
        uuid("predecessor"),
        json_text("successors"),
        code("status"),
        flag("illustrative"),
        flag("sample"),
    ],
)
"""In the old body's log `successors` is a JSON array of ids, and `predecessor`, itself, is null; in a successor's
log `predecessor` is the old body, and `successors`, itself, is empty."""

LINEAGE: Final[Table] = plain(
    "national",
    "lineage",
    [
        code("kind"),
        day("effective_on", nullable=False),
        instant("recorded_at", nullable=False),
        position("position"),
        flag("illustrative"),
        flag("sample"),
        audience(),
    ],
    sub=[key_uuid("successor")],
    preload="none",
    indexes=[("successor",)],
)
"""Which bodies took the place of which, as the old body's log says."""

TABLES: Final = (SUCCESSION, LINEAGE)

_SUCCESSION: Final = Form(SUCCESSION)
_BEGUN: Final = _SUCCESSION.group("kind", "predecessor", "successors", "status", "illustrative")
_STATUS: Final = _SUCCESSION.group("status")


def _proposed(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, SuccessionProposed)
    _begin(work, seen, (payload.kind, None, json_value(payload.successors), "proposed", payload.illustrative))


def _accepted(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, SuccessionAccepted)
    _begin(work, seen, (payload.kind, payload.predecessor, "[]", "accepted", payload.illustrative))


def _begin(work: Work, seen: Seen, values: tuple[Any, ...]) -> None:
    note(work.timelines(SUCCESSION).of(seen.stream_id), seen, _BEGUN, values)


def _withdrawn(work: Work, seen: Seen) -> None:
    note(work.timelines(SUCCESSION).of(seen.stream_id), seen, _STATUS, ("withdrawn",))


def _succeeded(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, BodySucceeded)
    public = RECORDS["lineage"] or Audience.PUBLIC
    values = (payload.kind, seen.on, seen.at, seen.position, payload.illustrative, seen.sample, public.value)
    for successor in payload.successors:
        work.plain(LINEAGE).add(seen.stream_id, (successor,), values)


SUCCESSIONS: Final = Projection(
    "succession",
    TABLES,
    {
        SuccessionProposed: _proposed,
        SuccessionAccepted: _accepted,
        SuccessionWithdrawn: _withdrawn,
        BodySucceeded: _succeeded,
    },
    events.ALL - events.SUCCESSION - {BodySucceeded},
)


class SuccessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A succession as the log of one of its bodies knows it."""

    succession_id: UUID
    kind: str
    predecessor: UUID
    successors: tuple[UUID, ...]
    status: str
    illustrative: bool
    sample: bool


_ids = msgspec.json.Decoder(tuple[UUID, ...]).decode


def successions(tenant_id: TenantId, as_of: AsOf) -> Query[SuccessionRow]:
    """What a body proposed and accepted."""
    statement = (
        select(*fact_columns(SUCCESSION))
        .where(SUCCESSION.c.tenant_id == tenant_id, *holds(SUCCESSION, as_of))
        .order_by(SUCCESSION.c.entity_id)
    )
    return Query(statement, _succession)


def _succession(row: Columns) -> SuccessionRow:
    return SuccessionRow(
        succession_id=row["entity_id"],
        kind=row["kind"],
        predecessor=row["predecessor"] or row["tenant_id"],
        successors=_ids(row["successors"]) or (row["tenant_id"],),
        status=row["status"],
        illustrative=row["illustrative"],
        sample=row["sample"],
    )
