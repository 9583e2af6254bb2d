"""Keeps read models up to date: a batch of one tenant is one transaction that moves cursors with the rows."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Final

from domain.ids import TenantId
from domain.ports import Feed, GapError, Row
from projections.core import Work
from projections.ddl import full_name, mark
from projections.ports import LIVE, Cursor, Cursors, ReadModels, Stop, UnitOfWork, WriteRefusedError
from projections.projection import PoisonError, Projection
from projections.published import SOURCES
from projections.published_sums import NotSummedError, sum_up
from projections.reading import Seen

BATCH_EVENTS_MAX: Final = 5_000
"""Larger ones were not faster when measured, and hold locks longer."""
_WAIT_SECONDS: Final = 0.25
_LOOK_SECONDS: Final = 30.0
SUMS: Final = "published sums"
"""What is told to have stopped where a body cannot be summed up."""
_REASON_CHARACTERS_MAX: Final = 500
_POLL_SECONDS_MIN: Final = 0.005
_POLL_SECONDS_MAX: Final = 0.1


class PositionError(RuntimeError):
    """A batch does not begin right after its cursor: the feed skipped events or the cursor went back."""


class Runner:
    """Follows the logs for a set of projections. Two at once are safe: who finds a cursor held leaves it."""

    def __init__(
        self,
        feed: Feed,
        models: ReadModels,
        projections: Sequence[Projection],
        *,
        build: str = LIVE,
        batch_events: int = BATCH_EVENTS_MAX,
        on_stop: Callable[[Cursor], None] | None = None,
    ) -> None:
        self._feed = feed
        self._models = models
        self._projections = {projection.name: projection for projection in projections}
        self._build = build
        self._batch_events = batch_events
        self._on_stop = on_stop
        live = projections if build == LIVE else ()
        self._marks = {one.name: (full_name(one.tables[0]), mark(one)) for one in live}
        self._outdated: Collection[str] = ()
        self._known: dict[TenantId, dict[str, Cursor]] = {}
        self._sums = build == LIVE and self._projections.keys() >= set(SOURCES)
        self._unsummed: set[TenantId] = set()
        self._not_summed: set[TenantId] = set()
        self._looked_at = -_LOOK_SECONDS

    async def run(self, until: asyncio.Event) -> None:
        """Follow until told to stop. Stopped projections are tried once more first: the program may be repaired.

        Errors of the database come out: begin anew, nothing is half done.
        """
        for cursor in await self._models.cursors(self._build, projections=self._projections):
            if cursor.stop is not None:
                await resume(self._models, cursor.projection, cursor.tenant_id, build=self._build)
        while not until.is_set():
            await self.catch_up()
            await self._feed.wait(_WAIT_SECONDS)

    async def catch_up(self, tenants: Collection[TenantId] | None = None) -> None:
        """Bring the read models to where the logs end now. What is stopped or held by another stays behind.

        So does a projection whose live tables are of another version: they serve until a rebuild replaces them.
        """
        self._outdated = await self._models.outdated(self._marks)
        heads = await self._feed.heads()
        self._known = {}
        for cursor in await self._models.cursors(self._build, projections=self._projections):
            self._known.setdefault(cursor.tenant_id, {})[cursor.projection] = cursor
        for tenant_id, head in heads.items():
            if tenants is None or tenant_id in tenants:
                await self._follow(tenant_id, head)
                await self._sum_up(tenant_id)
        if self._sums and tenants is None:
            await self._sum_up_others()

    async def _sum_up_others(self) -> None:
        """What another runner left behind, now and then; and what was being summed up by another."""
        now = asyncio.get_running_loop().time()
        if now - self._looked_at >= _LOOK_SECONDS:
            self._unsummed |= set(await self._models.unsummed())
            self._looked_at = now
            looks_again = bool(self._unsummed)
        else:
            looks_again = False
        for tenant_id in sorted(self._unsummed):
            await self._sum_up(tenant_id)
        if looks_again and not self._unsummed:
            await self._models.unsummed()  # says that the sums may be read

    async def _sum_up(self, tenant_id: TenantId) -> None:
        """A body that cannot be summed up is left, told, and tried again by the next runner: nobody waits for it.

        Until then nobody reads the sums, which would lack it: figures are read one by one.
        """
        if tenant_id not in self._unsummed or tenant_id in self._not_summed:
            return
        try:
            if await sum_up(self._models, tenant_id):
                self._unsummed.discard(tenant_id)
        except (NotSummedError, WriteRefusedError) as problem:
            await self._models.distrust_sums()
            self._not_summed.add(tenant_id)
            position = problem.position if isinstance(problem, NotSummedError) else 0
            stop = stop_at(position + 1, problem.__cause__ or problem, SUMS)
            self._tell([Cursor(projection=SUMS, build=LIVE, tenant_id=tenant_id, position=position, stop=stop)])

    async def _follow(self, tenant_id: TenantId, head: int) -> None:
        positions = {
            name: 0 if cursor is None else cursor.position
            for name in self._projections.keys() - set(self._outdated)
            if (cursor := self._known.get(tenant_id, {}).get(name)) is None or cursor.stop is None
        }
        while behind := {name: position for name, position in positions.items() if position < head}:
            after = min(behind.values())
            group = [name for name, position in behind.items() if position == after]
            upto = min((position for position in behind.values() if position > after), default=head)
            try:
                async for rows in self._feed.read(tenant_id, after, limit=self._batch_events, upto=upto):
                    reached = await self._apply(tenant_id, group, rows)
                    for name in group:
                        if reached.get(name) == rows[-1].position:
                            positions[name] = rows[-1].position
                        else:
                            positions.pop(name)  # stopped, or another runner is at it
                    group = [name for name in group if name in positions]
                    if not group:
                        break
            except GapError as gap:  # a damaged log is its own body's trouble and nobody else's
                for name in group:
                    await self._stop(tenant_id, name, stop_at(positions.pop(name) + 1, gap))

    async def _apply(self, tenant_id: TenantId, names: Sequence[str], rows: Sequence[Row]) -> dict[str, int]:
        """Take a batch into projections; gives where each is afterwards, without those held by another."""
        try:
            return await self._transact(tenant_id, names, rows)
        except WriteRefusedError as refusal:
            # Find the one that cannot go on: first which projection, then which event.
            if len(names) > 1:
                reached: dict[str, int] = {}
                for name in names:
                    reached |= await self._apply(tenant_id, [name], rows)
                return reached
            if len(rows) > 1:
                half = len(rows) // 2
                reached = await self._apply(tenant_id, names, rows[:half])
                if reached.get(names[0]) == rows[half - 1].position:
                    reached = await self._apply(tenant_id, names, rows[half:])
                return reached
            await self._stop(tenant_id, names[0], stop_at(rows[0].position, refusal, rows[0].type))
            return {}

    async def _transact(self, tenant_id: TenantId, names: Sequence[str], rows: Sequence[Row]) -> dict[str, int]:
        reached: dict[str, int] = {}
        stopped: list[Cursor] = []
        seen: dict[int, Seen] | None = {} if len(names) > 1 else None
        async with self._models.unit(tenant_id) as unit:
            cursors = await unit.lock(names, self._build)
            for name, cursor in cursors.items():
                reached[name] = cursor.position
                todo = _beyond(rows, cursor)
                if not todo:
                    continue
                taken, stop = await self._take(unit, self._projections[name], todo, seen)
                if taken:
                    reached[name] = todo[taken - 1].position
                if stop is not None:
                    stopped.append(
                        Cursor(
                            projection=name,
                            build=self._build,
                            tenant_id=tenant_id,
                            position=reached[name],
                            stop=stop,
                        )
                    )
            moved = {name: to for name, to in reached.items() if to != cursors[name].position}
            if moved:
                await unit.advance(self._build, moved)
                if self._sums and not moved.keys().isdisjoint(SOURCES):
                    self._unsummed.add(tenant_id)
            for cursor in stopped:
                await unit.stop(cursor.projection, self._build, cursor.stop)
        self._tell(stopped)
        return reached

    async def _take(
        self, unit: UnitOfWork, projection: Projection, rows: Sequence[Row], seen: dict[int, Seen] | None
    ) -> tuple[int, Stop | None]:
        """Fold and write; gives how many events were taken, and why not all."""
        stop: Stop | None = None
        tenant_id = rows[0].tenant_id
        work = await loaded(unit, projection, tenant_id, rows, self._build)
        try:
            projection.fold(work, rows, seen)
        except PoisonError as poison:
            stop = stop_at(poison.row.position, poison.__cause__ or poison, poison.row.type)
            rows = rows[: poison.before]
            work = await loaded(unit, projection, tenant_id, rows, self._build)
            projection.fold(work, rows, seen)
        for layout, changes in work.changes():
            if not changes.empty:
                await unit.write(layout, self._build, changes)
        return len(rows), stop

    async def _stop(self, tenant_id: TenantId, name: str, stop: Stop) -> None:
        async with self._models.unit(tenant_id) as unit:
            cursor = (await unit.lock([name], self._build)).get(name)
            if cursor is None or cursor.position != stop.position - 1:
                return
            await unit.stop(name, self._build, stop)
        self._tell(
            [
                Cursor(
                    projection=name,
                    build=self._build,
                    tenant_id=tenant_id,
                    position=cursor.position,
                    stop=stop,
                )
            ]
        )

    def _tell(self, stopped: Sequence[Cursor]) -> None:
        if self._on_stop is not None:
            for cursor in stopped:
                self._on_stop(cursor)


async def loaded(
    unit: UnitOfWork, projection: Projection, tenant_id: TenantId, rows: Sequence[Row], build: str
) -> Work:
    """The work that a fold of these events begins with."""
    work = projection.work(tenant_id)
    streams = projection.streams(rows)
    if streams:
        for layout in projection.layouts:
            if layout.shape.preload != "none":
                work.load(layout.table, await unit.load(layout, build, streams))
    return work


async def resume(models: ReadModels, projection: str, tenant_id: TenantId, *, build: str = LIVE) -> None:
    """Let a stopped projection of a tenant try again, from the event that it stopped at."""
    async with models.unit(tenant_id) as unit:
        if (await unit.lock([projection], build)).get(projection) is not None:
            await unit.stop(projection, build, None)


class StoppedError(Exception):
    """A read model that was waited for has stopped; it will not get there by itself."""

    def __init__(self, cursor: Cursor) -> None:
        super().__init__(f"{cursor.projection} stopped at position {cursor.position} of {cursor.tenant_id}")
        self.cursor = cursor


async def wait_for(
    cursors: Cursors,
    projections: Collection[str],
    tenant_id: TenantId,
    position: int,
    timeout_seconds: float,
) -> bool:
    """Wait until reads of these projections show a position; False when time is up.

    Raises:
        StoppedError: one of them stopped before it.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_seconds
    pause_seconds = _POLL_SECONDS_MIN
    while True:
        found = await cursors.cursors(projections=projections, tenant_id=tenant_id)
        behind = [cursor for cursor in found if cursor.position < position]
        if not behind and len(found) == len(set(projections)):
            return True
        for cursor in behind:
            if cursor.stop is not None:
                raise StoppedError(cursor)
        left_seconds = deadline - loop.time()
        if left_seconds <= 0:
            return False
        await asyncio.sleep(min(pause_seconds, left_seconds))
        pause_seconds = min(pause_seconds * 2, _POLL_SECONDS_MAX)


def _beyond(rows: Sequence[Row], cursor: Cursor) -> Sequence[Row]:
    """The events of a batch that a cursor has not seen; none if it is stopped."""
    if cursor.stop is not None or rows[-1].position <= cursor.position:
        return ()
    rest = rows[max(0, cursor.position + 1 - rows[0].position) :]
    if rest[0].position != cursor.position + 1:
        raise PositionError(
            f"{cursor.projection} of {cursor.tenant_id} stands at {cursor.position}; the next event given to it"
            f" is {rest[0].position}"
        )
    return rest


def stop_at(position: int, problem: BaseException, event_type: str = "log") -> Stop:
    """Why a projection cannot take the event of a position, or the log where it is missing."""
    reason = f"{event_type}: {problem}"[:_REASON_CHARACTERS_MAX]
    return Stop(type=type(problem).__name__, reason=reason.replace("\x00", ""), position=position)
