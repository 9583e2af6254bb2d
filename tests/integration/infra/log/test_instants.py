"""Instants on connections that read and write millions of them: as asyncpg has them, only cheaper."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra import instants

_SAME = "SELECT i, i::text, extract(epoch FROM i)::text FROM unnest($1::timestamptz[]) i"
INSTANTS = [
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2000, 1, 1, tzinfo=UTC),
    datetime(2026, 11, 28, 12, 30, 0, 123_456, tzinfo=UTC),
    datetime(2026, 3, 8, 3, tzinfo=timezone(timedelta(hours=-4))),
    datetime(2, 1, 1, tzinfo=UTC),
    datetime(9998, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime.max,  # noqa: DTZ901 - as it stands for infinity
    datetime.min,  # noqa: DTZ901
]


async def test_an_instant_goes_and_comes_as_with_the_driver_itself(admin: Any) -> None:
    plain = [tuple(row) for row in await admin.fetch(_SAME, INSTANTS)]
    await instants.know(admin)
    for _ in range(2):  # unknown, then known
        assert [tuple(row) for row in await admin.fetch(_SAME, INSTANTS)] == plain
    assert [row[0] for row in plain] == INSTANTS
    assert plain[-2][1:] == ("infinity", "Infinity")
    assert plain[3][1:] == ("2026-11-28 12:30:00.123456+00", "1795869000.123456")


async def test_it_is_copied_into_a_table_too(admin: Any) -> None:
    await instants.know(admin)
    await admin.execute("CREATE TEMP TABLE kept (i timestamptz) ON COMMIT PRESERVE ROWS")
    await admin.copy_records_to_table("kept", records=[(instant,) for instant in INSTANTS])
    assert {row[0] for row in await admin.fetch("SELECT i FROM kept")} == set(INSTANTS)


async def test_an_instant_without_a_zone_is_refused(admin: Any) -> None:
    await instants.know(admin)
    with pytest.raises(asyncpg.DataError, match="offset-naive"):
        await admin.fetchval("SELECT $1::timestamptz", datetime(2026, 11, 28))  # noqa: DTZ001 - the point


@given(st.integers(-63_082_281_600_000_000, 252_455_615_999_999_999))  # the years 1 to 9999
def test_every_microsecond_is_its_own_instant(microseconds: int) -> None:
    wire = (microseconds,)
    instant = instants._READ[wire]
    assert instant.tzinfo is UTC
    assert (instant - datetime(2000, 1, 1, tzinfo=UTC)) == timedelta(microseconds=wire[0])
    assert instants._WRITTEN[instant] == wire


def test_no_more_stays_known_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instants, "_KNOWN_MAX", 10)
    instants._READ.clear()
    instants._WRITTEN.clear()
    start = datetime(2026, 11, 28, tzinfo=UTC)
    for number in range(100):
        instant = start + timedelta(microseconds=number)
        assert instants._READ[instants._WRITTEN[instant]] == instant
        assert len(instants._READ) <= 10
        assert len(instants._WRITTEN) <= 10
