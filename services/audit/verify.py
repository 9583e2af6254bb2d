"""Check an audit pack of Entente.

    python3 verify.py PACK.zip --vkey KEY [--seen CHECKPOINT]… [--json]

Needs Python 3.9 or newer and nothing else: no network, no database, no part of Entente. It checks the form of the
archive, the signature of the checkpoint, every event down to its leaf, versions, the clock, and the root at every
older checkpoint; it folds the plans again from their events and compares them with those that were rendered.

Exit codes: 0 sound, 1 not sound, 2 not understood.
"""

from __future__ import annotations

import argparse
import base64
import gc
import hashlib
import json
import mmap
import struct
import sys
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

FORMAT = "entente.audit-pack.v1"
LABEL = b"entente.event.v1\x00"
ENTRY = struct.Struct(">H33sq16siqI")
"""The length of a leaf's preimage and its beginning: label and body, leaf index, stream, version, recorded at, the
length of the type. The type and the hash of the payload follow."""
SIZE = struct.Struct(">I")
BEFORE_TYPE = ENTRY.size - 2
AROUND_TYPE = BEFORE_TYPE + 32
CIPHERTEXT = b'"ciphertext":"'
WITHHELD = 0xFFFFFFFF
BUNDLE = 256
TEXTS = ("README.txt", "dictionary.json", "verify.html", "verify.py")
sha256 = hashlib.sha256

Point = tuple[int, int, int, int]
Key = tuple[str, bytes, int, bytes]
Signed = tuple[str, int, bytes, list[str]]
Files = dict[str, memoryview]
PlanEvent = tuple[int, int, Any]
Draft = dict[str, tuple[str, dict[str, Any]]]
Said = dict[str, tuple[str, dict[str, Any], int]]


class Unsound(Exception):  # noqa: N818 - the verdict, not a mishap
    """The pack is not what was signed; `code` says in what, `at` where."""

    def __init__(self, code: str, at: object = "") -> None:
        super().__init__(code, at)
        self.code, self.at = code, str(at)


