"""The feed of the logs to the projections: per tenant, in the order of positions, without gaps."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from typing import Any, Self

import asyncpg
import structlog

from domain.ids import TenantId
from domain.ports import GapError, Row
from infra import instants
from infra.database import Database, close
from infra.log.poke import CHANNEL
from infra.settings import Role
from infra.waiting import wait_at_most

POLL_SECONDS = 0.25
_READERS_MAX = 4
SCANNED_AT_ONCE = 2_000
"""More of them leave the processor's caches before they are folded, which was a quarter slower."""
# Planned with its values, a list of types is looked up by hash and not one by one.
_ENTER = "SELECT set_config('app.tenant', $1, true), set_config('plan_cache_mode', 'force_custom_plan', true)"
_COUNT = "SELECT count(*) FROM log.event WHERE tenant_id = $1 AND position <= $2"
_SCAN = (
    "SELECT position, stream_id, version, type, recorded_at, state FROM log.event"
    " WHERE tenant_id = $1 AND position > $2 AND position <= $3 AND type <> ALL($4::text[])"
    " ORDER BY position LIMIT $5"
)
_LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_logger = structlog.get_logger()


class LogFeed:
    """Implements `domain.ports.Feed` on the projector's role. Use one for each follower, in an `async with`.

    A poke ends `wait` at once. Pokes are best effort, so `wait` also looks four times a second whether any log
    has grown since it last looked.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._readers: asyncpg.Pool[Any] | None = None
        self._listener: asyncpg.Connection[Any] | None = None
        self._poked = asyncio.Event()
        self._seen: tuple[int, int] | None = None

    async def __aenter__(self) -> Self:
        self._readers = await self._database.pool(Role.PROJECTOR, connections_max=_READERS_MAX, init=instants.know)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._listener is not None:
            await close(self._listener)
        if self._readers is not None:
            await self._readers.close()

    async def heads(self) -> Mapping[TenantId, int]:
        """See `domain.ports.Feed.heads`."""
        rows = await self._pool().fetch("SELECT tenant_id, position FROM log.head")
        heads = {TenantId(tenant_id): position for tenant_id, position in rows}
        self._seen = (len(heads), sum(heads.values()))
        return heads

    async def read(
        self, tenant_id: TenantId, after: int, *, limit: int = 5_000, upto: int | None = None
    ) -> AsyncIterator[Sequence[Row]]:
        """See `domain.ports.Feed.read`."""
        end = await self._end(tenant_id, upto)
        while after < end:
            records = await self._pool().fetch(
                "SELECT * FROM log.read_log($1, $2, $3, $4)", tenant_id, after, end, limit
            )
            rows = [Row(*record) for record in records]
            expected = min(limit, end - after)
            if len(rows) != expected or rows[0].position != after + 1 or rows[-1].position != after + expected:
                raise GapError(
                    f"the log of {tenant_id} should have {expected} events after {after}, it has {len(rows)}"
                )
            yield rows
            after = rows[-1].position

    async def scan(
        self,
        tenant_id: TenantId,
        *,
        without: Collection[str] = (),
        limit: int = SCANNED_AT_ONCE,
        upto: int | None = None,
    ) -> AsyncGenerator[tuple[int, Sequence[Row]], None]:
        """See `domain.ports.Feed.scan`. Reads the table itself, which costs half of what `log.read_log` does.

        Raises:
            GapError: a position is missing; nothing was given yet.
        """
        end, left_out, after = await self._end(tenant_id, upto), list(without), 0
        async with self._pool().acquire() as connection, connection.transaction(readonly=True):
            await connection.execute(_ENTER, str(tenant_id))
            count = await connection.fetchval(_COUNT, tenant_id, end)
            if count != end:  # positions are unique and begin at 1
                raise GapError(f"the log of {tenant_id} should have {end} events, it has {count}")
            while after < end:
                records = await connection.fetch(_SCAN, tenant_id, after, end, left_out, limit)
                after = records[-1][0] if len(records) == limit else end
                yield after, [Row(tenant_id, *record) for record in records]

    async def wait(self, timeout_seconds: float) -> None:
        """See `domain.ports.Feed.wait`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_seconds
        await self._listen()
        while not self._poked.is_set() and not await self._grew():
            left_seconds = deadline - loop.time()
            if left_seconds <= 0:
                return
            await wait_at_most(self._poked, min(POLL_SECONDS, left_seconds))
        self._poked.clear()

    async def _end(self, tenant_id: TenantId, upto: int | None) -> int:
        head = await self._pool().fetchval("SELECT position FROM log.head WHERE tenant_id = $1", tenant_id) or 0
        return int(head if upto is None else min(head, upto))

    async def _grew(self) -> bool:
        row = await self._pool().fetchrow("SELECT count(*), coalesce(sum(position), 0)::bigint FROM log.head")
        assert row is not None
        before, self._seen = self._seen, (row[0], row[1])
        return before is not None and before != self._seen

    async def _listen(self) -> None:
        if self._listener is not None and not self._listener.is_closed():
            return
        try:
            self._listener = await self._database.connect(Role.PROJECTOR)
            await self._listener.add_listener(CHANNEL, self._on_poke)
        except _LOST as error:
            _logger.warning("log.listen_failed", error=repr(error))  # the poll carries on

    def _on_poke(self, *_: object) -> None:
        self._poked.set()

    def _pool(self) -> "asyncpg.Pool[Any]":
        assert self._readers is not None, "use the feed in an async with"
        return self._readers
