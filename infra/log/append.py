"""Group commit: concurrent appends share one transaction and one flush, and each gets its own answer."""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol, Self

import asyncpg
import structlog

from domain.ids import TenantId
from domain.ports import Append, AppendError, Outcome, OutcomeUnknownError
from infra.database import close
from infra.log.batch import APPEND_SQL, Footprint, answers, arguments, job_queues

REQUESTS_MAX = 64
"""Per call. A call holds the heads of its tenants until it is flushed, so it should not grow without end."""
_PATIENCE_SECONDS = 10.0
_ANSWER_SECONDS_MAX = 30.0
_RECONNECT_SECONDS_FIRST = 0.02
_RECONNECT_SECONDS_MAX = 2.0
_CONNECT_ERRORS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
# After these the server may have committed before it hung up: connection failures, shutdown, crash.
_LOST_CONDITIONS = ("08", "57P")
_logger = structlog.get_logger()


Connect = Callable[[], Awaitable["asyncpg.Connection[Any]"]]


class LogUnreachableError(AppendError):
    """There was no connection for too long. The events were never sent, so nothing was recorded."""


class Pokes(Protocol):
    """Wakes the readers of the logs and of the job queues; returns at once."""

    def poke(self, queues: Iterable[str]) -> None: ...


@dataclass(slots=True, eq=False)
class _Waiting:
    append: Append
    answer: "asyncio.Future[Outcome]"
    since: float


class GroupCommit:
    """Writes appends on one connection of its own. While one group commits, the next one gathers.

    There is no timer: a lone append goes at once, and under load the groups grow by themselves. Appends of one
    stream keep the order in which they came. An append whose caller was cancelled is still written.

    Two connections with half of the logs each were measured at 0.6 of one: with one, concurrent callers fall into
    step and hardly ever wait for a group that they are not in.

    Args:
        connect: opens a connection that may execute `log.append_columns`.
        pokes: is told after each group that wrote something.
        refuses: what to answer, once there is a connection, to appends to a log that may not grow.
    """

    def __init__(
        self,
        connect: Connect,
        pokes: Pokes,
        *,
        refuses: Callable[[TenantId], AppendError | None] = lambda _: None,
        requests_max: int = REQUESTS_MAX,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        self._connect = connect
        self._pokes = pokes
        self._refuses = refuses
        self._requests_max = requests_max
        self._patience_seconds = patience_seconds
        self._waiting: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()
        self._closing = False
        self._connection: asyncpg.Connection[Any] | None = None
        self._task: asyncio.Task[None] | None = None

    async def append(self, append: Append) -> Outcome:
        """Write the events of one command; returns once they are on disk.

        Raises:
            AppendError: one of its subclasses.
        """
        if self._closing or self._task is None or self._task.done():
            raise LogUnreachableError("this process is shutting down: send the same command to another")
        loop = asyncio.get_running_loop()
        waiting = _Waiting(append, loop.create_future(), loop.time())
        self._waiting.append(waiting)
        self._drained.clear()
        self._arrived.set()
        return await waiting.answer  # a caller that is cancelled takes its future along, not its append

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="log.append")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        assert self._task is not None
        drained = asyncio.create_task(self._drained.wait())
        await asyncio.wait({drained, self._task}, return_when=asyncio.FIRST_COMPLETED)
        drained.cancel()
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        if self._connection is not None:
            await close(self._connection)

    async def _run(self) -> None:
        group: list[_Waiting] = []
        try:
            while True:
                if not self._waiting:
                    self._drained.set()
                    self._arrived.clear()
                    await self._arrived.wait()
                connection = self._connection or await self._reconnect()
                group = self._next_group()
                if group:
                    await self._commit(connection, group)
        finally:
            for waiting in (*group, *self._waiting):
                _refuse(waiting, OutcomeUnknownError("the process ended meanwhile: send the same key again"))

    def _next_group(self) -> list[_Waiting]:
        footprint = Footprint()
        group: list[_Waiting] = []
        passed_over: list[_Waiting] = []
        while self._waiting and len(group) < self._requests_max:
            waiting = self._waiting.popleft()
            refused = self._refuses(waiting.append.tenant_id)
            if refused is not None:
                _refuse(waiting, refused)
                continue
            (group if footprint.admits(waiting.append) else passed_over).append(waiting)
        self._waiting.extendleft(reversed(passed_over))
        return group

    async def _commit(self, connection: "asyncpg.Connection[Any]", group: list[_Waiting]) -> None:
        appends = [waiting.append for waiting in group]
        try:
            [row] = await connection.fetch(APPEND_SQL, *arguments(appends), timeout=_ANSWER_SECONDS_MAX)
        except Exception as error:  # noqa: BLE001 - whatever it was, each waiter must hear of it
            await self._failed(connection, group, error)
            return
        recorded = False
        for waiting, result in zip(group, answers(appends, row), strict=True):
            if isinstance(result, Outcome):
                recorded = recorded or (result.position is not None and not result.replayed)
                if not waiting.answer.done():
                    waiting.answer.set_result(result)
            else:
                _refuse(waiting, result)
        if recorded:
            self._pokes.poke(job_queues(appends))

    async def _failed(
        self, connection: "asyncpg.Connection[Any]", group: list[_Waiting], error: Exception
    ) -> None:
        if connection.is_closed() or not was_answered(error):
            _logger.warning("log.connection_lost", requests=len(group), error=repr(error))
            self._hang_up()
            for waiting in group:
                unknown = OutcomeUnknownError("the connection was lost after sending: send the same key again")
                unknown.__cause__ = error
                _refuse(waiting, unknown)
        elif len(group) == 1:
            _refuse(group[0], error)
        else:
            # One of them is to blame, or they blocked each other. Alone, each gets what it deserves.
            _logger.warning("log.group_split", requests=len(group), error=repr(error))
            for waiting in group:
                await self._commit(self._connection or await self._reconnect(), [waiting])

    async def _reconnect(self) -> "asyncpg.Connection[Any]":
        loop = asyncio.get_running_loop()
        delay_seconds = _RECONNECT_SECONDS_FIRST
        while True:
            try:
                self._connection = await self._connect()
            except _CONNECT_ERRORS as error:
                _logger.warning("log.connect_failed", error=repr(error))
            else:
                return self._connection
            while self._waiting and loop.time() - self._waiting[0].since > self._patience_seconds:
                _refuse(
                    self._waiting.popleft(),
                    LogUnreachableError("the database was out of reach; nothing was sent, try again later"),
                )
            if not self._waiting:
                self._drained.set()
            # All processes lose their connections at once; the jitter keeps them from returning at once.
            await asyncio.sleep(delay_seconds * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
            delay_seconds = min(delay_seconds * 2, _RECONNECT_SECONDS_MAX)

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


def was_answered(error: Exception) -> bool:
    """Whether the server refused the statement, or it was never sent: either way nothing was written."""
    if isinstance(error, asyncpg.PostgresError):
        return not (error.sqlstate or "08").startswith(_LOST_CONDITIONS)
    return isinstance(error, asyncpg.DataError | TypeError | ValueError)  # the arguments could not be encoded


def _refuse(waiting: _Waiting, error: Exception) -> None:
    if not waiting.answer.done():
        waiting.answer.set_exception(error)
