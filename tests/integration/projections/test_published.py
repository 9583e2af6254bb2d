"""The sums of what is published are the group-by of the figures, whoever was followed first and however often."""

import asyncio
import random
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.ids import TenantId
from infra.bulk.owner import TableOwner
from infra.bulk.read_models import BulkReadModels
from infra.database import Database, closing
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from projections import published_sums
from projections.ports import Cursor
from projections.published import FIGURE, OWED, TABLES, keys_of
from projections.published_part import Changed, Known, Parts, parts
from projections.published_sums import sum_up
from projections.rebuild import rebuild
from projections.registry import BY_NAME, PROJECTIONS
from projections.runner import SUMS, Runner
from tests.comparison.country import Country
from tests.comparison.loading import load
from tests.comparison.sizes import Size
from tests.integration.filled import make_database
from tests.integration.projections.shared import Fragile, Killed
from tests.integration.projections.test_rebuild import forget
from tests.unit.projections.histories import MemoryFeed, random_log

SEED = 20
"""Of a history in which figures are published."""
Sums = dict[str, list[tuple[Any, ...]]]


async def sums(tables: DatabaseSettings) -> Sums:
    async with closing(await asyncpg.connect(tables.admin_dsn)) as connection:
        return {
            table.name: [
                tuple(row)
                for row in await connection.fetch(f"TABLE {table.fullname} ORDER BY {', '.join(keys_of(table))}")
            ]
            for table in (FIGURE, OWED)
        }


async def emptied(tables: DatabaseSettings) -> None:
    async with closing(await asyncpg.connect(tables.admin_dsn)) as connection:
        await connection.execute(f"TRUNCATE {', '.join(table.fullname for table in TABLES)}")


@pytest.fixture
async def alone(tables: DatabaseSettings) -> DatabaseSettings:
    """Tables with nothing in them: sums are of all bodies, those of other tests too."""
    await forget(tables)
    await emptied(tables)
    return tables


async def test_sums_are_the_same_in_whatever_order_and_portions_bodies_are_followed(
    models: BulkReadModels, alone: DatabaseSettings, tenants: list[TenantId]
) -> None:
    logs = [random_log(tenant_id, seed, 500) for seed, tenant_id in enumerate(tenants)]
    await Runner(MemoryFeed(logs), models, PROJECTIONS, batch_events=17).catch_up()
    live = await sums(alone)
    assert all(live.values()), {name: len(rows) for name, rows in live.items()}
    for turn in range(3):
        await emptied(alone)
        random.Random(turn).shuffle(logs)
        for log in logs:
            assert await sum_up(models, log.tenant_id)
        assert await sums(alone) == live


async def test_sums_that_follow_every_few_events_are_those_made_at_once(
    models: BulkReadModels, alone: DatabaseSettings, tenants: list[TenantId]
) -> None:
    log = random_log(tenants[0], SEED, 400)
    for upto in range(9, len(log.rows) + 9, 9):
        shorter = random_log(tenants[0], SEED, 0)
        shorter.rows[:] = log.rows[:upto]
        await Runner(MemoryFeed([shorter]), models, PROJECTIONS).catch_up()
    followed = await sums(alone)
    await emptied(alone)
    await sum_up(models, tenants[0])
    assert await sums(alone) == followed
    assert followed["summed_figure"]


async def test_summed_up_twice_is_once(
    models: BulkReadModels, alone: DatabaseSettings, tenants: list[TenantId]
) -> None:
    await Runner(MemoryFeed([random_log(tenants[0], SEED, 400)]), models, PROJECTIONS).catch_up()
    once = await sums(alone)
    assert once["summed_figure"]
    assert await sum_up(models, tenants[0])
    await Runner(MemoryFeed([random_log(tenants[0], SEED, 400)]), models, PROJECTIONS).catch_up()
    assert await sums(alone) == once


