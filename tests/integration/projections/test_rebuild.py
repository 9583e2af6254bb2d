"""Rebuilding beside the live tables: the same rows, no failed read, no read that goes back."""

import asyncio
import random
from datetime import date
from typing import Any

import asyncpg
import pytest

from domain.body import BodyRenamed
from domain.ids import TenantId
from domain.ports import GapError, Row
from domain.values import fr
from infra.bulk.owner import TableOwner
from infra.bulk.read_models import BulkReadModels
from infra.database import closing
from infra.settings import DatabaseSettings, Role
from projections.ddl import analyse
from projections.inspection import status, verify
from projections.plan import PLAN_ELEMENT
from projections.rebuild import BuildStoppedError, build_tenant, rebuild
from projections.registry import BY_NAME, PROJECTIONS
from projections.runner import Runner, wait_for
from tests.integration.projections.shared import Fragile, Killed, dump
from tests.integration.projections.test_runner import Slow
from tests.unit.projections.histories import MemoryFeed, random_log

_CHANGED_SINCE = """
SELECT CASE WHEN last_autoanalyze IS NULL THEN n_mod_since_analyze END
FROM pg_stat_user_tables WHERE relname = 'plan_element'
"""


async def forget(tables: DatabaseSettings) -> None:
    """Empty every read model: a rebuild covers all bodies, those of other tests too."""
    async with closing(await asyncpg.connect(tables.admin_dsn)) as connection:
        for projection in PROJECTIONS:
            for table in projection.tables:
                await connection.execute(f"TRUNCATE {table.schema}.{table.name}")
        await connection.execute("TRUNCATE rm.cursor")


@pytest.fixture
async def owner(tables: DatabaseSettings) -> TableOwner:
    await forget(tables)
    return TableOwner(tables)


async def test_rebuilt_in_any_order_equals_live(
    models: BulkReadModels, owner: TableOwner, tenants: list[TenantId]
) -> None:
    logs = [random_log(tenant_id, seed, 300) for seed, tenant_id in enumerate(tenants)]
    await Runner(MemoryFeed(logs), models, PROJECTIONS, batch_events=17).catch_up()
    live = [await dump(models, tenant_id) for tenant_id in tenants]
    for turn in range(3):
        random.Random(turn).shuffle(logs)
        feed = MemoryFeed(logs)
        for projection in PROJECTIONS:
            await rebuild(feed, models, owner, [projection], f"b{turn}")
        assert [await dump(models, tenant_id) for tenant_id in tenants] == live
        assert all(lag.events == 0 for lag in await status(feed, models, PROJECTIONS))
        for projection in PROJECTIONS:
            for tenant_id in tenants:
                assert await verify(feed, models, projection, tenant_id) == []


async def test_the_live_runner_goes_on_after_a_swap(
    models: BulkReadModels, owner: TableOwner, tenants: list[TenantId]
) -> None:
    log = random_log(tenants[0], 4, 200)
    feed = MemoryFeed([log])
    runner = Runner(feed, models, PROJECTIONS)
    await runner.catch_up()
    await rebuild(feed, models, owner, PROJECTIONS, "b1")
    log.append(tenants[0], BodyRenamed(name=fr("Après")), date(2030, 1, 1))
    await runner.catch_up()
    for projection in PROJECTIONS:
        assert await verify(feed, models, projection, tenants[0]) == []


@pytest.mark.parametrize("name", [projection.name for projection in PROJECTIONS])
async def test_a_build_killed_at_any_step_is_built_by_the_next_run(
    models: BulkReadModels, owner: TableOwner, tenants: list[TenantId], name: str
) -> None:
    log = random_log(tenants[0], 6, 200)
    feed = MemoryFeed([log])
    projection = BY_NAME[name]
    await Runner(feed, models, [projection]).catch_up()
    live = await dump(models, tenants[0], [projection])
    await owner.make([projection], "b1")
    kills = 0
    while True:
        try:
            await build_tenant(feed, Fragile(models, kills + 1), [projection], "b1", tenants[0])
        except Killed:
            kills += 1
            assert not any((await dump(models, tenants[0], [projection], "b1")).values())
        else:
            break
    assert kills >= 4
    await build_tenant(feed, models, [projection], "b1", tenants[0])  # delivered twice
    assert await dump(models, tenants[0], [projection], "b1") == live
    await owner.drop([projection], "b1")


