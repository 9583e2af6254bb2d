"""The matrix: every door and every field, for every role in every standing, against what is declared of them."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from tests.isolation.matrix_doors import Probe, expected, probes, tried
from tests.isolation.matrix_world import World
from tests.isolation.standing import Standing, Who, everybody


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
