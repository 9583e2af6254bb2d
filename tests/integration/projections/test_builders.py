"""A rebuild on several cores: helpers in processes of their own build the same, and fail without harm."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from domain.ids import TenantId
from domain.ports import Row
from infra.bulk.owner import TableOwner
from infra.bulk.read_models import BulkReadModels
from infra.database import closing
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings
from projections.rebuild import rebuild
from projections.registry import PROJECTIONS
from projections.runner import Runner
from services.builders import HelperFailedError, side_by_side
from services.projector import ReadSide, open_read_side
from tests.integration.logs import Logs, open_logs
from tests.integration.projections.shared import dump
from tests.integration.projections.test_processes import store
from tests.integration.projections.test_rebuild import forget
from tests.unit.projections.histories import random_log

MORE_THAN_THERE_ARE = 1_000_000


@pytest.fixture
async def logs(tables: DatabaseSettings) -> AsyncIterator[Logs]:
    await forget(tables)
    async with open_logs(tables) as opened:
        yield opened


class Waiting(LogFeed):
    """Shows this process the logs only once the helpers have built so many bodies."""

    def __init__(self, side: ReadSide, built_by_helpers: int) -> None:
        super().__init__(side.database)
        self._models = side.models
        self._bodies = built_by_helpers

    async def scan(self, tenant_id: TenantId, **given: Any) -> AsyncGenerator[tuple[int, Sequence[Row]], None]:
        while len({cursor.tenant_id for cursor in await self._models.cursors("b1")}) < self._bodies:  # noqa: ASYNC110 - other processes do it
            await asyncio.sleep(0.01)
        async with contextlib.aclosing(super().scan(tenant_id, **given)) as batches:
            async for batch in batches:
                yield batch


async def rebuilt(logs: Logs, side: ReadSide, *, built_by_helpers: int, cores: int) -> None:
    async with Waiting(side, built_by_helpers) as feed:
        dispatch = side_by_side(feed, side.models, logs.settings, cores=cores, events_per_process_min=1)
        await rebuild(feed, side.models, TableOwner(logs.settings), PROJECTIONS, "b1", dispatch=dispatch)


async def live(logs: Logs, side: ReadSide, tenants: list[TenantId]) -> list[Any]:
    """Logs of three bodies, the first one's the longest, as the projector shows them."""
    for seed, tenant_id in enumerate(tenants):
        await store(logs, random_log(tenant_id, seed, 60 - 20 * seed))
    await Runner(side.feed, side.models, PROJECTIONS).catch_up()
    return [await dump(side.models, tenant_id) for tenant_id in tenants]


async def lose(logs: Logs, table: str, where: str) -> None:
    """What no role can do, a superuser who means it can."""
    async with closing(await asyncpg.connect(logs.settings.admin_dsn)) as connection:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(f"DELETE FROM {table} WHERE {where}")  # noqa: S608 - said above


async def nothing_is_left(logs: Logs, models: BulkReadModels) -> None:
    assert await models.cursors("b1") == []
    async with closing(await asyncpg.connect(logs.settings.admin_dsn)) as connection:
        assert await connection.fetchval(r"SELECT count(*) FROM pg_class WHERE relname LIKE '%\_b1%'") == 0
    assert helpers() == []


def helpers() -> list[int]:
    """The processes that this one has started to help."""
    found = []
    for children in Path("/proc/self/task").glob("*/children"):
        for pid in children.read_text(encoding="ascii").split():
            with contextlib.suppress(OSError):
                if b"services.builder" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(int(pid))
    return found


async def test_what_several_processes_build_equals_live(logs: Logs, tenants: list[TenantId]) -> None:
    async with open_read_side(logs.settings) as side:
        before = await live(logs, side, tenants)
        await asyncio.wait_for(rebuilt(logs, side, built_by_helpers=2, cores=3), 60)
        assert [await dump(side.models, tenant_id) for tenant_id in tenants] == before
        await nothing_is_left(logs, side.models)


async def test_a_body_that_a_helper_cannot_build_ends_the_rebuild_and_says_whose_it_was_and_why(
    logs: Logs, tenants: list[TenantId]
) -> None:
    async with open_read_side(logs.settings) as side:
        before = await live(logs, side, tenants)
        await lose(logs, "log.event", f"tenant_id = '{tenants[1]}' AND position = 3")
        try:
            with pytest.raises(HelperFailedError, match="GapError: the log of") as failed:
                await asyncio.wait_for(rebuilt(logs, side, built_by_helpers=MORE_THAN_THERE_ARE, cores=2), 60)
        finally:  # other tests rebuild all bodies of this database
            for table in ("log.event", "log.head"):
                await lose(logs, table, f"tenant_id = '{tenants[1]}'")
        assert failed.value.tenant_id == tenants[1]
        assert [await dump(side.models, tenant_id) for tenant_id in tenants] == before
        await nothing_is_left(logs, side.models)


async def test_a_helper_that_is_killed_ends_the_rebuild(logs: Logs, tenants: list[TenantId]) -> None:
    async with open_read_side(logs.settings) as side:
        before = await live(logs, side, tenants)
        rebuilding = asyncio.create_task(rebuilt(logs, side, built_by_helpers=MORE_THAN_THERE_ARE, cores=2))
        while not (found := helpers()):  # noqa: ASYNC110 - the kernel says it nowhere else
            await asyncio.sleep(0.005)
        os.kill(found[0], signal.SIGKILL)
        with pytest.raises(HelperFailedError, match="its process ended"):
            await asyncio.wait_for(rebuilding, 60)
        assert [await dump(side.models, tenant_id) for tenant_id in tenants] == before
        await nothing_is_left(logs, side.models)
