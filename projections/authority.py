"""By what right, and of what cause: from any event to the decision that allowed it, and from a decision to all
that it allowed or caused.

What was recorded without authority where one is expected is listed too, unless it says that none is required, and
so is what broke a rule when it was brought in from a document.

Most events need no authority and have no cause: they have no row here.
"""

from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, or_, select

from domain.authority import EXPECTED
from domain.envelope import Authority
from domain.event import Event
from domain.ids import DecisionId, TenantId
from projections import events
from projections.columns import authority_values, json_value
from projections.core import Work
from projections.projection import Handler, Projection
from projections.query import AsOf, Columns, Query, recorded_by
from projections.reading import Seen
from projections.tables import (
    authority,
    code,
    day,
    flag,
    instant,
    json_text,
    key_number,
    number,
    plain,
    uuid,
)

ACT: Final[Table] = plain(
    "rm",
    "act",
    [
        number("version"),
        code("stream"),
        code("type"),
        day("effective_on", nullable=False),
        instant("recorded_at", nullable=False),
        *authority(),
        flag("without"),
        flag("broken"),
        json_text("breaches"),
        uuid("command_id", nullable=False),
        uuid("causation_id"),
        flag("sample"),
    ],
    sub=[key_number("position")],
    preload="none",
    indexes=[
        ("tenant_id", "position"),
        ("tenant_id", "authority_decision_stream"),
        ("tenant_id", "causation_id"),
    ],
)
"""A row per event with an authority or a cause, without one that is expected, or with a breach; and of every event
of a decision. `without`: none is recorded where one is expected, nor said not to be required. `broken`: it broke a
rule."""

TABLES: Final = (ACT,)


_NOT_REQUIRED: Final = b'"reason":"not_required"'


def _noted(*, always: bool, expected: bool) -> Handler:
    """What to do with a type of event: `always` keep it, or keep it where it says something."""

    def note(work: Work, seen: Seen) -> None:
        without, causation_id = seen.without_authority, seen.causation_id
        if without and not (always or expected or seen.breaches or causation_id is not None):
            return
        payload: Event = seen.payload
        values = (
            seen.version,
            payload.TYPE.partition(".")[0],
            payload.TYPE,
            seen.on,
            seen.at,
            *authority_values(seen.authority),
            without and expected and _NOT_REQUIRED not in bytes(seen.authority_json),
            bool(seen.breaches),
            json_value(seen.breaches),
            seen.command_id,
            causation_id,
            seen.sample,
        )
        work.plain(ACT).add(seen.stream_id, (seen.position,), values)

    return note


_HANDLERS: Final = {cls: _noted(always=cls in events.DECISION, expected=cls in EXPECTED) for cls in events.ALL}
ACTS: Final = Projection("authority", TABLES, _HANDLERS, version=2)

ACTS_MAX: Final = 200


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """An event and by what right it was recorded."""

    position: int
    stream_id: UUID
    version: int
    stream: str
    type: str
    effective_on: date
    recorded_at: datetime
    authority: Authority
    without: bool
    breaches: tuple[str, ...]
    sample: bool


_authority = msgspec.json.Decoder(Authority).decode
_breaches = msgspec.json.Decoder(tuple[str, ...]).decode


def acts(tenant_id: TenantId, as_of: AsOf) -> Query[Act]:
    """Every act in the past of the clocks, the latest first."""
    statement = (
        select(ACT)
        .where(ACT.c.tenant_id == tenant_id, ACT.c.effective_on <= as_of.on, *recorded_by(ACT, as_of))
        .order_by(ACT.c.position.desc())
        .limit(ACTS_MAX)
    )
    return Query(statement, _act)


def without_authority(tenant_id: TenantId, as_of: AsOf) -> Query[Act]:
    """Acts of which one expects an authority, and none is recorded or said not to be required."""
    query = acts(tenant_id, as_of)
    return Query(query.select.where(ACT.c.without), query.into)


def broken(tenant_id: TenantId, as_of: AsOf) -> Query[Act]:
    """Facts that broke a rule and were brought in from a document."""
    query = acts(tenant_id, as_of)
    return Query(query.select.where(ACT.c.broken), query.into)


def of_event(tenant_id: TenantId, position: int) -> Query[Act]:
    """By what right one event was recorded; nothing where it needed none."""
    return Query(select(ACT).where(ACT.c.tenant_id == tenant_id, ACT.c.position == position), _act)


def caused_by(tenant_id: TenantId, decision_id: DecisionId, as_of: AsOf) -> Query[Act]:
    """Every event of a log that a decision of the same log allowed or caused, the latest first."""
    query = acts(tenant_id, as_of)
    own = select(ACT.c.command_id).where(ACT.c.tenant_id == tenant_id, ACT.c.entity_id == decision_id)
    allowed = (ACT.c.authority_decision_log == tenant_id) & (ACT.c.authority_decision_stream == decision_id)
    return Query(query.select.where(or_(allowed, ACT.c.causation_id.in_(own))), query.into)


def _act(row: Columns) -> Act:
    same = ("position", "version", "stream", "type", "effective_on", "recorded_at", "without", "sample")
    return Act(
        stream_id=row["entity_id"],
        authority=_authority(row["authority"]),
        breaches=_breaches(row["breaches"]),
        **{name: row[name] for name in same},
    )
