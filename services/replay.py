"""Proof by doing it again: every leaf recomputed, every state folded twice.

`verify` finds what somebody changed in a log, and shows that the library's replay and the async store agree about
every aggregate at every version. A log that was rewritten whole, leaves, tiles and head included, is sound in
itself: only a signed checkpoint tells, and only one that was kept elsewhere if those in the database went too.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from eventsourcing.application import AggregateNotFoundError

from domain.ids import StreamId, TenantId
from domain.ports import EventStore
from domain.stream import STREAMS, Loaded, State, Stream
from infra.log.application import TenantApplication
from infra.log.proofs.held import Held
from infra.log.recorder import TenantLog
from infra.log.scan import Defect, DefectError, LogScan

S = TypeVar("S", bound=State)

Comparison = Callable[[Stream[Any], StreamId, Loaded[Any]], Awaitable[str | None]]
"""Compares something derived from a stream, such as a read model, with its state at a version.

Gets the library's replay; answers what differs, or None. `verify` calls it for every version that it replays.
"""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at in a log. Without a defect, all of it is as it was recorded."""

    tenant_id: TenantId
    events: int
    streams: int
    tiles: int
    checkpoints: int
    """Signed checkpoints that the log was found to contain, the one held outside the database among them."""
    versions_replayed: int
    root: str
    """Hexadecimal, of the tree over the events that were looked at."""
    defect: Defect | None

    @property
    def sound(self) -> bool:
        return self.defect is None


def replay(
    application: TenantApplication, stream: Stream[S], stream_id: UUID, version: int | None = None
) -> Loaded[S] | None:
    """A stream's state, now or at a version, by the library; None if it does not exist or has no such version."""
    try:
        loaded = application.replayed(stream, stream_id, version).loaded
    except AggregateNotFoundError:
        return None
    return loaded if version in (None, loaded.version) else None


async def state_at(
    application: TenantApplication,
    store: EventStore,
    stream: Stream[S],
    stream_id: StreamId,
    version: int,
    *,
    also: Comparison | None = None,
) -> Loaded[S]:
    """A stream's state at a version, about which the library, the async store and `also` agree.

    Raises:
        DefectError: they do not.
    """
    by_library = await asyncio.to_thread(replay, application, stream, stream_id, version)
    by_store = await store.load(application.tenant_id, stream, stream_id, version=version)
    difference = None if by_library == by_store else f"{by_store}"
    if difference is None and by_library is not None and also is not None:
        difference = await also(stream, stream_id, by_library)
    if difference is not None or by_library is None:
        raise DefectError(
            Defect(
                check="replay",
                stream_id=stream_id,
                version=version,
                expected=f"{by_library}",
                found=difference or "no such version",
            )
        )
    return by_library


async def verify(
    log: TenantLog,
    store: EventStore,
    *,
    also: Comparison | None = None,
    held: Held | None = None,
    every_version: bool = True,
) -> Report:
    """Look at everything in a tenant's log; stops at the first defect, which the report names.

    Replaying every version takes time with the square of a stream's length; without `every_version` only the last
    one of each is compared. The log may grow meanwhile: what is added after the start is not looked at.
    """
    scan = LogScan(log.tenant_id, held)
    versions_replayed = 0
    defect = None
    try:
        await asyncio.to_thread(_scan, log, scan)
        with TenantApplication(log) as application:
            for stream_id, (kind, last) in scan.streams.items():
                for version in range(1 if every_version else last, last + 1):
                    await state_at(application, store, STREAMS[kind], StreamId(stream_id), version, also=also)
                    versions_replayed += 1
    except DefectError as error:
        defect = error.defect
    return Report(
        tenant_id=log.tenant_id,
        events=scan.size,
        streams=len(scan.streams),
        tiles=scan.tiles,
        checkpoints=scan.checkpoints,
        versions_replayed=versions_replayed,
        root=scan.root.hex(),
        defect=defect,
    )


def _scan(log: TenantLog, scan: LogScan) -> None:
    with log.at_one_moment() as connection:
        scan.run(connection)
