"""Reading an archive that somebody hands in: line by line and content by content, never the whole of it."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import IO, Final, TypeVar

import msgspec

from domain.document import Content
from services.archive.form import FORM, MANIFEST, ArchiveBrokenError, Manifest, Part, content_name

UNPACKED_BYTES_MAX: Final = 8 * 1024**3
"""Of all parts together; each content of a document has its own limit."""
LINE_BYTES_MAX: Final = 64 * 1024**2
_MANIFEST_BYTES_MAX: Final = 1024**2
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What the library raises at a file that is damaged, encrypted or packed in ways that we never write."""

T = TypeVar("T")


class Reader:
    """Reads an archive; whoever uses a line has had its whole part checked first, by `check`.

    Raises:
        ArchiveBrokenError: the file is not as it was written.
    """

    def __init__(self, file: IO[bytes]) -> None:
        with _located(MANIFEST):
            self._zip = zipfile.ZipFile(file)
            parts = [info for info in self._zip.infolist() if not info.filename.startswith(content_name(""))]
            if sum(info.file_size for info in parts) > UNPACKED_BYTES_MAX:
                raise ArchiveBrokenError(
                    "it would unpack to more than any archive of this program",
                    "il contiendrait plus, une fois décomprimé, que toute archive de ce programme",
                )
            self.manifest = msgspec.json.decode(self._read(MANIFEST, _MANIFEST_BYTES_MAX), type=Manifest)
        self._parts = {part.name: part for part in self.manifest.parts}

    def check(self) -> None:
        """Hold each part against the manifest.

        Raises:
            ArchiveBrokenError: one is not as it was written, or there is a file that is none of them.
        """
        known = {MANIFEST, *self._parts}
        for info in self._zip.infolist():
            if info.filename not in known and not info.filename.startswith(content_name("")):
                raise ArchiveBrokenError(
                    f"{info.filename!r} is no part of it", f"{info.filename!r} n’en est pas une partie"
                )
        for part in self.manifest.parts:
            digest = sha256()
            with self._opened(part.name) as member:
                while block := member.read(1024**2):
                    digest.update(block)
            if digest.hexdigest() != part.sha256:
                raise ArchiveBrokenError(
                    f"{part.name} is not as it was written", f"{part.name} n’est pas tel qu’il a été écrit"
                )

    def lines(self, name: str, cls: type[T]) -> Iterator[T]:
        """The lines of a part, as they are read."""
        self._part(name)
        decode = msgspec.json.Decoder(cls).decode
        with self._opened(name) as member:
            while line := member.readline(LINE_BYTES_MAX):
                yield decode(line)

    def digest(self, name: str) -> bytes:
        """SHA-256 of a part as the manifest has it."""
        return bytes.fromhex(self._part(name).sha256)

    def contents(self) -> frozenset[str]:
        """The hashes of the contents of documents that are there."""
        prefix = content_name("")
        names = (info.filename for info in self._zip.infolist())
        return frozenset(name.removeprefix(prefix) for name in names if name.startswith(prefix))

    def content(self, content: Content) -> bytes:
        """The bytes of a content, at most one more than it says; they may be others than it names."""
        name = content_name(content.sha256)
        with _located(name):
            return self._read(name, content.size_bytes + 1)

    @contextmanager
    def _opened(self, name: str) -> Iterator[IO[bytes]]:
        with _located(name), self._zip.open(name) as member:
            yield member

    def _read(self, name: str, bytes_max: int) -> bytes:
        with self._zip.open(name) as member:
            return member.read(bytes_max)

    def _part(self, name: str) -> Part:
        part = self._parts.get(name)
        if part is None:
            raise ArchiveBrokenError(f"it has no {name}", f"il y manque {name}")
        return part


@contextmanager
def _located(name: str) -> Iterator[None]:
    try:
        yield
    except KeyError as error:
        raise ArchiveBrokenError(f"it has no {name}", f"il y manque {name}") from error
    except (*_BROKEN, ValueError) as error:  # msgspec's errors are ValueErrors
        raise ArchiveBrokenError(
            f"{name} cannot be read as an archive of form {FORM}: {error}",
            f"{name} ne se lit pas comme une archive de forme {FORM} : {error}",
        ) from error
