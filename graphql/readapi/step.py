"""Steps: a record told event by event, as far as the reader may see it."""

from collections.abc import Hashable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import Select
from sqlalchemy.sql.elements import ColumnElement

from domain import values
from domain.narration import right
from domain.narration.words import Words
from projections.narration import STEP
from readapi import columns, text
from readapi.asof import AsOfInput, happened
from readapi.authority import Authority, authority
from readapi.codes import AuthorityKind
from readapi.columns import Group, backed, column, hidden, reads
from readapi.fields import derived, sized
from readapi.paging import Listing
from readapi.reading import Info, Place, Reading
from readapi.scalars import BigInt
from readapi.text import LocalizedText, named, named_shape

if TYPE_CHECKING:
    from readapi.plan_difference import PlanDifference

_S = STEP.c
DIFFERENCE = 300
"""Counted for a difference, which reads two revisions whole."""
StepsAsOf = Annotated[
    AsOfInput | None, strawberry.argument(description="Its own clocks; absent: those of the record.")
]
StepVersion = Annotated[int, strawberry.argument(description="The version of the step.")]
StepMove = Annotated[
    int, strawberry.argument(description="So many visible steps after it; before it if negative; 0: itself.")
]


@strawberry.type(description="Where a fact was read that was recorded elsewhere before.")
class StepSource:
    title: LocalizedText | None = strawberry.field(description="The document.")
    locator: str | None = strawberry.field(description="The place in it.")


def _source(found: Any) -> StepSource:
    return StepSource(title=text.from_json(found["title"]), locator=found.get("locator"))


@backed(STEP)
@strawberry.type(
    description="One event of a record, told: who, when on both clocks, by what right, and what changed."
)
class Step:
    version: int = column(_S.version, "The version that it gave the record: the number of the step.")
    position: BigInt = column(_S.position, "Its position in the body's log, counted from 1.")
    type: str = column(_S.type, "Its stored name, such as `plan.RevisionAdopted`.")
    effective_on: date = column(_S.effective_on, "The day from which it holds.")
    recorded_at: datetime = column(_S.recorded_at, "When it was recorded.")
    actor_role: str = column(_S.actor_role, "In which role it was recorded.")
    words: LocalizedText = column(
        Group((_S.words_en, _S.words_fr), named, named_shape), "What changed, in sentences of both languages."
    )
    authority: Authority = column(authority(STEP), "By what right.")
    source: StepSource | None = column(
        columns.json(_S.source, _source), "Where it was read; null if recorded live."
    )
    revision: int | None = column(_S.revision, "The revision of the plan that was adopted or published by it.")
    sample: bool = column(_S.sample, "Whether it is sample data.")
    actor: strawberry.Private[UUID] = hidden(_S.actor_id)
    broken: strawberry.Private[list[str]] = hidden(columns.json(_S.breaches, list))
    record_id: strawberry.Private[UUID] = hidden(_S.entity_id)
    place: strawberry.Private[Place]

    def __post_init__(self) -> None:
        self.authority = self.authority.at(self.place)

    @derived("Who recorded it: a pseudonym that means somebody in this log only; null for readers from outside.")
    def actor_id(self) -> UUID | None:
        return self.actor if self.place.member else None

    @derived("Codes of the rules that it broke, where it was read in a document; empty for readers from outside.")
    def breaches(self) -> list[str]:
        return self.broken if self.place.member else []

    @derived("Who recorded it, in words: the role, and for members of the body the pseudonym.")
    def who(self) -> LocalizedText:
        pseudonym = str(self.actor) if self.place.member else None
        return text.worded(*right.who(self.actor_role, pseudonym))

    @sized(1, "By what right, in words; with the arithmetic of the decision where the reader may see it.")
    async def why(self, info: Info) -> LocalizedText:
        return text.worded(*await self._right(info))

    @sized(DIFFERENCE, "What the adoption of a revision changed, element by element; null for every other step.")
    async def difference(
        self, info: Info
    ) -> Annotated["PlanDifference", strawberry.lazy("readapi.plan_difference")] | None:
        from readapi.plan import PLAN_BY_ID
        from readapi.relations import one

        if self.type != "plan.RevisionAdopted" or self.revision is None:
            return None
        plan = await one(info.context, PLAN_BY_ID, self.place, self.record_id)
        return None if plan is None else await plan.compared(info.context, self.revision - 1, self.revision)

    async def _right(self, info: Info) -> Words:
        given = self.authority
        if given.kind is AuthorityKind.NONE:
            assert given.reason is not None
            return right.without_authority(given.reason.value)
        if given.kind is AuthorityKind.INSTRUMENT:
            assert given.office is not None
            return right.by_instrument(_domain(given.office), given.number, given.dated)
        decided = await given.decided(info)
        if decided is None:
            return right.HIDDEN_DECISION
        quorum, majority = decided.quorum, decided.majority
        return right.by_decision(
            f"{decided.year}-{decided.number}",
            None if decided.title is None else _domain(decided.title),
            decided.made_on,
            quorum=None if quorum is None else _domain(quorum.words),
            majority=None if majority is None else _domain(majority.words),
        )


def _domain(said: LocalizedText) -> values.LocalizedText:
    source: values.Language = "fr" if said.en is None else "en"
    return values.LocalizedText(
        en=said.en,
        fr=said.fr,
        source=source if said.source is None else said.source.value,
        unofficial=tuple(language.value for language in said.unofficial),
    )


def _where(place: Place, arguments: Hashable) -> list[ColumnElement[bool]]:
    record: Any = arguments
    return [_S.tenant_id == place.body, _S.entity_id == record, *happened(STEP, place.clock, on="effective_on")]


STEPS: Listing[Step] = Listing("steps", reads(Step), (_S.position,), _where)


async def step(reading: Reading, place: Place, record: UUID, version: int, move: int) -> Step | None:
    """The step of a version, or so many steps after it (before it, if negative) that the reader may see."""
    reader = reads(Step)
    statement: Select[Any] = reader.select().where(*_where(place, record), reading.visible(STEP, place.scope))
    if move > 0:
        statement = statement.where(_S.version > version).order_by(_S.version).offset(move - 1)
    elif move < 0:
        statement = statement.where(_S.version < version).order_by(_S.version.desc()).offset(-move - 1)
    else:
        statement = statement.where(_S.version == version)
    rows: Sequence[Sequence[Any]] = await reading.rows(place.scope, statement.limit(1))
    return reader.make(rows[0], place=place) if rows else None
