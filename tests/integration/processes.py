"""Watching real processes: who is there, and waiting until they are gone."""

import os
import subprocess
import time
from collections.abc import Callable
from typing import Any

import psutil

__all__ = ["alive", "descendants", "ended", "is_root", "psutil", "wait_until"]

WAIT_SECONDS_MAX = 120.0
"""For what a busy machine makes long. It is met only by what never comes."""


def wait_until(condition: Callable[[], bool], what: str, seconds_max: float = WAIT_SECONDS_MAX) -> float:
    """Seconds that passed until `condition` held. Fails after `seconds_max`."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds_max, f"not within {seconds_max} s: {what}"
        time.sleep(0.02)
    return time.monotonic() - start


def ended(process: "subprocess.Popen[Any]") -> int:
    """The exit code of a process that ends by itself."""
    return process.wait(WAIT_SECONDS_MAX)


def descendants(pid: int) -> list[psutil.Process]:
    return list(psutil.Process(pid).children(recursive=True))


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; one that ended but that nobody has reaped yet does not."""
    return [process for process in processes if process.is_running() and _status(process) != psutil.STATUS_ZOMBIE]


def _status(process: psutil.Process) -> str:
    try:
        return str(process.status())
    except psutil.NoSuchProcess:
        return str(psutil.STATUS_ZOMBIE)


def is_root() -> bool:
    return os.geteuid() == 0
