"""Plain pages, complete without JavaScript: the list of partnerships, and where to go from there."""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy.exc
import structlog
from babel.dates import format_datetime
from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from domain.errors import Refusal
from domain.narration import codes
from domain.values import Language
from services.api.edge import correlation_id_of, path_of
from services.api.languages import preferred
from services.api.problems import TITLES
from services.bootstrap import WriteSide
from services.refusals import status_of
from services.refusals.requests import RouteUnknownError
from services.views.drawing import Easel
from services.views.words import say
from services.web.messages import other, text
from services.web.national import national_comparison
from services.web.places import PARTNERSHIPS, place
from services.web.registry import partnerships

STATIC: Final = {"entente.css": "text/css", "entente.svg": "image/svg+xml", "passkey.js": "text/javascript"}
"""The files that are served, by name: nothing else in the folder is."""
_NOT_PAGES: Final = (
    "/api/",
    "/log/",
    "/graphql",
    "/openapi.json",
    "/health/",
    "/metrics",
    "/static/",
    "/favicon.ico",
)
_SHOWN_IN: Final = ZoneInfo("America/Toronto")
_log = structlog.get_logger()

AnyRequest = Request[Any, Any, Any]


def is_page(path: str) -> bool:
    """Whether people, rather than programs, read what this address answers."""
    return not path.startswith(_NOT_PAGES)


def web_routes() -> list[HTTPRouteHandler]:
    """The handlers of the pages and of their style sheet."""
    easel = Easel()

    @get("/")
    async def choose(request: AnyRequest) -> Response[bytes]:
        language = preferred(request.headers.get("accept-language", "")) or "en"
        headers = {"Location": f"/{language}", "Vary": "Accept-Language", "Cache-Control": "no-store"}
        return Response(b"", status_code=302, headers=headers, media_type=MediaType.TEXT)

    @get(["/en", "/fr"])
    async def home(request: AnyRequest) -> Response[str]:
        language: Language = "fr" if request.url.path.startswith("/fr") else "en"
        write: WriteSide = request.app.state.write
        try:
            listed = await partnerships(write.database, language)
        except (sqlalchemy.exc.DBAPIError, OSError) as error:
            # The tables are built by the projector; the page stands without them.
            _log.warning("web.list_unavailable", error=type(error).__name__)
            listed = None
        newest = None
        if listed is not None and listed.newest is not None:
            local = listed.newest.astimezone(_SHOWN_IN)
            newest = format_datetime(local, "long", locale=f"{language}_CA")
        national = await national_comparison(request, write.database, language, easel)
        return page(
            "home.html",
            language,
            demo=_is_demo(request),
            listed=listed,
            newest=newest,
            base=PARTNERSHIPS[language],
            national=national,
        )

    @get("/static/{digest:str}/{name:str}")
    async def static(digest: FromPath[str], name: FromPath[str]) -> Response[bytes]:
        media_type = STATIC.get(name)
        if media_type is None or digest != _digest(name):
            raise RouteUnknownError
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(_static(name), media_type=media_type, headers=headers)

    @get("/favicon.ico")
    async def icon() -> Response[bytes]:
        # Browsers ask for this address by themselves, on every page.
        headers = {"Cache-Control": "public, max-age=86400"}
        return Response(_static("entente.svg"), media_type=STATIC["entente.svg"], headers=headers)

    return [choose, home, static, icon]


def error_page(request: AnyRequest, refusal: Refusal) -> Response[str]:
    """A failure as a page: in the address's language, else in both, the preferred one first."""
    path = path_of(request.scope)
    first: Language = preferred(request.headers.get("accept-language", "")) or "en"
    languages: list[Language] = [first, "en" if first == "fr" else "fr"]
    if path.startswith(("/fr", "/en")):
        first = "fr" if path.startswith("/fr") else "en"
        languages = [first, "en" if first == "fr" else "fr"]
    status = status_of(refusal)
    return page(
        "error.html",
        first,
        demo=_is_demo(request),
        status_code=status,
        languages=languages,
        titles=dict(zip(("en", "fr"), TITLES[status], strict=True)),
        refusal=refusal,
        correlation_id=str(correlation_id_of(request.scope)),
    )


def page(name: str, language: Language, *, status_code: int = 200, **values: Any) -> Response[str]:
    """A template in a language; `there` is where it is in the other one, `demo` whether a banner says so."""
    values = {"there": f"/{other(language)}", "demo": False, **values}
    content = _environment().get_template(name).render(language=language, other=other(language), **values)
    headers = {"Content-Language": f"{language}-CA", "Cache-Control": "no-cache", "Vary": "Accept-Language"}
    return Response(content, status_code=status_code, media_type=MediaType.HTML, headers=headers)


def _is_demo(request: AnyRequest) -> bool:
    write: WriteSide = request.app.state.write
    return not write.identity.settings.secure


def static_url(name: str) -> str:
    """Where a file is served: a changed file has another address, so a browser may keep each for ever."""
    return f"/static/{_digest(name)}/{name}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("services.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"static_url": static_url, "codes": codes, "text": text, "say": say, "place": place}
    return environment


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(_static(name)).hexdigest()[:16]


@cache
def _static(name: str) -> bytes:
    return (files("services.web") / "static" / name).read_bytes()
