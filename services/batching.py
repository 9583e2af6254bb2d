"""Many orders of one body as one: all are recorded, or none is, and each that cannot be is told."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

import structlog

from domain.body import BodyKind
from domain.envelope import Envelope
from domain.errors import ClaimTakenError, Refusal
from domain.event import Recorded
from domain.ids import CommandId, PersonId, StreamId, TenantId
from domain.ports import (
    Append,
    AppendError,
    Batch,
    ContentStore,
    EventStore,
    GuardBrokenError,
    KeyTakenError,
    Outcome,
    Sealer,
    VersionConflictError,
)
from domain.stream import COMMANDS, Loaded, Order, State, Stream, stream_id
from domain.values import Citation
from services.commands import RETRIES_MAX, as_refusal
from services.contents import NO_CONTENTS
from services.deciding import Answered, Decider, enveloped
from services.refusals.orders import BusyError

S = TypeVar("S", bound=State)
_BREATH_ORDERS = 50
_log = structlog.get_logger()

Progress = Callable[[int, int], None]
"""Told how many of how many orders are decided."""


class Refused(NamedTuple):
    """An order of a batch that cannot be recorded."""

    place: int
    """Among the orders, from 0."""
    refusal: Refusal


class BatchRefusedError(Exception):
    """Some orders were refused, so nothing was recorded.

    An order for a stream at which an earlier one was refused is not judged: what it builds on is missing.
    """

    def __init__(self, refused: Sequence[Refused]) -> None:
        super().__init__(f"{len(refused)} orders of the batch were refused")
        self.refused = tuple(refused)


class Together:
    """The logs as they would be if the orders before had been recorded. Implements `services.deciding.View`."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._absent: set[tuple[TenantId, StreamId]] = set()
        self._bases: dict[tuple[TenantId, str, StreamId], Loaded[Any]] = {}
        self._folded: dict[tuple[TenantId, str, StreamId], tuple[int, Loaded[Any]]] = {}
        self._events: dict[tuple[TenantId, StreamId], list[Recorded]] = {}
        self._claims: dict[tuple[TenantId, str], StreamId] = {}

    async def look(self, tenant_id: TenantId, stream_ids: Sequence[StreamId]) -> None:
        """Ask once which of these streams exist, so that those that do not need no look-up of their own."""
        begun = await self._store.begun(tenant_id, stream_ids)
        self._absent.update((tenant_id, id_) for id_ in stream_ids if id_ not in begun)

    async def load(self, tenant_id: TenantId, stream: Stream[S], stream_id: StreamId) -> Loaded[S]:
        """The stream's state after the orders before."""
        key = (tenant_id, stream.name, stream_id)
        base = self._bases.get(key)
        if base is None:
            base = Loaded(state=stream.initial)
            if (tenant_id, stream_id) not in self._absent:
                base = await self._store.load(tenant_id, stream, stream_id)
            self._bases[key] = base
        events = self._events.get((tenant_id, stream_id), [])
        known, loaded = self._folded.get(key, (0, base))
        if known < len(events):
            loaded = stream.fold(loaded, events[known:])
            self._folded[key] = (len(events), loaded)
        return loaded

    async def cited(self, citation: Citation) -> Envelope | None:
        """The envelope of the cited event, which is in its log or would be."""
        own = self._events.get((TenantId(citation.log), StreamId(citation.stream)), [])
        found = (event.envelope for event in own if event.originator_version == citation.version)
        return next(found, None) or await self._store.cited(citation)

    async def claimed_under(self, tenant_id: TenantId, prefix: str) -> tuple[StreamId, ...]:
        """The holders of all claims that begin so; those that the batch itself takes come last."""
        known = await self._store.claimed_under(tenant_id, prefix)
        own = sorted((key, holder) for (log, key), holder in self._claims.items() if log == tenant_id)
        return tuple(dict.fromkeys((*known, *(holder for key, holder in own if key.startswith(prefix)))))

    def take(self, answered: Answered) -> None:
        """Let the orders after see what this one leads to.

        Raises:
            ClaimTakenError: an order before took the same key for another stream.
        """
        tenant_id = answered.order.tenant_id
        for claim in answered.decided.claims:
            if self._claims.setdefault((tenant_id, claim), answered.stream_id) != answered.stream_id:
                raise ClaimTakenError(claim=claim)
        events = self._events.setdefault((tenant_id, answered.stream_id), [])
        for number, event in enumerate(answered.decided.events, start=answered.loaded.version + 1):
            events.append(
                Recorded(
                    payload=event,
                    envelope=enveloped(answered.order, event, answered.decided),
                    tenant_id=tenant_id,
                    originator_id=answered.stream_id,
                    originator_version=number,
                    position=0,  # given by the log
                    recorded_at=datetime.now(UTC),
                )
            )


