"""The one way from an order to recorded events. Knows nothing of any business area."""

import hashlib
import hmac
from typing import Any

import structlog
from msgspec.structs import replace

from domain.body import BODY, BodyKind
from domain.case import Need, Reads
from domain.envelope import Envelope
from domain.errors import (
    CitationUnknownError,
    ClaimTakenError,
    Refusal,
    StreamMissingError,
    VersionStaleError,
    WrongBodyError,
)
from domain.event import Event, encode, encode_envelope
from domain.ids import COMMONS, StreamId, TenantId
from domain.ports import (
    Append,
    AppendError,
    BodyUnknownError,
    EventStore,
    Guard,
    GuardBrokenError,
    KeyReusedError,
    KeyTakenError,
    NewEvent,
    Outcome,
    OutcomeUnknownError,
    Sealer,
    VersionConflictError,
)
from domain.stream import COMMANDS, Decided, Handled, Loaded, Order, decide, lacking, stream_id
from services import refusals
from services.decoding import citations

RETRIES_MAX = 3
FINGERPRINT_BYTES = 32

_log = structlog.get_logger()


def fingerprint_key(secret_key: bytes) -> bytes:
    """The key of request fingerprints, derived so that it serves for nothing else."""
    return hmac.digest(secret_key, b"entente:request-fingerprint", hashlib.sha256)


def fingerprint(key: bytes, *parts: bytes) -> bytes:
    """32 bytes that tell requests apart without keeping them. Parts are length-prefixed: no two lists collide."""
    digest = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.digest()


