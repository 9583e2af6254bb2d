"""`entente audit export`: the evidence to take away."""

import argparse
import asyncio
import os
from datetime import date
from pathlib import Path

from domain.clocks import parse_recorded_as_of
from domain.errors import Refusal
from domain.ids import TenantId
from infra.environment import load_settings
from infra.log.proofs.note import NoteError
from services.audit.export import Gathered, NotSignedError, gather
from services.audit.pack import PackTooLargeError, make_pack
from services.bootstrap import open_write_side
from services.catching_up import caught_up
from services.cli import REFUSED, USAGE, say, say_error
from services.cli.database import reachable
from services.cli.instance import say_refusal


def audit(given: argparse.Namespace) -> int:
    """Write one archive with a body's events, checkpoints and plans, and the programs that check it."""
    settings = load_settings(os.environ)
    try:
        effective = date.fromisoformat(given.effective) if given.effective else None
        recorded = parse_recorded_as_of(given.recorded) if given.recorded else None
    except Refusal as refusal:
        say_refusal(refusal)
        return USAGE
    except ValueError as error:
        say_error(str(error))
        return USAGE

    async def act() -> tuple[Gathered, TenantId] | None:
        async with open_write_side(settings.database) as write:
            tenant_id = await write.bodies.resolve(given.slug)
            facts = None if tenant_id is None else await write.bodies.facts(tenant_id)
            if tenant_id is None or facts is None:
                say_error(f"there is no body {given.slug!r}")
                return None
            if not await caught_up(write, tenant_id):
                say_error("the read models are behind: start the projector (entente projector), then ask again")
                return None
            found = await gather(
                write,
                tenant_id,
                witnesses=settings.proof.policy.witnesses,
                effective=effective or facts.today(),
                recorded=recorded,
                withheld=given.withhold,
            )
            return found, tenant_id

    path = Path(given.out or f"{given.slug}.zip")
    with reachable(settings):
        try:
            found = asyncio.run(act())
            if found is None:
                return REFUSED
            gathered, _ = found
            with path.open("wb") as file:
                for part in make_pack(gathered.rows, gathered.facts):
                    file.write(part)
        except (NotSignedError, PackTooLargeError, NoteError, OSError) as error:
            say_error(str(error))
            return REFUSED
    facts = gathered.facts
    say(f"{path}: {len(gathered.rows)} events · événements, {len(facts.plans)} plans")
    say(f"  python3 verify.py {path} --vkey '{facts.key.vkey}'")
    return 0
