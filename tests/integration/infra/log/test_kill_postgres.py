"""SIGKILL of the whole PostgreSQL while clients write: nothing acknowledged is lost, nothing is written twice.

A kill leaves the page cache alive, so it cannot show a missing fsync; test_flush_order.py looks at that.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import asyncpg
import psycopg
import pytest

from domain.ids import CommandId, TenantId
from domain.ports import Append, AppendError, Outcome
from infra.database import Database
from infra.embedded import EmbeddedServer
from infra.log.batch import APPEND_SQL, answers, arguments
from infra.log.store import open_log_store
from infra.migrate import migrate
from infra.settings import DatabaseSettings, Role, embedded_database
from tests.integration.infra.log.killing import kill
from tests.integration.infra.log.logs import PassThrough, an_append, flaws, new_tenant, open_logs

CLIENTS = 6
TENANTS = 4
SECONDS_BETWEEN_KILLS = (0.05, 0.6)
# What a client may see when the server dies under it; whatever it was, it sends the same key again.
LOST = (AppendError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class Appends(Protocol):
    async def append(self, append: Append) -> Outcome: ...


@dataclass
class Campaign:
    """What the clients were told, and how often they had to ask again."""

    acknowledged: dict[tuple[TenantId, CommandId], Outcome] = field(default_factory=dict)
    unknown: int = 0
    replayed: int = 0
    grew: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, count: int) -> None:
        while len(self.acknowledged) < count:
            self.grew.clear()
            await self.grew.wait()

    async def client(self, store: Appends, tenants: list[TenantId], seed: int, stop: asyncio.Event) -> None:
        rng = random.Random(seed)
        while not stop.is_set():
            append = an_append(rng.choice(tenants), events=rng.choice((1, 1, 3)), state=rng.randbytes(300))
            outcome: Outcome | None = None
            while outcome is None:
                try:
                    outcome = await store.append(append)
                except LOST:
                    self.unknown += 1
                    await asyncio.sleep(rng.uniform(0.01, 0.05))
            self.replayed += outcome.replayed
            self.acknowledged[append.tenant_id, append.command_id] = outcome
            self.grew.set()

    def lost(self, settings: DatabaseSettings, tenants: list[TenantId]) -> int:
        """How many acknowledged commands the database does not know, or knows otherwise."""
        with psycopg.connect(settings.admin_dsn) as connection:
            rows = connection.execute(
                "SELECT tenant_id, command_id, first_position, position, version, recorded_at FROM log.ledger"
                " WHERE tenant_id = ANY(%s)",
                [tenants],
            ).fetchall()
        known = {(row[0], row[1]): tuple(row[2:]) for row in rows}
        return sum(
            known.get(key) != (told.first_position, told.position, told.version, told.recorded_at)
            for key, told in self.acknowledged.items()
        )


class Undurable:
    """The control: acknowledges what is not on disk yet."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def append(self, append: Append) -> Outcome:
        connection = await self.database.connect(Role.APP)
        try:
            transaction = connection.transaction()
            await transaction.start()
            [row] = await connection.fetch(APPEND_SQL, *arguments([append]))
            await connection.execute("SET LOCAL synchronous_commit = off")
            await transaction.commit()
        finally:
            connection.terminate()
        [outcome] = answers([append], row)
        assert isinstance(outcome, Outcome)
        return outcome


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    # The directory is the test's own: two servers on one would report losses that never were.
    server = EmbeddedServer(tmp_path / "i", settings={"wal_writer_delay": "10s"})
    server.start()
    try:
        yield server
    finally:
        server.destroy()


@asynccontextmanager
async def clients(campaign: Campaign, stores: list[Appends], tenants: list[TenantId]) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [
        asyncio.create_task(campaign.client(stores[number % len(stores)], tenants, number, stop))
        for number in range(CLIENTS)
    ]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 300)


async def run_campaign(server: EmbeddedServer, kills: int) -> None:
    settings = embedded_database(server.instance_dir)
    migrate(settings)
    tenants = [new_tenant() for _ in range(TENANTS)]
    open_logs(settings, *tenants)
    campaign = Campaign()
    rng = random.Random(5)
    async with (
        Database(settings) as database,
        open_log_store(database, PassThrough()) as one,
        open_log_store(database, PassThrough()) as two,
        clients(campaign, [one, two], tenants),
    ):
        for _ in range(kills):
            before = len(campaign.acknowledged)
            await asyncio.sleep(rng.uniform(*SECONDS_BETWEEN_KILLS))
            kill(server)
            server.start()
            await campaign.until(before + 1)

    assert campaign.lost(settings, tenants) == 0
    assert [flaws(settings, tenant) for tenant in tenants] == [[]] * TENANTS
    with psycopg.connect(settings.admin_dsn) as connection:
        # Every command had a stream of its own, so a command written twice would be two streams in the ledger's
        # eyes or more events than the ledger knows.
        written = connection.execute(
            "SELECT count(DISTINCT stream_id), count(*) FROM log.event WHERE tenant_id = ANY(%s)", [tenants]
        ).fetchone()
        known = connection.execute(
            "SELECT count(*), sum(version) FROM log.ledger WHERE tenant_id = ANY(%s)", [tenants]
        ).fetchone()
    assert written == known
    assert written is not None
    assert written[0] == len(campaign.acknowledged)
    assert campaign.unknown > 0


async def test_three_kills_lose_and_double_nothing(own_server: EmbeddedServer) -> None:
    await run_campaign(own_server, 3)


@pytest.mark.faults
async def test_fifty_kills_lose_and_double_nothing(own_server: EmbeddedServer) -> None:
    await run_campaign(own_server, 50)


@pytest.mark.faults
async def test_acknowledging_before_the_flush_would_lose_some(own_server: EmbeddedServer) -> None:
    """The control: the same harness sees the fault that it looks for."""
    settings = embedded_database(own_server.instance_dir)
    migrate(settings)
    tenants = [new_tenant() for _ in range(TENANTS)]
    open_logs(settings, *tenants)
    campaign = Campaign()
    async with Database(settings) as database, clients(campaign, [Undurable(database)], tenants):
        await campaign.until(50)
        kill(own_server)
        own_server.start()

    assert campaign.lost(settings, tenants) > 0


async def test_a_killed_backend_leaves_an_unknown_outcome_that_the_same_key_resolves(
    own_server: EmbeddedServer,
) -> None:
    settings = embedded_database(own_server.instance_dir)
    migrate(settings)
    body = new_tenant()
    open_logs(settings, body)
    outcomes: list[Outcome] = []
    async with Database(settings) as database, open_log_store(database, PassThrough()) as store:
        for _ in range(10):
            append = an_append(body)
            attempt = asyncio.create_task(store.append(append))
            await asyncio.sleep(random.uniform(0, 0.002))
            with psycopg.connect(settings.admin_dsn, autocommit=True) as admin:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE usename = 'entente_app' AND query LIKE '%append_columns%'"
                )
            try:
                outcomes.append(await attempt)
            except AppendError:
                outcomes.append(await store.append(append))

    assert len({outcome.position for outcome in outcomes}) == 10
    assert flaws(settings, body) == []
