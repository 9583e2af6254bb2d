"""`entente export` and `entente restore`: one body as one file."""

import argparse
import asyncio
import os
from pathlib import Path

from domain.ids import TenantId
from infra.log.feed import LogFeed
from infra.log.proofs.held import HeldCheckpoints
from infra.settings import load_settings
from services.archive.exporting import export_body
from services.archive.form import ArchiveBrokenError
from services.archive.restoring import RestoreRefusedError, restore_body
from services.bootstrap import CONSOLE, open_write_side
from services.cli import REFUSED, USAGE, say, say_error
from services.cli.database import reachable


def export(given: argparse.Namespace) -> int:
    """Write a body into a file."""
    settings = load_settings(os.environ)

    async def act() -> bytes | None:
        async with open_write_side(settings.database) as write, LogFeed(write.database) as feed:
            tenant_id: TenantId | None = await write.bodies.resolve(given.slug)
            if tenant_id is None:
                return None
            return await export_body(write.database, feed, tenant_id, given.slug)

    with reachable(settings):
        content = asyncio.run(act())
    if content is None:
        say_error(f"there is no body {given.slug!r}")
        return REFUSED
    try:
        path = Path(given.file)
        path.touch(mode=0o600)
        path.write_bytes(content)
    except OSError as error:
        say_error(f"{error.filename}: {error.strerror}")
        return REFUSED
    say(f"{given.slug} is in {given.file}: keep it as you keep the instance · gardez ce fichier en lieu sûr")
    return 0


def restore(given: argparse.Namespace) -> int:
    """Bring a body back from its file."""
    settings = load_settings(os.environ)
    try:
        content = Path(given.file).read_bytes()
    except OSError as error:
        say_error(f"{error.filename}: {error.strerror}")
        return USAGE

    async def act() -> int:
        async with open_write_side(
            settings.database, held=HeldCheckpoints(settings.proof.checkpoint_dir)
        ) as write:
            await write.bodies.open_commons(principal=CONSOLE)
            restored = await restore_body(write, settings.database, content)
        known = " (was here already · déjà présent)" if restored.known else ""
        say(f"{restored.slug}: {restored.events} events, root {restored.root}{known}")
        return 0

    with reachable(settings):
        try:
            return asyncio.run(act())
        except (ArchiveBrokenError, RestoreRefusedError) as error:
            say_error(str(error))
            return REFUSED
