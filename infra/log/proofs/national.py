"""The national root: once an hour, one tree over the newest checkpoint of every log."""

import base64
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg

from infra.log.merkle import inclusion_proof, leaf_hash, perfect_root, root_of
from infra.log.proofs.note import Note
from infra.log.proofs.signing import Keys

NAME: Final = "national-root"
_LAST: Final = "SELECT max(at) FROM national.log_root"
_CHECKPOINTS: Final = (
    "SELECT DISTINCT ON (tenant_id) tenant_id, note FROM log.checkpoint ORDER BY tenant_id, epoch DESC, size DESC"
)
_ROOT: Final = "INSERT INTO national.log_root (at, logs, root, note) VALUES ($1, $2, $3, $4)"
_LEAVES: Final = (
    "INSERT INTO log.national_leaf (tenant_id, at, leaf, text, proof)"
    " SELECT tenant, $2, leaf, text, proof FROM unnest($1::uuid[], $3::int[], $4::text[], $5::bytea[])"
    " u(tenant, leaf, text, proof)"
)


def national_text(base: str, at: datetime, logs: int, root: bytes) -> str:
    """What is signed. It has four lines, so that nobody takes it for a checkpoint of a log that only grows."""
    when = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{base}/{NAME}\n{when}\n{logs}\n{base64.b64encode(root).decode()}\n"


async def sign_national_root(connection: "asyncpg.Connection[Any]", keys: Keys, now: datetime) -> str | None:
    """Make the root of this hour, if it is not made yet and there are checkpoints; gives its note.

    The leaves are the texts of the checkpoints in the order of their logs' ids.
    """
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    async with connection.transaction():
        last: datetime | None = await connection.fetchval(_LAST)
        if last is not None and last >= hour:
            return None
        rows = await connection.fetch(_CHECKPOINTS)
        if not rows:
            return None
        texts = [Note.parse(row["note"]).text for row in rows]
        leaves = [leaf_hash(text.encode()) for text in texts]
        root, logs = root_of(leaves), len(leaves)

        def subtree(level: int, index: int) -> bytes:
            return perfect_root(leaves[index << level : (index + 1) << level])

        text = national_text(keys.base, hour, logs, root)
        note = str(Note(text, (keys.named(NAME).sign(text),)))
        await connection.execute(_ROOT, hour, logs, root, note)
        await connection.execute(
            _LEAVES,
            [row["tenant_id"] for row in rows],
            hour,
            list(range(logs)),
            texts,
            [b"".join(inclusion_proof(index, logs, subtree)) for index in range(logs)],
        )
    return note
