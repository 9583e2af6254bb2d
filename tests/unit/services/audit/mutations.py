"""Ways to forge a pack. Each changes something; whoever does it knows how packs are made.

The plain ones change the archive's bytes. The others work inside and then write the manifest anew: only what is
signed, or follows from it, can tell.
"""

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import msgspec

from domain.ports import Row
from infra.log.leaf import leaf_preimage
from infra.log.merkle import TILE_WIDTH
from infra.log.proofs.entries import bundle, entries_path
from infra.log.proofs.note import SigningKey
from services.audit import verify
from services.audit.pack import archive, with_manifest
from tests.unit.services.audit.packs import Packed, packed, signed


@dataclass(frozen=True)
class Forged:
    """A forged archive, and the checkpoints that its reader had kept."""

    data: bytes
    seen: tuple[str, ...] = ()


def flipped(data: bytes, random: Random, *, first: int = 0) -> bytes:
    place = random.randrange(first, len(data))
    return data[:place] + bytes([data[place] ^ 1 << random.randrange(8)]) + data[place + 1 :]


def resealed(pack: Packed, members: dict[str, bytes], **changes: Any) -> Forged:
    """The members under a manifest that fits them."""
    manifest = {name: value for name, value in pack.manifest.items() if name not in ("files", "self")} | changes
    listed = [name for name in members if not name.startswith(("tile/", "payload/", "manifest"))]
    contents = {name: value for name, value in members.items() if name != "manifest.json"}
    return Forged(b"".join(archive(with_manifest(contents, manifest, listed))))


def rewritten(pack: Packed, rows: list[Row]) -> Forged:
    """Other events under the old checkpoint, with everything that is not signed made to fit: positions, versions,
    bundles, counts, plans.
    """
    versions: dict[Any, int] = {}
    fitted = []
    for position, row in enumerate(rows, 1):
        versions[row.stream_id] = versions.get(row.stream_id, 0) + 1
        fitted.append(
            Row(
                row.tenant_id,
                position,
                row.stream_id,
                versions[row.stream_id],
                row.type,
                row.recorded_at,
                row.state,
            )
        )
    assert fitted != list(pack.rows), "nothing was forged"
    try:
        own = packed(fitted, effective=pack.facts.effective, key=SigningKey(pack.facts.key.name, bytes(32)))
    except (KeyError, TypeError):  # no plan follows from these events
        own = packed(
            [row for row in fitted if not row.type.startswith("plan.")] or fitted[:1],
            key=SigningKey(pack.facts.key.name, bytes(32)),
        )
    members = {name: value for name, value in own.members.items() if not name.startswith("older/")}
    members |= {name: value for name, value in pack.members.items() if name.startswith("older/")}
    members["checkpoint"] = pack.members["checkpoint"]
    manifest = own.manifest | {name: pack.manifest[name] for name in ("vkey", "size", "older")}
    kept = {name: value for name, value in manifest.items() if name not in ("files", "self")}
    listed = [name for name in members if not name.startswith(("tile/", "payload/", "manifest"))]
    contents = {name: value for name, value in members.items() if name != "manifest.json"}
    return Forged(b"".join(archive(with_manifest(contents, kept, listed))))


# --- The archive's bytes


def a_bit(pack: Packed, other: Packed, random: Random) -> Forged:  # noqa: ARG001 - all have one form
    return Forged(flipped(pack.data, random))


def a_cut(pack: Packed, other: Packed, random: Random) -> Forged:  # noqa: ARG001
    data = pack.data
    start = random.randrange(len(data))
    return Forged(
        data[:start] + data[random.choice([len(data), min(len(data), start + random.randint(1, 400))]) :]
    )


def something_added(pack: Packed, other: Packed, random: Random) -> Forged:  # noqa: ARG001
    data, place = pack.data, random.randrange(len(pack.data) + 1)
    return Forged(data[:place] + random.randbytes(random.randint(1, 40)) + data[place:])


def members_in_another_order(pack: Packed, other: Packed, random: Random) -> Forged:  # noqa: ARG001
    """A ZIP that any reader takes, with two members exchanged."""
    names = sorted(pack.members)
    one, two = random.sample(range(len(names)), 2)
    names[one], names[two] = names[two], names[one]
    parts, central, at = [], [], 0
    for name in names:
        content, raw = pack.members[name], name.encode()
        crc = zlib.crc32(content)
        parts += [verify.local_header(raw, crc, len(content)), content]
        central.append(verify.central_header(raw, crc, len(content), at))
        at += len(parts[-2]) + len(content)
    directory = b"".join(central)
    end = verify.END.pack(b"PK\5\6", 0, 0, len(central), len(central), len(directory), at, 0)
    return Forged(b"".join([*parts, directory, end]))


# --- Inside, with a manifest that fits


def a_bit_of_a_member(pack: Packed, other: Packed, random: Random) -> Forged:  # noqa: ARG001
    """Of what is signed or follows from it: entries, payloads, checkpoints, plans."""
    names = [
        name for name in pack.members if name.startswith(("tile/", "payload/", "checkpoint", "older/", "plans/"))
    ]
    name = random.choice(names)
    return resealed(pack, pack.members | {name: flipped(pack.members[name], random)})


def a_row_removed(pack: Packed, other: Packed, random: Random) -> Forged:  # noqa: ARG001
    rows = list(pack.rows)
    del rows[random.randrange(len(rows))]
    return rewritten(pack, rows)


def a_row_repeated(pack: Packed, other: Packed, random: Random) -> Forged:  # noqa: ARG001
    rows = list(pack.rows)
    rows.insert(random.randrange(len(rows)), random.choice(rows))
    return rewritten(pack, rows)


