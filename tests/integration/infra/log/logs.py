"""Logs for tests: opened, written to, and checked from the outside with nothing but the stored columns."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import asyncpg
import psycopg

from domain.access import GrantChange
from domain.envelope import Actor, Envelope, WithoutAuthority
from domain.event import Event, Recorded, encode, encode_envelope
from domain.ids import CommandId, PersonId, StreamId, TenantId
from domain.jobs import JobRow
from domain.ports import Append, Batch, Guard, NewEvent, Row
from infra.log.batch import APPEND_SQL, arguments
from infra.log.leaf import leaf_of
from infra.log.merkle import TILE_WIDTH, extend, frontier_root, root_of
from infra.settings import DatabaseSettings

PERSON = PersonId(uuid.UUID("01990000-0000-7000-8000-0000000000aa"))
ROWS_SQL = APPEND_SQL.replace("append_columns", "append_group")
COLUMNS = "tenant_id, position, stream_id, version, type, recorded_at, state"


class PassThrough:
    """A sealer that has nothing to seal."""

    async def seal(self, tenant_id: TenantId, stream_id: StreamId, version: int, event: Any) -> Any:
        del tenant_id, stream_id, version
        return event

    async def open(self, tenant_id: TenantId, events: Sequence[Recorded]) -> list[Recorded]:
        del tenant_id
        return list(events)


def open_logs(database: DatabaseSettings, *tenants: TenantId) -> None:
    with psycopg.connect(database.admin_dsn) as connection:
        for tenant_id in tenants:
            connection.execute("SELECT log.open(%s)", [tenant_id])


def new_tenant() -> TenantId:
    return TenantId(uuid.uuid4())


def new_stream() -> StreamId:
    return StreamId(uuid.uuid4())


def an_append(
    tenant_id: TenantId,
    stream_id: StreamId | None = None,
    *,
    after: int = 0,
    events: int = 1,
    state: bytes = b"{}",
    command_id: CommandId | None = None,
    fingerprint: bytes = bytes(32),
    guards: tuple[Guard, ...] = (),
    claims: tuple[str, ...] = (),
    opens: tuple[TenantId, ...] = (),
    jobs: tuple[JobRow, ...] = (),
    grants: tuple[GrantChange, ...] = (),
) -> Append:
    """An append of events that no projection decodes."""
    return Append(
        tenant_id=tenant_id,
        stream_id=stream_id or new_stream(),
        expected_version=after,
        events=tuple(
            NewEvent(version=after + number, type="test.Noted", state=state) for number in range(1, events + 1)
        ),
        principal=PERSON,
        command_id=command_id or CommandId(uuid.uuid4()),
        fingerprint=fingerprint,
        guards=guards,
        claims=claims,
        opens=opens,
        jobs=jobs,
        grants=grants,
    )


def a_batch(
    *appends: Append,
    command_id: CommandId | None = None,
    fingerprint: bytes = bytes(32),
    principal: PersonId = PERSON,
) -> Batch:
    """A batch of appends for one body."""
    return Batch(
        tenant_id=appends[0].tenant_id,
        principal=principal,
        command_id=command_id or CommandId(uuid.uuid4()),
        fingerprint=fingerprint,
        appends=appends,
    )


def stored(version: int, event: Event, *, on: date = date(2026, 4, 1)) -> NewEvent:
    """A real event in its envelope."""
    envelope = Envelope(
        v=1,
        type=event.TYPE,
        schema=event.SCHEMA,
        effective_on=on,
        actor=Actor(id=PERSON, role="coordinator"),
        authority=WithoutAuthority(reason="not_required"),
        command_id=CommandId(uuid.UUID(int=version)),
        causation_id=None,
        correlation_id=uuid.UUID(int=1),
        lang="en",
        data=encode(event),
    )
    return NewEvent(version=version, type=event.TYPE, state=encode_envelope(envelope))


async def call(
    connection: "asyncpg.Connection[Any]", *appends: Append
) -> list[tuple[str, int | None, int | None, int | None, datetime | None, str | None]]:
    """The append function itself, in whatever transaction the connection is."""
    return [tuple(row) for row in await connection.fetch(ROWS_SQL, *arguments(appends))]


def rows_of(database: DatabaseSettings, tenant_id: TenantId) -> list[Row]:
    """All events of a log as the administrator sees them."""
    with psycopg.connect(database.admin_dsn) as connection:
        query = f"SELECT {COLUMNS} FROM log.event WHERE tenant_id = %s ORDER BY position"  # noqa: S608 - constant
        return [Row(*row) for row in connection.execute(query.encode(), [tenant_id])]


def flaws(database: DatabaseSettings, tenant_id: TenantId) -> list[str]:
    """What is wrong with a log, recomputed from its columns alone; nothing, if all is well."""
    rows = rows_of(database, tenant_id)
    with psycopg.connect(database.admin_dsn) as connection:
        kept = [
            bytes(row[0])
            for row in connection.execute(
                "SELECT leaf FROM log.event WHERE tenant_id = %s ORDER BY position", [tenant_id]
            )
        ]
        head = connection.execute(
            "SELECT position, recorded_at, frontier FROM log.head WHERE tenant_id = %s", [tenant_id]
        ).fetchone()
        tiles = connection.execute(
            "SELECT level, idx, data, root FROM log.tile WHERE tenant_id = %s ORDER BY level, idx", [tenant_id]
        ).fetchall()
    assert head is not None
    found: list[str] = []
    if [row.position for row in rows] != list(range(1, len(rows) + 1)):
        found.append("positions have gaps")
    if any(later.recorded_at < earlier.recorded_at for earlier, later in pairwise(rows)):
        found.append("recorded_at goes back")
    leaves = [leaf_of(row) for row in rows]
    if leaves != kept:
        found.append("a leaf is broken")
    frontier: tuple[bytes, ...] = ()
    for size, leaf in enumerate(leaves):
        frontier = extend(frontier, size, leaf)
    if head[0] != len(rows) or head[2] != b"".join(frontier) or (rows and head[1] != rows[-1].recorded_at):
        found.append("the head is not that of its events")
    assert frontier_root(frontier) == root_of(leaves)
    if [tuple(tile) for tile in tiles] != expected_tiles(leaves):
        found.append("the tiles are not those of the tree")
    return found


def expected_tiles(leaves: Sequence[bytes]) -> list[tuple[int, int, bytes, bytes]]:
    """All full tiles of a tree with the roots of their subtrees, from its leaf hashes."""
    found: list[tuple[int, int, bytes, bytes]] = []
    level, hashes = 0, list(leaves)
    while len(hashes) >= TILE_WIDTH:
        whole = len(hashes) // TILE_WIDTH
        groups = [hashes[index * TILE_WIDTH : (index + 1) * TILE_WIDTH] for index in range(whole)]
        hashes = [root_of(group) for group in groups]
        found += [
            (level, index, b"".join(group), root)
            for index, (group, root) in enumerate(zip(groups, hashes, strict=True))
        ]
        level += 1
    return found
