"""Building a projection anew beside the live one, and putting it in its place without a reader noticing.

The steps: `make` the tables of a build, fill them body by body (each in one transaction, so twice is once), give
them indexes and row security, follow the logs until the live build is held still for a moment, and swap names.
A reader either sees the old table or the new one, which is never behind it.
"""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, contextmanager
from typing import Any, Final, NamedTuple, Protocol

from domain.ids import TenantId
from domain.ports import Feed
from projections.bitemporal import Row
from projections.core import Layout, Work
from projections.ports import LIVE, Cursor, ReadModels, Stop, WriteRefusedError
from projections.projection import PoisonError, Projection, Together
from projections.runner import Runner, stop_at

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

    async def make(self, projections: Sequence[Projection], build: str) -> None:
        """Make the empty tables of a build; a build of that name is dropped first."""
        ...

    async def finish(self, projections: Sequence[Projection], build: str) -> None:
        """Indexes, statistics and row security; again does nothing."""
        ...

    async def drop(self, projections: Sequence[Projection], build: str) -> None:
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
    with _rows_uncollected():
        await _build_tenant(feed, models, projections, build, tenant_id)


class _Built(NamedTuple):
    """What a fold made of a body's log."""

    projection: Projection
    work: Work
    position: int
    """How far it came."""
    stop: Stop | None
    """Why not further."""


async def _build_tenant(
    feed: Feed, models: ReadModels, projections: Sequence[Projection], build: str, tenant_id: TenantId
) -> None:
    made = [(built, list(built.work.built())) for built in await _folded_together(feed, projections, tenant_id)]
    try:
        await _fill(models, made, build, tenant_id)
    except WriteRefusedError:
        # A row that its table does not take. Its projection stays at the beginning of this body's log: the runner
        # that brings the build up to date before the swap finds the event and stops there. The others go on.
        for one in made:
            try:
                await _fill(models, [one], build, tenant_id)
            except WriteRefusedError:
                async with models.unit(tenant_id) as unit:
                    await unit.lock([one[0].projection.name], build)


async def _fill(
    models: ReadModels,
    made: Sequence[tuple[_Built, Sequence[tuple[Layout, Sequence[Row]]]]],
    build: str,
    tenant_id: TenantId,
) -> None:
    async with models.unit(tenant_id) as unit:
        cursors = await unit.lock([built.projection.name for built, _ in made], build)
        for built, tables in made:
            name = built.projection.name
            cursor = cursors.get(name)
            if cursor is None or cursor.position or cursor.stop is not None:
                continue
            for layout, rows in tables:
                if rows:
                    await unit.fill(layout, build, rows)
            await unit.advance(build, {name: built.position})
            if built.stop is not None:
                await unit.stop(name, build, built.stop)


async def _folded_together(feed: Feed, projections: Sequence[Projection], tenant_id: TenantId) -> list[_Built]:
    together = Together(projections, tenant_id)
    position = 0
    async with aclosing(feed.scan(tenant_id, without=together.ignored)) as batches:
        async for reached, rows in batches:
            together.fold(rows)
            position = reached
    return [
        _Built(projection, work, position, None)
        if (work := together.works.get(projection)) is not None
        else _Built(projection, *await folded(feed, projection, tenant_id))  # once more, to where it stops
        for projection in projections
    ]


@contextmanager
def _rows_uncollected() -> Iterator[None]:
    """Spare the collector from walking again and again over rows that live until they are written, without cycles.

    Their end must come before that of this context, or the collector walks over all of them once more.
    """
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
    async with aclosing(feed.scan(tenant_id, without=projection.ignored_types, upto=upto)) as batches:
        async for reached, rows in batches:
            try:
                projection.fold(work, rows)
            except PoisonError as found:
                poison = found
                break
            position = reached
        else:
            return work, position, None
    if upto is not None and poison.row.position - 1 == upto:
        return work, upto, None
    work, position, _ = await folded(feed, projection, tenant_id, upto=poison.row.position - 1)
    return work, position, stop_at(poison.row.position, poison.__cause__ or poison, poison.row.type)


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
        BuildStoppedError: a build stops before the live one does. As after any other error but the next, it is
            dropped, and so are those not swapped yet.
        SwapTimeoutError: the build is complete and waits for `swap_in`.
    """
    left = list(projections)
    try:
        await owner.make(projections, build)
        await (dispatch or inline(feed, models))(projections, build, sorted(await feed.heads()))
        await owner.finish(projections, build)
        while left:
            await swap_in(feed, models, owner, left[0], build)
            del left[0]
    except SwapTimeoutError:
        raise
    except Exception:  # whatever it was: what is half built goes, and the error goes on
        await owner.drop(left, build)
        raise


async def all_of(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all at once. When one fails, the others have ended before its error comes out."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


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
