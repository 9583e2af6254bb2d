"""Fixture 5: a roundtable's cadence. Two meetings are below three to five; a year without its forum is flagged."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.committee.terms import Cadence
from domain.deadlines import Held, cadence_kept, year_of
from domain.values import Period

SHERBROOKE = Cadence(year="calendar", meetings_min=3, meetings_max=5, yearly_forum=True)
"""Three to five meetings of the working committees and a forum every year, as the roundtable's page says."""


def held(*days: str, forum: bool = False) -> list[Held]:
    return [Held(on=date.fromisoformat(day), forum=forum) for day in days]


def test_two_meetings_are_below_three_to_five_and_the_forum_is_still_missing() -> None:
    kept = cadence_kept(SHERBROOKE, held("2019-02-12", "2019-05-14"), date(2019, 9, 30))

    assert (kept.meetings, kept.state, kept.forum_missing, kept.kept) == (2, "below", True, False)
    assert kept.words().en == "2 of 3–5 held, no forum yet"
    assert kept.words().fr == "2 réunions tenues sur 3 à 5, aucun forum pour l’instant"


def test_on_the_last_day_of_the_year_what_is_missing_is_missing() -> None:
    kept = cadence_kept(SHERBROOKE, held("2019-02-12", "2019-05-14"), date(2019, 12, 31))

    assert kept.over
    assert kept.words().en == "2 of 3–5 held, no forum"
    assert kept.words().fr == "2 réunions tenues sur 3 à 5, aucun forum"


def test_a_forum_is_no_meeting_and_meetings_are_no_forum() -> None:
    meetings = held("2019-02-12", "2019-05-14", "2019-09-10")

    kept = cadence_kept(SHERBROOKE, [*meetings, *held("2019-11-05", forum=True)], date(2019, 11, 5))

    assert (kept.meetings, kept.forums, kept.state, kept.kept) == (3, 1, "within", True)
    assert kept.words().en == "3 of 3–5 held, forum held"
    assert kept.words().fr == "3 réunions tenues sur 3 à 5, forum tenu"


def test_what_is_to_come_and_what_was_in_another_year_does_not_count() -> None:
    meetings = held("2018-12-31", "2019-01-01", "2019-06-01", "2019-06-02")

    assert cadence_kept(SHERBROOKE, meetings, date(2019, 6, 1)).meetings == 2


def test_six_meetings_are_above_three_to_five() -> None:
    meetings = held(*(f"2019-0{month}-01" for month in range(1, 7)))

    assert cadence_kept(SHERBROOKE, meetings, date(2019, 6, 1)).state == "above"


@pytest.mark.parametrize(
    ("cadence", "count", "en", "fr"),
    [
        (Cadence(meetings_min=4), 1, "1 of at least 4 held", "1 réunion tenue sur au moins 4"),
        (Cadence(meetings_max=2), 0, "0 of at most 2 held", "0 réunion tenue sur au plus 2"),
        (Cadence(meetings_min=4, meetings_max=4), 2, "2 of 4 held", "2 réunions tenues sur 4"),
        (Cadence(yearly_forum=True), 0, "0 held, no forum yet", "0 réunion tenue, aucun forum pour l’instant"),
    ],
)
def test_the_words_follow_what_the_terms_of_reference_say(cadence: Cadence, count: int, en: str, fr: str) -> None:
    kept = cadence_kept(cadence, held(*("2024-05-01", "2024-06-01")[:count]), date(2024, 9, 1))

    assert (kept.words().en, kept.words().fr) == (en, fr)


def test_a_fiscal_year_begins_in_april() -> None:
    fiscal = Cadence(meetings_min=3)

    assert year_of(fiscal, date(2024, 3, 31)) == Period.fiscal_year(2023)
    assert year_of(fiscal, date(2024, 4, 1)) == Period.fiscal_year(2024)
    assert year_of(SHERBROOKE, date(2024, 3, 31)) == Period.calendar_year(2024)


DAYS = st.integers(0, 900).map(lambda days: date(2023, 1, 1) + timedelta(days))


@given(
    st.lists(st.builds(Held, on=DAYS, forum=st.booleans()), max_size=20),
    DAYS,
    st.sampled_from(["fiscal", "calendar"]),
)
def test_the_count_is_that_of_the_year_so_far(meetings: list[Held], day: date, year: str) -> None:
    cadence = Cadence(year="fiscal" if year == "fiscal" else "calendar", meetings_min=3, yearly_forum=True)

    kept = cadence_kept(cadence, meetings, day)

    assert kept.year.covers(day)
    so_far = [one for one in meetings if kept.year.covers(one.on) and one.on <= day]
    assert kept.meetings + kept.forums == len(so_far)
    assert kept.forum_missing == (not any(one.forum for one in so_far))
