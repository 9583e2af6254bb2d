"""A date known to the year, the month or the day, as sources give it ("November 2000")."""

import re
from calendar import monthrange
from datetime import date
from typing import Literal, Self

import msgspec

Precision = Literal["year", "month", "day"]

_FORM = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


class PartialDate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, order=True):
    """An ISO 8601 date that may stop at the year or the month: "2000", "2000-11", "2000-11-30".

    Ordered by the earliest day it can mean; of two that begin together the vaguer comes first:
    2000 < 2000-01 < 2000-01-01 < 2000-02. The strings sort the same way, byte by byte. This is an order for
    lists; whether one really came before another, `certainly_before` tells.
    """

    value: str

    def __post_init__(self) -> None:
        form = _FORM.fullmatch(self.value)
        if form is None:
            raise ValueError(f"{self.value!r} is not a date of the form YYYY, YYYY-MM or YYYY-MM-DD")
        year, month, day = form.groups()
        try:
            date(int(year), int(month or 1), int(day or 1))
        except ValueError as impossible:
            raise ValueError(f"{self.value!r} is no date of the calendar: {impossible}") from impossible

    @classmethod
    def of(cls, year: int, month: int | None = None, day: int | None = None) -> Self:
        if month is None:
            if day is not None:
                raise ValueError("a day needs its month")
            return cls(value=f"{year:04d}")
        return cls(value=f"{year:04d}-{month:02d}" if day is None else f"{year:04d}-{month:02d}-{day:02d}")

    @classmethod
    def on(cls, day: date) -> Self:
        return cls.of(day.year, day.month, day.day)

    @property
    def precision(self) -> Precision:
        precisions: dict[int, Precision] = {4: "year", 7: "month", 10: "day"}
        return precisions[len(self.value)]

    @property
    def earliest(self) -> date:
        """The first day it can mean."""
        return date.fromisoformat(self.value + "-01-01"[len(self.value) - 4 :])

    @property
    def latest(self) -> date:
        """The last day it can mean."""
        first = self.earliest
        match self.precision:
            case "year":
                return date(first.year, 12, 31)
            case "month":
                return date(first.year, first.month, monthrange(first.year, first.month)[1])
            case _:
                return first

    def certainly_before(self, other: Self) -> bool:
        """Whether every day this can mean lies before every day the other can mean."""
        return self.latest < other.earliest

    def __str__(self) -> str:
        return self.value
