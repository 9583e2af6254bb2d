"""What a series is made of, and how its parts become answers."""

from typing import Annotated, Final
from uuid import UUID

import strawberry

from domain.values.arithmetic import RatioTotal
from projections.series import NO_PER_PEOPLE, Change, NoPerPeopleReason
from readapi import comparison_parts, text
from readapi.asof import AsOf
from readapi.body import BodyReference
from readapi.codes import BodyKind, Comparability, LeadKind, Phase, Province
from readapi.comparison_parts import (
    ComparisonSample,
    ComparisonTotal,
    Ends,
    NotAddable,
    PeriodInput,
    WithheldFigures,
)
from readapi.figures import Period, QualifiedValue, Territory
from readapi.indicator import Indicator, IndicatorCategory, IndicatorDimension
from readapi.scalars import DecimalText
from readapi.series_codes import GrowthCaveat, GrowthUnit, NoGrowthReason, NoPerThousandReason
from readapi.text import LocalizedText

PER: int = 1_000
PERIODS_MAX: Final = 40
Periods = Annotated[
    list[PeriodInput],
    strawberry.argument(description=f"The periods of the figures, exactly; at most {PERIODS_MAX}."),
]


@strawberry.input(description="A population: a dataset whose figures are of places, and one of its vintages.")
class PopulationInput:
    owner: str = strawberry.field(
        description="The slug of the body that registered it; `commons` for shared ones."
    )
    dataset: UUID = strawberry.field(description="The dataset's id.")
    vintage: str = strawberry.field(description="The vintage's code.")


@strawberry.type(description="The population that figures are held against.")
class Population:
    title: LocalizedText | None = strawberry.field(description="The title of the dataset.")
    vintage: str = strawberry.field(description="The vintage.")
    period: Period = strawberry.field(description="The period that the vintage is about.")


@strawberry.type(description="Why nothing can be said of a change.")
class NoGrowth:
    reason: NoGrowthReason = strawberry.field(description="The reason, as a code.")
    message: LocalizedText = strawberry.field(description="The reason, in words.")


@strawberry.type(
    description=(
        "How much changed since the period before. Like is held against like: only figures of the same body, "
        "indicator and place, with a number for both periods."
    )
)
class SeriesGrowth:
    low: DecimalText | None = strawberry.field(
        description="The least that it changed; null where it is not known."
    )
    high: DecimalText | None = strawberry.field(
        description="The most that it changed; null where it is not known."
    )
    unit: GrowthUnit | None = strawberry.field(description="In what it is told; null where nothing is.")
    no_growth: NoGrowth | None = strawberry.field(description="Why nothing is said, where that is so.")
    both: int = strawberry.field(description="How many figures have a number for both periods, and are in it.")
    only_before: int = strawberry.field(description="How many have one for the period before only.")
    only_after: int = strawberry.field(description="How many have one for this period only.")
    caveats: list[GrowthCaveat] = strawberry.field(description="What to keep in mind of it.")


@strawberry.type(description="Figures per 1,000 people of the places that they are about.")
class PerThousand:
    low: DecimalText | None = strawberry.field(description="The lower end; null where it is not known.")
    high: DecimalText | None = strawberry.field(description="The upper end; null where it is not known.")
    people: Ends = strawberry.field(description="How many people there are, by the vintage.")
    parts: int = strawberry.field(description="How many figures are in it.")
    left_out: int = strawberry.field(description="How many figures have no number, and are not.")


@strawberry.type(description="Why figures are not told per 1,000 people.")
class NoPerThousand:
    reason: NoPerThousandReason = strawberry.field(description="The reason, as a code.")
    message: LocalizedText = strawberry.field(description="The reason, in words.")
    without: list[BodyReference] = strawberry.field(
        description="The bodies of whose catchment the vintage does not have the population."
    )


