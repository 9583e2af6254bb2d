"""`entente epoch`: go on with a log that a restore made shorter than what was signed of it."""

import argparse
import asyncio
import os
from datetime import UTC, datetime
from uuid import uuid5

from domain.body import OpenEpoch
from domain.envelope import Actor, WithoutAuthority
from domain.errors import Refusal
from domain.ids import CommandId, TenantId
from domain.stream import Order
from infra.database import closing
from infra.environment import load_settings
from infra.log.feed import LogFeed
from infra.log.proofs.checkpoint import Checkpoint
from infra.log.proofs.held import Held, HeldBrokenError, HeldCheckpoints
from infra.log.proofs.note import Note
from infra.log.proofs.restored import differs
from infra.settings import Role
from services.bootstrap import CONSOLE, WriteSide, open_write_side
from services.cli import REFUSED, say, say_error
from services.cli.database import reachable
from services.cli.instance import say_refusal
from services.commands import fingerprint


def epoch(given: argparse.Namespace) -> int:
    """Record in the log what it lost, and let the signer begin a new epoch. Refused while nothing is lost."""
    settings = load_settings(os.environ)
    checkpoints = HeldCheckpoints(settings.proof.checkpoint_dir)

    async def act() -> int:
        # Without the held checkpoints: this is the one write that a stopped log takes.
        async with open_write_side(settings.database) as write:
            tenant_id = await write.bodies.resolve(given.slug)
            held = None if tenant_id is None else checkpoints.read(tenant_id)
            if tenant_id is None or held is None or not held.size:
                say_error(
                    f"no checkpoint of {given.slug!r} is held outside the database; there is nothing to decide"
                )
                return REFUSED
            lost = await _lost(write, held)
            if lost is None:
                say_error("the log contains everything that was signed of it; no new epoch is needed")
                return REFUSED
            await _record(write, tenant_id, held, given.reason)
            kept = checkpoints.retire(held)
            fresh = Held(tenant_id=tenant_id, epoch=held.epoch + 1, size=0, frontier=b"", note="")
            checkpoints.write(fresh)
            say(f"{given.slug}: {lost}")
            say(f"Epoch {fresh.epoch} is open; the last checkpoint of epoch {held.epoch} is kept in {kept.name}.")
            say("Restart the processes that write, and give the log's new key name to its witnesses.")
            return 0

    with reachable(settings):
        try:
            return asyncio.run(act())
        except HeldBrokenError as error:
            say_error(str(error))
            return REFUSED
        except Refusal as refusal:
            say_refusal(refusal)
            return REFUSED


async def _lost(write: WriteSide, held: Held) -> str | None:
    async with closing(await write.database.connect(Role.APP)) as connection:
        return await differs(connection, held)


async def _record(write: WriteSide, tenant_id: TenantId, held: Held, reason: str) -> None:
    async with LogFeed(write.database) as feed:
        kept = (await feed.heads()).get(tenant_id, 0)
    ended = Checkpoint.parse(Note.parse(held.note).text)
    # The same key for the same loss, so that an interrupted decision goes on.
    command_id = CommandId(uuid5(tenant_id, f"epoch {held.epoch + 1} after {ended.root.hex()}"))
    command = OpenEpoch(
        body_id=tenant_id,
        epoch=held.epoch + 1,
        ended_origin=ended.origin,
        ended_size=ended.size,
        ended_root=ended.root.hex(),
        kept=kept,
        reason=reason,  # type: ignore[arg-type] # the parser lets no other value in
    )
    facts = await write.bodies.facts(tenant_id)
    actor = Actor(id=await write.vault.pseudonym(tenant_id, CONSOLE), role="operator")
    await write.handler.handle(
        Order(
            tenant_id=tenant_id,
            command_id=command_id,
            command=command,
            actor=actor,
            effective_on=facts.today() if facts else datetime.now(UTC).date(),
            authority=WithoutAuthority(reason="not_required"),
            lang=facts.language if facts else "en",
            correlation_id=command_id,
        ),
        fingerprint(write.fingerprint_key, b"epoch", command_id.bytes),
    )
