"""Folded states as bytes: a cache in front of long streams."""

from functools import cache
from typing import Any, TypeVar

import msgspec

from domain.stream import Loaded, State, Stream

S = TypeVar("S", bound=State)
EVERY_VERSIONS = 100
_encode = msgspec.json.Encoder(decimal_format="string").encode


def encode_snapshot(loaded: Loaded[Any]) -> bytes:
    """A state with its version and dates, as JSON."""
    return _encode(loaded)


def decode_snapshot(stream: Stream[S], state: bytes) -> Loaded[S]:
    """The inverse of `encode_snapshot`.

    Raises:
        msgspec.ValidationError: the state's shape changed and its stream's schema did not.
    """
    loaded: Loaded[S] = _decoder(type(stream.initial)).decode(state)
    return loaded


def may_be_snapshotted(kind: type[State]) -> bool:
    """Whether the state can hold no free text, which must never be stored opened."""
    return "SealedText" not in _definitions(kind)


@cache
def _definitions(kind: type[State]) -> frozenset[str]:
    _, definitions = msgspec.json.schema_components([kind])
    return frozenset(definitions)


@cache
def _decoder(kind: type[State]) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(Loaded[kind])  # type: ignore[valid-type]  # a type known at run time only
