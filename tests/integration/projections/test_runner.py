"""The live runner on a real database: the checks that every projection shares."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date

import pytest

from domain.body import BodyRenamed
from domain.ids import TenantId
from domain.ports import GapError, Row
from domain.values import fr
from infra.bulk.read_models import BulkReadModels, TenantCursors
from infra.database import Database
from projections.ports import Cursor, Stop
from projections.projection import Projection
from projections.registry import BY_NAME, PROJECTIONS
from projections.runner import Runner, StoppedError, resume, wait_for
from tests.integration.projections.shared import Fragile, Killed, dump
from tests.unit.projections.histories import FIRST_DAY, MemoryFeed, random_log


async def test_batches_of_any_size_give_the_same_rows(models: BulkReadModels, tenants: list[TenantId]) -> None:
    logs = [random_log(tenant_id, 7, 400) for tenant_id in tenants]
    await Runner(MemoryFeed(logs[:1]), models, PROJECTIONS).catch_up()
    await Runner(MemoryFeed(logs[1:2]), models, PROJECTIONS, batch_events=1).catch_up()
    await Runner(MemoryFeed(logs[2:]), models, PROJECTIONS, batch_events=7).catch_up()

    dumps = [await dump(models, tenant_id) for tenant_id in tenants]
    other = [
        {
            name: sorted(repr(row[2:]).replace(str(tenant_id), "itself") for row in rows)
            for name, rows in found.items()
            if name not in ("national.registry", "rm.timeline")  # these name the body in other ways too
        }
        for tenant_id, found in zip(tenants, dumps, strict=True)
    ]
    assert other[0] == other[1] == other[2]
    assert sum(map(len, other[0].values())) > 200


async def test_delivered_twice_is_once(models: BulkReadModels, tenants: list[TenantId]) -> None:
    log = random_log(tenants[0], 11, 300)
    await Runner(MemoryFeed([log]), models, PROJECTIONS, batch_events=13).catch_up()
    once = await dump(models, tenants[0])

    runner = Runner(MemoryFeed([log]), models, PROJECTIONS, batch_events=13)
    await runner.catch_up()
    for start in range(0, len(log.rows), 40):
        await runner._apply(tenants[0], list(BY_NAME), log.rows[start : start + 60])

    assert await dump(models, tenants[0]) == once


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: projection.name)
async def test_killed_at_any_step_is_not_started(
    models: BulkReadModels, tenants: list[TenantId], projection: Projection
) -> None:
    log = random_log(tenants[0], 5, 600)
    half = random_log(tenants[0], 5, 600)
    half.rows = log.rows[:60]
    await Runner(MemoryFeed([half]), models, [projection]).catch_up()
    before = await dump(models, tenants[0], [projection])
    kills = 0
    while True:
        fragile = Fragile(models, kills + 1)
        try:
            await Runner(MemoryFeed([log]), fragile, [projection]).catch_up()
        except Killed:
            kills += 1
            assert await dump(models, tenants[0], [projection]) == before
            (cursor,) = await models.cursors(projections=[projection.name], tenant_id=tenants[0])
            assert cursor.position == 60
        else:
            break
    assert kills >= 4  # enter, lock, write, advance, leave
    after = await dump(models, tenants[0], [projection])
    assert after != before
    await _clean(models, tenants[0], projection)
    await Runner(MemoryFeed([log]), models, [projection]).catch_up()
    assert await dump(models, tenants[0], [projection]) == after


async def _clean(models: BulkReadModels, tenant_id: TenantId, projection: Projection) -> None:
    assert models._pool is not None
    async with models._pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('app.tenant', $1, true)", str(tenant_id))
        for table in projection.tables:
            await connection.execute(f"DELETE FROM {table.schema}.{table.name} WHERE tenant_id = $1", tenant_id)  # noqa: S608
        await connection.execute("DELETE FROM rm.cursor WHERE tenant_id = $1", tenant_id)


async def test_two_runners_at_once_take_each_event_once(models: BulkReadModels, tenants: list[TenantId]) -> None:
    logs = [random_log(tenant_id, 3, 200) for tenant_id in tenants]
    runners = [Runner(MemoryFeed(logs), models, PROJECTIONS, batch_events=5) for _ in range(2)]
    for _ in range(40):
        await asyncio.gather(*(runner.catch_up() for runner in runners))
    found = await dump(models, tenants[1])
    await _clean_all(models, tenants[1])
    await Runner(MemoryFeed(logs[1:2]), models, PROJECTIONS).catch_up()
    assert await dump(models, tenants[1]) == found
    assert len(found["rm.timeline"]) == len(logs[1].rows)


async def _clean_all(models: BulkReadModels, tenant_id: TenantId) -> None:
    for projection in PROJECTIONS:
        await _clean(models, tenant_id, projection)


async def test_a_poison_event_stops_that_body_and_no_other(
    models: BulkReadModels, tenants: list[TenantId]
) -> None:
    logs = [random_log(tenant_id, 9, 150) for tenant_id in tenants[:2]]
    good = logs[0].rows[29]
    logs[0].rows[29] = Row(
        good.tenant_id, 30, good.stream_id, good.version, good.type, good.recorded_at, b'{"v":1,"type":"x"}'
    )
    told: list[Cursor] = []
    await Runner(MemoryFeed(logs), models, [BY_NAME["timeline"]], on_stop=told.append).catch_up()

    (cursor,) = await models.cursors(projections=["timeline"], tenant_id=tenants[0])
    assert cursor.position == 29
    assert cursor.stop is not None
    assert (cursor.stop.position, cursor.stop.type) == (30, "ValidationError")
    assert [stopped.tenant_id for stopped in told] == [tenants[0]]
    (other,) = await models.cursors(projections=["timeline"], tenant_id=tenants[1])
    assert (other.position, other.stop) == (len(logs[1].rows), None)
    assert len((await dump(models, tenants[0]))["rm.timeline"]) == 29

    logs[0].rows[29] = good  # the fix
    await Runner(MemoryFeed(logs), models, [BY_NAME["timeline"]]).catch_up()
    assert len((await dump(models, tenants[0]))["rm.timeline"]) == 29
    await resume(models, "timeline", tenants[0])
    await Runner(MemoryFeed(logs), models, [BY_NAME["timeline"]]).catch_up()
    assert len((await dump(models, tenants[0]))["rm.timeline"]) == len(logs[0].rows)


class Damaged(MemoryFeed):
    """A feed that finds the fifth event of one log gone."""

    broken: TenantId

    async def read(
        self, tenant_id: TenantId, after: int, *, limit: int = 5_000, upto: int | None = None
    ) -> AsyncIterator[Sequence[Row]]:
        if tenant_id != self.broken:
            async for rows in super().read(tenant_id, after, limit=limit, upto=upto):
                yield rows
            return
        if after < 4:
            yield self.logs[tenant_id][after:4]
        raise GapError("position 5 is missing")


async def test_a_damaged_log_stops_at_its_gap_and_no_other_body_waits_for_it(
    models: BulkReadModels, tenants: list[TenantId]
) -> None:
    logs = [random_log(tenant_id, 9, 40) for tenant_id in sorted(tenants[:2])]
    feed = Damaged(logs)  # the damaged one comes first
    feed.broken = logs[0].tenant_id
    told: list[Cursor] = []
    await Runner(feed, models, PROJECTIONS, on_stop=told.append).catch_up()

    stopped = await models.cursors(tenant_id=feed.broken)
    assert {cursor.projection: (cursor.position, cursor.stop) for cursor in stopped} == dict.fromkeys(
        BY_NAME, (4, Stop(type="GapError", reason="log: position 5 is missing", position=5))
    )
    assert len(told) == len(PROJECTIONS)
    assert {c.position for c in await models.cursors(tenant_id=logs[1].tenant_id)} == {len(logs[1].rows)}

    for name in BY_NAME:
        await resume(models, name, feed.broken)
    await Runner(MemoryFeed(logs), models, PROJECTIONS).catch_up()  # the log was restored
    assert {c.position for c in await models.cursors(tenant_id=feed.broken)} == {len(logs[0].rows)}


async def test_rows_that_the_database_refuses_stop_at_their_event(
    models: BulkReadModels, tenants: list[TenantId]
) -> None:
    log = random_log(tenants[0], 2, 40)
    assert log.rows[0].type == "body.Opened"
    bad = log.append(tenants[0], BodyRenamed(name=fr("Nom")), date(2030, 1, 1))
    log.append(tenants[0], BodyRenamed(name=fr("Autre")), date(2030, 1, 2))
    broken = Row(
        bad.tenant_id, bad.position, bad.stream_id, 2**40, bad.type, bad.recorded_at, bad.state
    )  # its version fits no column
    log.rows[bad.position - 1] = broken
    await Runner(MemoryFeed([log]), models, [BY_NAME["timeline"], BY_NAME["body"]]).catch_up()
    cursors = {cursor.projection: cursor for cursor in await models.cursors(tenant_id=tenants[0])}
    stop = cursors["timeline"].stop
    assert stop is not None
    assert (cursors["timeline"].position, stop.position) == (bad.position - 1, bad.position)
    assert cursors["body"].position == len(log.rows)


async def test_a_reader_waits_for_its_own_write(
    db: Database, models: BulkReadModels, tenants: list[TenantId]
) -> None:
    log = random_log(tenants[0], 1, 30)
    cursors = TenantCursors(db)
    names = list(BY_NAME)
    assert not await wait_for(cursors, names, tenants[0], 1, timeout_seconds=0.02)
    waiting = asyncio.create_task(wait_for(cursors, names, tenants[0], len(log.rows), timeout_seconds=120))
    await Runner(MemoryFeed([log]), models, PROJECTIONS, batch_events=4).catch_up()
    assert await waiting


async def test_a_reader_is_told_that_what_it_waits_for_has_stopped(
    models: BulkReadModels, tenants: list[TenantId]
) -> None:
    log = random_log(tenants[0], 1, 5)
    first = log.rows[0]
    log.rows[0] = Row(first.tenant_id, 1, first.stream_id, 1, "body.Unheard", first.recorded_at, first.state)
    await Runner(MemoryFeed([log]), models, [BY_NAME["body"]]).catch_up()
    with pytest.raises(StoppedError):
        await wait_for(models, ["body"], tenants[0], 1, timeout_seconds=120)


async def test_a_runner_follows_until_it_is_told_to_stop(models: BulkReadModels, tenants: list[TenantId]) -> None:
    log = random_log(tenants[0], 1, 30)
    until = asyncio.Event()
    following = asyncio.create_task(Runner(Slow([log]), models, PROJECTIONS).run(until))
    assert await wait_for(models, list(BY_NAME), tenants[0], len(log.rows), timeout_seconds=120)
    log.append(tenants[0], BodyRenamed(name=fr("Plus tard")), FIRST_DAY)
    assert await wait_for(models, ["body"], tenants[0], len(log.rows), timeout_seconds=120)
    until.set()
    await following


class Slow(MemoryFeed):
    async def wait(self, timeout_seconds: float) -> None:
        await asyncio.sleep(min(timeout_seconds, 0.005))
