"""`make comparison-check`: an invented country, loaded and compared. `SIZE=full` for a large one."""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence

from infra.migrate import migrate
from infra.settings import embedded_database
from services.projector import make_tables
from tests.comparison.check import Check
from tests.comparison.country import Country
from tests.comparison.loading import load
from tests.comparison.servers import server
from tests.comparison.sizes import SIZES


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.comparison", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="default")
    parser.add_argument("--seed", type=int, default=20_260)
    parser.add_argument("--past", type=int, default=6, help="random past pairs of a day and a moment")
    parser.add_argument("--sampled", type=int, default=60, help="comparisons per past pair and reader")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    country = Country(options.seed, SIZES[options.size])
    progress(f"{country.size}, seed {options.seed}")
    with server() as running:
        settings = embedded_database(running.instance_dir, name="comparison")
        migrate(settings)
        make_tables(settings)

        async def check() -> int:
            await load(settings, country, progress)
            outcome = await Check(country, settings, options.seed).run(options.past, options.sampled, progress)
            progress(outcome.told())
            return 1 if outcome.differences else 0

        code = asyncio.run(check())
    progress(f"{time.monotonic() - began:.0f} s in all")
    return code


def progress(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
