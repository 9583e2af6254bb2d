"""The one watch over the logs for all who follow signs of change, and its end."""

import asyncio
from types import SimpleNamespace
from typing import Any, Self, cast

import pytest
from litestar import Litestar

from services.api import reads
from services.api.reads import Reads


class Breaking:
    """A feed whose lines break as they are closed."""

    opened = 0

    def __init__(self, _: Any) -> None:
        type(self).opened += 1
        assert self.opened == 1, "it began anew instead of ending"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        raise ConnectionResetError

    async def wait(self, _: float) -> None:
        await asyncio.Event().wait()


async def test_the_watch_ends_with_the_application_though_its_lines_break(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "LogFeed", Breaking)
    app = cast("Litestar", SimpleNamespace(state=SimpleNamespace(write=SimpleNamespace(database=None))))
    port = Reads()

    async with port.attached(app):
        await port.grew(0.01)

    assert Breaking.opened == 1
