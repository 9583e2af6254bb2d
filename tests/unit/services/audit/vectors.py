"""The shared vectors of both verifiers, in tests/golden/audit.

`python -m tests.unit.services.audit.vectors` writes those that are missing, and enters what verify.py says of them
in the index. It never touches one that is there: a pack that was handed out must verify for ever.
"""

import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

import msgspec

from infra.log.proofs.note import COSIGNATURE, Note, SigningKey
from services.audit.export import key_ids
from services.audit.pack import pack_members, with_manifest
from tests.unit.services.audit.mutations import MUTATIONS, Forged
from tests.unit.services.audit.packs import Packed, Verdict, packed, python_verdict, random_rows

FOLDER = Path(__file__).parents[3] / "golden" / "audit"
INDEX = "index.json"
SMALL = {
    "README.txt": b"a vector\n",
    "dictionary.json": b"{}\n",
    "verify.html": b"<!doctype html>\n",
    "verify.py": b"pass\n",
}


class Vector(msgspec.Struct, frozen=True):
    """A pack with what its reader holds, and what every verifier says of it."""

    file: str
    vkey: str | None
    seen: list[str]
    verdict: Verdict


def small(pack: Packed) -> Packed:
    """The pack with stand-ins for the texts, which are long and change."""
    members = {name: value for name, value in pack.members.items() if name != "manifest.json"} | SMALL
    manifest = {name: value for name, value in pack.manifest.items() if name not in ("files", "self")}
    listed = [name for name in members if not name.startswith(("tile/", "payload/"))]
    return Packed(pack.rows, pack.facts, with_manifest(members, manifest, listed))


def cosigned(pack: Packed) -> Packed:
    """The pack under a checkpoint that two witnesses cosigned."""
    keys = [
        SigningKey(name, name.encode().ljust(32, b"."), COSIGNATURE) for name in ("city.example", "funder.example")
    ]
    note = pack.facts.checkpoint
    signatures = [key.cosign(note.text, 1_780_000_000 + number) for number, key in enumerate(keys)]
    facts = msgspec.structs.replace(
        pack.facts,
        checkpoint=Note(note.text, (*note.signatures, *signatures)),
        witnesses=[key.verifier for key in keys],
    )
    return Packed(pack.rows, facts, pack_members(pack.rows, facts))


def vectors() -> Iterator[tuple[str, str | None, Forged]]:
    """Name, key and archive of each."""
    suited = (rows for rows in (random_rows(seed, 30) for seed in count(31)) if len(key_ids(rows)) > 1)
    rows, others = next(suited), next(suited)
    base, other = small(packed(rows, older=[3, 17])), small(packed(others, older=[5]))
    long_log = small(packed(random_rows(33, 520), older=[1, 256, 300]))
    erased = str(key_ids(rows)[0])
    sound = {
        "sound": base,
        "sound-long": long_log,
        "sound-earlier": small(packed(rows, effective="2019-03-01", position=len(rows) - 4)),
        "sound-erased": small(packed(rows, erased=[erased])),
        "sound-withheld": small(packed(rows, withheld=[2, len(rows) - 1])),
        "sound-cosigned": small(cosigned(packed(rows))),
        "sound-one-event": small(packed(rows, size=1)),
    }
    for name, pack in sound.items():
        yield name, pack.vkey, Forged(pack.data)
    yield "sound-by-its-own-key", None, Forged(base.data)
    yield "not-a-pack", base.vkey, Forged(b"PK\x05\x06 and then something else")
    for number, (name, mutation) in enumerate(MUTATIONS.items()):
        yield name.replace("_", "-"), base.vkey, mutation(base, other, Random(number))


def read_index(folder: Path = FOLDER) -> list[Vector]:
    path = folder / INDEX
    return msgspec.json.decode(path.read_bytes(), type=list[Vector]) if path.exists() else []


def add_missing(folder: Path = FOLDER) -> list[str]:
    """Write the vectors that have no file yet; their names."""
    index = read_index(folder)
    known, added = {vector.file for vector in index}, []
    for name, vkey, forged in vectors():
        file = f"{name}.zip"
        if file not in known:
            with (folder / file).open("xb") as out:
                out.write(forged.data)
            index.append(Vector(file, vkey, list(forged.seen), python_verdict(forged.data, vkey, forged.seen)))
            added.append(file)
    if added:
        (folder / INDEX).write_bytes(msgspec.json.format(msgspec.json.encode(index), indent=1) + b"\n")
    return added


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    sys.stdout.write("".join(f"{name}\n" for name in add_missing()))
