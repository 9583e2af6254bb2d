"""What the tests of the log share: connections, and logs that no other test knows."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from domain.ids import TenantId
from infra.database import Database, closing
from infra.log.store import LogStore, open_log_store
from infra.settings import DatabaseSettings, Role
from tests.integration.infra.log.logs import PassThrough, new_tenant, open_logs


@pytest.fixture
def body(database: DatabaseSettings) -> TenantId:
    """A body whose log is empty."""
    body = new_tenant()
    open_logs(database, body)
    return body


@pytest.fixture
def other_body(database: DatabaseSettings) -> TenantId:
    """Another one, whose data must never be seen beside the first's."""
    body = new_tenant()
    open_logs(database, body)
    return body


@pytest.fixture
async def connections(database: DatabaseSettings) -> AsyncIterator[Database]:
    async with Database(database) as connections:
        yield connections


@pytest.fixture
async def app(connections: Database) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A plain connection as the application's role."""
    async with closing(await connections.connect(Role.APP)) as connection:
        yield connection


@pytest.fixture
async def admin(database: DatabaseSettings) -> AsyncIterator["asyncpg.Connection[Any]"]:
    async with closing(await asyncpg.connect(database.admin_dsn)) as connection:
        yield connection


@pytest.fixture
async def store(connections: Database) -> AsyncIterator[LogStore]:
    async with open_log_store(connections, PassThrough()) as store:
        yield store
