"""Building a projection anew beside the live one, and putting it in its place without a reader noticing.

The steps: `make` the tables of a build, fill them body by body (each in one transaction, so twice is once), give
them indexes and row security, follow the logs until the live build is held still for a moment, and swap names.
A reader either sees the old table or the new one, which is never behind it.
"""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Final, Protocol

from domain.event import Recorded
from domain.ids import TenantId
from domain.ports import Feed
from projections.core import Work
from projections.ports import LIVE, Cursor, ReadModels, Stop
from projections.projection import PoisonError, Projection
from projections.runner import BATCH_EVENTS_MAX, Runner, stop_at

SWAP_ATTEMPTS_MAX: Final = 40
_PAUSE_SECONDS: Final = 0.05


class BuildStoppedError(Exception):
    """The build cannot take an event that the live one took; the live one stays. `cursor` says which."""

    def __init__(self, cursor: Cursor) -> None:
        reason = cursor.stop.reason if cursor.stop is not None else "it was never begun"
        super().__init__(
            f"{cursor.projection} of {cursor.tenant_id} cannot be built past {cursor.position}: {reason}"
        )
        self.cursor = cursor


class SwapTimeoutError(Exception):
    """Readers never let go for long enough; the build is complete, so swap again at a quieter time."""


class Held(Protocol):
    """The swap while the live build stands still."""

    async def swap(self) -> bool:
        """Exchange the tables; False if the live build is ahead after all or readers did not let go."""
        ...


class Owner(Protocol):
    """Acts as the owner of the tables."""

    async def make(self, projection: Projection, build: str) -> None:
        """Make the empty tables of a build; a build of that name is dropped first."""
        ...

    async def finish(self, projection: Projection, build: str) -> None:
        """Indexes and row security; again does nothing."""
        ...

    async def drop(self, projection: Projection, build: str) -> None:
        """Remove a build and its cursors."""
        ...

    def hold(self, projection: Projection, build: str) -> AbstractAsyncContextManager[Held]:
        """Keep the live build from moving until the context ends. Reads go on."""
        ...


Dispatch = Callable[[Sequence[Projection], str, Sequence[TenantId]], Awaitable[None]]
"""Has `build_tenant` run for each body, here or in jobs; returns when all have ended."""


async def build_tenant(
    feed: Feed, models: ReadModels, projections: Sequence[Projection], build: str, tenant_id: TenantId
) -> None:
    """Fold a body's whole log in memory and copy it into a build. What was built before is left as it is.

    Several projections share the reading and decoding of events.
    """
    made = await _folded_together(feed, projections, tenant_id)
    async with models.unit(tenant_id) as unit:
        cursors = await unit.lock([projection.name for projection in projections], build)
        for projection in projections:
            cursor = cursors.get(projection.name)
            if cursor is None or cursor.position or cursor.stop is not None:
                continue
            work, position, stop = made[projection.name]
            for layout, changes in work.changes(ordered=False):
                if changes.inserted:
                    await unit.fill(layout, build, changes.inserted)
            await unit.advance(build, {projection.name: position})
            if stop is not None:
                await unit.stop(projection.name, build, stop)


async def _folded_together(
    feed: Feed, projections: Sequence[Projection], tenant_id: TenantId
) -> dict[str, tuple[Work, int, Stop | None]]:
    works = {projection.name: projection.work(tenant_id) for projection in projections}
    poisoned: list[Projection] = []
    position = 0
    with _rows_uncollected():
        async for rows in feed.read(tenant_id, 0, limit=BATCH_EVENTS_MAX):
            decoded: dict[int, Recorded] | None = {} if len(projections) > 1 else None
            for projection in projections:
                if projection.name not in works:
                    continue
                try:
                    projection.fold(works[projection.name], rows, decoded)
                except PoisonError:
                    poisoned.append(projection)
                    del works[projection.name]
            position = rows[-1].position
    made: dict[str, tuple[Work, int, Stop | None]] = {name: (work, position, None) for name, work in works.items()}
    for projection in poisoned:
        made[projection.name] = await folded(feed, projection, tenant_id)
    return made


@contextmanager
def _rows_uncollected() -> Iterator[None]:
    """Spare the collector from walking again and again over rows that all live to the end and hold no cycles."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


async def folded(
    feed: Feed, projection: Projection, tenant_id: TenantId, *, upto: int | None = None
) -> tuple[Work, int, Stop | None]:
    """A body's rows from its log alone, the position they stand for, and why not all of it."""
    work, position = projection.work(tenant_id), 0
    async for rows in feed.read(tenant_id, 0, limit=BATCH_EVENTS_MAX, upto=upto):
        try:
            projection.fold(work, rows)
        except PoisonError as poison:
            if upto is not None and poison.row.position - 1 == upto:
                return work, upto, None
            work, position, _ = await folded(feed, projection, tenant_id, upto=poison.row.position - 1)
            return work, position, stop_at(poison.row, poison.__cause__ or poison)
        position = rows[-1].position
    return work, position, None


def inline(feed: Feed, models: ReadModels) -> Dispatch:
    """Builds body after body in this process."""

    async def dispatch(projections: Sequence[Projection], build: str, tenants: Sequence[TenantId]) -> None:
        for tenant_id in tenants:
            await build_tenant(feed, models, projections, build, tenant_id)

    return dispatch


async def rebuild(
    feed: Feed,
    models: ReadModels,
    owner: Owner,
    projections: Sequence[Projection],
    build: str,
    *,
    dispatch: Dispatch | None = None,
) -> None:
    """Build projections anew and swap each in. Readers and the live runner go on meanwhile.

    Raises:
        BuildStoppedError: a build stops before the live one does; it is dropped, and so are those not swapped yet.
        SwapTimeoutError: the build is complete and waits for `swap_in`.
    """
    for projection in projections:
        await owner.make(projection, build)
    heads = await feed.heads()
    await (dispatch or inline(feed, models))(projections, build, list(heads))
    for at, projection in enumerate(projections):
        await owner.finish(projection, build)
        try:
            await swap_in(feed, models, owner, projection, build)
        except BuildStoppedError:
            for left in projections[at:]:
                await owner.drop(left, build)
            raise


async def swap_in(feed: Feed, models: ReadModels, owner: Owner, projection: Projection, build: str) -> None:
    """Bring a finished build up to date and put it in the place of the live tables."""
    runner = Runner(feed, models, [projection], build=build)
    for attempt in range(1, SWAP_ATTEMPTS_MAX + 1):
        await runner.catch_up()
        async with owner.hold(projection, build) as held:
            await runner.catch_up()
            await _check(models, projection, build)
            if await held.swap():
                return
        await asyncio.sleep(_PAUSE_SECONDS * min(attempt, 10))
    raise SwapTimeoutError(f"{projection.name}: {SWAP_ATTEMPTS_MAX} attempts")


async def _check(models: ReadModels, projection: Projection, build: str) -> None:
    built = {cursor.tenant_id: cursor for cursor in await models.cursors(build, projections=[projection.name])}
    for live in await models.cursors(LIVE, projections=[projection.name]):
        cursor = built.get(live.tenant_id)
        if cursor is not None and cursor.stop is not None and cursor.position < live.position:
            raise BuildStoppedError(cursor)
