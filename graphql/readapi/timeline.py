"""The timeline of a body: one line per event, for its members."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from projections.timeline import TIMELINE
from readapi.act import Act, EventKey, load_acts
from readapi.asof import happened
from readapi.codes import AuthorityKind
from readapi.columns import backed, column, json, reads
from readapi.fields import sized
from readapi.paging import Listing
from readapi.reading import Info, Place, Reading
from readapi.scalars import BigInt
from readapi.shapes import Items, Value
from readapi.trace.parts import TouchedFigure
from readapi.trace.up import RecordOf, load_touched

_T = TIMELINE.c
FIGURES = 20
"""Counted for the figures that an event touches."""


@strawberry.type(description="Something that an event names by its id.")
class Subject:
    field: str = strawberry.field(description="What it is to the event, such as `plan_id`.")
    id: str = strawberry.field(description="Its id.")


def _subjects(found: Mapping[str, Any]) -> list[Subject]:
    return [Subject(field=name, id=str(value)) for name, value in found.items()]


def _subjects_shape(cells: Sequence[ColumnElement[Any]]) -> Items:
    return Items(cells[0], lambda name, value: Value({"field": name, "id": value}), members=True)


@backed(TIMELINE)
@strawberry.type(description="One event of the body's log. No text: only what the envelope and ids say.")
class TimelineEntry:
    position: BigInt = column(_T.position, "Its position in the log, counted from 1.")
    stream_id: UUID = column(_T.entity_id, "The record that it belongs to.")
    version: int = column(_T.version, "The version that it gave the record.")
    stream: str = column(_T.stream, "What kind of record that is, such as `plan`.")
    type: str = column(_T.type, "Its stored name, such as `plan.RevisionAdopted`.")
    effective_on: date = column(_T.effective_on, "The day from which it holds.")
    recorded_at: datetime = column(_T.recorded_at, "When it was recorded.")
    actor_id: UUID = column(_T.actor_id, "Who recorded it: a pseudonym that means somebody in this log only.")
    actor_role: str = column(_T.actor_role, "In which role.")
    authority_kind: AuthorityKind = column(_T.authority_kind, "By what right.")
    correlation_id: UUID = column(_T.correlation_id, "What it was part of.")
    subjects: list[Subject] = column(json(_T.subjects, _subjects, _subjects_shape), "What else it names.")
    sample: bool = column(_T.sample, "Whether it is sample data.")
    place: strawberry.Private[Place]

    @sized(1, "By what right, with the decision; null where none was needed and there was no cause.")
    async def act(self, info: Info) -> Act | None:
        return await info.context.loader(load_acts).load(EventKey(self.place, self.position))

    @sized(FIGURES, "The figures of the body that it touches, by period.")
    async def figures(self, info: Info) -> list[TouchedFigure]:
        return await info.context.loader(load_touched).load(RecordOf(self.place, self.stream_id))


async def entry_at(reading: Reading, place: Place, position: int) -> TimelineEntry | None:
    """The event at a position, where it is in the past of the clocks; nothing for readers from outside."""
    if not place.member:
        return None
    reader = reads(TimelineEntry)
    statement = reader.select().where(
        _T.tenant_id == place.body, _T.position == position, *happened(TIMELINE, place.clock, on="effective_on")
    )
    rows = await reading.rows(place.scope, statement)
    return reader.make(rows[0], place=place) if rows else None


def _where(place: Place, arguments: Hashable) -> list[ColumnElement[bool]]:
    conditions = [_T.tenant_id == place.body, *happened(TIMELINE, place.clock, on="effective_on")]
    if arguments is not None:
        conditions.append(_T.stream == arguments)
    return conditions


TIMELINES: Listing[TimelineEntry] = Listing(
    "timeline", reads(TimelineEntry), (_T.position,), _where, descending=True
)
