"""The endpoint: GraphQL over HTTP in front of the schema, as a plain ASGI application."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

import strawberry
import structlog
from graphql import GraphQLError, OperationType

from domain.confidentiality import Confidentiality
from domain.errors import Refusal
from readapi import asof, negotiation
from readapi.asof import Clock
from readapi.changes import Following, States
from readapi.compiler.plans import Compiler
from readapi.compiler.run import run
from readapi.compiler.slugs import Slugs
from readapi.compiler.tags import matches, tag_of
from readapi.exchange import NOT_ACCEPTABLE, Answer, HttpError, Receive, Scope, Send, read_request, send_answer
from readapi.kept import Keep, readings
from readapi.negotiation import GraphQLRequest
from readapi.operational import operational
from readapi.ports import ReadDatabase
from readapi.reading import STATEMENT_TIMEOUT_MS, UNKEYED, Reading
from readapi.refusals import DatabaseBusyError, StatementTimeoutError, request_error
from readapi.requested import Known, Operation, Requests
from readapi.schema import schema as default_schema
from readapi.streams import Streams
from readapi.telling import masked, nothing, refused, told
from readapi.viewer import ANONYMOUS, Viewer

Viewing = Callable[[Scope], Viewer | Awaitable[Viewer]]
Spending = Callable[[Scope, int], Awaitable[None]]
"""Is told what a request over HTTP asks for, as `extensions.cost` counts it, before it is read."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSettings:
    """How much one request may take."""

    body_bytes_max: int = 128 * 1024
    execution_timeout: timedelta = timedelta(seconds=10)
    statement_timeout_ms: int = STATEMENT_TIMEOUT_MS
    """Of each statement of the executor; that of a compiled operation is its database's."""
    introspection: bool = True
    """Whether the public may ask for the schema. Members always may."""
    compiled: bool = True
    """Whether operations are compiled where they can be. Off, the executor answers everything the same."""
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    confidentiality: Confidentiality = UNKEYED
    """By what the public is shown counts of people. All processes of an instance need the same."""


def viewer_of_state(scope: Scope) -> Viewer:
    """The viewer that a middleware left in `scope["state"]["viewer"]`; the public where there is none."""
    viewer = (scope.get("state") or {}).get("viewer")
    return viewer if isinstance(viewer, Viewer) else ANONYMOUS


_NEEDS_STREAM: Final = request_error(
    "SUBSCRIPTION_NEEDS_STREAM",
    "A subscription is answered with events: send `Accept: text/event-stream`.",
    "On répond à un abonnement par des événements : envoyez `Accept: text/event-stream`.",
)


