"""`entente import`: history from files."""

import argparse
import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import domain.areas  # noqa: F401 - fills the registry of commands
from infra.environment import load_settings
from infra.log.proofs.held import HeldCheckpoints
from services.bootstrap import CONSOLE, open_write_side
from services.cli import REFUSED, USAGE, say, say_error, tables
from services.cli.database import reachable
from services.cli.progress import progress_bar
from services.importing import Entry, Imported, Importer, ImportRefusedError, read_files


def import_(given: argparse.Namespace) -> int:
    """Check all files, then record what they hold; or do what the first word or the options say of tables."""
    if given.files[0] == "template":
        return tables.write_template(given)
    if given.files[0] == "undo":
        return tables.undo_import(given)
    if given.files[0] == "regional-plan":
        return tables.import_regional_plan(given)
    if given.format is not None:
        return tables.import_table(given)
    try:
        entries = read_files(Path(name) for name in given.files)
    except OSError as error:
        say_error(f"{error.filename}: {error.strerror}")
        return USAGE
    except ImportRefusedError as refused:
        _say_problems(refused)
        say_error("nothing was written · rien n’a été inscrit")
        return REFUSED
    if given.check:
        say(f"{len(entries)} lines are understood · {len(entries)} lignes comprises")
        return 0
    settings = load_settings(os.environ)

    async def act() -> Imported:
        held = HeldCheckpoints(settings.proof.checkpoint_dir)
        async with open_write_side(settings.database, settings.documents, held=held) as write:
            progress = None if given.quiet else progress_bar()
            importer = Importer(
                write.handler,
                write.bodies,
                write.vault.pseudonym,
                principal=CONSOLE,
                key=write.fingerprint_key,
                progress=progress,
            )
            return await importer.run(entries)

    with reachable(settings):
        try:
            done = asyncio.run(act())
        except ImportRefusedError as refused:
            _say_problems(refused)
            say_error(
                f"{refused.recorded} lines were recorded; run it again to go on · "
                f"{refused.recorded} lignes inscrites; relancez pour continuer"
            )
            return REFUSED
    new, old = done.recorded, done.known
    say(f"{new} recorded, {old} known before · {new} inscrites, {old} déjà connues")
    return 0


def _say_problems(refused: ImportRefusedError) -> None:
    for problem in refused.problems:
        say_error(str(problem))


def sample_files() -> Sequence[Path]:
    """The sample's files in the order in which they are recorded."""
    return sorted((Path(__file__).parents[1] / "sample").glob("*.jsonl"))


def sample_bodies(entries: Sequence[Entry]) -> list[str]:
    """Slugs of the bodies that the sample opens: the fictional ones first."""
    opened = [entry for entry in entries if entry.line.command == "OpenBody"]
    return [entry.line.body for entry in sorted(opened, key=lambda entry: not entry.line.sample)]
