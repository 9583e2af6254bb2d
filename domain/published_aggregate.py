"""Published aggregates: figures that a source printed about many, kept as printed.

They have no breakdown, so they are shown beside sums of what is recorded here and never enter one.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from domain.agreement import OWNERS
from domain.audience import Audience
from domain.case import Case
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.facts import Dated, holds, latest
from domain.ids import PublishedAggregateId
from domain.stream import Command, State, Stream
from domain.values import LocalizedText, PartialDate, Period, QualifiedValue, Ratio, SealedText, TerritoryCode

MeasureCode = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,60}$(?!\n)")]
Locator = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
WithdrawalGround = Literal["withdrawn_by_source", "recorded_in_error"]


class Publication(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What printed a figure, and where in it the figure stands."""

    title: LocalizedText
    publisher: LocalizedText | None = None
    published: PartialDate | None = None
    """None: the date of publication is not known."""
    locator: Locator | None = None


class Figure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The figure as printed: one value, or a share with both of its numbers.

    `funded` and `reports_received` say how many the source speaks of, beside the share's own denominator: three
    different numbers. Of kind `missing` where the source should say it and does not; absent where it has no sense.
    """

    value: QualifiedValue | None = None
    ratio: Ratio | None = None
    funded: QualifiedValue | None = None
    reports_received: QualifiedValue | None = None


# --- events -------------------------------------------------------------------------------------------------


@event("published_aggregate.Recorded", lifecycle=True)
class PublishedAggregateRecorded(Event, frozen=True, kw_only=True):
    measure_code: str
    """Groups figures of the same measure over the years."""
    measure: LocalizedText
    period: Period
    figure: Figure
    territory: TerritoryCode | None
    publication: Publication
    audience: Audience


@event("published_aggregate.Corrected")
class PublishedAggregateCorrected(Event, frozen=True, kw_only=True):
    """The figure was read wrongly here, or the source corrected it: the whole of it, anew."""

    figure: Figure


@event("published_aggregate.Withdrawn", lifecycle=True)
class PublishedAggregateWithdrawn(Event, frozen=True, kw_only=True):
    ground: WithdrawalGround
    note: SealedText | None


# --- commands -----------------------------------------------------------------------------------------------


class RecordPublishedAggregate(Command, frozen=True, kw_only=True):
    """Keep a figure that a source printed, with its qualifier and without any breakdown."""

    aggregate_id: PublishedAggregateId
    measure_code: MeasureCode
    measure: LocalizedText
    period: Period
    figure: Figure
    publication: Publication
    territory: TerritoryCode | None = None
    audience: Audience = Audience.PUBLIC


class CorrectPublishedAggregate(Command, frozen=True, kw_only=True):
    """Restate the whole figure, because it was read wrongly or its source corrected it."""

    aggregate_id: PublishedAggregateId
    figure: Figure


class WithdrawPublishedAggregate(Command, frozen=True, kw_only=True):
    """Take the figure back; it stays readable as of the days before."""

    aggregate_id: PublishedAggregateId
    ground: WithdrawalGround
    note: SealedText | None = None


# --- rules --------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class FigureFormError(Refusal):
    code = "figure_form"
    en = "Give the printed figure as a value or as a share, one of the two."
    fr = "Donnez le chiffre imprimé sous forme de valeur ou de proportion, l’une des deux."


@dataclass(eq=False)
class ShareAboveWholeError(Refusal):
    numerator: object
    denominator: object
    code = "share_above_whole"
    en = "A share of {numerator} out of {denominator} is more than the whole; check what was printed."
    fr = "Une proportion de {numerator} sur {denominator} dépasse le tout; vérifiez le texte imprimé."


@dataclass(eq=False)
class PublishedAggregateWithdrawnError(Refusal):
    code = "published_aggregate_withdrawn"
    en = "This published figure was withdrawn; record it anew if it is printed again."
    fr = "Ce chiffre publié a été retiré; inscrivez-le de nouveau s’il est réimprimé."


class PublishedAggregate(State, frozen=True, kw_only=True):
    measure_code: str | None = None
    figure: Dated[Figure] | None = None
    withdrawn: bool = False


def evolve(aggregate: PublishedAggregate, recorded: Recorded) -> PublishedAggregate:
    replace = msgspec.structs.replace
    match recorded.payload:
        case PublishedAggregateRecorded(measure_code=measure_code, figure=figure):
            return replace(aggregate, measure_code=measure_code, figure=latest(None, figure, recorded))
        case PublishedAggregateCorrected(figure=figure):
            return replace(aggregate, figure=latest(aggregate.figure, figure, recorded))
        case PublishedAggregateWithdrawn():
            return replace(aggregate, withdrawn=True)
    return aggregate


PUBLISHED_AGGREGATE = Stream("published_aggregate", PublishedAggregate(), evolve)


@PUBLISHED_AGGREGATE.handles("aggregate_id", creates=True, owners=OWNERS)
def record(aggregate: PublishedAggregate, command: RecordPublishedAggregate) -> list[Event]:  # noqa: ARG001 - no past
    """Record the figure.

    Raises:
        FigureFormError: neither a value nor a share, or both.
        ShareAboveWholeError: two exact numbers of which the first is the greater.
    """
    _check_figure(command.figure)
    return [
        PublishedAggregateRecorded(
            measure_code=command.measure_code,
            measure=command.measure,
            period=command.period,
            figure=command.figure,
            territory=command.territory,
            publication=command.publication,
            audience=command.audience,
        )
    ]


@PUBLISHED_AGGREGATE.handles("aggregate_id", owners=OWNERS)
def correct(aggregate: PublishedAggregate, command: CorrectPublishedAggregate, case: Case) -> list[Event]:
    """Restate the figure; the one that it already has on that day records nothing."""
    if aggregate.withdrawn:
        raise PublishedAggregateWithdrawnError
    _check_figure(command.figure)
    if holds(aggregate.figure, command.figure, case.on):
        return []
    return [PublishedAggregateCorrected(figure=command.figure)]


@PUBLISHED_AGGREGATE.handles("aggregate_id", owners=OWNERS)
def withdraw(aggregate: PublishedAggregate, command: WithdrawPublishedAggregate) -> list[Event]:
    if aggregate.withdrawn:
        raise PublishedAggregateWithdrawnError
    return [PublishedAggregateWithdrawn(ground=command.ground, note=command.note)]


def _check_figure(figure: Figure) -> None:
    if (figure.value is None) == (figure.ratio is None):
        raise FigureFormError
    if figure.ratio is None:
        return
    part, whole = figure.ratio.numerator, figure.ratio.denominator
    if part.kind == whole.kind == "exact" and (part.number or 0) > (whole.number or 0):
        raise ShareAboveWholeError(numerator=part.number, denominator=whole.number)
