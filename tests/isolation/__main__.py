"""`make isolation`: the proofs, one line each at the end. `ONLY=name,name` runs some, `SEED=` another draw."""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence

from infra.migrate import migrate
from infra.settings import embedded_database
from tests.comparison.servers import server
from tests.integration.keeper import TEMPLATE
from tests.isolation.ground import SEED, Ground, Outcome
from tests.isolation.proofs import PROOFS

_SHOWN_MAX = 20


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.isolation", description=__doc__)
    parser.add_argument("--only", default=",".join(PROOFS), help="names of proofs, with commas between them")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    names = options.only.split(",")
    if unknown := set(names) - set(PROOFS):
        parser.error(f"there are {', '.join(PROOFS)}; not {', '.join(sorted(unknown))}")
    with server() as running:
        migrate(embedded_database(running.instance_dir, name=TEMPLATE))
        ground = Ground(running, options.seed, tell)
        outcomes = [_run(name, ground) for name in names]
    for outcome in outcomes:
        tell(outcome.told())
    return 0 if all(outcome.holds for outcome in outcomes) else 1


def _run(name: str, ground: Ground) -> Outcome:
    began = time.monotonic()
    outcome = asyncio.run(PROOFS[name](ground))
    for line in outcome.against[:_SHOWN_MAX]:
        tell(f"  {name}: {line}")
    if len(outcome.against) > _SHOWN_MAX:
        tell(f"  {name}: and {len(outcome.against) - _SHOWN_MAX:,} more")
    tell(f"  {name}: {time.monotonic() - began:.0f} s")
    return outcome


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
