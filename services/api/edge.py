"""What surrounds every request: its id, who may be addressed, headers, one journal line, and the counters."""

import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec
import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from services.api.metrics import Metrics
from services.api.problems import MEDIA_TYPE, problem
from services.doors import template
from services.refusals.requests import HostNotAllowedError, InternalError

CORRELATION_HEADER: Final = "X-Correlation-Id"
_log = structlog.get_logger()

SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
OVER_TLS_HEADERS: Final[Mapping[str, str]] = {"Strict-Transport-Security": "max-age=31536000"}
"""Browsers heed it over TLS alone. Subdomains are not ours to speak for."""
_ALWAYS_SERVED = "/health/"
"""Load balancers and container engines ask by address, not by name."""


LookFirst = Callable[[HTTPScope, Receive, Send], Awaitable[bool]]
"""Whether a request was answered before it came to any route."""


class Edge:
    """The outermost ASGI layer."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        allowed_hosts: tuple[str, ...],
        metrics: Metrics,
        mounts: Collection[str] = (),
        over_tls: bool = True,
        look_first: LookFirst | None = None,
    ) -> None:
        self._app = app
        headers = {**SECURITY_HEADERS, **(OVER_TLS_HEADERS if over_tls else {})}
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        self._allowed_hosts = frozenset(host.lower() for host in allowed_hosts)
        self._metrics = metrics
        self._mounts = frozenset(mounts)
        self._look_first = look_first
        self._templates: dict[int, list[str]] = {}
        """The templates of a handler, which lives as long as the application."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        headers = {name: value for name, value in scope["headers"] if name in (b"host", b"x-correlation-id")}
        correlation_id = _uuid(headers.get(b"x-correlation-id", b"")) or uuid4()
        scope.setdefault("state", {}).update(correlation_id=correlation_id, path=scope["path"])
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(correlation_id=str(correlation_id))
        method = scope["method"]
        if method == "HEAD":  # whatever answers GET answers HEAD, without its body
            scope["method"] = "GET"
        answer = _Answer(send, correlation_id, self._headers, with_body=method != "HEAD")
        began = time.perf_counter()
        try:
            if not (scope["path"].startswith(_ALWAYS_SERVED) or self._is_allowed(headers.get(b"host", b""))):
                await _refuse_host(answer, correlation_id)
            elif self._look_first is None or not await self._look_first(scope, receive, answer):
                await self._app(scope, receive, answer)
        except Exception:  # the outermost edge: told in the journal, answered with the correlation id alone
            _log.exception("http.unexpected")
            if answer.status is not None:
                raise
            await _answer_internal(answer, correlation_id)
        finally:
            seconds = time.perf_counter() - began
            route = self._route(scope)
            self._metrics.observe(method, route, answer.status or 0, seconds)
            if not route.startswith(_ALWAYS_SERVED):
                _log.info(
                    "http.answered",
                    method=method,
                    route=route,
                    status=answer.status,
                    ms=round(seconds * 1000, 1),
                )

    def _route(self, scope: HTTPScope) -> str:
        """The template of the route: paths themselves would make as many counters as there are guesses.

        The handler says which. The framework's own template is that of the route that was added last where two
        differ in nothing but the names of their parts, and a mounted application has none.
        """
        handler = scope.get("route_handler")
        if handler is None:
            first = "/" + path_of(scope).strip("/").partition("/")[0]
            return first if first in self._mounts else "unknown"
        known = self._templates.get(id(handler))
        if known is None:
            known = self._templates[id(handler)] = sorted(map(template, handler.paths))
        return (
            known[0] if len(known) == 1 else next((one for one in known if _fits(one, path_of(scope))), "unknown")
        )

    def _is_allowed(self, host: bytes) -> bool:
        name = host.decode("latin-1").lower()
        if not name.endswith("]"):
            name, _, port = name.rpartition(":") if ":" in name else (name, "", "")
            if port and not port.isdigit():
                return False
        return "*" in self._allowed_hosts or name in self._allowed_hosts


def _fits(route: str, path: str) -> bool:
    """Whether a path is of a route with this template."""
    parts, given = route.strip("/").split("/"), path.strip("/").split("/")
    pairs = zip(parts, given, strict=False)
    return len(parts) == len(given) and all(one == other or one.startswith("{") for one, other in pairs)


class _Answer:
    """Sends, remembering the status and adding the headers."""

    def __init__(
        self, send: Send, correlation_id: UUID, headers: list[tuple[bytes, bytes]], *, with_body: bool
    ) -> None:
        self._send = send
        self._headers = headers
        self._with_body = with_body
        self._correlation_id = correlation_id
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *((name, value) for name, value in self._headers if name not in given),
                (CORRELATION_HEADER.lower().encode(), str(self._correlation_id).encode()),
            ]
        elif message["type"] == "http.response.body" and not self._with_body:
            message["body"] = b""
        await self._send(message)


def correlation_id_of(scope: Scope) -> UUID:
    """The id that the edge gave the request."""
    known: Any = scope.get("state", {}).get("correlation_id")
    return known if isinstance(known, UUID) else uuid4()


def path_of(scope: Scope) -> str:
    """The path as it was asked for: mounting an application shortens the scope's own."""
    known: Any = scope.get("state", {}).get("path")
    return known if isinstance(known, str) else scope["path"]


async def _refuse_host(send: Send, correlation_id: UUID) -> None:
    await _send_problem(send, HostNotAllowedError(), correlation_id)


async def _answer_internal(send: Send, correlation_id: UUID) -> None:
    await _send_problem(send, InternalError(), correlation_id)


async def _send_problem(send: Send, refusal: HostNotAllowedError | InternalError, correlation_id: UUID) -> None:
    body = problem(refusal, str(correlation_id))
    content = msgspec.json.encode(body)
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": body.status, "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": False})


def _uuid(value: bytes) -> UUID | None:
    try:
        return UUID(value.decode("ascii"))
    except ValueError:
        return None
