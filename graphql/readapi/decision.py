"""Decisions: how they were taken, by what arithmetic, whether they hold, and what they allowed or caused."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from domain.decision.state import Decision as State
from domain.ids import DecisionId
from projections.decision.tables import ANSWER, DECISION
from readapi import columns, text, verdict
from readapi.asof import AsOf, echo, happened, held
from readapi.authority import Authority, authority
from readapi.columns import Group, backed, column, hidden, reads
from readapi.committee import COMMITTEE_BY_ID, Committee
from readapi.fields import derived, sized
from readapi.governance_codes import MotionKind
from readapi.meeting import MEETING_BY_ID, Meeting, Motion, MotionKey, load_one_motion
from readapi.meeting_codes import DecisionAnswer, DecisionMethod, DecisionStanding, DecisionStatus
from readapi.paging import Listing
from readapi.reading import Info, Place, Reading, in_any
from readapi.relations import Related, one, the
from readapi.text import LocalizedText
from readapi.verdict import MajorityVerdict, QuorumVerdict

if TYPE_CHECKING:
    from readapi.act import Act

ANSWERS = 20
"""Counted for the members who answered between meetings."""
CAUSED = 50
"""Counted for what a decision allowed or caused."""


@strawberry.type(description="What an office approved, and by which instrument of its own.")
class Instrument:
    office: LocalizedText = strawberry.field(description="The office.")
    number: str | None = strawberry.field(description="The instrument's number.")
    dated: date | None = strawberry.field(description="The instrument's date.")


@strawberry.type(description="The approval of a decision by an office outside the committee.")
class Ratification:
    on: date = strawberry.field(description="The day from which it is ratified.")
    by: Instrument = strawberry.field(description="By whom, and by which instrument.")


def _instrument(cells: Sequence[Any]) -> Instrument | None:
    *office, number, dated = cells
    said = text.localized(office)
    return None if said is None else Instrument(office=said, number=number, dated=dated)


def _ratification(cells: Sequence[Any]) -> Ratification | None:
    on, *rest = cells
    by = _instrument(rest)
    return None if on is None or by is None else Ratification(on=on, by=by)


_D = DECISION.c


def _localized(name: str) -> tuple[Any, ...]:
    return tuple(_D[f"{name}_{part}"] for part in ("en", "fr", "source", "unofficial"))


@backed(ANSWER)
@strawberry.type(description="What a member answered between meetings.")
class Answer:
    person_id: UUID = column(ANSWER.c.person_id, "Who: a pseudonym that means somebody in this log only.")
    answer: DecisionAnswer = column(ANSWER.c.answer, "What they answered.")
    sample: bool = column(ANSWER.c.sample, "Whether it is sample data.")


@backed(DECISION)
@strawberry.type(
    description=(
        "A decision of a committee, or of an office, with the arithmetic as it was judged then, what allowed it "
        "and what it caused."
    )
)
class Decision:
    id: UUID = column(_D.entity_id, "Its permanent id.")
    year: int = column(_D.year, "The year of its number.")
    number: int = column(_D.number, "Its number within the committee and the year.")
    method: DecisionMethod = column(_D.method, "How it was taken.")
    title: LocalizedText | None = column(columns.localized(DECISION, "title"), "What it says, in short.")
    motion_kind: MotionKind | None = column(_D.motion_kind, "What it is about, which decides the majority.")
    quorum: QuorumVerdict | None = column(
        columns.json(_D.quorum, verdict.quorum), "The quorum; null where none is asked for or can be worked out."
    )
    majority: MajorityVerdict | None = column(
        columns.json(_D.majority, verdict.majority), "The majority or consensus; null where there is no count."
    )
    approved_by: Instrument | None = column(
        Group((*_localized("office"), _D.instrument_number, _D.instrument_dated), _instrument),
        "The office that took it, and its instrument.",
    )
    opened_on: date | None = column(_D.opened_on, "The day on which members were asked between meetings.")
    made_on: date = column(_D.made_on, "The day on which it was taken.")
    holds_from: date = column(_D.holds_from, "The day from which it holds.")
    holds_until: date | None = column(_D.holds_until, "The last day on which it holds; null: until it is ended.")
    to_be_ratified_by: LocalizedText | None = column(
        columns.localized(DECISION, "ratifier"), "The office that must ratify it before it holds."
    )
    ratification: Ratification | None = column(
        Group(
            (
                _D.ratified_on,
                *_localized("ratified_office"),
                _D.ratified_number,
                _D.ratified_dated,
            ),
            _ratification,
        ),
        "Its ratification.",
    )
    status: DecisionStatus = column(_D.status, "Whether somebody ended it.")
    ended_on: date | None = column(_D.ended_on, "The day from which it holds no more.")
    authority: Authority = column(authority(DECISION), "By what right it was recorded, beside its own arithmetic.")
    breaches: list[str] = column(
        columns.json(_D.breaches, list),
        "Codes of the rules that it broke, where it was recorded from a document; see `docs/errors.md`.",
    )
    sample: bool = column(_D.sample, "Whether it is sample data.")
    committee_id: strawberry.Private[UUID | None] = hidden(_D.committee_id)
    meeting_id: strawberry.Private[UUID | None] = hidden(_D.meeting_id)
    motion_id: strawberry.Private[UUID | None] = hidden(_D.motion_id)
    superseded_by_id: strawberry.Private[UUID | None] = hidden(_D.superseded_by)
    place: strawberry.Private[Place]

    def __post_init__(self) -> None:
        self.authority = self.authority.at(self.place)

    @derived("The clocks that the decision was read with.")
    def as_of(self) -> AsOf:
        return echo(self.place.clock)

    @derived("Whether it holds on the day of the question, and if not, why not.")
    def standing(self) -> DecisionStanding:
        ended = self.ended_on
        state = State(
            made_on=self.made_on,
            holds_from=self.holds_from,
            holds_until=self.holds_until,
            needs_ratification=self.to_be_ratified_by is not None,
            ratified_on=None if self.ratification is None else self.ratification.on,
            rescinded_on=ended if self.status is DecisionStatus.RESCINDED else None,
            superseded_on=ended if self.status is DecisionStatus.SUPERSEDED else None,
            superseded_by=None if self.superseded_by_id is None else DecisionId(self.superseded_by_id),
        )
        return DecisionStanding(state.standing_on(self.place.clock.effective))

    @the(
        COMMITTEE_BY_ID,
        of=_D.committee_id,
        description="The committee that decided, where the reader may see it; null where an office did.",
    )
    async def committee(self, info: Info) -> Committee | None:
        return await one(info.context, COMMITTEE_BY_ID, self.place, self.committee_id)

    @the(MEETING_BY_ID, of=_D.meeting_id, description="The meeting that decided, where the reader may see it.")
    async def meeting(self, info: Info) -> Meeting | None:
        return await one(info.context, MEETING_BY_ID, self.place, self.meeting_id)

    @sized(1, "The motion that the meeting carried, where the reader may see it.")
    async def motion(self, info: Info) -> Motion | None:
        if self.meeting_id is None or self.motion_id is None:
            return None
        key = MotionKey(self.place, self.meeting_id, self.motion_id)
        return await info.context.loader(load_one_motion).load(key)

    @sized(
        1,
        "The decision that took its place, where the reader may see it.",
        lambda at: DECISION_BY_ID.rows(at, at.own(_D.superseded_by), single=True),
    )
    async def superseded_by(self, info: Info) -> "Decision | None":
        return await one(info.context, DECISION_BY_ID, self.place, self.superseded_by_id)

    @sized(ANSWERS, "What members answered between meetings; empty for readers from outside.")
    async def answers(self, info: Info) -> list[Answer]:
        return await info.context.loader(_load_answers).load(DecisionKey(self.place, self.id))

    @sized(
        CAUSED,
        "Every event of its own body that it allowed or caused, oldest first; empty for readers from outside.",
    )
    async def caused(self, info: Info) -> list[Annotated["Act", strawberry.lazy("readapi.act")]]:
        from readapi.act import load_caused

        if not self.place.member:
            return []
        return await info.context.loader(load_caused).load(DecisionKey(self.place, self.id))


DECISION_BY_ID: Final[Related[Decision]] = Related(reads(Decision), by=_D.entity_id)


@dataclass(frozen=True, slots=True)
class DecisionKey:
    """One decision as of a clock, seen from one scope."""

    place: Place
    decision_id: UUID


async def _load_answers(reading: Reading, keys: list[DecisionKey]) -> Sequence[list[Answer]]:
    reader = reads(Answer)
    found: dict[DecisionKey, list[Answer]] = {key: [] for key in keys}
    for place in dict.fromkeys(key.place for key in keys):
        statement = (
            reader.select(ANSWER.c.entity_id)
            .where(
                ANSWER.c.tenant_id == place.body,
                in_any(ANSWER.c.entity_id, [key.decision_id for key in found if key.place == place]),
                *happened(ANSWER, place.clock, on="effective_on"),
                reading.visible(ANSWER, place.scope),
            )
            .order_by(ANSWER.c.entity_id, ANSWER.c.person_id)
        )
        for row in await reading.rows(place.scope, statement):
            found[DecisionKey(place, row[-1])].append(reader.make(row))
    return [found[key] for key in keys]


def _where(place: Place, arguments: Hashable) -> list[ColumnElement[bool]]:
    assert isinstance(arguments, tuple)
    committee, year = arguments
    conditions = held(DECISION, place.clock)
    if committee is not None:
        conditions.append(_D.committee_id == committee)
    if year is not None:
        conditions.append(_D.year == year)
    return conditions


DECISIONS: Listing[Decision] = Listing(
    "decisions", reads(Decision), (_D.year, _D.number, _D.entity_id), _where, descending=True
)