async def test_killed_at_any_step_nothing_was_summed(
    models: BulkReadModels, alone: DatabaseSettings, tenants: list[TenantId]
) -> None:
    await Runner(MemoryFeed([random_log(tenants[0], SEED, 400)]), models, PROJECTIONS).catch_up()
    whole = await sums(alone)
    await emptied(alone)
    kills = 0
    while True:
        try:
            await sum_up(Fragile(models, kills + 1), tenants[0])
        except Killed:
            kills += 1
            assert not any((await sums(alone)).values())
        else:
            break
    assert kills >= 6
    assert await sums(alone) == whole
    assert whole["summed_figure"]


async def test_what_was_built_anew_is_summed_up_anew(
    models: BulkReadModels, alone: DatabaseSettings, tenants: list[TenantId]
) -> None:
    log = random_log(tenants[0], SEED, 400)
    feed = MemoryFeed([log])
    await Runner(feed, models, PROJECTIONS).catch_up()
    before = await sums(alone)
    await rebuild(feed, models, TableOwner(alone), [BY_NAME["indicator_cells"]], "b1")
    assert not any((await sums(alone)).values())
    await Runner(feed, models, PROJECTIONS).catch_up()
    assert await sums(alone) == before
    assert before["summed_figure"]


async def test_bodies_summed_up_at_the_same_time_do_not_hinder_each_other(
    server: EmbeddedServer, worker_name: str
) -> None:
    """All of them add to the same rows: those of shared indicators."""
    settings = make_database(server, f"entente_sums_{worker_name}")
    country = Country(8, Size(12, 6, 3))
    await load(settings, country, lambda _: None)
    live = await sums(settings)
    assert len(live["summed_figure"]) > 50
    for turn in range(3):
        await emptied(settings)
        chosen = random.Random(turn)
        async with Database(settings) as database, BulkReadModels(database, connections_max=8) as models:
            tenants = list(country.tenants)
            chosen.shuffle(tenants)
            done = await asyncio.gather(*(sum_up(models, tenant_id) for tenant_id in tenants))
        assert all(done)
        assert await sums(settings) == live


async def test_rows_taken_in_another_order_deadlock(alone: DatabaseSettings, tenants: list[TenantId]) -> None:
    """Why the order matters: the control of the test before."""
    figure = [(UUID(int=number), UUID(int=1), "lip", "", "[]", 1) for number in (1, 2)]

    async def add(models: BulkReadModels, tenant_id: TenantId, rows: list[Any], first: asyncio.Barrier) -> None:
        async with models.unit(tenant_id) as unit:
            await unit.sums().add(OWED, rows[:1])
            await first.wait()
            await unit.sums().add(OWED, rows[1:])

    async with Database(alone) as database, BulkReadModels(database) as models:
        first = asyncio.Barrier(2)
        told = await asyncio.gather(
            add(models, tenants[0], figure, first),
            add(models, tenants[1], figure[::-1], first),
            return_exceptions=True,
        )
    assert [type(one) for one in told if one is not None] == [asyncpg.DeadlockDetectedError]


async def test_a_body_that_cannot_be_summed_up_keeps_no_other_waiting_and_nobody_reads_sums_without_it(
    models: BulkReadModels, alone: DatabaseSettings, tenants: list[TenantId], monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = MemoryFeed([random_log(tenant_id, SEED, 400) for tenant_id in tenants[:2]])
    told: list[Cursor] = []

    def broken(known: Known, changed: Changed) -> tuple[Parts, Parts]:
        if known.body == tenants[0]:
            raise ValueError("a figure like no other")
        return parts(known, changed)

    with monkeypatch.context() as patched:
        patched.setattr(published_sums, "parts", broken)
        await Runner(feed, models, PROJECTIONS, on_stop=told.append).catch_up()
    assert [(one.projection, one.tenant_id, one.stop and one.stop.reason) for one in told] == [
        (SUMS, tenants[0], f"{SUMS}: a figure like no other")
    ]
    without = await sums(alone)
    assert without["summed_figure"]
    assert not await is_read(alone)

    await Runner(feed, models, PROJECTIONS).catch_up()  # the program was repaired
    assert await sums(alone) != without
    assert await is_read(alone)


async def is_read(tables: DatabaseSettings) -> bool:
    async with closing(await asyncpg.connect(tables.admin_dsn)) as connection:
        found = await connection.fetchval("SELECT count(*) FROM national.summed_ready")
    return bool(found)
