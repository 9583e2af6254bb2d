"""Committees with their terms of reference."""

from collections.abc import Hashable
from datetime import date
from typing import Annotated, Final
from uuid import UUID

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from projections.committee import COMMITTEE
from readapi import columns
from readapi.asof import AsOf, AsOfInput, clock, echo, echo_shape, held
from readapi.cadence import CadenceKept, kept, load_meetings_held
from readapi.columns import backed, column, hidden, reads
from readapi.fields import derived, sized
from readapi.governance_codes import CommitteeKind, CommitteeStatus
from readapi.paging import FIRST, After, First, Listing, Page, listed, page
from readapi.reading import Info, Place
from readapi.relations import Related, one
from readapi.seat import SEATS, Composition, Seat, SeatsKey, composition, load_seats
from readapi.step import STEPS, Step, StepMove, StepsAsOf, StepVersion, step
from readapi.terms import TermsKey, TermsOfReference, load_terms
from readapi.text import LocalizedText

VERSIONS = 20
"""Counted for the versions of a committee's terms, which are few and not paged."""
_C = COMMITTEE.c


@backed(COMMITTEE)
@strawberry.type(description="A committee: a council, a sub-council or a working group. A dissolved one stays.")
class Committee:
    id: UUID = column(_C.entity_id, "Its permanent id.")
    kind: CommitteeKind = column(_C.kind, "What kind of committee it is.")
    name: LocalizedText | None = column(columns.localized(COMMITTEE, "name"), "Its name.")
    established_on: date | None = column(_C.established_on, "The day on which it was set up.")
    status: CommitteeStatus = column(_C.status, "Whether it still sits.")
    sample: bool = column(_C.sample, "Whether it is sample data.")
    parent_id: strawberry.Private[UUID | None] = hidden(_C.parent_id)
    place: strawberry.Private[Place]

    @derived("The clocks that the committee was read with.", echo_shape)
    def as_of(self) -> AsOf:
        return echo(self.place.clock)

    @sized(
        1,
        "The committee that it is part of, where the reader may see it.",
        lambda at: COMMITTEE_BY_ID.rows(at, at.own(_C.parent_id), single=True),
    )
    async def parent(self, info: Info) -> "Committee | None":
        return await one(info.context, COMMITTEE_BY_ID, self.place, self.parent_id)

    @sized(1, "The version of its terms of reference in force; null before the first one.")
    async def terms(
        self,
        info: Info,
        as_of: Annotated[
            AsOfInput | None,
            strawberry.argument(description="In force as of these clocks; absent: the committee's."),
        ] = None,
    ) -> TermsOfReference | None:
        when = clock(as_of, self.place.clock)
        versions = await info.context.loader(load_terms).load(TermsKey(self.place, self.id))
        found = next((version for version in reversed(versions) if version.known(when)), None)
        return None if found is None else found.at(self.place.at(when))

    @sized(VERSIONS, "The versions up to the clocks of the question, in the order in which they came into force.")
    async def terms_versions(self, info: Info) -> list[TermsOfReference]:
        versions = await info.context.loader(load_terms).load(TermsKey(self.place, self.id))
        return [version.at(self.place) for version in versions if version.known(self.place.clock)]

    @sized(SEATS, "Its seats by number, abolished ones too. For members of the body; empty for everybody else.")
    async def seats(self, info: Info) -> list[Seat]:
        return await info.context.loader(load_seats).load(SeatsKey(self.place, self.id))

    @sized(SEATS, "Who sits on it, in numbers. For members of the body; null for everybody else.")
    async def composition(self, info: Info) -> Composition | None:
        if not self.place.member:
            return None
        seats = await info.context.loader(load_seats).load(SeatsKey(self.place, self.id))
        versions = await info.context.loader(load_terms).load(TermsKey(self.place, self.id))
        terms = next((version for version in reversed(versions) if version.known(self.place.clock)), None)
        return composition(seats, None if terms is None else terms.rules)

    @listed(
        STEPS, "What happened to it, step by step, as far as the reader may see.", lambda at: at.own(_C.entity_id)
    )
    async def steps(
        self, info: Info, first: First = FIRST, after: After = None, as_of: StepsAsOf = None
    ) -> Page[Step]:
        place = self.place.at(clock(as_of, self.place.clock))
        return await page(info.context, STEPS, place, first=first, after=after, arguments=self.id)

    @sized(1, "One step, or one before or after it; null where the reader can see none.")
    async def step(self, info: Info, version: StepVersion, move: StepMove = 0) -> Step | None:
        return await step(info.context, self.place, self.id, version, move)

    @sized(1, "How it keeps its cadence in the year of the question's day. For members; null without a cadence.")
    async def cadence(self, info: Info) -> CadenceKept | None:
        if not self.place.member:
            return None
        versions = await info.context.loader(load_terms).load(TermsKey(self.place, self.id))
        terms = next((version for version in reversed(versions) if version.known(self.place.clock)), None)
        if terms is None or terms.rules.cadence is None:
            return None
        meetings = await info.context.loader(load_meetings_held).load(SeatsKey(self.place, self.id))
        return kept(terms.rules.cadence, meetings, self.place.clock.effective)


COMMITTEE_BY_ID: Final[Related[Committee]] = Related(reads(Committee), by=_C.entity_id)


def _where(place: Place, arguments: Hashable) -> list[ColumnElement[bool]]:
    conditions = held(COMMITTEE, place.clock)
    if isinstance(arguments, CommitteeStatus):
        conditions.append(_C.status == arguments.value)
    return conditions


COMMITTEES: Listing[Committee] = Listing("committees", reads(Committee), (_C.established_on, _C.entity_id), _where)
