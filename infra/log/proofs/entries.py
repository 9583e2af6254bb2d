"""Entry bundles and paths of a log's static files (C2SP tlog-tiles)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from infra.log.merkle import TILE_WIDTH, tile_path

ENTRIES: Final = -1
"""Stands for the level of entry bundles in a path."""
ENTRY_BYTES_MAX: Final = 2**16 - 1
LEVEL_MAX: Final = 63
_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


class BundleError(ValueError):
    """Bytes that are no entry bundle, or an entry that fits into none."""


@dataclass(frozen=True, slots=True)
class TileName:
    """A tile as a path names it; `level` is `ENTRIES` for a bundle of entries."""

    level: int
    index: int
    width: int


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries one after another, each after its length in two bytes, big-endian.

    Raises:
        BundleError: an entry is too long.
    """
    parts = []
    for entry in entries:
        if len(entry) > ENTRY_BYTES_MAX:
            raise BundleError(f"an entry has {len(entry)} bytes; expected at most {ENTRY_BYTES_MAX}")
        parts += [len(entry).to_bytes(2), entry]
    return b"".join(parts)


def unbundle(data: bytes) -> list[bytes]:
    """The entries of a bundle.

    Raises:
        BundleError: the lengths do not add up.
    """
    entries, start = [], 0
    while start < len(data):
        begin = start + 2
        start = begin + int.from_bytes(data[start:begin])
        if begin > len(data) or start > len(data):
            raise BundleError("a bundle ends within an entry")
        entries.append(data[begin:start])
    return entries


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """Where a bundle is served: `tile/entries/` and the same as for a tile."""
    return tile_path(0, index, width).replace("tile/0/", "tile/entries/", 1)


def parse_tile_path(path: str) -> TileName | None:
    """The tile that a path names in the one spelling that it has; None for any other path."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    level = ENTRIES if found["level"] == "entries" else int(found["level"])
    index = int(found["index"].replace("x", "").replace("/", ""))
    width = int(found["width"] or TILE_WIDTH)
    if level > LEVEL_MAX or (found["width"] and width >= TILE_WIDTH):
        return None
    written = entries_path(index, width) if level == ENTRIES else tile_path(level, index, width)
    return TileName(level, index, width) if written == path else None