class GraphQLEndpoint:
    """One ASGI application per process: it keeps prepared documents and nothing of a request."""

    def __init__(
        self,
        database: ReadDatabase,
        settings: ReadSettings | None = None,
        *,
        viewer_of: Viewing = viewer_of_state,
        spend: Spending | None = None,
        schema: strawberry.Schema = default_schema,
        keep: Keep | None = None,
    ) -> None:
        self._database = database
        self._settings = settings or ReadSettings()
        self._viewer_of = viewer_of
        self._spend = spend
        self._schema = schema
        self._keep = keep
        slugs = self._slugs = Slugs(database)
        self._states = States(database, slugs)
        self._streams = Streams()
        self._asking: set[asyncio.Task[bool]] = set()
        """Holds them: the loop itself does not."""
        self._compiler = Compiler(schema._schema, slugs, self._settings.confidentiality)  # noqa: SLF001
        self._requests = Requests(schema._schema, introspection=self._settings.introspection)  # noqa: SLF001

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if negotiation.wants_events(headers.get(b"accept", "")):
            await self._follow(scope, headers, receive, send)
            return
        media = negotiation.answer_type(headers.get(b"accept", ""))
        if media is None:
            await send_answer(send, NOT_ACCEPTABLE.answer, negotiation.JSON)
            return
        try:
            request = await read_request(scope, headers, receive, bytes_max=self._settings.body_bytes_max)
            viewer = await self._viewer(scope)
            known = Known(headers.get(b"if-none-match", ""), media) if scope["method"] == "GET" else None
            checked = self._requests.checked(request, viewer, reads_only=scope["method"] != "POST", known=known)
        except HttpError as error:
            await send_answer(send, error.answer, media)
            return
        if isinstance(checked, Operation) and self._spend is not None:
            await self._spend(scope, checked.cost)
        answer = await self._answered(checked, viewer)
        await send_answer(send, answer, media)

    async def _viewer(self, scope: Scope) -> Viewer:
        viewer = self._viewer_of(scope)
        return viewer if isinstance(viewer, Viewer) else await viewer

    async def _is_still(self, scope: Scope, viewer: Viewer) -> bool:
        try:
            with operational():
                return await self._viewer(scope) == viewer
        except Refusal as refusal:
            if refusal.kind == "operational":
                raise
            return False  # what was shown is not valid any more

    async def _follow(self, scope: Scope, headers: Mapping[bytes, str], receive: Receive, send: Send) -> None:
        """Answer a subscription with events; what is wrong with it is an ordinary answer."""
        try:
            request = await read_request(scope, headers, receive, bytes_max=self._settings.body_bytes_max)
            viewer = await self._viewer(scope)
            checked = self._requests.checked(request, viewer, reads_only=False)
        except HttpError as error:
            checked = error.answer
        if isinstance(checked, Operation) and checked.node.operation is not OperationType.SUBSCRIPTION:
            checked = NOT_ACCEPTABLE.answer
        if isinstance(checked, Answer):
            await send_answer(send, checked, negotiation.GRAPHQL)
            return
        if self._spend is not None:
            await self._spend(scope, checked.cost)

        async def still() -> bool:
            asking = asyncio.create_task(self._is_still(scope, viewer))
            self._asking.add(asking)
            asking.add_done_callback(self._asking.discard)
            return await asyncio.shield(asking)  # who leaves meanwhile cuts no statement off

        following = Following(self._states, viewer, still)
        stream = await self._schema.subscribe(
            checked.request.query or "",
            variable_values=checked.request.variables,
            context_value=following,
            root_value=checked.prepared,
            operation_name=checked.request.operation_name,
        )
        await self._streams.send(stream, _correlation_id(), receive, send)

    async def answer(
        self, request: GraphQLRequest, viewer: Viewer, *, reads_only: bool = False, known: Known | None = None
    ) -> Answer:
        """Answer a request; also the way in for pages that read in process.

        Args:
            request: with a document, or with the hash of a stored one.
            viewer: who asks.
            reads_only: refuse anything but queries.
            known: what the reader has already; a stored document is then answered with its tag.

        Raises:
            HttpError: there is no document, or it is no query and came by GET.
        """
        return await self._answered(
            self._requests.checked(request, viewer, reads_only=reads_only, known=known), viewer
        )

    async def _answered(self, checked: Answer | Operation, viewer: Viewer) -> Answer:
        if isinstance(checked, Answer):
            return checked
        if checked.node.operation is OperationType.SUBSCRIPTION:
            return refused([_NEEDS_STREAM])
        if self._keep is None or not viewer.kept:
            return await self._read(checked, viewer)
        return await self._read_and_kept(checked, viewer, self._keep)

    async def _read_and_kept(self, asked: Operation, viewer: Viewer, keep: Keep) -> Answer:
        """An answer that leaves only once it is kept who read it. The two go on side by side."""
        keeping = asyncio.create_task(self._kept(asked, viewer, keep))
        try:
            answer = await self._read(asked, viewer)
        except BaseException:
            keeping.cancel()
            raise
        try:
            await keeping
        except Exception:  # whatever it was, nothing leaves of which it is not kept who read it
            correlation_id = _correlation_id()
            log.exception("read.not_kept", correlation_id=correlation_id)
            error = GraphQLError("", path=[], original_error=DatabaseBusyError())
            return Answer(200, {"data": None, "errors": [told(error, correlation_id)]})
        return answer

    async def _kept(self, asked: Operation, viewer: Viewer, keep: Keep) -> None:
        found = await readings(
            self._schema._schema,  # noqa: SLF001
            asked.node,
            asked.prepared.fragments,
            asked.variables,
            viewer,
            self._slugs,
        )
        if found:
            await keep(viewer, found)

    async def _read(self, asked: Operation, viewer: Viewer) -> Answer:
        extensions = asked.extensions
        now = asof.today(self._settings.clock())
        correlation_id = _correlation_id()
        limit = asyncio.timeout(self._settings.execution_timeout.total_seconds())
        try:
            async with limit:
                compiled = await self._compiled(asked, viewer, now, correlation_id)
                if compiled is not None and compiled.status != HTTPStatus.OK:
                    return compiled
                if compiled is not None:
                    return replace(compiled, body={**compiled.body, "extensions": extensions})
                result = await self._executed(asked, viewer, now)
        except Exception as failure:  # the edge: told in the journal, masked for the reader, never a 500
            # A statement that is given up may take its connection along: ending its transaction then fails too.
            if limit.expired():
                if not isinstance(failure, TimeoutError):
                    log.exception("read.failed_late", correlation_id=correlation_id)
                late = GraphQLError("", path=[], original_error=StatementTimeoutError())
                return Answer(
                    200, {"data": None, "errors": [told(late, correlation_id)], "extensions": extensions}
                )
            log.exception("read.failed", correlation_id=correlation_id)
            error = GraphQLError("", path=[])
            return Answer(200, {"data": None, "errors": [masked(error, correlation_id)], "extensions": extensions})
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body["errors"] = [told(error, correlation_id) for error in result.errors]
        return Answer(200, body | {"extensions": extensions})

    async def _compiled(self, asked: Operation, viewer: Viewer, now: Clock, correlation_id: str) -> Answer | None:
        """The answer of one statement, or None where the executor has to answer."""
        if not self._settings.compiled:
            return None
        bound = await self._compiler.bound(asked.prepared, asked.node, asked.variables, viewer, now)
        if bound is None:
            return None
        headers: tuple[tuple[bytes, bytes], ...] = ()
        try:
            if asked.known is not None:
                tag = await tag_of(self._database, bound, viewer, asked.known.media)
                headers = ((b"etag", tag.encode()),)
                if matches(asked.known.tags, tag):
                    return Answer(HTTPStatus.NOT_MODIFIED, {}, headers)
            data = await run(self._database, bound, viewer)
        except Refusal as refusal:
            return nothing(bound.plan, refusal, correlation_id)
        return None if data is None else Answer(200, {}, headers, data)

    async def _executed(self, asked: Operation, viewer: Viewer, now: Clock) -> Any:
        settings = self._settings
        async with Reading(
            self._database,
            viewer,
            now,
            settings.confidentiality,
            timeout_ms=settings.statement_timeout_ms,
        ) as reading:
            return await self._schema.execute(
                asked.request.query,
                variable_values=asked.request.variables,
                context_value=reading,
                root_value=asked.prepared,
                operation_name=asked.request.operation_name,
            )


def _correlation_id() -> str:
    bound = structlog.contextvars.get_contextvars().get("correlation_id")
    return str(bound or uuid.uuid4())
