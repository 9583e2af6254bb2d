"""The endpoint: GraphQL over HTTP in front of the schema, as a plain ASGI application."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import strawberry
import structlog
from graphql import GraphQLError, OperationDefinitionNode, OperationType
from graphql.execution.values import get_variable_values

from domain.errors import Refusal
from readapi import asof, limits, negotiation, refusals
from readapi.negotiation import GraphQLRequest, UnreadableRequestError
from readapi.ports import ReadDatabase
from readapi.prepared import Documents, Prepared
from readapi.reading import Reading
from readapi.refusals import StatementTimeoutError, request_error
from readapi.schema import schema as default_schema
from readapi.viewer import ANONYMOUS, Viewer

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Viewing = Callable[[Scope], Viewer | Awaitable[Viewer]]

log = structlog.get_logger()
encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSettings:
    """How much one request may take."""

    body_bytes_max: int = 128 * 1024
    execution_timeout: timedelta = timedelta(seconds=10)
    introspection: bool = True
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: the status and the body; `errors` alone means that nothing was executed."""

    status: int
    body: Mapping[str, Any]
    headers: tuple[tuple[bytes, bytes], ...] = ()


class HttpError(Exception):
    """A request that ends before GraphQL begins."""

    def __init__(self, status: int, code: str, en: str, fr: str, *, allow: bytes | None = None) -> None:
        super().__init__(en)
        headers = () if allow is None else ((b"allow", allow),)
        self.answer = Answer(status, {"errors": [request_error(code, en, fr).formatted]}, headers)


_NOT_ACCEPTABLE: Final = HttpError(
    406,
    "NOT_ACCEPTABLE",
    f"Accept {negotiation.JSON} or {negotiation.GRAPHQL}.",
    f"Acceptez {negotiation.JSON} ou {negotiation.GRAPHQL}.",
)


def viewer_of_state(scope: Scope) -> Viewer:
    """The viewer that a middleware left in `scope["state"]["viewer"]`; the public where there is none."""
    viewer = (scope.get("state") or {}).get("viewer")
    return viewer if isinstance(viewer, Viewer) else ANONYMOUS


