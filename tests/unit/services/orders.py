"""Orders for tests of the handler."""

import uuid
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from domain.body import BodyKind, OpenBody, RegisterBody
from domain.envelope import Actor, WithoutAuthority
from domain.ids import COMMONS, CommandId, PersonId, PlanId, TenantId
from domain.plan.commands import DraftPlan, RetitlePlan
from domain.stream import Command, Order
from domain.values import Period, both, fr
from services.commands import CommandHandler

ANN = Actor(id=PersonId(uuid.UUID(int=1)), role="coordinator")
OPERATOR = Actor(id=PersonId(uuid.UUID(int=2)), role="operator")
FINGERPRINT = bytes(32)
SPRING = date(2024, 4, 1)


def order(tenant_id: TenantId, command: Command, **changes: Any) -> Order:
    circumstances: dict[str, Any] = {
        "command_id": CommandId(uuid.uuid4()),
        "actor": ANN,
        "effective_on": SPRING,
        "authority": WithoutAuthority(reason="not_required"),
        "lang": "fr",
        "correlation_id": uuid.uuid4(),
    }
    return Order(tenant_id=tenant_id, command=command, **(circumstances | changes))


def draft(plan_id: PlanId | None = None) -> DraftPlan:
    return DraftPlan(
        plan_id=plan_id or PlanId(uuid.uuid4()),
        kind="action_plan",
        title=both(fr="Plan d’action", en="Action plan", source="fr"),
        period=Period.fiscal_year(2024),
    )


def retitle(plan_id: PlanId, title: str) -> RetitlePlan:
    return RetitlePlan(plan_id=plan_id, title=fr(title))


async def open_body(handler: CommandHandler, slug: str, kind: BodyKind = BodyKind.LIP) -> TenantId:
    """A body that is registered and open."""
    tenant_id = TenantId(uuid.uuid4())
    name = both(fr="Partenariat", en="Partnership", source="fr")
    register = RegisterBody(body_id=tenant_id, slug=slug, kind=kind, name=name)
    await handler.handle(order(COMMONS, register, actor=OPERATOR), FINGERPRINT)
    opening = OpenBody(
        body_id=tenant_id,
        kind=kind,
        name=name,
        slug=slug,
        province="ON",
        time_zone="America/Toronto",
        default_language="fr",
    )
    await handler.handle(order(tenant_id, opening, actor=OPERATOR), FINGERPRINT)
    return tenant_id


Competitor = Callable[[], Awaitable[None]]
