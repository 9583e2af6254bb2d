"""Exceptions of a body: every kind together, the latest first, each with its events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast
from uuid import UUID

import strawberry
from sqlalchemy import Column, Date, Select, Table, Text, and_, false, or_, tuple_
from sqlalchemy.sql.elements import ColumnElement

from domain.exceptions import KINDS, TITLES, Kind
from projections.timeline import TIMELINE
from readapi.asof import Clock, happened
from readapi.columns import reads
from readapi.exceptions.alignment import ALIGNMENTS_WITHDRAWN
from readapi.exceptions.cadence import CADENCES_NOT_KEPT
from readapi.exceptions.found import ELSEWHERE, EVERYBODYS, Evidence, Found, Ground, Named, Read, Search, one_of
from readapi.exceptions.quorum import DECISIONS_WITHOUT_QUORUM
from readapi.exceptions.revision import REVISIONS_WITHOUT_AUTHORITY
from readapi.exceptions.submission import APPROVALS_BY_SUBMITTER, LATE_SUBMISSIONS, VALUES_CHANGED
from readapi.exceptions.target import ORPHAN_TARGETS
from readapi.fields import sized
from readapi.governance_codes import ExceptionKind
from readapi.paging import Page, bounded, decode_cursor, paged
from readapi.reading import Info, Place, Reading
from readapi.shapes import Absent, At, Facts, Gathered
from readapi.shapes import Found as Rows
from readapi.text import LocalizedText
from readapi.text import of as text_of
from readapi.timeline import TimelineEntry

SEARCHES: Final[dict[Kind, Search]] = {
    "revision_without_authority": REVISIONS_WITHOUT_AUTHORITY,
    "decision_without_quorum": DECISIONS_WITHOUT_QUORUM,
    "approval_by_submitter": APPROVALS_BY_SUBMITTER,
    "value_changed_after_publication": VALUES_CHANGED,
    "late_submission": LATE_SUBMISSIONS,
    "orphan_target": ORPHAN_TARGETS,
    "broken_cadence": CADENCES_NOT_KEPT,
    "alignment_withdrawn_after_use": ALIGNMENTS_WITHDRAWN,
}
EVENTS = 20
"""Counted for the events of an exception, which are few and not paged."""
_NAME: Final = "exceptions"
_LINES: Final = "lines"
_ORDER: Final = (Column("on", Date), Column("kind", Text), Column("record", Text))


@strawberry.type(
    description=(
        "Something that departs from a rule that one would expect to be kept. It judges nobody: it says what was "
        "found, by which events."
    )
)
class AuditException:
    kind: ExceptionKind = strawberry.field(description="What kind of exception it is.")
    title: LocalizedText = strawberry.field(description="The kind, in words.")
    on: date = strawberry.field(description="The day on which it came about.")
    words: LocalizedText = strawberry.field(description="What was found, in words.")
    stream: str = strawberry.field(description="What kind of record it is of, such as `plan`.")
    record_id: UUID = strawberry.field(description="That record.")
    sample: bool = strawberry.field(description="Whether it is of sample data.")
    evidence: strawberry.Private[Evidence]
    place: strawberry.Private[Place]
    gathered: strawberry.Private[list[TimelineEntry] | None] = None

    @sized(EVENTS, "The events that tell of it, in the order of the log.", gathered="gathered")
    async def events(self, info: Info) -> list[TimelineEntry]:
        return await info.context.loader(load_evidence).load(EvidenceKey(self.place, self.evidence))


async def exceptions(
    reading: Reading,
    place: Place,
    *,
    kinds: Sequence[ExceptionKind] | None,
    since: date | None,
    first: int,
    after: str | None,
) -> Page[AuditException]:
    """A page of what is found as of a place's clocks.

    Raises:
        CursorUnknownError: the cursor is none of this list.
        AnswerTooLargeError: more than 1,000 of a kind; a later day to begin with narrows it.
    """
    ground = Ground(
        body=place.body,
        clock=place.clock,
        since=since,
        seen=lambda table: _own(reading, place, table),
        by_all=lambda table: reading.visible(table, None, place.clock),
    )
    reads_: dict[Kind, Read] = {}
    for kind in _chosen(kinds):
        search = SEARCHES[kind]
        read: dict[str, Any] = {}
        for name, select_ in search.parts(ground).selects.items():
            scope = None if name == EVERYBODYS else place.scope
            read[name] = await reading.rows(scope, select_)
        if search.elsewhere is not None:
            read[ELSEWHERE] = await search.elsewhere(reading, place, read)
        reads_[kind] = read
    return _page(_Told(place, since), reads_, first=first, after=after)


def _own(reading: Reading, place: Place, table: Table) -> ColumnElement[bool]:
    if "audience" in table.c:
        return reading.visible(table, place.scope)
    own: ColumnElement[bool] = table.c.tenant_id == place.scope
    return own


def _chosen(kinds: Sequence[ExceptionKind] | None) -> list[Kind]:
    return list(KINDS) if kinds is None else [kind for kind in KINDS if kind in (bounded("kinds", kinds) or ())]


@dataclass(frozen=True, slots=True)
class _Told:
    """Implements `found.Told`."""

    place: Place
    since: date | None

    @property
    def when(self) -> Clock:
        return self.place.clock

    @property
    def body(self) -> UUID:
        return self.place.body


def _page(
    told: _Told,
    read: Mapping[Kind, Read],
    *,
    first: int,
    after: str | None,
    lines: Sequence[TimelineEntry] | None = None,
) -> Page[AuditException]:
    beyond = None if after is None else decode_cursor(_NAME, _ORDER, after)
    every = [one for kind, rows in read.items() for one in SEARCHES[kind].found(told, rows)]
    found = sorted(every, key=lambda one: one.key, reverse=True)
    left = found if beyond is None else [one for one in found if one.key < beyond]

    async def count() -> int:
        return len(found)

    shown = [(_shown(one, told.place, lines), one.key) for one in left[: first + 1]]
    return paged(_NAME, shown, first, count, told.when)


def _shown(one: Found, place: Place, lines: Sequence[TimelineEntry] | None) -> AuditException:
    return AuditException(
        kind=ExceptionKind(one.kind),
        title=text_of(TITLES[one.kind]),
        on=one.on,
        words=text_of(one.words),
        stream=one.stream,
        record_id=one.record_id,
        sample=one.sample,
        evidence=one.evidence,
        place=place,
        gathered=None if lines is None else [line for line in lines if _tells(line, one.evidence)],
    )


def _tells(line: TimelineEntry, evidence: Evidence) -> bool:
    return line.position in evidence.positions or (line.stream_id, line.type) in evidence.of


# --- the same as rows of the operation's one statement


def exceptions_shape(at: At) -> Gathered | Absent:
    """What `Partnership.exceptions` gives, of gathered rows."""
    below = at.as_of()
    if not below.place.member:
        return Absent()
    ground = Ground(
        body=below.own_body(),
        clock=below.place.clock,
        since=below.optional("since", Date),
        seen=below.seen,
        by_all=lambda table: below.seen(table, public=True),
    )
    parts = {kind: SEARCHES[kind].parts(ground) for kind in _chosen(below.given("kinds"))}
    selects = {f"{kind}/{name}": one for kind, of in parts.items() for name, one in of.selects.items()}
    return Gathered(
        below,
        {**selects, _LINES: _lines(ground, [of.events for of in parts.values()])},
        _finish,
        only_for={_LINES: ("nodes", "events")},
    )


def _lines(ground: Ground, named: Sequence[Named]) -> Select[Any]:
    """The lines of the timeline that may tell of what is found."""
    columns = TIMELINE.c
    positions = [one for of in named for one in of.positions]
    records = [pair for of in named for pair in of.records]
    conditions = [
        *(columns.position.in_(one) for one in positions),
        *(and_(columns.entity_id.in_(one), one_of(columns.type, types)) for one, types in records),
    ]
    return (
        reads(TimelineEntry)
        .select()
        .where(
            *(columns.tenant_id == ground.body, ground.seen(TIMELINE)),
            *happened(TIMELINE, ground.clock, on="effective_on"),
            or_(false(), *conditions),
        )
        .order_by(columns.position)
    )


def _finish(facts: Facts, found: Rows) -> Page[AuditException]:
    assert facts.scope is not None
    place = Place(facts.scope, member=True, clock=facts.when)
    reader = reads(TimelineEntry)
    lines = None if _LINES not in found else [reader.make(row, place=place) for row in found[_LINES]]
    read: dict[Kind, dict[str, Any]] = {kind: {} for kind in _chosen(facts.argument("kinds"))}
    for key, rows in found.items():
        kind, _, name = key.partition("/")
        if name:
            read[cast("Kind", kind)][name] = rows
    told = _Told(place, facts.argument("since"))
    return _page(told, read, first=facts.argument("first"), after=facts.argument("after"), lines=lines)


# --- its events, where it is executed


@dataclass(frozen=True, slots=True)
class EvidenceKey:
    """The events of one exception, in one body's log."""

    place: Place
    evidence: Evidence


async def load_evidence(reading: Reading, keys: list[EvidenceKey]) -> Sequence[list[TimelineEntry]]:
    """Lines of the timeline, in the order of the log; those of all exceptions of a page take one statement."""
    reader, columns = reads(TimelineEntry), TIMELINE.c
    found: dict[EvidenceKey, list[TimelineEntry]] = {key: [] for key in keys}
    for place in dict.fromkeys(key.place for key in keys):
        assert place.member, "a table without audience is for members"
        wanted = [key for key in found if key.place == place]
        positions = sorted({position for key in wanted for position in key.evidence.positions})
        named = sorted({one for key in wanted for one in key.evidence.of})
        statement = (
            reader.select()
            .where(
                and_(columns.tenant_id == place.body, *happened(TIMELINE, place.clock, on="effective_on")),
                or_(columns.position.in_(positions), tuple_(columns.entity_id, columns.type).in_(named)),
            )
            .order_by(columns.position)
        )
        for row in await reading.rows(place.scope, statement):
            line = reader.make(row, place=place)
            for key in wanted:
                if _tells(line, key.evidence):
                    found[key].append(line)
    return [found[key] for key in keys]
