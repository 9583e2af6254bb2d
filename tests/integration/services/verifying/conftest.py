"""A database of one's own for this folder: what is tampered with is in nobody's way."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from services.bootstrap import WriteSide, open_write_side
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.world import alone
from tests.integration.readapi.world_lines import ALIKE


@pytest.fixture(scope="module")
def alike(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    """Two bodies that look alike, and the commons."""
    settings = make_database(server, f"entente_nights_{worker_name}")
    asyncio.run(bring_in(settings, [entry for slug in ALIKE for entry in alone(slug)]))
    return settings


@pytest.fixture
def database(alike: DatabaseSettings) -> DatabaseSettings:
    """Before the first night."""
    with psycopg.connect(alike.admin_dsn) as connection:
        connection.execute("DELETE FROM jobs.verification")
        connection.execute("DELETE FROM jobs.queue")
    return alike


@pytest.fixture
async def write(database: DatabaseSettings) -> AsyncIterator[WriteSide]:
    async with open_write_side(database) as side:
        yield side