# --- Ed25519 (RFC 8032), verification alone

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def _x_of(y: int, sign: int) -> int | None:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def _point(data: bytes) -> Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    x = _x_of(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def _add(p: Point, q: Point) -> Point:
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, p: Point) -> Point:
    q = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            q = _add(q, p)
        p = _add(p, p)
        scalar >>= 1
    return q


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = _x_of(BASE_Y, 0) or 0
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def ed25519(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature is of this key over the message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = _point(public), _point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = _times(s, BASE), _add(r, _times(h, a))
    return not (left[0] * right[2] - right[0] * left[2]) % P and not (left[1] * right[2] - right[1] * left[2]) % P


# --- Notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature)


def strict_base64(text: str, code: str) -> bytes:
    """The bytes of base64 in its one canonical spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Unsound(code) from None
    if base64.b64encode(data).decode() != text:
        raise Unsound(code)
    return data


def key_of(vkey: str) -> Key:
    """Name, id, kind and public key of a verifier key such as name+id+base64."""
    parts = vkey.split("+", 2)
    if len(parts) != 3:
        raise Unsound("key", vkey)
    material = strict_base64(parts[2], "key")
    key_id = sha256(parts[0].encode() + b"\n" + material).digest()[:4]
    if len(material) != 33 or material[0] not in (1, 4) or key_id.hex() != parts[1]:
        raise Unsound("key", parts[0])
    return parts[0], key_id, material[0], material[1:]


def checkpoint_of(note: str, keys: Iterable[Key], code: str) -> Signed:
    """Origin, size, root and the names of the signers of a note, every one of which must be known."""
    text, gap, below = note.rpartition("\n\n")
    lines = (text + "\n").split("\n")
    if not gap or not below.endswith("\n") or len(lines) != 4 or lines[3]:
        raise Unsound(code)
    known = {(name, key_id): (kind, public) for name, key_id, kind, public in keys}
    signers = []
    for line in below[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, value = rest.partition(" ")
        signature = strict_base64(value, code)
        if dash != "\u2014" or (name, signature[:4]) not in known:
            raise Unsound(code, name)
        kind, public = known[name, signature[:4]]
        message, signature = (text + "\n").encode(), signature[4:]
        if kind == 4:
            seconds = int.from_bytes(signature[:8], "big")
            message, signature = f"cosignature/v1\ntime {seconds}\n{text}\n".encode(), signature[8:]
        if not ed25519(public, signature, message):
            raise Unsound("signature", name)
        signers.append(name)
    origin, size, root = lines[0], lines[1], strict_base64(lines[2], code)
    if not (size.isascii() and size.isdigit() and str(int(size)) == size and len(root) == 32):
        raise Unsound(code)
    return origin, int(size), root, signers


# --- The archive: a ZIP in one canonical spelling, so that no byte of it is free

LOCAL = struct.Struct("<4s5HIIIHH")
CENTRAL = struct.Struct("<4s6HIII5HII")
END = struct.Struct("<4s4HIIH")


def local_header(name: bytes, crc: int, size: int) -> bytes:
    """The bytes before a member's content."""
    return LOCAL.pack(b"PK\3\4", 20, 0x800, 0, 0, 0x21, crc, size, size, len(name), 0) + name


def central_header(name: bytes, crc: int, size: int, offset: int) -> bytes:
    """A member's line in the directory at the end."""
    return (
        CENTRAL.pack(b"PK\1\2", 20, 20, 0x800, 0, 0, 0x21, crc, size, size, len(name), 0, 0, 0, 0, 0, offset)
        + name
    )


def members(data: Any) -> Files:
    """The members of the archive by name, in its order; nothing of them is copied."""
    found: Files = {}
    view = memoryview(data)
    central: list[bytes] = []
    at, last = 0, ""
    while data[at : at + 4] == b"PK\3\4":
        if at + LOCAL.size > len(data):
            raise Unsound("archive", at)
        fields = LOCAL.unpack_from(data, at)
        crc, size, length = fields[6], fields[7], fields[9]
        start = at + LOCAL.size + length
        raw = bytes(data[at + LOCAL.size : start])
        content = view[start : start + size]
        try:
            name = raw.decode()
        except UnicodeDecodeError:
            raise Unsound("archive", at) from None
        if len(content) != size or data[at:start] != local_header(raw, crc, size) or name <= last:
            raise Unsound("archive", at)
        if zlib.crc32(content) != crc:
            raise Unsound("archive", name)
        found[name] = content
        central.append(central_header(raw, crc, size, at))
        at, last = start + size, name
    directory = b"".join(central)
    end = END.pack(b"PK\5\6", 0, 0, len(central), len(central), len(directory), at, 0)
    if data[at:] != directory + end:
        raise Unsound("archive", at)
    return found


def canonical(value: Any) -> bytes:
    """JSON in the one spelling that packs use."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def read_json(files: Files, name: str) -> Any:
    """A member as JSON; it must be spelt canonically."""
    if name not in files:
        raise Unsound("file", name)
    try:
        value = json.loads(bytes(files[name]).decode())
    except ValueError:
        raise Unsound("file", name) from None
    if canonical(value) != bytes(files[name]):
        raise Unsound("file", name)
    return value


def tile_path(index: int, width: int) -> str:
    """The name of a bundle below tile/entries/ and payload/."""
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    return "/".join(groups) + ("" if width == BUNDLE else f".p/{width}")


# --- The log


def node(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node (RFC 9162, 2.1.1)."""
    return sha256(b"\1" + left + right).digest()


def root_of(frontier: list[bytes]) -> bytes:
    """The root of the tree that a compact range stands for."""
    root = frontier[-1]
    for left in reversed(frontier[:-1]):
        root = node(left, root)
    return root


class Log:
    """Goes over the bundles once, and keeps what the folds of the plans need."""

    def __init__(
        self,
        files: Files,
        tenant: bytes,
        size: int,
        wanted: dict[int, bytes],
        fold: bool,  # noqa: FBT001 - the command line's own switch
    ) -> None:
        self.files, self.size, self.wanted = files, size, wanted
        self.fold = fold
        self.mark = LABEL + tenant
        self.kinds: dict[bytes, tuple[bytes, bool]] = {}
        self.frontier: list[bytes] = []
        self.versions: dict[bytes, int] = {}
        self.withheld: list[int] = []
        self.sealed: list[list[Any]] = []
        self.clock = self.events = 0
        self.plans: dict[bytes, list[PlanEvent]] = {}
        """Of each plan, its events as (position, version, envelope or None if withheld)."""

    def run(self) -> bytes:
        """Check every event; gives the root over all of them."""
        for index in range((self.size + BUNDLE - 1) // BUNDLE):
            width = min(BUNDLE, self.size - index * BUNDLE)
            path = tile_path(index, width)
            for folder in ("tile/entries/", "payload/"):
                if folder + path not in self.files:
                    raise Unsound("file", folder + path)
            entries, payloads = bytes(self.files["tile/entries/" + path]), bytes(self.files["payload/" + path])
            self.add(self.bundle(entries, payloads, width))
        return root_of(self.frontier)

    def bundle(  # noqa: C901 - a call per event would cost more than some of the checks
        self, entries: bytes, payloads: bytes, width: int
    ) -> list[bytes]:
        """The leaf hashes of one bundle, each with its payload looked at."""
        leaves: list[bytes] = []
        at = paid = 0
        unpack, unpack_size = ENTRY.unpack_from, SIZE.unpack_from
        mark, kinds, versions, clock = self.mark, self.kinds, self.versions, self.clock
        sealed = CIPHERTEXT in payloads  # few bundles have any, so their payloads need not be searched one by one
        for position in range(self.events + 1, self.events + width + 1):
            try:
                size, label, index, stream, version, recorded, length = unpack(entries, at)
            except struct.error:
                raise Unsound("entry", position) from None
            begin, at = at + 2, at + 2 + size
            entry = entries[begin:at]
            if label != mark or index != position - 1 or not size == len(entry) == AROUND_TYPE + length:
                raise Unsound("entry", position)
            if versions.get(stream, 0) + 1 != version:
                raise Unsound("version", position)
            if recorded < clock:
                raise Unsound("clock", position)
            versions[stream], clock = version, recorded
            leaves.append(sha256(b"\0" + entry).digest())
            kind = entry[BEFORE_TYPE:-32]
            try:
                (size,) = unpack_size(payloads, paid)
            except struct.error:
                raise Unsound("payload", position) from None
            paid += 4
            if size == WITHHELD:
                self.withhold(position, stream, version, kind)
                continue
            payload = payloads[paid : paid + size]
            paid += size
            if paid > len(payloads) or not entry.endswith(sha256(payload).digest()):
                raise Unsound("payload", position)
            begins, of_plan = kinds.get(kind) or self.meet(kind)
            if not payload.startswith(begins):
                raise Unsound("envelope", position)
            if of_plan or (sealed and CIPHERTEXT in payload):
                self.read(position, stream, version, payload, of_plan)
        if at != len(entries) or paid != len(payloads):
            raise Unsound("entry", self.events + width)
        self.clock, self.events = clock, self.events + width
        return leaves

    def meet(self, kind: bytes) -> tuple[bytes, bool]:
        """How the payloads of a type begin, and whether they are wanted for the plans."""
        self.kinds[kind] = known = b'{"v":1,"type":"' + kind + b'",', self.fold and kind.startswith(b"plan.")
        return known

    def withhold(self, position: int, stream: bytes, version: int, kind: bytes) -> None:
        """Note an event whose payload is not there."""
        self.withheld.append(position)
        if self.meet(kind)[1]:
            self.plans.setdefault(stream, []).append((position, version, None))

    def read(
        self,
        position: int,
        stream: bytes,
        version: int,
        payload: bytes,
        of_plan: bool,  # noqa: FBT001 - of one
    ) -> None:
        """Read a payload for its sealed texts and its plan."""
        try:
            envelope = json.loads(payload.decode())
        except ValueError:
            raise Unsound("envelope", position) from None
        if of_plan:
            self.plans.setdefault(stream, []).append((position, version, envelope))
        if CIPHERTEXT in payload:
            keys = sorted(found["key_id"] for found in dicts(envelope["data"]) if "ciphertext" in found)
            self.sealed += [[position, key] for key in keys]

    def add(self, leaves: list[bytes]) -> None:
        """Grow the tree; look at its root wherever an older checkpoint says what it was."""
        first = self.events - len(leaves)
        within = [size for size in self.wanted if first < size <= self.events]
        if len(leaves) == BUNDLE and not within:
            level = b"".join(leaves)
            while len(level) > 32:
                pairs = range(0, len(level), 64)
                level = b"".join([sha256(b"\1" + level[at : at + 64]).digest() for at in pairs])
            self.push(level, first >> 8)
            return
        for number, leaf in enumerate(leaves):
            self.push(leaf, first + number)
            root = self.wanted.get(first + number + 1)
            if root is not None and root != root_of(self.frontier):
                raise Unsound("older", first + number + 1)

    def push(self, value: bytes, index: int) -> None:
        """Add the root of a perfect subtree, the index-th of its size."""
        while index & 1:
            value = sha256(b"\1" + self.frontier.pop() + value).digest()
            index >>= 1
        self.frontier.append(value)


def dicts(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object in a value, itself included."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from dicts(part)


# --- The plans, folded again


def rendered(plan_id: str, events: list[PlanEvent], effective: str, position: int) -> dict[str, Any] | None:
    """A plan as of a day and a position, from its events alone; None if it had not begun.

    What holds of a fact is what the latest (effective day, position) says. A revision says what the draft said at
    its position; an element bears the number of the revision that gave it its form.
    """
    known = [
        (envelope["effective_on"], at, version, envelope["type"], envelope["data"], envelope)
        for at, version, envelope in events
        if at <= position and envelope["effective_on"] <= effective
    ]
    drafted = next((data for _, _, _, kind, data, _ in known if kind == "plan.Drafted"), None)
    if drafted is None:
        return None
    titles = [
        (on, at, data["title"]) for on, at, _, kind, data, _ in known if kind in ("plan.Drafted", "plan.Retitled")
    ]
    touching = ("plan.Drafted", "plan.Retitled", "plan.Closed", "plan.RevisionAdopted")
    adopted = [(data["number"], at) for _, at, _, kind, data, _ in known if kind == "plan.RevisionAdopted"]
    number, upto = max(adopted, default=(0, 0))
    in_force = next((e for at, _, e in events if at == upto), None) if number else None
    return {
        "plan_id": plan_id,
        "as_of": {"effective": effective, "position": position},
        "kind": drafted["kind"],
        "title": text(max(titles, key=lambda title: title[:2])[2]),
        "period": drafted["period"],
        "agreement_id": drafted["agreement_id"],
        "status": "closed" if any(kind == "plan.Closed" for _, _, _, kind, _, _ in known) else "open",
        "sample": any(e.get("sample", False) for _, _, _, kind, _, e in known if kind in touching),
        "revision": number,
        "adopted_on": in_force["effective_on"] if in_force else None,
        "adopted_position": upto if number else None,
        "authority": in_force["authority"] if in_force else None,
        "elements": revision(events, upto) if number else [],
    }


def revision(events: list[PlanEvent], upto: int) -> list[dict[str, Any]]:
    """The elements of the revision adopted at a position, in the order of the cascade."""
    draft: Draft = {}
    said: Said = {}
    touched: set[str] = set()
    """What may differ from the last revision."""
    for at, version, envelope in events:
        if at > upto:
            break
        kind, data = envelope["type"], envelope["data"]
        if kind == "plan.ElementAdded":
            above = draft[data["parent_id"]][0] + "/" if data["parent_id"] else ""
            path = f"{above}{data['rank']:07d}.{version:07d}"
            draft[data["element_id"]] = (path, element(data, bool(envelope.get("sample", False))))
            touched.add(data["element_id"])
        elif kind == "plan.ElementReworded":
            path, row = draft[data["element_id"]]
            draft[data["element_id"]] = (path, dict(row, wording=text(data["wording"])))
            touched.add(data["element_id"])
        elif kind == "plan.ElementWithdrawn":
            for gone in below(draft, data["element_id"]):
                del draft[gone]
                touched.add(gone)
        elif kind == "plan.RevisionAdopted":
            adopt(draft, said, touched, data["number"])
            touched.clear()
    return [dict(row, revision=number) for _, row, number in sorted(said.values(), key=lambda one: one[0])]


def adopt(draft: Draft, said: Said, touched: set[str], number: int) -> None:
    """Say what the draft says; what it says as before keeps the number of the revision that gave it its form."""
    for key in touched:
        if key not in draft:
            said.pop(key, None)
        elif key not in said or said[key][:2] != draft[key]:
            said[key] = (*draft[key], number)


def below(draft: Draft, element_id: str) -> set[str]:
    """An element and all that stand under it."""
    gone, grew = {element_id}, True
    while grew:
        more = {key for key, (_, row) in draft.items() if row["parent_id"] in gone} - gone
        gone, grew = gone | more, bool(more)
    return gone


def element(data: dict[str, Any], sample: bool) -> dict[str, Any]:  # noqa: FBT001 - of two
    """An element as it is rendered, without its revision."""
    place = data["territory"]
    name = (place or {}).get("name") or {}
    row = {key: data[key] for key in ("element_id", "level", "parent_id", "number", "indicator_kind", "rank")}
    row["wording"], row["copied_from"], row["sample"] = text(data["wording"]), data["copied_from"], sample
    row["territory"] = place and {
        "scheme": place["scheme"],
        "code": place["code"],
        "name_en": name.get("en"),
        "name_fr": name.get("fr"),
    }
    return row


def text(value: dict[str, Any]) -> dict[str, Any]:
    """A text in two languages with all its members."""
    return {
        "en": value.get("en"),
        "fr": value.get("fr"),
        "source": value["source"],
        "unofficial": value.get("unofficial", []),
    }


def dashed(raw: bytes) -> str:
    """A UUID as text."""
    digits = raw.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


# --- All of it


def check(
    data: Any,
    vkey: str | None = None,
    seen: Iterable[str] = (),
    replay: bool = True,  # noqa: FBT001, FBT002 - the command line's own switch
) -> dict[str, Any]:
    """The verdict on a pack, as a dictionary. Raises Unsound.

    Args:
        data: the bytes of the archive.
        vkey: the log's public key as it was handed to you; without it, the pack's own is used, which proves
            nothing about who signed.
        seen: notes of checkpoints that you kept.
        replay: whether to fold the plans.
    """
    files = members(data)
    manifest = read_json(files, "manifest.json")
    collects = gc.isenabled()
    gc.disable()  # events that are read for their plans stay to the end: nothing to collect, and much to walk over
    try:
        return _check(files, manifest, vkey, seen, replay)
    except (KeyError, TypeError, IndexError, AttributeError, RecursionError, OverflowError) as error:
        raise Unsound("manifest", type(error).__name__) from None
    finally:
        if collects:
            gc.enable()


def _check(
    files: Files,
    manifest: Any,
    vkey: str | None,
    seen: Iterable[str],
    replay: bool,  # noqa: FBT001
) -> dict[str, Any]:
    unsigned = {key: value for key, value in manifest.items() if key != "self"}
    if manifest["format"] != FORMAT or sha256(canonical(unsigned)).hexdigest() != manifest["self"]:
        raise Unsound("manifest")
    for name, digest in manifest["files"].items():
        if name not in files or sha256(files[name]).hexdigest() != digest:
            raise Unsound("file", name)
    log_key = key_of(vkey or manifest["vkey"])
    if vkey and vkey != manifest["vkey"]:
        raise Unsound("key", manifest["vkey"])
    keys = [log_key, *(key_of(witness) for witness in manifest["witnesses"])]
    note = bytes(files["checkpoint"]).decode("utf-8", "replace")
    origin, size, root, signers = checkpoint_of(note, keys, "checkpoint")
    if origin != log_key[0] or origin != manifest["origin"] or size != manifest["size"] or origin not in signers:
        raise Unsound("checkpoint")
    if manifest["body"] not in origin.split("/"):
        raise Unsound("checkpoint", manifest["body"])
    wanted = _older(files, manifest, seen, keys, (origin, size, root, signers))
    log = Log(files, bytes.fromhex(manifest["body"].replace("-", "")), size, wanted, replay)
    if log.run() != root:
        raise Unsound("root")
    _check_names(files, manifest, size)
    _check_counts(files, manifest, log)
    plans, skipped = _check_plans(files, manifest, log) if replay else ([], [])
    return {
        "sound": True,
        "origin": origin,
        "size": size,
        "root": root.hex(),
        "streams": len(log.versions),
        "withheld": len(log.withheld),
        "sealed": len(log.sealed),
        "erased": manifest["counts"]["erased"],
        "older": len(wanted),
        "as_of": manifest["as_of"],
        "plans": len(plans),
        "plans_not_folded": skipped,
        "cosigned_by": sorted(name for name in signers if name != origin),
        "key_was_given": vkey is not None,
        "pack": manifest["self"],
    }


def _older(files: Files, manifest: Any, seen: Iterable[str], keys: list[Key], newest: Signed) -> dict[int, bytes]:
    """The roots that the log must have passed through, by size."""
    origin, size, root, _ = newest
    wanted: dict[int, bytes] = {}
    kept = [(name, bytes(files[name]).decode("utf-8", "replace")) for name in files if name.startswith("older/")]
    for name, note in [*kept, *(("seen", note) for note in seen)]:
        code = "older" if name != "seen" else "seen"
        other, length, other_root, signers = checkpoint_of(note, keys, code)
        if other != origin or origin not in signers:
            raise Unsound(code, other)
        if length > size:
            raise Unsound("rolled_back", length)
        if wanted.setdefault(length, other_root) != other_root or (length == size and other_root != root):
            raise Unsound("split_view", length)
    if sorted(length for length in wanted if f"older/{length:020d}" in files) != manifest["older"]:
        raise Unsound("older")
    wanted.pop(0, None)
    return wanted


def _check_names(files: Files, manifest: Any, size: int) -> None:
    """Nothing in the archive that is not accounted for."""
    expected = {"manifest.json", *manifest["files"]}
    for index in range((size + BUNDLE - 1) // BUNDLE):
        path = tile_path(index, min(BUNDLE, size - index * BUNDLE))
        expected |= {"tile/entries/" + path, "payload/" + path}
    listed = {"checkpoint", "sealed.json", *TEXTS, *(f"older/{length:020d}" for length in manifest["older"])}
    if set(files) != expected or not listed <= set(manifest["files"]):
        raise Unsound("file", sorted(set(files) ^ expected)[:1])


def _check_counts(files: Files, manifest: Any, log: Log) -> None:
    sealed = read_json(files, "sealed.json")
    counts = {
        "events": log.events,
        "streams": len(log.versions),
        "withheld": len(log.withheld),
        "sealed": len(log.sealed),
        "erased": sum(bool(erased) for _, _, erased in sealed),
    }
    if [one[:2] for one in sealed] != log.sealed or manifest["counts"] != counts:
        raise Unsound("sealed")
    read_json(files, "dictionary.json")


def _check_plans(files: Files, manifest: Any, log: Log) -> tuple[list[str], list[str]]:
    """Fold every plan, and compare it with what was rendered; those with withheld events cannot be."""
    effective, position = manifest["as_of"]["effective"], manifest["as_of"]["position"]
    if not 0 <= position <= log.size:
        raise Unsound("plan", position)
    folded: list[str] = []
    skipped: list[str] = []
    given = {name for name in files if name.startswith("plans/")}
    for stream, events in log.plans.items():
        plan_id = dashed(stream)
        name = "plans/" + plan_id + ".json"
        if any(envelope is None for _, _, envelope in events):
            skipped.append(plan_id)
            given.discard(name)
            continue
        plan = rendered(plan_id, events, effective, position)
        if (plan is not None) != (name in given) or (plan is not None and canonical(plan) != bytes(files[name])):
            raise Unsound("plan", plan_id)
        if plan is not None:
            folded.append(plan_id)
            given.discard(name)
    if given:
        raise Unsound("plan", min(given))
    return folded, sorted(skipped)


def main(arguments: list[str] | None = None) -> int:
    """Check one pack and say what was found; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pack")
    parser.add_argument("--vkey", help="the log's public key, as it was handed to you")
    parser.add_argument("--seen", action="append", default=[], help="a checkpoint that you kept")
    parser.add_argument("--without-plans", action="store_true", help="do not fold the plans")
    parser.add_argument("--json", action="store_true", help="the verdict as JSON")
    given = parser.parse_args(arguments)
    try:
        seen = []
        for name in given.seen:
            with open(name, encoding="utf-8") as file:  # noqa: PTH123 - one file, no imports to spare
                seen.append(file.read())
        with open(given.pack, "rb") as file:  # noqa: PTH123
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"verify: {error}\n")
        return 2
    try:
        verdict = check(data, given.vkey, seen, not given.without_plans)
    except Unsound as found:
        verdict = {"sound": False, "code": found.code, "at": found.at}
    sys.stdout.write(canonical(verdict).decode() if given.json else words(verdict))
    return 0 if verdict["sound"] else 1


def words(verdict: dict[str, Any]) -> str:
    """The verdict for people, in English and French."""
    if not verdict["sound"]:
        return f"NOT SOUND · NON CONFORME: {verdict['code']} {verdict['at']}\n"
    lines = [
        "SOUND · CONFORME",
        "  {origin}",
        "  events · événements: {size}; streams · flux: {streams}; plans folded · plans rejoués: {plans}",
        "  sealed texts · textes scellés: {sealed}; erased · effacés: {erased}; withheld · retenus: {withheld}",
        "  older checkpoints · points de contrôle antérieurs: {older}",
        "  pack · dossier: {pack}",
    ]
    if verdict["plans_not_folded"]:
        lines.append("  not folded, events withheld · non rejoués, événements retenus: {plans_not_folded}")
    if not verdict["key_was_given"]:
        lines.append("  The key came with the pack: give yours with --vkey")
        lines.append("  La clé vient du dossier : donnez la vôtre avec --vkey")
    return "\n".join(lines).format(**verdict) + "\n"


if __name__ == "__main__":
    sys.exit(main())
