"""How a body is governed: who sits, meets and decides, by what right, and what is due."""

from functools import partial
from typing import Annotated
from uuid import UUID

import strawberry
from sqlalchemy import Integer, Text, Uuid

from readapi.act import ACTS, Act
from readapi.committee import COMMITTEE_BY_ID, COMMITTEES, Committee
from readapi.decision import DECISION_BY_ID, DECISIONS, Decision
from readapi.due import DUE, WITHIN_DAYS, WITHIN_DAYS_MAX, due_list
from readapi.due_item import DueItem
from readapi.fields import sized
from readapi.governance_codes import CommitteeStatus
from readapi.meeting import MEETING_BY_ID, MEETINGS, Meeting
from readapi.meeting_codes import ActFilter
from readapi.paging import FIRST, After, First, Page, listed, page, plain
from readapi.partnership.part import AsOfArgument, Part
from readapi.reading import Info
from readapi.relations import one
from readapi.timeline import TIMELINES, TimelineEntry

COMMITTEES_FIRST = 20
"""Fewer than of other lists: each has its terms and seats."""
MEETINGS_FIRST = 20
"""Fewer than of other lists: each has its attendance and motions."""


@strawberry.type
class Governance(Part):
    """Committees, meetings, decisions and what was done."""

    @listed(
        COMMITTEES,
        "Its committees, in the order in which they were set up; dissolved ones too.",
        lambda at: at.given("status"),
    )
    async def committees(
        self,
        info: Info,
        first: First = COMMITTEES_FIRST,
        after: After = None,
        status: Annotated[CommitteeStatus | None, strawberry.argument(description="Only these.")] = None,
        as_of: AsOfArgument = None,
    ) -> Page[Committee]:
        return await page(info.context, COMMITTEES, self.at(as_of), first=first, after=after, arguments=status)

    @sized(1, "One of its committees; null where there is none that the reader may see.")
    async def committee(
        self,
        info: Info,
        id: Annotated[UUID, strawberry.argument(description="The committee's id.")],  # noqa: A002 - the API's word
        as_of: AsOfArgument = None,
    ) -> Committee | None:
        return await one(info.context, COMMITTEE_BY_ID, self.at(as_of), id)

    @listed(
        MEETINGS,
        "Its meetings, by the day on which they are held; those that are only convened too.",
        lambda at: at.optional("committee", Uuid),
    )
    async def meetings(
        self,
        info: Info,
        first: First = MEETINGS_FIRST,
        after: After = None,
        committee: Annotated[UUID | None, strawberry.argument(description="Only those of this committee.")] = None,
        as_of: AsOfArgument = None,
    ) -> Page[Meeting]:
        return await page(info.context, MEETINGS, self.at(as_of), first=first, after=after, arguments=committee)

    @sized(1, "One of its meetings; null where there is none that the reader may see.")
    async def meeting(
        self,
        info: Info,
        id: Annotated[UUID, strawberry.argument(description="The meeting's id.")],  # noqa: A002 - the API's word
        as_of: AsOfArgument = None,
    ) -> Meeting | None:
        return await one(info.context, MEETING_BY_ID, self.at(as_of), id)

    @listed(
        DECISIONS,
        "Its decisions, the latest numbers first; those that were ended too.",
        lambda at: (at.optional("committee", Uuid), at.optional("year", Integer)),
    )
    async def decisions(
        self,
        info: Info,
        *,
        first: First = MEETINGS_FIRST,
        after: After = None,
        committee: Annotated[UUID | None, strawberry.argument(description="Only those of this committee.")] = None,
        year: Annotated[int | None, strawberry.argument(description="Only those numbered in this year.")] = None,
        as_of: AsOfArgument = None,
    ) -> Page[Decision]:
        place = self.at(as_of)
        return await page(info.context, DECISIONS, place, first=first, after=after, arguments=(committee, year))

    @sized(1, "One of its decisions; null where there is none that the reader may see.")
    async def decision(
        self,
        info: Info,
        id: Annotated[UUID, strawberry.argument(description="The decision's id.")],  # noqa: A002 - the API's word
        as_of: AsOfArgument = None,
    ) -> Decision | None:
        return await one(info.context, DECISION_BY_ID, self.at(as_of), id)

    @listed(
        ACTS,
        "By what right things were done, latest first. For its members only; null for everybody else.",
        lambda at: at.given("only"),
        members_only=True,
    )
    async def acts(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        only: Annotated[ActFilter | None, strawberry.argument(description="Only these.")] = None,
        as_of: AsOfArgument = None,
    ) -> Page[Act] | None:
        place = self.at(as_of)
        if not place.member:
            return None
        return await page(info.context, ACTS, place, first=first, after=after, arguments=only)

    @listed(
        TIMELINES,
        "What happened in its log, latest first. For its members only; null for everybody else.",
        lambda at: at.optional("stream", Text, partial(plain, "stream")),
        members_only=True,
    )
    async def timeline(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        stream: Annotated[
            str | None, strawberry.argument(description="Only records of this kind, such as `plan`.")
        ] = None,
        as_of: AsOfArgument = None,
    ) -> Page[TimelineEntry] | None:
        place = self.at(as_of)
        if not place.member:
            return None
        kind = None if stream is None else plain("stream", stream)
        return await page(info.context, TIMELINES, place, first=first, after=after, arguments=kind)

    @sized(
        DUE,
        "What is overdue, or due soon, the earliest first. For its members; a partner's reporter is shown what is "
        "asked for by the agreements that name the own organisation; empty for everybody else.",
    )
    async def due_list(
        self,
        info: Info,
        within_days: Annotated[
            int,
            strawberry.argument(
                description=f"Days from the day of the question, which is the first; 1 to {WITHIN_DAYS_MAX}."
            ),
        ] = WITHIN_DAYS,
        as_of: AsOfArgument = None,
    ) -> list[DueItem]:
        return await due_list(info.context, self.at(as_of), within_days)
