"""Nothing is skipped: 24 writers whose transactions linger and roll back, and a follower that never looks back."""

import asyncio
import random
import uuid
from typing import Any

from domain.ids import StreamId, TenantId
from infra.database import Database, closing
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings, Role
from tests.integration.infra.log.logs import an_append, call, flaws, new_tenant, open_logs, rows_of

WRITERS = 24
TENANTS = 12
SECONDS_MIN = 4.0
SECONDS_MAX = 300.0
EVENTS_MIN = 200
ROLLED_BACK_MIN = 5


class Scene:
    """Writers, a follower of the logs, and beside them the control: a table with one sequence for all."""

    def __init__(self, connections: Database, tenants: list[TenantId]) -> None:
        self.connections = connections
        self.tenants = tenants
        self.stop = asyncio.Event()
        self.written = False
        self.rolled_back = 0
        self.seen: dict[TenantId, list[int]] = {tenant: [] for tenant in tenants}
        self.written_to_control: set[int] = set()
        self.seen_in_control: set[int] = set()

    async def write(self, seed: int) -> None:
        rng = random.Random(seed)
        async with closing(await self.connections.connect(Role.APP)) as connection:
            streams = {tenant: (StreamId(uuid.uuid4()), 0) for tenant in self.tenants}
            while not self.stop.is_set():
                appends = [
                    an_append(
                        tenant, streams[tenant][0], after=streams[tenant][1], events=rng.choice((1, 1, 1, 3))
                    )
                    for tenant in rng.sample(self.tenants, rng.choice((1, 1, 2)))
                ]
                transaction = connection.transaction()
                await transaction.start()
                control: int = await connection.fetchval("INSERT INTO control.event DEFAULT VALUES RETURNING id")
                answers = await call(connection, *appends)
                assert {answer[0] for answer in answers} == {"accepted"}
                if rng.random() < 0.15:
                    await asyncio.sleep(rng.uniform(0, 0.03))
                if rng.random() < 0.07:
                    await transaction.rollback()
                    self.rolled_back += 1
                    continue
                await transaction.commit()
                self.written_to_control.add(control)
                for append, answer in zip(appends, answers, strict=True):
                    streams[append.tenant_id] = (append.stream_id, answer[3] or 0)

    async def follow(self) -> None:
        """Reads on from where it was, as every projection does; a gap raises GapError."""
        async with LogFeed(self.connections) as feed:
            last_round = False
            while not last_round:
                last_round = self.written
                heads = await feed.heads()
                for tenant, positions in self.seen.items():
                    after = positions[-1] if positions else 0
                    if heads[tenant] > after:
                        async for rows in feed.read(tenant, after, limit=7):
                            positions += [row.position for row in rows]

    async def follow_control(self) -> None:
        """The same, on the sequence: after the highest that it has seen."""
        async with closing(await self.connections.connect(Role.APP)) as connection:
            last, last_round = 0, False
            while not last_round:
                last_round = self.written
                for row in await connection.fetch("SELECT id FROM control.event WHERE id > $1 ORDER BY id", last):
                    last = row[0]
                    self.seen_in_control.add(last)
                await asyncio.sleep(0.001)

    def lost_to_control(self) -> set[int]:
        """What it will never see: it has looked past it."""
        past = max(self.seen_in_control, default=0)
        return {number for number in self.written_to_control - self.seen_in_control if number < past}

    async def until_there_is_enough(self) -> None:
        """A busy machine takes longer until as much has happened."""
        await asyncio.sleep(SECONDS_MIN)
        while not (  # noqa: ASYNC110 - of three things, each counted where it happens
            sum(map(len, self.seen.values())) > EVENTS_MIN
            and self.rolled_back > ROLLED_BACK_MIN
            and self.lost_to_control()
        ):
            await asyncio.sleep(0.05)

    async def run(self) -> None:
        followers = [asyncio.create_task(self.follow()), asyncio.create_task(self.follow_control())]
        writers = [asyncio.create_task(self.write(seed)) for seed in range(WRITERS)]
        looking = asyncio.create_task(self.until_there_is_enough())
        await asyncio.wait(
            [looking, *writers, *followers], timeout=SECONDS_MAX, return_when=asyncio.FIRST_COMPLETED
        )
        looking.cancel()
        self.stop.set()
        await asyncio.gather(*writers)
        self.written = True
        await asyncio.gather(*followers)


async def test_the_feed_skips_nothing_where_a_global_cursor_does(
    database: DatabaseSettings, connections: Database, admin: Any
) -> None:
    tenants = [new_tenant() for _ in range(TENANTS)]
    open_logs(database, *tenants)
    await admin.execute(
        "CREATE SCHEMA control; CREATE TABLE control.event (id bigserial PRIMARY KEY);"
        "GRANT USAGE ON SCHEMA control TO entente_app; GRANT SELECT, INSERT ON control.event TO entente_app;"
        "GRANT USAGE ON SEQUENCE control.event_id_seq TO entente_app"
    )
    scene = Scene(connections, tenants)
    try:
        await scene.run()
    finally:
        await admin.execute("DROP SCHEMA control CASCADE")

    logs = {tenant: [row.position for row in rows_of(database, tenant)] for tenant in tenants}
    assert scene.seen == logs
    assert [flaws(database, tenant) for tenant in tenants] == [[]] * TENANTS
    assert sum(map(len, logs.values())) > EVENTS_MIN
    assert scene.rolled_back > ROLLED_BACK_MIN
    # The control has to lose some, or this test could not fail.
    assert scene.lost_to_control()


async def test_groups_that_lock_the_same_heads_in_any_order_do_not_deadlock(
    database: DatabaseSettings, connections: Database
) -> None:
    tenants = [new_tenant() for _ in range(6)]
    open_logs(database, *tenants)

    async def write(seed: int) -> int:
        rng = random.Random(seed)
        async with closing(await connections.connect(Role.APP)) as connection:
            for _ in range(40):
                answers = await call(connection, *(an_append(tenant) for tenant in rng.sample(tenants, 4)))
                assert {answer[0] for answer in answers} == {"accepted"}
        return 160

    written = sum(await asyncio.gather(*(write(seed) for seed in range(8))))

    assert sum(len(rows_of(database, tenant)) for tenant in tenants) == written
    assert [flaws(database, tenant) for tenant in tenants] == [[]] * len(tenants)
