"""Batches: several commands of one log in a transaction of their own, so that they stand or fall together.

A batch does not ride in a group commit. It may be long, and a group that waited for it would make every body wait;
alone on its connection it holds up only those who write to the same log.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import asyncpg
import msgspec
import structlog

from domain.ids import StreamId, TenantId
from domain.ports import (
    Append,
    AppendError,
    Batch,
    BodyUnknownError,
    GuardBrokenError,
    KeyReusedError,
    KeyTakenError,
    Outcome,
    OutcomeUnknownError,
    VersionConflictError,
)
from infra.database import close
from infra.log.append import Connect, LogUnreachableError, Pokes, was_answered
from infra.log.batch import job_queues

BATCH_SQL = "SELECT * FROM log.append_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
AT_ONCE_MAX = 2
"""A batch takes a processor for as long as it lasts; more of them would leave none to the single commands."""
_ANSWER_SECONDS_MAX = 120.0
_json = msgspec.json.Encoder().encode
_logger = structlog.get_logger()


class WholeCommit:
    """Writes batches, each on a connection that lives as long as it does.

    Args:
        connect: opens a connection that may execute `log.append_batch`.
        pokes: is told after each batch that wrote something.
        refuses: what to answer, once there is a connection, to a batch for a log that may not grow.
    """

    def __init__(
        self,
        connect: Connect,
        pokes: Pokes,
        *,
        refuses: Callable[[TenantId], AppendError | None] = lambda _: None,
    ) -> None:
        self._connect = connect
        self._refuses = refuses
        self._pokes = pokes
        self._slots = asyncio.Semaphore(AT_ONCE_MAX)
        self._running: set[asyncio.Task[Outcome]] = set()

    async def append(self, batch: Batch) -> Outcome:
        """Write all events of the batch or none. A caller that is cancelled leaves it to its end.

        Raises:
            AppendError: one of its subclasses.
        """
        sent = arguments(batch)
        task = asyncio.create_task(self._write(batch, sent), name="log.batch")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def finished(self) -> None:
        """Return once the batches that were begun have their answers."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _write(self, batch: Batch, sent: tuple[Any, ...]) -> Outcome:
        async with self._slots:
            try:
                connection = await self._connect()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
                _logger.warning("log.connect_failed", error=repr(error))
                raise LogUnreachableError("the database was out of reach; nothing was sent") from error
            refused = self._refuses(batch.tenant_id)
            if refused is not None:
                await close(connection)
                raise refused
            try:
                row = await connection.fetchrow(BATCH_SQL, *sent, timeout=_ANSWER_SECONDS_MAX)
            except Exception as error:
                if connection.is_closed() or not was_answered(error):
                    _logger.warning("log.connection_lost", requests=len(batch.appends), error=repr(error))
                    connection.terminate()
                    raise OutcomeUnknownError("the connection was lost: send the same key again") from error
                raise
            finally:
                await close(connection)
        outcome = answer(batch, row)
        if outcome.position is not None and not outcome.replayed:
            self._pokes.poke(job_queues(batch.appends))
        return outcome


class _Streams:
    """What a batch writes and relies on: each stream once, with the version read and the one reached so far."""

    def __init__(self) -> None:
        self.index: dict[StreamId, int] = {}
        self.read: list[int] = []
        self.reached: list[int] = []

    def at(self, stream_id: StreamId, version: int) -> int | None:
        """The stream's index, counted from 1; None if the batch itself has led it to another version."""
        index = self.index.get(stream_id)
        if index is None:
            self.read.append(version)
            self.reached.append(version)
            index = self.index[stream_id] = len(self.read)
        return index if self.reached[index - 1] == version else None


def arguments(batch: Batch) -> tuple[Any, ...]:
    """The parameters of `BATCH_SQL`, in its order.

    Raises:
        VersionConflictError, GuardBrokenError: its own appends do not follow from each other.
        KeyTakenError: two of its streams claim one key.
    """
    streams = _Streams()
    of: list[int] = []
    claims: dict[str, int] = {}
    for append in batch.appends:
        assert append.tenant_id == batch.tenant_id
        for guard in append.guards:
            if streams.at(guard.stream_id, guard.version) is None:
                raise GuardBrokenError(f"{guard.stream_id} changed in the batch itself, after it was read")
        index = streams.at(append.stream_id, append.expected_version)
        versions = [event.version for event in append.events]
        following = range(append.expected_version + 1, append.expected_version + 1 + len(versions))
        if index is None or versions != list(following):
            raise VersionConflictError(f"stream {append.stream_id} changed in the batch itself, after it was read")
        streams.reached[index - 1] += len(versions)
        of += [index] * len(versions)
        for claim in append.claims:
            if claims.setdefault(claim, index) != index:
                raise KeyTakenError(claim)
    events = [event for append in batch.appends for event in append.events]
    return (
        batch.tenant_id,
        batch.principal,
        batch.command_id,
        batch.fingerprint,
        list(streams.index),
        streams.read,
        of,
        [event.version for event in events],
        [event.type for event in events],
        [event.state for event in events],
        _json([{"of": index, "key": key} for key, index in claims.items()]).decode() if claims else None,
        _effects(batch.appends),
    )


def answer(batch: Batch, row: "asyncpg.Record") -> Outcome:
    """What the function said.

    Raises:
        AppendError: it did not accept the batch.
    """
    code, first, last, recorded_at, stream, claim = row
    match code:
        case "accepted" | "replayed":
            return Outcome(
                first_position=first,
                position=last,
                version=0,
                recorded_at=recorded_at,
                replayed=code == "replayed",
            )
        case "stream_changed":
            if any(append.stream_id == stream for append in batch.appends):
                raise VersionConflictError(f"stream {stream} changed after it was read")
            raise GuardBrokenError(f"{stream}, which the batch relies on, has changed: load again")
        case "key_taken":
            raise KeyTakenError(claim)
        case "key_reused":
            raise KeyReusedError(f"{batch.command_id} was used for another request: send a new one under a new id")
        case "body_unknown":
            raise BodyUnknownError(f"there is no log of {batch.tenant_id}")
    raise AssertionError(f"log.append_batch answered {code!r}")


def _effects(appends: Iterable[Append]) -> str | None:
    appends = tuple(appends)
    opens = [{"tenant": body} for append in appends for body in append.opens]
    jobs = [
        {"actor": job.actor, "queue": job.queue, "args": job.args} for append in appends for job in append.jobs
    ]
    last = {(grant.grantee, grant.programme): grant.granted for append in appends for grant in append.grants}
    grants = [
        {"grantee": grantee, "programme": programme, "granted": granted}
        for (grantee, programme), granted in last.items()
    ]
    if not (opens or jobs or grants):
        return None
    return _json({"opens": opens, "jobs": jobs, "grants": grants}).decode()
