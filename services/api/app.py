"""The HTTP application: API, description, health, metrics, pages and the mounted read API."""

import hmac
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import asyncpg
import msgspec
import structlog
from litestar import Litestar, MediaType, Request, Response, asgi, get
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, ExceptionHandlersMap, HTTPScope, Receive, Send

from domain.errors import Refusal
from infra.log.proofs.held import HeldCheckpoints
from infra.settings import Settings, WebSettings
from services.api.addresses import address_routes
from services.api.admitting import admit
from services.api.calendar import calendar_routes
from services.api.contacts import contact_routes
from services.api.denied import note_denied
from services.api.documents import document_routes
from services.api.edge import Edge, LookFirst, correlation_id_of, path_of
from services.api.exchange import exchange_routes
from services.api.health import LIVE_PATH, READY_PATH, Check, Warned, readiness
from services.api.imports import import_routes
from services.api.limiting import limit_address
from services.api.logs import log_routes
from services.api.metrics import Metrics
from services.api.openapi import openapi_bytes
from services.api.packs import pack_routes
from services.api.people import people_routes
from services.api.problems import problem_response
from services.api.readings import reading_routes
from services.api.routes import write_routes
from services.api.service_tokens import service_token_routes
from services.api.views import view_routes
from services.bootstrap import WriteSide, open_write_side
from services.doors import check_declared, template
from services.identity.refusals import ConfirmationNeededError
from services.refusals.bounds import TooManyRequestsError
from services.refusals.orders import UnavailableError
from services.refusals.requests import (
    BodyTooLargeError,
    InternalError,
    MediaTypeError,
    MethodNotAllowedError,
    RequestInvalidError,
    RouteUnknownError,
)
from services.refusals.rights import TokenInvalidError
from services.web.account import account_routes
from services.web.confirming import confirm_routes
from services.web.exceptions_page import exceptions_routes
from services.web.forgotten import forgotten_routes
from services.web.own_data import own_data_routes
from services.web.pages import error_page, is_page, web_routes
from services.web.passkeys import passkey_routes
from services.web.plan_page import plan_routes
from services.web.proof_pages import proof_page_routes
from services.web.providers import provider_routes
from services.web.readings_page import readings_routes
from services.web.signing_in import sign_in_routes
from services.web.signing_out import signing_out_routes
from services.web.whoever import led_to_confirm

OPENAPI_PATH = "/openapi.json"
METRICS_PATH = "/metrics"

_log = structlog.get_logger()
AnyRequest = Request[Any, Any, Any]
_BY_STATUS: Mapping[int, Callable[[], Refusal]] = {
    404: RouteUnknownError,
    405: MethodNotAllowedError,
    413: BodyTooLargeError,
    415: MediaTypeError,
}
_OPERATIONAL = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.TooManyConnectionsError,
    ConnectionError,
    TimeoutError,
)


def health_paths() -> frozenset[str]:
    """The addresses that monitors ask."""
    return frozenset({LIVE_PATH, READY_PATH})


def create_app(
    settings: Settings,
    *,
    checks: Callable[[WriteSide], Mapping[str, Check]],
    mounts: Mapping[str, ASGIApp] | None = None,
    lifespans: Sequence[Callable[[Litestar], AbstractAsyncContextManager[None]]] = (),
) -> ASGIApp:
    """The application over the database of the settings.

    Args:
        settings: of this process.
        checks: what readiness looks at.
        mounts: ASGI applications by path, such as the read API at /graphql.
        lifespans: what else lives as long as the application.

    Raises:
        UndeclaredDoorError: it would serve something of which no line says whom it lets in.
    """
    metrics = Metrics()

    @asynccontextmanager
    async def write_side(app: Litestar) -> AsyncIterator[None]:
        held = HeldCheckpoints(settings.proof.checkpoint_dir)
        async with open_write_side(
            settings.database,
            settings.documents,
            held=held,
            sessions=settings.sessions,
            rates=settings.rates,
            quotas=settings.quotas,
        ) as write:
            app.state.write = write
            yield

    litestar = Litestar(
        guards=[admit],
        route_handlers=[
            *write_routes(metrics),
            *import_routes(),
            *document_routes(settings.documents),
            *calendar_routes(),
            *view_routes(),
            *exchange_routes(),
            *address_routes(),
            *people_routes(settings),
            *reading_routes(),
            *service_token_routes(settings),
            *_service_routes(settings.web, metrics, checks),
            *log_routes(settings.proof),
            *pack_routes(settings.proof, settings.database),
            *web_routes(),
            *plan_routes(),
            *exceptions_routes(),
            *readings_routes(),
            *own_data_routes(),
            *contact_routes(),
            *proof_page_routes(settings.proof),
            *sign_in_routes(),
            *account_routes(),
            *confirm_routes(),
            *passkey_routes(),
            *forgotten_routes(settings),
            *provider_routes(settings),
            *signing_out_routes(settings),
            *(asgi(path, is_mount=True, copy_scope=True)(app) for path, app in (mounts or {}).items()),
        ],
        exception_handlers=_exception_handlers(),
        after_exception=[note_denied],
        lifespan=[write_side, *lifespans],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=settings.web.body_max_bytes,
        debug=False,
    )
    check_declared(doors_of(litestar))
    return Edge(
        litestar,
        allowed_hosts=settings.web.allowed_hosts,
        metrics=metrics,
        mounts=mounts or (),
        over_tls=settings.sessions.secure,
        look_first=_look_first(litestar),
    )


