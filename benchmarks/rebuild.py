"""The rebuild of every read model from a large log, against COPY of that log and the library's runner."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from itertools import islice
from typing import Any, Final

import asyncpg

from benchmarks import stock
from benchmarks.append import connection_options
from benchmarks.bound import write_again
from benchmarks.harness import Benchmark, Ratio, Side, compare, interleave
from benchmarks.history import Entry, History
from benchmarks.instance import TENANTS, Bench, new_id, open_logs
from benchmarks.loading import send
from domain.ids import CommandId, TenantId
from domain.ports import Append
from infra.bulk.owner import TableOwner
from infra.bulk.read_models import BulkReadModels
from infra.database import Database, closing
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings, Role
from projections import ddl
from projections.projection import Projection
from projections.rebuild import rebuild
from projections.registry import BY_NAME, PROJECTIONS
from services.builders import side_by_side
from services.projector import make_tables

COPY: Final = "COPY (SELECT … ORDER BY tenant_id, position) TO binary, discarded"
_COPIED: Final = (
    "SELECT tenant_id, position, stream_id, version, type, recorded_at, state FROM log.event"
    " ORDER BY tenant_id, position"
)
_REQUESTS_PER_TENANT_MAX = 6
"""Per call while loading: different streams of one log, as the append asks."""
_LARGEST: Final = ("plan", "timeline")
"""The two that write most; the timeline is of the form of the library's: a row per event."""
_TOGETHER: Final = "together"
_STOCK_EVENTS: Final = 4_000
_STOCK_EVENTS_SMOKE: Final = 400


def benchmarks(bench: Bench) -> list[Benchmark]:
    """All read models in one pass, and one by one, by `COPY` and by the library; and the server's own part."""
    alone = [f"rebuild.copy.{projection.name}" for projection in PROJECTIONS]
    largest = [f"rebuild.{baseline}.{name}" for baseline in ("bound", "stock") for name in _LARGEST]
    names = ("rebuild.copy", *alone, "rebuild.bound", "rebuild.stock", *largest)
    return [Benchmark(names=names, run=partial(_rebuild, bench, names))]


async def _rebuild(bench: Bench, names: Sequence[str], wanted: frozenset[str]) -> list[Ratio]:
    async with AsyncExitStack() as stack:
        settings = await stack.enter_async_context(bench.database("rebuild"))
        await load(bench, settings)
        rebuilt = await stack.enter_async_context(_rebuilt(bench, settings))
        sides: dict[str, Side] = {"copy": partial(_copied, bench, settings)}
        for name in wanted:
            _, what, *alone = name.split(".")
            projections = [BY_NAME[one] for one in alone] or PROJECTIONS
            if what == "bound":
                await rebuilt(projections)  # the rows that are written again
                sides[name] = partial(_bound, bench, settings, projections)
            else:
                sides[_built(name)] = partial(rebuilt, projections)
            if what == "stock" and what not in sides:
                sides[what] = await _stock(bench, settings)
        measured = await interleave(sides, bench.rounds)
        rows = await _rows(bench, settings)
    return [_ratio(name, measured, rows, bench.events) for name in names if name in wanted]


def _built(name: str) -> str:
    """What is built for a figure: a projection, or all of them."""
    return _TOGETHER if name.count(".") == 1 else name.rpartition(".")[2]


def _ratio(name: str, measured: Mapping[str, list[float]], rows: Mapping[str, int], events: int) -> Ratio:
    what, built = name.split(".")[1], _built(name)
    into = f"{sum(rows.values())} rows of {len(rows)} projections" if built == _TOGETHER else f"{rows[built]} rows"
    note = f"{events} events of {TENANTS} bodies into {into}"
    if what == "stock":
        return compare(name, measured[built], measured[what], baseline=stock.RUNNER, unit="ev/s", note=note)
    ours = measured[name if what == "bound" else built]
    return compare(name, ours, measured["copy"], baseline=COPY, unit="ev/s", note=note)


# --- the log


async def load(
    bench: Bench, settings: DatabaseSettings, *, bodies: int = TENANTS, events: int | None = None
) -> list[TenantId]:
    """Fill the log of every tenant by the append function itself, a little of each in every call."""
    wanted = bench.events if events is None else events
    tenants = await open_logs(bench, settings, bodies)
    per_tenant = wanted // bodies
    histories = [History(tenant, seed) for seed, tenant in enumerate(tenants)]
    calls = _calls(histories, per_tenant)
    async with Database(settings) as database, closing(await database.connect(Role.APP)) as connection:
        await send(connection, calls, bench.progress)
    await bench.execute("VACUUM ANALYZE log.event", settings.name)
    await bench.execute("CHECKPOINT")
    return tenants


