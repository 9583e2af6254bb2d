from datetime import date

import pytest
from hypothesis import given

from domain.values import Period, PeriodKind
from tests.unit.domain.values.strategies import periods


@pytest.mark.parametrize(
    ("period", "start", "end", "en", "fr"),
    [
        (Period.fiscal_year(2021), date(2021, 4, 1), date(2022, 3, 31), "2021-2022", "2021-2022"),
        (Period.calendar_year(2003), date(2003, 1, 1), date(2003, 12, 31), "2003", "2003"),
        (Period.years(2001, 2003), date(2001, 1, 1), date(2003, 12, 31), "2001-2003", "2001-2003"),
        (Period.fiscal_years(2019, 2023), date(2019, 4, 1), date(2023, 3, 31), "2019-2023", "2019-2023"),
        (
            Period.quarter(2019, 4),
            date(2019, 10, 1),
            date(2019, 12, 31),
            "October to December 2019",
            "octobre à décembre 2019",
        ),
        (Period.month(2000, 2), date(2000, 2, 1), date(2000, 2, 29), "February 2000", "février 2000"),
        (
            Period.custom(date(2013, 2, 1), date(2013, 2, 21)),
            date(2013, 2, 1),
            date(2013, 2, 21),
            "February 1, 2013 to February 21, 2013",
            "du 1er février 2013 au 21 février 2013",
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, Period) else None,
)
def test_a_period_has_both_its_days_and_a_name_in_both_languages(
    period: Period, start: date, end: date, en: str, fr: str
) -> None:
    assert (period.start, period.end) == (start, end)
    assert (period.label().en, period.label().fr) == (en, fr)
    assert period.label().missing == ()


def test_both_ends_are_inside() -> None:
    year = Period.fiscal_year(2021)

    assert year.covers(date(2021, 4, 1))
    assert year.covers(date(2022, 3, 31))
    assert not year.covers(date(2021, 3, 31))
    assert not year.covers(date(2022, 4, 1))


def test_a_period_of_one_day_is_allowed_and_one_that_runs_backwards_is_not() -> None:
    assert Period.custom(date(2021, 4, 1), date(2021, 4, 1)).covers(date(2021, 4, 1))
    with pytest.raises(ValueError, match="ends on 2021-03-31, before it starts on 2021-04-01"):
        Period.custom(date(2021, 4, 1), date(2021, 3, 31))


@pytest.mark.parametrize(
    ("kind", "start", "end"),
    [
        ("fiscal_year", date(2021, 1, 1), date(2021, 12, 31)),
        ("fiscal_year", date(2021, 4, 1), date(2022, 3, 30)),
        ("fiscal_year", date(2021, 4, 1), date(2023, 3, 31)),
        ("calendar_year", date(2021, 4, 1), date(2022, 3, 31)),
        ("calendar_year", date(2021, 1, 1), date(2022, 12, 31)),
        ("quarter", date(2021, 2, 1), date(2021, 4, 30)),
        ("quarter", date(2021, 1, 2), date(2021, 3, 31)),
        ("quarter", date(2021, 1, 1), date(2021, 6, 30)),
        ("month", date(2021, 2, 1), date(2021, 2, 27)),
        ("month", date(2021, 2, 2), date(2021, 2, 28)),
        ("years", date(2021, 1, 1), date(2021, 12, 31)),
        ("years", date(2021, 4, 1), date(2022, 3, 31)),
        ("years", date(2021, 4, 1), date(2023, 12, 31)),
    ],
)
def test_days_that_do_not_fit_the_kind_are_refused(kind: PeriodKind, start: date, end: date) -> None:
    with pytest.raises(ValueError, match=f"{start} to {end} is not a period of kind '{kind}'"):
        Period(kind=kind, start=start, end=end)


@pytest.mark.parametrize("number", [0, 5])
def test_a_year_has_four_quarters(number: int) -> None:
    with pytest.raises(ValueError, match=f"quarters 1 to 4; got {number}"):
        Period.quarter(2021, number)


@given(period=periods())
def test_every_period_covers_its_own_days_and_has_a_name(period: Period) -> None:
    assert period.covers(period.start)
    assert period.covers(period.end)
    assert period.label().missing == ()
