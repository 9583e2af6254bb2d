"""The verb that shows operators the security log."""

import argparse
import asyncio
import os
from typing import Final

import msgspec

from infra.access.security_log import NEWEST
from infra.environment import load_settings
from services.bootstrap import open_write_side
from services.cli import USAGE, say, say_error
from services.cli.database import reachable

_PAGE: Final = 1_000


def security(given: argparse.Namespace) -> int:
    """One JSON object a line, the newest first."""
    settings = load_settings(os.environ)
    if given.last < 1:
        say_error("--last is 1 or more")
        return USAGE

    async def act() -> int:
        left, before = given.last, NEWEST
        async with open_write_side(settings.database) as write:
            while left and (page := await write.identity.security.all(before=before, limit=_PAGE)):
                for event in page:
                    if left and given.kind in (None, event.kind):
                        say(msgspec.json.encode(event).decode())
                        left -= 1
                before = page[-1].event_id
        return 0

    with reachable(settings):
        return asyncio.run(act())
