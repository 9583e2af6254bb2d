"""How the published national view grows with the country: 10, 100 and 1,000 partnerships, the same question."""

import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from statistics import median
from typing import Any, Final

import httpx

from benchmarks.country import FUNDER, Country, Size
from benchmarks.country_loading import load
from benchmarks.harness import Benchmark, Ratio, Side, compare, interleave
from benchmarks.in_process import Reads
from benchmarks.instance import Bench
from domain.ids import TenantId
from infra.database import Database
from infra.settings import DatabaseSettings
from readapi.endpoint import ReadSettings
from readapi.mounting import graphql_handler
from readapi.viewer import ANONYMOUS, Viewer

_PART: Final = """groups { points { period { start end } figures
      total { low high unit parts leftOut estimated provisional rounded weakestKind }
      notAddable { reason } reporting expected weakestComparability } }
    sample { included values } asOf { effective }"""
_ASKED: Final = """query ($id: UUID!, $periods: [PeriodInput!]!, $asOf: AsOfInput) {{ view: {field}(
  indicator: {{owner: "commons", id: $id}}, periods: $periods, asOf: $asOf) {{ {part} }} }}"""
PUBLISHED: Final = _ASKED.format(field="publishedSeries", part=_PART)
GRANTED: Final = _ASKED.format(field="indicatorSeries", part=_PART)
_INDICATORS: Final = 40
_PERIODS: Final = 4
_PERIODS_FULL: Final = 25
_SMALLEST: Final = 10
_PATIENT: Final = ReadSettings(execution_timeout=timedelta(minutes=5))
_WARM_UP: Final = 5
_NAMES: Final = ("growth.partnerships.100", "growth.partnerships.1000")


def benchmarks(bench: Bench) -> list[Benchmark]:
    """`growth.partnerships.*`: ratios of processor time, so less is better; `.granted` is what a funder sees."""
    return [Benchmark(names=(*_NAMES, *(f"{name}.granted" for name in _NAMES)), run=partial(_growth, bench))]


async def _growth(bench: Bench, wanted: frozenset[str]) -> list[Ratio]:
    periods = _PERIODS_FULL if bench.full else _PERIODS
    indicators = 3 if bench.smoke else _INDICATORS
    sizes = sorted({_SMALLEST, *(int(name.split(".")[2]) for name in wanted)})
    if bench.smoke:
        sizes = [max(size // 20, 2) for size in sizes]
    async with AsyncExitStack() as stack:
        asked: dict[int, _Asked] = {}
        for size in sizes:
            country = Country(Size(size, indicators, periods))
            settings = await stack.enter_async_context(bench.database(f"growth{size}"))
            await load(settings, country, bench.progress)
            asked[size] = await stack.enter_async_context(_asked(settings, country))
        ratios: list[Ratio] = []
        for granted in (False, True):
            named = [name for name in sorted(wanted) if name.endswith(".granted") == granted]
            if named:
                ratios += await _compared(bench, asked, named, granted=granted)
    return ratios


async def _compared(
    bench: Bench, asked: "dict[int, _Asked]", names: Sequence[str], *, granted: bool
) -> list[Ratio]:
    reader = FUNDER if granted else None
    walls: dict[int, list[float]] = {size: [] for size in asked}
    spent: dict[int, list[float]] = {size: [] for size in asked}
    sides: dict[str, Side] = {
        str(size): bench.metered(partial(one.per_second, reader, bench.seconds, walls[size]), spent[size])
        for size, one in asked.items()
    }
    for one in asked.values():
        for _ in range(_WARM_UP):
            await one.answer(reader)
    await interleave(sides, bench.rounds)
    smallest = min(asked)
    ratios = []
    for name, size in zip(names, sorted(asked)[1:], strict=True):
        told = f"{median(walls[size]):.1f} by {median(walls[smallest]):.1f} ms by the clock"
        ratios.append(
            compare(
                name,
                [one / 1_000 for one in spent[size]],
                [one / 1_000 for one in spent[smallest]],
                baseline=f"the same with {smallest}",
                unit="ms",
                note=f"{asked[size].country.size}; {told}",
            )
        )
    return ratios


# --- asked in this process


class _Asked:
    """The read API over one country, and the question."""

    def __init__(self, database: Database, country: Country) -> None:
        self.country = country
        self._viewer = ANONYMOUS
        mounted: Any = graphql_handler(
            Reads(database, timeout_ms=60_000), _PATIENT, viewer_of=lambda _: self._viewer
        )
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=mounted), base_url="http://bench")
        self._variables = {
            "id": str(country.indicators[0].stream),
            "periods": [
                {"kind": one.kind.upper(), "start": one.start.isoformat(), "end": one.end.isoformat()}
                for one in country.periods
            ],
            "asOf": {"effective": country.day.isoformat()},
        }

    async def answer(self, reader: TenantId | None) -> dict[str, Any]:
        self._viewer = ANONYMOUS if reader is None else Viewer(tenant_id=reader, role="programme_officer")
        query = PUBLISHED if reader is None else GRANTED
        sent = await self.http.post("/graphql", json={"query": query, "variables": self._variables})
        answer = json.loads(sent.content)
        if "errors" in answer:
            raise AssertionError(f"not answered: {answer['errors']}")
        found: dict[str, Any] = answer["data"]["view"]
        return found

    async def per_second(self, reader: TenantId | None, seconds: float, walls: list[float]) -> float:
        """Answers per second; each must have the whole country in it."""
        began, count = time.perf_counter(), 0
        while count == 0 or time.perf_counter() - began < seconds:
            (group,) = (await self.answer(reader))["groups"]
            count += 1
        took = time.perf_counter() - began
        walls.append(took / count * 1_000)
        if {point["expected"] for point in group["points"]} != {self.country.size.partnerships}:
            raise AssertionError("not every partnership is in the answer")
        return count / took


@asynccontextmanager
async def _asked(settings: DatabaseSettings, country: Country) -> AsyncIterator[_Asked]:
    async with Database(settings) as database:
        made = _Asked(database, country)
        async with made.http:
            yield made
