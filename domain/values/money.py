"""Amounts of money, in whole cents."""

from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow, Underflow
from typing import Literal, Self

import msgspec

Currency = Literal["CAD"]

# What a 64-bit integer column holds.
MINOR_MIN = -(2**63)
MINOR_MAX = 2**63 - 1

# Wide enough for every amount that fits; anything it would have to round is refused.
_EXACT = Context(prec=40, Emax=40, Emin=-40, traps=[Inexact, InvalidOperation, Overflow, Underflow])


class Money(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, order=True):
    """An amount in minor units (cents). One currency exists; a second one must make sums refuse a mixture."""

    minor: int
    currency: Currency

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise ValueError(f"money is counted in whole minor units; got {self.minor!r}")
        if not MINOR_MIN <= self.minor <= MINOR_MAX:
            raise ValueError(f"{self.minor} minor units do not fit a 64-bit integer")

    @classmethod
    def cad(cls, dollars: Decimal | int | str) -> Self:
        """Canadian dollars, exact to the cent: `Money.cad("12.50")`.

        Raises:
            ValueError: not a finite number, or finer than a cent; nothing is rounded.
        """
        try:
            amount = Decimal(dollars)
        except InvalidOperation as unreadable:
            raise ValueError(f"{dollars!r} is not an amount of money") from unreadable
        if not amount.is_finite():
            raise ValueError(f"{dollars!r} is not an amount of money")
        try:
            minor = _EXACT.to_integral_exact(_EXACT.scaleb(amount, 2))
        except DecimalException as inexact:
            raise ValueError(
                f"{dollars} is finer than a cent or too large; round it where the rule for rounding is known"
            ) from inexact
        return cls(minor=int(minor), currency="CAD")

    @property
    def major(self) -> Decimal:
        """The amount in dollars, always with two decimals."""
        return Decimal(self.minor).scaleb(-2)

    def __add__(self, other: Self) -> Self:
        return type(self)(minor=self.minor + other.minor, currency=self.currency)

    def __sub__(self, other: Self) -> Self:
        return type(self)(minor=self.minor - other.minor, currency=self.currency)

    def __neg__(self) -> Self:
        return type(self)(minor=-self.minor, currency=self.currency)

    def __mul__(self, times: int) -> Self:
        return type(self)(minor=self.minor * times, currency=self.currency)
