"""Read models of plans: the header, its revisions, what each says, the working copy, progress, parents."""

from projections.plan.handlers import PLANS
from projections.plan.tables import PLAN, PLAN_DRAFT, PLAN_ELEMENT, PLAN_PARENT, PLAN_PROGRESS, PLAN_REVISION

__all__ = ["PLAN", "PLANS", "PLAN_DRAFT", "PLAN_ELEMENT", "PLAN_PARENT", "PLAN_PROGRESS", "PLAN_REVISION"]
