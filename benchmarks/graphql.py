"""GraphQL through the whole door, against a bare ASGI handler that runs the same statement in the same process.

Both sides are asked in turns over one connection by the same client. What is compared is processor time: the
server's and PostgreSQL's together, per answer. It is what a machine can give, and neighbours disturb it least.
"""

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final
from uuid import uuid4

import psutil

from benchmarks.country import BEGUN, FUNDER, Country, Size
from benchmarks.country_loading import load as load_country
from benchmarks.harness import Benchmark, Ratio, compare, interleave
from benchmarks.http import ended, is_live
from benchmarks.instance import Bench, cpu_seconds
from benchmarks.loading import record
from benchmarks.rebuild import load
from domain.body import BodyKind, OpenBody
from domain.ids import TenantId
from domain.values import fr
from infra.bulk.read_models import BulkReadModels
from infra.database import Database
from infra.log.feed import LogFeed
from infra.migrate import migrate
from infra.settings import EMBEDDED_DATABASE, DatabaseSettings, embedded_database
from projections.registry import PROJECTIONS
from projections.runner import Runner
from readapi.persisted import hashes, stored
from services.bodies import Provisioning
from services.bootstrap import CONSOLE, open_write_side
from services.projector import make_tables

ROOT: Final = Path(__file__).resolve().parents[1]
BARE: Final = "bare ASGI handler in the same server: same SQL, role and scoped transaction"
OPEN: Final = "the same handler without a transaction or scope, one statement on its own"
_BODIES: Final = 1_000
_BODIES_SMOKE: Final = 20
_REPORTING: Final = 100
_REPORTING_SMOKE: Final = 10
EVENTS_PER_BODY: Final = 60
PAGE: Final = 200
_READY_SECONDS_MAX: Final = 60.0
_LINE: Final = "id slug kind province timeZone defaultLanguage phase started sample name { en fr }"
_REGISTER: Final = """query Register($first: Int!, $asOf: AsOfInput) { partnerships(first: $first, asOf: $asOf) {
  totalCount pageInfo { hasNextPage endCursor } nodes { slug name { en fr missing } province
    agreements(first: 3) { totalCount nodes { programme { code label { fr } } amount { number unit } status } }
    plans(first: 2) { totalCount nodes { title { fr en } period { start end } } } } } }"""
_AS_OF: Final = {"effective": "2024-04-01", "recorded": "2200-01-01T00:00:00Z"}
Operation = Mapping[str, Any]


def benchmarks(bench: Bench) -> list[Benchmark]:
    """`graphql.*`: ratios of processor time, so less is better."""
    names = ("graphql.list1000", "graphql.national", "graphql.asof", "graphql.granted", "graphql.scope")
    compared = Benchmark(names=("graphql.comparison",), run=partial(_comparison, bench))
    return [Benchmark(names=names, run=partial(_graphql, bench)), compared]


async def _graphql(bench: Bench, wanted: frozenset[str]) -> list[Ratio]:
    async with filled(bench) as (settings, bodies):
        token = await granted(settings, bodies) if "graphql.granted" in wanted else None
        async with served(bench) as server:
            asked = await operations(server, 5 if len(bodies) > PAGE else 1)
            ratios = []
            for name in sorted(wanted - {"graphql.scope"}):
                server.token = token if name == "graphql.granted" else None
                what = "national" if name == "graphql.granted" else name.partition(".")[2]
                ratios.append(await _compared(bench, server, name, asked[what], len(bodies)))
            server.token = None
            if "graphql.scope" in wanted:
                ratios.append(await _scope(bench, server, asked["one"]))
    return ratios


async def _comparison(bench: Bench, _wanted: frozenset[str]) -> list[Ratio]:
    """What making a view of its rows costs: the bare handler hands the rows out as they are."""
    country = Country(Size(_REPORTING_SMOKE if bench.smoke else _REPORTING, 3, 2))
    settings = embedded_database(bench.instance_dir, name=EMBEDDED_DATABASE)
    await asyncio.to_thread(migrate, settings)
    try:
        await load_country(settings, country, bench.progress)
        async with served(bench) as server:
            asked = _compared_indicator(country)
            return [await _compared(bench, server, "graphql.comparison", asked, len(country.bodies), _shows_rows)]
    finally:
        await bench.execute(f'DROP DATABASE "{EMBEDDED_DATABASE}" WITH (FORCE)')