class GraphQLEndpoint:
    """One ASGI application per process: it keeps prepared documents and nothing of a request."""

    def __init__(
        self,
        database: ReadDatabase,
        settings: ReadSettings | None = None,
        *,
        viewer_of: Viewing = viewer_of_state,
        schema: strawberry.Schema = default_schema,
    ) -> None:
        self._database = database
        self._settings = settings or ReadSettings()
        self._viewer_of = viewer_of
        self._schema = schema
        self._documents = Documents(schema._schema, introspection=self._settings.introspection)  # noqa: SLF001

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        media = negotiation.answer_type(headers.get(b"accept", ""))
        if media is None:
            await _send(send, _NOT_ACCEPTABLE.answer, negotiation.JSON)
            return
        try:
            request = await self._request(scope, headers, receive)
            viewer = self._viewer_of(scope)
            if not isinstance(viewer, Viewer):
                viewer = await viewer
            answer = await self.answer(request, viewer, reads_only=scope["method"] != "POST")
        except HttpError as error:
            answer = error.answer
        await _send(send, answer, media)

    async def answer(self, request: GraphQLRequest, viewer: Viewer, *, reads_only: bool = False) -> Answer:
        """Answer a request; also the way in for pages that read in process.

        Raises:
            HttpError: there is no document, or it is no query and came by GET.
        """
        if not request.query:
            raise HttpError(
                400, "QUERY_MISSING", "Send a GraphQL document as `query`.", "Envoyez un document dans `query`."
            )
        prepared = self._documents.prepare(request.query)
        if reads_only and any(node.operation is not OperationType.QUERY for node in prepared.operations):
            raise HttpError(
                405,
                "GET_READS_ONLY",
                "GET takes queries only.",
                "GET n’accepte que des requêtes de lecture.",
                allow=b"POST",
            )
        if prepared.errors:
            return _refused([_worded(error, "INVALID_DOCUMENT") for error in prepared.errors])
        operation = _chosen(prepared, request.operation_name)
        if operation is None:
            return _refused(
                [
                    request_error(
                        "OPERATION_UNKNOWN",
                        "Name one of the document's operations in `operationName`.",
                        "Nommez dans `operationName` une des opérations du document.",
                    )
                ]
            )
        variables = self._variables(operation, request.variables or {})
        if isinstance(variables, list):
            return _refused([_worded(error, "INVALID_VARIABLES") for error in variables])
        try:
            meter = limits.Meter(self._schema._schema, prepared.fragments, variables)  # noqa: SLF001
            measures = meter.operation(operation)
        except limits.FirstOutOfRangeError as error:
            return _refused([limits.first_refusal(error)])
        extensions = {"cost": {"requested": measures.cost, "maximum": limits.COST_MAX}}
        refused = limits.refusals(measures)
        if refused:
            return _refused(refused, extensions)
        return await self._execute(request, prepared, viewer, extensions)

    def _variables(
        self, operation: OperationDefinitionNode, given: dict[str, Any]
    ) -> Mapping[str, Any] | list[GraphQLError]:
        try:
            found = get_variable_values(
                self._schema._schema,  # noqa: SLF001
                operation.variable_definitions or (),
                given,
                max_errors=20,
            )
        except RecursionError:
            return [request_error("TOO_DEEP", "The variables nest too deeply.", "Variables trop imbriquées.")]
        return found if isinstance(found, list) else found.coerced

    async def _execute(
        self, request: GraphQLRequest, prepared: Prepared, viewer: Viewer, extensions: dict[str, Any]
    ) -> Answer:
        now = asof.today(self._settings.clock())
        correlation_id = _correlation_id()
        try:
            async with asyncio.timeout(self._settings.execution_timeout.total_seconds()):
                async with Reading(self._database, viewer, now) as reading:
                    result = await self._schema.execute(
                        request.query,
                        variable_values=request.variables,
                        context_value=reading,
                        root_value=prepared,
                        operation_name=request.operation_name,
                    )
        except TimeoutError:
            error = GraphQLError("", path=[], original_error=StatementTimeoutError())
            return Answer(200, {"data": None, "errors": [_told(error, correlation_id)], "extensions": extensions})
        except Exception:
            log.exception("read.failed", correlation_id=correlation_id)
            error = GraphQLError("", path=[])
            return Answer(
                200, {"data": None, "errors": [_masked(error, correlation_id)], "extensions": extensions}
            )
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body["errors"] = [_told(error, correlation_id) for error in result.errors]
        return Answer(200, body | {"extensions": extensions})

    async def _request(self, scope: Scope, headers: Mapping[bytes, str], receive: Receive) -> GraphQLRequest:
        match scope["method"]:
            case "GET" | "HEAD":
                read: Callable[[bytes], GraphQLRequest] = negotiation.from_query_string
                content: bytes = scope["query_string"]
                self._check_length(len(content))
            case "POST":
                if not negotiation.is_json(headers.get(b"content-type", "")):
                    raise HttpError(
                        415,
                        "NOT_JSON",
                        "Send a body of type application/json in UTF-8.",
                        "Envoyez un corps de type application/json en UTF-8.",
                    )
                read, content = negotiation.from_body, await self._body(headers, receive)
            case _:
                raise HttpError(
                    405,
                    "METHOD_NOT_ALLOWED",
                    "Use GET or POST.",
                    "Utilisez GET ou POST.",
                    allow=b"GET, POST",
                )
        try:
            return read(content)
        except UnreadableRequestError as error:
            raise HttpError(
                400,
                "UNREADABLE_REQUEST",
                f"This is not a GraphQL request: {error}",
                f"Ce n’est pas une requête GraphQL : {error}",
            ) from error

    async def _body(self, headers: Mapping[bytes, str], receive: Receive) -> bytes:
        declared = headers.get(b"content-length", "")
        self._check_length(int(declared) if declared.isascii() and declared.isdigit() else 0)
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            self._check_length(len(body))
            if message["type"] != "http.request" or not message.get("more_body"):
                return bytes(body)

    def _check_length(self, length: int) -> None:
        if length > self._settings.body_bytes_max:
            raise HttpError(
                413,
                "BODY_TOO_LARGE",
                f"A request has at most {self._settings.body_bytes_max} bytes.",
                f"Une requête compte au plus {self._settings.body_bytes_max} octets.",
            )


