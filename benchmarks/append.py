"""Appends by concurrent clients: against a bare INSERT, the library's own recorder, itself without proof."""

import asyncio
import re
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from itertools import cycle
from random import Random
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from benchmarks.harness import Benchmark, Ratio, Side, compare, interleave
from benchmarks.history import History
from benchmarks.instance import TENANTS, Bench, new_id, open_logs
from domain.ids import CommandId, PersonId, StreamId, TenantId
from domain.ports import Append, NewEvent
from infra.database import Database
from infra.log.store import open_log_store
from infra.pii.sealer import LogSealer
from infra.pii.wrapping import KeyWrapper
from infra.settings import DatabaseSettings, Role

BARE: Final = "INSERT of one row into a plain table, own transaction, dedicated asyncpg connection per client"
UNPROVED: Final = "the same append without leaves, tree and tiles"
STOCK: Final = "eventsourcing's PostgresApplicationRecorder.insert_events, psycopg[binary], one thread per client"
_WARM_UP_SECONDS = 0.3
_PLAIN_TABLE: Final = """
CREATE SCHEMA bench;
CREATE TABLE bench.plain (
    id bigserial PRIMARY KEY, tenant_id uuid, stream_id uuid, version int, type text, state bytea, leaf bytea,
    principal uuid, command_id uuid, fingerprint bytea, recorded_at timestamptz DEFAULT clock_timestamp()
);
GRANT USAGE ON SCHEMA bench TO entente_app;
GRANT SELECT, INSERT ON bench.plain TO entente_app;
GRANT USAGE ON SEQUENCE bench.plain_id_seq TO entente_app;
"""
_INSERT: Final = """
INSERT INTO bench.plain (tenant_id, stream_id, version, type, state, leaf, principal, command_id, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_PROOF: Final = (
    (r"v_hash := sha256\(c_label.*?sha256\(p_state\[k\]\)\);", ""),
    (r"leaves\[k\] := v_hash;", "leaves[k] := '';"),
    (r"v_level := 0;\s+WHILE .*? END LOOP;\s+h_frontier\[v_head\] :=.*?;", ""),
    (r", array_agg\(h\.frontier\)", ""),
    (r"h_size, h_frontier\n", "h_size\n"),
    (r", frontier = h_frontier\[n\]", ""),
)
_PRINCIPAL: Final = PersonId(new_id())
_BYTES_32: Final = bytes(32)


def benchmarks(bench: Bench) -> list[Benchmark]:
    """`append.*`."""
    return [
        *(
            Benchmark(
                names=(f"append.n{clients}.bare", f"append.n{clients}.cpu"), run=partial(_bare, bench, clients)
            )
            for clients in (1, 8, 32)
        ),
        Benchmark(names=("append.n32.stock",), run=partial(_stock, bench, 32)),
        Benchmark(names=("append.n8.proof", "append.n8.proof.cpu"), run=partial(_proof, bench, 8)),
    ]


async def loaded(seconds: float, clients: int, work: Callable[[int], Awaitable[None]]) -> float:
    """Calls per second of `work` by this many clients, each of which waits for its answer before it asks again."""
    done = 0
    end = time.perf_counter() + seconds

    async def client(number: int) -> None:
        nonlocal done
        while time.perf_counter() < end:
            await work(number)
            done += 1

    began = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(clients)))
    return done / (time.perf_counter() - began)


class Writers:
    """What the clients write: each has a stream of its own in every log, and takes the logs at random."""

    def __init__(self, tenants: list[TenantId], clients: int) -> None:
        self._random = Random(1)
        self._tenants = tenants
        self._streams = [{tenant: (StreamId(new_id()), 0) for tenant in tenants} for _ in range(clients)]
        self._events = cycle(small_events())

    def next(self, client: int) -> tuple[TenantId, StreamId, NewEvent]:
        tenant = self._random.choice(self._tenants)
        stream_id, version = self._streams[client][tenant]
        self._streams[client][tenant] = (stream_id, version + 1)
        name, state = next(self._events)
        return tenant, stream_id, NewEvent(version=version + 1, type=name, state=state)


def small_events() -> list[tuple[str, bytes]]:
    """Stored names and envelopes of real events of 350 to 550 bytes; with their envelope, few are smaller."""
    history = History(TenantId(new_id()), seed=7)
    events = [event for entry in history.entries(5_000) for event in entry.events]
    return [(event.type, event.state) for event in events if 350 <= len(event.state) <= 550]


async def _bare(bench: Bench, clients: int, wanted: frozenset[str]) -> list[Ratio]:
    async with AsyncExitStack() as stack:
        settings = await stack.enter_async_context(bench.database(f"append{clients}"))
        ours = await stack.enter_async_context(_group_commit(bench, settings, clients))
        bare = await stack.enter_async_context(bare_inserts(bench, settings, clients))
        return await _compared(bench, wanted, {"ours": ours, "bare": bare}, BARE)


async def _proof(bench: Bench, clients: int, wanted: frozenset[str]) -> list[Ratio]:
    async with AsyncExitStack() as stack:
        settings = await stack.enter_async_context(bench.database("append_proved"))
        unproved = await stack.enter_async_context(bench.database("append_unproved"))
        await _forgo_proof(bench, unproved)
        ours = await stack.enter_async_context(_group_commit(bench, settings, clients))
        without = await stack.enter_async_context(_group_commit(bench, unproved, clients))
        return await _compared(bench, wanted, {"ours": ours, "without": without}, UNPROVED)


async def _compared(bench: Bench, wanted: frozenset[str], sides: dict[str, Side], baseline: str) -> list[Ratio]:
    """Throughput, and processor time per event, which neighbours disturb far less."""
    spent: dict[str, list[float]] = {name: [] for name in sides}
    metered = {name: bench.metered(side, spent[name]) for name, side in sides.items()}
    measured = await interleave(metered, bench.rounds)
    ours, theirs = sides
    return [
        compare(name, spent[ours], spent[theirs], baseline=f"{baseline}; less is better", unit="µs")
        if name.endswith(".cpu")
        else compare(name, measured[ours], measured[theirs], baseline=baseline, unit="ev/s")
        for name in sorted(wanted)
    ]


async def _forgo_proof(bench: Bench, settings: DatabaseSettings) -> None:
    """Replace the append function of a database by itself without what the proof costs."""
    connection = await bench.administrator(settings.name)
    try:
        source: str = await connection.fetchval("SELECT pg_get_functiondef('log.append_columns'::regproc)")
        await connection.execute(without_proof(source))
    finally:
        await connection.close()


def without_proof(source: str) -> str:
    """The append function with the same checks and rows, but with empty leaves, no tree and so no tile.

    Raises:
        ValueError: the function is no longer what this was written for.
    """
    for pattern, instead in _PROOF:
        source, found = re.subn(pattern, instead, source, flags=re.DOTALL)
        if found != 1:
            raise ValueError(f"log.append_columns has {found} places like {pattern!r}; expected one")
    return source


async def _stock(bench: Bench, clients: int, wanted: frozenset[str]) -> list[Ratio]:
    async with AsyncExitStack() as stack:
        settings = await stack.enter_async_context(bench.database("append_stock"))
        ours = await stack.enter_async_context(_group_commit(bench, settings, clients))
        stock = await stack.enter_async_context(_stock_inserts(bench, settings, clients))
        measured = await interleave({"ours": ours, "stock": stock}, bench.rounds)
    (name,) = wanted
    return [compare(name, measured["ours"], measured["stock"], baseline=STOCK, unit="ev/s")]


@asynccontextmanager
async def _group_commit(bench: Bench, settings: DatabaseSettings, clients: int) -> AsyncIterator[Side]:
    """The product's own wiring: group commit on its connection, pokes beside it."""
    tenants = await open_logs(bench, settings)
    writers = Writers(tenants, clients)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(settings))
        pool = await stack.enter_async_context(await database.pool(Role.APP, connections_max=1))
        sealer = LogSealer(pool, KeyWrapper(settings.secret_key))
        store = await stack.enter_async_context(open_log_store(database, sealer))

        async def append(client: int) -> None:
            tenant, stream_id, event = writers.next(client)
            command_id = new_id()
            await store.append(
                Append(
                    tenant_id=tenant,
                    stream_id=stream_id,
                    expected_version=event.version - 1,
                    events=(event,),
                    principal=_PRINCIPAL,
                    command_id=CommandId(command_id),
                    fingerprint=_BYTES_32,
                )
            )

        await loaded(_WARM_UP_SECONDS, clients, append)
        yield lambda: loaded(bench.seconds, clients, append)


