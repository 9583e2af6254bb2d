"""Figures as sources give them: a number is only one of the things a figure can be."""

from decimal import Decimal
from typing import Literal

import msgspec

from domain.values.text import LocalizedText, check_text

QuantityKind = Literal[
    "exact",
    "at_least",
    "at_most",
    "estimate",
    "range",
    "milestone",
    "not_applicable",
    "missing",
    "suppressed",
]
QuantityStatus = Literal["provisional", "rounded", "final"]

# 28 digits in all. Six decimals at most, because Python writes smaller numbers with an exponent, and a stored
# figure must read plainly.
INTEGER_DIGITS_MAX = 22
DECIMALS_MAX = 6
RAW_CHARACTERS_MAX = 500
UNIT_CHARACTERS_MAX = 100

WITH_NUMBER: frozenset[QuantityKind] = frozenset({"exact", "at_least", "at_most", "estimate", "range"})


def check_number(number: Decimal, what: str) -> None:
    """Refuse what cannot be stored exactly and read plainly.

    Raises:
        ValueError: not a finite Decimal, more digits than kept, an exponent, or a negative zero.
    """
    if not isinstance(number, Decimal) or not number.is_finite():
        raise ValueError(f"{what} is {number!r}; expected a finite Decimal")
    exponent = int(number.as_tuple().exponent)
    if not -DECIMALS_MAX <= exponent <= 0:
        raise ValueError(f"{what} is {number}; write it plainly, with at most {DECIMALS_MAX} decimals")
    if number.adjusted() >= INTEGER_DIGITS_MAX:
        raise ValueError(f"{what} is {number}; at most {INTEGER_DIGITS_MAX} digits before the decimals are kept")
    if number.is_zero() and number.is_signed():
        raise ValueError(f"{what} is a negative zero; a zero has no sign")


class QualifiedValue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure with what its source says about it; zero, missing, not applicable and suppressed all differ.

    `number` is the figure, its bound (at_least, at_most), its estimate, or the lower end of a range whose
    upper end is `upper`. A unit is "CAD" (dollars, not cents), "percent" (45 for 45 %) or a counted noun.
    `raw` is the text as printed. A milestone is its text ("Mise en œuvre"). `rounded_to` is the step to
    which the source rounds (5, 1000), if it says so.
    """

    kind: QuantityKind
    number: Decimal | None = None
    upper: Decimal | None = None
    raw: str | None = None
    status: QuantityStatus | None = None
    rounded_to: int | None = None
    unit: str | None = None

    def __post_init__(self) -> None:
        if self.kind in WITH_NUMBER:
            self._check_numbers()
        else:
            self._check_absence_of_numbers()
        if self.raw is not None:
            check_text(self.raw, "the printed text", characters_max=RAW_CHARACTERS_MAX)
        if self.unit is not None:
            check_text(self.unit, "the unit", characters_max=UNIT_CHARACTERS_MAX)

    @property
    def has_number(self) -> bool:
        return self.number is not None

    def _check_numbers(self) -> None:
        if self.number is None:
            raise ValueError(f"a figure of kind {self.kind!r} needs its number")
        check_number(self.number, "number")
        if (self.upper is not None) != (self.kind == "range"):
            raise ValueError(f"an upper end belongs to a range and to nothing else; the kind is {self.kind!r}")
        if self.upper is not None:
            check_number(self.upper, "upper")
            if self.upper <= self.number:
                raise ValueError(f"a range goes upwards; got {self.number} to {self.upper}")
        if self.rounded_to is not None and self.rounded_to < 1:
            raise ValueError(f"rounded_to is the step of rounding, at least 1; got {self.rounded_to}")

    def _check_absence_of_numbers(self) -> None:
        if self.number is not None or self.upper is not None:
            raise ValueError(f"a figure of kind {self.kind!r} has no number")
        if self.kind == "milestone" and self.raw is None:
            raise ValueError("a milestone is its text: give it as raw")
        if self.status == "rounded" or self.rounded_to is not None:
            raise ValueError(f"a figure of kind {self.kind!r} has nothing to round")


class Ratio(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A share or rate as its two figures, and what it is a share of ("reports that address the subject").

    Ratios are brought together by summing numerators and denominators, never by averaging.
    """

    numerator: QualifiedValue
    denominator: QualifiedValue
    of: LocalizedText

    def __post_init__(self) -> None:
        for side, value in (("numerator", self.numerator), ("denominator", self.denominator)):
            if value.kind == "milestone":
                raise ValueError(f"the {side} is a milestone, which is no quantity")
