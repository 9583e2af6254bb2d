"""What departs from a rule in a partnership's log, as a page for its members."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from domain.exceptions import KINDS, TITLES
from domain.narration.values import day_words
from domain.values import Language
from services.web.clocks import asked_clocks, clocks_page, instant, unreadable, zone_of
from services.web.messages import MESSAGES, other
from services.web.pages import page
from services.web.places import PARTNERSHIPS
from services.web.reading import read_stored
from services.web.whoever import Reader, led_on, marked, reader_of

DOCUMENT: Final = "exceptions"
FIRST: Final = 50
"""On one page."""

AnyRequest = Request[Any, Any, Any]


class Shown(NamedTuple):
    """What an address of the page asks for, as it was written."""

    effective: str
    recorded: str
    kind: str
    since: str
    after: str

    def address(self, **changes: str) -> str:
        """The query of the same page with other wishes; empty ones are left out."""
        given = {name: value for name, value in {**self._asdict(), **changes}.items() if value}
        return f"?{urlencode(given)}" if given else "?"


class Group(NamedTuple):
    """The exceptions of one kind that stand on this page."""

    kind: str
    title: Mapping[str, str]
    found: list[dict[str, Any]]


def exceptions_routes() -> list[HTTPRouteHandler]:
    """The handler of the page, in both languages."""

    @get([f"{base}/{{slug:str}}/exceptions" for base in PARTNERSHIPS.values()])
    async def exceptions(request: AnyRequest, slug: FromPath[str]) -> Response[Any]:
        language: Language = "fr" if request.url.path.startswith("/fr") else "en"
        reader = await reader_of(request, slug)
        if reader is None:
            return led_on(request, language)
        return marked(await _page(request, reader, slug, language), reader)

    return [exceptions]


async def _page(request: AnyRequest, reader: Reader, slug: str, language: Language) -> Response[str]:
    shown = _shown(request)
    here, there = (f"{PARTNERSHIPS[one]}/{slug}/exceptions" for one in (language, other(language)))
    around: dict[str, Any] = {"here": here, "there": there + shown.address().rstrip("?"), "shown": shown}
    if not reader.member:
        return _closed(language, **around)
    zone = await zone_of(request, slug)
    as_of, refused = asked_clocks(shown.effective, shown.recorded, zone)
    refused = refused or unreadable(shown.since)
    if refused is not None:
        return clocks_page(refused, language, **around)
    wishes = {
        "slug": slug,
        "first": FIRST,
        "asOf": as_of,
        "kinds": [shown.kind.upper()] if shown.kind else None,
        "since": shown.since or None,
        "after": shown.after or None,
    }
    body = (await read_stored(request, DOCUMENT, wishes, reader.viewer))["partnership"]
    if body is None or body["exceptions"] is None:
        return _closed(language, **around)
    return page(
        "exceptions.html",
        language,
        base=PARTNERSHIPS[language],
        body=body,
        first=FIRST,
        groups=_groups(body["exceptions"]["nodes"]),
        kinds=[(kind, TITLES[kind].in_(language).text) for kind in KINDS],
        day=lambda iso: day_words(date.fromisoformat(iso), language),
        instant=lambda recorded_at: instant(recorded_at, zone, language),
        worded=lambda key, code: MESSAGES[key].in_(language) if key in MESSAGES else code,
        **around,
    )


def _closed(language: Language, **around: Any) -> Response[str]:
    """The same for everybody who is no member, and for addresses of no partnership."""
    return page("exceptions_closed.html", language, status_code=403, **around)


def _shown(request: AnyRequest) -> Shown:
    """What the address asks for; a kind that is none is as good as absent."""
    given = {name: request.query_params.get(name, "").strip() for name in Shown._fields}
    return Shown(**(given | {"kind": given["kind"] if given["kind"] in KINDS else ""}))


def _groups(nodes: list[dict[str, Any]]) -> list[Group]:
    """By kind in the order of the kinds, each as they come, which is latest first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for node in nodes:
        found.setdefault(node["kind"].lower(), []).append(node)
    return [Group(kind, found[kind][0]["title"], found[kind]) for kind in KINDS if kind in found]
