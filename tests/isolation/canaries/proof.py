"""100,000 requests of the first partnership, and not one marker of the second in anything that comes out."""

import asyncio
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from tests.integration.filled import make_database
from tests.isolation.canaries.asking import routes_of
from tests.isolation.canaries.campaign import Tally, app_of, campaign, look_at_mail, not_reached, remind
from tests.isolation.canaries.graphql_asking import fields
from tests.isolation.canaries.world import OF_NATURE_PUBLIC, World, make_world
from tests.isolation.ground import Ground, Outcome

COUNT: Final = 100_000
PROCESSES: Final = 2
INSIDER_COUNT: Final = 1_000


async def proof(ground: Ground) -> Outcome:
    database = make_database(ground.server, "entente_canaries")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="entente-canaries-") as directory:
        world = await make_world(database, Path(directory))
        loop = asyncio.get_running_loop()
        with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
            shares = [
                loop.run_in_executor(pool, _campaign, world, ground.seed + number, COUNT // PROCESSES)
                for number in range(PROCESSES)
            ]
            tally = Tally()
            for share in await asyncio.gather(*shares):
                tally.add(share)
        ground.say(f"  canaries: {tally.count / (time.monotonic() - began):.0f} requests a second")
        ground.say(f"  canaries: by kind {dict(tally.by_kind.most_common())}")
        ground.say(f"  canaries: by reader {dict(tally.by_reader.most_common())}")
        ground.say(f"  canaries: by status {dict(sorted(tally.by_status.items()))}")
        return await outcome_of(world, tally, ground.seed)


async def outcome_of(world: World, tally: Tally, seed: int) -> Outcome:
    """With the mail of the campaign and of the reminders, what an insider finds, and what was reached."""
    await remind(world)
    of_insiders = look_at_mail(world, tally)
    inside = await campaign(world, seed, INSIDER_COUNT, as_insider=True)
    return Outcome(
        name="canaries",
        count=tally.count,
        unit="requests",
        result=(
            f"no marker in any body, header, {tally.log_lines:,} log lines or {tally.letters} messages;"
            f" {len(tally.routes)} routes, {len(fields()):,} fields asked ({len(tally.values)} answered);"
            f" texts of {len(world.marked_types)} types of events marked; an insider finds {len(inside.leaks):,}"
            f" in {inside.count:,} requests and {of_insiders} messages"
        ),
        against=(*tally.leaks, *_lacking(world, tally, inside, of_insiders)),
    )


def _lacking(world: World, tally: Tally, inside: Tally, of_insiders: int) -> Iterator[str]:
    """Why the campaign would prove less than it says."""
    yield from not_reached(tally, routes_of(app_of(world)))
    yield from unmarked(world)
    if not inside.leaks or not of_insiders:
        yield "an insider of the second partnership finds no marker: nobody could"


def unmarked(world: World) -> Iterator[str]:
    """Types of events with a text that someone is kept from, and of which none holds a marker."""
    public = {name for name in world.texts if name in OF_NATURE_PUBLIC or name.startswith("theme_list.")}
    yield from (f"no marker in any {name}" for name in sorted(world.texts - world.marked_types - public))


def _campaign(world: World, seed: int, count: int) -> Tally:
    return asyncio.run(campaign(world, seed, count, say=_tell))


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