def doors_of(litestar: Litestar) -> Iterator[list[str]]:
    """For each handler that the application serves, where it stands, as `services.doors` has it."""
    for route in litestar.routes:
        if not isinstance(route, HTTPRoute):
            yield [f"ANY {route.path_format}"]
            continue
        for handler in route.route_handlers:
            keys = [f"{method} {template(path)}" for method in handler.http_methods for path in handler.paths]
            yield [key for key in keys if not key.startswith("OPTIONS ")]


def _look_first(litestar: Litestar) -> LookFirst:
    async def look(scope: HTTPScope, receive: Receive, send: Send) -> bool:
        """Ask whoever sends too much to wait, before anything else is done for them."""
        try:
            await limit_address(scope, litestar.state.write)
        except TooManyRequestsError as refusal:
            scope["litestar_app"] = litestar
            request = AnyRequest(scope, receive, send)
            answer = refused(request, refusal).to_asgi_response(None, request)
            await answer(scope, receive, send)
            return True
        return False

    return look


def _service_routes(
    web: WebSettings, metrics: Metrics, checks: Callable[[WriteSide], Mapping[str, Check]]
) -> list[HTTPRouteHandler]:
    description = openapi_bytes()

    @get(OPENAPI_PATH)
    async def describe() -> Response[bytes]:
        return Response(description, media_type=MediaType.JSON, headers={"Cache-Control": "public, max-age=300"})

    @get(LIVE_PATH)
    async def live() -> Response[bytes]:
        return Response(b'{"live":true}', media_type=MediaType.JSON, headers={"Cache-Control": "no-store"})

    @get(READY_PATH)
    async def ready(request: AnyRequest) -> Response[bytes]:
        parts = await readiness(checks(request.app.state.write), metrics)
        fine = all(reason is None or isinstance(reason, Warned) for reason in parts.values())
        body = {"ready": fine, "parts": {name: str(reason or "ready") for name, reason in parts.items()}}
        return Response(
            msgspec.json.encode(body),
            status_code=200 if fine else 503,
            media_type=MediaType.JSON,
            headers={"Cache-Control": "no-store"},
        )

    @get(METRICS_PATH)
    async def measure(request: AnyRequest) -> Response[bytes]:
        if web.metrics_token is None:
            raise RouteUnknownError
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {web.metrics_token}".encode()):
            raise TokenInvalidError
        return Response(metrics.text(), media_type="text/plain; version=0.0.4")

    return [describe, live, ready, measure]


def refused(request: AnyRequest, error: Refusal) -> Response[Any]:
    """A refusal as whoever asked reads it: a page, or a problem."""
    if not is_page(path_of(request.scope)):
        return problem_response(error, str(correlation_id_of(request.scope)))
    if isinstance(error, ConfirmationNeededError):
        return led_to_confirm(request)
    answer = error_page(request, error)
    if "seconds" in error.facts:
        answer.headers["Retry-After"] = str(error.facts["seconds"])
    return answer


def _exception_handlers() -> ExceptionHandlersMap:
    def http(request: AnyRequest, error: HTTPException) -> Response[Any]:
        if error.status_code >= 500:  # noqa: PLR2004
            return unexpected(request, error)
        answer = refused(request, _BY_STATUS.get(error.status_code, RequestInvalidError)())
        answer.headers.update(
            {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
        )
        return answer

    def operational(request: AnyRequest, error: Exception) -> Response[Any]:
        _log.warning("http.unavailable", error=type(error).__name__)
        return refused(request, UnavailableError())

    def unexpected(request: AnyRequest, error: Exception) -> Response[Any]:
        _log.error("http.unexpected", exc_info=error)
        return refused(request, InternalError())

    handlers: dict[Any, Any] = {Refusal: refused, HTTPException: http, Exception: unexpected}
    handlers |= dict.fromkeys(_OPERATIONAL, operational)
    return handlers
