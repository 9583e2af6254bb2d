"""A plan as its reader may replay it: its steps, what each changed, and both clocks to set."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from domain.narration.values import day_words
from domain.values import Language
from services.refusals.requests import RouteUnknownError
from services.web.clocks import asked_clocks, clocks_page, instant, unreadable, zone_of
from services.web.messages import other
from services.web.pages import page
from services.web.places import PARTNERSHIPS
from services.web.reading import read
from services.web.whoever import Reader, led_on, marked, reader_of

_NOT_ASKED: Final = dict.fromkeys(("step", "previous", "next", "difference", "byDays"))
"""What the document leaves out unless the address asks for it."""
_VERSION_MAX: Final = 2**31 - 1

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
    async def plans(request: AnyRequest, slug: FromPath[str]) -> Response[Any]:
        language = _language(request)
        reader = await reader_of(request, slug)
        if reader is None:
            return led_on(request, language)
        body = (await read(request, "plans", reader.viewer, slug=slug))["partnership"]
        if body is None:
            raise RouteUnknownError
        there = f"{PARTNERSHIPS[other(language)]}/{slug}/plans"
        more: dict[str, Any] = {"there": there, "base": PARTNERSHIPS[language], "member": reader.member}
        return marked(page("plans.html", language, body=body, **more), reader)

    @get([f"{base}/{{slug:str}}/plans/{{plan_id:uuid}}" for base in PARTNERSHIPS.values()])
    async def plan(request: AnyRequest, slug: FromPath[str], plan_id: FromPath[UUID]) -> Response[Any]:
        language = _language(request)
        reader = await reader_of(request, slug)
        if reader is None:
            return led_on(request, language)
        return marked(await _plan_page(request, reader, slug, plan_id), reader)

    return [plans, plan]


async def _plan_page(request: AnyRequest, reader: Reader, slug: str, plan_id: UUID) -> Response[str]:
    language = _language(request)
    shown = _shown(request)
    address = f"{{}}/{slug}/plans/{plan_id}"
    around: dict[str, Any] = {
        "here": address.format(PARTNERSHIPS[language]),
        "there": address.format(PARTNERSHIPS[other(language)]) + shown.address().rstrip("?"),
        "base": PARTNERSHIPS[language],
        "shown": shown,
    }
    zone = await zone_of(request, slug)
    as_of, refused = asked_clocks(shown.effective, shown.recorded, zone)
    refused = refused or next(filter(None, map(unreadable, (shown.since, shown.until))), None)
    if refused is not None:
        return clocks_page(refused, language, **around)
    wishes = _wishes(shown)
    data = await read(request, "plan", reader.viewer, slug=slug, plan=str(plan_id), asOf=as_of, **wishes)
    body = data["partnership"]
    if body is None or body["plan"] is None:
        raise RouteUnknownError
    found = {**_NOT_ASKED, **body["plan"]}
    helpers: dict[str, Any] = {
        "instant": lambda recorded_at: instant(recorded_at, zone, language),
        "day": lambda iso: day_words(date.fromisoformat(iso), language),
        "cascade": list(_cascade(found["elements"])),
        "member": reader.member,
    }
    return page("plan.html", language, body=body, plan=found, **around, **helpers)


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