@asynccontextmanager
async def bare_inserts(bench: Bench, settings: DatabaseSettings, clients: int) -> AsyncIterator[Side]:
    """The limit that appends are held against: nothing but durable rows."""
    await bench.execute(_PLAIN_TABLE, settings.name)
    writers = Writers([TenantId(new_id()) for _ in range(TENANTS)], clients)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(settings))
        connections: list[asyncpg.Connection[Any]] = []
        for _ in range(clients):
            connection = await database.connect(Role.APP)
            stack.push_async_callback(connection.close)
            connections.append(connection)

        async def insert(client: int) -> None:
            tenant, stream_id, event = writers.next(client)
            await connections[client].execute(
                _INSERT,
                *(tenant, stream_id, event.version, event.type, event.state, _BYTES_32),
                *(_PRINCIPAL, new_id(), _BYTES_32),
            )

        await loaded(_WARM_UP_SECONDS, clients, insert)
        yield lambda: loaded(bench.seconds, clients, insert)


@asynccontextmanager
async def _stock_inserts(bench: Bench, settings: DatabaseSettings, clients: int) -> AsyncIterator[Side]:
    writers = Writers([TenantId(new_id()) for _ in range(TENANTS)], clients)
    datastore = PostgresDatastore(**connection_options(settings.admin_dsn), pool_size=clients)
    try:
        recorder = PostgresApplicationRecorder(datastore, events_table_name="stock_events")
        recorder.create_table()

        def insert(client: int) -> None:
            _, stream_id, event = writers.next(client)
            recorder.insert_events([StoredEvent(stream_id, event.version, event.type, event.state)])

        await asyncio.to_thread(_in_threads, _WARM_UP_SECONDS, clients, insert)
        yield lambda: asyncio.to_thread(_in_threads, bench.seconds, clients, insert)
    finally:
        datastore.close()


def _in_threads(seconds: float, clients: int, work: Callable[[int], None]) -> float:
    done = [0] * clients
    errors: list[BaseException] = []
    end = time.perf_counter() + seconds

    def client(number: int) -> None:
        try:
            while time.perf_counter() < end:
                work(number)
                done[number] += 1
        except BaseException as error:  # noqa: BLE001 - the main thread raises it
            errors.append(error)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return sum(done) / (time.perf_counter() - began)


def connection_options(dsn: str) -> dict[str, Any]:
    """How the library wants to be told of a database."""
    parts = urlsplit(dsn)
    options = parse_qs(parts.query)
    return {
        "dbname": unquote(parts.path.removeprefix("/")),
        "host": options["host"][0],
        "port": options["port"][0],
        "user": parts.username,
        "password": parts.password,
    }
