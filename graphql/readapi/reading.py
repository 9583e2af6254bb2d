"""One request's reading: who asks, the transactions it holds open, and its loaders."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from uuid import UUID

import strawberry
import structlog
from sqlalchemy import Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement
from strawberry.dataloader import DataLoader

from domain.confidentiality import Confidentiality
from domain.errors import Refusal
from domain.ids import TenantId
from readapi import mandated, shared, sight
from readapi.asof import Clock
from readapi.operational import operational
from readapi.ports import ReadDatabase
from readapi.refusals import StatementTimeoutError
from readapi.viewer import ANONYMOUS, Mandate, Share, Viewer

log = structlog.get_logger()
K = TypeVar("K")
V = TypeVar("V")

STATEMENT_TIMEOUT_MS: Final = 3_000
_ending: Final[set["asyncio.Task[None]"]] = set()
"""Holds them: the loop itself does not."""
UNKEYED: Final = Confidentiality(key=secrets.token_bytes(32))
"""The bounds that hold where nobody set others. Its rounding is this process's own."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose records are read, as whom, and as of when."""

    body: TenantId
    member: bool
    clock: Clock
    mandates: tuple[Mandate, ...] = ()
    """Of an auditor, whom it makes as good as a member on the days of their periods."""
    share: Share | None = None
    """Of a reader who is there for one organisation: read in the scope of the body, and is no member otherwise."""

    @property
    def scope(self) -> TenantId | None:
        """The body in whose scope the connection is; None is the national reader's."""
        return self.body if self.member or self.share is not None else None

    def at(self, clock: Clock) -> "Place":
        if self.mandates:
            return replace(self, clock=clock, member=any(one.covers(clock.effective) for one in self.mandates))
        return Place(self.body, self.member, clock, share=self.share)


