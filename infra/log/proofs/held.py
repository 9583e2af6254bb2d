"""The highest checkpoint of each log, held outside the database: what a restored database is measured by."""

import os
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

from domain.ids import TenantId
from infra.log.merkle import frontier_from_bytes, frontier_root
from infra.log.proofs.checkpoint import Checkpoint
from infra.log.proofs.note import Note, NoteError

_SUFFIX: Final = ".json"


class HeldBrokenError(Exception):
    """A file of a held checkpoint cannot be used; it must be restored, never removed."""


class Held(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The highest checkpoint of a log, with what it takes to extend it.

    A new epoch begins with size 0, no note and an empty frontier.
    """

    tenant_id: TenantId
    epoch: int
    size: int
    frontier: bytes
    """The compact range at this size, as `log.head` keeps it; checked against the note whenever it is read."""
    note: str

    @property
    def root(self) -> bytes:
        return frontier_root(frontier_from_bytes(self.frontier, self.size))


class HeldCheckpoints:
    """A directory with a file per log. One process writes, the signer; any may read.

    Keep it on another disk than the database, and out of the database's backups.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def read(self, tenant_id: TenantId) -> Held | None:
        """What is held of a log; None if nothing is.

        Raises:
            HeldBrokenError: the file is not what was written.
        """
        path = self._path(tenant_id)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            held = msgspec.json.decode(data, type=Held)
            if held.tenant_id != tenant_id:
                raise NoteError(f"it is of {held.tenant_id}")
            if held.size:
                said = Checkpoint.parse(Note.parse(held.note).text)
                if (said.size, said.root) != (held.size, held.root):
                    raise NoteError("its note says otherwise")
            elif held.frontier or held.note:
                raise NoteError("a log of size 0 has no note")
        except (msgspec.MsgspecError, ValueError) as error:
            raise HeldBrokenError(f"{path} is broken ({error}): restore it, do not remove it") from error
        return held

    def tenants(self) -> list[TenantId]:
        """The logs of which something is held."""
        return [
            TenantId(UUID(path.name.removesuffix(_SUFFIX))) for path in sorted(self._directory.glob(f"*{_SUFFIX}"))
        ]

    def write(self, held: Held) -> None:
        """Hold this instead of what was held; on disk when it returns."""
        self._directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        path = self._path(held.tenant_id)
        draft = path.with_suffix(".draft")
        with draft.open("wb") as file:
            file.write(msgspec.json.encode(held))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        directory = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def retire(self, held: Held) -> Path:
        """Keep the last checkpoint of an epoch that has ended under a name of its own."""
        kept = self._directory / f"{held.tenant_id}.epoch-{held.epoch}"
        kept.write_bytes(msgspec.json.encode(held))
        return kept

    def _path(self, tenant_id: TenantId) -> Path:
        return self._directory / f"{tenant_id}{_SUFFIX}"