async def test_a_build_that_stops_before_the_live_one_is_not_swapped_in(
    models: BulkReadModels, owner: TableOwner, tenants: list[TenantId]
) -> None:
    log = random_log(tenants[0], 6, 50)
    projection = BY_NAME["timeline"]
    await Runner(MemoryFeed([log]), models, [projection]).catch_up()
    live = await dump(models, tenants[0], [projection])
    broken = random_log(tenants[0], 6, 50)
    broken.rows[4] = type(broken.rows[4])(*[*_parts(broken.rows[4])[:-1], b"{}"])
    with pytest.raises(BuildStoppedError) as stopped:
        await rebuild(MemoryFeed([broken]), models, owner, [projection], "b1")
    assert stopped.value.cursor.position == 4
    assert await dump(models, tenants[0], [projection]) == live
    assert await models.cursors("b1") == []


async def test_rows_that_the_database_refuses_stop_one_body_of_one_projection(
    models: BulkReadModels, owner: TableOwner, tenants: list[TenantId]
) -> None:
    logs = [random_log(tenant_id, 6, 50) for tenant_id in tenants[:2]]
    row = logs[0].rows[9]
    logs[0].rows[9] = Row(
        row.tenant_id, 10, row.stream_id, 2**40, row.type, row.recorded_at, row.state
    )  # its version fits no column of the timeline
    await Runner(MemoryFeed(logs), models, PROJECTIONS).catch_up()
    live = [await dump(models, log.tenant_id) for log in logs]
    await rebuild(MemoryFeed(logs), models, owner, PROJECTIONS, "b1")
    assert [await dump(models, log.tenant_id) for log in logs] == live
    cursors = {(cursor.projection, cursor.tenant_id): cursor for cursor in await models.cursors()}
    assert {key for key, cursor in cursors.items() if cursor.stop} == {("timeline", tenants[0])}
    assert cursors["timeline", tenants[0]].position == 9
    assert await models.cursors("b1") == []


async def test_a_build_that_breaks_off_leaves_nothing(
    models: BulkReadModels, owner: TableOwner, tables: DatabaseSettings, tenants: list[TenantId]
) -> None:
    feed = MemoryFeed([random_log(tenants[0], 6, 50)])

    async def breaks(*_: object) -> None:
        await build_tenant(feed, models, PROJECTIONS, "b1", tenants[0])
        raise GapError("position 7 is missing")

    with pytest.raises(GapError):
        await rebuild(feed, models, owner, PROJECTIONS, "b1", dispatch=breaks)
    assert await models.cursors("b1") == []
    async with closing(await asyncpg.connect(tables.admin_dsn)) as connection:
        assert await connection.fetchval(r"SELECT count(*) FROM pg_class WHERE relname LIKE '%\_b1'") == 0


def _parts(row: Any) -> list[Any]:
    return [getattr(row, name) for name in row.__struct_fields__]


async def test_verify_finds_a_row_that_somebody_changed(
    models: BulkReadModels, owner: TableOwner, tables: DatabaseSettings, tenants: list[TenantId]
) -> None:
    assert owner is not None
    log = random_log(tenants[0], 6, 100)
    feed = MemoryFeed([log])
    await Runner(feed, models, PROJECTIONS).catch_up()
    async with closing(await asyncpg.connect(tables.admin_dsn)) as connection:
        await connection.execute(
            "UPDATE rm.timeline SET type = 'x' WHERE tenant_id = $1 AND position = 3", tenants[0]
        )
    (difference,) = await verify(feed, models, BY_NAME["timeline"], tenants[0]) or []
    assert (difference.table, difference.missing, difference.surplus) == ("rm.timeline", 1, 1)


