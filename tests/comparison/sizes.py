"""How large a country is invented."""

from typing import Final, NamedTuple


class Size(NamedTuple):
    partnerships: int
    indicators: int
    periods: int

    def __str__(self) -> str:
        return f"{self.partnerships} partnerships x {self.indicators} indicators x {self.periods} periods"


SIZES: Final = {
    "small": Size(9, 12, 3),
    "default": Size(200, 40, 12),
    "full": Size(1_000, 40, 25),
}
