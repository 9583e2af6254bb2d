"""The circumstances of an order: what a rule may know besides its own stream's past.

A rule that needs other streams names them in its `needs`; the handler reads them, and the append makes sure that
none of them changed meanwhile.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from domain.envelope import Actor, Authority, Source
from domain.errors import Refusal, StreamMissingError
from domain.ids import StreamId, TenantId

if TYPE_CHECKING:
    from domain.stream import Loaded, State, Stream

S = TypeVar("S", bound="State")


class Need(msgspec.Struct, frozen=True):
    """Another stream that a rule reads."""

    stream: "Stream[Any]"
    id: StreamId
    log: TenantId | None = None
    """None: the order's own log. Another log's stream is read as it is; no guard can hold it still."""


class Under(msgspec.Struct, frozen=True):
    """All streams of one kind that hold a claim beginning with `prefix` in the order's own log.

    One that takes such a claim between read and append is not noticed: claims are for what rarely appears.
    """

    stream: "Stream[Any]"
    prefix: str


class Reads(msgspec.Struct):
    """What was read for a rule so far."""

    log: TenantId | None = None
    """The order's own log, whose body has the log's id."""
    streams: dict[StreamId, "Loaded[Any]"] = msgspec.field(default_factory=dict)
    """Of the order's own log: the append guards them."""
    elsewhere: dict[tuple[TenantId, StreamId], "Loaded[Any]"] = msgspec.field(default_factory=dict)
    """Of other logs, as they were when they were read."""
    under: dict[str, tuple[StreamId, ...]] = msgspec.field(default_factory=dict)
    """By prefix: the holders in the order of their claims."""

    def take(self, need: Need, loaded: "Loaded[Any]") -> None:
        """Keep a stream that was read."""
        if need.log is None:
            self.streams[need.id] = loaded
        else:
            self.elsewhere[need.log, need.id] = loaded

    def lacks(self, needs: Iterable[Need | Under]) -> list[Need | Under]:
        """Those of `needs` that were not read yet."""
        return [need for need in needs if not self._has(need)]

    def _has(self, need: Need | Under) -> bool:
        if isinstance(need, Under):
            return need.prefix in self.under
        return need.id in self.streams if need.log is None else (need.log, need.id) in self.elsewhere


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """An order's circumstances, and the streams that its rule asked for."""

    tenant_id: TenantId
    """The body whose log the order is for."""
    on: date
    """The day from which the order is to hold."""
    today: date | None = None
    """The day it is where the body is; None only where nobody told, which no door does."""
    actor: Actor
    authority: Authority
    source: Source | None = None
    reads: Reads = msgspec.field(default_factory=Reads)
    breaches: list[str] = msgspec.field(default_factory=list)
    """The codes of the rules that a fact recorded elsewhere broke; they are kept in its envelope."""

    @property
    def as_recorded_elsewhere(self) -> bool:
        """History brought in from a document: a broken rule is kept with the fact, not refused."""
        return self.source is not None

    def insist(self, refusal: Refusal) -> None:
        """Refuse; or, where history is brought in, keep that this rule was broken.

        Raises:
            Refusal: the one given, in live mode.
        """
        if not self.as_recorded_elsewhere:
            raise refusal
        if refusal.code not in self.breaches:
            self.breaches.append(refusal.code)

    def hold_to(self, check: Callable[[], None]) -> None:
        """Run a check that refuses, and treat its refusal as `insist` does."""
        try:
            check()
        except Refusal as refusal:
            self.insist(refusal)

    def loaded(self, stream_id: StreamId, log: TenantId | None = None) -> "Loaded[Any]":
        """A stream that the rule's `needs` named; of version 0 where it does not exist."""
        return self.reads.streams[stream_id] if log is None else self.reads.elsewhere[log, stream_id]

    def state(self, stream: "Stream[S]", stream_id: StreamId, log: TenantId | None = None) -> S:
        """The state of a stream that the rule's `needs` named.

        Raises:
            StreamMissingError: there is none of this kind with the id.
        """
        loaded = self.loaded(stream_id, log)
        if not loaded.version or loaded.state == stream.initial:
            raise StreamMissingError(stream=stream.name, stream_id=stream_id)
        state: S = loaded.state
        return state

    def under(self, stream: "Stream[S]", prefix: str) -> Mapping[StreamId, S]:
        """The states behind the claims of a prefix, in the order of the claims."""
        return {stream_id: self.state(stream, stream_id) for stream_id in self.reads.under[prefix]}
