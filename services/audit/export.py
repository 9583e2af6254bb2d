"""Gathering a body's audit pack from its log and its read models."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from domain.ids import TenantId
from domain.ports import Row
from infra.log.proofs.checkpoint import Checkpoint
from infra.log.proofs.note import Note, VerifierKey
from infra.log.proofs.published import published
from projections.query import AsOf
from services.audit import verify
from services.audit.pack import PackFacts
from services.audit.plans import rendered_plans
from services.bootstrap import WriteSide

OLDER_MAX: Final = 200
"""A log that grows for years has many; a pack takes evenly spread ones, the first among them."""
_KEYS: Final = "SELECT key_id FROM pii.keys_by_id($1, $2)"


class NotSignedError(Exception):
    """The log has no checkpoint yet."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything of a pack."""

    rows: list[Row]
    facts: PackFacts


async def gather(
    write: WriteSide,
    tenant_id: TenantId,
    *,
    witnesses: Collection[VerifierKey] = (),
    effective: date,
    recorded: datetime | int | None = None,
    withheld: Collection[int] = (),
) -> Gathered:
    """The events up to the newest checkpoint, and the plans as of a day and a moment or position.

    The read models must have caught up with the log.

    Raises:
        NotSignedError: nothing is signed yet.
    """
    async with published(write.pool, tenant_id) as log:
        newest = await log.newest()
        if newest is None:
            raise NotSignedError("the log is not signed yet: start the signer (entente signer), then ask again")
        note, key = newest
        size = Checkpoint.parse(note.text).size
        rows = await log.rows(0, size)
        older = _spread(await log.older())
    position = _position(rows, recorded)
    keys = key_ids(rows)
    kept = {row["key_id"] for row in await write.pool.fetch(_KEYS, tenant_id, keys)}
    plans = await rendered_plans(write.database, tenant_id, AsOf(on=effective, known=position))
    known = tuple(witness for witness in witnesses if any(s.key_id == witness.key_id for s in note.signatures))
    facts = PackFacts(
        checkpoint=note,
        key=key,
        witnesses=known,
        older=older,
        effective=effective.isoformat(),
        position=position,
        plans=plans,
        erased=frozenset(str(key_id) for key_id in keys if key_id not in kept),
        withheld=frozenset(withheld),
    )
    return Gathered(rows, facts)


def key_ids(rows: Collection[Row]) -> list[UUID]:
    """The keys of all sealed texts, in a stable order."""
    found: set[UUID] = set()
    for row in rows:
        if b'"ciphertext":"' in row.state:
            data: Any = msgspec.json.decode(row.state)["data"]
            found |= {UUID(one["key_id"]) for one in verify.dicts(data) if "ciphertext" in one}
    return sorted(found)


def _position(rows: Collection[Row], recorded: datetime | int | None) -> int:
    if recorded is None:
        return len(rows)
    if isinstance(recorded, int):
        return min(recorded, len(rows))
    return sum(row.recorded_at <= recorded for row in rows)


def _spread(notes: list[Note]) -> list[Note]:
    if len(notes) <= OLDER_MAX:
        return notes
    step = len(notes) / OLDER_MAX
    return [notes[int(number * step)] for number in range(OLDER_MAX)]
