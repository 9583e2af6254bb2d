"""Trees in memory, and what a proof turns into when one bit of it changes."""

from collections.abc import Iterator, Sequence

from infra.log.merkle import TILE_WIDTH, leaf_hash, node_hash
from infra.log.proofs.tree import HashesMissingError


class Leaves:
    """A source of tiles over leaf hashes in memory; subtrees are hashed once."""

    def __init__(self, size: int, mark: str = "") -> None:
        self.hashes = [leaf_hash(f"{mark}{number}".encode()) for number in range(size)]
        self._kept: dict[tuple[int, int], bytes] = {}
        self.asked: list[tuple[int, int, int]] = []

    def subtree(self, level: int, index: int) -> bytes:
        if level == 0:
            return self.hashes[index]
        if (level, index) not in self._kept:
            below = (self.subtree(level - 1, 2 * index), self.subtree(level - 1, 2 * index + 1))
            self._kept[level, index] = node_hash(*below)
        return self._kept[level, index]

    async def tile(self, level: int, index: int, width: int) -> Sequence[bytes]:
        self.asked.append((level, index, width))
        first = index * TILE_WIDTH
        if (first + width) << (8 * level) > len(self.hashes):
            raise HashesMissingError
        return [self.subtree(8 * level, first + number) for number in range(width)]


def with_one_bit_changed(value: bytes) -> Iterator[bytes]:
    """The value with each of its bits changed, one at a time."""
    number, length = int.from_bytes(value), len(value)
    for bit in range(8 * length):
        yield (number ^ (1 << bit)).to_bytes(length)
