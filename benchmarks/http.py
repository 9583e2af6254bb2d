"""Commands through the whole door: the product's server process under a keep-alive load from another process."""

import asyncio
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final
from uuid import uuid4

import msgspec

from benchmarks.append import BARE, bare_inserts
from benchmarks.harness import Benchmark, Ratio, Side, compare, interleave
from benchmarks.http_load import Plan, Report, Target
from benchmarks.instance import TENANTS, Bench, new_id
from domain.body import BodyKind, OpenBody
from domain.envelope import Actor, WithoutAuthority
from domain.ids import CommandId, ElementId, PlanId, TenantId
from domain.plan.commands import AddPlanElement, DraftPlan
from domain.stream import Command, Order
from domain.values import Period, fr
from infra.migrate import migrate
from infra.settings import EMBEDDED_DATABASE, DatabaseSettings, embedded_database
from services.bodies import Provisioning
from services.bootstrap import CONSOLE, WriteSide, open_write_side
from services.commands import fingerprint

ROOT: Final = Path(__file__).resolve().parents[1]
_CLIENTS: Final = 32
_BODIES_SMOKE: Final = 4
_READY_SECONDS_MAX: Final = 60.0
_WARM_UP_SECONDS: Final = 0.5
_COMMAND: Final = "RecordPlanProgress"
_DAY: Final = date(2024, 4, 1)
_IDLE_SHARE_MIN: Final = 0.1
"""Of the generator's processor time: with less to spare it would be the limit, and the figure worthless."""


def benchmarks(bench: Bench) -> list[Benchmark]:
    """`http.append`."""
    return [Benchmark(names=("http.append",), run=partial(_http, bench))]


async def _http(bench: Bench, wanted: frozenset[str]) -> list[Ratio]:
    settings = embedded_database(bench.instance_dir, name=EMBEDDED_DATABASE)  # the one that a served instance has
    await asyncio.to_thread(migrate, settings)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(bench.execute, f'DROP DATABASE "{EMBEDDED_DATABASE}" WITH (FORCE)')
        bodies = _BODIES_SMOKE if bench.smoke else TENANTS
        plan_of = await prepare(settings, bodies, bench.progress)
        port = stack.enter_context(served(bench))
        load, busiest = await stack.enter_async_context(generator(plan_of(port)))
        bare = await stack.enter_async_context(bare_inserts(bench, settings, _CLIENTS))
        await load(_WARM_UP_SECONDS)
        ours: Side = partial(load, bench.seconds)
        measured = await interleave({"ours": ours, "bare": bare}, bench.rounds)
    (name,) = wanted
    note = f"{_COMMAND} over {bodies} bodies, {_CLIENTS} connections; the generator was busy {busiest():.0%}"
    return [compare(name, measured["ours"], measured["bare"], baseline=BARE, unit="commands/s", note=note)]


# --- what is there before the load


async def prepare(
    settings: DatabaseSettings, bodies: int, progress: Callable[[str], None]
) -> Callable[[int], Plan]:
    """Bodies with tokens, and in each a plan per client, so that no two clients write to one stream."""
    async with open_write_side(settings) as write:
        await write.bodies.open_commons(principal=CONSOLE)
        targets: list[list[Target]] = [[] for _ in range(_CLIENTS)]
        for number in range(bodies):
            tenant_id, slug, token = await open_body(write, number)
            person = await write.vault.pseudonym(tenant_id, CONSOLE)
            actor = Actor(id=person, role="coordinator")
            made = await asyncio.gather(*(_draft(write, tenant_id, actor) for _ in range(_CLIENTS)))
            for client, (plan_id, element_id) in enumerate(made):
                facts = {"plan_id": plan_id, "element_id": element_id, "progress": "@"}
                body = msgspec.json.encode({"effective_on": _DAY, "lang": "fr", "data": facts}).decode()
                path = f"/api/v1/partnerships/{slug}/commands/{_COMMAND}"
                targets[client].append(
                    Target(path=path, token=token, body=body, words=("under_way", "delayed", "done"))
                )
        progress(f"  {bodies} bodies with {_CLIENTS} plans each")
    return lambda port: Plan(host="127.0.0.1", port=port, clients=tuple(tuple(each) for each in targets))


