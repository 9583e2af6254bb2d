"""Alignments of bodies' indicators with canonical ones, which stay in their owners' logs."""

from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.alignment import AlignmentWithdrawn, Grade, IndicatorAligned
from domain.ids import TenantId
from domain.values import Citation
from projections import events
from projections.bitemporal import Form
from projections.columns import citation_values
from projections.core import Work, note
from projections.projection import Projection
from projections.query import AsOf, Columns, Query, citation_of, fact_columns, holds
from projections.reading import Seen
from projections.tables import audience, bitemporal, citation, code, day, flag, uuid

ALIGNMENT: Final[Table] = bitemporal(
    "national",
    "alignment",
    [
        uuid("indicator_id", nullable=False),
        *citation("canonical", nullable=False),
        code("grade"),
        code("status"),
        day("aligned_on"),
        uuid("actor_id"),
        code("actor_role"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""`status` is in_force or withdrawn; `actor_*` is who aligned last, a pseudonym that holds in that log only."""

TABLES: Final = (ALIGNMENT,)

_FORM: Final = Form(ALIGNMENT)
_AUDIENCE: Final = _FORM.column("audience")
_ALIGNED: Final = _FORM.group(
    "indicator_id",
    *(column.name for column in citation("canonical")),
    *("grade", "status", "aligned_on", "actor_id", "actor_role"),
)
_STATUS: Final = _FORM.group("status")


def _aligned(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, IndicatorAligned)
    actor = seen.actor
    values = (
        payload.indicator_id,
        *citation_values(payload.canonical),
        payload.grade,
        "in_force",
        seen.on,
        actor.id,
        actor.role,
    )
    note(
        work.timelines(ALIGNMENT).of(seen.stream_id), seen, _ALIGNED, values, [(_AUDIENCE, payload.audience.value)]
    )


def _withdrawn(work: Work, seen: Seen) -> None:
    note(work.timelines(ALIGNMENT).of(seen.stream_id), seen, _STATUS, ("withdrawn",))


ALIGNMENTS: Final = Projection(
    "alignment",
    TABLES,
    {IndicatorAligned: _aligned, AlignmentWithdrawn: _withdrawn},
    events.ALL - events.ALIGNMENT,
)


class AlignmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """An alignment as it stood."""

    tenant_id: TenantId
    alignment_id: UUID
    indicator_id: UUID
    canonical: Citation
    grade: Grade
    status: str
    sample: bool


def alignments(tenant_id: TenantId, as_of: AsOf) -> Query[AlignmentRow]:
    """The alignments that a body made, withdrawn ones too."""
    statement = (
        select(*fact_columns(ALIGNMENT))
        .where(ALIGNMENT.c.tenant_id == tenant_id, *holds(ALIGNMENT, as_of))
        .order_by(ALIGNMENT.c.entity_id)
    )
    return Query(statement, _alignment)


def _alignment(row: Columns) -> AlignmentRow:
    canonical = citation_of(row, "canonical")
    assert canonical is not None
    return AlignmentRow(
        tenant_id=row["tenant_id"],
        alignment_id=row["entity_id"],
        indicator_id=row["indicator_id"],
        canonical=canonical,
        grade=row["grade"],
        status=row["status"],
        sample=row["sample"],
    )
