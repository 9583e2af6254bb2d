"""Proofs about a log in PostgreSQL, from its stored tiles and leaves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from domain.ids import TenantId
from infra.database import Database, closing
from infra.log.leaf import leaf_of
from infra.log.merkle import root_of, verify_consistency, verify_inclusion
from infra.log.proofs.tree import HashesMissingError, LogTree, StoredTiles
from infra.settings import DatabaseSettings, Role
from tests.integration.infra.log.logs import an_append, call, rows_of

SIZE = 600
"""Two full tiles, a partial one, and a tile above them that is never stored."""


@pytest.fixture
async def long_log(app: "asyncpg.Connection[Any]", body: TenantId, other_body: TenantId) -> TenantId:
    """A log of 600 events beside another body's of 300 that look alike."""
    for tenant_id, events in ((body, SIZE), (other_body, 300)):
        [answer] = await call(app, an_append(tenant_id, events=events))
        assert answer[0] == "accepted"
    return body


@asynccontextmanager
async def tree_of(connections: Database, tenant_id: TenantId, entered: TenantId) -> AsyncIterator[LogTree]:
    async with closing(await connections.connect(Role.APP)) as connection, connection.transaction(readonly=True):
        await connection.execute("SELECT log.enter($1)", entered)
        yield LogTree(StoredTiles(connection, tenant_id))


async def test_every_size_that_a_log_has_had_has_its_root_and_its_proofs(
    connections: Database, database: DatabaseSettings, long_log: TenantId
) -> None:
    leaves = [leaf_of(row) for row in rows_of(database, long_log)]
    async with tree_of(connections, long_log, long_log) as tree:
        for size in (1, 255, 256, 257, 511, 512, 513, SIZE):
            root = root_of(leaves[:size])
            assert await tree.root(size) == root
            for index in {0, size // 2, size - 1}:
                proof = await tree.inclusion(index, size)
                assert verify_inclusion(index=index, size=size, leaf=leaves[index], proof=proof, root=root)
            for old_size in {1, size // 2 or 1, size}:
                old_root = root_of(leaves[:old_size])
                proof = await tree.consistency(old_size, size)
                assert verify_consistency(old_size=old_size, size=size, proof=proof, old_root=old_root, root=root)


async def test_a_size_that_a_log_never_had_has_no_proof(connections: Database, long_log: TenantId) -> None:
    async with tree_of(connections, long_log, long_log) as tree:
        with pytest.raises(HashesMissingError):
            await tree.root(SIZE + 1)


async def test_another_body_has_no_hashes_of_a_log(
    connections: Database, long_log: TenantId, other_body: TenantId
) -> None:
    async with tree_of(connections, long_log, other_body) as tree:
        with pytest.raises(HashesMissingError):
            await tree.root(256)
