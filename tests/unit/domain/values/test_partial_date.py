from datetime import date

import msgspec
import pytest
from hypothesis import given

from domain.values import PartialDate
from tests.unit.domain.values.strategies import partial_dates


@pytest.mark.parametrize(
    ("value", "precision", "earliest", "latest"),
    [
        ("2007", "year", date(2007, 1, 1), date(2007, 12, 31)),
        ("2000-11", "month", date(2000, 11, 1), date(2000, 11, 30)),
        ("2000-02", "month", date(2000, 2, 1), date(2000, 2, 29)),
        ("2021-04-01", "day", date(2021, 4, 1), date(2021, 4, 1)),
    ],
)
def test_a_date_means_the_days_its_precision_leaves_open(
    value: str, precision: str, earliest: date, latest: date
) -> None:
    known = PartialDate(value=value)

    assert (known.precision, known.earliest, known.latest) == (precision, earliest, latest)
    assert str(known) == value


def test_its_json_holds_the_iso_string() -> None:
    assert msgspec.json.encode(PartialDate.of(2000, 11)) == b'{"value":"2000-11"}'


def test_it_is_made_from_numbers_or_from_a_day() -> None:
    assert PartialDate.of(2007) == PartialDate(value="2007")
    assert PartialDate.of(2000, 11) == PartialDate(value="2000-11")
    assert PartialDate.of(2021, 4, 1) == PartialDate.on(date(2021, 4, 1)) == PartialDate(value="2021-04-01")


def test_a_day_without_its_month_is_refused() -> None:
    with pytest.raises(ValueError, match="a day needs its month"):
        PartialDate.of(2021, day=1)


@pytest.mark.parametrize(
    "value", ["", "200", "20001", "2000-1", "2000-11-", "20001130", "2000-W48", "٢٠٠٠", "2000\n"]
)
def test_another_form_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="is not a date of the form YYYY, YYYY-MM or YYYY-MM-DD"):
        PartialDate(value=value)


@pytest.mark.parametrize("value", ["0000", "2000-13", "2001-02-29", "2000-11-31"])
def test_a_day_the_calendar_does_not_have_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="is no date of the calendar"):
        PartialDate(value=value)


def test_dates_sort_by_their_first_day_and_the_vaguer_comes_first() -> None:
    in_order = ["1999", "2000", "2000-01", "2000-01-01", "2000-01-02", "2000-02", "2001"]

    assert [str(known) for known in sorted(PartialDate(value=value) for value in reversed(in_order))] == in_order


@given(one=partial_dates(), other=partial_dates())
def test_the_order_is_by_first_day_then_the_longest_span_first(one: PartialDate, other: PartialDate) -> None:
    def key(known: PartialDate) -> tuple[date, int]:
        return (known.earliest, -(known.latest - known.earliest).days)

    assert (one < other) == (key(one) < key(other))


def test_only_dates_that_do_not_overlap_are_certainly_in_order() -> None:
    assert PartialDate.of(2000).certainly_before(PartialDate.of(2001, 1))
    assert not PartialDate.of(2000).certainly_before(PartialDate.of(2000, 11))
    assert not PartialDate.of(2000, 11).certainly_before(PartialDate.of(2000))
