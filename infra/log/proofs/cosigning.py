"""Asking witnesses to cosign the newest checkpoints, and keeping what they answer."""

import asyncio
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import asyncpg
import structlog

from domain.ids import TenantId
from infra.log.proofs.checkpoint import Checkpoint, decimal
from infra.log.proofs.note import Note, NoteError, Signature
from infra.log.proofs.policy import WitnessAddress
from infra.log.proofs.tree import LogTree, StoredTiles
from infra.log.proofs.witness import ADD_PATH, Submission

TIMEOUT_SECONDS: Final = 5.0
REFUSED_FOR_SECONDS: Final = 600.0
_ANSWER_BYTES_MAX: Final = 64 * 1024
_WANTED: Final = (
    "SELECT c.tenant_id, c.epoch, c.size, c.note,"
    " coalesce((SELECT max(s.size) FROM log.cosignature s"
    "  WHERE s.tenant_id = c.tenant_id AND s.epoch = c.epoch AND s.witness = $1), 0) AS seen"
    " FROM (SELECT DISTINCT ON (tenant_id) tenant_id, epoch, size, note FROM log.checkpoint"
    "  ORDER BY tenant_id, epoch DESC, size DESC) c"
    " WHERE NOT EXISTS (SELECT FROM log.cosignature s WHERE s.tenant_id = c.tenant_id AND s.epoch = c.epoch"
    "  AND s.size = c.size AND s.witness = $1) ORDER BY c.tenant_id"
)
_KEEP: Final = (
    "INSERT INTO log.cosignature (tenant_id, epoch, size, witness, line) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT DO NOTHING"
)
_logger = structlog.get_logger()


class WitnessRefusedError(Exception):
    """A witness did not cosign."""


class Cosigners:
    """Asks witnesses about every log whose newest checkpoint they have not cosigned.

    A witness that is away is told of in the journal and asked again next time. One that refuses a log, or does not
    watch it, is asked about that log again after a while. Neither delays a signature.
    """

    def __init__(self, witnesses: Sequence[WitnessAddress]) -> None:
        self._witnesses = witnesses
        self._not_before: dict[tuple[str, UUID], float] = {}

    async def ask(self, connection: "asyncpg.Connection[Any]") -> int:
        """Ask all of them once; how many cosignatures came."""
        kept = 0
        for witness in self._witnesses:
            try:
                kept += await self._ask(connection, witness)
            except OSError as error:
                _logger.warning("signer.witness_away", witness=witness.key.name, error=str(error))
        return kept

    async def _ask(self, connection: "asyncpg.Connection[Any]", witness: WitnessAddress) -> int:
        kept, name = 0, witness.key.name
        for tenant_id, epoch, size, note, seen in await connection.fetch(_WANTED, name):
            if self._not_before.get((name, tenant_id), 0) > time.monotonic():
                continue
            try:
                signature = await _ask(connection, witness, TenantId(tenant_id), Note.parse(note), seen)
            except (NoteError, WitnessRefusedError) as error:
                self._not_before[name, tenant_id] = time.monotonic() + REFUSED_FOR_SECONDS
                _logger.warning("signer.witness_refused", witness=name, tenant_id=str(tenant_id), error=str(error))
                continue
            await connection.execute(_KEEP, tenant_id, epoch, size, name, signature.line)
            kept += 1
        return kept


async def _ask(
    connection: "asyncpg.Connection[Any]", witness: WitnessAddress, tenant_id: TenantId, note: Note, seen: int
) -> Signature:
    size = Checkpoint.parse(note.text).size
    for _ in range(2):  # once more with the size that the witness names
        tree = LogTree(StoredTiles(connection, tenant_id))
        submission = Submission(seen, tuple(await tree.consistency(seen, size)), note)
        status, body = await asyncio.to_thread(_post, witness.url + ADD_PATH, str(submission).encode())
        if status == HTTPStatus.CONFLICT and (named := decimal(body.removesuffix("\n"))) != seen:
            if named > size:
                raise WitnessRefusedError(f"it has seen {named} events, the log has {size}: compare the two")
            seen = named
            continue
        if status != HTTPStatus.OK:
            raise WitnessRefusedError(f"it answered {status}: {body[:200]!r}")
        lines = [Signature.parse(line) for line in body.removesuffix("\n").split("\n")]
        [(_, signature), *_] = Note(note.text, tuple(lines)).verified([witness.key])
        return signature
    raise WitnessRefusedError("it named one size and then another")


def _post(url: str, body: bytes) -> tuple[int, str]:
    request = urllib.request.Request(url, data=body, method="POST", headers={"Content-Type": "text/plain"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - of the settings
            return answer.status, answer.read(_ANSWER_BYTES_MAX).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(_ANSWER_BYTES_MAX).decode("utf-8", "replace")
