"""`entente export` and `entente restore`: one body as one file."""

import argparse
import asyncio
import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from infra.environment import load_settings
from infra.log.feed import LogFeed
from infra.log.proofs.held import HeldCheckpoints
from services.archive.exporting import export_body
from services.archive.form import ArchiveError
from services.archive.restoring import restore_body
from services.bootstrap import CONSOLE, open_write_side
from services.cli import REFUSED, USAGE, say, say_error
from services.cli.database import reachable

_DISK_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def export(given: argparse.Namespace) -> int:
    """Write a body into a file."""
    settings = load_settings(os.environ)

    async def act() -> bool:
        async with (
            open_write_side(settings.database, settings.documents) as write,
            LogFeed(write.database) as feed,
        ):
            tenant_id = await write.bodies.resolve(given.slug)
            if tenant_id is None:
                return False
            with _whole(Path(given.file)) as file:
                await export_body(write, feed, tenant_id, given.slug, file)
            return True

    with reachable(settings):
        try:
            found = asyncio.run(act())
        except ArchiveError as error:
            say_error(str(error))
            return REFUSED
    if not found:
        say_error(f"there is no body {given.slug!r} · il n’y a aucun organisme {given.slug!r}")
        return REFUSED
    say(f"{given.slug} is in {given.file}: keep it as you keep the instance · gardez ce fichier en lieu sûr")
    return 0


def restore(given: argparse.Namespace) -> int:
    """Bring a body back from its file."""
    settings = load_settings(os.environ)
    path = Path(given.file)
    if not path.is_file():
        say_error(f"there is no file {path} · le fichier {path} n’existe pas")
        return USAGE

    async def act(file: IO[bytes]) -> int:
        held = HeldCheckpoints(settings.proof.checkpoint_dir)
        async with open_write_side(settings.database, settings.documents, held=held) as write:
            await write.bodies.open_commons(principal=CONSOLE)
            restored = await restore_body(write, settings.database, file, bytes_max=settings.documents.bytes_max)
        known = " (was here already · déjà présent)" if restored.known else ""
        say(f"{restored.slug}: {restored.events} events, root {restored.root}{known}")
        return 0

    with reachable(settings), path.open("rb") as file:
        try:
            return asyncio.run(act(file))
        except ArchiveError as error:
            say_error(str(error))
            return REFUSED


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there under its name once it is whole, and for nobody but us.

    Raises:
        ArchiveError: it cannot be made there, or the disk is full.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
        draft.replace(path)
    except OSError as error:
        if error.errno not in _DISK_FULL and error.filename != str(draft):
            raise
        raise _unwritable(path, error) from error
    finally:
        draft.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> ArchiveError:
    return ArchiveError(
        f"{path} cannot be written: {error.strerror}", f"impossible d’écrire {path} : {error.strerror}"
    )
