"""Writing an audit pack: the members, the manifest, and the archive in its one spelling."""

import base64
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

import msgspec

from domain.envelope import Envelope
from domain.event import released_events
from domain.ports import Row
from infra.log.leaf import leaf_preimage
from infra.log.merkle import TILE_WIDTH
from infra.log.proofs.checkpoint import Checkpoint
from infra.log.proofs.entries import bundle, entries_path
from infra.log.proofs.note import Note, VerifierKey
from services.audit import verify

MEMBERS_MAX: Final = 2**16 - 1
ARCHIVE_BYTES_MAX: Final = 2**32 - 1
_PAYLOADS: Final = "payload/"
_NO_PAYLOAD: Final = verify.WITHHELD.to_bytes(4)
_SEALED: Final = b'"ciphertext":"'


class PackTooLargeError(Exception):
    """The log does not fit into one archive of this form."""


class PackFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What goes into a pack besides the events."""

    checkpoint: Note
    key: VerifierKey
    witnesses: Sequence[VerifierKey] = ()
    older: Sequence[Note] = ()
    effective: str
    position: int
    plans: Mapping[str, Any]
    """Rendered plans by id."""
    erased: frozenset[str] = frozenset()
    """Ids of keys that are destroyed."""
    withheld: frozenset[int] = frozenset()
    """Positions whose payloads stay away."""


def make_pack(rows: Sequence[Row], facts: PackFacts) -> Iterator[bytes]:
    """The archive in parts.

    Raises:
        PackTooLargeError: more members or bytes than a ZIP without extensions holds.
    """
    return archive(pack_members(rows, facts))


def pack_members(rows: Sequence[Row], facts: PackFacts) -> dict[str, bytes]:
    """Every member by name, with the manifest over them."""
    checkpoint = Checkpoint.parse(facts.checkpoint.text)
    assert len(rows) == checkpoint.size
    sealed = sealed_texts(rows, facts)
    covered: dict[str, bytes] = {}
    for first in range(0, len(rows), TILE_WIDTH):
        part = rows[first : first + TILE_WIDTH]
        path = entries_path(first // TILE_WIDTH, len(part))
        covered[path] = bundle(leaf_preimage(row) for row in part)
        covered[path.replace("tile/entries/", _PAYLOADS, 1)] = b"".join(_payloads(part, facts.withheld))
    known = {key.key_id: key for key in (facts.key, *facts.witnesses)}
    own = facts.checkpoint.text
    note = Note(own, tuple(s for s in facts.checkpoint.signatures if s.key_id in known))
    listed = {
        "README.txt": readme(checkpoint, facts),
        "checkpoint": str(note).encode(),
        "dictionary.json": verify.canonical(dictionary()),
        "sealed.json": verify.canonical(sealed),
        "verify.html": page(),
        "verify.py": _text("verify.py").encode(),
        **{f"older/{size:020d}": str(older).encode() for size, older in _by_size(facts.older, checkpoint.size)},
        **{f"plans/{plan_id}.json": verify.canonical(plan) for plan_id, plan in facts.plans.items()},
    }
    manifest = {
        "format": verify.FORMAT,
        "body": str(rows[0].tenant_id),
        "origin": checkpoint.origin,
        "vkey": facts.key.vkey,
        "witnesses": [key.vkey for key in facts.witnesses],
        "size": checkpoint.size,
        "as_of": {"effective": facts.effective, "position": facts.position},
        "older": [size for size, _ in _by_size(facts.older, checkpoint.size)],
        "counts": {
            "events": len(rows),
            "streams": len({row.stream_id for row in rows}),
            "withheld": len(facts.withheld & {row.position for row in rows}),
            "sealed": len(sealed),
            "erased": sum(erased for _, _, erased in sealed),
        },
    }
    return with_manifest({**covered, **listed}, manifest, listed)


def with_manifest(
    contents: Mapping[str, bytes], manifest: Mapping[str, Any], listed: Iterable[str]
) -> dict[str, bytes]:
    """The members with a manifest that names the digest of each listed one, and its own."""
    whole = {**manifest, "files": {name: sha256(contents[name]).hexdigest() for name in listed}}
    whole["self"] = sha256(verify.canonical(whole)).hexdigest()
    return {**contents, "manifest.json": verify.canonical(whole)}


def archive(contents: Mapping[str, bytes]) -> Iterator[bytes]:
    """A ZIP of the members in the order of their names: stored, undated, without extras."""
    if len(contents) > MEMBERS_MAX or sum(map(len, contents.values())) > ARCHIVE_BYTES_MAX // 2:
        raise PackTooLargeError("the log is too long for one pack; expected at most some eight million events")
    central: list[bytes] = []
    at = 0
    for name in sorted(contents):
        content, raw = contents[name], name.encode()
        crc = zlib.crc32(content)
        header = verify.local_header(raw, crc, len(content))
        central.append(verify.central_header(raw, crc, len(content), at))
        at += len(header) + len(content)
        yield header
        yield content
    directory = b"".join(central)
    yield directory
    yield verify.END.pack(b"PK\5\6", 0, 0, len(central), len(central), len(directory), at, 0)


def sealed_texts(rows: Iterable[Row], facts: PackFacts) -> list[list[Any]]:
    """Position, key id and whether the key is destroyed, of every sealed text that the pack holds."""
    found: list[list[Any]] = []
    for row in rows:
        if _SEALED in row.state and row.position not in facts.withheld:
            data = msgspec.json.decode(row.state)["data"]
            keys = sorted(one["key_id"] for one in verify.dicts(data) if "ciphertext" in one)
            found += [[row.position, key, key in facts.erased] for key in keys]
    return found


def dictionary() -> dict[str, Any]:
    """What every event type and the envelope hold, as JSON Schema; and what the leaf is made of."""
    kinds = {name: kind.cls for name, kind in sorted(released_events().items()) if not name.startswith("test")}
    schemas, components = msgspec.json.schema_components(
        [Envelope, *kinds.values()], ref_template="#/schemas/{name}"
    )
    return {
        "leaf": (
            '"entente.event.v1" NUL | tenant 16 | leaf index int8 | stream 16 | version int4 | recorded_at'
            " int8, in microseconds since 1970 | octets of the type int4 | type, UTF-8 | SHA-256 of"
            " the payload; big-endian"
        ),
        "payload": "the envelope, one JSON object in UTF-8; its member data is of the event's type",
        "envelope": schemas[0],
        "events": {
            name: {"schema": kind.SCHEMA, "lifecycle": kind.LIFECYCLE, "data": schema}
            for (name, kind), schema in zip(kinds.items(), schemas[1:], strict=True)
        },
        "schemas": components,
    }


def page() -> bytes:
    """The verifier as one page that may open no connection: its own style and script, by their digests."""
    style, script = _text("page.css"), _text("verify.js") + _text("page.js")
    parts = {
        "{style_hash}": _digest(style),
        "{script_hash}": _digest(script),
        "{style}": style,
        "{script}": script,
    }
    text = _text("verify.html")
    for mark, part in parts.items():
        text = text.replace(mark, part, 1)
    return text.encode()


def page_policy() -> str:
    """What the page allows itself, as a header says it: its own style and script, by their digests."""
    style, script = _digest(_text("page.css")), _digest(_text("verify.js") + _text("page.js"))
    return f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'"


def readme(checkpoint: Checkpoint, facts: PackFacts) -> bytes:
    """What the pack is and how to check it, in both languages."""
    return (
        _text("readme.txt")
        .format(origin=checkpoint.origin, size=checkpoint.size, effective=facts.effective, position=facts.position)
        .encode()
    )


def _payloads(rows: Iterable[Row], withheld: frozenset[int]) -> Iterator[bytes]:
    for row in rows:
        if row.position in withheld:
            yield _NO_PAYLOAD
        else:
            yield len(row.state).to_bytes(4) + row.state


def _by_size(notes: Iterable[Note], below: int) -> list[tuple[int, Note]]:
    sizes = {Checkpoint.parse(note.text).size: note for note in notes}
    return [(size, sizes[size]) for size in sorted(sizes) if size < below]


def _digest(text: str) -> str:
    return base64.b64encode(sha256(text.encode()).digest()).decode()


def _text(name: str) -> str:
    return (files("services.audit") / name).read_text(encoding="utf-8")
