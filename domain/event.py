"""Events: finished facts, their closed registry, and the form in which replay and projections receive them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, ClassVar, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from domain.envelope import Envelope
from domain.ids import TenantId


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fact that happened. Its stored name is ours and permanent; its shape is frozen once released."""

    TYPE: ClassVar[str]
    SCHEMA: ClassVar[int]
    LIFECYCLE: ClassVar[bool]
    """Lifecycle events may not be dated before the stream's last one; descriptive facts may."""


class Released(NamedTuple):
    """What the registry keeps of one event type."""

    cls: type[Event]
    decode: Callable[[bytes | msgspec.Raw], Event]


Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
EVENTS: dict[str, Released] = {}
_UPCASTERS: dict[tuple[str, int], Upcaster] = {}
E_ = TypeVar("E_", bound=type[Event])


def event(name: str, *, schema: int = 1, lifecycle: bool = False) -> Callable[[E_], E_]:
    """Register a class under its permanent stored name, such as `plan.RevisionAdopted`."""

    def register(cls: E_) -> E_:
        if name in EVENTS:
            raise ValueError(f"the event name {name} is already taken")
        cls.TYPE, cls.SCHEMA, cls.LIFECYCLE = name, schema, lifecycle
        EVENTS[name] = Released(cls, msgspec.json.Decoder(cls).decode)
        return cls

    return register


def upcaster(name: str, from_schema: int) -> Callable[[Upcaster], Upcaster]:
    """Register the function that turns the data of `name` at `from_schema` into the next schema's."""

    def register(function: Upcaster) -> Upcaster:
        _UPCASTERS[name, from_schema] = function
        return function

    return register


class UnknownEventError(LookupError):
    """A stored event whose type or schema this program does not know: written by a newer one."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An event with its place in its log. Satisfies the library's domain event protocol."""

    payload: Event
    envelope: Envelope
    tenant_id: TenantId
    originator_id: UUID
    originator_version: int
    position: int
    recorded_at: datetime

    @property
    def effective_on(self) -> date:
        return self.envelope.effective_on


_decode_envelope = msgspec.json.Decoder(Envelope).decode
_encode = msgspec.json.Encoder(decimal_format="string", uuid_format="canonical").encode


def encode(event_: Event) -> msgspec.Raw:
    """The data member of the envelope: members in the order of the class, nothing omitted."""
    return msgspec.Raw(_encode(event_))


def encode_envelope(envelope: Envelope) -> bytes:
    """The bytes that are stored and that the Merkle leaf covers."""
    return _encode(envelope)


def decode(state: bytes) -> tuple[Envelope, Event]:
    """Read stored bytes, upcasting an older schema.

    Raises:
        UnknownEventError: the type or the schema is not of this program.
        msgspec.ValidationError: the bytes do not have the released shape.
    """
    envelope = _decode_envelope(state)
    released = EVENTS.get(envelope.type)
    if released is None:
        raise UnknownEventError(f"event type {envelope.type} is not known")
    if envelope.schema == released.cls.SCHEMA:
        return envelope, released.decode(envelope.data)
    data = upcast(envelope.type, envelope.schema, released.cls.SCHEMA, msgspec.json.decode(envelope.data))
    return envelope, released.decode(_encode(data))


def upcast(name: str, schema: int, current: int, data: dict[str, Any]) -> dict[str, Any]:
    """Bring data of an older schema to the current one, one registered step at a time."""
    if schema > current:
        raise UnknownEventError(f"{name} has schema {schema}; this program knows {current}")
    for step in range(schema, current):
        function = _UPCASTERS.get((name, step))
        if function is None:
            raise UnknownEventError(f"{name} has no upcaster from schema {step}")
        data = function(data)
    return data


def released_events() -> Mapping[str, Released]:
    """Every event type of this program by stored name."""
    return EVENTS
