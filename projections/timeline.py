"""What happened, one line per event of any kind. No free text: only what the envelope and ids say."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final, Literal, NamedTuple, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from sqlalchemy import Table, select

from domain.event import Event, decode
from domain.ids import TenantId
from domain.ports import Row
from projections import events
from projections.bitemporal import NEW
from projections.core import Work
from projections.projection import Projection
from projections.query import Columns, Query
from projections.reading import reader
from projections.tables import code, day, flag, instant, json_text, key_number, number, plain, uuid

TIMELINE: Final[Table] = plain(
    "rm",
    "timeline",
    [
        number("version"),
        code("stream"),
        code("type"),
        day("effective_on", nullable=False),
        instant("recorded_at", nullable=False),
        uuid("actor_id", nullable=False),
        code("actor_role"),
        code("authority_kind"),
        uuid("correlation_id", nullable=False),
        json_text("subjects"),
        flag("sample"),
    ],
    sub=[key_number("position")],
    preload="none",
    indexes=[("tenant_id", "position")],
)
"""`stream` is the kind of stream ("plan"); `subjects` the ids that the event names, as a JSON object by field."""

TABLES: Final = (TIMELINE,)


class _Actor(msgspec.Struct, frozen=True, gc=False):
    id: UUID
    role: str


class _Authority(msgspec.Struct, frozen=True, gc=False):
    kind: str


class _Header(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the timeline shows of an event; reading no more than that halves the cost of a rebuild."""

    effective_on: date
    actor: _Actor
    authority: _Authority
    correlation_id: UUID
    sample: bool = False
    data: Any
    """Has at least the ids that the event names."""


def _id_fields(cls: type[Event]) -> dict[str, Any]:
    """The fields of an event that hold an id, as texts that may be absent or not."""
    return {
        name: str | None if type(None) in get_args(hint) else str
        for name, hint in get_type_hints(cls).items()
        # A list of ids names no one subject.
        if any(getattr(part, "__supertype__", part) is UUID for part in get_args(hint) or (hint,))
        and get_origin(hint) is not tuple
    }


class _Reading(NamedTuple):
    """How a type of event is read."""

    stream: str
    ids: type[msgspec.Struct]
    """Only the ids of its data."""
    always: bool
    """Whether all of these are there whenever they are read, so that they are encoded as they are."""
    read: Callable[[bytes], Any]
    """Reads the header of an event of the present schema, and only the ids of its data."""


class _Readings(dict[str, _Reading]):
    """By the type of the event. Each is made when its type first comes."""

    def __missing__(self, type_: str) -> _Reading:
        cls = _RELEASED[type_]
        fields = _id_fields(cls)
        ids = msgspec.defstruct(f"{cls.__name__}Ids", fields.items(), frozen=True, gc=False)
        line = msgspec.defstruct(
            f"{cls.__name__}Line",
            [("schema", Literal[cls.SCHEMA]), ("data", ids)],
            bases=(_Header,),
            kw_only=True,
            gc=False,
        )
        always = str | None not in fields.values()
        made = self[type_] = _Reading(type_.partition(".")[0], ids, always, reader(line))
        return made


_encode = msgspec.json.Encoder().encode
_read_any = reader(_Header)
_RELEASED: Final = {cls.TYPE: cls for cls in events.ALL}
_READINGS: Final = _Readings()


def _read(row: Row) -> tuple[Row, _Header]:
    try:
        return row, _READINGS[row.type].read(row.state)
    except msgspec.ValidationError:
        # An older shape may have had other fields, so it is read in full.
        header = _read_any(row.state)
        return row, msgspec.structs.replace(header, data=decode(row.state)[1])


def _line(work: Work, read: tuple[Row, _Header]) -> None:
    row, header = read
    type_, data = row.type, header.data
    stream, ids, always, _ = _READINGS[type_]
    subjects = _encode(data).decode() if always and type(data) is ids else _subjects(ids, data)
    actor = header.actor
    work.plain(TIMELINE).add_row(
        [
            work.tenant_id,
            row.stream_id,
            row.position,
            row.version,
            stream,
            type_,
            header.effective_on,
            row.recorded_at,
            actor.id,
            actor.role,
            header.authority.kind,
            header.correlation_id,
            subjects,
            header.sample,
            NEW,
        ]
    )


def _subjects(ids: type[msgspec.Struct], data: Any) -> str:
    """The ids that are there."""
    found = {name: value for name in ids.__struct_fields__ if (value := getattr(data, name)) is not None}
    return _encode(found).decode()


TIMELINES: Final = Projection("timeline", TABLES, dict.fromkeys(events.ALL, _line), read=_read)

LINES_MAX: Final = 200


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One event. `subjects` are the ids that it names, by field."""

    position: int
    stream_id: UUID
    stream: str
    version: int
    type: str
    effective_on: date
    recorded_at: datetime
    actor_id: UUID
    actor_role: str
    authority_kind: str
    subjects: dict[str, UUID]
    sample: bool


_subjects_of = msgspec.json.Decoder(dict[str, UUID]).decode


def lines(
    tenant_id: TenantId, *, before: int | None = None, limit: int = 50, stream_id: UUID | None = None
) -> Query[Line]:
    """What happened, the latest first; `before` is the position of the last line of the page before."""
    columns = TIMELINE.c
    statement = (
        select(TIMELINE)
        .where(columns.tenant_id == tenant_id)
        .order_by(columns.position.desc())
        .limit(min(limit, LINES_MAX))
    )
    if before is not None:
        statement = statement.where(columns.position < before)
    if stream_id is not None:
        statement = statement.where(columns.entity_id == stream_id)
    return Query(statement, _line_of)


def _line_of(row: Columns) -> Line:
    same = {name: row[name] for name in Line.__struct_fields__ if name not in ("stream_id", "subjects")}
    return Line(stream_id=row["entity_id"], subjects=_subjects_of(row["subjects"]), **same)
