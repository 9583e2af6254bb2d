"""Ports: what the handlers and the projections need of the world, and the plain data that crosses."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

import msgspec

from domain.access import GrantChange
from domain.document import Content
from domain.envelope import Envelope
from domain.event import Recorded
from domain.ids import CommandId, PersonId, StreamId, TenantId
from domain.jobs import JobRow
from domain.mail import Mail
from domain.stream import Loaded, State, Stream
from domain.values import Citation

S = TypeVar("S", bound=State)


class NewEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An event ready to be stored: its stored name and the bytes of its envelope."""

    version: int
    type: str
    state: bytes


class Guard(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Another stream of the same log, and the version at which it was read."""

    stream_id: StreamId
    version: int


class Append(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One command's events for one stream, with all that must hold when they are written."""

    tenant_id: TenantId
    stream_id: StreamId
    expected_version: int
    events: tuple[NewEvent, ...]
    principal: PersonId
    command_id: CommandId
    fingerprint: bytes
    """32 bytes, keyed, of the request as received: the same key with another one is refused."""
    guards: tuple[Guard, ...] = ()
    claims: tuple[str, ...] = ()
    opens: tuple[TenantId, ...] = ()
    """Bodies whose (empty) logs begin to exist in the same transaction."""
    jobs: tuple[JobRow, ...] = ()
    grants: tuple[GrantChange, ...] = ()


class Batch(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Commands of one principal in one log that are recorded as one, or not at all.

    Each append stands as if those before it were recorded and nothing else came between: a second one for the
    same stream, or a guard on it, expects the version that the first one leads to. Only the batch has an outcome
    that is kept; the ids and fingerprints of its appends serve nothing.
    """

    tenant_id: TenantId
    principal: PersonId
    command_id: CommandId
    fingerprint: bytes
    appends: tuple[Append, ...]


class Outcome(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer to an accepted command or batch, equal however often the same key is sent.

    `first_position` and `position` are those of its first and last event; both are None where the command was
    accepted and recorded nothing. `version` is the stream's version after it, and 0 after a batch, which has no
    stream of its own. `leaf` is the leaf hash of its last event in the log's tree, where the store keeps one, for
    a receipt.
    """

    first_position: int | None
    position: int | None
    version: int
    recorded_at: datetime
    replayed: bool = False
    leaf: bytes | None = None


class AppendError(Exception):
    """The log did not take the events; nothing of this command was written."""


class VersionConflictError(AppendError):
    """The stream has another version than the one that was read."""


class GuardBrokenError(AppendError):
    """A guarded stream changed between read and append."""


class KeyTakenError(AppendError):
    """A claimed key belongs to another stream. `claim` is the key."""

    def __init__(self, claim: str) -> None:
        super().__init__(claim)
        self.claim = claim


class KeyReusedError(AppendError):
    """The command id was used by this principal for another request."""


class BodyUnknownError(AppendError):
    """There is no log with this tenant id."""


class LogStoppedError(AppendError):
    """The log is not what was signed of it: nothing is written until an operator has decided what it is."""


class OutcomeUnknownError(AppendError):
    """The connection was lost after the events were sent: send the same key again to learn what happened."""


class EventStore(Protocol):
    """The write side's view of the logs."""

    async def outcome(
        self, tenant_id: TenantId, principal: PersonId, command_id: CommandId, fingerprint: bytes
    ) -> Outcome | None:
        """The kept outcome of a command, or None.

        Raises:
            KeyReusedError: the key is known with another fingerprint.
        """
        ...

    async def load(
        self, tenant_id: TenantId, stream: Stream[S], stream_id: StreamId, *, version: int | None = None
    ) -> Loaded[S]:
        """The stream's state now or at a version; version 0 if it does not exist. Free text comes opened."""
        ...

    async def append(self, append: Append) -> Outcome:
        """Write one command's events; returns only after they are durable.

        Raises:
            AppendError: one of its subclasses; cancelling the caller does not cancel the append.
        """
        ...

    async def begun(self, tenant_id: TenantId, stream_ids: Collection[StreamId]) -> frozenset[StreamId]:
        """Those of the streams that have events."""
        ...

    async def events_of(
        self, tenant_id: TenantId, stream_id: StreamId, *, after: int = 0, upto: int | None = None
    ) -> list[Recorded]:
        """The events of a stream in the order of their versions, after one and up to another; free text opened."""
        ...

    async def mentioning(self, tenant_id: TenantId, id_: UUID) -> list[Recorded]:
        """The events of a log whose stored bytes hold an id in its canonical form, in the order of positions.

        Reads the whole log: for what is asked rarely, such as what belongs to an import.
        """
        ...

    async def append_batch(self, batch: Batch) -> Outcome:
        """Write the events of all its commands at one instant and in one run of positions, or none.

        Raises:
            AppendError: one of its subclasses; nothing was written, except after `OutcomeUnknownError`.
        """
        ...

    async def cited(self, citation: Citation) -> Envelope | None:
        """The envelope of the cited event; None if there is no such event in its log."""
        ...

    async def claimed(self, tenant_id: TenantId, claim: str) -> StreamId | None:
        """The stream that holds a claim in a log."""
        ...

    async def claimed_under(self, tenant_id: TenantId, prefix: str) -> tuple[StreamId, ...]:
        """The streams that hold the claims beginning with `prefix` in a log, by claim, each once."""
        ...


class ContentDamagedError(Exception):
    """The bytes that are kept under a hash are others. Restore them from a backup."""


class ContentStore(Protocol):
    """The bytes of documents, per body and by their hash, outside every log."""

    async def put(self, tenant_id: TenantId, content: Content, body: bytes) -> None:
        """Keep checked bytes; keeping the same again changes nothing. Returns once they are durable."""
        ...

    async def holds(self, tenant_id: TenantId, content: Content) -> bool:
        """Whether these very bytes are kept, of that size and checked as that type."""
        ...

    async def used(self, tenant_id: TenantId) -> int:
        """How many bytes are kept for a body."""
        ...

    async def read(self, tenant_id: TenantId, sha256: str) -> bytes | None:
        """The bytes; None where they are not kept, or not any more.

        Raises:
            ContentDamagedError: what is kept has another hash.
        """
        ...

    async def erase(self, tenant_id: TenantId, sha256: str) -> bool:
        """Remove the bytes for good; False if there were none."""
        ...


class Mailer(Protocol):
    """Takes messages out of the house."""

    async def send(self, mail: Mail) -> None:
        """Hand a message over; returns once whoever carries it on has it.

        Raises:
            domain.mail.MailRefusedError: its address is refused for good.
            domain.mail.MailUnavailableError: it was not taken, or nobody knows.
        """
        ...


class Sealer(Protocol):
    """Seals and opens the free text of events under keys that can be destroyed."""

    async def seal(self, tenant_id: TenantId, stream_id: StreamId, version: int, event: Any) -> Any:
        """The same event with every opened `SealedText` sealed."""
        ...

    async def open(self, tenant_id: TenantId, events: Sequence[Recorded]) -> list[Recorded]:
        """The same events with every sealed text opened, or marked erased if its key is gone."""
        ...


class GapError(RuntimeError):
    """A log lacks a position: somebody removed events behind the database's back. Stop and look."""


class Feed(Protocol):
    """The projections' view of the logs: per tenant, in position order, without gaps."""

    async def heads(self) -> Mapping[TenantId, int]:
        """The last position of every log."""
        ...

    def read(
        self, tenant_id: TenantId, after: int, *, limit: int = 5_000, upto: int | None = None
    ) -> AsyncIterator[Sequence["Row"]]:
        """Batches of at most `limit` events after a position, as `Row`s, until the head as it was at the start.

        Raises:
            GapError: a position is missing; the batches before it were right.
        """
        ...

    def scan(
        self, tenant_id: TenantId, *, without: Collection[str] = (), limit: int = 2_000, upto: int | None = None
    ) -> AsyncGenerator[tuple[int, Sequence["Row"]], None]:
        """A whole log until the head as it was at the start, in batches, each with the position that it reaches.

        Events of the types in `without` are in the log, which is made sure of, but not in the batches. It holds
        a connection, so close it (`aclosing`) unless it is read to its end.
        """
        ...

    async def wait(self, timeout_seconds: float) -> None:
        """Return when some log may have grown, or after the time-out."""
        ...


class Row(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A stored event as the feed yields it: not yet decoded, since a projection may ignore its type."""

    tenant_id: TenantId
    position: int
    stream_id: UUID
    version: int
    type: str
    recorded_at: datetime
    state: bytes
