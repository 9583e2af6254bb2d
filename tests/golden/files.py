"""The golden files and their index."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from domain.areas import AREAS
from domain.event import Recorded, Released, decode, encode, encode_envelope, released_events
from domain.ids import TenantId
from domain.stream import STREAMS, Loaded
from tests.golden.example import LIP
from tests.golden.examples import EXAMPLES

assert AREAS  # importing it fills the registry
INDEX = "index.json"
_RECORDED_AT = datetime(2026, 1, 2, 15, 4, 5, tzinfo=UTC)


class Kept(msgspec.Struct, frozen=True):
    """A line of the index. Within a stream, the lines follow the order in which the events are folded."""

    file: str
    stream: str
    sha256: str


class GoldenError(Exception):
    """A golden file is missing, was changed, or no longer loads."""


def of_the_product() -> dict[str, Released]:
    """The released events, without those that a test registered in this process."""
    return {name: kind for name, kind in released_events().items() if not name.startswith("test")}


def add_missing(folder: Path) -> list[str]:
    """Write the examples that have no file yet and enter them at the end of the index; returns their names."""
    path = folder / INDEX
    index = msgspec.json.decode(path.read_bytes(), type=list[Kept]) if path.exists() else []
    known = {kept.file for kept in index}
    added = []
    for number, example in enumerate(EXAMPLES, 1):
        if example.name not in known:
            stored = example.stored(number)
            with (folder / example.name).open("xb") as file:  # fails if it exists
                file.write(stored)
            digest = hashlib.sha256(stored).hexdigest()
            index.append(Kept(file=example.name, stream=example.stream.name, sha256=digest))
            added.append(example.name)
    if added:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(index), indent=1) + b"\n")
    return added


def load(folder: Path) -> list[tuple[Kept, bytes]]:
    """The files in the order of the index.

    Raises:
        GoldenError: one is missing or changed, lies there unlisted, or an event of this program has none.
    """
    index = msgspec.json.decode((folder / INDEX).read_bytes(), type=list[Kept])
    listed = {kept.file for kept in index}
    present = {path.name for path in folder.iterdir()} - {INDEX}
    wanted = {f"{name}.v{released.cls.SCHEMA}.json" for name, released in of_the_product().items()}
    for problem, names in (
        ("missing from the folder", listed - present),
        ("not in the index", present - listed),
        ("released and never kept; run python -m tests.golden", wanted - listed),
    ):
        if names:
            raise GoldenError(f"{problem}: {', '.join(sorted(names))}")
    contents = [(kept, (folder / kept.file).read_bytes()) for kept in index]
    for kept, stored in contents:
        if hashlib.sha256(stored).hexdigest() != kept.sha256:
            raise GoldenError(f"changed after its release: {kept.file}. Restore it and make a new schema instead")
    return contents


def fold_all(contents: list[tuple[Kept, bytes]]) -> dict[str, Loaded[Any]]:
    """What each kind of stream becomes of its golden events.

    Raises:
        GoldenError: one of the present schema does not encode to the bytes that it was read from.
    """
    folded: dict[str, Loaded[Any]] = {}
    for position, (kept, stored) in enumerate(contents, 1):
        envelope, payload = decode(stored)
        if envelope.schema == payload.SCHEMA:
            again = encode_envelope(msgspec.structs.replace(envelope, data=encode(payload)))
            if again != stored:
                raise GoldenError(f"{kept.file} is written differently now: {again.decode()}")
        stream = STREAMS[kept.stream]
        before = folded.get(kept.stream)
        recorded = Recorded(
            payload=payload,
            envelope=envelope,
            tenant_id=TenantId(LIP),
            originator_id=LIP,
            originator_version=(before.version if before else 0) + 1,
            position=position,
            recorded_at=_RECORDED_AT,
        )
        folded[kept.stream] = stream.fold(before, [recorded])
    return folded
