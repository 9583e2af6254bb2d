"""What the rules answer an order, and the append that it makes: one place for single orders and for batches."""

from typing import Any, NamedTuple, Protocol, TypeVar

from msgspec.structs import replace

from domain.authority import recorded
from domain.body import BODY, BodyKind
from domain.case import Need, Reads
from domain.envelope import Envelope
from domain.errors import CitationUnknownError, StreamMissingError, WrongBodyError
from domain.event import Event, encode, encode_envelope
from domain.ids import COMMONS, StreamId, TenantId
from domain.ports import Append, ContentStore, Guard, NewEvent, Sealer
from domain.stream import (
    COMMANDS,
    Decided,
    Handled,
    Loaded,
    Order,
    State,
    Stream,
    decide,
    lacking,
    stream_id,
    stream_of,
)
from domain.values import Citation
from services.contents import NO_CONTENTS
from services.days import local_day
from services.decoding import citations, contents_named
from services.reactions import jobs_after
from services.refusals import documents, orders

S = TypeVar("S", bound=State)


class View(Protocol):
    """The logs as an order finds them. `domain.ports.EventStore` is one."""

    async def load(self, tenant_id: TenantId, stream: Stream[S], stream_id: StreamId) -> Loaded[S]: ...

    async def cited(self, citation: Citation) -> Envelope | None: ...

    async def claimed_under(self, tenant_id: TenantId, prefix: str) -> tuple[StreamId, ...]: ...


class Answered(NamedTuple):
    """What the rules answered an order, and what they had before them."""

    order: Order
    handled: Handled
    stream_id: StreamId
    loaded: Loaded[Any]
    decided: Decided
    guards: tuple[Guard, ...]


