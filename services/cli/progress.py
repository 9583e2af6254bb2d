"""A line of progress on a terminal."""

import sys
import time
from collections.abc import Callable

_BAR_WIDTH = 30
_BAR_EVERY_SECONDS = 0.1


def progress_bar() -> Callable[[int, int], None]:
    """Draws over one line of a terminal; silent where standard output is not one."""
    if not sys.stdout.isatty():
        return lambda _done, _total: None
    drawn_at = 0.0

    def draw(done: int, total: int) -> None:
        nonlocal drawn_at
        now = time.monotonic()
        if done < total and now - drawn_at < _BAR_EVERY_SECONDS:
            return
        drawn_at = now
        filled = _BAR_WIDTH * done // max(total, 1)
        sys.stdout.write(f"\r  {'█' * filled}{'░' * (_BAR_WIDTH - filled)} {done}/{total}")
        if done == total:
            sys.stdout.write("\n")
        sys.stdout.flush()

    return draw
