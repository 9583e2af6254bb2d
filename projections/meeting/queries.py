"""Asking about meetings, their motions and who was there."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import select

from domain.ids import MeetingId, TenantId
from domain.meeting.events import AgendaItem
from domain.values import LocalizedText
from domain.verdict import MajorityVerdict, QuorumVerdict
from projections.meeting.tables import MEETING, MOTION, MOTION_PERSON, MOVEMENT, QUORUM
from projections.query import AsOf, Columns, Query, fact_columns, holds, localized_of, recorded_by, text_of


class MeetingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting as it stood."""

    meeting_id: UUID
    committee_id: UUID
    kind: str
    title: LocalizedText | None
    holds_on: date
    starts_at: datetime | None
    second_call_of: UUID | None
    status: str
    agenda: tuple[AgendaItem, ...]
    minutes: str
    minutes_revision: int
    sample: bool
    audience: str


class MovementRow(msgspec.Struct, frozen=True, kw_only=True):
    position: int
    line: int
    person_id: UUID
    movement: str
    at: datetime | None


class QuorumRow(msgspec.Struct, frozen=True, kw_only=True):
    position: int
    at: datetime | None
    verdict: QuorumVerdict


class MotionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A motion as it stood, with the verdicts as judged then."""

    motion_id: UUID
    rank: int
    kind: str
    title: LocalizedText
    ballot: str | None
    in_favour: int | None
    against: int | None
    abstentions: int | None
    status: str
    method: str | None
    decided_version: int | None
    quorum: QuorumVerdict | None
    majority: MajorityVerdict | None
    breaches: tuple[str, ...]
    sample: bool
    audience: str


class MotionPersonRow(msgspec.Struct, frozen=True, kw_only=True):
    motion_id: UUID
    person_id: UUID
    voted: bool
    choice: str | None
    recused: bool
    objected: bool
    dissented: bool


_agenda = msgspec.json.Decoder(tuple[AgendaItem, ...]).decode
_quorum = msgspec.json.Decoder(QuorumVerdict).decode
_majority = msgspec.json.Decoder(MajorityVerdict).decode
_breaches = msgspec.json.Decoder(tuple[str, ...]).decode


def meetings(tenant_id: TenantId, as_of: AsOf) -> Query[MeetingRow]:
    """The meetings of a body that were convened, by the day on which they are held."""
    statement = (
        select(*fact_columns(MEETING))
        .where(MEETING.c.tenant_id == tenant_id, *holds(MEETING, as_of))
        .order_by(MEETING.c.holds_on, MEETING.c.entity_id)
    )
    return Query(statement, _meeting)


def meeting(tenant_id: TenantId, meeting_id: MeetingId, as_of: AsOf) -> Query[MeetingRow]:
    query = meetings(tenant_id, as_of)
    return Query(query.select.where(MEETING.c.entity_id == meeting_id), query.into)


def movements(tenant_id: TenantId, meeting_id: MeetingId, as_of: AsOf) -> Query[MovementRow]:
    """Who came and went, in the order of recording."""
    statement = (
        select(MOVEMENT)
        .where(
            MOVEMENT.c.tenant_id == tenant_id,
            MOVEMENT.c.entity_id == meeting_id,
            MOVEMENT.c.effective_on <= as_of.on,
            *recorded_by(MOVEMENT, as_of),
        )
        .order_by(MOVEMENT.c.position, MOVEMENT.c.line)
    )
    return Query(statement, _movement)


def quorums(tenant_id: TenantId, meeting_id: MeetingId, as_of: AsOf) -> Query[QuorumRow]:
    """The quorum after each time that people came or went, in the order of recording."""
    statement = (
        select(QUORUM)
        .where(
            QUORUM.c.tenant_id == tenant_id,
            QUORUM.c.entity_id == meeting_id,
            QUORUM.c.effective_on <= as_of.on,
            *recorded_by(QUORUM, as_of),
        )
        .order_by(QUORUM.c.position)
    )
    return Query(statement, _quorum_row)


def motions(tenant_id: TenantId, meeting_id: MeetingId, as_of: AsOf) -> Query[MotionRow]:
    """The motions of a meeting in the order in which they were put."""
    statement = (
        select(*fact_columns(MOTION))
        .where(MOTION.c.tenant_id == tenant_id, MOTION.c.entity_id == meeting_id, *holds(MOTION, as_of))
        .order_by(MOTION.c.rank, MOTION.c.motion_id)
    )
    return Query(statement, _motion)


def motion_people(tenant_id: TenantId, meeting_id: MeetingId, as_of: AsOf) -> Query[MotionPersonRow]:
    """What people did about the motions of a meeting; a secret ballot tells that they voted and no more."""
    statement = (
        select(*fact_columns(MOTION_PERSON))
        .where(
            MOTION_PERSON.c.tenant_id == tenant_id,
            MOTION_PERSON.c.entity_id == meeting_id,
            *holds(MOTION_PERSON, as_of),
        )
        .order_by(MOTION_PERSON.c.motion_id, MOTION_PERSON.c.person_id)
    )
    return Query(statement, _motion_person)


def _meeting(row: Columns) -> MeetingRow:
    return MeetingRow(
        meeting_id=row["entity_id"],
        title=localized_of(row, "title"),
        agenda=_agenda(row["agenda"]),
        **{
            name: row[name]
            for name in MeetingRow.__struct_fields__
            if name not in ("meeting_id", "title", "agenda")
        },
    )


def _movement(row: Columns) -> MovementRow:
    return MovementRow(**{name: row[name] for name in MovementRow.__struct_fields__})


def _quorum_row(row: Columns) -> QuorumRow:
    return QuorumRow(position=row["position"], at=row["at"], verdict=_quorum(row["verdict"]))


def _motion(row: Columns) -> MotionRow:
    said = ("title", "quorum", "majority", "breaches")
    return MotionRow(
        title=text_of(row, "title"),
        quorum=None if row["quorum"] is None else _quorum(row["quorum"]),
        majority=None if row["majority"] is None else _majority(row["majority"]),
        breaches=_breaches(row["breaches"]),
        **{name: row[name] for name in MotionRow.__struct_fields__ if name not in said},
    )


def _motion_person(row: Columns) -> MotionPersonRow:
    return MotionPersonRow(**{name: row[name] for name in MotionPersonRow.__struct_fields__})
