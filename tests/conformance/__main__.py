"""`make conformance SHAPES=DIR`: the sample as everybody reads it, held to the shapes of a standard in a folder.

Every body by itself and all of them together, in both languages. Then documents that are broken on purpose, each
of which has to be refused: else the shapes would say nothing.
"""

import argparse
import asyncio
import logging
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import httpx
import structlog

from tests.comparison.servers import server
from tests.conformance.checking import TIERS, Shapes, broken, check, shapes_in
from tests.conformance.sample import application, load

LANGUAGES: Final = ("en", "fr")
_MESSAGES_SHOWN: Final = 10
_CONTROLS: Final = 8
"""So many of the broken documents can be made of the sample, where no outcome's progress is recorded."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("--shapes", type=Path, required=True, help="a folder with the context and the shapes")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)  # it logs what the shapes are to find
    shapes = shapes_in(parser.parse_args(arguments).shapes)
    began = time.monotonic()
    with server() as running:

        async def run() -> int:
            database = await load(running.instance_dir)
            async with application(database, running.instance_dir) as client:
                return await conformance(client, shapes)

        code = asyncio.run(run())
    told(f"{time.monotonic() - began:.0f} s in all")
    return code


async def conformance(client: httpx.AsyncClient, shapes: Shapes) -> int:
    """0 where every document conforms and every broken one is refused."""
    registry = await client.post("/graphql", json={"query": "{ partnerships(first: 200) { nodes { slug } } }"})
    slugs = [one["slug"] for one in registry.json()["data"]["partnerships"]["nodes"]]
    paths = [*(f"/api/v1/partnerships/{slug}/cids.jsonld" for slug in slugs), "/api/v1/cids.jsonld"]
    failed = 0
    whole: dict[str, Any] = {}
    for language in LANGUAGES:
        documents = [await _read(client, path, language) for path in paths]
        whole = documents[-1]
        for tier in TIERS:
            checked, results, messages = Counter[str](), Counter[str](), list[str]()
            for document in documents:
                outcome = check(document, shapes, tier)
                checked += outcome.checked
                results += outcome.results
                messages += outcome.messages
                failed += not outcome.conforms
            counts = ", ".join(f"{kind} {number}" for kind, number in sorted(checked.items()))
            told(f"{language} {tier}: {len(documents)} documents, {sum(checked.values())} nodes ({counts})")
            told(f"  results: {dict(results) or 'none'}")
            for message in messages[:_MESSAGES_SHOWN]:
                told(f"  {message}")
    return 1 if failed or not _refused(whole, shapes) else 0


def _refused(document: dict[str, Any], shapes: Shapes) -> bool:
    """Whether every broken document is refused, and none is missing."""
    wrongs = broken(document)
    passed = [said for tier, said, wrong in wrongs if check(wrong, shapes, tier).conforms]
    told(f"broken on purpose: {len(wrongs)}, refused: {len(wrongs) - len(passed)}")
    for said in passed:
        told(f"  not refused: {said}")
    return not passed and len(wrongs) == _CONTROLS


async def _read(client: httpx.AsyncClient, path: str, language: str) -> dict[str, Any]:
    answer = await client.get(path, params={"lang": language})
    answer.raise_for_status()
    document: dict[str, Any] = answer.json()
    return document


def told(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
