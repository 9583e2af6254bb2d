"""What series of targets refuse, record and warn about."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.body import SlugAdded
from domain.ids import ElementId, PlanId, TargetId
from domain.indicator import Direction
from domain.stream import COMMANDS
from domain.target import (
    OWNERS,
    TARGET,
    BaselineSet,
    ReviseTarget,
    SetBaseline,
    SetTarget,
    TargetExistsError,
    TargetMissingError,
    TargetRevised,
    TargetSeries,
    TargetSet,
    Warning_,
    revise_target,
    set_baseline,
    set_target,
    warnings,
)
from domain.values import Period, QualifiedValue
from tests.unit.domain.given import DAY, a_case, given, on
from tests.unit.domain.sequences import sequences, tell

ID = TargetId(UUID(int=22))
PLAN_ID, INDICATOR = PlanId(UUID(int=5)), ElementId(UUID(int=6))
YEARS = [Period.fiscal_year(year) for year in range(2024, 2028)]
EARLIER, LATER = date(2024, 4, 2), date(2025, 4, 1)
TO_DO = QualifiedValue(kind="milestone", raw="Mise en œuvre")
NONE = QualifiedValue(kind="not_applicable", raw="s. o.")


def percent(number: int | str, raw: str | None = None) -> QualifiedValue:
    return QualifiedValue(kind="exact", number=Decimal(number), raw=raw, unit="percent")


def people(number: int) -> QualifiedValue:
    return QualifiedValue(kind="exact", number=Decimal(number), raw=f"{number} personnes", unit="people")


BASELINE = BaselineSet(
    plan_id=PLAN_ID,
    indicator_id=INDICATOR,
    unit="percent",
    direction="increase",
    baseline=percent("61.5"),
    baseline_period=Period.fiscal_year(2022),
)


def a_series(*values: QualifiedValue, direction: Direction = "increase") -> TargetSeries:
    return TargetSeries(
        unit="percent",
        direction=direction,
        baseline=percent("61.5"),
        values=tuple(zip(YEARS, values, strict=False)),
        since=(DAY,) * len(values),
    )


def test_a_series_begins_with_its_baseline() -> None:
    command = SetBaseline(
        target_id=ID,
        plan_id=PLAN_ID,
        indicator_id=INDICATOR,
        unit="percent",
        baseline=percent("61.5"),
        direction="increase",
        baseline_period=Period.fiscal_year(2022),
    )

    assert set_baseline(TARGET.initial, command) == [BASELINE]
    series = given(TARGET, BASELINE)
    assert (series.unit, series.direction, series.baseline) == ("percent", "increase", percent("61.5"))


def test_each_period_gets_one_target() -> None:
    command = SetTarget(target_id=ID, period=YEARS[0], value=percent(65))

    assert set_target(given(TARGET, BASELINE), command) == [TargetSet(period=YEARS[0], value=percent(65))]
    with pytest.raises(TargetExistsError) as refusal:
        set_target(given(TARGET, BASELINE, TargetSet(period=YEARS[0], value=percent(64))), command)
    assert refusal.value.period == "2024-2025"


def test_the_series_stands_in_the_order_of_its_periods() -> None:
    half = Period.custom(YEARS[0].start, date(2024, 9, 30))
    series = given(
        TARGET,
        BASELINE,
        TargetSet(period=YEARS[1], value=percent(66)),
        TargetSet(period=YEARS[0], value=percent(65)),
        TargetSet(period=half, value=percent(63)),
    )

    assert series.values == ((half, percent(63)), (YEARS[0], percent(65)), (YEARS[1], percent(66)))
    assert series.since == (DAY, DAY, DAY)


def test_a_target_is_revised() -> None:
    series = given(TARGET, BASELINE, TargetSet(period=YEARS[0], value=percent(65)))
    revised = TargetRevised(period=YEARS[0], value=percent(70))

    assert revise_target(
        series, ReviseTarget(target_id=ID, period=YEARS[0], value=percent(70)), a_case(day=LATER)
    ) == [revised]
    after = given(TARGET, BASELINE, TargetSet(period=YEARS[0], value=percent(65)), on("2025-04-01", revised))
    assert (after.values, after.since) == (((YEARS[0], percent(70)),), (LATER,))


def test_the_value_that_a_period_has_records_nothing() -> None:
    series = given(TARGET, BASELINE, on("2024-04-02", TargetSet(period=YEARS[0], value=percent(65))))
    same = ReviseTarget(target_id=ID, period=YEARS[0], value=percent(65))

    assert revise_target(series, same, a_case(day=LATER)) == []
    assert revise_target(series, same, a_case(day=EARLIER)) == []
    assert revise_target(series, same, a_case(day=DAY)) == [TargetRevised(period=YEARS[0], value=percent(65))]


def test_a_revision_learned_late_does_not_displace_the_later_one() -> None:
    series = given(
        TARGET,
        BASELINE,
        TargetSet(period=YEARS[0], value=percent(65)),
        on("2025-04-01", TargetRevised(period=YEARS[0], value=percent(70))),
        on("2024-04-02", TargetRevised(period=YEARS[0], value=percent(68))),
    )

    assert (series.values, series.since) == (((YEARS[0], percent(70)),), (LATER,))


def test_only_what_was_set_is_revised() -> None:
    with pytest.raises(TargetMissingError) as refusal:
        revise_target(
            given(TARGET, BASELINE),
            ReviseTarget(target_id=ID, period=YEARS[1], value=percent(70)),
            a_case(day=DAY),
        )

    assert refusal.value.period == "2025-2026"


def test_events_of_others_change_nothing() -> None:
    assert given(TARGET, SlugAdded(slug="erables")) == TARGET.initial


def test_all_but_the_commons_may_hold_targets() -> None:
    assert {handled.owners for handled in COMMANDS.values() if handled.stream is TARGET} == {OWNERS}


# --- warnings -------------------------------------------------------------------------------------------------


def test_a_steady_series_raises_no_doubt() -> None:
    assert warnings(a_series(percent(60), percent(60), percent(65))) == []
    assert warnings(a_series(percent(65), percent(60), percent(60), direction="decrease")) == []
    assert warnings(TARGET.initial) == []


def test_a_figure_against_the_direction_is_pointed_at() -> None:
    assert warnings(a_series(percent(65), percent(60, "60 %"), percent(62))) == [
        Warning_(kind="trend", period=YEARS[1], raw="60 %")
    ]
    assert warnings(a_series(percent(60), percent(65, "65 %"), direction="decrease")) == [
        Warning_(kind="trend", period=YEARS[1], raw="65 %")
    ]


def test_without_a_direction_there_is_no_trend() -> None:
    assert warnings(a_series(percent(65), percent(60), percent(70), direction="unstated")) == []


def test_words_are_passed_over() -> None:
    assert warnings(a_series(percent(65), TO_DO, NONE, percent(64, "64 %"))) == [
        Warning_(kind="trend", period=YEARS[3], raw="64 %")
    ]


def test_another_unit_is_pointed_at_and_not_compared() -> None:
    assert warnings(a_series(percent(65), people(3), percent(66))) == [
        Warning_(kind="unit", period=YEARS[1], raw="3 personnes")
    ]


def test_a_baseline_in_another_unit_comes_first() -> None:
    series = TargetSeries(unit="percent", baseline=people(3), values=((YEARS[0], people(4)),), since=(DAY,))

    assert warnings(series) == [
        Warning_(kind="unit", period=None, raw="3 personnes"),
        Warning_(kind="unit", period=YEARS[0], raw="4 personnes"),
    ]


def test_a_figure_without_unit_is_taken_to_be_of_the_series() -> None:
    bare = QualifiedValue(kind="exact", number=Decimal(1), raw="1")

    assert warnings(a_series(percent(65), bare)) == [Warning_(kind="trend", period=YEARS[1], raw="1")]


# --- any sequence ---------------------------------------------------------------------------------------------

PERIODS = st.sampled_from(YEARS)
VALUES = st.sampled_from([percent(60), percent(65), people(3), TO_DO, NONE])


@given_any(
    sequences(
        SetBaseline(target_id=ID, plan_id=PLAN_ID, indicator_id=INDICATOR, unit="percent", baseline=NONE),
        st.builds(SetTarget, target_id=st.just(ID), period=PERIODS, value=VALUES),
        st.builds(ReviseTarget, target_id=st.just(ID), period=PERIODS, value=VALUES),
    )
)
def test_whatever_is_sent_each_period_has_its_latest_figure(commands: list[tuple[SetBaseline, date]]) -> None:
    told = tell(TARGET, commands)
    series = told.end.state

    set_for = [event.period for event in told.of(TargetSet)]
    assert len(set(set_for)) == len(set_for)
    assert [period for period, _ in series.values] == sorted(set_for, key=lambda period: period.start)
    stated: dict[Period, tuple[date, int, QualifiedValue]] = {}
    for event in told.events:
        if isinstance(event.payload, TargetSet | TargetRevised):
            before = stated.get(event.payload.period)
            if before is None or before[0] <= event.effective_on:
                stated[event.payload.period] = (event.effective_on, event.position, event.payload.value)
    assert dict(series.values) == {period: value for period, (_, _, value) in stated.items()}
    assert dict(zip((p for p, _ in series.values), series.since, strict=True)) == {
        period: day for period, (day, _, _) in stated.items()
    }
    assert {warning.period for warning in warnings(series)} <= {None, *YEARS}
