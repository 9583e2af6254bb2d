"""Sums of qualified figures: an interval, and what is uncertain about it."""

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact, Rounded
from functools import reduce
from operator import add
from typing import Final, Literal, Self

import msgspec

from domain.values.quantity import QualifiedValue, QuantityKind
from domain.values.text import LocalizedText, both

NotAddableReason = Literal[
    "milestone",
    "different_units",
    "distinct",
    "rate",
    "not_across_bodies",
    "not_over_periods",
    "overlapping_periods",
    "overlapping_territories",
]
REASONS: Final[dict[NotAddableReason, LocalizedText]] = {
    "milestone": both(
        en="A milestone is a text, which has no sum.",
        fr="Un jalon est un texte : il n’a pas de somme.",
        source="en",
    ),
    "different_units": both(
        en="Figures in different units are not added.",
        fr="Des valeurs exprimées dans des unités différentes ne s’additionnent pas.",
        source="en",
    ),
    "distinct": both(
        en="The figures count distinct people or things; without knowing who they are, some would count twice.",
        fr="Les valeurs comptent des personnes ou des choses distinctes; sans les connaître, on en "
        "compterait certaines deux fois.",
        source="en",
    ),
    "rate": both(
        en="Rates are not added; they come together only through their numerators and denominators.",
        fr="Des taux ne s’additionnent pas; ils ne se réunissent que par leurs numérateurs et dénominateurs.",
        source="en",
    ),
    "not_across_bodies": both(
        en="Its definition says that the figures of several bodies have no total.",
        fr="Sa définition dit que les valeurs de plusieurs organismes n’ont pas de total.",
        source="en",
    ),
    "not_over_periods": both(
        en="Its definition says that the figures of several periods do not come together.",
        fr="Sa définition dit que les valeurs de plusieurs périodes ne se réunissent pas.",
        source="en",
    ),
    "overlapping_periods": both(
        en="The periods overlap or leave the whole, so that days would count twice or not belong.",
        fr="Les périodes se chevauchent ou débordent de l’ensemble : des jours compteraient deux fois ou à tort.",
        source="en",
    ),
    "overlapping_territories": both(
        en="The territories overlap, or may; what is in both would count twice.",
        fr="Les territoires se chevauchent, ou le pourraient; ce qui est dans les deux compterait deux fois.",
        source="en",
    ),
}
"""Why figures have no sum, for readers."""

# A sum must not depend on the order of its parts, so nothing is ever rounded: 80 digits hold the sum of more
# full-length figures than can be stored.
_EXACT = Context(prec=80, traps=[Inexact, Rounded])
_ZERO = Decimal(0)


class NotAddableError(ValueError):
    """These figures have no sum; `reason` says why, and `message` in both languages."""

    def __init__(self, reason: NotAddableReason, explanation: str | None = None) -> None:
        super().__init__(explanation or REASONS[reason].en)
        self.reason: NotAddableReason = reason
        self.message: LocalizedText = REASONS[reason]


