"""A long plan as it stood at an earlier version: with snapshots, and by replay from the first event."""

import time
from contextlib import AsyncExitStack
from functools import partial
from typing import Final

from benchmarks.harness import Benchmark, Ratio, compare, interleave
from benchmarks.history import History, only_plan
from benchmarks.instance import Bench, new_id, open_logs
from domain.ids import CommandId, StreamId, TenantId
from domain.plan.rules import PLAN, Plan
from domain.stream import Loaded
from infra.database import Database
from infra.log.snapshots import EVERY_VERSIONS
from infra.log.store import LogStore, open_log_store
from infra.pii.sealer import LogSealer
from infra.pii.wrapping import KeyWrapper
from infra.settings import Role

FULL: Final = "the same version folded from the first event, same store, same connection pool"
_VERSIONS: Final = 10_000
_VERSIONS_SMOKE: Final = 1_000
_BACK: Final = 37
_LOADS: Final = 20
"""Short loads are timed together; a replay is long enough by itself."""


def benchmarks(bench: Bench) -> list[Benchmark]:
    """`asof.full`: a ratio of times, so smaller is better."""
    return [Benchmark(names=("asof.full",), run=partial(_as_of, bench))]


async def _as_of(bench: Bench, wanted: frozenset[str]) -> list[Ratio]:
    versions = _VERSIONS_SMOKE if bench.smoke else _VERSIONS
    target = versions - _BACK
    async with AsyncExitStack() as stack:
        settings = await stack.enter_async_context(bench.database("asof"))
        (tenant_id,) = await open_logs(bench, settings, 1)
        database = await stack.enter_async_context(Database(settings))
        pool = await stack.enter_async_context(await database.pool(Role.APP, connections_max=1))
        sealer = LogSealer(pool, KeyWrapper(settings.secret_key))
        store = await stack.enter_async_context(open_log_store(database, sealer))
        stream_id = await _write(store, tenant_id, versions)
        # Each load leaves a snapshot behind, as those of daily work would have.
        for version in range(EVERY_VERSIONS, versions + 1, EVERY_VERSIONS):
            await store.load(tenant_id, PLAN, stream_id, version=version)
            await store.snapshots_saved()

        found: dict[str, Loaded[Plan]] = {}

        async def with_snapshots() -> float:
            began = time.perf_counter()
            for _ in range(_LOADS):
                found["snapshots"] = await store.load(tenant_id, PLAN, stream_id, version=target)
            return (time.perf_counter() - began) / _LOADS * 1000

        async def in_full() -> float:
            began = time.perf_counter()
            events = await store.events_of(tenant_id, stream_id, upto=target)
            found["full"] = PLAN.fold(None, events)
            return (time.perf_counter() - began) * 1000

        await with_snapshots()
        await in_full()
        measured = await interleave({"ours": with_snapshots, "full": in_full}, bench.rounds)
        if found["snapshots"] != found["full"] or found["full"].version != target:
            raise AssertionError("the state with snapshots differs from the state by full replay")
    (name,) = wanted
    note = f"{versions} versions, at {target}; both states are equal"
    return [compare(name, measured["ours"], measured["full"], baseline=FULL, unit="ms", note=note)]


async def _write(store: LogStore, tenant_id: TenantId, versions: int) -> StreamId:
    history = History(tenant_id, seed=3)
    for entry in only_plan(history, versions):
        last = await store.append(entry.appended(tenant_id, history.actor.id, CommandId(new_id())))
    assert last.version == versions
    return entry.stream_id
