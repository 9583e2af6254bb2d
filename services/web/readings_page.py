"""Who read a partnership's records from outside, as a page for its members."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from domain.narration.values import day_words
from domain.values import Language
from services.api.readings import ShownReading, before_of, shown_readings
from services.bootstrap import WriteSide
from services.web.clocks import zone_of
from services.web.messages import other
from services.web.pages import page
from services.web.places import PARTNERSHIPS
from services.web.whoever import Reader, led_on, marked, reader_of

FIRST: Final = 50
"""On one page."""

AnyRequest = Request[Any, Any, Any]


class Line(NamedTuple):
    """One reading as it is shown."""

    time: str
    reading: ShownReading


class Day(NamedTuple):
    """The readings of a day where the body is."""

    day: str
    lines: list[Line]


def readings_routes() -> list[HTTPRouteHandler]:
    """The handler of the page, in both languages."""

    @get([f"{base}/{{slug:str}}/readings" for base in PARTNERSHIPS.values()])
    async def readings(request: AnyRequest, slug: FromPath[str]) -> Response[Any]:
        language: Language = "fr" if request.url.path.startswith("/fr") else "en"
        reader = await reader_of(request, slug)
        if reader is None:
            return led_on(request, language)
        return marked(await _page(request, reader, slug, language), reader)

    return [readings]


async def _page(request: AnyRequest, reader: Reader, slug: str, language: Language) -> Response[str]:
    write: WriteSide = request.app.state.write
    before = request.query_params.get("before", "")
    here, there = (f"{PARTNERSHIPS[one]}/{slug}/readings" for one in (language, other(language)))
    around: dict[str, Any] = {
        "here": here,
        "there": f"{there}?{urlencode({'before': before})}" if before else there,
    }
    if reader.body is None or not reader.member:
        # The same for everybody who is no member, and for addresses of no partnership.
        return page("readings_closed.html", language, status_code=403, **around)
    found = await shown_readings(write, reader.body, language, before=before_of(before), first=FIRST + 1)
    shown, more = found[:FIRST], len(found) > FIRST
    zone = ZoneInfo(await zone_of(request, slug))
    return page(
        "readings.html",
        language,
        base=PARTNERSHIPS[language],
        slug=slug,
        body=await write.bodies.name(reader.body, language),
        days=_days(shown, zone, language),
        earlier=f"{here}?{urlencode({'before': shown[-1].at.isoformat()})}" if more else None,
        zone=zone.key,
        before=before,
        **around,
    )


def _days(shown: Sequence[ShownReading], zone: ZoneInfo, language: Language) -> list[Day]:
    """By day as the body counts it, as they come, which is latest first."""
    days = []
    for day, readings in groupby(shown, lambda one: one.at.astimezone(zone).date()):
        lines = [
            Line(str(format_datetime(one.at.astimezone(zone), "HH:mm", locale=f"{language}_CA")), one)
            for one in readings
        ]
        days.append(Day(day_words(day, language), lines))
    return days
