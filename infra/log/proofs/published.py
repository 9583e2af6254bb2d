"""What is served of a signed log: its newest checkpoint with cosignatures, tiles, bundles and proofs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from domain.ids import TenantId
from domain.ports import Row
from infra.log.leaf import leaf_preimage
from infra.log.merkle import TILE_HEIGHT, TILE_WIDTH
from infra.log.proofs.checkpoint import Checkpoint, LeafProof
from infra.log.proofs.entries import ENTRIES, TileName, bundle
from infra.log.proofs.note import Note, Signature, VerifierKey
from infra.log.proofs.tree import LogTree, StoredTiles
from infra.log.proofs.witness import Submission

_NEWEST: Final = (
    "SELECT epoch, size, note, vkey FROM log.checkpoint WHERE tenant_id = $1"
    " ORDER BY epoch DESC, size DESC LIMIT 1"
)
_FINAL: Final = (
    "SELECT c.epoch, c.size, c.note, c.vkey FROM log.checkpoint c WHERE c.tenant_id = $1 AND ("
    " SELECT count(DISTINCT split_part(s.witness, '/', 1)) FROM log.cosignature s"
    " WHERE s.tenant_id = c.tenant_id AND s.epoch = c.epoch AND s.size = c.size AND s.witness = ANY($3)) >= $2"
    " ORDER BY c.epoch DESC, c.size DESC LIMIT 1"
)
_COSIGNATURES: Final = (
    "SELECT line FROM log.cosignature WHERE tenant_id = $1 AND epoch = $2 AND size = $3 ORDER BY witness"
)
_OLDER: Final = "SELECT note FROM log.checkpoint WHERE tenant_id = $1 AND epoch = $2 ORDER BY size"
_EVENTS: Final = (
    "SELECT tenant_id, position, stream_id, version, type, recorded_at, state FROM log.event"
    " WHERE tenant_id = $1 AND position > $2 AND position <= $3 ORDER BY position"
)


class PublishedLog:
    """One body's log as far as it is signed, on a connection that reads as that body."""

    def __init__(self, connection: "asyncpg.Connection[Any]", tenant_id: TenantId) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self._tree = LogTree(StoredTiles(connection, tenant_id))

    async def newest(self) -> tuple[Note, VerifierKey] | None:
        """The newest checkpoint with its cosignatures, and the key that signed it; None before the first."""
        return await self._with_cosignatures(await self._connection.fetchrow(_NEWEST, self._tenant_id))

    async def final(self, witnesses: list[str], final_at: int) -> Note | None:
        """The newest checkpoint that witnesses of `final_at` organisations cosigned; none for 0."""
        if not final_at:
            return None
        row = await self._connection.fetchrow(_FINAL, self._tenant_id, final_at, witnesses)
        found = await self._with_cosignatures(row)
        return None if found is None else found[0]

    async def older(self) -> list[Note]:
        """Every checkpoint of the present epoch, the oldest first."""
        row = await self._connection.fetchrow(_NEWEST, self._tenant_id)
        if row is None:
            return []
        return [
            Note.parse(one["note"]) for one in await self._connection.fetch(_OLDER, self._tenant_id, row["epoch"])
        ]

    async def tile(self, name: TileName) -> bytes | None:
        """A tile or a bundle of entries; None if the newest checkpoint's tree has none of this width."""
        size = await self._size()
        level = max(name.level, 0)
        if (name.index * TILE_WIDTH + name.width) > size >> (TILE_HEIGHT * level):
            return None
        if name.level != ENTRIES:
            return b"".join(
                await StoredTiles(self._connection, self._tenant_id).tile(level, name.index, name.width)
            )
        first = name.index * TILE_WIDTH
        return bundle(leaf_preimage(row) for row in await self.rows(first, first + name.width))

    async def rows(self, after: int, upto: int) -> list[Row]:
        """The events after one position up to another."""
        return [Row(*row) for row in await self._connection.fetch(_EVENTS, self._tenant_id, after, upto)]

    async def proof(self, index: int) -> LeafProof | None:
        """That a leaf is in the newest checkpoint's tree; None if that is not so yet."""
        newest = await self.newest()
        if newest is None:
            return None
        size = Checkpoint.parse(newest[0].text).size
        if not 0 <= index < size:
            return None
        return LeafProof(index, tuple(await self._tree.inclusion(index, size)), newest[0])

    async def continuation(self, old_size: int) -> Submission | None:
        """That the newest checkpoint continues the log of an earlier size, in the form that witnesses take."""
        newest = await self.newest()
        if newest is None:
            return None
        size = Checkpoint.parse(newest[0].text).size
        if not 0 <= old_size <= size:
            return None
        return Submission(old_size, tuple(await self._tree.consistency(old_size, size)), newest[0])

    async def _size(self) -> int:
        row = await self._connection.fetchrow(_NEWEST, self._tenant_id)
        return 0 if row is None else int(row["size"])

    async def _with_cosignatures(self, row: "asyncpg.Record | None") -> tuple[Note, VerifierKey] | None:
        if row is None:
            return None
        lines = await self._connection.fetch(_COSIGNATURES, self._tenant_id, row["epoch"], row["size"])
        note = Note.parse(row["note"]).with_signatures([Signature.parse(line["line"][:-1]) for line in lines])
        return note, VerifierKey.parse(row["vkey"])


@asynccontextmanager
async def published(pool: "asyncpg.Pool[Any]", tenant_id: TenantId) -> AsyncIterator[PublishedLog]:
    """A body's published log, standing still."""
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        await connection.execute("SELECT log.enter($1)", tenant_id)
        yield PublishedLog(connection, tenant_id)