def _compared_indicator(country: Country) -> Operation:
    """The question of the stored document, with everything that it shows."""
    period = country.periods[-1]
    of = {"kind": period.kind.upper(), "start": period.start.isoformat(), "end": period.end.isoformat()}
    cited = {"owner": "commons", "id": str(country.indicators[0].stream)}
    variables = {"indicator": cited, "period": of, "asOf": {"effective": country.day.isoformat()}}
    return {"query": stored()[hashes()["comparison"]], "variables": variables}


def _same(ours: Any, bare: Any) -> bool:
    return bool(ours == bare)


def _shows_rows(ours: Any, bare: Any) -> bool:
    """Whether the view shows the bodies of whose figures the bare side has the rows."""
    of_view, rows = ours["indicatorComparison"], bare["indicatorComparison"]
    return len(of_view["values"]) > 1 and of_view["expected"] == len(rows["bodies"])


@asynccontextmanager
async def filled(bench: Bench) -> "AsyncIterator[tuple[DatabaseSettings, list[TenantId]]]":
    """The database that a served instance has, with a register of bodies in it; dropped at the end."""
    settings = embedded_database(bench.instance_dir, name=EMBEDDED_DATABASE)
    await asyncio.to_thread(migrate, settings)
    try:
        yield settings, await _fill(bench, settings, _BODIES_SMOKE if bench.smoke else _BODIES)
    finally:
        await bench.execute(f'DROP DATABASE "{EMBEDDED_DATABASE}" WITH (FORCE)')


async def _compared(  # noqa: PLR0917 - what one comparison consists of
    bench: Bench,
    server: "Served",
    name: str,
    operation: Operation,
    bodies: int,
    agree: Callable[[Any, Any], bool] = _same,
) -> Ratio:
    given = await server.answer("/graphql", operation)
    reader = None if server.token is None else str(FUNDER)
    await server.answer("/bare", {**operation, "reader": reader})  # says what is to be run, and as whom
    bare = await server.answer("/bare", None)
    if not agree(json.loads(given)["data"], json.loads(bare)["data"]):
        raise AssertionError(f"{name}: the two sides give different data")
    walls: dict[str, list[float]] = {"ours": [], "bare": []}
    ours = server.side("/graphql", operation, bench.seconds, walls["ours"])
    theirs = server.side("/bare", None, bench.seconds, walls["bare"])
    measured = await interleave({"ours": ours, "bare": theirs}, bench.rounds)
    wall = median(above / below for above, below in zip(walls["ours"], walls["bare"], strict=True))
    note = f"{len(given) // 1000} KB of {bodies} bodies; by the clock {wall:.2f}"
    return compare(name, measured["ours"], measured["bare"], baseline=BARE, unit="ms", note=note)


async def _scope(bench: Bench, served: "Served", operation: Operation) -> Ratio:
    await served.answer("/bare", operation)
    scoped = served.side("/bare", None, bench.seconds, [])
    alone = served.side("/open", None, bench.seconds, [])
    measured = await interleave({"scoped": scoped, "open": alone}, bench.rounds)
    note = "a register's page of one; what the transaction costs"
    return compare("graphql.scope", measured["scoped"], measured["open"], baseline=OPEN, unit="ms", note=note)


async def operations(server: "Served", pages: int) -> dict[str, Operation]:
    """What is asked. A list of a thousand is five pages of 200, the most that one page has."""
    cursors: list[str | None] = [None]
    one = "query ($after: String) { partnerships(first: 200, after: $after) { pageInfo { endCursor } } }"
    while len(cursors) < pages:
        answer = json.loads(await server.answer("/graphql", {"query": one, "variables": {"after": cursors[-1]}}))
        cursors.append(answer["data"]["partnerships"]["pageInfo"]["endCursor"])
    declared = ", ".join(f"$a{number}: String" for number in range(pages))
    parts = " ".join(
        f"p{number}: partnerships(first: {PAGE}, after: $a{number}) {{ nodes {{ {_LINE} }} }}"
        for number in range(pages)
    )
    variables = {f"a{number}": cursor for number, cursor in enumerate(cursors)}
    return {
        "list1000": {"query": f"query List({declared}) {{ {parts} }}", "variables": variables},
        "national": {"query": _REGISTER, "variables": {"first": 100}},
        "asof": {"query": _REGISTER, "variables": {"first": 100, "asOf": _AS_OF}},
        "one": {"query": "{ partnerships(first: 1) { nodes { slug } } }"},
    }


