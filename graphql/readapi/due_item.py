"""One thing that a body has to do by a day."""

from datetime import date
from typing import Final
from uuid import UUID

import strawberry

from readapi.agreement import AGREEMENT_BY_ID, Agreement
from readapi.committee import COMMITTEE_BY_ID, Committee
from readapi.fields import sized
from readapi.figures import Period
from readapi.governance_codes import DueKind
from readapi.indicator import Indicator, cited
from readapi.reading import Info, Place
from readapi.relations import one
from readapi.text import LocalizedText

ITEMS_MAX: Final = 200


@strawberry.type(description="Something that is due.")
class DueItem:
    kind: DueKind = strawberry.field(description="What it is.")
    due_on: date = strawberry.field(description="The last day on which it is in time.")
    overdue: bool = strawberry.field(description="Whether that day is over on the day of the question.")
    wording: LocalizedText | None = strawberry.field(
        description=(
            "The obligation, the name of the seat, or what a committee held of its cadence; null for a figure, "
            "which its indicator words."
        )
    )
    record_id: UUID = strawberry.field(description="The obligation, the seat, the requirement or the committee.")
    sample: bool = strawberry.field(description="Whether it is sample data.")
    period: Period | None = strawberry.field(
        default=None, description="The period of a figure, or the year of a cadence; null for the others."
    )
    agreement_id: strawberry.Private[UUID | None] = None
    committee_id: strawberry.Private[UUID | None] = None
    indicator_id: strawberry.Private[tuple[UUID, UUID] | None] = None
    place: strawberry.Private[Place]

    @sized(1, "The agreement that obliges to it or asks for it, where there is one.")
    async def agreement(self, info: Info) -> Agreement | None:
        return await one(info.context, AGREEMENT_BY_ID, self.place, self.agreement_id)

    @sized(1, "The committee whose seat or cadence it is; null for the others.")
    async def committee(self, info: Info) -> Committee | None:
        return await one(info.context, COMMITTEE_BY_ID, self.place, self.committee_id)

    @sized(1, "The indicator whose figure is owed, where the reader may see its definition.")
    async def indicator(self, info: Info) -> Indicator | None:
        if self.indicator_id is None:
            return None
        return await cited(info.context, self.place, *self.indicator_id)
