"""`make bench`: measure on a database server of our own, print a table, keep the figures."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import append, asof, freshness, graphql, growth, http, peer, proof, rebuild
from benchmarks.harness import (
    ROUNDS_MIN,
    Benchmark,
    Failure,
    Ratio,
    exit_code,
    keep,
    machine_facts,
    record,
    run,
    selected,
    table,
)
from benchmarks.instance import Bench, fresh_server

ROOT = Path(__file__).resolve().parents[1]
LINES = ROOT / "var" / "bench.jsonl"
DOCUMENT = ROOT / "docs" / "benchmarks.md"


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # what was begun is cleared away
    with fresh_server() as server:
        bench = Bench(
            instance_dir=server.instance_dir,
            server=server,
            rounds=2 if options.smoke else options.rounds,
            seconds=0.2 if options.smoke else options.seconds,
            events=20_000 if options.smoke else options.events,
            smoke=options.smoke,
            full=options.full,
            progress=lambda line: print(line, file=sys.stderr, flush=True),
        )
        try:
            chosen = selected(_all(bench), options.only)
        except LookupError as error:
            print(error, file=sys.stderr)
            return 2
        results, version = asyncio.run(_measure(bench, chosen))
    print(table(results))
    facts = machine_facts(version)
    print(f"\n{facts['cores']} cores of {facts['cpu']}, PostgreSQL {version}, Python {facts['python']}")
    if not options.smoke:
        keep(results, facts, LINES)
    if options.record:
        record(results, facts, DOCUMENT)
    return exit_code(results)


def _all(bench: Bench) -> list[Benchmark]:
    return [
        *append.benchmarks(bench),
        *http.benchmarks(bench),
        *rebuild.benchmarks(bench),
        *asof.benchmarks(bench),
        *proof.benchmarks(bench),
        *graphql.benchmarks(bench),
        *peer.benchmarks(bench),
        *growth.benchmarks(bench),
        *freshness.benchmarks(bench),
    ]


async def _measure(
    bench: Bench, chosen: Sequence[tuple[Benchmark, frozenset[str]]]
) -> tuple[list[Ratio | Failure], str]:
    connection = await bench.administrator("postgres")
    version: str = await connection.fetchval("SHOW server_version")
    await connection.close()
    return await run(chosen, bench.progress), version


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="a name, or what names begin with")
    parser.add_argument("--rounds", type=int, default=ROUNDS_MIN, help=f"at least {ROUNDS_MIN}")
    parser.add_argument("--seconds", type=float, default=1.0, help="of load per side and round")
    parser.add_argument("--events", type=int, default=1_000_000, help="in the log that is rebuilt")
    parser.add_argument("--smoke", action="store_true", help="small and short: shows that it runs, keeps nothing")
    parser.add_argument("--full", action="store_true", help="countries of growth.* with 25 quarters in place of 4")
    parser.add_argument("--record", action="store_true", help="renew these rows of docs/benchmarks.md")
    options = parser.parse_args(arguments)
    if options.rounds < ROUNDS_MIN:
        parser.error(f"a median of ratios needs at least {ROUNDS_MIN} rounds")
    if options.smoke and options.record:
        parser.error("figures of a smoke run are not recorded")
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
