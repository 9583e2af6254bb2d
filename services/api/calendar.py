"""The due list of a body as a calendar: for tokens that read nothing else, and for members who are signed in."""

from datetime import UTC, datetime
from typing import Any, Final

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from domain.audience import LIMITED
from domain.ids import TenantId
from domain.values import Language
from infra.access.tokens import CALENDAR
from readapi.asof import Clock
from readapi.due import WITHIN_DAYS_MAX
from readapi.reading import Reading
from readapi.refusals import DatabaseBusyError, StatementTimeoutError
from readapi.viewer import Viewer
from services.api.admitting import admitted_to, bearer_of
from services.api.languages import preferred
from services.api.reads import Reads
from services.api.requesters import viewer_of
from services.bootstrap import WriteSide
from services.calendar import calendar
from services.deadlines import deadlines_of
from services.doors import DOORS
from services.refusals.orders import UnavailableError
from services.refusals.requests import RequestInvalidError
from services.refusals.rights import BodyUnknownError, TokenInvalidError

CALENDAR_PATH: Final = "/api/v1/partnerships/{slug:str}/calendar.ics"
_DOOR: Final = DOORS["GET /api/v1/partnerships/{slug}/calendar.ics"]
_NAME_CHARACTERS_MAX = 60

AnyRequest = Request[Any, Any, Any]


def calendar_routes() -> list[HTTPRouteHandler]:
    """The handler; it finds the write side, which knows tokens and bodies, in the application's state."""

    @get(CALENDAR_PATH)
    async def feed(request: AnyRequest, slug: FromPath[str]) -> Response[bytes]:
        write: WriteSide = request.app.state.write
        tenant_id, viewer = await _body_read(request, write, slug)
        facts = await write.bodies.facts(tenant_id)
        if facts is None:
            raise BodyUnknownError(slug=slug[:_NAME_CHARACTERS_MAX])
        lang = _language(request) or facts.language
        reads = Reads()
        reads.write = write
        try:
            async with Reading(reads, viewer, Clock(facts.today())) as reading:
                deadlines = await deadlines_of(reading, tenant_id, lang, within_days=WITHIN_DAYS_MAX)
        except (DatabaseBusyError, StatementTimeoutError) as error:
            raise UnavailableError from error
        return Response(
            calendar(slug, deadlines, lang, datetime.now(UTC)),
            media_type="text/calendar",
            headers={
                "Cache-Control": "private, no-store",
                "Content-Language": lang,
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
            },
        )

    return [feed]


async def _body_read(request: AnyRequest, write: WriteSide, slug: str) -> tuple[TenantId, Viewer]:
    """The addressed body, if the token is for its calendar, or the session is a member's; and as whom it is read.

    Another's is answered like one that does not exist.
    """
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    token = given.strip() if scheme.lower() == "bearer" else request.query_params.get("token", "")
    if not token:
        bearer, tenant_id = await admitted_to(_DOOR, write, await bearer_of(request, write), {"slug": slug})
        if bearer.role in LIMITED:
            return tenant_id, await viewer_of(write, bearer)
        return tenant_id, Viewer(tenant_id=tenant_id, role=CALENDAR)
    reader = await write.tokens.find_calendar(token)
    if reader is None:
        raise TokenInvalidError
    if await write.bodies.resolve(slug) != reader:
        raise BodyUnknownError(slug=slug[:_NAME_CHARACTERS_MAX])
    return reader, Viewer(tenant_id=reader, role=CALENDAR)


def _language(request: AnyRequest) -> Language | None:
    given = request.query_params.get("lang")
    if given is None:
        return preferred(request.headers.get("accept-language", ""))
    if given == "fr":
        return "fr"
    if given == "en":
        return "en"
    raise RequestInvalidError
