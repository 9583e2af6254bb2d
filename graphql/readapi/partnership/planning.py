"""What a body plans and agrees on."""

from typing import Annotated
from uuid import UUID

import strawberry

from readapi.agreement import AGREEMENTS, Agreement, chosen
from readapi.fields import sized
from readapi.paging import FIRST, After, First, Page, listed, page, plain
from readapi.partnership.part import AsOfArgument, Part
from readapi.plan import PLANS, Plan, plan_at, plan_shape
from readapi.provider import MANDATES, Mandate
from readapi.reading import Info
from readapi.target import TARGETS_MAX, Target, targets, targets_shape

PLANS_FIRST = 10
"""Fewer than of other lists: plans are large."""


@strawberry.type
class Planning(Part):
    """Plans, agreements, mandates and targets."""

    @listed(PLANS, "Its plans, by the beginning of their periods.")
    async def plans(
        self, info: Info, first: First = PLANS_FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[Plan]:
        return await page(info.context, PLANS, self.at(as_of), first=first, after=after)

    @sized(1, "One of its plans; null where there is none that the reader may see.", plan_shape)
    async def plan(
        self,
        info: Info,
        id: Annotated[UUID, strawberry.argument(description="The plan's id.")],  # noqa: A002 - the API's word
        revision: Annotated[
            int | None, strawberry.argument(description="One of its revisions by number; absent: by the clocks.")
        ] = None,
        as_of: AsOfArgument = None,
    ) -> Plan | None:
        return await plan_at(info.context, self.at(as_of), id, revision)

    @listed(AGREEMENTS, "Its agreements, by programme.", chosen)
    async def agreements(
        self,
        info: Info,
        *,
        first: First = FIRST,
        after: After = None,
        programme: Annotated[str | None, strawberry.argument(description="Only of this programme's code.")] = None,
        territory: Annotated[str | None, strawberry.argument(description="Only of this territory's code.")] = None,
        as_of: AsOfArgument = None,
    ) -> Page[Agreement]:
        arguments = (
            None if programme is None else plain("programme", programme),
            None if territory is None else plain("territory", territory),
        )
        return await page(info.context, AGREEMENTS, self.at(as_of), first=first, after=after, arguments=arguments)

    @listed(MANDATES, "The providers it has mandated, by service. They are no agreements.")
    async def mandates(
        self, info: Info, first: First = FIRST, after: After = None, as_of: AsOfArgument = None
    ) -> Page[Mandate]:
        return await page(info.context, MANDATES, self.at(as_of), first=first, after=after)

    @sized(
        TARGETS_MAX,
        f"Its targets, in the order of its plans; at most {TARGETS_MAX}, more are refused.",
        targets_shape,
    )
    async def targets(
        self,
        info: Info,
        plan: Annotated[UUID | None, strawberry.argument(description="Only those of this plan.")] = None,
        as_of: AsOfArgument = None,
    ) -> list[Target]:
        return await targets(info.context, self.at(as_of), plan)
