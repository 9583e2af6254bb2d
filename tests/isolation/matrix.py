"""The matrix: every door and every field, for every role in every standing, against what is declared of them."""

import logging
import tempfile
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import structlog

from services.doors import DOORS
from tests.integration.filled import make_database
from tests.isolation.ground import Ground, Outcome
from tests.isolation.matrix_doors import Probe, expected, probes, tried, undeclared
from tests.isolation.matrix_world import World, make, opened
from tests.isolation.standing import Standing, Who, everybody


async def proof(ground: Ground) -> Outcome:
    """Every cell."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        with tempfile.TemporaryDirectory(prefix="entente-matrix-") as directory:
            settings = await make(make_database(ground.server, "matrix"), Path(directory))
            async with opened(settings) as world:
                doors = await try_doors(world, all_of_doors())
    finally:
        structlog.reset_defaults()
    ground.say(f"  matrix: {doors.cells:,} cells of {len(DOORS)} doors")
    return Outcome(
        name="matrix",
        count=doors.cells,
        unit="cells",
        result=f"each as declared: {len(DOORS)} doors for {len(_sorted())} who ask",
        against=(*undeclared(set(DOORS)), *doors.against),
    )


class Found(NamedTuple):
    """What was tried, and where it was not as declared."""

    cells: int
    against: list[str]


Cell = tuple[Probe, Who]


def all_of_doors() -> Iterator[Cell]:
    """Every probe for everybody."""
    yield from ((probe, who) for probe in probes() for who in everybody())


def some_of_doors() -> Iterator[Cell]:
    """Each probe for somebody of every standing; inside the body for one of each outcome. Of commands, elsewhere
    than inside the body, a few.
    """
    by_standing = {standing: list(who) for standing, who in groupby(_sorted(), lambda who: who.standing)}
    for number, probe in enumerate(probes()):
        for place, (standing, there) in enumerate(by_standing.items()):
            if standing is Standing.OWN:
                yield from ((probe, who) for who in {expected(probe, who): who for who in there}.values())
            elif probe.action is None or number % len(by_standing) == place:
                yield probe, there[number % len(there)]


def _sorted() -> list[Who]:
    return sorted(everybody(), key=lambda who: who.standing)


async def try_doors(world: World, cells: Iterable[Cell]) -> Found:
    """Try cells one after the other."""
    count, against = 0, []
    for probe, who in cells:
        count += 1
        found, declared = await tried(world, probe, who), expected(probe, who)
        if found is not declared:
            against.append(f"{probe}, {who}: declared {declared}, found {found}")
    return Found(count, against)
