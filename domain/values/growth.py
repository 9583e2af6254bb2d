"""How much changed from one period to another, or why nothing can be said of it.

Like is held against like: only what was reported of the same indicator and place for both periods is compared, so
that a body which begins or stops to report is not taken for growth.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Final, Literal

import msgspec

from domain.values.arithmetic import Combining, Figure, RatioTotal, across
from domain.values.period import Period
from domain.values.text import LocalizedText, both
from domain.values.total import NotAddableError, Total

GrowthUnit = Literal["percent", "points"]
"""Of quotients the difference is told in percentage points, of everything else in percent of what was before."""
NoGrowthReason = Literal[
    "nothing_before", "periods_unlike", "periods_overlap", "nothing_in_common", "from_zero", "not_addable"
]
GrowthCaveat = Literal["coverage_changed", "other_season", "partly_comparable", "estimated", "provisional", "open"]

_PER_CENT: Final = 100
_MONTHS: Final = 12
NO_GROWTH: Final[dict[NoGrowthReason, LocalizedText]] = {
    "nothing_before": both(
        en="There is no period before it in the series.",
        fr="Aucune période ne la précède dans la série.",
        source="en",
    ),
    "periods_unlike": both(
        en="The periods are not of one kind and length, so that their figures are not comparable.",
        fr="Les périodes ne sont pas de même type ni de même durée : leurs valeurs ne se comparent pas.",
        source="en",
    ),
    "periods_overlap": both(
        en="The periods overlap, or do not follow in time.",
        fr="Les périodes se chevauchent ou ne se suivent pas dans le temps.",
        source="en",
    ),
    "nothing_in_common": both(
        en="No body reported the same thing for both periods.",
        fr="Aucun organisme n’a fourni la même donnée pour les deux périodes.",
        source="en",
    ),
    "from_zero": both(
        en="What was before is zero, or may be: there is no percentage of it.",
        fr="La valeur précédente est nulle, ou pourrait l’être : on n’en calcule pas de pourcentage.",
        source="en",
    ),
    "not_addable": both(
        en="The figures of one of the periods have no total.",
        fr="Les valeurs de l’une des périodes n’ont pas de total.",
        source="en",
    ),
}
"""Why there is no growth, for readers."""


class NoGrowthError(ValueError):
    """Nothing can be said of a change; `reason` says why, and `message` in both languages."""

    def __init__(self, reason: NoGrowthReason, message: LocalizedText | None = None) -> None:
        super().__init__(NO_GROWTH[reason].en)
        self.reason: NoGrowthReason = reason
        self.message: LocalizedText = message or NO_GROWTH[reason]


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """Between which ends a change lies; None where that side is open."""

    unit: GrowthUnit
    low: Fraction | None
    high: Fraction | None
    estimated: bool
    provisional: bool

    def shown(self, decimals: int = 1) -> tuple[Decimal | None, Decimal | None]:
        """Both ends in hundredths, rounded outwards."""
        return (_outwards(self.low, floor, decimals), _outwards(self.high, ceil, decimals))


def check_comparable(before: Period, after: Period) -> None:
    """Refuse periods of which figures cannot be held against each other.

    Raises:
        NoGrowthError: they overlap or are in the wrong order, or not of one kind and length.
    """
    if before.end >= after.start:
        raise NoGrowthError("periods_overlap")
    if before.kind != after.kind or _length(before) != _length(after):
        raise NoGrowthError("periods_unlike")


def other_season(before: Period, after: Period) -> bool:
    """Whether two periods are of other parts of the year, which may be all that changed."""
    return (before.start.month, before.start.day) != (after.start.month, after.start.day)


def growth(
    pairs: Sequence[tuple[Figure, Figure]], unit: str | None, combining: Combining, of: str | None = None
) -> Growth:
    """How much figures grew together, each given before and after.

    Raises:
        NoGrowthError: there is no pair of figures with numbers, they have no total, or it began at zero.
    """
    known = [(before, after) for before, after in pairs if has_number(before) and has_number(after)]
    if not known:
        raise NoGrowthError("nothing_in_common")
    try:
        before, after = (across([pair[side] for pair in known], unit, combining, of) for side in (0, 1))
    except NotAddableError as refusal:
        raise NoGrowthError("not_addable", refusal.message) from refusal
    if isinstance(before, RatioTotal) and isinstance(after, RatioTotal):
        return _of_quotients(before, after)
    assert isinstance(before, Total)
    assert isinstance(after, Total)
    if before.low is not None and before.low <= 0:
        raise NoGrowthError("from_zero")
    grown = RatioTotal(numerator=after, denominator=before)
    return Growth(
        unit="percent",
        low=_less(grown.low, Fraction(1)),
        high=_less(grown.high, Fraction(1)),
        estimated=before.estimate or after.estimate,
        provisional=before.provisional or after.provisional,
    )


def has_number(figure: Figure) -> bool:
    """Whether a figure can be in a change: it has a number, and so has its denominator where there is one."""
    below = figure.denominator
    return figure.value.has_number and (below is None or below.has_number)


def _of_quotients(before: RatioTotal, after: RatioTotal) -> Growth:
    sides = (before.numerator, before.denominator, after.numerator, after.denominator)
    return Growth(
        unit="points",
        low=_less(after.low, before.high),
        high=_less(after.high, before.low),
        estimated=any(side.estimate for side in sides),
        provisional=any(side.provisional for side in sides),
    )


def _length(period: Period) -> int:
    """In months, or in days where the period is of whole months only by chance."""
    if period.kind == "custom":
        return (period.end - period.start).days
    return (period.end.year - period.start.year) * _MONTHS + period.end.month - period.start.month


def _less(end: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if end is None or other is None else end - other


def _outwards(end: Fraction | None, rounded: Callable[[Fraction], int], decimals: int) -> Decimal | None:
    return None if end is None else Decimal(rounded(end * _PER_CENT * 10**decimals)).scaleb(-decimals)
