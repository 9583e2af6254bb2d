"""What changed between two states of a plan: exactly the elements that did."""

from collections.abc import Sequence

import strawberry

from readapi.plan_parts import PlanElement, PlanRevision
from readapi.text import LocalizedText, same


@strawberry.type(description="An element whose wording changed, with both wordings.")
class RewordedElement:
    element: PlanElement = strawberry.field(description="The element as it reads afterwards.")
    before: LocalizedText | None = strawberry.field(description="The wording before.")
    after: LocalizedText | None = strawberry.field(description="The wording afterwards.")


@strawberry.type(
    description="What changed in a plan between two of its revisions. What is not listed did not change."
)
class PlanDifference:
    from_revision: PlanRevision | None = strawberry.field(
        description="The revision before; null for nothing, before the first one."
    )
    to_revision: PlanRevision | None = strawberry.field(description="The revision afterwards; null for nothing.")
    added: list[PlanElement] = strawberry.field(description="New elements, in the order of the cascade.")
    reworded: list[RewordedElement] = strawberry.field(
        description="Changed elements, in the order of the cascade."
    )
    withdrawn: list[PlanElement] = strawberry.field(description="Elements that are gone, as they were.")


def difference(
    before: PlanRevision | None,
    after: PlanRevision | None,
    earlier: Sequence[PlanElement],
    later: Sequence[PlanElement],
) -> PlanDifference:
    """Compare the elements of two revisions by id."""
    old, new = {one.id: one for one in earlier}, {one.id: one for one in later}
    return PlanDifference(
        from_revision=before,
        to_revision=after,
        added=[one for one in later if one.id not in old],
        reworded=[
            RewordedElement(element=one, before=old[one.id].wording, after=one.wording)
            for one in later
            if one.id in old and not same(old[one.id].wording, one.wording)
        ],
        withdrawn=[one for one in earlier if one.id not in new],
    )
