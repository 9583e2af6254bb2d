"""The raw events of every log as they are stored, read without any code of the product."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any, NamedTuple

import asyncpg
import msgspec

_SELECT = "SELECT tenant_id, position, stream_id, type, recorded_at, state FROM log.event"


class Raw(NamedTuple):
    tenant: str
    position: int
    stream: str
    type: str
    at: datetime
    on: date
    sample: bool
    data: dict[str, Any]


async def events(dsn: str) -> list[Raw]:
    """Every event, in the order in which events take effect: by their days, then as they were recorded."""
    found = [event async for event in _read(dsn)]
    found.sort(key=lambda event: (event.on, event.position))
    return found


async def _read(dsn: str) -> AsyncIterator[Raw]:
    decode = msgspec.json.Decoder().decode
    names: dict[Any, str] = {}
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            async for tenant, position, stream, type_, at, state in connection.cursor(_SELECT, prefetch=5_000):
                envelope = decode(state)
                data = envelope["data"]
                data.pop("route", None)  # who takes which step: long, and no figure
                yield Raw(
                    names.setdefault(tenant, str(tenant)),
                    position,
                    str(stream),
                    names.setdefault(type_, type_),
                    at,
                    date.fromisoformat(envelope["effective_on"]),
                    bool(envelope.get("sample", False)),
                    data,
                )
    finally:
        await connection.close()
