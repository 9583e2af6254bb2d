"""A plan as the public may replay it: its steps, what each changed, and both clocks to set."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from babel.dates import format_datetime
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from domain.clocks import (
    CANADIAN_ZONES,
    YEAR_MAX,
    YEAR_MIN,
    RecordedUnreadableError,
    RecordedZoneMissingError,
    parse_recorded_as_of,
)
from domain.errors import Refusal
from domain.narration.values import day_words
from domain.values import Language
from services.bootstrap import WriteSide
from services.refusals import EffectiveUnreadableError, RouteUnknownError
from services.web.pages import PARTNERSHIPS, page
from services.web.reading import read

_OTHER: Final[Mapping[Language, Language]] = {"en": "fr", "fr": "en"}
_NOT_ASKED: Final = dict.fromkeys(("step", "previous", "next", "difference", "byDays"))
"""What the document leaves out unless the address asks for it."""
_VERSION_MAX: Final = 2**31 - 1
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

AnyRequest = Request[Any, Any, Any]


class Shown(NamedTuple):
    """What an address of a plan asks for, as it was written."""

    effective: str
    recorded: str
    step: int | None
    earlier: int | None
    later: int | None
    since: str
    until: str
    after: str | None

    def address(self, **changes: Any) -> str:
        """The query of the same page with other wishes; None and empty ones are left out."""
        names = {"earlier": "from", "later": "to"}
        wishes = {**self._asdict(), **changes}
        given = {names.get(name, name): value for name, value in wishes.items() if value not in (None, "")}
        return f"?{urlencode(given)}" if given else "?"


def plan_routes() -> list[HTTPRouteHandler]:
    """The handlers of the pages about plans, in both languages."""

    @get([f"{base}/{{slug:str}}/plans" for base in PARTNERSHIPS.values()])
    async def plans(request: AnyRequest, slug: FromPath[str]) -> Response[str]:
        language = _language(request)
        body = (await read(request, "plans", slug=slug))["partnership"]
        if body is None:
            raise RouteUnknownError
        there = f"{PARTNERSHIPS[_OTHER[language]]}/{slug}/plans"
        return page("plans.html", language, there=there, base=PARTNERSHIPS[language], body=body)

    @get([f"{base}/{{slug:str}}/plans/{{plan_id:uuid}}" for base in PARTNERSHIPS.values()])
    async def plan(request: AnyRequest, slug: FromPath[str], plan_id: FromPath[UUID]) -> Response[str]:
        language = _language(request)
        shown = _shown(request)
        address = f"{{}}/{slug}/plans/{plan_id}"
        around: dict[str, Any] = {
            "here": address.format(PARTNERSHIPS[language]),
            "there": address.format(PARTNERSHIPS[_OTHER[language]]) + shown.address().rstrip("?"),
            "base": PARTNERSHIPS[language],
            "shown": shown,
        }
        zone = await _zone(request, slug)
        as_of, refused = _clocks(shown, zone)
        refused = refused or next(filter(None, map(_unreadable, (shown.since, shown.until))), None)
        if refused is not None:
            offers = refused.offers.split(", ") if isinstance(refused, RecordedZoneMissingError) else []
            more = {"refusal": refused, "offers": offers}
            return page("clocks.html", language, status_code=400, **around, **more)
        data = await read(request, "plan", slug=slug, plan=str(plan_id), asOf=as_of, **_wishes(shown))
        body = data["partnership"]
        if body is None or body["plan"] is None:
            raise RouteUnknownError
        found = {**_NOT_ASKED, **body["plan"]}
        cascade = list(_cascade(found["elements"]))

        def instant(recorded_at: str) -> str:
            local = datetime.fromisoformat(recorded_at).astimezone(ZoneInfo(zone))
            return str(format_datetime(local, "long", locale=f"{language}_CA"))

        def day(iso: str) -> str:
            return day_words(date.fromisoformat(iso), language)

        helpers: dict[str, Any] = {"instant": instant, "day": day, "cascade": cascade}
        return page("plan.html", language, body=body, plan=found, **around, **helpers)

    return [plans, plan]


def _language(request: AnyRequest) -> Language:
    return "fr" if request.url.path.startswith("/fr") else "en"


def _shown(request: AnyRequest) -> Shown:
    """What the address asks for; numbers that are none are as good as absent."""
    given = request.query_params

    def number(name: str) -> int | None:
        text = given.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and 0 <= int(text[:12]) <= _VERSION_MAX else None

    return Shown(
        effective=given.get("effective", "").strip(),
        recorded=given.get("recorded", "").strip(),
        step=number("step"),
        earlier=number("from"),
        later=number("to"),
        since=given.get("since", "").strip(),
        until=given.get("until", "").strip(),
        after=given.get("after") or None,
    )


def _wishes(shown: Shown) -> dict[str, Any]:
    compared = shown.earlier is not None and shown.later is not None
    by_days = bool(shown.since and shown.until)
    return {
        "fromDay": {"effective": shown.since} if by_days else None,
        "toDay": {"effective": shown.until} if by_days else None,
        "withDays": by_days,
        "after": shown.after,
        "version": shown.step or 0,
        "withStep": shown.step is not None,
        "from": shown.earlier if compared else None,
        "to": shown.later if compared else None,
        "withDifference": compared,
    }


def _clocks(shown: Shown, zone: str) -> tuple[dict[str, str] | None, Refusal | None]:
    """Both clocks as the read API takes them, or why they cannot be used."""
    as_of: dict[str, str] = {}
    if shown.effective:
        refused = _unreadable(shown.effective)
        if refused is not None:
            return None, refused
        as_of["effective"] = shown.effective
    if shown.recorded:
        zones = (zone, *(known for known in CANADIAN_ZONES if known != zone))
        try:
            parse_recorded_as_of(shown.recorded, zones=zones)
        except (RecordedZoneMissingError, RecordedUnreadableError) as refusal:
            return None, refusal
        as_of["recorded"] = shown.recorded
    return as_of or None, None


def _unreadable(day: str) -> Refusal | None:
    """Why a day cannot be used; None where it can, or none is given."""
    if not day:
        return None
    if _DAY.fullmatch(day):
        try:
            if YEAR_MIN <= date.fromisoformat(day).year <= YEAR_MAX:
                return None
        except ValueError:  # the 31st of June
            pass
    return EffectiveUnreadableError(given=day[:60])


async def _zone(request: AnyRequest, slug: str) -> str:
    """The time zone of the body, in which its instants are shown and offered first."""
    write: WriteSide = request.app.state.write
    tenant_id = await write.bodies.resolve(slug)
    facts = None if tenant_id is None else await write.bodies.facts(tenant_id)
    try:
        return ZoneInfo("UTC" if facts is None else facts.time_zone).key
    except (ZoneInfoNotFoundError, ValueError):  # recorded before the door knew the list of zones
        return "UTC"


class Line(msgspec.Struct, frozen=True):
    """An element with how deep it stands in the cascade."""

    depth: int
    element: dict[str, Any]


def _cascade(elements: list[dict[str, Any]]) -> Iterator[Line]:
    """The elements as they come, which is the order of the cascade."""
    depths: dict[str, int] = {}
    for element in elements:
        depth = depths.get(element["parentId"] or "", -1) + 1
        depths[element["id"]] = depth
        yield Line(depth, element)
