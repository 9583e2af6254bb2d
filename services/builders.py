"""Building read models on every core: this process and helpers take body after body from the same line."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from domain.ids import TenantId
from domain.ports import Feed
from infra.launch import launched
from infra.settings import DatabaseSettings
from projections import rebuild
from projections.ports import ReadModels
from projections.projection import Projection
from services.builder import Answer, Task

EVENTS_PER_PROCESS_MIN: Final = 100_000
"""A helper takes half a second of its core to start; half as many events are built in that time."""
_PROCESSES_MAX: Final = 8
_HELPER: Final = "import gc; gc.disable(); from services.builder import main; main()"
"""While modules are loaded, the collector would walk over them again and again: a quarter of a helper's start."""


class HelperFailedError(Exception):
    """A helper process could not build a body; nothing of that body was written."""

    def __init__(self, tenant_id: TenantId, reason: str) -> None:
        super().__init__(f"{tenant_id} could not be built: {reason}")
        self.tenant_id = tenant_id


def side_by_side(
    feed: Feed,
    models: ReadModels,
    settings: DatabaseSettings,
    *,
    cores: int | None = None,
    events_per_process_min: int = EVENTS_PER_PROCESS_MIN,
) -> rebuild.Dispatch:
    """Builds on every core, where there is enough to build; the largest logs come first.

    Raises, when it runs:
        HelperFailedError: a body could not be built in another process.
    """

    async def dispatch(projections: Sequence[Projection], build: str, tenants: Sequence[TenantId]) -> None:
        heads = await feed.heads()
        waiting = iter(sorted(tenants, key=lambda tenant_id: heads.get(tenant_id, 0), reverse=True))
        helpers = processes(heads, tenants, cores or _cores(), events_per_process_min) - 1
        task = Task(settings, tuple(projection.name for projection in projections), build)
        here = _build_here(feed, models, projections, build, waiting)
        await rebuild.all_of([here, *(_help(task, waiting) for _ in range(helpers))])

    return dispatch


def processes(
    heads: Mapping[TenantId, int], tenants: Sequence[TenantId], cores: int, events_per_process_min: int
) -> int:
    """How many build these bodies side by side, this one among them."""
    events = sum(heads.get(tenant_id, 0) for tenant_id in tenants)
    return max(1, min(cores, _PROCESSES_MAX, len(tenants), events // events_per_process_min))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


async def _build_here(
    feed: Feed, models: ReadModels, projections: Sequence[Projection], build: str, waiting: Iterator[TenantId]
) -> None:
    for tenant_id in waiting:
        await rebuild.build_tenant(feed, models, projections, build, tenant_id)


async def _help(task: Task, waiting: Iterator[TenantId]) -> None:
    argv = launched([sys.executable, "-c", _HELPER], death_signal=signal.SIGKILL)
    pipe = asyncio.subprocess.PIPE
    helper = await asyncio.create_subprocess_exec(*argv, stdin=pipe, stdout=pipe)
    assert helper.stdin is not None
    assert helper.stdout is not None
    try:
        helper.stdin.write(msgspec.json.encode(task) + b"\n")
        for tenant_id in waiting:
            helper.stdin.write(msgspec.json.encode(tenant_id) + b"\n")
            _check(tenant_id, await helper.stdout.readline())
        helper.stdin.close()
        await helper.wait()
    finally:
        if helper.returncode is None:
            helper.kill()  # what it had begun is rolled back with its connection
            await helper.wait()


def _check(tenant_id: TenantId, said: bytes) -> None:
    answer = msgspec.json.decode(said, type=Answer) if said else Answer(failed="its process ended")
    if answer.failed is not None:
        raise HelperFailedError(tenant_id, answer.failed)
