"""Whether this process lives, and whether the service can be used."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

import structlog

from services.api.metrics import Metrics

LIVE_PATH: Final = "/health/live"
READY_PATH: Final = "/health/ready"
CHECK_WITHIN: Final = timedelta(seconds=2)

Check = Callable[[], Awaitable[str | None]]
"""None when the part is ready; otherwise what is not, in a few words."""


class Warned(str):
    """What somebody should look at, of a part that does not take the service away."""

    __slots__ = ()


_log = structlog.get_logger()


async def readiness(checks: Mapping[str, Check], metrics: Metrics) -> dict[str, str | None]:
    """Each part, with None or what is wrong with it. A check that fails or hangs says so instead of raising."""

    async def ask(name: str, check: Check) -> str | None:
        try:
            async with asyncio.timeout(CHECK_WITHIN.total_seconds()):
                return await check()
        except TimeoutError:
            return "no answer in time"
        except Exception as error:  # noqa: BLE001 - any failure means: not ready
            _log.warning("health.check_failed", part=name, error=type(error).__name__)
            return "cannot be asked"

    answers = await asyncio.gather(*(ask(name, check) for name, check in checks.items()))
    parts = dict(zip(checks, answers, strict=True))
    for name, reason in parts.items():
        metrics.set_ready(name, ready=reason is None or isinstance(reason, Warned))
        metrics.set_warned(name, warned=isinstance(reason, Warned))
    return parts
