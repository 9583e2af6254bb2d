"""The leaf of an event in its log's Merkle tree: a fixed binary header, and the hash of the stored bytes.

    "entente.event.v1" NUL | tenant 16 | leaf index int8 | stream 16 | version int4
    | recorded_at int8, in µs since 1970 | octets of the type int4 | type, UTF-8 | SHA-256 of the state

Integers are big-endian and signed. The leaf index is the position minus one. `log.append_columns` makes the same.
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from struct import Struct
from typing import Final

from domain.ports import Row
from infra.log.merkle import leaf_hash

LABEL: Final = b"entente.event.v1\x00"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_header = Struct(">16sq16siqi").pack


def leaf_preimage(row: Row) -> bytes:
    """The bytes that the leaf hash covers, without RFC 9162's own prefix."""
    name = row.type.encode()
    header = _header(
        row.tenant_id.bytes,
        row.position - 1,
        row.stream_id.bytes,
        row.version,
        (row.recorded_at - _EPOCH) // _MICROSECOND,
        len(name),
    )
    return LABEL + header + name + sha256(row.state).digest()


def leaf_of(row: Row) -> bytes:
    """The leaf hash of a stored event."""
    return leaf_hash(leaf_preimage(row))
