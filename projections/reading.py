"""Stored events as handlers see them. What was checked when it was recorded is not checked again.

A stored event has passed every rule of its value types, its shape is frozen and its bytes are under the log's
tree. So it is read here into *believed* types: for each value type that checks itself, a subclass with the same
fields and no checks. `isinstance`, `match`, properties and encoding are those of the value type; equality is not,
so compare fields. Nothing else reads with believed types: what comes through a door meets the types themselves.

Ids are read as the database driver has them: `uuid.UUID` by every comparison, but looked up, compared and written
in a third of the time.
"""

import types
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from operator import call
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin
from uuid import UUID

import msgspec
from asyncpg.pgproto import pgproto

from domain.envelope import Actor, Authority, Source
from domain.event import UnknownEventError, decode
from domain.ports import Row
from projections import events

StoredId: Final = pgproto.UUID
"""An id as the driver has it."""


_NULL: Final = msgspec.Raw(b"null")


class Seen(msgspec.Struct, kw_only=True, gc=False):
    """An event with its place in its log and what handlers want of its envelope. Shared, so nobody changes it."""

    payload: Any
    on: date = msgspec.field(name="effective_on")
    """The day from which it holds."""
    authority_json: msgspec.Raw = msgspec.field(name="authority")
    actor_json: msgspec.Raw = msgspec.field(name="actor")
    command_json: msgspec.Raw = msgspec.field(name="command_id")
    cause_json: msgspec.Raw = msgspec.field(name="causation_id")
    sample: bool = False
    breaches: tuple[str, ...] = ()
    """Codes of the rules that a fact recorded elsewhere broke."""
    source_json: msgspec.Raw = msgspec.field(name="source", default=_NULL)
    stream_id: UUID = UUID(int=0)
    version: int = 0
    position: int = 0
    at: datetime = datetime.max  # noqa: DTZ901 - `see` puts the real ones here
    """When it was recorded."""

    @property
    def authority(self) -> Authority:
        """Read when asked for: few handlers want it."""
        authority: Authority = _read_authority(self.authority_json)
        return authority

    @property
    def actor(self) -> Actor:
        """Who acted, read when asked for."""
        actor: Actor = _read_actor(self.actor_json)
        return actor

    @property
    def source(self) -> Source | None:
        """Where it was read, of a fact recorded elsewhere; most have none."""
        if bytes(self.source_json) == b"null":
            return None
        source: Source = _read_source(self.source_json)
        return source

    @property
    def without_authority(self) -> bool:
        """Whether it says that it was done by no authority: told by its bytes, for most say so."""
        return _WITHOUT in bytes(self.authority_json)

    @property
    def command_id(self) -> UUID:
        """The command that it came of."""
        command_id: UUID = read_id(self.command_json)
        return command_id

    @property
    def causation_id(self) -> UUID | None:
        """The command of another stream that caused it; most have none."""
        return None if bytes(self.cause_json) == b"null" else read_id(self.cause_json)


def see(row: Row) -> Seen:
    """A stored event, upcast if its schema is an older one.

    Raises:
        UnknownEventError, msgspec.DecodeError: as `domain.event.decode`.
    """
    seen: Seen
    try:
        seen = _READ[row.type](row.state)
    except msgspec.DecodeError:
        seen = _seen_in_full(row)
    seen.stream_id = row.stream_id
    seen.version = row.version
    seen.position = row.position
    seen.at = row.recorded_at
    return seen


def _seen_in_full(row: Row) -> Seen:
    """An event of an older schema; what cannot be read at all says here why."""
    envelope, payload = decode(row.state)
    if envelope.type != row.type:
        raise UnknownEventError(f"the column says {row.type}, the envelope {envelope.type}")
    authority = msgspec.Raw(msgspec.json.encode(envelope.authority))
    return Seen(
        payload=payload,
        on=envelope.effective_on,
        authority_json=authority,
        actor_json=msgspec.Raw(msgspec.json.encode(envelope.actor)),
        command_json=msgspec.Raw(msgspec.json.encode(envelope.command_id)),
        cause_json=msgspec.Raw(msgspec.json.encode(envelope.causation_id)),
        sample=envelope.sample,
        breaches=envelope.breaches,
        source_json=msgspec.Raw(msgspec.json.encode(envelope.source)),
    )


def believed(hint: Any) -> Any:
    """A type that reads what the given one does and checks no more than the types of its parts."""
    origin = get_origin(hint)
    if origin is Annotated:
        return believed(get_args(hint)[0])
    if origin in (Union, types.UnionType):
        return Union[tuple(believed(arg) for arg in get_args(hint))]  # noqa: UP007 - of as many as there are
    if origin is tuple:
        return tuple.__class_getitem__(tuple(arg if arg is ... else believed(arg) for arg in get_args(hint)))
    if getattr(hint, "__supertype__", hint) is UUID:
        return StoredId
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _believed_struct(hint)
    return hint


@cache
def _believed_struct(cls: type[msgspec.Struct]) -> type[msgspec.Struct]:
    fields: list[Any] = []
    differs = hasattr(cls, "__post_init__")
    for field in msgspec.structs.fields(cls):
        hint = believed(field.type)
        differs = differs or hint is not field.type
        given = {"default": field.default, "default_factory": field.default_factory, "name": field.encode_name}
        fields.append((field.name, hint, msgspec.field(**given)))
    if not differs:
        return cls
    # Named anew in the same order, so that they are encoded in the same order too.
    return msgspec.defstruct(
        cls.__name__,
        fields,
        bases=(cls,),
        module=cls.__module__,
        namespace={"__post_init__": _believe},
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=cls.__struct_config__.forbid_unknown_fields,
        gc=False,
    )


def _believe(_: Any) -> None:
    """In the place of a value type's checks."""


Reader = Callable[[bytes | str | msgspec.Raw], Any]


def reader(hint: Any) -> Reader:
    """Reads JSON of a type that was checked when it was written."""
    return _decode(believed(hint))


def _decode(believed_type: Any) -> Reader:
    # The only type that needs the hook is that of ids: it is called with an id's text.
    return msgspec.json.Decoder(believed_type, dec_hook=call).decode


class _Readers(dict[str, Reader]):
    """Read envelope and data at once, if they have the present schema. Each is made when its type first comes."""

    def __missing__(self, type_: str) -> Reader:
        cls = _RELEASED[type_]
        shape = msgspec.defstruct(
            f"Seen{cls.__name__}",
            [
                ("v", Literal[1]),
                ("schema", Literal[cls.SCHEMA]),
                ("payload", believed(cls), msgspec.field(name="data")),
            ],
            bases=(Seen,),
            tag_field="type",
            tag=type_,
            kw_only=True,
            gc=False,
        )
        read = self[type_] = _decode(shape)
        return read


_WITHOUT: Final = b'"kind":"none"'
_RELEASED: Final = {cls.TYPE: cls for cls in events.ALL}
_READ: Final = _Readers()
_read_actor = reader(Actor)
_read_authority = reader(Authority)
_read_source = reader(Source)
read_id = reader(UUID)
