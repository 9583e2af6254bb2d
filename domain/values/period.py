"""Spans of days that figures and plans are about, both ends included."""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, Self

import msgspec

from domain.values.text import LocalizedText

PeriodKind = Literal["fiscal_year", "calendar_year", "quarter", "month", "years", "custom"]

FIRST_MONTH_OF_QUARTER = {1: 1, 2: 4, 3: 7, 4: 10}

MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MONTHS_FR = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


class Period(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A span of days, `start` and `end` included.

    A fiscal year runs from 1 April to 31 March, as for the federal government (Financial Administration Act,
    s. 2) and for Québec's. `years` is several whole years, calendar or fiscal.
    A quarter is three months from January, April, July or October.
    """

    kind: PeriodKind
    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"the period ends on {self.end}, before it starts on {self.start}")
        if not self._is_consistent():
            raise ValueError(f"{self.start} to {self.end} is not a period of kind {self.kind!r}")

    @classmethod
    def fiscal_year(cls, first_year: int) -> Self:
        """The fiscal year that starts in April of `first_year`."""
        return cls(kind="fiscal_year", start=date(first_year, 4, 1), end=date(first_year + 1, 3, 31))

    @classmethod
    def calendar_year(cls, year: int) -> Self:
        return cls(kind="calendar_year", start=date(year, 1, 1), end=date(year, 12, 31))

    @classmethod
    def quarter(cls, year: int, number: int) -> Self:
        """The calendar quarter 1 to 4 of a year."""
        if number not in FIRST_MONTH_OF_QUARTER:
            raise ValueError(f"a year has quarters 1 to 4; got {number}")
        first = FIRST_MONTH_OF_QUARTER[number]
        return cls(kind="quarter", start=date(year, first, 1), end=_month_end(year, first + 2))

    @classmethod
    def month(cls, year: int, month: int) -> Self:
        return cls(kind="month", start=date(year, month, 1), end=_month_end(year, month))

    @classmethod
    def years(cls, first: int, last: int) -> Self:
        """Whole calendar years: `years(2001, 2003)` ends on 31 December 2003."""
        return cls(kind="years", start=date(first, 1, 1), end=date(last, 12, 31))

    @classmethod
    def fiscal_years(cls, first: int, last: int) -> Self:
        """Whole fiscal years, by the years of both ends: `fiscal_years(2019, 2023)` ends on 31 March 2023."""
        return cls(kind="years", start=date(first, 4, 1), end=date(last, 3, 31))

    @classmethod
    def custom(cls, start: date, end: date) -> Self:
        return cls(kind="custom", start=start, end=end)

    def covers(self, day: date) -> bool:
        return self.start <= day <= self.end

    def following(self) -> Self | None:
        """The next one of its kind; None for `years` and `custom`, which are not one after the other."""
        match self.kind:
            case "fiscal_year":
                return type(self).fiscal_year(self.start.year + 1)
            case "calendar_year":
                return type(self).calendar_year(self.start.year + 1)
            case "quarter":
                first = self.end + timedelta(days=1)
                return type(self).quarter(first.year, (first.month + 2) // 3)
            case "month":
                first = self.end + timedelta(days=1)
                return type(self).month(first.year, first.month)
            case _:
                return None

    def label(self) -> LocalizedText:
        """The period's name in both languages.

        A quarter is named by its months, since "Q4" means another quarter in a fiscal year.
        """
        match self.kind:
            case "fiscal_year" | "years":
                words = f"{self.start.year}-{self.end.year}"
                return _label(words, words)
            case "calendar_year":
                return _label(str(self.start.year), str(self.start.year))
            case "quarter":
                first, last, year = self.start.month - 1, self.end.month - 1, self.start.year
                return _label(
                    f"{MONTHS_EN[first]} to {MONTHS_EN[last]} {year}",
                    f"{MONTHS_FR[first]} à {MONTHS_FR[last]} {year}",
                )
            case "month":
                month, year = self.start.month - 1, self.start.year
                return _label(f"{MONTHS_EN[month]} {year}", f"{MONTHS_FR[month]} {year}")
            case _:  # custom
                return _label(
                    f"{_day_en(self.start)} to {_day_en(self.end)}",
                    f"du {_day_fr(self.start)} au {_day_fr(self.end)}",
                )

    def _is_consistent(self) -> bool:
        start, end = self.start, self.end
        first_day = (start.month, start.day)
        last_day = (end.month, end.day)
        years_apart = end.year - start.year
        match self.kind:
            case "fiscal_year":
                return first_day == (4, 1) and last_day == (3, 31) and years_apart == 1
            case "calendar_year":
                return first_day == (1, 1) and last_day == (12, 31) and years_apart == 0
            case "quarter":
                return (
                    start.month in FIRST_MONTH_OF_QUARTER.values()
                    and start.day == 1
                    and end == _month_end(start.year, start.month + 2)
                )
            case "month":
                return start.day == 1 and end == _month_end(start.year, start.month)
            case "years":
                calendar = first_day == (1, 1) and last_day == (12, 31) and years_apart >= 1
                fiscal = first_day == (4, 1) and last_day == (3, 31) and years_apart >= 2  # noqa: PLR2004
                return calendar or fiscal
            case _:  # custom
                return True


@lru_cache(maxsize=4_096)
def _month_end(year: int, month: int) -> date:
    """Kept: every period that is read is checked, and a national view reads those of thousands of figures."""
    return date(year, month, monthrange(year, month)[1])


def _label(en: str, fr: str) -> LocalizedText:
    return LocalizedText(en=en, fr=fr, source="en")


def _day_en(day: date) -> str:
    return f"{MONTHS_EN[day.month - 1]} {day.day}, {day.year}"


def _day_fr(day: date) -> str:
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {MONTHS_FR[day.month - 1]} {day.year}"
