"""An audit pack checked offline by verify.py, by SHA-256 of the same bytes."""

import json
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, Final

from benchmarks.harness import Benchmark, Ratio, Side, compare, interleave
from benchmarks.history import History
from benchmarks.instance import Bench, new_id
from domain.ids import TenantId
from domain.ports import Row
from infra.log.leaf import leaf_of
from infra.log.merkle import root_of
from infra.log.proofs.checkpoint import Checkpoint
from infra.log.proofs.note import SigningKey
from services.audit import verify
from services.audit.pack import PackFacts, make_pack

SHA256: Final = "hashlib.sha256 over the same archive, one core"
_NAMES: Final = ("verify.sha256", "verify.sha256.plans")
LAST: Final = "2030-01-01"
_BEGAN: Final = datetime(2012, 4, 1, tzinfo=UTC)


def benchmarks(bench: Bench) -> list[Benchmark]:
    """`verify.sha256`: ratios of times, so smaller is better."""
    return [Benchmark(names=_NAMES, run=partial(_verify, bench))]


async def _verify(bench: Bench, wanted: frozenset[str]) -> list[Ratio]:
    tenant_id = TenantId(new_id())
    rows = list(_rows(tenant_id, bench.events))
    key = SigningKey(f"entente.example/log/{tenant_id}", bytes(32))
    note = Checkpoint(key.name, len(rows), root_of(leaf_of(row) for row in rows)).signed(key)
    facts = PackFacts(
        checkpoint=note, key=key.verifier, effective=LAST, position=len(rows), plans=_plans(rows, LAST)
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pack.zip"
        with path.open("wb") as file:
            for part in make_pack(rows, facts):
                file.write(part)
        size = path.stat().st_size
        rows.clear()

        async def checked(*, plans: bool) -> float:
            began = time.perf_counter()
            with path.open("rb") as file:
                verdict = verify.check(mmap(file.fileno(), 0, access=ACCESS_READ), key.verifier.vkey, (), plans)
            assert verdict["sound"]
            return (time.perf_counter() - began) * 1000

        async def hashed() -> float:
            data = path.read_bytes()
            began = time.perf_counter()
            sha256(data).digest()
            return (time.perf_counter() - began) * 1000

        sides: dict[str, Side] = {
            "verify.sha256": partial(checked, plans=False),
            "verify.sha256.plans": partial(checked, plans=True),
            "hashed": hashed,
        }
        measured = await interleave(sides, bench.rounds)
    about = f"{bench.events} events, {size / 1e6:.0f} MB; every hash, version, clock, signature"
    return [
        compare(
            name,
            measured[name],
            measured["hashed"],
            baseline=SHA256,
            unit="ms",
            note=about + (", plans folded" if name.endswith("plans") else ""),
        )
        for name in _NAMES
        if name in wanted
    ]


def _plans(rows: list[Row], effective: str) -> dict[str, Any]:
    events: dict[str, list[verify.PlanEvent]] = {}
    for row in rows:
        if row.type.startswith("plan."):
            event = (row.position, row.version, json.loads(row.state))
            events.setdefault(str(row.stream_id), []).append(event)
    plans = {plan: verify.rendered(plan, found, effective, len(rows)) for plan, found in events.items()}
    return {plan: found for plan, found in plans.items() if found is not None}


def _rows(tenant_id: TenantId, events: int) -> Iterator[Row]:
    position = 0
    for entry in History(tenant_id, seed=5).entries(events):
        for new in entry.events:
            position += 1
            at = _BEGAN + timedelta(seconds=position)
            yield Row(tenant_id, position, entry.stream_id, new.version, new.type, at, new.state)
