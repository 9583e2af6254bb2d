"""`entente import` for tables: CSV files and workbooks that people keep."""

import argparse
import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from domain.envelope import Actor
from domain.errors import Refusal
from domain.ids import TenantId
from infra.environment import load_settings
from infra.log.proofs.held import HeldCheckpoints
from infra.settings import Settings
from services.bootstrap import CONSOLE, WriteSide, open_write_side
from services.cli import REFUSED, USAGE, say, say_error
from services.cli.database import reachable
from services.cli.progress import progress_bar
from services.refusals.rights import BodyUnknownError
from services.tables.forms import FORMATS, regional
from services.tables.forms.regional import PlanFacts, understand_regional_plan
from services.tables.intake import Intake, Recorder, Understood, Upload, Wish, import_id_of, understand
from services.tables.problems import TableRefusedError
from services.tables.templates import Kind, template
from services.tables.undoing import Undoing, undo_id_of


class Target(NamedTuple):
    """The body that a table is brought into."""

    tenant_id: TenantId
    actor: Actor
    today: date


def import_table(given: argparse.Namespace) -> int:
    """Bring one table into a body, or show what that would record."""
    if given.format not in FORMATS:
        say_error(f"{given.format!r} is not a kind of table; expected one of {', '.join(FORMATS)}")
        return USAGE
    if given.body is None or len(given.files) != 1:
        say_error("give one file, and the body it is for: entente import FILE --body SLUG --format NAME")
        return USAGE
    try:
        content = Path(given.files[0]).read_bytes()
        key = None if given.key is None else UUID(given.key)
    except (OSError, ValueError) as error:
        say_error(str(error))
        return USAGE
    wish = Wish(
        language=given.lang,
        sheet=given.sheet,
        leave_out=tuple(given.leave_out),
        source=given.source,
        sample=given.sample,
    )

    async def act(write: WriteSide) -> None:
        target = await target_of(write, given.body)
        import_id = key or import_id_of(target.tenant_id, given.format, content)
        table = understand(
            content, FORMATS[given.format], target.tenant_id, target.today, wish, import_id=import_id
        )
        upload = Upload(target.tenant_id, target.actor, import_id, wish)
        intake = await bring(write, table, upload, content, preview=given.preview, quiet=given.quiet)
        say_intake(intake, preview=given.preview)

    return answered(load_settings(os.environ), act)


def write_template(given: argparse.Namespace) -> int:
    """Write the template of a kind of table: `entente import template NAME FILE`."""
    arguments = given.files[1:]
    if len(arguments) != 2 or arguments[0] not in FORMATS or Path(arguments[1]).suffix not in (".xlsx", ".csv"):  # noqa: PLR2004 - a kind and a file
        say_error(f"entente import template NAME FILE.xlsx|FILE.csv, where NAME is one of {', '.join(FORMATS)}")
        return USAGE
    name, path = arguments[0], Path(arguments[1])
    kind: Kind = "csv" if path.suffix == ".csv" else "xlsx"
    try:
        path.write_bytes(template(FORMATS[name], given.lang or "fr", kind))
    except OSError as error:
        say_error(str(error))
        return REFUSED
    return 0


def import_regional_plan(given: argparse.Namespace) -> int:
    """Bring in a regional plan: `entente import regional-plan FILE --body SLUG`."""
    if given.body is None or len(given.files) != 2:  # noqa: PLR2004 - the word and a file
        say_error(
            "entente import regional-plan FILE --body SLUG [--region 01] [--title T --start DATE --end DATE]"
        )
        return USAGE
    try:
        content = Path(given.files[1]).read_bytes()
        key = None if given.key is None else UUID(given.key)
        facts = _facts(given)
    except (OSError, ValueError) as error:
        say_error(str(error))
        return USAGE
    wish = Wish(language=given.lang, sheet=given.sheet, source=given.source, sample=given.sample)

    async def act(write: WriteSide) -> None:
        target = await target_of(write, given.body)
        table = understand_regional_plan(
            content, target.tenant_id, target.today, wish, facts=facts, region=given.region
        )
        name = f"{regional.NAME}/{given.region or 'all'}"
        import_id = key or import_id_of(target.tenant_id, name, content)
        upload = Upload(target.tenant_id, target.actor, import_id, wish)
        intake = await bring(write, table, upload, content, preview=given.preview, quiet=given.quiet)
        say_intake(intake, preview=given.preview)

    return answered(load_settings(os.environ), act)


