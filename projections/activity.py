"""Activities as they are kept: the day, the place and how many."""

from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.activity import ActivityCorrected, ActivityFacts, ActivityRecorded, ActivityWithdrawn
from domain.ids import TenantId
from domain.values import LocalizedText, QualifiedValue
from projections import events
from projections.bitemporal import Form
from projections.columns import json_value, localized_values, quantity_values, territory_values
from projections.core import Work, note
from projections.projection import Projection
from projections.query import AsOf, Columns, Place, Query, fact_columns, holds, place_of, quantity_of, text_of
from projections.reading import Seen
from projections.tables import (
    audience,
    bitemporal,
    code,
    day,
    flag,
    json_text,
    localized,
    quantity,
    shape,
    territory,
)

ACTIVITY: Final[Table] = bitemporal(
    "rm",
    "activity",
    [
        code("kind"),
        day("held_on", nullable=False),
        *localized("label"),
        *territory(),
        *quantity("people"),
        json_text("tags"),
        code("status"),
        flag("sample"),
    ],
    extra=[audience()],
)
"""`kind` is session, referral or presentation; `status` recorded or withdrawn. `people_*` is null where nobody
counted."""

TABLES: Final = (ACTIVITY,)


_FORM: Final = Form(ACTIVITY)
_AUDIENCE: Final = _FORM.column("audience")
_ALL: Final = _FORM.group(*(name for name in shape(ACTIVITY).facts if name != "sample"))
_FACTS: Final = _FORM.group(*(name for name in shape(ACTIVITY).facts if name not in ("kind", "status", "sample")))
_STATUS: Final = _FORM.group("status")


def _recorded(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, ActivityRecorded)
    values = (payload.kind, *_facts(payload.facts), "recorded")
    segments = work.timelines(ACTIVITY).of(seen.stream_id)
    note(segments, seen, _ALL, values, [(_AUDIENCE, payload.audience.value)])


def _corrected(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, ActivityCorrected)
    note(work.timelines(ACTIVITY).of(seen.stream_id), seen, _FACTS, _facts(payload.facts))


def _withdrawn(work: Work, seen: Seen) -> None:
    note(work.timelines(ACTIVITY).of(seen.stream_id), seen, _STATUS, ("withdrawn",))


def _facts(facts: ActivityFacts) -> tuple[Any, ...]:
    return (
        facts.held_on,
        *localized_values(facts.label),
        *territory_values(facts.place),
        *quantity_values(facts.people),
        json_value(facts.tags),
    )


ACTIVITIES: Final = Projection(
    "activity",
    TABLES,
    {ActivityRecorded: _recorded, ActivityCorrected: _corrected, ActivityWithdrawn: _withdrawn},
    events.ALL - events.ACTIVITY,
)


class ActivityRow(msgspec.Struct, frozen=True, kw_only=True):
    """An activity as it was known."""

    activity_id: UUID
    kind: str
    held_on: date
    label: LocalizedText
    place: Place | None
    people: QualifiedValue | None
    tags: tuple[str, ...]
    status: str
    sample: bool
    audience: str


_tags = msgspec.json.Decoder(tuple[str, ...]).decode


def activities(tenant_id: TenantId, as_of: AsOf) -> Query[ActivityRow]:
    """The activities of a body, withdrawn ones too, by their day."""
    columns = ACTIVITY.c
    statement = (
        select(*fact_columns(ACTIVITY))
        .where(columns.tenant_id == tenant_id, *holds(ACTIVITY, as_of))
        .order_by(columns.held_on, columns.entity_id)
    )
    return Query(statement, _activity)


def _activity(row: Columns) -> ActivityRow:
    return ActivityRow(
        activity_id=row["entity_id"],
        kind=row["kind"],
        held_on=row["held_on"],
        label=text_of(row, "label"),
        place=place_of(row),
        people=quantity_of(row, "people"),
        tags=_tags(row["tags"]),
        status=row["status"],
        sample=row["sample"],
        audience=row["audience"],
    )
