"""A swap does not wait for an autovacuum, which on a large table takes minutes."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from domain.ids import TenantId
from infra.bulk import owner as owner_module
from infra.bulk.owner import TableOwner
from infra.bulk.read_models import BulkReadModels
from infra.database import Database, closing
from infra.embedded import EmbeddedServer
from infra.migrate import migrate
from infra.settings import DatabaseSettings, embedded_database
from projections import rebuild as rebuild_module
from projections.inspection import verify
from projections.rebuild import SwapTimeoutError, rebuild
from projections.registry import BY_NAME, PROJECTIONS
from projections.runner import Runner
from services.projector import make_tables
from tests.integration.keeper import FAST
from tests.unit.projections.histories import MemoryFeed, random_log

TIMELINE = BY_NAME["timeline"]
TENANT = TenantId(uuid.UUID(int=1))
SLOW = (
    "autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,"
    " autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1"
)
"""A page of the table takes such a vacuum a tenth of a second and more."""
AT_WORK = "SELECT count(*) FROM pg_stat_progress_vacuum WHERE relid = 'rm.timeline'::regclass"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseSettings]:
    """Of a server that looks every second whether a table is to be vacuumed."""
    watchful = FAST | {"autovacuum_naptime": "1s"}
    with EmbeddedServer(tmp_path_factory.mktemp("v"), settings=watchful) as server:
        made = embedded_database(server.instance_dir, name="vacuumed")
        migrate(made)
        make_tables(made)
        yield made
        server.stop()
        server.destroy()


@pytest.fixture
async def models(settings: DatabaseSettings) -> AsyncIterator[BulkReadModels]:
    async with Database(settings) as database, BulkReadModels(database) as opened:
        yield opened


@pytest.fixture
async def feed(settings: DatabaseSettings, models: BulkReadModels, monkeypatch: pytest.MonkeyPatch) -> MemoryFeed:
    """A log whose live timeline is being vacuumed, slowly; a swap is tried three times, for a second in all."""
    monkeypatch.setattr(rebuild_module, "SWAP_ATTEMPTS_MAX", 3)
    found = MemoryFeed([random_log(TENANT, 7, 3_000)])
    await Runner(found, models, PROJECTIONS).catch_up()
    async with closing(await asyncpg.connect(settings.admin_dsn)) as connection:
        await connection.execute(f"ALTER TABLE rm.timeline SET ({SLOW})")
        await connection.execute("UPDATE rm.timeline SET sample = sample")
        async with asyncio.timeout(120):
            while not await connection.fetchval(AT_WORK):  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.1)
    return found


async def test_a_table_is_swapped_in_while_the_live_one_is_vacuumed(
    settings: DatabaseSettings, models: BulkReadModels, feed: MemoryFeed
) -> None:
    await rebuild(feed, models, TableOwner(settings), [TIMELINE], "b1")

    assert await verify(feed, models, TIMELINE, TENANT) == []


async def test_the_control_without_ending_the_vacuum_the_swap_is_given_up(
    settings: DatabaseSettings, models: BulkReadModels, feed: MemoryFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends a vacuum only for somebody who waits a second and more."""
    monkeypatch.setattr(owner_module, "_VACUUM_TIMEOUT", owner_module._LOCK_TIMEOUT)
    owner = TableOwner(settings)

    with pytest.raises(SwapTimeoutError):
        await rebuild(feed, models, owner, [TIMELINE], "b2")

    async with closing(await asyncpg.connect(settings.admin_dsn)) as connection:
        assert await connection.fetchval(AT_WORK) == 1
    await owner.drop([TIMELINE], "b2")
