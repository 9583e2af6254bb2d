"""Scalars, cursors and clocks keep every digit and refuse what they cannot read."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLError, parse_value
from hypothesis import given
from hypothesis import strategies as st

from domain.clocks import RecordedZoneMissingError
from projections.plan.tables import PLAN
from readapi.asof import AsOfInput, Clock, across_logs, clock, today
from readapi.negotiation import GRAPHQL, JSON, answer_type, is_json
from readapi.paging import bounded, decode_cursor, encode_cursor, plain
from readapi.refusals import (
    CursorUnknownError,
    EffectiveOutOfRangeError,
    ListTooLongError,
    PositionNeedsOneLogError,
    TextUnusableError,
)
from readapi.scalars import _whole, _whole_literal

NOW = Clock(date(2026, 3, 31))
ORDER = (PLAN.c.period_start, PLAN.c.entity_id, PLAN.c.kind)


@pytest.mark.parametrize("value", ["9223372036854775807", 9223372036854775807, "-1", "0"])
def test_a_big_int_keeps_every_digit(value: Any) -> None:
    assert _whole(value) == int(value)


@pytest.mark.parametrize("value", ["9223372036854775808", "1.0", "", "-", "1e3", "١", 1.0, True, None, []])
def test_what_is_no_big_int_is_refused(value: Any) -> None:
    with pytest.raises(GraphQLError):
        _whole(value)


def test_big_ints_are_read_from_documents_without_going_through_floats() -> None:
    assert _whole_literal(parse_value("9007199254740993")) == 9007199254740993
    assert _whole_literal(parse_value('"9007199254740993"')) == 9007199254740993
    with pytest.raises(GraphQLError):
        _whole_literal(parse_value("1.5"))


@given(st.dates(), st.uuids(), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_a_cursor_comes_back_as_it_went(day: date, key: UUID, text: str) -> None:
    assert decode_cursor("plans", ORDER, encode_cursor("plans", (day, key, text))) == (day, key, text)


@given(st.text())
def test_anything_else_is_no_cursor(text: str) -> None:
    with pytest.raises(CursorUnknownError):
        decode_cursor("plans", ORDER, text)


def test_a_cursor_of_another_list_is_refused() -> None:
    cursor = encode_cursor("agreements", (date(2026, 1, 1), UUID(int=1), "a"))
    with pytest.raises(CursorUnknownError):
        decode_cursor("plans", ORDER, cursor)
    with pytest.raises(CursorUnknownError):
        decode_cursor("plans", ORDER, encode_cursor("plans", (date(2026, 1, 1), UUID(int=1), "\0")))
    with pytest.raises(CursorUnknownError):
        decode_cursor("plans", ORDER, encode_cursor("plans", (date(2026, 1, 1), UUID(int=1))))


def test_list_arguments_are_bounded_and_lose_repeats() -> None:
    assert bounded("x", None) is None
    assert bounded("x", ["b", "a", "b"]) == ("b", "a")
    with pytest.raises(ListTooLongError):
        bounded("x", ["a"] * 101)
    with pytest.raises(TextUnusableError):
        bounded("x", ["\0"])
    assert plain("x", "é") == "é"


def test_clocks_take_what_is_left_out_from_the_default() -> None:
    before = Clock(date(2026, 1, 1), position=7)
    instant = "2026-03-31T17:00:00-04:00"

    assert clock(None, before) is before
    assert clock(AsOfInput(), before) == before
    assert clock(AsOfInput(effective=date(2020, 1, 1)), before) == Clock(date(2020, 1, 1), position=7)
    assert clock(AsOfInput(recorded="12"), NOW) == Clock(NOW.effective, position=12)
    found = clock(AsOfInput(recorded=instant), before)
    assert (found.recorded, found.position) == (datetime(2026, 3, 31, 21, tzinfo=UTC), None)


def test_a_moment_that_is_none_is_refused() -> None:
    with pytest.raises(RecordedZoneMissingError):
        clock(AsOfInput(recorded="2026-03-31"), NOW)
    with pytest.raises(EffectiveOutOfRangeError):
        clock(AsOfInput(effective=date(1899, 12, 31)), NOW)
    with pytest.raises(PositionNeedsOneLogError):
        across_logs(Clock(NOW.effective, position=3))
    assert across_logs(NOW) is NOW


def test_today_is_a_day_in_utc() -> None:
    evening = datetime.fromisoformat("2026-03-31T20:30:00-04:00")
    assert today(evening) == Clock(date(2026, 4, 1))


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, application/json;q=0.9", GRAPHQL),
        (f"{GRAPHQL};q=0.5, application/json", JSON),
        (f"{GRAPHQL};q=0, */*", JSON),
        ("application/json;q=0, */*", GRAPHQL),
        ("text/html", None),
        ("text/html, */*;q=0.1", JSON),
        ("application/json;q=x", None),
        ("*/*;q=0", None),
    ],
)
def test_the_media_type_is_negotiated(accept: str, media: str | None) -> None:
    assert answer_type(accept) == media


def test_bodies_are_json_in_utf_8() -> None:
    assert is_json("application/json")
    assert is_json('Application/JSON; charset="UTF-8"')
    assert not is_json("application/json; charset=latin-1")
    assert not is_json("application/jsonp")
    assert not is_json("")
