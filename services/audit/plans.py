"""Plans as the read models say them, in the form in which a pack carries them."""

import json
from typing import Any

import msgspec

from domain.ids import PlanId, TenantId
from domain.values import LocalizedText
from infra.database import Database, Scope
from projections.plan import queries
from projections.query import AsOf, Place, fetch, fetch_one


async def rendered_plans(database: Database, tenant_id: TenantId, as_of: AsOf) -> dict[str, Any]:
    """Every plan of a body that had begun by then, by its id."""
    assert isinstance(as_of.known, int)
    found: dict[str, Any] = {}
    async with database.begin(Scope.of_tenant(tenant_id)) as connection:
        for header in await fetch(connection, queries.plans(tenant_id, as_of)):
            plan_id = PlanId(header.plan_id)
            in_force = await fetch_one(connection, queries.revision_in_force(tenant_id, plan_id, as_of))
            elements: list[queries.PlanElement] = []
            if in_force is not None:
                elements = await fetch(connection, queries.elements(tenant_id, plan_id, in_force.number))
            found[str(plan_id)] = {
                "plan_id": str(plan_id),
                "as_of": {"effective": as_of.on.isoformat(), "position": as_of.known},
                "kind": header.kind,
                "title": _text(header.title),
                "period": msgspec.to_builtins(header.period),
                "agreement_id": None if header.agreement_id is None else str(header.agreement_id),
                "status": header.status,
                "sample": header.sample,
                "revision": 0 if in_force is None else in_force.number,
                "adopted_on": None if in_force is None else in_force.adopted_on.isoformat(),
                "adopted_position": None if in_force is None else in_force.position,
                "authority": None if in_force is None else json.loads(in_force.authority),
                "elements": [_element(one) for one in elements],
            }
    return found


def _element(row: queries.PlanElement) -> dict[str, Any]:
    return {
        "element_id": str(row.element_id),
        "level": row.level,
        "parent_id": None if row.parent_id is None else str(row.parent_id),
        "number": row.number,
        "indicator_kind": row.indicator_kind,
        "rank": row.rank,
        "wording": _text(row.wording),
        "copied_from": None if row.copied_from is None else msgspec.to_builtins(row.copied_from),
        "sample": row.sample,
        "territory": _place(row.place),
        "revision": row.revision,
    }


def _text(text: LocalizedText) -> dict[str, Any]:
    return {"en": text.en, "fr": text.fr, "source": text.source, "unofficial": list(text.unofficial)}


def _place(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {"scheme": place.scheme, "code": place.code, "name_en": place.name_en, "name_fr": place.name_fr}
