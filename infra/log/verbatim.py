"""Writing a log as it was elsewhere: the same positions, instants and bytes, and so the same tree.

Only an empty log takes this, and only from the administrator. Everything that the tree is made of is recomputed
here; a log that would have another root than the one that was promised is not written.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from uuid import UUID

import psycopg
from psycopg import sql

from domain.ids import TenantId
from domain.ports import Row
from infra.log.leaf import leaf_of
from infra.log.merkle import TILE_WIDTH, extend, frontier_root, perfect_root
from infra.roles import APPEND
from infra.settings import DatabaseSettings

_BATCH = 1_000


class Claim(NamedTuple):
    """A key that a stream holds in its log."""

    key: str
    stream_id: UUID
    position: int | None


class Grant(NamedTuple):
    """A row of `access.grant_now`."""

    grantee: UUID
    programme: str
    since_position: int


class KeptOutcome(NamedTuple):
    """A row of `log.ledger`: what the same key is answered."""

    principal: UUID
    command_id: UUID
    fingerprint: bytes
    first_position: int | None
    position: int | None
    version: int
    recorded_at: datetime


class LogNotEmptyError(Exception):
    """The log has events already, and they are not the same."""


class LogDiffersError(Exception):
    """The events do not make the log that was promised."""


class Tree:
    """The Merkle tree of a log as it grows, with the tiles that have become full."""

    def __init__(self) -> None:
        self.size = 0
        self.frontier: tuple[bytes, ...] = ()
        self._open: list[list[bytes]] = []

    @property
    def root(self) -> bytes:
        return frontier_root(self.frontier)

    def add(self, leaf: bytes) -> Iterator[tuple[int, int, bytes, bytes]]:
        """Add a leaf; the tiles that it fills: level, index, data, root."""
        self.frontier = extend(self.frontier, self.size, leaf)
        self.size += 1
        level, value = 0, leaf
        while True:
            if level == len(self._open):
                self._open.append([])
            tile = self._open[level]
            tile.append(value)
            if len(tile) < TILE_WIDTH:
                return
            value = perfect_root(tile)
            yield level, (self.size >> (8 * (level + 1))) - 1, b"".join(tile), value
            tile.clear()
            level += 1


def root_of_rows(rows: Iterable[Row]) -> bytes:
    """The root of the tree over events in the order of their positions."""
    tree = Tree()
    for row in rows:
        for _ in tree.add(leaf_of(row)):
            pass
    return tree.root


def is_written(settings: DatabaseSettings, tenant_id: TenantId, *, size: int, root: bytes) -> bool:
    """Whether this very log is there already; False where there is none, or an empty one.

    Raises:
        LogNotEmptyError: another log is there.
    """
    with psycopg.connect(settings.admin_dsn) as connection:
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(APPEND)))
        head = connection.execute(
            "SELECT position, frontier FROM log.head WHERE tenant_id = %s", [tenant_id]
        ).fetchone()
        return head is not None and bool(head[0]) and not _is_known(head, size, root)


def write_log(
    settings: DatabaseSettings,
    tenant_id: TenantId,
    rows: Iterable[Row],
    *,
    size: int,
    root: bytes,
    claims: Sequence[Claim] = (),
    grants: Sequence[Grant] = (),
    outcomes: Iterable[KeptOutcome] = (),
) -> bool:
    """Write a whole log in one transaction; False if this very log is there already.

    Raises:
        LogNotEmptyError: another log is there. LogDiffersError: the events are not those that were promised.
    """
    with psycopg.connect(settings.admin_dsn) as connection:
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(APPEND)))
        head = connection.execute(
            "SELECT position, frontier FROM log.head WHERE tenant_id = %s FOR UPDATE", [tenant_id]
        ).fetchone()
        if head is not None and head[0]:
            return _is_known(head, size, root)
        if head is None:
            connection.execute("INSERT INTO log.head (tenant_id) VALUES (%s)", [tenant_id])
        last_at = _write_events(connection, rows, size, root)
        connection.cursor().executemany(
            "INSERT INTO log.claim (tenant_id, key, stream_id, position) VALUES (%s, %s, %s, %s)",
            [(tenant_id, *claim) for claim in claims],
        )
        connection.cursor().executemany(
            "INSERT INTO access.grant_now (tenant_id, grantee, programme, since_position) VALUES (%s, %s, %s, %s)",
            [(tenant_id, *grant) for grant in grants],
        )
        for batch in _batches(outcomes):
            connection.cursor().executemany(
                "INSERT INTO log.ledger (tenant_id, principal, command_id, fingerprint, first_position, position,"
                " version, recorded_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                [(tenant_id, *outcome) for outcome in batch],
            )
        connection.execute(
            "UPDATE log.head SET position = %s, recorded_at = %s, frontier = %s WHERE tenant_id = %s",
            [size, last_at[0], b"".join(last_at[1]), tenant_id],
        )
    return True


def _batches(outcomes: Iterable[KeptOutcome]) -> Iterator[list[KeptOutcome]]:
    rest = iter(outcomes)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _is_known(head: tuple[int, bytes], size: int, root: bytes) -> bool:
    """False if the log that is there is the promised one.

    Raises:
        LogNotEmptyError: it is another.
    """
    width = len(root)
    frontier = tuple(bytes(head[1][at : at + width]) for at in range(0, len(head[1]), width))
    if (head[0], frontier_root(frontier)) != (size, root):
        raise LogNotEmptyError(f"the log has {head[0]} events of its own")
    return False


def _write_events(
    connection: psycopg.Connection, rows: Iterable[Row], size: int, root: bytes
) -> tuple[datetime | str, tuple[bytes, ...]]:
    tree, versions, last_at = Tree(), dict[UUID, int](), None
    batch: list[tuple[object, ...]] = []
    tiles: list[tuple[object, ...]] = []
    for row in rows:
        if row.position != tree.size + 1 or row.version != versions.get(row.stream_id, 0) + 1:
            raise LogDiffersError(f"event {row.position} does not follow the one before it")
        if last_at is not None and row.recorded_at < last_at:
            raise LogDiffersError(f"event {row.position} was recorded before the one before it")
        versions[row.stream_id], last_at = row.version, row.recorded_at
        leaf = leaf_of(row)
        tiles += [(row.tenant_id, *tile) for tile in tree.add(leaf)]
        batch.append(
            (row.tenant_id, row.position, row.stream_id, row.version, row.type, row.recorded_at, row.state, leaf)
        )
        if len(batch) == _BATCH:
            _send(connection, batch, tiles)
    _send(connection, batch, tiles)
    if (tree.size, tree.root) != (size, root):
        raise LogDiffersError(f"expected {size} events of root {root.hex()}, got {tree.size} of {tree.root.hex()}")
    return last_at or "-infinity", tree.frontier


def _send(
    connection: psycopg.Connection, events: list[tuple[object, ...]], tiles: list[tuple[object, ...]]
) -> None:
    cursor = connection.cursor()
    cursor.executemany(
        "INSERT INTO log.event (tenant_id, position, stream_id, version, type, recorded_at, state, leaf)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        events,
    )
    cursor.executemany(
        "INSERT INTO log.tile (tenant_id, level, idx, data, root) VALUES (%s, %s, %s, %s, %s)", tiles
    )
    events.clear()
    tiles.clear()
