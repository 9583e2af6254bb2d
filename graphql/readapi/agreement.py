"""Agreements, with their obligations and contributions."""

from collections.abc import Hashable, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import strawberry
from sqlalchemy import Text
from sqlalchemy.sql.elements import ColumnElement

from projections.agreement.tables import AGREEMENT, CONTRIBUTION, OBLIGATION
from readapi import columns, text
from readapi.asof import clock, held
from readapi.codes import AgreementStatus, AgreementType
from readapi.columns import Group, backed, column, hidden, reads
from readapi.fields import sized
from readapi.figures import QualifiedValue, Term, Territory
from readapi.paging import FIRST, After, First, Listing, Page, listed, page, plain
from readapi.reading import Info, Place
from readapi.relations import Related, one, related, several
from readapi.scalars import PartialDateText
from readapi.shapes import At, Items, Rows, Value
from readapi.step import STEPS, Step, StepMove, StepsAsOf, StepVersion, step
from readapi.text import LocalizedText

if TYPE_CHECKING:
    from readapi.act import Act
    from readapi.plan import Plan

PARTS = 20
"""Counted for the obligations, and for the contributions, of an agreement, which are few and not paged."""


@strawberry.type(description="A programme as a source labels it.")
class Programme:
    code: str = strawberry.field(description="Groups the labels that mean the same programme.")
    label: LocalizedText | None = strawberry.field(description="The label as printed.")
    named_in_source: bool = strawberry.field(
        description="False: the source gives a heading and names no programme."
    )


def programme(cells: Sequence[Any]) -> Programme:
    """From the code, the four columns of the label, and whether it is named."""
    code, *label, named = cells
    return Programme(code=code, label=text.localized(label), named_in_source=named)


def programme_shape(cells: Sequence[ColumnElement[Any]]) -> Value:
    """What `programme` makes, in SQL."""
    code, *label, named = cells
    return Value({"code": code, "label": text.localized_shape(label), "named_in_source": named})


_A = AGREEMENT.c
_PROGRAMME = Group(
    (
        _A.programme_code,
        *(_A[f"programme_label_{part}"] for part in ("en", "fr", "source", "unofficial")),
        _A.programme_named,
    ),
    programme,
    programme_shape,
)


@backed(OBLIGATION)
@strawberry.type(description="Something that an agreement obliges a party to.")
class Obligation:
    id: UUID = column(OBLIGATION.c.obligation_id, "Its permanent id.")
    wording: LocalizedText | None = column(columns.localized(OBLIGATION, "wording"), "What it says.")
    due_on: date | None = column(OBLIGATION.c.due_on, "The day by which it is due.")
    fulfilled: bool = column(OBLIGATION.c.fulfilled, "Whether it is fulfilled.")
    sample: bool = column(OBLIGATION.c.sample, "Whether it is sample data.")


@backed(CONTRIBUTION)
@strawberry.type(
    description="What somebody contributes under an agreement. Cash and in kind are never added here."
)
class Contribution:
    id: UUID = column(CONTRIBUTION.c.contribution_id, "Its permanent id.")
    source: LocalizedText | None = column(columns.localized(CONTRIBUTION, "source"), "Who contributes.")
    in_kind: bool = column(CONTRIBUTION.c.in_kind, "Whether it is in kind rather than cash.")
    amount: QualifiedValue | None = column(columns.quantity(CONTRIBUTION, "amount"), "How much, in `amount.unit`.")
    sample: bool = column(CONTRIBUTION.c.sample, "Whether it is sample data.")


# The ids of parts are made in order of time.
OBLIGATIONS: Final = Related(reads(Obligation), by=OBLIGATION.c.entity_id, order=(OBLIGATION.c.obligation_id,))
CONTRIBUTIONS: Final = Related(
    reads(Contribution), by=CONTRIBUTION.c.entity_id, order=(CONTRIBUTION.c.contribution_id,)
)


def _plan_shape(at: At) -> Rows:
    from readapi.plan import PLAN_BY_ID

    return PLAN_BY_ID.rows(at, at.own(_A.plan_id), single=True)


def _parties_shape(cells: Sequence[ColumnElement[Any]]) -> Items:
    return Items(cells[0], text.json_shape)


