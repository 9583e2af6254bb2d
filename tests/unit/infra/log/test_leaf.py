"""The leaf's bytes, spelled out by hand."""

from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import msgspec
import pytest

from domain.ids import TenantId
from domain.ports import Row
from infra.log.leaf import leaf_of, leaf_preimage

ROW = Row(
    TenantId(UUID("01990000-0000-7000-8000-000000000001")),
    7,
    UUID("01990000-0000-7000-8000-000000000002"),
    3,
    "plan.RevisionAdopted",
    datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC),
    b'{"v":1}',
)


def test_the_preimage_is_the_header_and_the_hash_of_the_state() -> None:
    assert leaf_preimage(ROW) == (
        b"entente.event.v1\x00"
        + bytes.fromhex("01990000000070008000000000000001")
        + bytes.fromhex("0000000000000006")
        + bytes.fromhex("01990000000070008000000000000002")
        + bytes.fromhex("00000003")
        + (1795309323456789).to_bytes(8, "big")
        + bytes.fromhex("00000014")
        + b"plan.RevisionAdopted"
        + sha256(b'{"v":1}').digest()
    )


def test_the_leaf_is_hashed_with_its_prefix() -> None:
    assert leaf_of(ROW) == sha256(b"\x00" + leaf_preimage(ROW)).digest()


@pytest.mark.parametrize(
    "change",
    [
        {"tenant_id": UUID(int=1)},
        {"position": 8},
        {"stream_id": UUID(int=1)},
        {"version": 4},
        {"type": "plan.RevisionAdopteD"},
        {"recorded_at": datetime(2026, 11, 22, 1, 2, 3, 456790, tzinfo=UTC)},
        {"state": b'{"v":2}'},
    ],
)
def test_every_column_is_covered(change: dict[str, object]) -> None:
    assert leaf_of(msgspec.structs.replace(ROW, **change)) != leaf_of(ROW)
