"""Audit packs made in memory from random logs that keep every rule, and both verifiers to ask about them."""

import json
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import pytest

from domain.ids import TenantId
from domain.plan.events import ConsultationRecorded
from domain.ports import Row
from domain.values import SealedText, fr
from infra.log.leaf import leaf_of
from infra.log.merkle import root_of
from infra.log.proofs.checkpoint import Checkpoint
from infra.log.proofs.note import Note, SigningKey
from services.audit import verify
from services.audit.pack import PackFacts, archive, pack_members
from tests.unit.projections.histories import FIRST_DAY, random_log

SEED = bytes(range(32))
HERE = Path(__file__).parent
Verdict = dict[str, Any]


@dataclass
class Packed:
    """One pack, what it was made of, and the key that its reader has."""

    rows: Sequence[Row]
    facts: PackFacts
    members: dict[str, bytes] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        return b"".join(archive(self.members))

    @property
    def vkey(self) -> str:
        return self.facts.key.vkey

    @property
    def manifest(self) -> dict[str, Any]:
        manifest: dict[str, Any] = json.loads(self.members["manifest.json"])
        return manifest


def key_of(tenant_id: TenantId) -> SigningKey:
    return SigningKey(f"entente.example/log/{tenant_id}", SEED)


def signed(rows: Sequence[Row], size: int, key: SigningKey) -> Note:
    return Checkpoint(key.name, size, root_of(leaf_of(row) for row in rows[:size])).signed(key)


def random_rows(seed: int, commands: int = 60) -> list[Row]:
    """A log of a body of its own, with two sealed texts in one of its plans."""
    random = Random(seed)
    log = random_log(TenantId(UUID(int=random.getrandbits(128), version=4)), seed, commands)
    plans = [row.stream_id for row in log.rows if row.type == "plan.Drafted"]
    for number, stream in enumerate(plans[:2]):
        note = SealedText.sealed(
            UUID(int=1),
            key_id=UUID(int=random.getrandbits(128), version=4),
            nonce=bytes(12),
            ciphertext=random.randbytes(40 + number),
        )
        log.append(stream, ConsultationRecorded(consulted=fr("Table"), note=note), log.at.date())
    return log.rows


def packed(
    rows: Sequence[Row],
    *,
    size: int | None = None,
    older: Iterable[int] = (),
    effective: str | None = None,
    position: int | None = None,
    erased: Iterable[str] = (),
    withheld: Iterable[int] = (),
    key: SigningKey | None = None,
) -> Packed:
    """A pack of the first events of a log. Its plans are what the verifier folds: their other source is the read
    models, and the tests that have a database compare the two.
    """
    rows = rows[:size]
    signer = key or key_of(rows[0].tenant_id)
    on = effective or (FIRST_DAY + timedelta(days=4000)).isoformat()
    upto = len(rows) if position is None else position
    facts = PackFacts(
        checkpoint=signed(rows, len(rows), signer),
        key=signer.verifier,
        older=[signed(rows, one, signer) for one in older],
        effective=on,
        position=upto,
        plans=plans_of(rows, on, upto),
        erased=frozenset(erased),
        withheld=frozenset(withheld),
    )
    return Packed(rows, facts, pack_members(rows, facts))


def plans_of(rows: Sequence[Row], effective: str, position: int) -> dict[str, Any]:
    events: dict[str, list[verify.PlanEvent]] = {}
    for row in rows:
        if row.type.startswith("plan."):
            event = (row.position, row.version, json.loads(row.state))
            events.setdefault(str(row.stream_id), []).append(event)
    plans = {plan: verify.rendered(plan, found, effective, position) for plan, found in events.items()}
    return {plan: found for plan, found in plans.items() if found is not None}


def python_verdict(data: bytes, vkey: str | None, seen: Sequence[str] = ()) -> Verdict:
    """What verify.py says."""
    try:
        return verify.check(data, vkey, seen)
    except verify.Unsound as found:
        return {"sound": False, "code": found.code, "at": found.at}


class JavaScriptVerifier:
    """verify.js in a Node process of its own, asked over pipes. It runs the text of the file as a page does."""

    def __init__(self) -> None:
        if shutil.which("node") is None:
            pytest.fail(
                "needs Node 20 or newer, as the project does: without it nothing holds the two verifiers together"
            )
        self._process = subprocess.Popen(
            ["node", "--no-warnings", str(HERE / "checker.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __call__(self, data: bytes, vkey: str | None, seen: Sequence[str] = ()) -> Verdict:
        options = json.dumps({"vkey": vkey, "seen": list(seen)}).encode()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        for part in (options, data):
            self._process.stdin.write(len(part).to_bytes(4))
            self._process.stdin.write(part)
        self._process.stdin.flush()
        verdict: Verdict = json.loads(self._process.stdout.readline())
        return verdict

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(120)
        self._process.stdout.close()
