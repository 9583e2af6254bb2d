"""What published aggregates refuse, record and never become part of."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.agreement import OWNERS
from domain.audience import Audience
from domain.body import SlugAdded
from domain.facts import Dated
from domain.ids import PublishedAggregateId
from domain.published_aggregate import (
    PUBLISHED_AGGREGATE,
    CorrectPublishedAggregate,
    Figure,
    FigureFormError,
    Publication,
    PublishedAggregateCorrected,
    PublishedAggregateRecorded,
    PublishedAggregateWithdrawn,
    PublishedAggregateWithdrawnError,
    RecordPublishedAggregate,
    ShareAboveWholeError,
    WithdrawPublishedAggregate,
    correct,
    record,
    withdraw,
)
from domain.stream import COMMANDS
from domain.values import PartialDate, Period, QualifiedValue, Ratio, SealedText, fr
from projections import events
from projections.registry import PROJECTIONS
from tests.unit.domain.given import DAY, a_case, given, on
from tests.unit.domain.sequences import last_dated, sequences, tell
from tests.unit.domain.values.strategies import quantities, ratios

ID = PublishedAggregateId(UUID(int=22))
LATER = date(2025, 1, 1)
NOT_GIVEN = QualifiedValue(kind="missing")


def partnerships(number: int) -> QualifiedValue:
    return QualifiedValue(kind="exact", number=Decimal(number), raw=str(number), unit="partnerships")


def of_reports(part: int, whole: int) -> Figure:
    return Figure(
        ratio=Ratio(numerator=partnerships(part), denominator=partnerships(whole), of=fr("rapports")),
        funded=partnerships(38),
        reports_received=NOT_GIVEN,
    )


COMMITMENT = of_reports(25, 34)
MORE_THAN = Figure(
    value=QualifiedValue(
        kind="at_least", number=Decimal(4_500_000), raw="plus de 4,5 millions de dollars", unit="CAD"
    )
)
SYNTHESIS = Publication(
    title=fr("Synthèse"), publisher=fr("Ministère"), published=PartialDate.of(2014), locator="p. 4"
)
RECORD = RecordPublishedAggregate(
    aggregate_id=ID,
    measure_code="municipal-commitment",
    measure=fr("Engagement municipal"),
    period=Period.fiscal_year(2012),
    figure=COMMITMENT,
    publication=SYNTHESIS,
)
RECORDED = PublishedAggregateRecorded(
    measure_code="municipal-commitment",
    measure=fr("Engagement municipal"),
    period=Period.fiscal_year(2012),
    figure=COMMITMENT,
    territory=None,
    publication=SYNTHESIS,
    audience=Audience.PUBLIC,
)


def test_a_share_keeps_its_two_numbers_and_what_the_source_does_not_say() -> None:
    assert record(PUBLISHED_AGGREGATE.initial, RECORD) == [RECORDED]

    kept = given(PUBLISHED_AGGREGATE, RECORDED).figure
    assert kept == Dated(value=COMMITMENT, on=DAY)
    figure = kept.value
    assert figure.ratio is not None
    assert figure.funded is not None
    assert figure.reports_received is not None
    numbers = [figure.ratio.numerator.number, figure.ratio.denominator.number, figure.funded.number]
    assert numbers == [Decimal(25), Decimal(34), Decimal(38)]
    assert figure.reports_received.kind == "missing"


def test_a_value_keeps_its_qualifier_as_printed() -> None:
    (recorded,) = record(PUBLISHED_AGGREGATE.initial, replaced(RECORD, figure=MORE_THAN))

    assert isinstance(recorded, PublishedAggregateRecorded)
    assert recorded.figure.value is not None
    assert (recorded.figure.value.kind, recorded.figure.value.raw) == (
        "at_least",
        "plus de 4,5 millions de dollars",
    )


@pytest.mark.parametrize("figure", [Figure(), Figure(value=partnerships(3), ratio=COMMITMENT.ratio)])
def test_a_figure_is_a_value_or_a_share(figure: Figure) -> None:
    with pytest.raises(FigureFormError):
        record(PUBLISHED_AGGREGATE.initial, replaced(RECORD, figure=figure))
    with pytest.raises(FigureFormError):
        correct(given(PUBLISHED_AGGREGATE, RECORDED), _correction(figure), a_case())


def test_a_share_is_not_more_than_the_whole() -> None:
    with pytest.raises(ShareAboveWholeError) as refusal:
        record(PUBLISHED_AGGREGATE.initial, replaced(RECORD, figure=of_reports(35, 34)))

    assert refusal.value.message("fr") == (
        "Une proportion de 35 sur 34 dépasse le tout; vérifiez le texte imprimé."
    )
    assert record(PUBLISHED_AGGREGATE.initial, replaced(RECORD, figure=of_reports(34, 34)))


def test_a_figure_that_was_misread_is_restated_whole() -> None:
    aggregate = given(PUBLISHED_AGGREGATE, RECORDED)
    again = of_reports(26, 34)

    assert correct(aggregate, _correction(again), a_case(day=LATER)) == [PublishedAggregateCorrected(figure=again)]
    assert correct(aggregate, _correction(COMMITMENT), a_case(day=LATER)) == []
    corrected = given(PUBLISHED_AGGREGATE, RECORDED, on("2025-01-01", PublishedAggregateCorrected(figure=again)))
    assert corrected.figure == Dated(value=again, on=LATER)


def test_a_withdrawn_figure_is_neither_corrected_nor_withdrawn_again() -> None:
    why = SealedText.about(ID, "Retiré par l’éditeur.")
    command = WithdrawPublishedAggregate(aggregate_id=ID, ground="withdrawn_by_source", note=why)
    event = PublishedAggregateWithdrawn(ground="withdrawn_by_source", note=why)

    assert withdraw(given(PUBLISHED_AGGREGATE, RECORDED), command) == [event]
    gone = given(PUBLISHED_AGGREGATE, RECORDED, event)
    assert gone.withdrawn
    with pytest.raises(PublishedAggregateWithdrawnError):
        withdraw(gone, command)
    with pytest.raises(PublishedAggregateWithdrawnError):
        correct(gone, _correction(of_reports(1, 2)), a_case())


def test_events_of_others_change_nothing() -> None:
    assert given(PUBLISHED_AGGREGATE, SlugAdded(slug="erables")) == PUBLISHED_AGGREGATE.initial


def test_all_but_the_commons_may_hold_published_figures() -> None:
    owners = {handled.owners for handled in COMMANDS.values() if handled.stream is PUBLISHED_AGGREGATE}
    assert owners == {OWNERS}


def test_no_other_read_model_takes_a_published_figure_into_account() -> None:
    taking = {
        projection.name for projection in PROJECTIONS if projection.handlers.keys() & events.PUBLISHED_AGGREGATE
    }
    # The last two read the envelope alone.
    assert taking == {"published_aggregate", "timeline", "authority"}


def replaced(command: RecordPublishedAggregate, *, figure: Figure) -> RecordPublishedAggregate:
    return RecordPublishedAggregate(
        aggregate_id=command.aggregate_id,
        measure_code=command.measure_code,
        measure=command.measure,
        period=command.period,
        figure=figure,
        publication=command.publication,
    )


def _correction(figure: Figure) -> CorrectPublishedAggregate:
    return CorrectPublishedAggregate(aggregate_id=ID, figure=figure)


FIGURES = st.one_of(
    st.builds(Figure, value=quantities()),
    st.builds(Figure, ratio=ratios()),
    st.sampled_from([COMMITMENT, MORE_THAN, Figure(), of_reports(3, 2)]),
)


@given_any(
    sequences(
        RECORD,
        st.builds(CorrectPublishedAggregate, aggregate_id=st.just(ID), figure=FIGURES),
        st.builds(WithdrawPublishedAggregate, aggregate_id=st.just(ID), ground=st.just("recorded_in_error")),
    )
)
def test_whatever_is_sent_a_figure_has_one_form_and_the_latest_wording(commands: list[tuple[Any, date]]) -> None:
    told = tell(PUBLISHED_AGGREGATE, commands)
    aggregate = told.end.state

    for event in told.of(PublishedAggregateRecorded, PublishedAggregateCorrected):
        assert (event.figure.value is None) != (event.figure.ratio is None)
    figure = last_dated(told, (PublishedAggregateRecorded, "figure"), (PublishedAggregateCorrected, "figure"))
    assert (aggregate.figure and aggregate.figure.value) == figure
    kinds = [type(event.payload) for event in told.events]
    assert kinds.count(PublishedAggregateWithdrawn) == aggregate.withdrawn <= 1
    assert PublishedAggregateWithdrawn not in kinds[:-1]