def _facts(given: argparse.Namespace) -> PlanFacts | None:
    parts = (given.title, given.start, given.end)
    if all(part is None for part in parts):
        return None
    if any(part is None for part in parts):
        raise ValueError("--title, --start and --end belong together")
    return PlanFacts(title=given.title, start=date.fromisoformat(given.start), end=date.fromisoformat(given.end))


def undo_import(given: argparse.Namespace) -> int:
    """Compensate an import: `entente import undo ID --body SLUG`."""
    try:
        (import_id,) = (UUID(each) for each in given.files[1:])
    except ValueError:
        say_error("entente import undo IMPORT_ID --body SLUG")
        return USAGE
    if given.body is None:
        say_error("entente import undo IMPORT_ID --body SLUG")
        return USAGE

    async def act(write: WriteSide) -> None:
        target = await target_of(write, given.body)
        undoing = Undoing(write.store, write.batches, key=write.fingerprint_key, may=lambda _: None)
        undone = await undoing.undo(target.tenant_id, import_id, undo_id_of(import_id), target.actor)
        known = " (known before · déjà connu)" if undone.replayed else ""
        say(f"{undone.orders} orders undid the import · {undone.orders} ordres ont annulé l’importation{known}")

    return answered(load_settings(os.environ), act)


async def target_of(write: WriteSide, slug: str) -> Target:
    """The body of a slug, as whoever sits at the machine acts in it.

    Raises:
        BodyUnknownError: there is none, or its log is not open.
    """
    tenant_id = await write.bodies.resolve(slug)
    facts = None if tenant_id is None else await write.bodies.facts(tenant_id)
    if tenant_id is None or facts is None:
        raise BodyUnknownError(slug=slug)
    actor = Actor(id=await write.vault.pseudonym(tenant_id, CONSOLE), role="operator")
    return Target(tenant_id, actor, facts.today())


async def bring(
    write: WriteSide, table: Understood, upload: Upload, content: bytes, *, preview: bool, quiet: bool
) -> Intake:
    """Record a table, or show what that would record."""
    recorder = Recorder(write.batches, key=write.fingerprint_key, may=lambda _: None, vault=write.vault)
    if preview:
        return await recorder.preview(table, upload)
    return await recorder.record(table, upload, content, None if quiet else progress_bar())


def answered(settings: Settings, act: Callable[[WriteSide], Awaitable[None]]) -> int:
    """Act on the write side; the exit code, once refusals are told."""

    async def acted() -> None:
        async with open_write_side(
            settings.database, held=HeldCheckpoints(settings.proof.checkpoint_dir)
        ) as write:
            await act(write)

    with reachable(settings):
        try:
            asyncio.run(acted())
        except TableRefusedError as refused:
            for told in refused.problems:
                say_error(str(told))
            count = len(refused.problems)
            say_error(f"{count} problems; nothing was written · {count} problèmes; rien n’a été inscrit")
            return REFUSED
        except Refusal as refusal:
            say_error(f"{refusal.code}\n  {refusal.message('en')}\n  {refusal.message('fr')}")
            return REFUSED
    return 0


def say_intake(intake: Intake, *, preview: bool) -> None:
    """What came of a table."""
    for line in intake.lines:
        say(f"{line.sheet}!{line.row}: {line.command} → {', '.join(line.events) or '—'}")
    if intake.examples_left_out:
        count = intake.examples_left_out
        say(f"{count} example rows left out · {count} rangées d’exemple omises")
    for name in intake.columns_left_out:
        say(f"column left out · colonne omise : {name}")
    rows, orders = intake.rows, intake.orders
    if preview:
        say(f"{rows} rows, {orders} orders would be recorded · {rows} rangées, {orders} ordres seraient inscrits")
        return
    if intake.replayed:
        say(f"known before, as import {intake.import_id} · déjà connu, importation {intake.import_id}")
        return
    say(f"{rows} rows, {orders} orders recorded as import {intake.import_id}")
    say(f"{rows} rangées, {orders} ordres inscrits; importation {intake.import_id}")
