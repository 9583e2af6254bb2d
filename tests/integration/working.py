"""The processes that follow the logs, inside a test: they have ended when their block has, however it ends."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from domain.ports import ContentStore
from infra.settings import DatabaseSettings
from services import projector
from services.contents import NO_CONTENTS
from services.worker import work


@asynccontextmanager
async def worker(
    settings: DatabaseSettings, contents: ContentStore = NO_CONTENTS, **given: Any
) -> AsyncIterator[None]:
    """A worker, in a thread of its own."""
    stop = threading.Event()
    working = asyncio.create_task(asyncio.to_thread(work, settings, contents, stop, **given))
    try:
        yield
    finally:
        stop.set()
        await working


@asynccontextmanager
async def projecting(settings: DatabaseSettings) -> AsyncIterator[None]:
    """A projector, which keeps every read model up to date."""
    until = asyncio.Event()
    following = asyncio.create_task(projector.follow(settings, until))
    try:
        yield
    finally:
        until.set()
        await following
