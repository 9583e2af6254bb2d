"""RFC 9162 Merkle trees: leaf and node hashes, compact ranges, proofs and their verification, tile paths.

Section numbers are those of RFC 9162 (December 2021). Tiles are those of C2SP tlog-tiles: 256 hashes wide.
Uses the standard library alone, as the offline verifier must run anywhere.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
TILE_WIDTH: Final = 256
TILE_HEIGHT: Final = 8
EMPTY_ROOT: Final = sha256(b"").digest()
_PATH_GROUP: Final = 1_000

Subtree = Callable[[int, int], bytes]
"""The root of the perfect subtree `index` at `level`: of the leaves from index * 2**level on, 2**level of them."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf's data (2.1.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node (2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def extend(frontier: Sequence[bytes], size: int, leaf: bytes) -> tuple[bytes, ...]:
    """The compact range of a tree of `size` leaves after one more leaf hash.

    A compact range holds the roots of the perfect subtrees that make up the tree, largest first: one for each
    bit that is set in its size.
    """
    roots = list(frontier)
    while size & 1:
        leaf = node_hash(roots.pop(), leaf)
        size >>= 1
    return (*roots, leaf)


def frontier_from_bytes(joined: bytes, size: int) -> tuple[bytes, ...]:
    """The compact range that the database keeps as one string.

    Raises:
        ValueError: the string is not one of a tree of `size` leaves.
    """
    if len(joined) != size.bit_count() * HASH_BYTES:
        raise ValueError(f"a tree of {size} leaves has {size.bit_count()} roots; got {len(joined)} bytes")
    return tuple(joined[start : start + HASH_BYTES] for start in range(0, len(joined), HASH_BYTES))


def frontier_root(frontier: Sequence[bytes]) -> bytes:
    """The root of the tree that a compact range stands for."""
    if not frontier:
        return EMPTY_ROOT
    root = frontier[-1]
    for left in reversed(frontier[:-1]):
        root = node_hash(left, root)
    return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes, in logarithmic memory."""
    frontier: tuple[bytes, ...] = ()
    for size, leaf in enumerate(leaves):
        frontier = extend(frontier, size, leaf)
    return frontier_root(frontier)


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """The root over the roots of neighbouring perfect subtrees; there are 1, 2, 4, … of them."""
    level = list(hashes)
    while len(level) > 1:
        level = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


def range_root(begin: int, end: int, subtree: Subtree) -> bytes:
    """The root over the leaves from `begin` up to, not including, `end`, where `begin` fits the tree's shape."""
    size = end - begin
    if size == 0:
        return EMPTY_ROOT
    if size & (size - 1) == 0:
        return subtree(size.bit_length() - 1, begin // size)
    middle = begin + _split(size)
    return node_hash(range_root(begin, middle, subtree), range_root(middle, end, subtree))


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The hashes that lead from a leaf to the root of the first `size` leaves, lowest first (2.1.3.1).

    Raises:
        IndexError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise IndexError(f"a tree of {size} leaves has no leaf {index}")
    proof: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            proof.append(range_root(middle, end, subtree))
            end = middle
        else:
            proof.append(range_root(begin, middle, subtree))
            begin = middle
    return proof[::-1]


def consistency_proof(old_size: int, size: int, subtree: Subtree) -> list[bytes]:
    """The hashes that show a tree of `size` leaves to begin with that of `old_size` (2.1.4.1).

    Empty if nothing needs showing: equal sizes, or an empty old tree.

    Raises:
        IndexError: the old tree is larger.
    """
    if not 0 <= old_size <= size:
        raise IndexError(f"a tree of {size} leaves was never one of {old_size}")
    if old_size in (0, size):
        return []
    proof: list[bytes] = []
    begin, end, whole = 0, size, True
    while old_size != end:
        middle = begin + _split(end - begin)
        if old_size <= middle:
            proof.append(range_root(middle, end, subtree))
            end = middle
        else:
            proof.append(range_root(begin, middle, subtree))
            begin, whole = middle, False
    if not whole:
        proof.append(range_root(begin, end, subtree))
    return proof[::-1]


def verify_inclusion(*, index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows the leaf hash at `index` of the tree with this root (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, result = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            result = node_hash(sibling, result)
            while node and not node & 1:
                node >>= 1
                last >>= 1
        else:
            result = node_hash(result, sibling)
        node >>= 1
        last >>= 1
    return last == 0 and result == root


def verify_consistency(*, old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> bool:
    """Whether the proof shows that the tree with `root` begins with the one with `old_root` (2.1.4.2)."""
    if not 0 <= old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    # A perfect old tree is its own first hash, which the proof leaves out.
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not path:
        return False
    node, last = old_size - 1, size - 1
    while node & 1:
        node >>= 1
        last >>= 1
    old_result = result = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old_result = node_hash(sibling, old_result)
            result = node_hash(sibling, result)
            while node and not node & 1:
                node >>= 1
                last >>= 1
        else:
            result = node_hash(result, sibling)
        node >>= 1
        last >>= 1
    return last == 0 and old_result == old_root and result == root


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """Where a tile is served: groups of three digits, all but the last after an x; `.p/<width>` if partial."""
    groups = [f"{index % _PATH_GROUP:03d}"]
    while index := index // _PATH_GROUP:
        groups.insert(0, f"x{index % _PATH_GROUP:03d}")
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)