async def _fill(bench: Bench, settings: DatabaseSettings, bodies: int) -> list[TenantId]:
    tenants = await load(bench, settings, bodies=bodies, events=bodies * EVENTS_PER_BODY)
    await asyncio.to_thread(make_tables, settings)
    async with Database(settings) as database, BulkReadModels(database) as models, LogFeed(database) as feed:
        await Runner(feed, models, PROJECTIONS).catch_up()
    await bench.execute("VACUUM ANALYZE", settings.name)
    bench.progress(f"  {bodies} bodies with {EVENTS_PER_BODY} events each")
    return tenants


async def granted(settings: DatabaseSettings, bodies: Sequence[TenantId]) -> str:
    """A funder to whom all these bodies grant everything; the token of its analyst."""
    async with open_write_side(settings) as write:
        await write.bodies.open_commons(principal=CONSOLE)
        opening = OpenBody(
            body_id=FUNDER,
            kind=BodyKind.FUNDER,
            name=fr("Bailleur"),
            slug="bench-funder",
            province=None,
            time_zone="America/Toronto",
            default_language="fr",
        )
        new = Provisioning(opening=opening, key=uuid4(), effective_on=BEGUN, lang="fr", correlation_id=uuid4())
        await write.bodies.provision(new, principal=CONSOLE, fingerprint=bytes(32))
        person = await write.vault.pseudonym(FUNDER, uuid4())
        token = await write.tokens.create(FUNDER, "funder_analyst", person, "benchmark")
    country = Country(Size(0, 0, 1))
    await record(settings, (append for body in bodies for append in country.granted(body)))
    return token


# --- the server and its client


@dataclass
class Served:
    """A running server with both sides in it, asked over one connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    server: psutil.Process
    postgres: psutil.Process
    token: str | None = None
    """Of who asks; the public without."""

    async def answer(self, path: str, operation: Operation | None) -> bytes:
        return await self._sent(self._request(path, operation))

    def _request(self, path: str, operation: Operation | None) -> bytes:
        body = b"{}" if operation is None else json.dumps(operation).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        if self.token is not None:
            head += f"Authorization: Bearer {self.token}\r\n"
        return head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body

    def side(
        self, path: str, operation: Operation | None, seconds: float, walls: list[float]
    ) -> Callable[[], Awaitable[float]]:
        """Asks for so long; gives milliseconds of processor time per answer, and notes those of the clock."""
        request = self._request(path, operation)

        async def measure() -> float:
            for _ in range(10):
                await self._sent(request)
            spent, began, count = self._cpu_seconds(), time.perf_counter(), 0
            while count == 0 or time.perf_counter() - began < seconds:
                await self._sent(request)
                count += 1
            walls.append((time.perf_counter() - began) / count)
            return (self._cpu_seconds() - spent) / count * 1_000

        return measure

    async def _sent(self, request: bytes) -> bytes:
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        body = await self.reader.readexactly(int(length.partition(b":")[2]))
        if not head.startswith(b"HTTP/1.1 200") or b'"errors"' in body[:200]:
            raise RuntimeError(f"not answered: {head!r} {body[:500]!r}")
        return body

    def _cpu_seconds(self) -> float:
        return sum(cpu_seconds(one) for one in (self.server, *self.postgres.children()))


@asynccontextmanager
async def served(bench: Bench) -> AsyncIterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = bench.environment(ENTENTE_PORT=str(port))
    journal = bench.instance_dir / "graphql.log"
    with journal.open("ab") as said, _started(environment, said) as server:
        deadline = time.monotonic() + _READY_SECONDS_MAX
        while not is_live(port):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start: {journal.read_text(errors='replace')[-2000:]}")
            await asyncio.sleep(0.05)
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
        try:
            yield Served(reader, writer, psutil.Process(server.pid), psutil.Process(postmaster(bench)))
        finally:
            writer.close()


@contextmanager
def _started(environment: Mapping[str, str], said: Any) -> Any:
    with ended(
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.graphql_served"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    ) as server:
        yield server


def postmaster(bench: Bench) -> int:
    return int((bench.server.data_dir / "postmaster.pid").read_text().split("\n")[0])
