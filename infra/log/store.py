"""The event store: the write side's port over the append function and the reads under row-level security."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import msgspec
import structlog

from domain.envelope import Envelope
from domain.event import Recorded, decode
from domain.ids import CommandId, PersonId, StreamId, TenantId
from domain.ports import Append, Batch, KeyReusedError, Outcome, Row, Sealer
from domain.stream import Loaded, State, Stream
from domain.values import Citation
from infra.database import Database, close
from infra.log.append import GroupCommit
from infra.log.poke import Poker
from infra.log.proofs.held import HeldCheckpoints
from infra.log.proofs.restored import RestoreGuard
from infra.log.snapshots import EVERY_VERSIONS, decode_snapshot, encode_snapshot, may_be_snapshotted
from infra.log.whole import WholeCommit
from infra.settings import Role

S = TypeVar("S", bound=State)
_READERS_MAX = 8
_STORED_VERSION_MAX = 2**31 - 1
_APPEND_SETTINGS = {"synchronous_commit": "on", "plan_cache_mode": "force_generic_plan"}
# A poke changes no data: its own commit need not wait for the disk.
_POKE_SETTINGS = {"synchronous_commit": "off"}
_logger = structlog.get_logger()


class LogStore:
    """Implements `domain.ports.EventStore`. One per process; `open_log_store` makes it."""

    def __init__(
        self, commit: GroupCommit, whole: WholeCommit, readers: "asyncpg.Pool[Any]", sealer: Sealer
    ) -> None:
        self._commit = commit
        self._whole = whole
        self._readers = readers
        self._sealer = sealer
        self._saving: set[asyncio.Task[None]] = set()

    async def append(self, append: Append) -> Outcome:
        """See `domain.ports.EventStore.append`."""
        outcome = await self._commit.append(append)
        return await self._with_leaf(append.tenant_id, outcome) if outcome.replayed else outcome

    async def append_batch(self, batch: Batch) -> Outcome:
        """See `domain.ports.EventStore.append_batch`."""
        return await self._with_leaf(batch.tenant_id, await self._whole.append(batch))

    async def outcome(
        self, tenant_id: TenantId, principal: PersonId, command_id: CommandId, fingerprint: bytes
    ) -> Outcome | None:
        """See `domain.ports.EventStore.outcome`."""
        row = await self._readers.fetchrow(
            "SELECT * FROM log.read_outcome($1, $2, $3)", tenant_id, principal, command_id
        )
        if row is None:
            return None
        kept_fingerprint, first_position, position, version, recorded_at = row
        if kept_fingerprint != fingerprint:
            raise KeyReusedError(
                f"command {command_id} was used for another request: send a new one under a new id"
            )
        outcome = Outcome(
            first_position=first_position,
            position=position,
            version=version,
            recorded_at=recorded_at,
            replayed=True,
        )
        return await self._with_leaf(tenant_id, outcome)

    async def load(
        self, tenant_id: TenantId, stream: Stream[S], stream_id: StreamId, *, version: int | None = None
    ) -> Loaded[S]:
        """See `domain.ports.EventStore.load`. Where it passes a hundredth version, it leaves a snapshot behind."""
        rows = await self._readers.fetch(
            "SELECT * FROM log.load_stream($1, $2, $3, $4, $5)",
            tenant_id,
            stream_id,
            stream.name,
            stream.schema,
            version,
        )
        loaded: Loaded[S] | None = None
        if rows and rows[0]["position"] is None:
            loaded = decode_snapshot(stream, rows[0]["state"])
            rows = rows[1:]
        events = await self._sealer.open(tenant_id, [recorded(Row(*row)) for row in rows])
        known = 0 if loaded is None else loaded.version
        boundary = (known + len(events)) // EVERY_VERSIONS * EVERY_VERSIONS
        if boundary > known and may_be_snapshotted(type(stream.initial)):
            loaded = stream.fold(loaded, events[: boundary - known])
            events = events[boundary - known :]
            self._save_later(tenant_id, stream, stream_id, loaded)
        return stream.fold(loaded, events)

    async def events_of(
        self, tenant_id: TenantId, stream_id: StreamId, *, after: int = 0, upto: int | None = None
    ) -> list[Recorded]:
        """See `domain.ports.EventStore.events_of`."""
        rows = await self._readers.fetch(
            "SELECT * FROM log.read_stream($1, $2, $3, $4)", tenant_id, stream_id, after, upto
        )
        return await self._sealer.open(tenant_id, [recorded(Row(*row)) for row in rows])

    async def begun(self, tenant_id: TenantId, stream_ids: Collection[StreamId]) -> frozenset[StreamId]:
        """See `domain.ports.EventStore.begun`."""
        rows = await self._readers.fetch("SELECT * FROM log.streams_begun($1, $2)", tenant_id, list(stream_ids))
        return frozenset(StreamId(row[0]) for row in rows)

    async def mentioning(self, tenant_id: TenantId, id_: UUID) -> list[Recorded]:
        """See `domain.ports.EventStore.mentioning`."""
        rows = await self._readers.fetch("SELECT * FROM log.read_mentioning($1, $2)", tenant_id, id_)
        return await self._sealer.open(tenant_id, [recorded(Row(*row)) for row in rows])

    async def cited(self, citation: Citation) -> Envelope | None:
        """See `domain.ports.EventStore.cited`."""
        if citation.version > _STORED_VERSION_MAX:
            return None
        row = await self._readers.fetchrow(
            "SELECT state FROM log.read_stream($1, $2, $3, $4)",
            *(citation.log, citation.stream, citation.version - 1, citation.version),
        )
        return None if row is None else decode(row["state"])[0]

    async def claimed(self, tenant_id: TenantId, claim: str) -> StreamId | None:
        """See `domain.ports.EventStore.claimed`."""
        holder: UUID | None = await self._readers.fetchval("SELECT log.claimed_by($1, $2)", tenant_id, claim)
        return None if holder is None else StreamId(holder)

    async def claimed_under(self, tenant_id: TenantId, prefix: str) -> tuple[StreamId, ...]:
        """See `domain.ports.EventStore.claimed_under`."""
        rows = await self._readers.fetch("SELECT * FROM log.claimed_under($1, $2)", tenant_id, prefix)
        return tuple(dict.fromkeys(StreamId(row[0]) for row in rows))

    async def _with_leaf(self, tenant_id: TenantId, outcome: Outcome) -> Outcome:
        """The same with the leaf hash that was kept, for an outcome of which the events are not at hand."""
        if outcome.position is None:
            return outcome
        leaf: bytes = await self._readers.fetchval("SELECT log.leaf_at($1, $2)", tenant_id, outcome.position)
        return msgspec.structs.replace(outcome, leaf=leaf)

    async def snapshots_saved(self) -> None:
        """Return once the snapshots that were begun are written."""
        await asyncio.gather(*self._saving)

    def _save_later(self, tenant_id: TenantId, stream: Stream[S], stream_id: StreamId, loaded: Loaded[S]) -> None:
        task = asyncio.create_task(self._save(tenant_id, stream, stream_id, loaded), name="log.snapshot")
        self._saving.add(task)
        task.add_done_callback(self._saving.discard)

    async def _save(self, tenant_id: TenantId, stream: Stream[S], stream_id: StreamId, loaded: Loaded[S]) -> None:
        try:
            await self._readers.execute(
                "SELECT log.save_snapshot($1, $2, $3, $4, $5, $6)",
                tenant_id,
                stream_id,
                loaded.version,
                stream.name,
                stream.schema,
                encode_snapshot(loaded),
            )
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _logger.warning("log.snapshot_failed", error=repr(error))  # a cache: the next load tries again


@asynccontextmanager
async def open_log_store(
    database: Database, sealer: Sealer, *, held: HeldCheckpoints | None = None
) -> AsyncIterator[LogStore]:
    """The store with its connections; at the end it finishes what was begun and closes them.

    With `held`, a log that is not what was signed of it is not written to.
    """
    guard = RestoreGuard(held)

    async def append_connection() -> "asyncpg.Connection[Any]":
        connection = await database.connect(Role.APP, settings=_APPEND_SETTINGS)
        try:
            await guard.look(connection)
        except BaseException:
            await close(connection)
            raise
        return connection

    async def poke_connection() -> "asyncpg.Connection[Any]":
        return await database.connect(Role.APP, settings=_POKE_SETTINGS)

    async with AsyncExitStack() as stack:
        readers = await stack.enter_async_context(
            await database.pool(Role.APP, connections_max=_READERS_MAX, settings={"plan_cache_mode": "auto"})
        )
        poker = await stack.enter_async_context(Poker(poke_connection))
        commit = await stack.enter_async_context(GroupCommit(append_connection, poker, refuses=guard.refuses))
        whole = WholeCommit(append_connection, poker, refuses=guard.refuses)
        stack.push_async_callback(whole.finished)
        store = LogStore(commit, whole, readers, sealer)
        stack.push_async_callback(store.snapshots_saved)
        yield store


def recorded(row: Row) -> Recorded:
    """A stored event as replay and projections receive it.

    Raises:
        UnknownEventError: a newer program wrote it.
    """
    envelope, payload = decode(row.state)
    return Recorded(
        payload=payload,
        envelope=envelope,
        tenant_id=row.tenant_id,
        originator_id=row.stream_id,
        originator_version=row.version,
        position=row.position,
        recorded_at=row.recorded_at,
    )
