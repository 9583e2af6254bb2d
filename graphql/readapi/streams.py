"""Results of a subscription as server-sent events: `next` for each, `complete` at the end, comments in between.

This is the mode of distinct connections of GraphQL over server-sent events (the protocol of npm's graphql-sse).
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from typing import Any, Final

from readapi.exchange import Receive, Send, encode
from readapi.telling import told

STREAMS_MAX: Final = 200
"""Of one process. A reader beyond that is told to come back."""
STREAM_SECONDS_MAX: Final = 3_600.0
QUIET_SECONDS_MAX: Final = 15.0
"""After so long a comment is sent: proxies cut connections that say nothing."""
_BUSY: Final = b"HTTP 503: too many readers follow already"


class Streams:
    """The open streams of one process."""

    def __init__(self, streams_max: int = STREAMS_MAX, seconds_max: float = STREAM_SECONDS_MAX) -> None:
        self._streams_max = streams_max
        self._seconds_max = seconds_max
        self._open = 0

    async def send(self, stream: Any, correlation_id: str, receive: Receive, send: Send) -> None:
        """Send results until there are none, the reader is gone, or it has been long enough."""
        if self._open >= self._streams_max:
            await _start(send, 503, b"text/plain; charset=utf-8", (b"retry-after", b"30"))
            await send({"type": "http.response.body", "body": _BUSY})
            return
        self._open += 1
        gone = asyncio.create_task(_gone(receive))
        try:
            await _start(send, 200, b"text/event-stream; charset=utf-8", (b"x-accel-buffering", b"no"))
            until = time.monotonic() + self._seconds_max
            async with contextlib.aclosing(_events(stream, correlation_id, gone, until)) as events:
                async for event in events:
                    await send({"type": "http.response.body", "body": event, "more_body": True})
            if not gone.done():
                await send({"type": "http.response.body", "body": b"event: complete\ndata:\n\n"})
        finally:
            self._open -= 1
            gone.cancel()


async def _events(
    stream: Any, correlation_id: str, gone: "asyncio.Task[None]", until: float
) -> AsyncGenerator[bytes, None]:
    if not hasattr(stream, "__anext__"):
        yield _event(stream, correlation_id)
        return
    following = asyncio.ensure_future(anext(stream, None))
    try:
        while time.monotonic() < until:
            await asyncio.wait({following, gone}, timeout=QUIET_SECONDS_MAX, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                return
            if not following.done():
                yield b":\n\n"
                continue
            result = following.result()
            if result is None:
                return
            yield _event(result, correlation_id)
            following = asyncio.ensure_future(anext(stream, None))
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await stream.aclose()


def _event(result: Any, correlation_id: str) -> bytes:
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [told(error, correlation_id) for error in result.errors]
    return b"event: next\ndata: " + encode(body) + b"\n\n"


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _start(send: Send, status: int, media: bytes, *more: tuple[bytes, bytes]) -> None:
    headers = [(b"content-type", media), (b"cache-control", b"no-store"), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
