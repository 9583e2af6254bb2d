"""Stored bytes to events and back, the same for the async store and for the library.

No module is ever imported by a name from the database: the registry of event types is closed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, Notification, StoredEvent

from domain.event import Event, Recorded, UnknownEventError, encode, encode_envelope
from domain.ids import TenantId
from domain.ports import Row
from domain.stream import STREAMS, Loaded, Stream
from infra.log.snapshots import decode_snapshot, encode_snapshot
from infra.log.store import recorded
from infra.pii.sealer import sealed_fields


@dataclass(frozen=True)
class LogEvent(StoredEvent):
    """The library's stored event with the columns that ours has besides."""

    tenant_id: TenantId
    position: int
    recorded_at: datetime


@dataclass(frozen=True)
class LogNotification(Notification):
    """The library's notification; its id is the position in the tenant's log."""

    tenant_id: TenantId
    recorded_at: datetime

    @property
    def position(self) -> int:
        return self.id


class TakenSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A stream's folded state at a version, in the form in which the library passes snapshots."""

    originator_id: UUID
    originator_version: int
    stream: str
    loaded: Loaded[Any]


class OpenTextError(ValueError):
    """An event with readable free text was about to be stored."""


def state_of(event: Recorded) -> bytes:
    """The bytes to store: the envelope around the event in its present schema.

    Raises:
        OpenTextError: free text is not sealed.
    """
    payload = event.payload
    refuse_open_text(payload)
    return encode_envelope(
        msgspec.structs.replace(event.envelope, type=payload.TYPE, schema=payload.SCHEMA, data=encode(payload))
    )


def refuse_open_text(event: Event) -> None:
    """Raises OpenTextError unless all free text of the event is sealed."""
    for field in sealed_fields(type(event)):
        text = getattr(event, field)
        if text is not None and not text.is_sealed:
            raise OpenTextError(f"{event.TYPE} holds unsealed text in {field}; seal it for its place first")


def snapshot_topic(stream: Stream[Any]) -> str:
    """The library's name for snapshots of a kind of stream: they are void once the state's shape changes."""
    return f"{stream.name}.v{stream.schema}"


class EntenteMapper(Mapper[UUID]):
    """The library's mapper over our closed registry, with msgspec in place of its transcoder."""

    def __init__(self, *_: object, **__: object) -> None:
        # The bytes are covered by the Merkle leaf, so nothing may compress or encrypt them as a whole.
        super().__init__(JSONTranscoder())

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Raises OpenTextError if free text is not sealed."""
        if isinstance(domain_event, Recorded):
            topic, state = domain_event.payload.TYPE, state_of(domain_event)
        elif isinstance(domain_event, TakenSnapshot):
            topic = snapshot_topic(STREAMS[domain_event.stream])
            state = encode_snapshot(domain_event.loaded)
        else:
            raise TypeError(f"expected a Recorded event or a TakenSnapshot; got {type(domain_event).__name__}")
        return StoredEvent(domain_event.originator_id, domain_event.originator_version, topic, state)

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Raises UnknownEventError for a type, schema or kind of snapshot that is not of this program."""
        stream_id = stored_event.originator_id
        assert isinstance(stream_id, UUID)
        if isinstance(stored_event, LogEvent | LogNotification):
            return recorded(
                Row(
                    stored_event.tenant_id,
                    stored_event.position,
                    stream_id,
                    stored_event.originator_version,
                    stored_event.topic,
                    stored_event.recorded_at,
                    stored_event.state,
                )
            )
        for stream in STREAMS.values():
            if stored_event.topic == snapshot_topic(stream):
                return TakenSnapshot(
                    originator_id=stream_id,
                    originator_version=stored_event.originator_version,
                    stream=stream.name,
                    loaded=decode_snapshot(stream, stored_event.state),
                )
        raise UnknownEventError(f"there are no snapshots of kind {stored_event.topic}")