def _calls(histories: list[History], events: int) -> Iterator[list[Append]]:
    waiting = [(history, history.entries(events)) for history in histories]
    left_over: dict[TenantId, Entry] = {}
    while waiting:
        call: list[Append] = []
        for history, entries in list(waiting):
            taken = _taken(entries, left_over, history.tenant_id)
            if not taken:
                waiting.remove((history, entries))
            principal = history.actor.id
            call += [entry.appended(history.tenant_id, principal, CommandId(new_id())) for entry in taken]
        if call:
            yield call


def _taken(entries: Iterator[Entry], left_over: dict[TenantId, Entry], tenant_id: TenantId) -> list[Entry]:
    """The next requests of a log, until one is for a stream that is among them already."""
    taken: list[Entry] = []
    held = left_over.pop(tenant_id, None)
    if held is not None:
        taken.append(held)
    for entry in islice(entries, _REQUESTS_PER_TENANT_MAX):
        if any(entry.stream_id == other.stream_id for other in taken):
            left_over[tenant_id] = entry
            break
        taken.append(entry)
    return taken


# --- the sides


@asynccontextmanager
async def _rebuilt(
    bench: Bench, settings: DatabaseSettings
) -> AsyncIterator[Callable[[Sequence[Projection]], Awaitable[float]]]:
    """The product's path: make, fill body by body, index, catch up, swap; gives events of the log per second."""
    await asyncio.to_thread(make_tables, settings)
    owner = TableOwner(settings)
    async with (
        Database(settings) as database,
        LogFeed(database) as feed,
        BulkReadModels(database) as models,
    ):
        dispatch = side_by_side(feed, models, settings)

        async def rebuilt(projections: Sequence[Projection]) -> float:
            began = time.perf_counter()
            await rebuild(feed, models, owner, projections, "bench", dispatch=dispatch)
            took = time.perf_counter() - began
            bench.progress(f"  {', '.join(projection.name for projection in projections)}: {took:.1f} s")
            await _check_complete(models, projections, bench.events)
            return bench.events / took

        yield rebuilt


async def _check_complete(models: BulkReadModels, projections: Sequence[Projection], events: int) -> None:
    """Every projection is where the logs end, or its figure says nothing."""
    reached = dict.fromkeys((projection.name for projection in projections), 0)
    for cursor in await models.cursors(projections=reached):
        if cursor.stop is not None:
            raise AssertionError(f"{cursor.projection} stopped: {cursor.stop.reason}")
        reached[cursor.projection] += cursor.position
    if set(reached.values()) != {events // TENANTS * TENANTS}:
        raise AssertionError(f"not every event was projected: {reached}")


async def _bound(bench: Bench, settings: DatabaseSettings, projections: Sequence[Projection]) -> float:
    """As if every event of the log were read, decoded, folded and sent in no time."""
    return bench.events / await write_again(bench, settings, TableOwner(settings), projections, "bound")


async def _copied(bench: Bench, settings: DatabaseSettings) -> float:
    """The log in its order as fast as the server gives it away."""

    async def discard(_: bytes) -> None:
        return None

    connection = await bench.administrator(settings.name)
    try:
        began = time.perf_counter()
        status = await connection.copy_from_query(_COPIED, output=discard, format="binary")
        took = time.perf_counter() - began
    finally:
        await connection.close()
    return int(status.rpartition(" ")[2]) / took


async def _stock(bench: Bench, settings: DatabaseSettings) -> Side:
    env = stock.environment(connection_options(settings.admin_dsn))
    events = _STOCK_EVENTS_SMOKE if bench.smoke else _STOCK_EVENTS
    await asyncio.to_thread(stock.write_sample, env, events)

    async def project() -> float:
        connection = await bench.administrator(settings.name)
        try:
            await _forget(connection)
        finally:
            await connection.close()
        return await asyncio.to_thread(stock.run_projection, env)

    return project


async def _forget(connection: "asyncpg.Connection[Any]") -> None:
    """Take the library's view back to before its first event."""
    tables = await connection.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE ANY($1)",
        ["stock_timeline", "%tracking"],
    )
    for (table,) in tables:
        await connection.execute(f'DROP TABLE public."{table}"')


async def _rows(bench: Bench, settings: DatabaseSettings) -> dict[str, int]:
    connection = await bench.administrator(settings.name)
    try:
        return {projection.name: await _count(connection, projection) for projection in PROJECTIONS}
    finally:
        await connection.close()


async def _count(connection: "asyncpg.Connection[Any]", projection: Projection) -> int:
    counts = [
        await connection.fetchval(f"SELECT count(*) FROM {ddl.full_name(table)}")  # noqa: S608 - names are ours
        for table in projection.tables
    ]
    return sum(counts)
