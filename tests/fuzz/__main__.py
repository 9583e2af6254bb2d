"""`make fuzz`: generated requests against the running demonstration; `SEED=` draws the same ones again."""

import argparse
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.queries import fuzz_graphql
from tests.fuzz.rest import fuzz_rest
from tests.fuzz.target import demonstration


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))
    parser.add_argument("--examples", type=int, default=10, help="per operation of OpenAPI, in each of two modes")
    parser.add_argument("--queries", type=int, default=1_000, help="operations of GraphQL")
    options = parser.parse_args(arguments)
    tell(f"seed {options.seed}")
    with (
        tempfile.TemporaryDirectory(prefix="entente-fuzz-") as directory,
        demonstration(Path(directory), 0) as target,
    ):
        found = [
            fuzz_graphql(target, options.queries, options.seed),
            fuzz_rest(target, options.examples, options.seed),
        ]
    for findings in found:
        for line in findings.against:
            tell(f"  {line}")
    for findings in found:
        tell(findings.told())
    return 1 if any(findings.against for findings in found) else 0


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
