"""A limited wait for an event, and who cancels it."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from infra.waiting import wait_at_most

TURNS = range(8)
"""Of the loop, from the event to the end of the wait and beyond."""


async def test_it_ends_with_the_event_or_with_its_time() -> None:
    event = asyncio.Event()

    await wait_at_most(event, 0)
    await wait_at_most(event, 0.001)
    assert not event.is_set()

    waiting = asyncio.create_task(wait_at_most(event, 3_600))
    await asyncio.sleep(0)
    event.set()
    await waiting


async def ends(wait: Callable[[asyncio.Event, float], Awaitable[None]], turns: int) -> bool:
    """Whether a task that waits ends by being cancelled so many turns after the event."""
    event = asyncio.Event()

    async def follow() -> None:
        await wait(event, 3_600)

    following = asyncio.create_task(follow())
    for _ in TURNS:
        await asyncio.sleep(0)
    event.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    if not following.cancel():
        return True  # it had ended before
    with suppress(asyncio.CancelledError):
        await following
        return False
    return True


@pytest.mark.parametrize("turns", TURNS)
async def test_a_wait_that_is_cancelled_as_its_event_comes_is_cancelled(turns: int) -> None:
    assert await ends(wait_at_most, turns)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="its wait_for loses none")
async def test_the_control_that_of_the_standard_library_goes_on() -> None:
    async def theirs(event: asyncio.Event, seconds: float) -> None:
        await asyncio.wait_for(event.wait(), seconds)

    assert not all([await ends(theirs, turns) for turns in TURNS])
