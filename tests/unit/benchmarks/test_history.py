"""The invented histories must be such as the rules allow, or their figures would say nothing."""

from collections import Counter
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

import pytest

import domain.areas  # noqa: F401 - the streams
from benchmarks.history import FIRST_DAY, LAST_DAY, Entry, History, only_plan
from domain.event import Recorded, decode
from domain.ids import TenantId
from domain.ports import Row
from domain.stream import Loaded, stream_of
from projections.registry import PROJECTIONS

TENANT = TenantId(UUID(int=1))
NOW = datetime(2026, 11, 21, tzinfo=UTC)
EVENTS = 3_000


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return stored(list(History(TENANT, seed=1).entries(EVENTS)))


def stored(entries: list[Entry]) -> list[Row]:
    positions = count(1)
    return [
        Row(TENANT, next(positions), entry.stream_id, event.version, event.type, NOW, event.state)
        for entry in entries
        for event in entry.events
    ]


def test_a_history_has_exactly_the_events_that_were_asked_for(rows: list[Row]) -> None:
    assert len(rows) == EVENTS
    assert rows[0].type == "body.Opened"


def test_the_same_seed_gives_the_same_history(rows: list[Row]) -> None:
    assert stored(list(History(TENANT, seed=1).entries(EVENTS))) == rows


def test_versions_of_each_stream_follow_each_other(rows: list[Row]) -> None:
    seen: Counter[UUID] = Counter()
    for row in rows:
        seen[row.stream_id] += 1
        assert row.version == seen[row.stream_id]


def test_requests_expect_the_version_that_the_stream_has() -> None:
    versions: Counter[UUID] = Counter()
    for entry in History(TENANT, seed=2).entries(500):
        assert entry.expected_version == versions[entry.stream_id]
        versions[entry.stream_id] += len(entry.events)


def test_dates_fit_the_rules_of_both_clocks(rows: list[Row]) -> None:
    states: dict[UUID, Loaded[Any]] = {}
    for row in rows:
        envelope, payload = decode(row.state)
        known = states.get(row.stream_id)
        assert FIRST_DAY <= envelope.effective_on <= LAST_DAY
        if known is not None:
            assert known.started_on is not None
            assert envelope.effective_on >= known.started_on
            if payload.LIFECYCLE and known.last_lifecycle_on is not None:
                assert envelope.effective_on >= known.last_lifecycle_on
        recorded = Recorded(
            payload=payload,
            envelope=envelope,
            tenant_id=TENANT,
            originator_id=row.stream_id,
            originator_version=row.version,
            position=row.position,
            recorded_at=NOW,
        )
        states[row.stream_id] = stream_of(row.type).fold(known, [recorded])


def test_every_projection_takes_it(rows: list[Row]) -> None:
    for projection in PROJECTIONS:
        projection.fold(projection.work(TENANT), rows)


def test_each_area_has_a_share(rows: list[Row]) -> None:
    shares = Counter(row.type.partition(".")[0] for row in rows)

    assert shares.keys() == {"body", "plan", "agreement", "target", "provider"}
    assert 0.4 < shares["plan"] / EVENTS < 0.7


def test_a_plan_alone_is_one_stream() -> None:
    rows = stored(list(only_plan(History(TENANT, seed=3), 700)))

    assert {row.stream_id for row in rows} == {rows[0].stream_id}
    assert [row.version for row in rows] == list(range(1, 701))
