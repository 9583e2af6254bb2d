"""An import that is followed as it goes: server-sent events, on the very request that brings the table in.

`progress` tells how many of how many orders are decided, at most a hundred times; the last event is `answer` or
`problem`, with what the request would have been answered without being followed. A stream that ends without either
tells nothing of the outcome: the same key, sent again, does. Who stops listening does not stop the import.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, Final

import msgspec
import structlog
from litestar.response import Stream

from domain.errors import Refusal
from services.api.problems import problem
from services.batching import Progress

MEDIA_TYPE: Final = "text/event-stream"
STEPS_MAX: Final = 100

Work = Callable[[Progress], Awaitable[msgspec.Struct]]
_log = structlog.get_logger()
_running: set["asyncio.Task[None]"] = set()
"""Holds them: the loop itself does not."""


class Advance(msgspec.Struct, frozen=True, kw_only=True):
    """How far an import has come; nothing of it is recorded before all is decided."""

    done: int
    total: int


def is_wanted(accept: str) -> bool:
    """Whether a request asks for events."""
    return any(part.partition(";")[0].strip().lower() == MEDIA_TYPE for part in accept.split(","))


def followed(work: Work, correlation_id: str) -> Stream:
    """The response that tells how the work goes."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(events(work, correlation_id), media_type=MEDIA_TYPE, headers=headers)


async def events(work: Work, correlation_id: str) -> AsyncGenerator[bytes, None]:
    """How the work goes, as the response sends it."""
    told: asyncio.Queue[bytes | None] = asyncio.Queue()

    def tell(done: int, total: int) -> None:
        if done == total or done % -(-total // STEPS_MAX) == 0:
            told.put_nowait(_event("progress", Advance(done=done, total=total)))

    async def act() -> None:
        try:
            told.put_nowait(await _outcome(work, tell, correlation_id))
        finally:
            told.put_nowait(None)

    task = asyncio.create_task(act(), name="import.followed")
    _running.add(task)
    task.add_done_callback(_over)
    while (event := await told.get()) is not None:
        yield event
    await task  # what nobody foresaw ends the stream without an outcome


def _over(task: "asyncio.Task[None]") -> None:
    _running.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("import.failed", exc_info=error)


async def _outcome(work: Work, tell: Progress, correlation_id: str) -> bytes:
    try:
        return _event("answer", await work(tell))
    except Refusal as refusal:
        return _event("problem", problem(refusal, correlation_id))


def _event(name: str, data: Any) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"
