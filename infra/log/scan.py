"""Recomputing a log: positions, versions, clock, leaves, tree, tiles, and what the columns copy."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
import psycopg

from domain.event import UnknownEventError, decode
from domain.ids import TenantId
from domain.ports import Row
from domain.stream import stream_of
from infra.log.leaf import leaf_of
from infra.log.merkle import TILE_WIDTH, extend, frontier_root, perfect_root
from infra.log.proofs.checkpoint import open_checkpoint
from infra.log.proofs.held import Held
from infra.log.proofs.note import Note, NoteError, VerifierKey

_BATCH = 1_000
_EVENTS = (
    "SELECT tenant_id, position, stream_id, version, type, recorded_at, state, leaf FROM log.event"
    " WHERE tenant_id = %s AND position > %s ORDER BY position LIMIT %s"
)

_CHECKPOINTS = (
    "SELECT size, root, note, vkey FROM log.checkpoint WHERE tenant_id = %s AND epoch = ("
    " SELECT max(epoch) FROM log.checkpoint WHERE tenant_id = %s) ORDER BY size"
)

Check = Literal["position", "version", "clock", "leaf", "envelope", "tile", "head", "checkpoint", "replay"]


class Defect(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not as it was recorded."""

    check: Check
    position: int | None = None
    stream_id: UUID | None = None
    version: int | None = None
    expected: str
    found: str


class DefectError(Exception):
    """Carries the first defect out of a scan."""

    def __init__(self, defect: Defect) -> None:
        super().__init__(defect)
        self.defect = defect


