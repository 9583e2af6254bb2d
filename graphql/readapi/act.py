"""Acts: events by what right they were recorded, and the way from them to the decision."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import strawberry
from sqlalchemy import or_, select
from sqlalchemy.sql.elements import ColumnElement

from projections.authority import ACT
from readapi import columns
from readapi.asof import happened
from readapi.authority import Authority, authority
from readapi.columns import backed, column, reads
from readapi.decision import DecisionKey
from readapi.meeting_codes import ActFilter
from readapi.paging import Listing
from readapi.reading import Place, Reading, in_any
from readapi.scalars import BigInt

_A = ACT.c


@backed(ACT)
@strawberry.type(
    description="An event with an authority or a cause, without one that is expected, or with a broken rule."
)
class Act:
    position: BigInt = column(_A.position, "Its position in the log, counted from 1.")
    stream_id: UUID = column(_A.entity_id, "The record that it belongs to.")
    version: int = column(_A.version, "The version that it gave the record.")
    stream: str = column(_A.stream, "What kind of record that is, such as `plan`.")
    type: str = column(_A.type, "Its stored name, such as `plan.RevisionAdopted`.")
    effective_on: date = column(_A.effective_on, "The day from which it holds.")
    recorded_at: datetime = column(_A.recorded_at, "When it was recorded.")
    authority: Authority = column(authority(ACT), "By what right.")
    without_authority: bool = column(
        _A.without, "Whether one expects an authority, and none is recorded nor said not to be required."
    )
    breaches: list[str] = column(
        columns.json(_A.breaches, list),
        "Codes of the rules that it broke, where it was recorded from a document; see `docs/errors.md`.",
    )
    sample: bool = column(_A.sample, "Whether it is sample data.")
    place: strawberry.Private[Place]

    def __post_init__(self) -> None:
        self.authority = self.authority.at(self.place)


@dataclass(frozen=True, slots=True)
class EventKey:
    """One event of a body's log."""

    place: Place
    position: int


async def load_acts(reading: Reading, keys: list[EventKey]) -> Sequence[Act | None]:
    """By what right events were recorded; None where they needed none."""
    reader = reads(Act)
    found: dict[EventKey, Act] = {}
    for place in dict.fromkeys(key.place for key in keys):
        assert place.member, "a table without audience is for members"
        positions = [key.position for key in keys if key.place == place]
        statement = reader.select(_A.position).where(_A.tenant_id == place.body, _A.position.in_(positions))
        for row in await reading.rows(place.scope, statement):
            found[EventKey(place, row[-1])] = reader.make(row, place=place)
    return [found.get(key) for key in keys]


async def load_caused(reading: Reading, keys: list[DecisionKey]) -> Sequence[list[Act]]:
    """What decisions allowed or caused in their own body's log, up to the clocks of the question."""
    reader = reads(Act)
    made = ACT.alias("made")
    found: dict[DecisionKey, list[Act]] = {key: [] for key in keys}
    for place in dict.fromkeys(key.place for key in keys):
        assert place.member, "a table without audience is for members"
        ids = [key.decision_id for key in found if key.place == place]
        cause = (
            select(made.c.entity_id)
            .where(
                made.c.tenant_id == place.body,
                made.c.command_id == _A.causation_id,
                made.c.entity_id.in_(ids),
            )
            .limit(1)
            .scalar_subquery()
        )
        statement = (
            reader.select(_A.authority_decision_log, _A.authority_decision_stream, cause)
            .where(
                _A.tenant_id == place.body,
                or_(in_any(_A.authority_decision_stream, ids), cause.is_not(None)),
                *happened(ACT, place.clock, on="effective_on"),
            )
            .order_by(_A.position)
        )
        for row in await reading.rows(place.scope, statement):
            log, stream, caused_by = row[-3:]
            causes = {stream if log == place.body else None, caused_by} & set(ids)
            for decision_id in causes:
                found[DecisionKey(place, decision_id)].append(reader.make(row, place=place))
    return [found[key] for key in keys]


def _where(place: Place, arguments: Hashable) -> list[ColumnElement[bool]]:
    conditions = [_A.tenant_id == place.body, *happened(ACT, place.clock, on="effective_on")]
    match arguments:
        case ActFilter.BY_DECISION:
            conditions.append(_A.authority_kind == "decision")
        case ActFilter.WITHOUT_AUTHORITY:
            conditions.append(_A.without)
        case ActFilter.WITH_BREACH:
            conditions.append(_A.broken)
    return conditions


ACTS: Listing[Act] = Listing("acts", reads(Act), (_A.position,), _where, descending=True)


@dataclass(frozen=True, slots=True)
class RecordKey:
    """One record of a body."""

    place: Place
    stream_id: UUID


async def load_of_records(reading: Reading, keys: list[RecordKey]) -> Sequence[list[Act]]:
    """By what right the events of records were recorded, oldest first; those that needed none are left out."""
    reader = reads(Act)
    found: dict[RecordKey, list[Act]] = {key: [] for key in keys}
    for place in dict.fromkeys(key.place for key in keys):
        assert place.member, "a table without audience is for members"
        statement = (
            reader.select(_A.entity_id)
            .where(
                _A.tenant_id == place.body,
                in_any(_A.entity_id, [key.stream_id for key in found if key.place == place]),
                *happened(ACT, place.clock, on="effective_on"),
            )
            .order_by(_A.position)
        )
        for row in await reading.rows(place.scope, statement):
            found[RecordKey(place, row[-1])].append(reader.make(row, place=place))
    return [found[key] for key in keys]
