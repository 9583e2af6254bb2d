"""What happens once a day for each body: a thread of the worker that puts the day's jobs into the queue."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

import asyncpg
import sqlalchemy.exc
import structlog

from domain.ids import TenantId
from infra.settings import DatabaseSettings
from services.bootstrap import WriteSide, open_write_side

EVERY: Final = timedelta(seconds=15)
Enqueue = Callable[[WriteSide, datetime], Awaitable[object]]
"""Puts the jobs of the bodies whose hour has come into the queue."""
_ENTER: Final = "SELECT log.enter($1)"
_ENQUEUE: Final = "SELECT jobs.enqueue($1, $2, $3, jsonb_build_array($4::text, $5::text))"
_OPERATIONAL: Final = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    sqlalchemy.exc.DBAPIError,
)
_logger = structlog.get_logger()


class Beside(NamedTuple):
    """Another job of the same body and day, put into the queue with it."""

    actor: str
    queue: str


class Daily(NamedTuple):
    """A job of one body and day; its arguments are these two."""

    actor: str
    queue: str
    take: str
    """Writes the day ($2) of a body ($1) and returns a row, unless that day or a later one stands there already.

    Two workers at once: the second waits for the first one's row, and finds the day taken.
    """
    beside: tuple[Beside, ...] = ()


async def take(write: WriteSide, daily: Daily, tenant_id: TenantId, day: date) -> bool:
    """Put the job of a body's day into the queue if nobody has. The day and the job are written together."""
    async with write.pool.acquire() as connection, connection.transaction():
        await connection.execute(_ENTER, tenant_id)
        if not await connection.fetchval(daily.take, tenant_id, day):
            return False
        for actor, queue in ((daily.actor, daily.queue), *daily.beside):
            await connection.execute(_ENQUEUE, tenant_id, actor, queue, str(tenant_id), str(day))
    return True


@contextmanager
def keep_enqueuing(
    database: DatabaseSettings, name: str, enqueue: Enqueue, stop: threading.Event
) -> Iterator[None]:
    """Look for bodies whose hour has come, in a thread, until `stop` is set.

    What ends it before, a bug, sets `stop`: a worker that lives and does not do this would not be noticed.
    """

    def look() -> None:
        try:
            asyncio.run(_keep_enqueuing(database, name, enqueue, stop))
        finally:
            stop.set()

    looking = threading.Thread(target=look, name=name, daemon=True)
    looking.start()
    try:
        yield
    finally:
        stop.set()
        looking.join()


async def _keep_enqueuing(database: DatabaseSettings, name: str, enqueue: Enqueue, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            async with open_write_side(database) as write:
                while not stop.is_set():
                    await enqueue(write, datetime.now(UTC))
                    await asyncio.to_thread(stop.wait, EVERY.total_seconds())
        except _OPERATIONAL as error:
            _logger.warning("daily.interrupted", what=name, error=type(error).__name__)
            await asyncio.to_thread(stop.wait, EVERY.total_seconds())