class _Held:
    """A transaction of the request, used by one resolver at a time."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.lock = asyncio.Lock()
        self.failed: Refusal | None = None


class _Loader(DataLoader[K, V]):
    """Several fields wait for one key: one that is refused cancels its neighbours, not what others wait for."""

    def load(self, key: K) -> Awaitable[V]:
        """See `DataLoader.load`."""
        return asyncio.shield(super().load(key))


class Reading:
    """What resolvers get as context. Close it with `async with`.

    It holds at most two transactions, and takes the national one first: requests that wait for each other's
    connections in a ring are not possible.
    """

    def __init__(
        self,
        database: ReadDatabase,
        viewer: Viewer,
        now: Clock,
        confidentiality: Confidentiality = UNKEYED,
        *,
        timeout_ms: int = STATEMENT_TIMEOUT_MS,
    ) -> None:
        self.viewer = viewer
        self.now = now
        self.confidentiality = confidentiality
        self._database = database
        self._timeout_ms = timeout_ms
        self._stack = AsyncExitStack()
        self._held: dict[TenantId | None, _Held] = {}
        self._opening = asyncio.Lock()
        self._loaders: dict[Any, DataLoader[Any, Any]] = {}
        self._running: set[asyncio.Task[Sequence[Sequence[Any]]]] = set()
        self._closed = False
        self.statements = 0

    async def __aenter__(self) -> Self:
        await self._stack.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # Loaders run in tasks of their own, which giving up on the request leaves behind. What a refused field
        # left running ends by itself, within the time of a statement; then the transaction ends in order.
        self._closed = True
        running = list(self._running)
        if kind is not None:
            for task in running:
                task.cancel()
        ending = asyncio.create_task(self._end(running, kind, error, traceback))
        _ending.add(ending)
        ending.add_done_callback(_ending.discard)
        await asyncio.shield(ending)  # given up while it ends, a request still gives its connections back

    async def _end(self, running: Sequence["asyncio.Task[Any]"], *why: Any) -> None:
        await asyncio.gather(*running, return_exceptions=True)
        try:
            with operational():
                await self._stack.__aexit__(*why)
        except Refusal as refusal:
            # The line is gone, such as of a transaction that waited too long for the other one. Nothing was to be
            # written, and what was read was read.
            log.info("read.ended_alone", reason=type(refusal.__cause__).__name__)

    async def rows(self, scope: TenantId | None, statement: Select[Any]) -> Sequence[Sequence[Any]]:
        """The rows of a select in the scope of a body's member, or (None) of the national reader.

        Raises:
            StatementTimeoutError: it ran too long; so does every later select of the scope.
            DatabaseBusyError: no connection was to be had.
            OutsideMandateError: an auditor's mandate does not cover these records.
            OutsideShareError: they are not for somebody who is there for one organisation.
        """
        if self._closed:
            raise StatementTimeoutError
        if scope is not None and self.viewer.share_in(scope) is not None:
            shared.check(statement)
        elif scope is not None:
            mandated.check(self.viewer, scope, statement)
        task = asyncio.create_task(self._rows(scope, statement))
        self._running.add(task)
        task.add_done_callback(self._done)
        # A refused field cancels its neighbours; a statement that was cut off would spoil the transaction for all.
        return await asyncio.shield(task)

    def _done(self, task: "asyncio.Task[Sequence[Sequence[Any]]]") -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # whoever asked may have gone

    async def _rows(self, scope: TenantId | None, statement: Select[Any]) -> Sequence[Sequence[Any]]:
        held = await self._open(scope)
        async with held.lock:
            if self._closed:
                raise StatementTimeoutError  # nobody waits for it any more
            if held.failed is not None:
                raise held.failed
            self.statements += 1
            try:
                with operational():
                    found: Sequence[Sequence[Any]] = (await held.connection.execute(statement)).all()
            except Refusal as refusal:
                held.failed = refusal  # the transaction is over: what comes after would only fail otherwise
                raise
            return found

    def loader(self, load: Callable[["Reading", list[K]], Awaitable[Sequence[V]]]) -> DataLoader[K, V]:
        """This request's loader of a batch function."""
        found = self._loaders.get(load)
        if found is None:

            async def batch(keys: list[K]) -> Sequence[V]:
                return await load(self, keys)

            found = self._loaders[load] = _Loader(load_fn=batch)
        return found

    def as_public(self) -> "Reading":
        """The same reading for nobody in particular. Close it too."""
        return Reading(self._database, ANONYMOUS, self.now, self.confidentiality, timeout_ms=self._timeout_ms)

    def place(self, body: TenantId, clock: Clock) -> Place:
        """Where the records of a body are read by this viewer."""
        viewer = self.viewer
        place = Place(body, viewer.belongs_to(body), clock, viewer.mandates_on(body), viewer.share_in(body))
        return place.at(clock)

    def visible(self, source: Table, scope: TenantId | None, at: Clock | None = None) -> ColumnElement[bool]:
        """What the viewer may see of a table; see `sight.visible`.

        National tables need the clock that they are read with: what was seen depends on it.
        """
        share = None if scope is None else self.viewer.share_in(scope)
        if scope is not None and share is not None:
            return shared.visible(source, scope, share)
        drafts, reader = self.viewer.writes_drafts, self.viewer.grantee
        assert at is not None or scope is not None or source.schema != "national", f"{source} without a clock"
        then = None if at is None or not at.as_seen else sight.granted_at(at)
        return sight.visible(source, source.schema, scope, drafts=drafts, reader=reader, then=then)

    async def _open(self, scope: TenantId | None) -> _Held:
        async with self._opening:
            if scope is not None and None not in self._held:
                await self._begin(None)
            return self._held.get(scope) or await self._begin(scope)

    async def _begin(self, scope: TenantId | None) -> _Held:
        entering = self._database.national(self.viewer.grantee) if scope is None else self._database.member(scope)
        with operational():
            connection = await self._stack.enter_async_context(entering)
            await connection.execute(select(func.set_config("statement_timeout", str(self._timeout_ms), True)))
        held = self._held[scope] = _Held(connection)
        return held


Info = strawberry.Info[Reading, None]


def in_any(source: ColumnElement[Any], ids: Sequence[UUID]) -> ColumnElement[bool]:
    """`source = ANY (…)` with one parameter, so that every length of list is the same statement."""
    return source.in_(ids) if len(ids) != 1 else source == ids[0]
