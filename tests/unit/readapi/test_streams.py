"""A stream of events leaves nothing behind, however it ends."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import ExecutionResult

from readapi.streams import Streams


async def test_a_reader_whose_line_broke_is_followed_no_more() -> None:
    closed = False

    async def results() -> AsyncIterator[ExecutionResult]:
        nonlocal closed
        try:
            yield ExecutionResult(data={"partnershipChanged": {"number": 1}}, errors=None)
            await asyncio.Event().wait()
        finally:
            closed = True

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        await Streams().send(results(), "correlation", receive, send)

    assert closed
