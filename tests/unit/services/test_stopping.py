"""How long the supervisor takes to stop, by a clock that goes as the test says."""

import subprocess
from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from services import supervisor
from services.supervisor import Child, RestartPolicy

NEVER = 1e9


class Scene:
    """A clock, and what happened to whom at which second."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.killed: list[str] = []

    def monotonic(self) -> float:
        return self.seconds


class Process:
    """A child that ends so many seconds after it is asked to."""

    pid = 0

    def __init__(self, scene: Scene, name: str, takes: float) -> None:
        self._scene, self._name, self._left = scene, name, takes
        self.returncode: int | None = None

    def send_signal(self, _: int) -> None:
        """It has `takes` seconds from here on."""

    def wait(self, budget: float | None = None) -> None:
        if budget is not None and self._left > budget:
            self._scene.seconds += budget
            raise subprocess.TimeoutExpired("child", budget)
        self._scene.seconds += self._left

    def kill(self) -> None:
        self._scene.killed.append(self._name)
        self._left = 0.0


def stopped(monkeypatch: pytest.MonkeyPatch, takes: Sequence[tuple[str, float]]) -> Scene:
    """The scene after a stop of these children, started in this order."""
    scene = Scene()
    monkeypatch.setattr(supervisor, "time", scene)
    monkeypatch.setattr(supervisor, "os", SimpleNamespace(killpg=lambda *_: None))
    wake_up: Any = None
    running = supervisor._Supervisor(
        [Child(name, []) for name, _ in takes], wake_up, lambda _: None, RestartPolicy(), timedelta(seconds=10)
    )
    for slot, (name, seconds) in zip(running._slots, takes, strict=True):
        slot.process = Process(scene, name, seconds)  # type: ignore[assignment] # as much of one as is used
    running._stop_all()
    return scene


def test_children_that_ignore_the_stop_are_killed_within_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = stopped(monkeypatch, [("first", NEVER), ("a", NEVER), ("b", NEVER), ("c", NEVER)])

    assert scene.killed == ["c", "b", "a", "first"]
    assert scene.seconds == 9.0  # the tenth is for reaping them


def test_those_that_hang_leave_time_to_whoever_comes_after_them(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = stopped(monkeypatch, [("first", 2.0), ("a", NEVER), ("b", NEVER), ("c", NEVER)])

    assert scene.killed == ["c", "b", "a"]
    assert scene.seconds == 3 * 2.25 + 2.0


def test_a_slow_child_may_take_what_the_others_left(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = stopped(monkeypatch, [("database", 8.5), ("web", 0.2), ("worker", 0.2)])

    assert scene.killed == []
    assert scene.seconds == pytest.approx(8.9)
