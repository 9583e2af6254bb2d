"""Proofs about a stored log, from its tiles: a handful of reads, however long the log is."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import asyncpg

from domain.ids import TenantId
from infra.log.merkle import (
    HASH_BYTES,
    TILE_HEIGHT,
    TILE_WIDTH,
    Subtree,
    consistency_proof,
    inclusion_proof,
    perfect_root,
    range_root,
)

T = TypeVar("T")
_TILE = "SELECT data FROM log.tile WHERE tenant_id = $1 AND level = $2 AND idx = $3"
_LEAVES = (
    "SELECT leaf FROM log.event WHERE tenant_id = $1 AND position > $2 AND position <= $2 + $3 ORDER BY position"
)
_ROOTS = (
    "SELECT root FROM log.tile WHERE tenant_id = $1 AND level = $2 AND idx >= $3 AND idx < $3 + $4 ORDER BY idx"
)


class HashesMissingError(LookupError):
    """The log does not hold the hashes that a tree of this size has."""


class TileSource(Protocol):
    """Where the hashes of a log come from."""

    async def tile(self, level: int, index: int, width: int) -> Sequence[bytes]:
        """The first `width` hashes of a tile: roots of perfect subtrees of 256**level leaves.

        Raises:
            HashesMissingError: there are fewer.
        """
        ...


class StoredTiles:
    """The tiles of one tenant on a connection that reads as that tenant."""

    def __init__(self, connection: "asyncpg.Connection[Any]", tenant_id: TenantId) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def tile(self, level: int, index: int, width: int) -> Sequence[bytes]:
        """See `TileSource.tile`. Only full tiles are stored; others are made of what lies below."""
        data: bytes | None = await self._connection.fetchval(_TILE, self._tenant_id, level, index)
        if data is not None:
            found = [data[start : start + HASH_BYTES] for start in range(0, width * HASH_BYTES, HASH_BYTES)]
        else:
            first = index * TILE_WIDTH
            query, below = (_LEAVES, ()) if level == 0 else (_ROOTS, (level - 1,))
            rows = await self._connection.fetch(query, self._tenant_id, *below, first, width)
            found = [row[0] for row in rows]
        if len(found) != width:
            raise HashesMissingError(
                f"tile {index} of level {level} should have {width} hashes, it has {len(found)}"
            )
        return found


class LogTree:
    """The tree of a log at any size that the log has had."""

    def __init__(self, source: TileSource) -> None:
        self._source = source

    async def root(self, size: int) -> bytes:
        """The root over the first `size` leaves."""
        return await self._over(size, lambda subtree: range_root(0, size, subtree))

    async def inclusion(self, index: int, size: int) -> list[bytes]:
        """See `infra.log.merkle.inclusion_proof`."""
        return await self._over(size, lambda subtree: inclusion_proof(index, size, subtree))

    async def consistency(self, old_size: int, size: int) -> list[bytes]:
        """See `infra.log.merkle.consistency_proof`."""
        return await self._over(size, lambda subtree: consistency_proof(old_size, size, subtree))

    async def _over(self, size: int, compute: Callable[[Subtree], T]) -> T:
        """Compute twice: first to learn which subtrees are asked for, then with their hashes."""
        asked: set[tuple[int, int]] = set()

        def learn(level: int, index: int) -> bytes:
            asked.add((level, index))
            return b""

        compute(learn)
        tiles: dict[tuple[int, int], Sequence[bytes]] = {}
        for level, index in sorted({_tile_of(*node)[:2] for node in asked}):
            width = min(TILE_WIDTH, (size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH)
            tiles[level, index] = await self._source.tile(level, index, width)

        def subtree(level: int, index: int) -> bytes:
            tile_level, tile_index, first, count = _tile_of(level, index)
            return perfect_root(tiles[tile_level, tile_index][first : first + count])

        return compute(subtree)


def _tile_of(level: int, index: int) -> tuple[int, int, int, int]:
    """Level and index of the tile that holds a subtree, and which of its hashes the subtree spans."""
    tile_level, height = divmod(level, TILE_HEIGHT)
    tile_index, first = divmod(index << height, TILE_WIDTH)
    return tile_level, tile_index, first, 1 << height
