"""The long-running verbs: each is one process until it is told to stop."""

import argparse
import asyncio
import os
import signal

from infra.environment import load_settings
from infra.settings import Settings
from services.cli import REFUSED, say_error


def serve(_: argparse.Namespace) -> int:
    """Answer HTTP until TERM or INT; requests that were begun are finished."""
    settings = load_settings(os.environ)
    return asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> int:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server.embed import Server

    from services.api.app import create_app
    from services.api.readiness import checks
    from services.api.reads import read_api

    mounts, lifespans = read_api(settings)
    server = Server(
        create_app(settings, checks=checks, mounts=mounts, lifespans=lifespans),
        address=settings.web.host,
        port=settings.web.port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_level=LogLevels.error,
    )
    asked = False

    def stop() -> None:
        nonlocal asked
        asked = True
        server.stop()  # type: ignore[no-untyped-call]  # granian leaves it untyped

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await server.serve()
    if not asked:
        say_error("the server ended by itself; the journal says why")
    return 0 if asked else REFUSED


def projector(_: argparse.Namespace) -> int:
    """Keep the read models up to date until TERM or INT."""
    from services.projector import run

    run(load_settings(os.environ).database)
    return 0


def signer(_: argparse.Namespace) -> int:
    """Sign checkpoints until TERM or INT."""
    from services.signer import run

    return 0 if run(load_settings(os.environ)) else REFUSED


def worker(_: argparse.Namespace) -> int:
    """Run background jobs until TERM or INT."""
    from services.worker import run

    run(load_settings(os.environ))
    return 0
