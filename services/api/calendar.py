"""The due list of a body as a calendar, for tokens that read nothing else."""

from datetime import UTC, datetime
from typing import Any, Final

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from domain.ids import TenantId
from domain.values import Language
from domain.values import Period as PeriodValue
from infra.access.tokens import CALENDAR
from readapi.asof import Clock
from readapi.committee import CommitteeKey, load_committees
from readapi.due import WITHIN_DAYS_MAX, due_list
from readapi.due_item import DueItem
from readapi.governance_codes import DueKind
from readapi.indicator import cited
from readapi.reading import Reading
from readapi.refusals import DatabaseBusyError, StatementTimeoutError
from readapi.text import LocalizedText
from readapi.viewer import Viewer
from services.api.languages import preferred
from services.api.reads import Reads
from services.bootstrap import WriteSide
from services.calendar import Deadline, calendar
from services.refusals import (
    BodyUnknownError,
    RequestInvalidError,
    TokenInvalidError,
    TokenMissingError,
    UnavailableError,
)

CALENDAR_PATH: Final = "/api/v1/partnerships/{slug:str}/calendar.ics"
_NAME_CHARACTERS_MAX = 60

AnyRequest = Request[Any, Any, Any]


def calendar_routes() -> list[HTTPRouteHandler]:
    """The handler; it finds the write side, which knows tokens and bodies, in the application's state."""

    @get(CALENDAR_PATH)
    async def feed(request: AnyRequest, slug: FromPath[str]) -> Response[bytes]:
        write: WriteSide = request.app.state.write
        tenant_id = await _body_read(request, write, slug)
        facts = await write.bodies.facts(tenant_id)
        if facts is None:
            raise BodyUnknownError(slug=slug[:_NAME_CHARACTERS_MAX])
        lang = _language(request) or facts.language
        reads = Reads()
        reads.write = write
        viewer = Viewer(tenant_id=tenant_id, role=CALENDAR)
        try:
            async with Reading(reads, viewer, Clock(facts.today())) as reading:
                deadlines = await deadlines_of(reading, tenant_id, lang)
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


async def deadlines_of(reading: Reading, tenant_id: TenantId, lang: Language) -> list[Deadline]:
    """What is overdue or due within a year of the reading's day, worded in one language."""
    place = reading.place(tenant_id, reading.now)
    return [await _worded(reading, item, lang) for item in await due_list(reading, place, WITHIN_DAYS_MAX)]


async def _worded(reading: Reading, item: DueItem, lang: Language) -> Deadline:
    texts = [item.wording]
    if item.indicator_id is not None:
        indicator = await cited(reading, item.place, *item.indicator_id)
        texts.append(None if indicator is None else indicator.wording)
    if item.committee_id is not None:
        key = CommitteeKey(item.place, item.committee_id)
        committee = await reading.loader(load_committees).load(key)
        texts.append(None if committee is None else committee.name)
    parts = [said for text in texts if (said := _in(text, lang)) is not None]
    if item.kind is DueKind.REPORT and item.period is not None:
        label = PeriodValue(kind=item.period.kind.value, start=item.period.start, end=item.period.end).label()
        parts.append((label.fr if lang == "fr" else label.en) or "")
    return Deadline(
        kind=item.kind.value,
        record_id=item.record_id,
        due_on=item.due_on,
        parts=tuple(parts),
        sample=item.sample,
    )


def _in(text: LocalizedText | None, lang: Language) -> str | None:
    """The text in a language; where there is none, in the other, for nothing is ever translated here."""
    if text is None:
        return None
    return (text.fr or text.en) if lang == "fr" else (text.en or text.fr)


async def _body_read(request: AnyRequest, write: WriteSide, slug: str) -> TenantId:
    """The addressed body, if the token is for its calendar. Another's is answered like one that does not exist."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    token = given.strip() if scheme.lower() == "bearer" else request.query_params.get("token", "")
    if not token:
        raise TokenMissingError
    reader = await write.tokens.find_calendar(token)
    if reader is None:
        raise TokenInvalidError
    if await write.bodies.resolve(slug) != reader:
        raise BodyUnknownError(slug=slug[:_NAME_CHARACTERS_MAX])
    return reader


def _language(request: AnyRequest) -> Language | None:
    given = request.query_params.get("lang")
    if given is None:
        return preferred(request.headers.get("accept-language", ""))
    if given == "fr":
        return "fr"
    if given == "en":
        return "en"
    raise RequestInvalidError