async def open_body(write: WriteSide, number: int) -> tuple[TenantId, str, str]:
    tenant_id, slug = TenantId(new_id()), f"bench-{number}"
    opening = OpenBody(
        body_id=tenant_id,
        kind=BodyKind.LIP,
        name=fr(f"Partenariat d’essai no {number}"),
        slug=slug,
        province="QC",
        time_zone="America/Toronto",
        default_language="fr",
    )
    new = Provisioning(opening=opening, key=uuid4(), effective_on=_DAY, lang="fr", correlation_id=uuid4())
    await write.bodies.provision(new, principal=CONSOLE, fingerprint=bytes(32))
    person = await write.vault.pseudonym(tenant_id, uuid4())
    return tenant_id, slug, await write.tokens.create(tenant_id, "coordinator", person, "benchmark")


async def _draft(write: WriteSide, tenant_id: TenantId, actor: Actor) -> tuple[PlanId, ElementId]:
    plan_id, element_id = PlanId(new_id()), ElementId(new_id())
    commands: tuple[Command, ...] = (
        DraftPlan(
            plan_id=plan_id, kind="action_plan", title=fr("Plan d’essai"), period=Period.fiscal_years(2024, 2027)
        ),
        AddPlanElement(
            plan_id=plan_id, element_id=element_id, level="action", wording=fr("Accueillir les familles"), rank=1
        ),
    )
    for command in commands:
        order = Order(
            tenant_id=tenant_id,
            command_id=CommandId(uuid4()),
            command=command,
            actor=actor,
            effective_on=_DAY,
            authority=WithoutAuthority(reason="not_required"),
            lang="fr",
            correlation_id=uuid4(),
        )
        await write.handler.handle(order, fingerprint(write.fingerprint_key, plan_id.bytes))
    return plan_id, element_id


# --- the two processes


@contextmanager
def served(bench: Bench) -> Iterator[int]:
    """The port of a running `entente serve` over the instance."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = bench.environment(ENTENTE_PORT=str(port))
    journal = bench.instance_dir / "serve.log"
    with (
        journal.open("ab") as said,
        ended(
            subprocess.Popen(
                [sys.executable, "-m", "services.cli", "serve"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        ) as server,
    ):
        deadline = time.monotonic() + _READY_SECONDS_MAX
        while not is_live(port):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start: {journal.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield port


@contextmanager
def ended(process: "subprocess.Popen[bytes]") -> "Iterator[subprocess.Popen[bytes]]":
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def is_live(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@asynccontextmanager
async def generator(
    plan: Plan,
) -> AsyncIterator[tuple[Callable[[float], Awaitable[float]], Callable[[], float]]]:
    """Loads for some seconds and gives accepted commands per second; and how busy the generator was at most."""
    busy = [0.0]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.http_load"), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    says, hears = process.stdout, process.stdin

    async def tell(line: bytes) -> None:
        hears.write(line + b"\n")
        await hears.drain()

    async def load(seconds: float) -> float:
        await tell(str(seconds).encode())
        line = await says.readline()
        if not line:
            raise RuntimeError("the load generator ended by itself")
        report = msgspec.json.decode(line, type=Report)
        if set(report.statuses) != {"201"}:
            raise RuntimeError(f"not every command was accepted: {report.statuses}\n{report.sample}")
        busy[0] = max(busy[0], report.cpu_seconds / report.seconds)
        if busy[0] > 1 - _IDLE_SHARE_MIN:
            raise RuntimeError(f"the load generator was the limit: busy {busy[0]:.0%}")
        return report.accepted / report.seconds

    try:
        await tell(msgspec.json.encode(plan))
        yield load, lambda: busy[0]
    finally:
        hears.close()  # the end of its input ends it
        await process.wait()