@strawberry.type(description="One period of a series.")
class SeriesPoint:
    period: Period = strawberry.field(description="The period.")
    figures: int = strawberry.field(description="How many figures are reported, with a number or without.")
    total: ComparisonTotal | None = strawberry.field(description="The figures together, where that can be.")
    not_addable: NotAddable | None = strawberry.field(description="Why there is no total, where there is none.")
    reporting: int = strawberry.field(description="How many of the figures that are expected are in it.")
    expected: int = strawberry.field(
        description=(
            "How many figures are owed, exemptions left out. Under a category: how many of them are reported "
            "whole, and so could be broken down."
        )
    )
    missing: int = strawberry.field(
        description=(
            "How many are owed, were not submitted, and are past their day. Under a category: how many of those "
            "that are reported are not broken down."
        )
    )
    weakest_comparability: Comparability | None = strawberry.field(
        description="The weakest comparability of the figures; null where there is none."
    )
    withheld: list[WithheldFigures] = strawberry.field(description=comparison_parts.WITHHELD)
    target: QualifiedValue | None = strawberry.field(description="The target of the indicator's owner.")
    contribution: Ends | None = strawberry.field(
        description="What the total is of the owner's target, in percent; null where there is none."
    )
    own_target: QualifiedValue | None = strawberry.field(
        description="The body's own target, in a series by body. Another body's target is never its own."
    )
    percent_of_target: Ends | None = strawberry.field(
        description="The total in percent of the body's own target; null where it has none."
    )
    growth: SeriesGrowth = strawberry.field(description="How much it changed since the period before.")
    per_thousand: PerThousand | None = strawberry.field(
        description="The figures per 1,000 people, where a population was chosen and is known."
    )
    no_per_thousand: NoPerThousand | None = strawberry.field(
        description="Why not, where a population was chosen and it is not said."
    )


@strawberry.type(description="Figures that belong together, period after period. What they are of is not null.")
class SeriesGroup:
    body: BodyReference | None = strawberry.field(description="The body.")
    province: Province | None = strawberry.field(description="The province of the bodies.")
    kind: BodyKind | None = strawberry.field(description="What kind of body they are.")
    phase: Phase | None = strawberry.field(description="How far they have come.")
    lead_kind: LeadKind | None = strawberry.field(description="What kind of organisation leads them.")
    territory: Territory | None = strawberry.field(description="The territory that the figures are of.")
    category: IndicatorCategory | None = strawberry.field(description="The category that the figures are of.")
    points: list[SeriesPoint] = strawberry.field(description="The periods, in the order of their days.")


@strawberry.type(
    description=(
        "One indicator across bodies and periods. Figures reported of indicators that are aligned with it count "
        "with it. Only what the reader may see is counted or named."
    )
)
class IndicatorSeries:
    indicator: Indicator = strawberry.field(description="The indicator that was asked for.")
    dimension: IndicatorDimension | None = strawberry.field(description="By what the figures are broken down.")
    population: Population | None = strawberry.field(description="The population that was chosen.")
    groups: list[SeriesGroup] = strawberry.field(description="The series; one where all is brought together.")
    sample: ComparisonSample = strawberry.field(description="What of it is sample data.")
    as_of: AsOf = strawberry.field(description="The clocks that it was read with.")


def growth(change: Change) -> SeriesGrowth:
    grown, refused = change.growth, change.refusal
    low, high = (None, None) if grown is None else grown.shown()
    return SeriesGrowth(
        low=comparison_parts.decimal(low),
        high=comparison_parts.decimal(high),
        unit=None if grown is None else GrowthUnit(grown.unit),
        no_growth=None
        if refused is None
        else NoGrowth(reason=NoGrowthReason(refused.reason), message=text.of(refused.message)),
        both=change.both,
        only_before=change.only_before,
        only_after=change.only_after,
        caveats=[GrowthCaveat(caveat) for caveat in change.caveats],
    )


def per_thousand(quotient: RatioTotal) -> PerThousand:
    low, high = quotient.per(PER)
    return PerThousand(
        low=comparison_parts.decimal(low),
        high=comparison_parts.decimal(high),
        people=comparison_parts.ends(quotient.denominator.low, quotient.denominator.high),
        parts=quotient.numerator.counts.with_number,
        left_out=quotient.left_out,
    )


def no_per_thousand(reason: NoPerPeopleReason, without: list[BodyReference]) -> NoPerThousand:
    return NoPerThousand(
        reason=NoPerThousandReason(reason), message=text.of(NO_PER_PEOPLE[reason]), without=without
    )
