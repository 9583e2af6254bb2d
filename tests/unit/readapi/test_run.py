"""A long answer is finished beside the others that a process gives, not before them."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest

from readapi.compiler import run as running
from readapi.compiler.run import LONG, run
from readapi.viewer import ANONYMOUS

_ROWS = "[" + "1," * LONG + "1]"


class _Rows:
    """A database whose every statement has these rows."""

    async def value(self, *_: object, **__: object) -> str:
        return _ROWS


async def _others_are_answered(monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether anything else of the process runs while an answer is finished."""
    others: list[float] = []
    ran_meanwhile: list[bool] = []

    def finished(data: str, *_: object) -> str:
        assert data == _ROWS
        until, before = time.monotonic() + 30, len(others)
        loop.call_soon_threadsafe(others.append, 1.0)
        while len(others) == before and time.monotonic() < until and not _in_loop():
            time.sleep(0.001)
        ran_meanwhile.append(len(others) > before)
        return "{}"

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(running, "finished", finished)
    bound: Any = SimpleNamespace(
        plan=SimpleNamespace(sql="SELECT", finishes=("one",)), parameters=[], member=None, asked=None
    )
    database: Any = _Rows()
    assert await run(database, bound, ANONYMOUS) == "{}"
    return ran_meanwhile[0]


def _in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def test_others_are_answered_while_a_long_answer_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await _others_are_answered(monkeypatch)


async def test_they_would_wait_if_it_were_finished_where_they_are_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: the same answer, taken for a short one."""
    monkeypatch.setattr(running, "LONG", len(_ROWS))

    assert not await _others_are_answered(monkeypatch)
