"""One indicator over several periods: how it grew, and per how many people.

Pure, like `projections.comparison`: it is given figures that a reader may see.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from domain.values import (
    REASONS,
    CatchmentPart,
    Combining,
    LocalizedText,
    NotAddableError,
    Period,
    QualifiedValue,
    TerritoryCode,
    Total,
    any_share_ground,
    both,
    total,
)
from domain.values.arithmetic import RatioTotal, ratio
from domain.values.growth import (
    Growth,
    GrowthCaveat,
    NoGrowthError,
    check_comparable,
    growth,
    has_number,
    other_season,
)
from projections.comparison import Compared

Address = tuple[UUID, tuple[UUID, UUID], tuple[str, str] | None]
"""What is held against itself over time: a body, the indicator that it reports of, a place."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What grew from one period to the next, or why nothing can be said of it, and of how many figures."""

    growth: Growth | None
    refusal: NoGrowthError | None
    both: int = 0
    """Figures with a number for both periods: of these alone is the growth."""
    only_before: int = 0
    only_after: int = 0
    caveats: tuple[GrowthCaveat, ...] = ()


NOTHING_BEFORE = Change(growth=None, refusal=NoGrowthError("nothing_before"))


def change(
    before: tuple[Period, Sequence[Compared]],
    after: tuple[Period, Sequence[Compared]],
    *,
    unit: str,
    combining: Combining,
    of: str | None,
) -> Change:
    """How much the figures of one period grew to those of another, like against like."""
    known = [{_address(one): one for one in side if has_number(one.said.figure)} for side in (before[1], after[1])]
    shared = [address for address in known[0] if address in known[1]]
    only_before, only_after = len(known[0]) - len(shared), len(known[1]) - len(shared)
    of_both = Change(growth=None, refusal=None, both=len(shared), only_before=only_before, only_after=only_after)
    try:
        check_comparable(before[0], after[0])
        pairs = [(known[0][address].said.figure, known[1][address].said.figure) for address in shared]
        grown = growth(pairs, unit, combining, of)
    except NoGrowthError as refusal:
        return msgspec.structs.replace(of_both, refusal=refusal)
    in_it = [side[address] for address in shared for side in known]
    caveats: dict[GrowthCaveat, bool] = {
        "coverage_changed": only_before + only_after > 0,
        "other_season": other_season(before[0], after[0]),
        "partly_comparable": any(one.comparability == "partial" for one in in_it),
        "estimated": grown.estimated,
        "provisional": grown.provisional,
        "open": grown.low is None or grown.high is None,
    }
    held = tuple(caveat for caveat, holds in caveats.items() if holds)
    return msgspec.structs.replace(of_both, growth=grown, caveats=held)


def _address(one: Compared) -> Address:
    return (one.said.body, one.said.indicator, one.said.place)


# --- per so many people


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """A population by places, as one vintage of a dataset has it, and whom the bodies serve."""

    people: Mapping[tuple[str, str], QualifiedValue]
    unit: str | None
    catchments: Mapping[UUID, tuple[CatchmentPart, ...]]

    def of(self, one: Compared) -> list[TerritoryCode] | None:
        """The places whose people a figure is about; None where the population of one is not known."""
        said = one.said
        if said.territory is not None:
            places = [said.territory]
        else:
            parts = self.catchments.get(said.body, ())
            if not parts or any(part.extent == "part" for part in parts):
                return None  # nobody knows how many live in the part that is served
            places = [part.territory for part in parts]
        known = all(self._knows(place) for place in places)
        return places if known else None

    def _knows(self, place: TerritoryCode) -> bool:
        found = self.people.get(place.key)
        return found is not None and found.has_number

    def number(self, places: Iterable[TerritoryCode]) -> Total:
        """How many people live in places that lie apart."""
        return total([self.people[place.key] for place in places], self.unit)


NoPerPeopleReason = Literal[
    "no_population", "overlapping_territories", "different_units", "milestone", "no_total", "quotient"
]
NO_PER_PEOPLE: Final[dict[NoPerPeopleReason, LocalizedText]] = {
    "no_population": both(
        en="The vintage does not have the population of a catchment that the figures are about.",
        fr="Le millésime ne donne pas la population d’un territoire desservi que visent les valeurs.",
        source="en",
    ),
    "no_total": both(
        en="The figures have no total, so there is nothing to hold against a population.",
        fr="Les valeurs n’ont pas de total : rien ne se rapporte à une population.",
        source="en",
    ),
    "quotient": both(
        en="The indicator is a quotient already; it is not divided once more.",
        fr="L’indicateur est déjà un quotient; on ne le divise pas une seconde fois.",
        source="en",
    ),
    "overlapping_territories": REASONS["overlapping_territories"],
    "different_units": REASONS["different_units"],
    "milestone": REASONS["milestone"],
}
"""Why figures are not told per so many people, for readers."""


class PerPeople(msgspec.Struct, frozen=True, kw_only=True):
    """Figures over the people whom they are about, or why that is not said."""

    quotient: RatioTotal | None
    refusal: NoPerPeopleReason | None = None
    without: tuple[UUID, ...] = ()
    """Bodies of whose catchment the vintage does not have the population."""


def per_people(values: Sequence[Compared], ground: Ground, unit: str) -> PerPeople:
    """The sum of figures over the sum of the people, where the population of every one is known.

    Figures without a number are left out on both sides, and counted.
    """
    known = [one for one in values if one.said.value.has_number]
    places = [ground.of(one) for one in known]
    without = {one.said.body for one, found in zip(known, places, strict=True) if found is None}
    if without:
        return PerPeople(quotient=None, refusal="no_population", without=tuple(sorted(without, key=str)))
    named = [found for found in places if found is not None]
    if any_share_ground(place for found in named for place in found):
        return PerPeople(quotient=None, refusal="overlapping_territories")
    try:
        summed: Any = ratio([], unit, ground.unit)
        for one, found in zip(known, named, strict=True):
            above = total([one.said.value], unit)
            summed += RatioTotal(numerator=above, denominator=ground.number(found))
    except NotAddableError as refusal:
        unlike: NoPerPeopleReason = "milestone" if refusal.reason == "milestone" else "different_units"
        return PerPeople(quotient=None, refusal=unlike)
    left_out = len(values) - len(known)
    return PerPeople(quotient=msgspec.structs.replace(summed, left_out=left_out))