class Decider:
    """Asks the rules.

    Args:
        view: what the order is decided on.
        sealer: seals free text between decide and append.
        kinds: the kinds of bodies that are known already; it is added to.
        contents: what was uploaded; an order that names another content is refused.
    """

    def __init__(
        self,
        view: View,
        sealer: Sealer,
        kinds: dict[TenantId, BodyKind] | None = None,
        contents: ContentStore = NO_CONTENTS,
    ) -> None:
        self._view = view
        self._contents = contents
        self._sealer = sealer
        self.kinds: dict[TenantId, BodyKind] = {} if kinds is None else kinds
        self._zones: dict[TenantId, str | None] = {}

    async def check(self, order: Order) -> None:
        """What holds whatever the stream says: this body's log may hold the order, and what it cites exists
        and, in another body's log, is there for everybody.

        Raises:
            Refusal: it does not hold.
        """
        handled = COMMANDS[type(order.command).__name__]
        await self._check_body(handled, order.tenant_id, stream_id(handled, order.command))
        await self._check_citations(order)
        await self._check_contents(order)

    async def decide(self, order: Order) -> Answered:
        """Load the stream and those that its rule asks for, and let the rule answer.

        Raises:
            Refusal: of the rule.
        """
        handled = COMMANDS[type(order.command).__name__]
        target = stream_id(handled, order.command)
        if handled.takes_case:
            order = replace(order, today=local_day(await self._zone(order.tenant_id)))
        loaded = await self._view.load(order.tenant_id, handled.stream, target)
        reads = await self._reads(handled, loaded, order)
        decided = decide(handled, loaded, order, reads)
        return Answered(order, handled, target, loaded, decided, _guards(reads, target))

    async def append(self, answered: Answered, fingerprint: bytes) -> Append:
        """The answer as the log takes it, free text sealed."""
        order, version = answered.order, answered.loaded.version
        events = []
        for number, event in enumerate(answered.decided.events, start=version + 1):
            sealed = await self._sealer.seal(order.tenant_id, answered.stream_id, number, event)
            events.append(
                NewEvent(
                    version=number,
                    type=event.TYPE,
                    state=encode_envelope(enveloped(order, sealed, answered.decided)),
                )
            )
        return Append(
            tenant_id=order.tenant_id,
            stream_id=answered.stream_id,
            expected_version=version,
            events=tuple(events),
            principal=order.actor.id,
            command_id=order.command_id,
            fingerprint=fingerprint,
            guards=answered.guards,
            claims=tuple(answered.decided.claims),
            opens=tuple(answered.decided.opens),
            grants=tuple(answered.decided.grants),
            jobs=(*answered.decided.jobs, *jobs_after(order.tenant_id, answered.decided.events)),
        )

    async def _reads(self, handled: Handled, loaded: Loaded[Any], order: Order) -> Reads:
        """The other streams that the rule asks for."""
        reads = Reads()
        while needs := lacking(handled, loaded, order, reads):
            for need in needs:
                if isinstance(need, Need):
                    log = need.log or order.tenant_id
                    reads.take(need, await self._view.load(log, need.stream, need.id))
                else:
                    held = await self._view.claimed_under(order.tenant_id, need.prefix)
                    reads.under[need.prefix] = held
                    for stream_id_ in held:
                        reads.take(
                            Need(need.stream, stream_id_),
                            await self._view.load(order.tenant_id, need.stream, stream_id_),
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
                raise orders.BodyNotOpenError
            kind = BodyKind.COMMONS  # its log is there from the first migration on
        if not (kind in handled.owners if handled.owners is not None else kind is not BodyKind.COMMONS):
            raise WrongBodyError(command=handled.name, kind_of_body=kind)

    async def _kind(self, tenant_id: TenantId) -> BodyKind | None:
        """The kind with which the body's log was opened, which never changes; None before that."""
        if tenant_id not in self.kinds:
            body = (await self._view.load(tenant_id, BODY, StreamId(tenant_id))).state
            if body.kind is None:
                return None
            self.kinds[tenant_id] = body.kind
        return self.kinds[tenant_id]

    async def _zone(self, tenant_id: TenantId) -> str | None:
        """The time zone with which the body's log was opened, which never changes; None before that."""
        if tenant_id not in self._zones:
            zone = (await self._view.load(tenant_id, BODY, StreamId(tenant_id))).state.time_zone
            if zone is None:
                return None
            self._zones[tenant_id] = zone
        return self._zones[tenant_id]

    async def _check_citations(self, order: Order) -> None:
        for citation in (*citations(order.command), *citations(order.authority)):
            found = await self._view.cited(citation)
            if found is None or not (
                citation.log == order.tenant_id or await self._is_public(citation, stream_of(found.type))
            ):
                raise CitationUnknownError(log=citation.log, stream=citation.stream, version=citation.version)

    async def _is_public(self, citation: Citation, stream: Stream[Any]) -> bool:
        """Whether everybody may see the cited record: what is not for everybody is like what is not there."""
        if stream.is_public is None:
            return False
        loaded = await self._view.load(TenantId(citation.log), stream, StreamId(citation.stream))
        return stream.is_public(loaded.state)

    async def _check_contents(self, order: Order) -> None:
        for content in contents_named(order.command):
            if not await self._contents.holds(order.tenant_id, content):
                raise documents.ContentUnknownError(sha256=content.sha256)


def _guards(reads: Reads, target: StreamId) -> tuple[Guard, ...]:
    """What must still be as it was read. The target's own version is checked anyway."""
    return tuple(
        Guard(stream_id=stream_id_, version=loaded.version)
        for stream_id_, loaded in reads.streams.items()
        if stream_id_ != target
    )


def enveloped(order: Order, event: Event, decided: Decided) -> Envelope:
    return Envelope(
        v=1,
        type=event.TYPE,
        schema=event.SCHEMA,
        effective_on=order.effective_on,
        actor=order.actor,
        authority=recorded(order.authority, type(event)),
        command_id=order.command_id,
        causation_id=order.causation_id,
        correlation_id=order.correlation_id,
        lang=order.lang,
        source=order.source,
        sample=order.sample,
        breaches=tuple(decided.breaches),
        data=encode(event),
    )
