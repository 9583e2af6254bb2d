"""What a content really is, by its own bytes: the name and the declaration of the sender prove nothing."""

import hashlib
import io
import re
import zipfile
from typing import Final, get_args

from domain.document import Content, MediaType

_OPEN_XML: Final[dict[str, MediaType]] = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_OPEN_DOCUMENT: Final[dict[bytes, MediaType]] = {
    b"application/vnd.oasis.opendocument.text": "application/vnd.oasis.opendocument.text",
    b"application/vnd.oasis.opendocument.spreadsheet": "application/vnd.oasis.opendocument.spreadsheet",
}
_MAGIC: Final[tuple[tuple[bytes, MediaType], ...]] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
_ZIP: Final = b"PK\x03\x04"
_ENTRIES_MAX: Final = 20_000
_MIMETYPE_BYTES_MAX: Final = 100
_TEXTS: Final[frozenset[MediaType]] = frozenset({"text/plain", "text/csv"})
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
# Browsers look for markup even in what is declared as text.
_MARKUP: Final = re.compile(r"\s*<\s*[!?/a-z]", re.IGNORECASE)
MEDIA_TYPES: Final[tuple[MediaType, ...]] = get_args(MediaType)


class ContentTypeError(ValueError):
    """The bytes are not what was declared, or nothing that is accepted."""


def checked(body: bytes, declared: str) -> Content:
    """The content as a log may name it.

    Raises:
        ContentTypeError: the bytes are of another type than declared, or of one that is not accepted.
    """
    for media_type in MEDIA_TYPES:
        if media_type == declared and body and _is(body, media_type):
            return Content(sha256=hashlib.sha256(body).hexdigest(), size_bytes=len(body), media_type=media_type)
    raise ContentTypeError(f"these bytes are not {declared[:100]!r}, or that type is not accepted")


def _is(body: bytes, media_type: MediaType) -> bool:
    if media_type in _TEXTS:
        return _is_text(body)
    for magic, found in _MAGIC:
        if body.startswith(magic):
            return found == media_type
    return body.startswith(_ZIP) and _packed(body) == media_type


def _is_text(body: bytes) -> bool:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not _CONTROL.search(text) and not _MARKUP.match(text)


def _packed(body: bytes) -> MediaType | None:
    """The type of an office file. Macros make it none that is accepted. Nothing but a short label is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.namelist()
            if len(names) > _ENTRIES_MAX or any(name.lower().endswith("vbaproject.bin") for name in names):
                return None
            if "[Content_Types].xml" in names:
                return next((found for part, found in _OPEN_XML.items() if part in names), None)
            if "mimetype" not in names or any(name.startswith("Basic/") for name in names):
                return None
            with archive.open("mimetype") as label:
                return _OPEN_DOCUMENT.get(label.read(_MIMETYPE_BYTES_MAX).strip())
    # What the library raises at a stranger's file: damaged, encrypted, or packed in a way that it does not know.
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        return None
