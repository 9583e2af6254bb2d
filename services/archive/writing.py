"""Writing an archive, part by part, into a file: nothing is held but what is written just then."""

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import IO, Final, Self
from uuid import UUID

import msgspec

from domain.ids import TenantId
from services.archive.form import FORM, MANIFEST, Manifest, Part, content_name

_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)


class OpenPart:
    """A part that is being written."""

    def __init__(self, member: IO[bytes]) -> None:
        self._member = member
        self._digest = sha256()
        self.lines = 0

    def line(self, line: object) -> None:
        """One JSON object."""
        self.write(msgspec.json.encode(line) + b"\n")
        self.lines += 1

    def write(self, content: bytes) -> None:
        """Bytes that are no line of their own; whoever writes them counts."""
        self._digest.update(content)
        self._member.write(content)

    def part(self, name: str) -> Part:
        return Part(name=name, lines=self.lines, sha256=self._digest.hexdigest())


class Writer:
    """Writes an archive part by part, in a `with`. The same content gives the same bytes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w")
        self._parts: list[Part] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @contextmanager
    def part(self, name: str) -> Iterator[OpenPart]:
        """Add a part, as long as it may become."""
        with self._zip.open(_info(name), "w", force_zip64=True) as member:
            opened = OpenPart(member)
            yield opened
        self._parts.append(opened.part(name))

    def lines(self, name: str, lines: Iterable[object]) -> None:
        """Add a part of one JSON object per line."""
        with self.part(name) as part:
            for line in lines:
                part.line(line)

    def content(self, digest: str, body: bytes, *, packed: bool) -> None:
        """Add the bytes of a document; `packed` says that they would not become shorter."""
        info = _info(content_name(digest))
        if packed:
            info.compress_type = zipfile.ZIP_STORED
        self._zip.writestr(info, body)

    def finish(self, *, body_id: TenantId, slug: str, events: int, root: bytes, console: UUID | None) -> None:
        """Write what says how much of what is there: without it, it is no archive."""
        manifest = Manifest(
            form=FORM,
            body_id=body_id,
            slug=slug,
            events=events,
            root=root.hex(),
            console=console,
            parts=tuple(self._parts),
        )
        self._zip.writestr(_info(MANIFEST), msgspec.json.format(msgspec.json.encode(manifest), indent=1))


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _LONG_AGO)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info