class KindCounts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many parts of a sum are of each kind. A milestone is never a part."""

    exact: int = 0
    at_least: int = 0
    at_most: int = 0
    estimate: int = 0
    range: int = 0
    not_applicable: int = 0
    missing: int = 0
    suppressed: int = 0

    def __post_init__(self) -> None:
        for kind in self.__struct_fields__:
            if getattr(self, kind) < 0:
                raise ValueError(f"there cannot be {getattr(self, kind)} parts of kind {kind!r}")

    def __add__(self, other: Self) -> Self:
        return type(self)(**{kind: getattr(self, kind) + getattr(other, kind) for kind in self.__struct_fields__})

    @property
    def with_number(self) -> int:
        """How many parts have a figure that is in the sum."""
        return self.exact + self.at_least + self.at_most + self.estimate + self.range

    @property
    def weakest(self) -> QuantityKind | None:
        """The kind of part that says least: a sum says no more than it. None where there is no part."""
        kinds: tuple[QuantityKind, ...] = WEAKER_AND_WEAKER
        return next((kind for kind in reversed(kinds) if getattr(self, kind)), None)


WEAKER_AND_WEAKER: Final[tuple[QuantityKind, ...]] = (
    "not_applicable",
    "exact",
    "range",
    "estimate",
    "at_most",
    "at_least",
    "suppressed",
    "missing",
)
"""From what leaves a sum as it is to what says nothing of its part."""


class Total(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sum: it lies between `low` and `high`, both included; None where that side is open.

    `estimated` is the sum of the parts that are estimates; it is inside `low` and `high`. When no part has a
    figure (`counts.with_number` is 0) both ends are 0, and a reader is shown that nothing is known.
    """

    unit: str | None
    low: Decimal | None
    high: Decimal | None
    estimated: Decimal
    provisional: bool
    rounded: bool
    counts: KindCounts

    def __post_init__(self) -> None:
        for end in (self.low, self.high, self.estimated):
            if end is not None and not end.is_finite():
                raise ValueError(f"an end of a sum is {end}; an open end is left out")
        if self.low is not None and self.high is not None and self.high < self.low:
            raise ValueError(f"a sum goes upwards; got {self.low} to {self.high}")

    @classmethod
    def of_none(cls, unit: str | None) -> Self:
        """The sum of no parts, which changes nothing when added."""
        return cls(
            unit=unit,
            low=_ZERO,
            high=_ZERO,
            estimated=_ZERO,
            provisional=False,
            rounded=False,
            counts=KindCounts(),
        )

    @property
    def estimate(self) -> bool:
        """Whether a part is an estimate."""
        return self.counts.estimate > 0

    @property
    def partial(self) -> bool:
        """Whether a part is missing or suppressed."""
        return self.counts.missing + self.counts.suppressed > 0

    def __add__(self, other: Self) -> Self:
        """Raises NotAddableError when the units differ."""
        if self.unit != other.unit:
            raise _different_units(self.unit, other.unit)
        return type(self)(
            unit=self.unit,
            low=_sum_or_open(self.low, other.low),
            high=_sum_or_open(self.high, other.high),
            estimated=_EXACT.add(self.estimated, other.estimated),
            provisional=self.provisional or other.provisional,
            rounded=self.rounded or other.rounded,
            counts=self.counts + other.counts,
        )


def total(values: Iterable[QualifiedValue], unit: str | None) -> Total:
    """The sum of figures of one unit, the same in whatever order and grouping they come.

    At-least opens the top and at-most the bottom; not-applicable parts are counted and add nothing.

    Raises:
        NotAddableError: a part is a milestone, or its unit is another. A part without number may leave the
            unit out.
    """
    return reduce(add, (_alone(value, unit) for value in values), Total.of_none(unit))


def ends(value: QualifiedValue) -> tuple[Decimal | None, Decimal | None]:
    """Between which ends a figure lies; None where that side is open. A figure without number adds nothing."""
    if value.number is None:
        return (_ZERO, _ZERO)
    match value.kind:
        case "at_least":
            return (value.number, None)
        case "at_most":
            return (None, value.number)
        case "range":
            return (value.number, value.upper)
        case _:
            return (value.number, value.number)


def _alone(value: QualifiedValue, unit: str | None) -> Total:
    if value.kind == "milestone":
        raise NotAddableError("milestone", f"{value.raw!r} is a milestone, which has no sum")
    if value.unit != unit and (value.number is not None or value.unit is not None):
        raise _different_units(unit, value.unit)
    low, high = ends(value)
    return Total(
        unit=unit,
        low=low,
        high=high,
        estimated=low if value.kind == "estimate" and low is not None else _ZERO,
        provisional=value.status == "provisional",
        rounded=value.status == "rounded" or value.rounded_to is not None,
        counts=_one_of(value.kind),
    )


def _one_of(kind: QuantityKind) -> KindCounts:
    return KindCounts(**{kind: 1})


def _sum_or_open(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else _EXACT.add(one, other)


def _different_units(expected: str | None, given: str | None) -> NotAddableError:
    return NotAddableError("different_units", f"figures in {given!r} are not added to figures in {expected!r}")
