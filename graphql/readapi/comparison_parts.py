"""What a comparison is made of, and how its figures become answers."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

import strawberry

from domain import confidentiality, values
from domain.confidentiality import REASONS
from domain.values import NotAddableError, Total
from domain.values.arithmetic import RatioTotal, contribution
from projections.comparison import Compared
from readapi import figures, text
from readapi.asof import AsOf
from readapi.body import BodyReference
from readapi.codes import (
    Comparability,
    ExemptionReason,
    NotAddableReason,
    PeriodKind,
    QuantityKind,
    ReportingState,
    SubmissionStage,
    TerritoryScheme,
    WithheldReason,
)
from readapi.fields import sized
from readapi.figures import Period, QualifiedValue, Territory
from readapi.indicator import Indicator
from readapi.reading import Info
from readapi.scalars import BigInt, DecimalText
from readapi.text import LocalizedText
from readapi.trace.down import load_traces
from readapi.trace.parts import Figure, FigureTrace

WITHHELD = "Figures that the reader is not shown, by reason; none where all of them are."
TRACE = 10
"""Counted for the records behind a figure."""


@strawberry.input(description="An indicator: who defined it, and its id in that log.")
class IndicatorInput:
    owner: str = strawberry.field(description="The owner's slug; `commons` for the shared ones.")
    id: UUID = strawberry.field(description="The indicator's id.")


@strawberry.input(description="A span of days, both included.")
class PeriodInput:
    kind: PeriodKind = strawberry.field(description="What the span is.")
    start: date = strawberry.field(description="Its first day.")
    end: date = strawberry.field(description="Its last day, included.")


@strawberry.type(description="Between which ends something lies; null where that side is open or not known.")
class Ends:
    low: DecimalText | None = strawberry.field(description="The lower end, included.")
    high: DecimalText | None = strawberry.field(description="The upper end, included.")


@strawberry.type(description="What one body says of one territory.")
class ComparisonValue:
    body: BodyReference = strawberry.field(description="The body that reports it.")
    territory: Territory | None = strawberry.field(description="The territory; null: all that the body serves.")
    indicator: Indicator | None = strawberry.field(description="The indicator that it was reported of.")
    value: QualifiedValue = strawberry.field(description="The figure, or the numerator where there are two.")
    denominator: QualifiedValue | None = strawberry.field(description="The denominator of a rate or proportion.")
    stage: SubmissionStage = strawberry.field(description="How far it has come.")
    comparability: Comparability = strawberry.field(description="How far it is the indicator that was asked for.")
    target: QualifiedValue | None = strawberry.field(
        description="The body's own target for the period. Another body's target is never its own."
    )
    percent_of_target: Ends | None = strawberry.field(
        description="The share of that target, in percent; null where the body has none."
    )
    sample: bool = strawberry.field(description="Whether it is sample data.")
    figure: strawberry.Private[Figure]

    @sized(TRACE, "What it rests on, down to the meeting; what is not for the reader is counted and not shown.")
    async def trace(self, info: Info) -> FigureTrace:
        return await info.context.loader(load_traces).load(self.figure)


@strawberry.type(description="Figures together. A sum lies between `low` and `high`, a quotient in percent.")
class ComparisonTotal:
    low: DecimalText | None = strawberry.field(description="The lower end, in `unit`; null where it is open.")
    high: DecimalText | None = strawberry.field(description="The upper end, in `unit`; null where it is open.")
    unit: str = strawberry.field(description="The unit of both ends; `percent` for a quotient.")
    numerator: Ends | None = strawberry.field(description="The sum of the numerators of a quotient.")
    denominator: Ends | None = strawberry.field(description="The sum of its denominators.")
    parts: int = strawberry.field(description="How many figures with a number are in it.")
    left_out: int = strawberry.field(description="How many are not: missing, suppressed, or one-sided.")
    estimated: DecimalText = strawberry.field(description="How much of it is estimated; 0 for a quotient.")
    provisional: bool = strawberry.field(description="Whether a part is provisional.")
    rounded: bool = strawberry.field(description="Whether a part is rounded.")
    weakest_kind: QuantityKind | None = strawberry.field(description="The kind of part that says least.")


@strawberry.type(description="Why figures have no total.")
class NotAddable:
    reason: NotAddableReason = strawberry.field(description="The reason, as a code.")
    message: LocalizedText = strawberry.field(description="The reason, in words.")


@strawberry.type(description="Figures that are not shown for one reason. They are in no total.")
class WithheldFigures:
    count: int = strawberry.field(description="How many there are.")
    reason: WithheldReason = strawberry.field(description="The reason, as a code.")
    message: LocalizedText = strawberry.field(description="The reason, in words.")


@strawberry.type(description="How it stands with a figure that a body owes, or with an indicator of its own.")
class ComparisonStanding:
    body: BodyReference = strawberry.field(description="The body.")
    territory: Territory | None = strawberry.field(description="The territory; null: all that the body serves.")
    state: ReportingState = strawberry.field(description="How it stands.")
    due_on: date | None = strawberry.field(description="The last day on which it is, or was, on time.")
    exempt: ExemptionReason | None = strawberry.field(description="Why it is not owed after all.")


@strawberry.type(description="Sample data inside a comparison.")
class ComparisonSample:
    included: bool = strawberry.field(description="Whether any of it is sample data.")
    values: int = strawberry.field(description="How many of the figures are.")


@strawberry.type(description="A log that a comparison is made from, and how far it is known there.")
class ComparisonSource:
    log: UUID = strawberry.field(description="The body whose log it is.")
    position: BigInt = strawberry.field(description="The last position that is in the comparison.")
    granted: bool = strawberry.field(description="Whether the body grants the reader what is for funders.")


@strawberry.type(
    description=(
        "One indicator across bodies for one period. Figures reported of indicators that are aligned with it "
        "count with it. Only what the reader may see is counted or named."
    )
)
class IndicatorComparison:
    indicator: Indicator = strawberry.field(description="The indicator that was asked for.")
    period: Period = strawberry.field(description="The period.")
    values: list[ComparisonValue] = strawberry.field(description="What each body says, by slug and territory.")
    total: ComparisonTotal | None = strawberry.field(description="The figures together, where that can be.")
    not_addable: NotAddable | None = strawberry.field(description="Why there is no total, where there is none.")
    target: QualifiedValue | None = strawberry.field(description="The owner's own target for the period.")
    contribution: Ends | None = strawberry.field(
        description="What the total is of the owner's target, in percent; null where there is none."
    )
    reporting: int = strawberry.field(description="How many of the figures that are owed are in it.")
    expected: int = strawberry.field(description="How many figures are owed, exemptions left out.")
    missing: int = strawberry.field(description="How many are owed, were not submitted, and are past their day.")
    standings: list[ComparisonStanding] = strawberry.field(
        description="Each figure that is owed with how it stands, and indicators said not to be comparable."
    )
    weakest_comparability: Comparability | None = strawberry.field(
        description="The weakest comparability of the figures; null where there is none."
    )
    withheld: list[WithheldFigures] = strawberry.field(description=WITHHELD)
    sample: ComparisonSample = strawberry.field(description="What of it is sample data.")
    sources: list[ComparisonSource] = strawberry.field(
        description=(
            "The logs that it is made from, for who wants to freeze it; none where it is not as known now, or was "
            "frozen."
        )
    )
    as_of: AsOf = strawberry.field(description="The clocks that it was read with.")


def withheld(figures_: Iterable[Compared]) -> list[WithheldFigures]:
    """What of figures the reader is not shown."""
    counts = Counter(one.said.withheld for one in figures_ if one.said.withheld is not None)
    return [
        WithheldFigures(count=counts[reason], reason=WithheldReason(reason), message=text.of(REASONS[reason]))
        for reason in REASONS
        if counts[reason]
    ]


def combining(of: Indicator) -> values.Combining:
    """How the figures of an indicator come together, as the domain says it."""
    return values.Combining(
        measure=of.combining.measure.value,
        over_periods=of.combining.over_periods.value,
        across_bodies=of.combining.across_bodies.value,
    )


def territory(place: tuple[str, str] | None, names: tuple[str | None, str | None]) -> Territory | None:
    if place is None:
        return None
    return Territory(scheme=TerritoryScheme(place[0]), code=place[1], name=text.named(names))


def quantity(value: values.QualifiedValue, reason: confidentiality.WithheldReason | None = None) -> QualifiedValue:
    cells = (
        value.kind,
        _text(value.number),
        _text(value.upper),
        value.raw,
        value.status,
        value.rounded_to,
        value.unit,
    )
    made = figures.quantity(cells)
    assert made is not None
    if reason is not None and value.kind == "suppressed":
        made.withheld = figures.withheld(reason)
    return made


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def decimal(number: Decimal | None) -> DecimalText | None:
    return None if number is None else DecimalText(f"{number:f}")


def ends(low: Decimal | None, high: Decimal | None) -> Ends:
    return Ends(low=decimal(low), high=decimal(high))


def share(total: Total | RatioTotal | None, target: values.QualifiedValue | None) -> Ends | None:
    """A sum in percent of a target; None where either is not there, or they are not of one unit."""
    if not isinstance(total, Total) or target is None or target.number is None:
        return None
    try:
        return ends(*contribution(total, target).per_cent())
    except NotAddableError:
        return None


def total(total: Total | RatioTotal) -> ComparisonTotal:
    if isinstance(total, RatioTotal):
        above, below = total.numerator, total.denominator
        low, high = total.per()
        return ComparisonTotal(
            low=decimal(low),
            high=decimal(high),
            unit="percent",
            numerator=ends(above.low, above.high),
            denominator=ends(below.low, below.high),
            parts=above.counts.with_number,
            left_out=total.left_out,
            estimated=DecimalText("0"),
            provisional=above.provisional or below.provisional,
            rounded=above.rounded or below.rounded,
            weakest_kind=_weakest(above),
        )
    counts = total.counts
    return ComparisonTotal(
        low=decimal(total.low),
        high=decimal(total.high),
        unit=total.unit or "",
        numerator=None,
        denominator=None,
        parts=counts.with_number,
        left_out=counts.missing + counts.suppressed,
        estimated=DecimalText(f"{total.estimated:f}"),
        provisional=total.provisional,
        rounded=total.rounded,
        weakest_kind=_weakest(total),
    )


def _weakest(total: Total) -> QuantityKind | None:
    weakest = total.counts.weakest
    return None if weakest is None else QuantityKind(weakest)


def refusal(refusal: NotAddableError) -> NotAddable:
    return NotAddable(reason=NotAddableReason(refusal.reason), message=text.of(refusal.message))
