"""Signing checkpoints: every leaf recomputed, only what is flushed, and never a second history."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg
import structlog

from domain.ids import TenantId
from domain.ports import Row
from infra.log.leaf import leaf_of
from infra.log.merkle import extend, frontier_from_bytes, frontier_root
from infra.log.proofs.checkpoint import Checkpoint, open_checkpoint
from infra.log.proofs.held import Held, HeldBrokenError, HeldCheckpoints
from infra.log.proofs.note import Note, NoteError, SigningKey

_BATCH: Final = 2_000
_FLUSH_POLL_SECONDS: Final = 0.02
_HEADS: Final = "SELECT tenant_id, position, frontier FROM log.head WHERE position > 0 ORDER BY tenant_id"
# Taken after the heads were read: what was visible then had its commit record inserted before.
_INSERTED: Final = "SELECT pg_current_wal_insert_lsn()::text"
_FLUSHED: Final = "SELECT pg_current_wal_flush_lsn() >= $1::text::pg_lsn"
_EVENTS: Final = (
    "SELECT tenant_id, position, stream_id, version, type, recorded_at, state, leaf FROM log.event"
    " WHERE tenant_id = $1 AND position > $2 AND position <= $3 ORDER BY position LIMIT $4"
)
_STORED: Final = (
    "SELECT size, note FROM log.checkpoint WHERE tenant_id = $1 AND epoch = $2 ORDER BY size DESC LIMIT 1"
)
_STORE: Final = (
    "INSERT INTO log.checkpoint (tenant_id, epoch, size, root, note, vkey) VALUES ($1, $2, $3, $4, $5, $6)"
    " ON CONFLICT DO NOTHING"
)
_logger = structlog.get_logger()


class NotSignedError(Exception):
    """A log is not what was signed of it before, or not what its leaves say; it gets no checkpoint."""


class OriginChangedError(Exception):
    """The logs were signed under another name than the settings give."""


@dataclass(frozen=True, slots=True)
class Keys:
    """One Ed25519 seed under the names of all logs.

    The name of a log is `<base>/<tenant id>`, with the number of the epoch after it from the second on.
    """

    base: str
    seed: bytes = field(repr=False)

    def of(self, tenant_id: TenantId, epoch: int) -> SigningKey:
        return SigningKey(origin(self.base, tenant_id, epoch), self.seed)

    def named(self, what: str) -> SigningKey:
        """The key for texts about no single log."""
        return SigningKey(f"{self.base}/{what}", self.seed)


def origin(base: str, tenant_id: TenantId, epoch: int) -> str:
    """The permanent name of a log's checkpoints."""
    return f"{base}/{tenant_id}" + (f"/{epoch}" if epoch > 1 else "")


@dataclass(slots=True)
class Round:
    """What one pass over the logs came to."""

    signed: dict[TenantId, Checkpoint] = field(default_factory=dict)
    refused: dict[TenantId, str] = field(default_factory=dict)
    flushed: bool = True
    """False: events were visible that no crash would have spared, so nothing was signed."""


