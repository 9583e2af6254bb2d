"""The form of an archive: a ZIP of JSON Lines, with a manifest that says how much of what it holds.

What is released never changes meaning; another form gets another name.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, Literal, TypeVar
from uuid import UUID

import msgspec

from domain.ids import TenantId
from domain.ports import Row

FORM: Final = "entente.archive.v1"
MANIFEST: Final = "manifest.json"
LOG, COMMONS, CLAIMS, GRANTS, KEYS = "log.jsonl", "commons.jsonl", "claims.jsonl", "grants.jsonl", "keys.jsonl"
PARTS: Final = (LOG, COMMONS, CLAIMS, GRANTS, KEYS)
TABLES: Final = "tables/"
UNPACKED_BYTES_MAX: Final = 8 * 1024**3
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)

T = TypeVar("T")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the archive."""

    name: str
    lines: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    form: Literal["entente.archive.v1"]
    body_id: UUID
    slug: str
    events: int
    root: str
    """Hexadecimal: the root of the Merkle tree over all events (RFC 9162)."""
    parts: tuple[Part, ...]


class EventLine(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it is stored. `envelope` holds its very bytes."""

    position: int
    stream_id: UUID
    version: int
    type: str
    recorded_at: datetime
    envelope: msgspec.Raw

    def row(self, tenant_id: TenantId) -> Row:
        return Row(
            tenant_id,
            self.position,
            self.stream_id,
            self.version,
            self.type,
            self.recorded_at.astimezone(UTC),
            bytes(self.envelope),
        )


def event_line(row: Row) -> EventLine:
    """An event as its line in the archive."""
    return EventLine(
        position=row.position,
        stream_id=row.stream_id,
        version=row.version,
        type=row.type,
        recorded_at=row.recorded_at,
        envelope=msgspec.Raw(row.state),
    )


class ClaimLine(msgspec.Struct, frozen=True, kw_only=True):
    """A key that is taken: of the body's own log, or by the body in the commons."""

    key: str
    stream_id: UUID
    position: int | None
    in_commons: bool = False


class GrantLine(msgspec.Struct, frozen=True, kw_only=True):
    grantee: UUID
    programme: str
    since_position: int


class KeyLine(msgspec.Struct, frozen=True, kw_only=True):
    """A key of sealed text, itself encrypted under the secret of the instance that it comes from."""

    key_id: UUID
    subject: UUID
    wrapped: bytes
    wrapped_by: str


class ArchiveBrokenError(Exception):
    """The file is not an archive, or not as it was written."""


class Writer:
    """Writes an archive part by part. The same content gives the same bytes."""

    def __init__(self) -> None:
        self._content = io.BytesIO()
        self._zip = zipfile.ZipFile(self._content, "w")
        self._parts: list[Part] = []

    def lines(self, name: str, lines: Iterable[object]) -> None:
        """Add a part of one JSON object per line."""
        encoded = [msgspec.json.encode(line) for line in lines]
        self.add(name, b"".join(line + b"\n" for line in encoded), len(encoded))

    def add(self, name: str, content: bytes, lines: int) -> None:
        """Add a part."""
        self._parts.append(Part(name=name, lines=lines, sha256=sha256(content).hexdigest()))
        self._write(name, content)

    def finish(self, *, body_id: TenantId, slug: str, events: int, root: bytes) -> bytes:
        """The whole file."""
        manifest = Manifest(
            form=FORM, body_id=body_id, slug=slug, events=events, root=root.hex(), parts=tuple(self._parts)
        )
        self._write(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        self._zip.close()
        return self._content.getvalue()

    def _write(self, name: str, content: bytes) -> None:
        info = zipfile.ZipInfo(name, _LONG_AGO)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        self._zip.writestr(info, content)


class Reader:
    """Reads an archive, each part only after it was found to be as it was written.

    Raises:
        ArchiveBrokenError: it is not.
    """

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            if sum(info.file_size for info in self._zip.infolist()) > UNPACKED_BYTES_MAX:
                raise ArchiveBrokenError("it would unpack to more than any archive of this program")
            self.manifest = msgspec.json.decode(self._zip.read(MANIFEST), type=Manifest)
        except (zipfile.BadZipFile, KeyError, ValueError, msgspec.DecodeError) as error:
            raise ArchiveBrokenError(f"it is not an archive of form {FORM}: {error}") from error
        self._parts = {part.name: part for part in self.manifest.parts}

    def lines(self, name: str, cls: type[T]) -> list[T]:
        """The lines of a part."""
        return list(self._lines(name, cls))

    def digest(self, name: str) -> bytes:
        """SHA-256 of a part as the manifest has it."""
        return bytes.fromhex(self._part(name).sha256)

    def _lines(self, name: str, cls: type[T]) -> Iterator[T]:
        part = self._part(name)
        try:
            content = self._zip.read(name)
            if sha256(content).hexdigest() != part.sha256:
                raise ArchiveBrokenError(f"{name} is not as it was written")
            decode = msgspec.json.Decoder(cls).decode
            yield from (decode(line) for line in content.split(b"\n") if line)
        except (zipfile.BadZipFile, KeyError, msgspec.DecodeError) as error:
            raise ArchiveBrokenError(f"{name}: {error}") from error

    def _part(self, name: str) -> Part:
        part = self._parts.get(name)
        if part is None:
            raise ArchiveBrokenError(f"it has no {name}")
        return part
