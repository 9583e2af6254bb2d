"""Meetings: who was there, what was put and how it ended. People are pseudonyms that mean somebody in one log."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy import Table
from sqlalchemy.sql.elements import ColumnElement

from projections.meeting.tables import MEETING, MOTION, MOTION_PERSON, MOVEMENT, QUORUM
from readapi import columns, text, verdict
from readapi.asof import AsOf, echo, happened, held
from readapi.codes import Language
from readapi.columns import Group, backed, column, hidden, reads
from readapi.committee import COMMITTEE_BY_ID, Committee
from readapi.fields import derived, sized
from readapi.figures import Citation
from readapi.governance_codes import MotionKind
from readapi.meeting_codes import (
    BallotKind,
    MeetingKind,
    MeetingMode,
    MeetingStatus,
    MinutesStatus,
    MotionMethod,
    MotionStatus,
    MovementKind,
    Presence,
    VoteChoice,
)
from readapi.paging import Listing
from readapi.reading import Info, Place, Reading, in_any
from readapi.relations import Related, one, the
from readapi.text import LocalizedText
from readapi.verdict import MajorityVerdict, QuorumVerdict

PARTS = 30
"""Counted for what a meeting is made of, which is not paged."""
PEOPLE = 15
"""Counted for the people who did something about one motion."""


@strawberry.type(description="A point of an agenda.")
class AgendaItem:
    id: UUID = strawberry.field(description="Its id, which motions name.")
    title: LocalizedText | None = strawberry.field(description="What it is about.")


@strawberry.type(description="Where the minutes stand. Their text is kept sealed and is not shown here.")
class Minutes:
    status: MinutesStatus = strawberry.field(description="How far they are.")
    revision: int = strawberry.field(description="The latest revision; 0 before the first.")
    languages: list[Language] = strawberry.field(description="The languages of the latest revision.")
    adopted_at_id: UUID | None = strawberry.field(description="The later meeting that adopted them.")


def _agenda(items: Sequence[Mapping[str, Any]]) -> list[AgendaItem]:
    return [AgendaItem(id=UUID(item["item_id"]), title=text.from_json(item["title"])) for item in items]


def _minutes(cells: Sequence[Any]) -> Minutes:
    status, revision, languages, adopted_at = cells
    return Minutes(
        status=MinutesStatus(status),
        revision=revision,
        languages=[Language(language) for language in languages.split(",") if language],
        adopted_at_id=adopted_at,
    )


@backed(MOVEMENT)
@strawberry.type(description="Somebody came or went.")
class Movement:
    person_id: UUID = column(MOVEMENT.c.person_id, "Who: a pseudonym that means somebody in this log only.")
    movement: MovementKind = column(MOVEMENT.c.movement, "Whether they came or went.")
    at: datetime | None = column(MOVEMENT.c.at, "When; null where nobody noted it: after what was noted before.")
    by: Presence | None = column(MOVEMENT.c.by, "How they took part.")
    sample: bool = column(MOVEMENT.c.sample, "Whether it is sample data.")


@backed(QUORUM)
@strawberry.type(description="The quorum at a moment of a meeting, after people came or went.")
class QuorumMoment:
    at: datetime | None = column(QUORUM.c.at, "When, where it was noted.")
    reached: bool = column(QUORUM.c.reached, "Whether there was a quorum then.")
    verdict: QuorumVerdict = column(columns.json(QUORUM.c.verdict, verdict.quorum), "The arithmetic.")
    sample: bool = column(QUORUM.c.sample, "Whether it is sample data.")


@backed(MOTION_PERSON)
@strawberry.type(description="What somebody did about a motion.")
class MotionPerson:
    person_id: UUID = column(MOTION_PERSON.c.person_id, "Who: a pseudonym that means somebody in this log only.")
    voted: bool = column(MOTION_PERSON.c.voted, "Whether they are known to have voted.")
    choice: VoteChoice | None = column(
        MOTION_PERSON.c.choice, "What they voted; null in a secret ballot, of which nobody can learn it."
    )
    recused: bool = column(MOTION_PERSON.c.recused, "Whether they withdrew from it.")
    objected: bool = column(MOTION_PERSON.c.objected, "Whether they stood against consensus.")
    dissented: bool = column(MOTION_PERSON.c.dissented, "Whether they had their disagreement noted.")
    sample: bool = column(MOTION_PERSON.c.sample, "Whether it is sample data.")


_O = MOTION.c


@backed(MOTION)
@strawberry.type(description="A motion, with the arithmetic as it was judged when it was decided.")
class Motion:
    id: UUID = column(_O.motion_id, "Its permanent id.")
    rank: int = column(_O.rank, "Its place among the motions of the meeting, from 1.")
    kind: MotionKind = column(_O.kind, "What it is about.")
    title: LocalizedText | None = column(columns.localized(MOTION, "title"), "What it proposes, in short.")
    moved_by: UUID | None = column(_O.moved_by, "Who moved it.")
    seconded_by: UUID | None = column(_O.seconded_by, "Who seconded it.")
    item_id: UUID | None = column(_O.item_id, "The point of the agenda that it belongs to.")
    ballot: BallotKind | None = column(_O.ballot, "How the members were asked; null while they were not.")
    in_favour: int | None = column(_O.in_favour, "Votes in favour.")
    against: int | None = column(_O.against, "Votes against; by consensus, objections.")
    abstentions: int | None = column(_O.abstentions, "Abstentions.")
    status: MotionStatus = column(_O.status, "How it ended, if it did.")
    method: MotionMethod | None = column(_O.method, "How it was decided.")
    decided_at: datetime | None = column(_O.decided_at, "The moment of its decision, where it was noted.")
    decided_on: date | None = column(_O.decided_on, "The day of its decision.")
    quorum: QuorumVerdict | None = column(
        columns.json(_O.quorum, verdict.quorum), "The quorum; null where none could be worked out."
    )
    majority: MajorityVerdict | None = column(
        columns.json(_O.majority, verdict.majority), "The majority or consensus; null where there is no count."
    )
    breaches: list[str] = column(
        columns.json(_O.breaches, list),
        "Codes of the rules that it broke, where it was recorded from a document; see `docs/errors.md`.",
    )
    sample: bool = column(_O.sample, "Whether it is sample data.")
    meeting_id: strawberry.Private[UUID] = hidden(_O.entity_id)
    place: strawberry.Private[Place]

    @sized(PEOPLE, "What people did about it; empty for readers from outside.")
    async def people(self, info: Info) -> list[MotionPerson]:
        key = MotionKey(self.place, self.meeting_id, self.id)
        return await info.context.loader(_load_people).load(key)


_M = MEETING.c


@backed(MEETING)
@strawberry.type(description="A meeting of a committee.")
class Meeting:
    id: UUID = column(_M.entity_id, "Its permanent id.")
    committee_id: UUID = column(_M.committee_id, "The id of the committee that meets.")
    kind: MeetingKind = column(_M.kind, "What kind of meeting it is.")
    title: LocalizedText | None = column(columns.localized(MEETING, "title"), "Its title, if it has one.")
    holds_on: date = column(_M.holds_on, "The day on which it is held, in its time zone.")
    starts_at: datetime | None = column(_M.starts_at, "When it begins, where that is known.")
    time_zone: str = column(_M.time_zone, "Its zone in the IANA database.")
    venue: LocalizedText | None = column(columns.localized(MEETING, "place"), "Where it is held.")
    mode: MeetingMode | None = column(_M.mode, "How people meet, where that is known.")
    cause: Citation | None = column(columns.citation(MEETING, "cause"), "What it was called about.")
    status: MeetingStatus = column(_M.status, "How far it is.")
    closed_at: datetime | None = column(_M.closed_at, "When it ended, where that was noted.")
    closing_quorum: QuorumVerdict | None = column(
        columns.json(_M.closing_quorum, verdict.quorum), "The quorum when it ended."
    )
    agenda: list[AgendaItem] = column(columns.json(_M.agenda, _agenda), "Its agenda.")
    minutes: Minutes = column(
        Group((_M.minutes, _M.minutes_revision, _M.minutes_languages, _M.minutes_adopted_at), _minutes),
        "Where its minutes stand.",
    )
    sample: bool = column(_M.sample, "Whether it is sample data.")
    second_call_of_id: strawberry.Private[UUID | None] = hidden(_M.second_call_of)
    place: strawberry.Private[Place]

    @derived("The clocks that the meeting was read with.")
    def as_of(self) -> AsOf:
        return echo(self.place.clock)

    @the(COMMITTEE_BY_ID, of=_M.committee_id, description="The committee that meets, where the reader may see it.")
    async def committee(self, info: Info) -> Committee | None:
        return await one(info.context, COMMITTEE_BY_ID, self.place, self.committee_id)

    @sized(
        1,
        "The meeting that had no quorum, in whose place this one was called.",
        lambda at: MEETING_BY_ID.rows(at, at.own(_M.second_call_of), single=True),
    )
    async def second_call_of(self, info: Info) -> "Meeting | None":
        return await one(info.context, MEETING_BY_ID, self.place, self.second_call_of_id)

    @sized(PARTS, "Who came and went, in the order of recording; empty for readers from outside.")
    async def attendance(self, info: Info) -> list[Movement]:
        return await info.context.loader(_load_movements).load(MeetingKey(self.place, self.id))

    @sized(PARTS, "The quorum each time that people came or went: how it was reached, and lost.")
    async def quorum(self, info: Info) -> list[QuorumMoment]:
        return await info.context.loader(_load_quorums).load(MeetingKey(self.place, self.id))

    @sized(PARTS, "Its motions, in the order in which they were put.")
    async def motions(self, info: Info) -> list[Motion]:
        return await info.context.loader(_load_motions).load(MeetingKey(self.place, self.id))


MEETING_BY_ID: Final[Related[Meeting]] = Related(reads(Meeting), by=_M.entity_id)


@dataclass(frozen=True, slots=True)
class MeetingKey:
    """One meeting as of a clock, seen from one scope."""

    place: Place
    meeting_id: UUID


@dataclass(frozen=True, slots=True)
class MotionKey:
    """One motion of a meeting."""

    place: Place
    meeting_id: UUID
    motion_id: UUID


async def _load_motions(reading: Reading, keys: list[MeetingKey]) -> Sequence[list[Motion]]:
    return await _load_parts(reading, keys, Motion, held_by=MOTION, order=(_O.rank, _O.motion_id), placed=True)


async def load_one_motion(reading: Reading, keys: list[MotionKey]) -> Sequence[Motion | None]:
    """Motions by id, where the viewer may see them."""
    meetings = list(dict.fromkeys(MeetingKey(key.place, key.meeting_id) for key in keys))
    parts = dict(zip(meetings, await _load_motions(reading, meetings), strict=True))
    return [
        next((one for one in parts[MeetingKey(key.place, key.meeting_id)] if one.id == key.motion_id), None)
        for key in keys
    ]


async def _load_movements(reading: Reading, keys: list[MeetingKey]) -> Sequence[list[Movement]]:
    order = (MOVEMENT.c.position, MOVEMENT.c.line)
    return await _load_parts(reading, keys, Movement, held_by=None, order=order)


async def _load_quorums(reading: Reading, keys: list[MeetingKey]) -> Sequence[list[QuorumMoment]]:
    return await _load_parts(reading, keys, QuorumMoment, held_by=None, order=(QUORUM.c.position,))


async def _load_parts(
    reading: Reading,
    keys: list[MeetingKey],
    cls: type[Any],
    *,
    held_by: Table | None,
    order: tuple[ColumnElement[Any], ...],
    placed: bool = False,
) -> Sequence[list[Any]]:
    """What belongs to meetings, by meeting."""
    reader = reads(cls)
    table = reader.table
    found: dict[MeetingKey, list[Any]] = {key: [] for key in keys}
    for place in dict.fromkeys(key.place for key in keys):
        clock = happened(table, place.clock, on="effective_on") if held_by is None else held(held_by, place.clock)
        statement = (
            reader.select(table.c.entity_id)
            .where(
                table.c.tenant_id == place.body,
                in_any(table.c.entity_id, [key.meeting_id for key in found if key.place == place]),
                *clock,
                reading.visible(table, place.scope),
            )
            .order_by(table.c.entity_id, *order)
        )
        for row in await reading.rows(place.scope, statement):
            one = reader.make(row, place=place) if placed else reader.make(row)
            found[MeetingKey(place, row[-1])].append(one)
    return [found[key] for key in keys]


async def _load_people(reading: Reading, keys: list[MotionKey]) -> Sequence[list[MotionPerson]]:
    """What people did about motions, by motion."""
    reader, table = reads(MotionPerson), MOTION_PERSON.c
    found: dict[MotionKey, list[MotionPerson]] = {key: [] for key in keys}
    for place in dict.fromkeys(key.place for key in keys):
        meetings = list(dict.fromkeys(key.meeting_id for key in keys if key.place == place))
        statement = (
            reader.select(table.entity_id, table.motion_id)
            .where(
                table.tenant_id == place.body,
                in_any(table.entity_id, meetings),
                *held(MOTION_PERSON, place.clock),
                reading.visible(MOTION_PERSON, place.scope),
            )
            .order_by(table.entity_id, table.motion_id, table.person_id)
        )
        for row in await reading.rows(place.scope, statement):
            found.setdefault(MotionKey(place, row[-2], row[-1]), []).append(reader.make(row))
    return [found[key] for key in keys]


def _where(place: Place, arguments: Hashable) -> list[ColumnElement[bool]]:
    conditions = held(MEETING, place.clock)
    if arguments is not None:
        conditions.append(_M.committee_id == arguments)
    return conditions


MEETINGS: Listing[Meeting] = Listing("meetings", reads(Meeting), (_M.holds_on, _M.entity_id), _where)
