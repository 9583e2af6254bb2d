"""The matrix: every door and every field, for every role in every standing, against what is declared of them."""

import asyncio
import logging
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from readapi.access import problems_of
from services.doors import DOORS
from tests.integration.filled import make_database
from tests.isolation.ground import Ground, Outcome
from tests.isolation.matrix_documents import AUDITS
from tests.isolation.matrix_doors import Probe, probes, tried, undeclared
from tests.isolation.matrix_doors import expected as expected_at_door
from tests.isolation.matrix_events import try_signs
from tests.isolation.matrix_fields import (
    OF_FUNDER,
    SILENT,
    STREAMED,
    Explored,
    expected,
    explored,
    found_by,
    is_as_declared,
)
from tests.isolation.matrix_labels import CORE, FIELDS, Label, Labels
from tests.isolation.matrix_world import World, make, opened
from tests.isolation.standing import Standing, Who, everybody


async def proof(ground: Ground) -> Outcome:
    """Every cell."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        with tempfile.TemporaryDirectory(prefix="entente-matrix-") as directory:
            settings = await make(make_database(ground.server, "matrix"), Path(directory))
            labels = Labels(settings.database.admin_dsn)
            async with opened(settings) as world:
                doors = await try_doors(world, all_of_doors())
                ground.say(f"  matrix: {doors.cells:,} cells of {len(DOORS)} doors")
                known = await explored(world, labels)
                fields = await try_fields(world, labels, known, everybody())
                ground.say(f"  matrix: {fields.cells:,} cells of {len(FIELDS)} fields")
    finally:
        structlog.reset_defaults()
    return Outcome(
        name="matrix",
        count=doors.cells + fields.cells,
        unit="cells",
        result=f"each as declared: {len(DOORS)} doors and {len(FIELDS)} fields for {len(_sorted())} who ask",
        against=(*undeclared(set(DOORS)), *problems_of(CORE), *doors.against, *fields.against),
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
                yield from ((probe, who) for who in {expected_at_door(probe, who): who for who in there}.values())
            elif probe.action is None or number % len(by_standing) == place:
                yield probe, there[number % len(there)]


def _sorted() -> list[Who]:
    return sorted(everybody(), key=lambda who: who.standing)


async def try_doors(world: World, cells: Iterable[Cell]) -> Found:
    """Try cells one after the other."""
    count, against = 0, []
    for probe, who in cells:
        count += 1
        found, declared = await tried(world, probe, who), expected_at_door(probe, who)
        if found is not declared:
            against.append(f"{probe}, {who}: declared {declared}, found {found}")
    return Found(count, against)


async def try_fields(
    world: World, labels: Labels, known: Explored, everyone: Iterable[Who], texts: Sequence[str] | None = None
) -> Found:
    """Try every field for everybody: of the body, of the funder what only a funder has, and signs of change.

    With `texts`, only what these documents show.
    """
    asked_for = known.fewest() if texts is None else texts
    most = known.of(asked_for)
    names = FIELDS - STREAMED if texts is None else most.keys()
    places = asyncio.Semaphore(_AT_ONCE)

    async def tried_by(who: Who) -> list[str]:
        async with places:
            found = await found_by(world, labels, asked_for, who)
            of_funder = await found_by(world, labels, [AUDITS], who)
            signs = [] if texts is not None else await try_signs(world, who)
        against = []
        for name in sorted(names):
            is_funders = name in OF_FUNDER
            there, told = (known.audits, of_funder) if is_funders else (most, found)
            own = Standing.GRANTED if is_funders else Standing.OWN
            if not is_as_declared(there, told, name, who, own=own):
                declared = _told(expected(there, name, who, own=own))
                against.append(f"{name}, {who}: declared {declared}, found {_told(told.get(name, set()))}")
        return [*against, *signs]

    several = list(everyone)
    found = await asyncio.gather(*(tried_by(who) for who in several))
    unsaid = [] if texts is not None else _unsaid(known)
    cells = len(several) * (len(names) + (len(STREAMED) if texts is None else 0))
    return Found(cells, [*unsaid, *(line for lines in found for line in lines)])


_AT_ONCE: Final = 2
"""So many people ask side by side: while the database answers one, the service works for the other."""


def _unsaid(known: Explored) -> list[str]:
    """Fields that cannot be tried, since nothing in this world says anything of them."""
    silent = known.silent
    return [f"{name}: nothing in this world says anything of it" for name in sorted(silent - SILENT.keys())] + [
        f"{name}: something says it by now" for name in sorted(SILENT.keys() - silent)
    ]


def _told(seen: set[Label]) -> str:
    return ", ".join(sorted(f"{one.audience}{' by grants' * one.national}" for one in seen)) or "nothing"