class CommandHandler:
    """Loads one stream, lets its rules decide, appends. Safe to call again with the same key at any time."""

    def __init__(self, store: EventStore, sealer: Sealer) -> None:
        self._store = store
        self._sealer = sealer
        self._kinds: dict[TenantId, BodyKind] = {}

    async def handle(self, order: Order, fingerprint: bytes) -> Outcome:
        """Record what the order leads to, or give the outcome that its key already has.

        Raises:
            Refusal: of the rules or of the door; nothing was recorded, except after `OutcomeUnknownError`, which
                says that this is not known.
        """
        handled = COMMANDS[type(order.command).__name__]
        try:
            known = await self._known(order, fingerprint)
            if known is not None:
                return known
            try:
                return await self._record(handled, order, fingerprint)
            except Refusal:
                # The same key may have been accepted between the look-up above and the load of the stream, and
                # it is then its own events that the rules refuse to see twice.
                known = await self._known(order, fingerprint)
                if known is None:
                    raise
                return known
        except AppendError as error:
            raise _as_refusal(error) from error

    async def _known(self, order: Order, fingerprint: bytes) -> Outcome | None:
        return await self._store.outcome(order.tenant_id, order.actor.id, order.command_id, fingerprint)

    async def _record(self, handled: Handled, order: Order, fingerprint: bytes) -> Outcome:
        target = stream_id(handled, order.command)
        await self._check_body(handled, order.tenant_id, target)
        await self._check_citations(order)
        for _ in range(1 + RETRIES_MAX):
            loaded = await self._store.load(order.tenant_id, handled.stream, target)
            reads = await self._reads(handled, loaded, order)
            decided = decide(handled, loaded, order, reads)
            append = await self._appended(order, loaded.version, decided, fingerprint)
            append = replace(append, guards=_guards(reads, target))
            try:
                return await self._store.append(append)
            except VersionConflictError as conflict:
                if order.expected_version is not None:
                    now = await self._store.load(order.tenant_id, handled.stream, target)
                    raise VersionStaleError(expected=order.expected_version, actual=now.version) from conflict
                _log.info("command.version_conflict", command=handled.name, version=loaded.version)
        raise refusals.BusyError

    async def _reads(self, handled: Handled, loaded: Loaded[Any], order: Order) -> Reads:
        """The other streams that the rule asks for."""
        reads = Reads()
        while needs := lacking(handled, loaded, order, reads):
            for need in needs:
                if isinstance(need, Need):
                    log = need.log or order.tenant_id
                    reads.take(need, await self._store.load(log, need.stream, need.id))
                else:
                    held = await self._store.claimed_under(order.tenant_id, need.prefix)
                    reads.under[need.prefix] = held
                    for stream_id_ in held:
                        reads.take(
                            Need(need.stream, stream_id_),
                            await self._store.load(order.tenant_id, need.stream, stream_id_),
                        )
        return reads

    async def _check_body(self, handled: Handled, tenant_id: TenantId, target: StreamId) -> None:
        """Whether this kind of body's log may hold the command."""
        if handled.stream is BODY and target != tenant_id:  # a log has one body, its owner
            raise StreamMissingError(stream=handled.stream.name, stream_id=target)
        kind = await self._kind(tenant_id)
        if kind is None:
            if handled.stream is BODY and handled.creates:
                return
            if tenant_id != COMMONS:
                raise refusals.BodyNotOpenError
            kind = BodyKind.COMMONS  # its log is there from the first migration on
        if not (kind in handled.owners if handled.owners is not None else kind is not BodyKind.COMMONS):
            raise WrongBodyError(command=handled.name, kind_of_body=kind)

    async def _kind(self, tenant_id: TenantId) -> BodyKind | None:
        """The kind with which the body's log was opened, which never changes; None before that."""
        if tenant_id not in self._kinds:
            body = (await self._store.load(tenant_id, BODY, StreamId(tenant_id))).state
            if body.kind is None:
                return None
            self._kinds[tenant_id] = body.kind
        return self._kinds[tenant_id]

    async def _check_citations(self, order: Order) -> None:
        for citation in (*citations(order.command), *citations(order.authority)):
            if not await self._store.exists(citation):
                raise CitationUnknownError(log=citation.log, stream=citation.stream, version=citation.version)

    async def _appended(self, order: Order, version: int, decided: Decided, fingerprint: bytes) -> Append:
        target = stream_id(COMMANDS[type(order.command).__name__], order.command)
        events = []
        for number, event in enumerate(decided.events, start=version + 1):
            sealed = await self._sealer.seal(order.tenant_id, target, number, event)
            events.append(
                NewEvent(version=number, type=event.TYPE, state=encode_envelope(_enveloped(order, sealed)))
            )
        return Append(
            tenant_id=order.tenant_id,
            stream_id=target,
            expected_version=version,
            events=tuple(events),
            principal=order.actor.id,
            command_id=order.command_id,
            fingerprint=fingerprint,
            claims=tuple(decided.claims),
            opens=tuple(decided.opens),
        )


def _guards(reads: Reads, target: StreamId) -> tuple[Guard, ...]:
    """What must still be as it was read. The target's own version is checked anyway."""
    return tuple(
        Guard(stream_id=stream_id_, version=loaded.version)
        for stream_id_, loaded in reads.streams.items()
        if stream_id_ != target
    )


def _enveloped(order: Order, event: Event) -> Envelope:
    return Envelope(
        v=1,
        type=event.TYPE,
        schema=event.SCHEMA,
        effective_on=order.effective_on,
        actor=order.actor,
        authority=order.authority,
        command_id=order.command_id,
        causation_id=order.causation_id,
        correlation_id=order.correlation_id,
        lang=order.lang,
        source=order.source,
        sample=order.sample,
        data=encode(event),
    )


def _as_refusal(error: AppendError) -> Refusal:
    """What the log would not take, as an answer. What is not named here never reached it."""
    match error:
        case KeyTakenError(claim=claim):
            return ClaimTakenError(claim=claim)
        case KeyReusedError():
            return refusals.KeyReusedError()
        case BodyUnknownError():
            return refusals.BodyUnknownError(slug="—")
        case GuardBrokenError() | VersionConflictError():
            return refusals.GuardBrokenError()
        case OutcomeUnknownError():
            return refusals.OutcomeUnknownError()
    return refusals.UnavailableError()