@backed(AGREEMENT)
@strawberry.type(
    description="An agreement (entente), as its latest amendment in the past of the clocks restates it."
)
class Agreement:
    id: UUID = column(_A.entity_id, "Its permanent id.")
    programme: Programme = column(_PROGRAMME, "The programme that it is under.")
    parties: list[LocalizedText] | None = column(
        columns.json(_A.parties, lambda names: [text.from_json(name) for name in names], _parties_shape),
        "The other parties; null where the source names nobody, which is not the same as none.",
    )
    purpose: LocalizedText | None = column(columns.localized(AGREEMENT, "purpose"), "What it is for.")
    type: AgreementType = column(_A.type, "What kind of agreement it is.")
    signed: PartialDateText | None = column(_A.signed, "When it was signed, as precisely as is known.")
    term: Term = column(columns.term(AGREEMENT), "From when to when it runs.")
    amount: QualifiedValue | None = column(
        columns.quantity(AGREEMENT, "amount"), "How much, in `amount.unit`; null where none is stated."
    )
    territory: Territory | None = column(columns.territory(AGREEMENT), "The territory it is for.")
    tags: list[str] = column(columns.json(_A.tags, list, columns.as_json), "Codes of the activities it supports.")
    amendment_number: int = column(_A.amendment_number, "The latest amendment; 0 is the original.")
    status: AgreementStatus = column(_A.status, "Whether it was terminated.")
    sample: bool = column(_A.sample, "Whether it is sample data.")
    plan_id: strawberry.Private[UUID | None] = hidden(_A.plan_id)
    place: strawberry.Private[Place]

    @sized(1, "The plan that it carries out, where the reader may see it.", _plan_shape)
    async def plan(self, info: Info) -> Annotated["Plan", strawberry.lazy("readapi.plan")] | None:
        from readapi.plan import PLAN_BY_ID

        return None if self.plan_id is None else await one(info.context, PLAN_BY_ID, self.place, self.plan_id)

    @related(OBLIGATIONS, of=_A.entity_id, size=PARTS, description="What it obliges the parties to.")
    async def obligations(self, info: Info) -> list[Obligation]:
        return await several(info.context, OBLIGATIONS, self.place, self.id)

    @sized(PARTS, "By what right it was signed and changed, oldest first; empty for readers from outside.")
    async def acts(self, info: Info) -> list[Annotated["Act", strawberry.lazy("readapi.act")]]:
        from readapi.act import RecordKey, load_of_records

        if not self.place.member:
            return []
        return await info.context.loader(load_of_records).load(RecordKey(self.place, self.id))

    @related(CONTRIBUTIONS, of=_A.entity_id, size=PARTS, description="What is contributed under it.")
    async def contributions(self, info: Info) -> list[Contribution]:
        return await several(info.context, CONTRIBUTIONS, self.place, self.id)

    @listed(
        STEPS, "What happened to it, step by step, as far as the reader may see.", lambda at: at.own(_A.entity_id)
    )
    async def steps(
        self, info: Info, first: First = FIRST, after: After = None, as_of: StepsAsOf = None
    ) -> Page[Step]:
        place = self.place.at(clock(as_of, self.place.clock))
        return await page(info.context, STEPS, place, first=first, after=after, arguments=self.id)

    @sized(1, "One step, or one before or after it; null where the reader can see none.")
    async def step(self, info: Info, version: StepVersion, move: StepMove = 0) -> Step | None:
        return await step(info.context, self.place, self.id, version, move)


AGREEMENT_BY_ID: Final = Related(reads(Agreement), by=_A.entity_id)


def _where(place: Place, arguments: Hashable) -> list[ColumnElement[bool]]:
    assert isinstance(arguments, tuple)
    programme_code, territory_code = arguments
    conditions = held(AGREEMENT, place.clock)
    if programme_code is not None:
        conditions.append(_A.programme_code == programme_code)
    if territory_code is not None:
        conditions.append(_A.territory_code == territory_code)
    return conditions


def chosen(at: At) -> tuple[Any, Any]:
    """The arguments of the listing, in SQL."""
    return at.optional("programme", Text, partial(plain, "programme")), at.optional(
        "territory", Text, partial(plain, "territory")
    )


AGREEMENTS: Listing[Agreement] = Listing("agreements", reads(Agreement), (_A.programme_code, _A.entity_id), _where)
