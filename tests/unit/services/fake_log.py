"""The event store in memory. It passes the same contract tests as the real one."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from domain.envelope import Envelope
from domain.event import Recorded, decode, encode, encode_envelope
from domain.ids import COMMONS, CommandId, PersonId, StreamId, TenantId
from domain.ports import (
    Append,
    AppendError,
    Batch,
    BodyUnknownError,
    GuardBrokenError,
    KeyReusedError,
    KeyTakenError,
    Outcome,
    VersionConflictError,
)
from domain.stream import Loaded, State, Stream
from domain.values import Citation

S = TypeVar("S", bound=State)
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


class FakeLog:
    """Implements `domain.ports.EventStore`."""

    def __init__(self) -> None:
        self.logs: dict[TenantId, list[Recorded]] = {COMMONS: []}
        self._outcomes: dict[tuple[TenantId, PersonId, CommandId], tuple[bytes, Outcome]] = {}
        self._claims: dict[tuple[TenantId, str], StreamId] = {}
        self.fail_next: list[Exception] = []
        """Raised by the next appends, before anything is written."""
        self.before_append: list[Any] = []
        """Coroutine functions run by the next appends, as a competitor would."""

    async def outcome(
        self, tenant_id: TenantId, principal: PersonId, command_id: CommandId, fingerprint: bytes
    ) -> Outcome | None:
        known = self._outcomes.get((tenant_id, principal, command_id))
        if known is None:
            return None
        if known[0] != fingerprint:
            raise KeyReusedError(str(command_id))
        outcome = known[1]
        return Outcome(
            first_position=outcome.first_position,
            position=outcome.position,
            version=outcome.version,
            recorded_at=outcome.recorded_at,
            replayed=True,
        )

    async def load(
        self, tenant_id: TenantId, stream: Stream[S], stream_id: StreamId, *, version: int | None = None
    ) -> Loaded[S]:
        await asyncio.sleep(0)
        events = [event for event in self.logs.get(tenant_id, []) if event.originator_id == stream_id]
        return stream.fold(None, events[:version])

    async def append(self, append: Append) -> Outcome:
        await asyncio.sleep(0)
        if self.before_append:
            await self.before_append.pop(0)()
        if self.fail_next:
            raise self.fail_next.pop(0)
        known = await self.outcome(append.tenant_id, append.principal, append.command_id, append.fingerprint)
        if known is not None:
            return known
        return self._write(append, self._checked(append))

    async def append_batch(self, batch: Batch) -> Outcome:
        await asyncio.sleep(0)
        if self.before_append:
            await self.before_append.pop(0)()
        if self.fail_next:
            raise self.fail_next.pop(0)
        known = await self.outcome(batch.tenant_id, batch.principal, batch.command_id, batch.fingerprint)
        if known is not None:
            return known
        if batch.tenant_id not in self.logs:
            raise BodyUnknownError(str(batch.tenant_id))
        kept = {tenant_id: list(log) for tenant_id, log in self.logs.items()}, dict(self._claims)
        first = len(self.logs[batch.tenant_id]) + 1
        at = FIRST_DAY + timedelta(seconds=first)
        try:
            for append in batch.appends:
                self._write_events(append, self._checked(append), at)
        except AppendError:
            self.logs, self._claims = kept
            raise
        last = len(self.logs[batch.tenant_id])
        some = last >= first
        outcome = Outcome(
            first_position=first if some else None, position=last if some else None, version=0, recorded_at=at
        )
        self._outcomes[batch.tenant_id, batch.principal, batch.command_id] = (batch.fingerprint, outcome)
        return outcome

    async def begun(self, tenant_id: TenantId, stream_ids: Collection[StreamId]) -> frozenset[StreamId]:
        return frozenset(id_ for id_ in stream_ids if self._version(tenant_id, id_))

    async def events_of(
        self, tenant_id: TenantId, stream_id: StreamId, *, after: int = 0, upto: int | None = None
    ) -> list[Recorded]:
        events = [event for event in self.logs.get(tenant_id, []) if event.originator_id == stream_id]
        return events[after:upto]

    async def mentioning(self, tenant_id: TenantId, id_: UUID) -> list[Recorded]:
        said = str(id_).encode()
        return [
            event
            for event in self.logs.get(tenant_id, [])
            if said in encode_envelope(event.envelope) or said in bytes(encode(event.payload))
        ]

    async def cited(self, citation: Citation) -> Envelope | None:
        for event in self.logs.get(TenantId(citation.log), []):
            if (event.originator_id, event.originator_version) == (citation.stream, citation.version):
                return event.envelope
        return None

    async def claimed(self, tenant_id: TenantId, claim: str) -> StreamId | None:
        return self._claims.get((tenant_id, claim))

    async def claimed_under(self, tenant_id: TenantId, prefix: str) -> tuple[StreamId, ...]:
        held = sorted((key, holder) for (log, key), holder in self._claims.items() if log == tenant_id)
        return tuple(dict.fromkeys(holder for key, holder in held if key.startswith(prefix)))

    def _version(self, tenant_id: TenantId, stream_id: StreamId) -> int:
        return sum(event.originator_id == stream_id for event in self.logs.get(tenant_id, []))

    def _checked(self, append: Append) -> list[Recorded]:
        log = self.logs.get(append.tenant_id)
        if log is None:
            raise BodyUnknownError(str(append.tenant_id))
        if self._version(append.tenant_id, append.stream_id) != append.expected_version:
            raise VersionConflictError(str(append.stream_id))
        for guard in append.guards:
            if self._version(append.tenant_id, guard.stream_id) != guard.version:
                raise GuardBrokenError(str(guard.stream_id))
        for claim in append.claims:
            if self._claims.get((append.tenant_id, claim), append.stream_id) != append.stream_id:
                raise KeyTakenError(claim)
        return log

    def _write(self, append: Append, log: list[Recorded]) -> Outcome:
        first = len(log) + 1
        recorded_at = FIRST_DAY + timedelta(seconds=first)
        self._write_events(append, log, recorded_at)
        outcome = Outcome(
            first_position=first if append.events else None,
            position=len(log) if append.events else None,
            version=append.expected_version + len(append.events),
            recorded_at=recorded_at,
        )
        key = (append.tenant_id, append.principal, append.command_id)
        self._outcomes[key] = (append.fingerprint, outcome)
        return outcome

    def _write_events(self, append: Append, log: list[Recorded], recorded_at: datetime) -> None:
        for event in append.events:
            envelope, payload = decode(event.state)
            log.append(
                Recorded(
                    payload=payload,
                    envelope=envelope,
                    tenant_id=append.tenant_id,
                    originator_id=append.stream_id,
                    originator_version=event.version,
                    position=len(log) + 1,
                    recorded_at=recorded_at,
                )
            )
        for claim in append.claims:
            self._claims[append.tenant_id, claim] = append.stream_id
        for tenant_id in append.opens:
            self.logs.setdefault(tenant_id, [])


class FakeSealer:
    """Leaves text as it is: what sealing does is tested where it is done."""

    async def seal(self, tenant_id: TenantId, stream_id: StreamId, version: int, event: Any) -> Any:  # noqa: ARG002
        return event

    async def open(self, tenant_id: TenantId, events: Sequence[Recorded]) -> list[Recorded]:  # noqa: ARG002
        return list(events)
