"""Requests as a client sends them."""

import uuid
from typing import Any

import httpx

PLAN_PERIOD = {"kind": "fiscal_year", "start": "2024-04-01", "end": "2025-03-31"}


def draft(**changes: Any) -> dict[str, Any]:
    """The data of a plan that nothing else knows."""
    return {
        "plan_id": str(uuid.uuid4()),
        "kind": "action_plan",
        "title": {"fr": "Plan d’action", "en": "Action plan", "source": "fr"},
        "period": PLAN_PERIOD,
    } | changes


async def order(
    client: httpx.AsyncClient,
    slug: str,
    command: str,
    data: Any,
    *,
    token: str | None,
    key: str | None = None,
    raw: bytes | None = None,
    headers: dict[str, str] | None = None,
    **around: Any,
) -> httpx.Response:
    """Give an order; `raw` replaces the whole body."""
    sent = {"content-type": "application/json", "idempotency-key": key or str(uuid.uuid4())}
    if token is not None:
        sent["authorization"] = f"Bearer {token}"
    sent |= headers or {}
    sent = {name: value for name, value in sent.items() if value}
    path = f"/api/v1/partnerships/{slug}/commands/{command}"
    if raw is not None:
        return await client.post(path, content=raw, headers=sent)
    return await client.post(path, json={"data": data, **around}, headers=sent)
