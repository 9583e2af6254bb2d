"""The one way from an order to recorded events. Knows nothing of any business area."""

import difflib
import hashlib
import hmac

import structlog

from domain.errors import ClaimTakenError, Refusal, VersionStaleError
from domain.ports import (
    AppendError,
    BodyUnknownError,
    ContentStore,
    EventStore,
    GuardBrokenError,
    KeyReusedError,
    KeyTakenError,
    LogStoppedError,
    Outcome,
    OutcomeUnknownError,
    Sealer,
    VersionConflictError,
)
from domain.stream import COMMANDS, Handled, Order
from services.contents import NO_CONTENTS
from services.deciding import Decider
from services.refusals import orders, rights

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

    def __init__(self, store: EventStore, sealer: Sealer, contents: ContentStore = NO_CONTENTS) -> None:
        self._store = store
        self._decider = Decider(store, sealer, contents=contents)

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
            raise as_refusal(error) from error

    async def _known(self, order: Order, fingerprint: bytes) -> Outcome | None:
        return await self._store.outcome(order.tenant_id, order.actor.id, order.command_id, fingerprint)

    async def _record(self, handled: Handled, order: Order, fingerprint: bytes) -> Outcome:
        await self._decider.check(order)
        for _ in range(1 + RETRIES_MAX):
            answered = await self._decider.decide(order)
            append = await self._decider.append(answered, fingerprint)
            try:
                return await self._store.append(append)
            except VersionConflictError as conflict:
                if order.expected_version is not None:
                    now = await self._store.load(order.tenant_id, handled.stream, append.stream_id)
                    raise VersionStaleError(expected=order.expected_version, actual=now.version) from conflict
                _log.info("command.version_conflict", command=handled.name, version=append.expected_version)
        raise orders.BusyError


def as_refusal(error: AppendError) -> Refusal:
    """What the log would not take, as an answer. What is not named here never reached it."""
    match error:
        case KeyTakenError(claim=claim):
            return ClaimTakenError(claim=claim)
        case KeyReusedError():
            return orders.KeyReusedError()
        case BodyUnknownError():
            return rights.BodyUnknownError(slug="—")
        case GuardBrokenError() | VersionConflictError():
            return orders.GuardBrokenError()
        case OutcomeUnknownError():
            return orders.OutcomeUnknownError()
        case LogStoppedError():
            return orders.LogStoppedError()
    return orders.UnavailableError()


def nearest_command(name: str) -> str:
    """The known command that looks most like the name."""
    return next(iter(difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.0)), "—")
