import contextlib
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clocks import (
    CANADIAN_ZONES,
    RecordedUnreadableError,
    RecordedZoneMissingError,
    parse_recorded_as_of,
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-03-31T17:00:00-04:00", datetime(2026, 3, 31, 21, tzinfo=UTC)),
        ("2026-03-31T17:00:00Z", datetime(2026, 3, 31, 17, tzinfo=UTC)),
        (" 2026-03-31 17:00-02:30 ", datetime(2026, 3, 31, 19, 30, tzinfo=UTC)),
        ("2026-03-31t17:00:00.123456z", datetime(2026, 3, 31, 17, 0, 0, 123456, tzinfo=UTC)),
        ("1", 1),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_an_instant_or_a_position_is_understood(text: str, meant: datetime | int) -> None:
    assert parse_recorded_as_of(text) == meant


def test_a_bare_date_is_refused_with_the_zones_offered() -> None:
    with pytest.raises(RecordedZoneMissingError) as refusal:
        parse_recorded_as_of("2026-07-01")

    assert refusal.value.offers == (
        "2026-07-01T23:59:59-02:30, 2026-07-01T23:59:59-03:00, 2026-07-01T23:59:59-04:00, "
        "2026-07-01T23:59:59-05:00, 2026-07-01T23:59:59-06:00, 2026-07-01T23:59:59-07:00"
    )
    assert "2026-07-01" in refusal.value.message("fr")


def test_a_time_without_a_zone_is_refused_with_the_body_s_own_offered() -> None:
    with pytest.raises(RecordedZoneMissingError) as refusal:
        parse_recorded_as_of("2026-01-15T09:00", zones=["America/Vancouver"])

    assert refusal.value.offers == "2026-01-15T09:00:00-08:00"


def test_where_clocks_go_back_both_readings_are_offered() -> None:
    with pytest.raises(RecordedZoneMissingError) as refusal:
        parse_recorded_as_of("2026-11-01T01:30", zones=["America/Toronto"])

    assert refusal.value.offers == "2026-11-01T01:30:00-04:00, 2026-11-01T01:30:00-05:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "-1",
        "9223372036854775808",
        "yesterday",
        "2026-02-30",
        "2026-02-30T10:00:00Z",
        "1899-12-31",
        "2201-01-01T00:00:00Z",
        "0000-01-01",
        "2026-01-01T00:00:00+25:00",
        "2026-01-01T24:30:00",
        "2026-W01-1",
        "１２３",
        "2026-01-01T00:00:00 America/Toronto",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(RecordedUnreadableError):
        parse_recorded_as_of(text)


@given(st.dates(date(1900, 1, 2), date(2200, 12, 30)), st.times(), st.sampled_from(CANADIAN_ZONES))
def test_every_offer_is_itself_understood(day: date, at: time, zone: str) -> None:
    with pytest.raises(RecordedZoneMissingError) as refusal:
        parse_recorded_as_of(f"{day}T{at:%H:%M}", zones=[zone])

    for offer in filter(None, refusal.value.offers.split(", ")):
        assert isinstance(parse_recorded_as_of(offer), datetime)


@given(st.text(max_size=30))
def test_any_text_is_understood_or_refused(text: str) -> None:
    refused = (RecordedUnreadableError, RecordedZoneMissingError)
    with contextlib.suppress(*refused):
        assert parse_recorded_as_of(text)
