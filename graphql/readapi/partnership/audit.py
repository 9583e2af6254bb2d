"""What an auditor asks of a body."""

from datetime import date
from typing import Annotated

import strawberry

from readapi.exceptions.listing import AuditException, exceptions, exceptions_shape
from readapi.fields import sized
from readapi.governance_codes import ExceptionKind
from readapi.paging import FIRST, After, First, Page
from readapi.partnership.part import AsOfArgument, Part
from readapi.reading import Info
from readapi.scalars import BigInt
from readapi.timeline import TimelineEntry, entry_at


@strawberry.type
class Audit(Part):
    """What departs from a rule, and what an event touches."""

    @sized(1, "One event of its log by its position, in the past of the clocks. For members; null for others.")
    async def event(
        self,
        info: Info,
        position: Annotated[BigInt, strawberry.argument(description="Its position, counted from 1.")],
        as_of: AsOfArgument = None,
    ) -> TimelineEntry | None:
        return await entry_at(info.context, self.at(as_of), position)

    @sized(
        "first",
        "What departs from a rule, latest first. For its members only; null for everybody else.",
        exceptions_shape,
    )
    async def exceptions(
        self,
        info: Info,
        *,
        first: First = FIRST,
        after: After = None,
        kinds: Annotated[
            list[ExceptionKind] | None, strawberry.argument(description="Only these kinds; absent: every kind.")
        ] = None,
        since: Annotated[
            date | None, strawberry.argument(description="Only what came about on this day or later.")
        ] = None,
        as_of: AsOfArgument = None,
    ) -> Page[AuditException] | None:
        place = self.at(as_of)
        if not place.member:
            return None
        return await exceptions(info.context, place, kinds=kinds, since=since, first=first, after=after)
