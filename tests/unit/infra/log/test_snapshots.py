"""Every stream's state can be kept as a snapshot, and none of them can hold free text."""

import importlib
import pkgutil

import pytest

import domain
from domain.stream import STREAMS, Loaded, State
from domain.values import SealedText
from infra.log.snapshots import decode_snapshot, encode_snapshot, may_be_snapshotted

for module in pkgutil.walk_packages(domain.__path__, "domain."):
    importlib.import_module(module.name)


@pytest.mark.parametrize("name", sorted(STREAMS))
def test_no_state_holds_free_text(name: str) -> None:
    assert may_be_snapshotted(type(STREAMS[name].initial))


@pytest.mark.parametrize("name", sorted(STREAMS))
def test_an_initial_state_survives_as_a_snapshot(name: str) -> None:
    stream = STREAMS[name]
    loaded = Loaded(state=stream.initial, version=100)

    assert decode_snapshot(stream, encode_snapshot(loaded)) == loaded


def test_a_state_with_free_text_would_be_noticed() -> None:
    class Chatty(State, frozen=True):
        notes: tuple[dict[str, SealedText | None], ...] = ()

    assert not may_be_snapshotted(Chatty)
