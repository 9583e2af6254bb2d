"""Waking those who follow the logs, after the fact and beside the append."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Self

import asyncpg
import structlog

from infra.database import closing

CHANNEL = "entente_log"
# A poke is a commit too; more of them under load would slow the appends they tell of.
_INTERVAL_SECONDS = 0.02
_RETRY_SECONDS = 1.0
_NOTIFY = "SELECT pg_notify(channel, '') FROM unnest($1::text[]) channel"
_logger = structlog.get_logger()


class Poker:
    """Sends `NOTIFY entente_log`, and dramatiq's notification for queues with new jobs.

    A notification inside the append would make all commits of the server queue up behind one lock. Pokes that
    come close together become one. A poke that is lost delays its reader until the reader's next poll.
    """

    def __init__(self, connect: Callable[[], Awaitable["asyncpg.Connection[Any]"]]) -> None:
        self._connect = connect
        self._channels: set[str] = set()
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def poke(self, queues: Iterable[str] = ()) -> None:
        """Ask for a poke; returns at once."""
        self._channels.add(CHANNEL)
        self._channels.update(f"dramatiq.{queue}.enqueue" for queue in queues)
        self._wanted.set()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="log.poker")
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        while True:
            try:
                await self._send_until_broken()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
                _logger.warning("log.poke_failed", error=repr(error))
            await asyncio.sleep(_RETRY_SECONDS)

    async def _send_until_broken(self) -> None:
        async with closing(await self._connect()) as connection:
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                channels, self._channels = self._channels, set()
                await connection.execute(_NOTIFY, sorted(channels))
                await asyncio.sleep(_INTERVAL_SECONDS)