class Load:
    """Everything that goes on while tables are rebuilt: writers, the live runner, readers who never look back."""

    def __init__(self, models: BulkReadModels, tables: DatabaseSettings, tenants: list[TenantId]) -> None:
        self.logs = [random_log(tenant_id, seed, 200) for seed, tenant_id in enumerate(tenants)]
        self.feed = Slow(self.logs)
        self.projections = [BY_NAME["timeline"], BY_NAME["body"]]
        self.models = models
        self.until = asyncio.Event()
        self.reads = 0
        self._tables = tables

    async def follow(self) -> None:
        await Runner(self.feed, self.models, self.projections, batch_events=50).run(self.until)

    async def write(self) -> None:
        while not self.until.is_set():
            for log in self.logs:
                log.append(log.tenant_id, BodyRenamed(name=fr(f"Nom {len(log.rows)}")), date(2030, 1, 1))
            await asyncio.sleep(0.002)

    async def read(self, tenant_id: TenantId) -> None:
        async with closing(await asyncpg.connect(self._tables.dsn(Role.APP))) as connection:
            seen = position = 0
            while not self.until.is_set():
                async with connection.transaction():
                    await connection.execute("SELECT set_config('app.tenant', $1, true)", str(tenant_id))
                    known = await connection.fetchval(
                        "SELECT position FROM rm.cursor WHERE projection = 'timeline' AND build = ''"
                    )
                    count = await connection.fetchval("SELECT count(*) FROM rm.timeline")
                    named = await connection.fetchval(
                        "SELECT count(*) FROM national.registry"
                        " WHERE recorded_to = 'infinity' AND effective_to = 'infinity'"
                    )
                assert known is not None
                assert known >= position
                assert count >= known
                assert count >= seen
                assert named == 1
                seen, position = count, known
                self.reads += 1


async def test_reads_neither_fail_nor_go_back_while_tables_are_rebuilt_and_swapped(
    models: BulkReadModels, owner: TableOwner, tables: DatabaseSettings, tenants: list[TenantId]
) -> None:
    load = Load(models, tables, tenants)
    await Runner(load.feed, models, load.projections).catch_up()
    going_on = (load.follow(), load.write(), *(load.read(tenant_id) for tenant_id in tenants))
    tasks = [asyncio.create_task(task) for task in going_on]
    try:
        for turn in range(3):
            for projection in load.projections:
                await asyncio.wait_for(rebuild(load.feed, models, owner, [projection], f"b{turn}"), 120)
            assert all(not task.done() for task in tasks)
    finally:
        load.until.set()
        done = await asyncio.gather(*tasks, return_exceptions=True)
    assert [problem for problem in done if problem is not None] == []
    assert load.reads > 100
    await Runner(load.feed, models, load.projections).catch_up()
    for log in load.logs:
        assert await wait_for(models, ["timeline", "body"], log.tenant_id, len(log.rows), timeout_seconds=120)
        for projection in load.projections:
            assert await verify(load.feed, models, projection, log.tenant_id) == []


async def test_the_planner_knows_the_keys_of_a_rebuilt_table_and_autovacuum_will_look_at_the_rest(
    models: BulkReadModels, owner: TableOwner, tables: DatabaseSettings, tenants: list[TenantId]
) -> None:
    feed = MemoryFeed([random_log(tenants[0], 6, 300)])
    await rebuild(feed, models, owner, [BY_NAME["plan"]], "b1")
    async with closing(await asyncpg.connect(tables.admin_dsn)) as connection:
        told = await connection.fetch("SELECT attname FROM pg_stats WHERE tablename = 'plan_element'")
        known = {name for (name,) in told}
        assert {"tenant_id", "entity_id", "element_id", "effective_from", "recorded_to", "audience"} <= known
        for statement, nothing_left in ((analyse(PLAN_ELEMENT, ""), False), ("ANALYZE rm.plan_element", True)):
            await connection.execute("UPDATE rm.plan_element SET changed = changed")
            await connection.execute("SELECT pg_stat_force_next_flush()")
            await connection.execute(statement)
            await connection.execute("SELECT pg_stat_force_next_flush()")
            changed = await connection.fetchval(_CHANGED_SINCE)
            assert changed is None or (changed == 0) == nothing_left
