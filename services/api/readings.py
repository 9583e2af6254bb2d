"""Who read a body's records from outside: its funders, and auditors once their mandate is over."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from domain.ids import StreamId, TenantId
from domain.values import Language
from infra.access.readings import LIST_MAX
from services.api.admitting import admitted
from services.api.languages import preferred
from services.bootstrap import WriteSide
from services.mandates import over_by_now
from services.refusals.requests import QueryInvalidError

READINGS_PATH: Final = "/api/v1/partnerships/{slug:str}/readings"

AnyRequest = Request[Any, Any, Any]


class ShownReading(msgspec.Struct, frozen=True, kw_only=True):
    """One reading. The person who read is known to the reader's own body."""

    reading_id: UUID
    at: datetime
    reader_id: UUID
    """The body for which somebody read."""
    reader: str
    """Its name, in the language of the request."""
    role: str
    mandate_id: UUID | None
    """The audit mandate by which it was read."""
    across: bool
    """Whether it was a question across bodies, of which this one had granted the reader something."""
    asked: list[str]
    """The fields that were asked for, of this body's records or of the register."""


class ReadingList(msgspec.Struct, frozen=True, kw_only=True):
    """Who read a body's records from outside."""

    readings: list[ShownReading]
    """The latest first, at most 500; ask for those before the last one for more."""


@get(READINGS_PATH)
async def list_readings(request: AnyRequest) -> Response[bytes]:
    """Who read. Of a mandate that is open nothing is told, not even that there is one."""
    write: WriteSide = request.app.state.write
    tenant_id = admitted(request).tenant_id
    before = before_of(request.query_params.get("before"))
    language: Language = preferred(request.headers.get("accept-language", "")) or "fr"
    shown = await shown_readings(write, tenant_id, language, before=before, first=LIST_MAX)
    return Response(
        msgspec.json.encode(ReadingList(readings=shown)),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


async def shown_readings(
    write: WriteSide, tenant_id: TenantId, language: Language, *, before: datetime, first: int
) -> list[ShownReading]:
    """Who read a body's records before an instant, the latest first; of audits, once the mandate is over."""
    over = [
        mandate_id
        for authority, mandate_id in await write.readings.mandates(tenant_id)
        if await over_by_now(write, authority, StreamId(mandate_id))
    ]
    found = await write.readings.list(tenant_id, over, before=before, first=first)
    names = {one: await write.bodies.name(one, language) for one in {row.reader for row in found}}
    return [
        ShownReading(
            reading_id=row.reading_id,
            at=row.at,
            reader_id=row.reader,
            reader=names[row.reader],
            role=row.role,
            mandate_id=row.mandate_id,
            across=row.across,
            asked=row.asked,
        )
        for row in found
    ]


def reading_routes() -> list[HTTPRouteHandler]:
    """The handler; it finds the write side in the application's state."""
    return [list_readings]


def before_of(given: str | None) -> datetime:
    """The instant before which somebody asks; later than all where none is given.

    Raises:
        QueryInvalidError: it is none, or has no zone.
    """
    if not given:
        return datetime.max.replace(tzinfo=UTC)
    try:
        instant = datetime.fromisoformat(given)
    except ValueError as error:
        raise QueryInvalidError(name="before", expected="2026-03-31T17:00:00-04:00") from error
    if instant.tzinfo is None:
        raise QueryInvalidError(name="before", expected="2026-03-31T17:00:00-04:00")
    return instant