def a_row_changed(pack: Packed, other: Packed, random: Random) -> Forged:  # noqa: ARG001
    """An event says another day, or another actor did it; all hashes below the root are made to fit."""
    rows, place = list(pack.rows), random.randrange(len(pack.rows))
    row = rows[place]
    changes = {
        b'"effective_on":"20': b'"effective_on":"19',
        b'"role":"coordinator"': b'"role":"chair"',
        b'"lang":"fr"': b'"lang":"en"',
    }
    old = random.choice([said for said in changes if said in row.state])
    rows[place] = msgspec.structs.replace(row, state=row.state.replace(old, changes[old]))
    return rewritten(pack, rows)


def rows_in_another_order(pack: Packed, other: Packed, random: Random) -> Forged:  # noqa: ARG001
    rows = list(pack.rows)
    one, two = random.sample(range(len(rows)), 2)
    rows[one], rows[two] = rows[two], rows[one]
    return rewritten(pack, rows)


def payloads_exchanged(pack: Packed, other: Packed, random: Random) -> Forged:  # noqa: ARG001
    """Two events swap what they say and keep their headers."""
    states = [row.state for row in pack.rows]
    one, two = random.sample(range(len(states)), 2)
    states[one], states[two] = states[two], states[one]
    members = dict(pack.members)
    for first in range(0, len(states), TILE_WIDTH):
        part = states[first : first + TILE_WIDTH]
        path = entries_path(first // TILE_WIDTH, len(part)).replace("tile/entries/", "payload/", 1)
        members[path] = b"".join(len(state).to_bytes(4) + state for state in part)
    return resealed(pack, members)


def a_row_of_another_body(pack: Packed, other: Packed, random: Random) -> Forged:
    rows, place = list(pack.rows), random.randrange(len(pack.rows))
    stranger = random.choice(list(other.rows))
    rows[place] = msgspec.structs.replace(stranger, tenant_id=random.choice([pack, other]).rows[0].tenant_id)
    members = dict(pack.members)
    first = place // TILE_WIDTH * TILE_WIDTH
    part = rows[first : first + TILE_WIDTH]
    path = entries_path(first // TILE_WIDTH, len(part))
    members[path] = bundle(leaf_preimage(row) for row in part)
    members[path.replace("tile/entries/", "payload/", 1)] = b"".join(
        len(row.state).to_bytes(4) + row.state for row in part
    )
    return resealed(pack, members)


def members_of_another_body(pack: Packed, other: Packed, random: Random) -> Forged:
    """Some members exchanged for those of a look-alike neighbour, the manifest made to fit."""
    whole = random.choice(
        [("checkpoint",), ("tile/", "payload/"), ("plans/",), ("checkpoint", "tile/", "payload/")]
    )
    members = {name: value for name, value in pack.members.items() if not name.startswith(whole)}
    members |= {name: value for name, value in other.members.items() if name.startswith(whole)}
    return resealed(pack, members, size=other.manifest["size"] if "checkpoint" in whole else pack.manifest["size"])


def a_plan_changed(pack: Packed, other: Packed, random: Random) -> Forged:  # noqa: ARG001
    """The rendered plan says something else than its events."""
    name = random.choice([name for name in pack.members if name.startswith("plans/")])
    plan = json.loads(pack.members[name])
    change = random.choice(["title", "revision", "status", "element", "gone"])
    if change == "title":
        plan["title"]["fr"] = "Un autre titre"
    elif change == "revision" or (change == "element" and not plan["elements"]):
        plan["revision"] += 1
    elif change == "status":
        plan["status"] = "open" if plan["status"] == "closed" else "closed"
    elif change == "element":
        random.choice(plan["elements"])["wording"]["fr"] = "Une autre formulation"
    members = dict(pack.members)
    if change == "gone":
        del members[name]
    else:
        members[name] = verify.canonical(plan)
    return resealed(pack, members)


def rolled_back(pack: Packed, other: Packed, random: Random) -> Forged:  # noqa: ARG001
    """A sound pack of an earlier day, shown to somebody who kept a later checkpoint."""
    size = random.randint(1, len(pack.rows) - 1)
    earlier = packed(pack.rows, size=size, effective=pack.facts.effective)
    return Forged(earlier.data, seen=(pack.members["checkpoint"].decode(),))


def another_history(pack: Packed, other: Packed, random: Random) -> Forged:  # noqa: ARG001
    """The log's own key signs a second history, shown to somebody who kept a checkpoint of the first."""
    rows = [*pack.rows]
    place = random.randrange(len(rows))
    rows[place] = msgspec.structs.replace(rows[place], state=rows[place].state.replace(b'"v":1', b'"v":1') + b" ")
    forged = packed(rows, effective=pack.facts.effective)
    size = random.randint(place + 1, len(rows))
    kept = signed(pack.rows, size, SigningKey(pack.facts.key.name, bytes(range(32))))
    return Forged(forged.data, seen=(str(kept),))


def another_key(pack: Packed, other: Packed, random: Random) -> Forged:  # noqa: ARG001
    """Everything sound, and signed by somebody else."""
    forger = SigningKey(pack.facts.key.name, random.randbytes(32))
    return Forged(packed(pack.rows, effective=pack.facts.effective, key=forger).data)


Mutation = Callable[[Packed, Packed, Random], Forged]
MUTATIONS: dict[str, Mutation] = {
    function.__name__: function
    for function in (
        a_bit,
        a_cut,
        something_added,
        members_in_another_order,
        a_bit_of_a_member,
        a_row_removed,
        a_row_repeated,
        a_row_changed,
        rows_in_another_order,
        payloads_exchanged,
        a_row_of_another_body,
        members_of_another_body,
        a_plan_changed,
        rolled_back,
        another_history,
        another_key,
    )
}