def _chosen(prepared: Prepared, name: str | None) -> OperationDefinitionNode | None:
    operations = prepared.operations
    if name is None:
        return operations[0] if len(operations) == 1 else None
    return next((node for node in operations if node.name is not None and node.name.value == name), None)


def _refused(errors: Sequence[GraphQLError], extensions: Mapping[str, Any] | None = None) -> Answer:
    body: dict[str, Any] = {"errors": [error.formatted for error in errors]}
    if extensions is not None:
        body["extensions"] = extensions
    return Answer(400, body)


def _worded(error: GraphQLError, code: str) -> GraphQLError:
    """A library's error with our code and both languages; its own sentence exists in English only."""
    if error.extensions and "code" in error.extensions:
        return error
    fr = (
        "Le document GraphQL n’est pas valide"
        if code == "INVALID_DOCUMENT"
        else "Les variables ne conviennent pas"
    )
    error.extensions = {
        "code": code,
        "message": {"en": error.message, "fr": f"{fr} (en anglais) : {error.message}"},
    }
    return error


def _told(error: GraphQLError, correlation_id: str) -> dict[str, Any]:
    """An error of the execution as the reader is told it: refusals in words, everything else masked."""
    cause: BaseException | None = error.original_error
    if isinstance(cause, Refusal):
        told = GraphQLError(
            cause.message("en"), error.nodes, path=error.path, extensions=refusals.extensions(cause)
        )
        return dict(told.formatted)
    if error.path is None and cause is None:
        return dict(_worded(error, "INVALID_DOCUMENT").formatted)
    log.error("read.failed", correlation_id=correlation_id, path=error.path, exc_info=cause or error)
    return _masked(error, correlation_id)


def _masked(error: GraphQLError, correlation_id: str) -> dict[str, Any]:
    en = f"Something went wrong on our side. Quote {correlation_id} when you report it."
    fr = f"Un problème est survenu de notre côté. Citez {correlation_id} si vous le signalez."
    extensions = {"code": "INTERNAL", "correlationId": correlation_id, "message": {"en": en, "fr": fr}}
    return dict(GraphQLError(en, error.nodes, path=error.path, extensions=extensions).formatted)


def _correlation_id() -> str:
    bound = structlog.contextvars.get_contextvars().get("correlation_id")
    return str(bound or uuid.uuid4())


async def _send(send: Send, answer: Answer, media: str) -> None:
    status, body = answer.status, dict(answer.body)
    if status == 400 and "data" not in body and media == negotiation.JSON and _is_graphql(body):  # noqa: PLR2004
        # The draft: with application/json, every well-formed GraphQL request is answered 200.
        status, body = 200, {"data": None, **body}
    content = encode(body)
    headers = [
        (b"content-type", f"{media}; charset=utf-8".encode()),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"Accept, Authorization, Cookie"),
        (b"x-content-type-options", b"nosniff"),
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


_BEFORE_GRAPHQL: Final = frozenset({"QUERY_MISSING", "UNREADABLE_REQUEST"})


def _is_graphql(body: Mapping[str, Any]) -> bool:
    return not any(error["extensions"]["code"] in _BEFORE_GRAPHQL for error in body["errors"])
