"""Paired, interleaved rounds; the median of their ratios; how results are printed and kept."""

import os
import platform
import re
import sys
import traceback
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

import msgspec

ROUNDS_MIN: Final = 5
TABLE_BEGINS: Final = "<!-- recorded by python -m benchmarks --record -->"
TABLE_ENDS: Final = "<!-- end of the record -->"

Side = Callable[[], Awaitable[float]]
"""Measures once and gives a throughput or a time, as the other side does."""


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """One result: the median of the rounds' ratios, never the ratio of medians."""

    name: str
    ratio: float
    baseline: str
    """What stands below the line, in words."""
    rounds: int
    min: float
    max: float
    ours: float
    """Median of what was measured above the line, in `unit`; for orientation only."""
    theirs: float
    unit: str
    note: str = ""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A benchmark that gave no figures."""

    names: tuple[str, ...]
    reason: str


class Benchmark(msgspec.Struct, frozen=True, kw_only=True):
    """What measures the figures of these names together, or a part of them."""

    names: tuple[str, ...]
    run: Callable[[frozenset[str]], Awaitable[list[Ratio]]]
    """Takes the names that are wanted."""


async def interleave(sides: Mapping[str, Side], rounds: int) -> dict[str, list[float]]:
    """Measure every side once a round; the order turns round by round, so that no side always comes first."""
    names = list(sides)
    measured: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            measured[name].append(await sides[name]())
    return measured


def compare(
    name: str, ours: Sequence[float], theirs: Sequence[float], *, baseline: str, unit: str, note: str = ""
) -> Ratio:
    """Ours by theirs, round by round."""
    ratios = [above / below for above, below in zip(ours, theirs, strict=True)]
    return Ratio(
        name=name,
        ratio=median(ratios),
        baseline=baseline,
        rounds=len(ratios),
        min=min(ratios),
        max=max(ratios),
        ours=median(ours),
        theirs=median(theirs),
        unit=unit,
        note=note,
    )


def selected(benchmarks: Iterable[Benchmark], only: Collection[str]) -> list[tuple[Benchmark, frozenset[str]]]:
    """The benchmarks with the names that are wanted of each; a name also stands for all that begin with it.

    Raises:
        LookupError: nothing has such a name.
    """
    chosen: list[tuple[Benchmark, frozenset[str]]] = []
    met: set[str] = set()
    for benchmark in benchmarks:
        wanted = set()
        for name in benchmark.names:
            reasons = {given for given in only if name == given or name.startswith(f"{given}.")}
            met |= reasons
            if reasons or not only:
                wanted.add(name)
        if wanted:
            chosen.append((benchmark, frozenset(wanted)))
    unknown = set(only) - met
    if unknown:
        raise LookupError(f"no benchmark is named {', '.join(sorted(unknown))}")
    return chosen


async def run(
    chosen: Iterable[tuple[Benchmark, frozenset[str]]], progress: Callable[[str], None]
) -> list[Ratio | Failure]:
    """Run one after the other. One that fails is reported, and the next one runs."""
    results: list[Ratio | Failure] = []
    for benchmark, wanted in chosen:
        progress(f"{', '.join(sorted(wanted))} …")
        try:
            results += await benchmark.run(wanted)
        except Exception as error:  # noqa: BLE001 - whatever it was, the others are still worth measuring
            traceback.print_exception(error, file=sys.stderr)
            reason = str(error).partition("\n")[0]
            results.append(Failure(names=tuple(sorted(wanted)), reason=f"{type(error).__name__}: {reason}"))
    return results


def exit_code(results: Iterable[Ratio | Failure]) -> int:
    """1 if a benchmark failed or nothing was measured. No figure makes it 1: machines differ."""
    kinds = [isinstance(result, Ratio) for result in results]
    return 0 if kinds and all(kinds) else 1


def table(results: Iterable[Ratio | Failure]) -> str:
    """The results as a Markdown table."""
    lines = ["| name | ratio | min–max | ours | baseline | rounds |", "|---|---|---|---|---|---|"]
    for result in results:
        match result:
            case Ratio(name=name):
                note = f"; {result.note}" if result.note else ""
                lines.append(
                    f"| `{name}` | **{_short(result.ratio)}** | {_short(result.min)}–{_short(result.max)}"
                    f" | {_short(result.ours)} {result.unit} | {_short(result.theirs)} {result.unit}:"
                    f" {result.baseline}{note} | {result.rounds} |"
                )
            case Failure(names=names):
                lines.append(f"| {', '.join(f'`{name}`' for name in names)} | failed | | {result.reason} | | |")
    return "\n".join(lines)


def keep(results: Iterable[Ratio | Failure], facts: Mapping[str, Any], path: Path) -> None:
    """Append the figures as JSON lines; each carries the facts of the machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        for result in results:
            if isinstance(result, Ratio):
                file.write(msgspec.json.encode({**msgspec.structs.asdict(result), **facts}) + b"\n")


def record(results: Iterable[Ratio | Failure], facts: Mapping[str, Any], path: Path) -> None:
    """Put the table and the machine between the two marks of the document, each row with its day.

    Rows of other names stay, if the same machine measured them: figures of two machines are not put side by side.

    Raises:
        ValueError: the document lacks the marks.
    """
    before, begins, rest = path.read_text(encoding="utf-8").partition(TABLE_BEGINS)
    recorded, ends, after = rest.partition(TABLE_ENDS)
    if not begins or not ends:
        raise ValueError(f"{path} lacks the lines {TABLE_BEGINS} and {TABLE_ENDS}")
    machine = (
        f"{facts['cores']} cores of {facts['cpu']}, kernel {facts['kernel']}, "
        f"PostgreSQL {facts['postgresql']}, Python {facts['python']}."
    )
    head, *_ = recorded.strip().partition("\n")
    old = _rows(recorded) if head == machine else {}
    new = {line.split("|")[1]: f"{line} {facts['at'][:10]} |" for line in table(results).splitlines()[2:]}
    columns = [line + more for line, more in zip(table([]).splitlines(), (" day |", "---|"), strict=True)]
    lines = [*columns, *(old | new).values()]
    path.write_text("\n".join([f"{before}{begins}", machine, "", *lines, f"{ends}{after}"]), encoding="utf-8")


def _rows(recorded: str) -> dict[str, str]:
    """The rows of a recorded table by their first column."""
    return {line.split("|")[1]: line for line in recorded.splitlines() if line.startswith("| `")}


def machine_facts(postgresql: str) -> dict[str, Any]:
    """What a figure depends on besides the code."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "cpu": _cpu_model(),
        "kernel": platform.release(),
        "postgresql": postgresql,
        "python": platform.python_version(),
    }


def _cpu_model() -> str:
    try:
        said = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        said = ""
    found = re.search(r"^model name\s*: (.+)$", said, re.MULTILINE)
    return found[1].strip() if found else platform.processor() or platform.machine()


def _short(value: float) -> str:
    """Three digits that count; whole numbers from a hundred on."""
    if value >= 100:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}"
