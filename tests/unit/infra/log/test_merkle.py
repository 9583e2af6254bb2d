"""The Merkle primitives against the published vectors, the definition, and each other."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.log.merkle import (
    EMPTY_ROOT,
    Subtree,
    consistency_proof,
    extend,
    frontier_from_bytes,
    frontier_root,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    tile_path,
    verify_consistency,
    verify_inclusion,
)

# The leaves and roots that the implementations of certificate transparency share as their test data.
VECTOR_LEAVES = [
    bytes.fromhex(data)
    for data in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
VECTOR_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = st.integers(min_value=1, max_value=600)


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(size)]


def by_definition(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162 section 2.1.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = max(2**power for power in range(len(leaves).bit_length()) if 2**power < len(leaves))
    return node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


def subtrees(leaves: Sequence[bytes]) -> Subtree:
    return lambda level, index: by_definition(leaves[index << level : (index + 1) << level])


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert root_of([]) == EMPTY_ROOT == frontier_root(())
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_vectors_hold(size: int) -> None:
    assert root_of(leaf_hash(data) for data in VECTOR_LEAVES[:size]).hex() == VECTOR_ROOTS[size - 1]


@given(SIZES)
def test_the_compact_range_gives_the_root_of_the_definition(size: int) -> None:
    leaves = leaves_of(size)

    assert root_of(leaves) == by_definition(leaves)


@given(SIZES)
def test_a_compact_range_survives_as_bytes(size: int) -> None:
    frontier: tuple[bytes, ...] = ()
    for number, leaf in enumerate(leaves_of(size)):
        frontier = extend(frontier, number, leaf)

    assert frontier_from_bytes(b"".join(frontier), size) == frontier


def test_a_compact_range_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="a tree of 3 leaves has 2 roots; got 32 bytes"):
        frontier_from_bytes(bytes(32), 3)


@given(SIZES, st.data())
def test_every_leaf_proves_its_place_and_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    leaves = leaves_of(size)
    proof = inclusion_proof(index, size, subtrees(leaves))
    root = by_definition(leaves)

    def verify(*, at: int = index, of: int = size, leaf: bytes = leaves[index], by: list[bytes] = proof) -> bool:
        return verify_inclusion(index=at, size=of, leaf=leaf, proof=by, root=root)

    assert verify()
    assert len(proof) <= size.bit_length()
    assert not verify(leaf=leaf_hash(b"another"))
    assert not verify(by=[*proof, bytes(32)])
    assert not verify(at=size)
    assert not verify(at=-1)
    for other in {(index + 1) % size, index ^ 1} - {index}:
        assert not verify(at=other)
    for place in range(len(proof)):
        assert not verify(by=[*proof[:place], bytes(32), *proof[place + 1 :]])
        assert not verify(by=proof[:place] + proof[place + 1 :])


@given(SIZES, st.data())
def test_every_earlier_tree_proves_to_be_a_beginning(size: int, data: st.DataObject) -> None:
    old_size = data.draw(st.integers(min_value=0, max_value=size))
    leaves = leaves_of(size)
    proof = consistency_proof(old_size, size, subtrees(leaves))
    old_root, root = by_definition(leaves[:old_size]), by_definition(leaves)

    def verify(*, old: bytes = old_root, new: bytes = root, by: list[bytes] = proof) -> bool:
        return verify_consistency(old_size=old_size, size=size, proof=by, old_root=old, root=new)

    assert verify()
    assert not verify(old=leaf_hash(b"another"))
    assert not verify(by=[*proof, bytes(32)])
    if old_size:
        assert not verify(new=leaf_hash(b"another"))
    for place in range(len(proof)):
        assert not verify(by=[*proof[:place], bytes(32), *proof[place + 1 :]])
        assert not verify(by=proof[:place] + proof[place + 1 :])


def test_all_small_proofs_verify() -> None:
    """Exhaustive where the shapes differ most."""
    leaves = leaves_of(40)
    roots = [by_definition(leaves[:size]) for size in range(41)]
    for size in range(1, 41):
        tree = subtrees(leaves)
        for index in range(size):
            proof = inclusion_proof(index, size, tree)
            assert verify_inclusion(index=index, size=size, leaf=leaves[index], proof=proof, root=roots[size])
        for old_size in range(size + 1):
            proof = consistency_proof(old_size, size, tree)
            assert verify_consistency(
                old_size=old_size, size=size, proof=proof, old_root=roots[old_size], root=roots[size]
            )


@pytest.mark.parametrize("index", [-1, 3, 4])
def test_a_proof_of_an_absent_leaf_is_refused(index: int) -> None:
    with pytest.raises(IndexError):
        inclusion_proof(index, 3, subtrees(leaves_of(3)))


def test_a_shrunken_tree_has_no_proof() -> None:
    with pytest.raises(IndexError):
        consistency_proof(4, 3, subtrees(leaves_of(4)))
    root = by_definition(leaves_of(4))
    assert not verify_consistency(old_size=4, size=3, proof=[], old_root=root, root=root)


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 999, 256, "tile/0/999"),
        (0, 1_000, 256, "tile/0/x001/000"),
        (1, 1_234_067, 256, "tile/1/x001/x234/067"),
        (2, 5, 17, "tile/2/005.p/17"),
    ],
)
def test_tiles_have_the_paths_of_the_specification(level: int, index: int, width: int, path: str) -> None:
    assert tile_path(level, index, width) == path
