"""The verb about what one body may use."""

import argparse
import asyncio
import os
from dataclasses import asdict
from typing import Final

from infra.access.quotas import Override
from infra.environment import load_settings
from services.bootstrap import open_write_side
from services.cli import REFUSED, USAGE, say, say_error
from services.cli.database import reachable
from services.identity.noting import note

_DEFAULT: Final = "default"
_MAX: Final = 2**50


def quota(given: argparse.Namespace) -> int:
    """Show what a body may use, after saying what was asked to be said; it counts within half a minute."""
    settings = load_settings(os.environ)
    said = {name: getattr(given, name) for name in Override._fields if getattr(given, name) is not None}
    if not all(
        value == _DEFAULT or (value.isascii() and value.isdigit() and int(value) <= _MAX)
        for value in said.values()
    ):
        say_error("expected a whole number, or default")
        return USAGE

    async def act() -> int:
        async with open_write_side(settings.database, quotas=settings.quotas) as write:
            tenant_id = await write.bodies.resolve(given.slug)
            if tenant_id is None:
                say_error(f"there is no body {given.slug!r}")
                return REFUSED
            override = await write.allowances.kept.override(tenant_id)
            if said:
                numbers = {name: None if value == _DEFAULT else int(value) for name, value in said.items()}
                override = override._replace(**numbers)
                await write.allowances.kept.set(tenant_id, override)
                await note(write.identity, "quota_changed", tenant_id=tenant_id, said=said)
            for name, value in asdict(override.over(settings.quotas)).items():
                own = "" if getattr(override, name) is None else "  for this body alone"
                say(f"{name:18} {value or 'any number'}{own}")
            return 0

    with reachable(settings):
        return asyncio.run(act())


def _is_understood(value: str) -> bool:
    return value == _DEFAULT or (value.isascii() and value.isdigit() and int(value) <= _MAX)