class BatchHandler:
    """Decides orders one after the other, each on what those before would leave, and records them as one."""

    def __init__(self, store: EventStore, sealer: Sealer, contents: ContentStore = NO_CONTENTS) -> None:
        self._store = store
        self._sealer = sealer
        self._contents = contents
        self._kinds: dict[TenantId, BodyKind] = {}

    async def decide(self, orders: Sequence[Order], progress: Progress | None = None) -> list[Answered]:
        """What would be recorded, order by order. Writes nothing.

        Raises:
            BatchRefusedError: with every order that is refused.
        """
        together = Together(self._store)
        decider = Decider(together, self._sealer, self._kinds, self._contents)
        await self._look(together, orders)
        answers: list[Answered] = []
        refused: list[Refused] = []
        doubtful: set[StreamId] = set()
        for place, order in enumerate(orders):
            target = _target(order)
            if target not in doubtful:
                try:
                    await decider.check(order)
                    answered = await decider.decide(order)
                    together.take(answered)
                except Refusal as refusal:
                    refused.append(Refused(place, refusal))
                    doubtful.add(target)
                else:
                    answers.append(answered)
            if progress is not None:
                progress(place + 1, len(orders))
            if place % _BREATH_ORDERS == 0:
                await asyncio.sleep(0)  # deciding takes no I/O where streams are new: let others have their turn
        if refused:
            raise BatchRefusedError(refused)
        return answers

    async def known(
        self, tenant_id: TenantId, principal: PersonId, command_id: CommandId, fingerprint: bytes
    ) -> Outcome | None:
        """The outcome that the key of a batch already has.

        Raises:
            Refusal: the key was used for another request, or the log is out of reach.
        """
        try:
            return await self._store.outcome(tenant_id, principal, command_id, fingerprint)
        except AppendError as error:
            raise as_refusal(error) from error

    async def handle(
        self, orders: Sequence[Order], command_id: CommandId, fingerprint: bytes, progress: Progress | None = None
    ) -> Outcome:
        """Record all orders, or give the outcome that the key of the batch already has.

        Args:
            orders: of one body and one actor, in their order.
            command_id: the key of the whole batch; those of its orders only show where each event came from.
            fingerprint: of the request.
            progress: told of each decision; a conflict makes it begin again.

        Raises:
            BatchRefusedError: some orders are refused; nothing was recorded.
            Refusal: of the door; nothing was recorded, except after `OutcomeUnknownError`.
        """
        tenant_id, principal = orders[0].tenant_id, orders[0].actor.id
        assert {(order.tenant_id, order.actor.id) for order in orders} == {(tenant_id, principal)}
        try:
            known = await self._store.outcome(tenant_id, principal, command_id, fingerprint)
            if known is not None:
                return known
            for _ in range(1 + RETRIES_MAX):
                try:
                    answers = await self.decide(orders, progress)
                except BatchRefusedError:
                    # The same batch may have been accepted meanwhile: its own events refuse it a second time.
                    known = await self._store.outcome(tenant_id, principal, command_id, fingerprint)
                    if known is None:
                        raise
                    return known
                batch = await self._batch(answers, command_id, fingerprint)
                try:
                    return await self._store.append_batch(batch)
                except KeyTakenError as taken:
                    raise BatchRefusedError([_claiming(batch.appends, taken)]) from taken
                except (VersionConflictError, GuardBrokenError) as conflict:
                    _log.info("batch.conflict", orders=len(orders), reason=type(conflict).__name__)
        except AppendError as error:
            raise as_refusal(error) from error
        raise BusyError

    async def _look(self, together: Together, orders: Sequence[Order]) -> None:
        targets: dict[TenantId, dict[StreamId, None]] = {}
        for order in orders:
            targets.setdefault(order.tenant_id, {})[_target(order)] = None
        for tenant_id, stream_ids in targets.items():
            await together.look(tenant_id, list(stream_ids))

    async def _batch(self, answers: Sequence[Answered], command_id: CommandId, fingerprint: bytes) -> Batch:
        decider = Decider(self._store, self._sealer, self._kinds, self._contents)
        return Batch(
            tenant_id=answers[0].order.tenant_id,
            principal=answers[0].order.actor.id,
            command_id=command_id,
            fingerprint=fingerprint,
            appends=tuple([await decider.append(answered, fingerprint) for answered in answers]),
        )


def _target(order: Order) -> StreamId:
    return stream_id(COMMANDS[type(order.command).__name__], order.command)


def _claiming(appends: Sequence[Append], taken: KeyTakenError) -> Refused:
    place = next(place for place, append in enumerate(appends) if taken.claim in append.claims)
    return Refused(place, ClaimTakenError(claim=taken.claim))
