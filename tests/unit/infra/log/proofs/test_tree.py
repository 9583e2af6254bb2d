"""Proofs from tiles equal proofs from all leaves, and read few tiles."""

import random

import pytest

from infra.log.merkle import consistency_proof, inclusion_proof, range_root
from infra.log.proofs.tree import HashesMissingError, LogTree
from tests.unit.infra.log.proofs.trees import Leaves

SIZE = 66_500
"""Full tiles on two levels, partial ones on three."""


@pytest.fixture(scope="module")
def leaves() -> Leaves:
    return Leaves(SIZE)


def sizes(seed: int) -> list[int]:
    chosen = random.Random(seed)
    edges = [1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, SIZE]
    return [*edges, *(chosen.randint(1, SIZE) for _ in range(25))]


async def test_the_root_at_any_size_is_that_of_its_leaves(leaves: Leaves) -> None:
    for size in [0, *sizes(1)]:
        assert await LogTree(leaves).root(size) == range_root(0, size, leaves.subtree)


async def test_an_inclusion_proof_from_tiles_is_that_of_the_leaves(leaves: Leaves) -> None:
    chosen = random.Random(2)
    for size in sizes(2):
        for index in {0, size - 1, chosen.randrange(size)}:
            leaves.asked.clear()

            proof = await LogTree(leaves).inclusion(index, size)

            assert proof == inclusion_proof(index, size, leaves.subtree)
            assert len(leaves.asked) <= 6


async def test_a_consistency_proof_from_tiles_is_that_of_the_leaves(leaves: Leaves) -> None:
    chosen = random.Random(3)
    for size in sizes(3):
        for old_size in {0, 1, size, chosen.randint(1, size)}:
            proof = await LogTree(leaves).consistency(old_size, size)

            assert proof == consistency_proof(old_size, size, leaves.subtree)


async def test_a_log_that_is_too_short_has_no_proof(leaves: Leaves) -> None:
    with pytest.raises(HashesMissingError):
        await LogTree(leaves).root(SIZE + 1)
