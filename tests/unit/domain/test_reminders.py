from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.reminders import OVERDUE, Stage, stage_of

DUE = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("left", "stage"),
    [
        (15, None),
        (14, Stage(14)),
        (4, Stage(14)),
        (3, Stage(3)),
        (0, Stage(3)),
        (-1, OVERDUE),
        (-400, OVERDUE),
    ],
)
def test_a_day_calls_for_the_latest_reminder_that_has_come(left: int, stage: Stage | None) -> None:
    assert stage_of(DUE, DUE - timedelta(days=left), (14, 3)) == stage


def test_a_stage_is_kept_under_a_name() -> None:
    assert (Stage(14).code, OVERDUE.code) == ("14 days", "overdue")


@given(
    st.lists(st.integers(0, 366), min_size=1, max_size=5, unique=True),
    st.lists(st.integers(-400, 400), max_size=60),
)
def test_on_whatever_days_somebody_looks_the_stages_come_in_order_and_only_when_their_time_has_come(
    days_before: list[int], looked: list[int]
) -> None:
    days = [DUE + timedelta(days=after) for after in sorted(looked)]
    found = [stage_of(DUE, day, days_before) for day in days]

    called = [stage for stage in found if stage is not None]
    assert called == sorted(called, key=lambda stage: 1 if stage.days is None else -stage.days)
    for day, stage in zip(days, found, strict=True):
        left = (DUE - day).days
        if stage is None:
            assert left > max(days_before)
        elif stage.days is None:
            assert left < 0
        else:
            assert 0 <= left <= stage.days
            assert not any(left <= days < stage.days for days in days_before)
