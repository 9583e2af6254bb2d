"""Waiting for an event for a limited time."""

import asyncio
import contextlib


async def wait_at_most(event: asyncio.Event, seconds: float) -> None:
    """Return once the event is set, or after so many seconds.

    `asyncio.wait_for` of Python 3.11 loses a cancellation that comes in the moment in which the event is set: it
    returns as if nothing had happened, and whoever cancelled waits for a task that goes on for ever.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
