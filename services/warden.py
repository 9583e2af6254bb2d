"""Ends the process groups of a supervisor that died without doing so itself.

Runs by itself (`python -I -S warden.py`) beside the supervisor, which tells it each group on standard input:
`+123` when one starts, `-123` when it is gone. The end of that input means that the supervisor is gone. The
kernel's parent-death signal reaches a supervisor's children only; this reaches their children too, and works
on every Unix.
"""

import contextlib
import os
import signal
import sys
import time

_GRACE_SECONDS = 4.0
_POLL_SECONDS = 0.05


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    _end(groups)


def _end(groups: set[int]) -> None:
    for group in groups:
        _signal(group, signal.SIGTERM)
    deadline = time.monotonic() + _GRACE_SECONDS
    while any(_exists(group) for group in groups) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    for group in groups:
        _signal(group, signal.SIGKILL)


def _exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


if __name__ == "__main__":
    main()