class LogScan:
    """Goes over a tenant's log once, in the memory of a batch of events, a tile per level, a line per stream."""

    def __init__(self, tenant_id: TenantId, held: Held | None = None) -> None:
        self.tenant_id = tenant_id
        self.checkpoints = 0
        """Signed checkpoints through which the tree went."""
        self._signed: dict[int, bytes] = {held.size: held.root} if held is not None and held.size else {}
        self.size = 0
        """Events seen so far."""
        self.tiles = 0
        """Tiles seen so far."""
        self.streams: dict[UUID, tuple[str, int]] = {}
        """Kind and last version of each stream."""
        self._recorded_at: datetime | None = None
        self._frontier: tuple[bytes, ...] = ()
        self._open_tiles: list[list[bytes]] = []

    @property
    def root(self) -> bytes:
        """The root of the tree over the events seen so far (RFC 9162)."""
        return frontier_root(self._frontier)

    def run(self, connection: psycopg.Connection) -> None:
        """Look at the whole log inside one transaction in which it stands still.

        Raises:
            DefectError: something is not as it was recorded.
        """
        self._read_checkpoints(connection)
        for row, leaf in _events(connection, self.tenant_id):
            self._check_row(row)
            recomputed = leaf_of(row)
            if leaf != recomputed:
                raise DefectError(self._at(row, "leaf", recomputed.hex(), leaf.hex()))
            self._check_envelope(row)
            self._frontier = extend(self._frontier, self.size, recomputed)
            self.size += 1
            self._check_signed(row)
            self._check_tiles(connection, 0, recomputed)
        self._check_number_of_tiles(connection)
        self._check_head(connection)
        if self._signed:
            size = max(self._signed)
            found = f"{self.size} events"
            raise DefectError(
                Defect(check="checkpoint", expected=f"the {size} events that were signed", found=found)
            )

    def _read_checkpoints(self, connection: psycopg.Connection) -> None:
        for size, root, text, vkey in connection.execute(_CHECKPOINTS, [self.tenant_id, self.tenant_id]):
            try:
                checkpoint = open_checkpoint(Note.parse(text), VerifierKey.parse(vkey))
            except NoteError as error:
                raise DefectError(_not_signed(size, str(error))) from error
            if (checkpoint.size, checkpoint.root) != (size, root):
                raise DefectError(_not_signed(size, f"{checkpoint.size} events under {checkpoint.root.hex()}"))
            if self._signed.setdefault(size, root) != root:
                raise DefectError(_not_signed(size, "another root than the checkpoint outside the database"))

    def _check_signed(self, row: Row) -> None:
        root = self._signed.pop(self.size, None)
        if root is None:
            return
        if root != self.root:
            raise DefectError(self._at(row, "checkpoint", root.hex(), self.root.hex()))
        self.checkpoints += 1

    def _check_row(self, row: Row) -> None:
        if row.position != self.size + 1:
            raise DefectError(self._at(row, "position", str(self.size + 1), str(row.position)))
        _, last = self.streams.get(row.stream_id, ("", 0))
        if row.version != last + 1:
            raise DefectError(self._at(row, "version", str(last + 1), str(row.version)))
        if self._recorded_at is not None and row.recorded_at < self._recorded_at:
            raise DefectError(
                self._at(row, "clock", f"not before {self._recorded_at.isoformat()}", row.recorded_at.isoformat())
            )
        self._recorded_at = row.recorded_at

    def _check_envelope(self, row: Row) -> None:
        try:
            envelope, _ = decode(row.state)
            kind = stream_of(envelope.type).name
        except (UnknownEventError, msgspec.DecodeError) as error:
            raise DefectError(self._at(row, "envelope", "a released event", str(error))) from error
        if envelope.type != row.type:
            raise DefectError(self._at(row, "envelope", envelope.type, row.type))
        kind_before, _ = self.streams.get(row.stream_id, (kind, 0))
        if kind != kind_before:
            raise DefectError(self._at(row, "envelope", f"an event of the {kind_before}", row.type))
        self.streams[row.stream_id] = (kind, row.version)

    def _check_tiles(self, connection: psycopg.Connection, level: int, value: bytes) -> None:
        """Add a hash to the open tile of a level; when it is full, compare it and go up with its root."""
        if level == len(self._open_tiles):
            self._open_tiles.append([])
        tile = self._open_tiles[level]
        tile.append(value)
        if len(tile) < TILE_WIDTH:
            return
        index = (self.size >> (8 * (level + 1))) - 1
        data, root = b"".join(tile), perfect_root(tile)
        tile.clear()
        kept = connection.execute(
            "SELECT data, root FROM log.tile WHERE tenant_id = %s AND level = %s AND idx = %s",
            [self.tenant_id, level, index],
        ).fetchone()
        if kept != (data, root):
            found = "none" if kept is None else f"another of root {kept[1].hex()}"
            expected = f"tile {index} of level {level} with root {root.hex()}"
            raise DefectError(Defect(check="tile", position=self.size, expected=expected, found=found))
        self.tiles += 1
        self._check_tiles(connection, level + 1, root)

    def _check_number_of_tiles(self, connection: psycopg.Connection) -> None:
        row = connection.execute("SELECT count(*) FROM log.tile WHERE tenant_id = %s", [self.tenant_id]).fetchone()
        assert row is not None
        if row[0] != self.tiles:
            raise DefectError(Defect(check="tile", expected=f"{self.tiles} tiles", found=f"{row[0]} tiles"))

    def _check_head(self, connection: psycopg.Connection) -> None:
        row = connection.execute(
            "SELECT position, frontier, nullif(recorded_at, '-infinity') FROM log.head WHERE tenant_id = %s",
            [self.tenant_id],
        ).fetchone()
        expected = (self.size, b"".join(self._frontier), self._recorded_at)
        if row != expected:
            found = "no head" if row is None else _head_words(*row)
            raise DefectError(Defect(check="head", expected=_head_words(*expected), found=found))

    @staticmethod
    def _at(row: Row, check: Check, expected: str, found: str) -> Defect:
        return Defect(
            check=check,
            position=row.position,
            stream_id=row.stream_id,
            version=row.version,
            expected=expected,
            found=found,
        )


def _events(connection: psycopg.Connection, tenant_id: TenantId) -> Iterator[tuple[Row, bytes]]:
    after = 0
    while rows := connection.execute(_EVENTS, [tenant_id, after, _BATCH]).fetchall():
        for *columns, leaf in rows:
            yield Row(*columns), leaf
        after = rows[-1][1]


def _not_signed(size: int, found: str) -> Defect:
    return Defect(check="checkpoint", position=size, expected="the checkpoint that was signed", found=found)


def _head_words(size: int, frontier: bytes, recorded_at: datetime | None) -> str:
    when = "never" if recorded_at is None else recorded_at.isoformat()
    return f"{size} events until {when} under {frontier.hex() or 'nothing'}"
