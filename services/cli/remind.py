"""`entente remind`: send the reminders of a day now, without the queue."""

import argparse
import asyncio
import os
from datetime import date

from domain.ids import TenantId
from infra.environment import load_settings
from infra.settings import Settings
from projections.runner import StoppedError
from readapi.refusals import AnswerTooLargeError
from services.bootstrap import WriteSide, mailer_of, open_write_side
from services.cli import REFUSED, USAGE, say, say_error
from services.cli.database import reachable
from services.reminding.sending import MailNotTakenError, ReadModelsBehindError, remind_body


def remind(given: argparse.Namespace) -> int:
    """Remind the named bodies, or all that have an address."""
    settings = load_settings(os.environ)
    try:
        day = None if given.day is None else date.fromisoformat(given.day)
    except ValueError as error:
        say_error(str(error))
        return USAGE
    if settings.mail is None:
        say_error("no mail leaves here: set ENTENTE_SMTP_URL or ENTENTE_MAIL_DIR (docs/settings.md)")
        return REFUSED

    async def act() -> int:
        async with open_write_side(settings.database) as write:
            bodies = await _bodies(write, given.slugs)
            if bodies is None:
                return REFUSED
            codes = [await _remind(write, settings, name, tenant_id, day) for name, tenant_id in bodies.items()]
            return max(codes, default=0)

    with reachable(settings):
        return asyncio.run(act())


async def _bodies(write: WriteSide, slugs: list[str]) -> dict[str, TenantId] | None:
    if not slugs:
        rows = await write.pool.fetch("SELECT pii.bodies_that_remind()")
        return {str(row[0]): TenantId(row[0]) for row in rows}
    found = {slug: await write.bodies.resolve(slug) for slug in slugs}
    for slug, tenant_id in found.items():
        if tenant_id is None:
            say_error(f"there is no body {slug!r}")
            return None
    return {slug: tenant_id for slug, tenant_id in found.items() if tenant_id is not None}


async def _remind(write: WriteSide, settings: Settings, name: str, tenant_id: TenantId, day: date | None) -> int:
    facts = await write.bodies.facts(tenant_id)
    assert settings.mail is not None
    if facts is None:
        say_error(f"{name}: its log is not open yet")
        return REFUSED
    try:
        done = await remind_body(
            write, mailer_of(settings.mail), settings.reminders, tenant_id, day or facts.today()
        )
    except (MailNotTakenError, ReadModelsBehindError, StoppedError, AnswerTooLargeError) as error:
        say_error(f"{name}: {error}")
        return REFUSED
    say(f"{name}: {done.sent} sent, {done.refused} refused")
    return 0