class LogSigner:
    """Signs the logs' heads on a connection of the signer's role.

    Args:
        connection: sees all logs.
        held: the checkpoints outside the database, which this alone writes.
        keys: of the logs.
        flush_wait_seconds: how long a pass waits for PostgreSQL to flush what it saw.
    """

    def __init__(
        self,
        connection: "asyncpg.Connection[Any]",
        held: HeldCheckpoints,
        keys: Keys,
        *,
        flush_wait_seconds: float = 1.0,
    ) -> None:
        self._connection = connection
        self._held = held
        self._keys = keys
        self._flush_wait_seconds = flush_wait_seconds
        self._done: dict[TenantId, tuple[int, bytes]] = {}
        """Head at which each log was last found to be signed."""

    async def sign(self) -> Round:
        """Sign every log that has grown.

        Raises:
            OriginChangedError: nothing was signed.
        """
        heads = await self._connection.fetch(_HEADS)
        result = Round(flushed=await self._flushed())
        if not result.flushed:
            return result
        for tenant_id, position, frontier in heads:
            if self._done.get(tenant_id) == (position, frontier):
                continue
            try:
                signed = await self._sign(TenantId(tenant_id), position, frontier)
            except (NotSignedError, HeldBrokenError) as error:
                result.refused[tenant_id] = str(error)
                self._done.pop(tenant_id, None)
                continue
            self._done[tenant_id] = (position, frontier)
            if signed is not None:
                result.signed[tenant_id] = signed
        return result

    async def _flushed(self) -> bool:
        """Whether all that was visible until now is on disk.

        A transaction under `synchronous_commit = off` is seen before it is flushed. Signed and then lost in a
        crash, it would make what follows a second history.
        """
        target: str = await self._connection.fetchval(_INSERTED)
        deadline = time.monotonic() + self._flush_wait_seconds
        while not await self._connection.fetchval(_FLUSHED, target):
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(_FLUSH_POLL_SECONDS)
        return True

    async def _sign(self, tenant_id: TenantId, position: int, frontier: bytes) -> Checkpoint | None:
        held = self._held.read(tenant_id) or Held(tenant_id=tenant_id, epoch=1, size=0, frontier=b"", note="")
        key = self._keys.of(tenant_id, held.epoch)
        self._check_origin(held, key.name)
        if position < held.size:
            raise NotSignedError(
                f"the log has {position} events, a checkpoint over {held.size} was published: it was restored from"
                " before; see docs/proof.md, After a restore"
            )
        reached = await self._extended(held, key, position)
        if reached != frontier:
            raise NotSignedError(
                f"the log's tree at {position} does not begin with the {held.size} events that were signed, or its"
                " head is not that of its events; see docs/proof.md, After a restore"
            )
        if position == held.size:
            await self._store(held, key)
            return None
        checkpoint = Checkpoint(key.name, position, frontier_root(frontier_from_bytes(reached, position)))
        new = Held(
            tenant_id=tenant_id,
            epoch=held.epoch,
            size=position,
            frontier=reached,
            note=str(checkpoint.signed(key)),
        )
        self._held.write(new)  # before anybody can see it: what was shown must survive the database
        await self._store(new, key)
        return checkpoint

    def _check_origin(self, held: Held, expected: str) -> None:
        if not held.note:
            return
        note = Note.parse(held.note)
        found = Checkpoint.parse(note.text).origin
        if found != expected:
            raise OriginChangedError(
                f"the log {held.tenant_id} was signed as {found} and would now be {expected}: set"
                " ENTENTE_LOG_ORIGIN to what it was"
            )
        try:
            open_checkpoint(note, self._keys.of(held.tenant_id, held.epoch).verifier)
        except NoteError as error:
            raise NotSignedError(f"the checkpoint that is held was not signed by this key: {error}") from error

    async def _extended(self, held: Held, key: SigningKey, position: int) -> bytes:
        """The compact range at `position`, from the held one and every event after it.

        Without a held checkpoint, the tree has to pass through the highest one that the database has.
        """
        known = None
        if not held.size:
            known = await self._connection.fetchrow(_STORED, held.tenant_id, held.epoch)
        frontier, size = frontier_from_bytes(held.frontier, held.size), held.size
        if known is not None and known["size"] > position:
            raise NotSignedError(f"the log has {position} events, the database a checkpoint over {known['size']}")
        while size < position:
            rows = await self._connection.fetch(_EVENTS, held.tenant_id, size, position, _BATCH)
            if not rows:
                raise NotSignedError(f"the log lacks position {size + 1}")
            for *columns, leaf in rows:
                row = Row(*columns)
                recomputed = leaf_of(row)
                if row.position != size + 1 or recomputed != leaf:
                    raise NotSignedError(f"position {size + 1} is missing, or is not what its leaf says")
                frontier = extend(frontier, size, recomputed)
                size += 1
                if known is not None and known["size"] == size:
                    self._check_known(key, known["note"], frontier_root(frontier))
        return b"".join(frontier)

    @staticmethod
    def _check_known(key: SigningKey, note: str, root: bytes) -> None:
        try:
            checkpoint = open_checkpoint(Note.parse(note), key.verifier)
        except NoteError as error:
            raise NotSignedError(f"the database's checkpoint was not signed by this key: {error}") from error
        if checkpoint.root != root:
            raise NotSignedError(f"the log at {checkpoint.size} is not what the database's checkpoint says")

    async def _store(self, held: Held, key: SigningKey) -> None:
        await self._connection.execute(
            _STORE, held.tenant_id, held.epoch, held.size, held.root, held.note, key.verifier.vkey
        )
