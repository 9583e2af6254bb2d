"""How long it takes until a national view shows a command: real processes, with and without a load of commands.

One client orders that a figure is owed, and asks the published view again and again until it expects one more.
What lies between is the poke, the projector's two transactions, and the read. Meanwhile 32 others post commands
as fast as they are answered, or nobody does.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from statistics import median, quantiles
from typing import Any, Final
from uuid import UUID, uuid4

import httpx

from benchmarks.harness import Benchmark, Ratio, compare
from benchmarks.http import ROOT, ended, generator, open_body, prepare, served
from benchmarks.instance import TENANTS, Bench, new_id
from domain.envelope import Actor, WithoutAuthority
from domain.ids import CommandId, IndicatorId, TenantId
from domain.indicator import DefineIndicator
from domain.stream import Order
from domain.values import Combining, Period, fr
from infra.migrate import migrate
from infra.settings import EMBEDDED_DATABASE, DatabaseSettings, embedded_database
from services.bootstrap import CONSOLE, open_write_side
from services.commands import fingerprint
from services.projector import make_tables

_BODIES_SMOKE: Final = 4
_PROBES: Final = 12
_PROBES_SMOKE: Final = 3
_PAUSE_SECONDS: Final = 0.01
_SHOWN_SECONDS_MAX: Final = 60.0
_PERIOD: Final = Period.quarter(2024, 1)
_DAY: Final = "2024-01-15"
_QUERY: Final = """query ($owner: String!, $id: UUID!) {
  publishedSeries(indicator: {owner: $owner, id: $id},
    periods: [{kind: QUARTER, start: "2024-01-01", end: "2024-03-31"}]) { groups { points { expected } } } }"""


def benchmarks(bench: Bench) -> list[Benchmark]:
    """`freshness`: a ratio of times, so less is better."""
    return [Benchmark(names=("freshness",), run=partial(_freshness, bench))]


async def _freshness(bench: Bench, wanted: frozenset[str]) -> list[Ratio]:
    settings = embedded_database(bench.instance_dir, name=EMBEDDED_DATABASE)  # the one that a served instance has
    await asyncio.to_thread(migrate, settings)
    await asyncio.to_thread(make_tables, settings)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(bench.execute, f'DROP DATABASE "{EMBEDDED_DATABASE}" WITH (FORCE)')
        plan_of = await prepare(settings, _BODIES_SMOKE if bench.smoke else TENANTS, bench.progress)
        slug, token, indicator_id, tenant_id = await _asked_of(settings)
        port = stack.enter_context(served(bench))
        stack.enter_context(_projector(bench))
        load, _ = await stack.enter_async_context(generator(plan_of(port)))
        address = f"http://127.0.0.1:{port}"
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=address, timeout=_SHOWN_SECONDS_MAX))
        probe = _Probe(http, slug, token, indicator_id, tenant_id)
        count = _PROBES_SMOKE if bench.smoke else _PROBES
        await probe.shown(1)
        quiet: list[list[float]] = []
        loaded: list[list[float]] = []
        held: list[float] = []
        for _ in range(bench.rounds):
            quiet.append(await probe.shown(count))
            seconds, per_second = await _while_loaded(load, probe, count, bench.seconds)
            loaded.append(seconds)
            held.append(per_second)
    (name,) = wanted
    note = (
        f"{median(held):.0f} commands/s were held meanwhile; until shown {_told(loaded)}, and without load"
        f" {_told(quiet)}"
    )
    sides = [[median(one) * 1000 for one in side] for side in (loaded, quiet)]
    return [compare(name, *sides, baseline="the same while nobody else writes", unit="ms", note=note)]


async def _while_loaded(
    load: Callable[[float], Awaitable[float]], probe: "_Probe", count: int, seconds: float
) -> tuple[list[float], float]:
    """Seconds until shown while others write, and how many commands a second of theirs were accepted."""
    done = asyncio.Event()
    rates: list[float] = []

    async def writing() -> None:
        while not done.is_set():
            rates.append(await load(seconds))

    others = asyncio.create_task(writing())
    try:
        shown = await probe.shown(count)
    finally:
        done.set()
        await others
    return shown, median(rates)


def _told(rounds: list[list[float]]) -> str:
    every = [seconds * 1000 for one in rounds for seconds in one]
    return f"{median(every):.0f} ms (median), {quantiles(every, n=20, method='inclusive')[-1]:.0f} ms (p95)"


class _Probe:
    def __init__(self, http: httpx.AsyncClient, slug: str, token: str, indicator: UUID, body: UUID) -> None:
        self._http = http
        self._slug = slug
        self._headers = {"Authorization": f"Bearer {token}"}
        self._indicator = indicator
        self._body = body
        self._owed = 0

    async def shown(self, count: int) -> list[float]:
        """Order so many times, and each time wait until everybody sees it; seconds from answer to view."""
        return [await self._once() for _ in range(count)]

    async def _once(self) -> float:
        data = {
            "requirement_id": str(new_id()),
            "indicator": {"log": str(self._body), "stream": str(self._indicator), "version": 1},
            "cadence": "quarter",
            "first": {"kind": _PERIOD.kind, "start": _PERIOD.start.isoformat(), "end": _PERIOD.end.isoformat()},
            "due_days": 30,
            "programme": {"code": "settlement", "label": {"fr": "Établissement", "source": "fr"}},
            "territory": {"scheme": "sgc-csd", "code": f"{2_400_000 + self._owed:07d}"},
            "audience": "public",
        }
        answer = await self._http.post(
            f"/api/v1/partnerships/{self._slug}/commands/RequireSubmission",
            headers=self._headers | {"Idempotency-Key": str(uuid4())},
            json={"effective_on": _DAY, "lang": "fr", "data": data},
        )
        if answer.status_code != httpx.codes.CREATED:
            raise RuntimeError(f"not accepted: {answer.status_code} {answer.text}")
        began = time.perf_counter()
        self._owed += 1
        while (seen := await self._expected()) < self._owed:
            if time.perf_counter() - began > _SHOWN_SECONDS_MAX:
                raise RuntimeError(f"not shown after {_SHOWN_SECONDS_MAX} s: {seen} of {self._owed}")
            await asyncio.sleep(_PAUSE_SECONDS)
        return time.perf_counter() - began

    async def _expected(self) -> int:
        variables = {"owner": self._slug, "id": str(self._indicator)}
        answer = await self._http.post("/graphql", json={"query": _QUERY, "variables": variables})
        found: Any = json.loads(answer.content)
        view = found["data"]["publishedSeries"]
        return 0 if view is None else int(view["groups"][0]["points"][0]["expected"])


async def _asked_of(settings: DatabaseSettings) -> tuple[str, str, UUID, TenantId]:
    """A body with an indicator of its own, which everybody may see."""
    async with open_write_side(settings) as write:
        tenant_id, slug, token = await open_body(write, TENANTS)
        indicator_id = IndicatorId(new_id())
        command = DefineIndicator(
            definition_id=indicator_id,
            wording=fr("Personnes rencontrées"),
            unit="people",
            kind="count",
            combining=Combining(measure="flow", over_periods="sum", across_bodies="sum"),
        )
        order = Order(
            tenant_id=tenant_id,
            command_id=CommandId(uuid4()),
            command=command,
            actor=Actor(id=await write.vault.pseudonym(tenant_id, CONSOLE), role="coordinator"),
            effective_on=_PERIOD.start,
            authority=WithoutAuthority(reason="not_required"),
            lang="fr",
            correlation_id=uuid4(),
        )
        await write.handler.handle(order, fingerprint(write.fingerprint_key, indicator_id.bytes))
    return slug, token, indicator_id, tenant_id


@contextmanager
def _projector(bench: Bench) -> Iterator[None]:
    """A running `entente projector` over the instance."""
    with (
        (bench.instance_dir / "projector.log").open("ab") as said,
        ended(
            subprocess.Popen(
                [sys.executable, "-m", "services.cli", "projector"],
                cwd=ROOT,
                env=bench.environment(),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        ),
    ):
        yield
