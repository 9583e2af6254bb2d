"""What the activity log refuses and records."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.activity import (
    ACTIVITY,
    ActivityAheadError,
    ActivityCorrected,
    ActivityFacts,
    ActivityRecorded,
    ActivityWithdrawn,
    ActivityWithdrawnError,
    CorrectActivity,
    PeopleCountError,
    RecordPresentation,
    RecordReferral,
    RecordSession,
    WithdrawActivity,
    correct,
    record_presentation,
    record_referral,
    record_session,
    withdraw,
)
from domain.agreement import OWNERS
from domain.audience import Audience
from domain.body import SlugAdded
from domain.facts import Dated
from domain.ids import ActivityId
from domain.stream import COMMANDS
from domain.values import QualifiedValue, SealedText, TerritoryCode, fr
from tests.unit.domain.given import DAY, a_case, given, on
from tests.unit.domain.sequences import last_dated, sequences, tell

ID = ActivityId(UUID(int=22))
LATER = date(2025, 1, 1)


def people(number: int | str, kind: Any = "exact") -> QualifiedValue:
    return QualifiedValue(kind=kind, number=Decimal(number), unit="people")


FACTS = ActivityFacts(
    held_on=date(2024, 3, 28),
    label=fr("Soirée d’information"),
    place=TerritoryCode(scheme="qc-region", code="16"),
    people=people(14),
    tags=("housing",),
)
MORE = replace(FACTS, people=people(15, "at_least"))
RECORDED = ActivityRecorded(kind="session", facts=FACTS, audience=Audience.TENANT)


@pytest.mark.parametrize(
    ("decide", "command", "kind"),
    [
        (record_session, RecordSession(activity_id=ID, facts=FACTS), "session"),
        (record_referral, RecordReferral(activity_id=ID, facts=FACTS), "referral"),
        (record_presentation, RecordPresentation(activity_id=ID, facts=FACTS), "presentation"),
    ],
)
def test_an_activity_is_its_kind_its_day_its_place_and_a_count(decide: Any, command: Any, kind: Any) -> None:
    assert decide(ACTIVITY.initial, command, a_case()) == [
        ActivityRecorded(kind=kind, facts=FACTS, audience=Audience.TENANT)
    ]


def test_nothing_is_recorded_ahead_of_its_day() -> None:
    ahead = replace(FACTS, held_on=date(2024, 4, 2))

    with pytest.raises(ActivityAheadError) as refusal:
        record_session(ACTIVITY.initial, RecordSession(activity_id=ID, facts=ahead), a_case())
    assert refusal.value.message("en") == "An activity of 2024-04-02 cannot be recorded before that day."
    same_day = RecordSession(activity_id=ID, facts=replace(FACTS, held_on=DAY))
    assert record_session(ACTIVITY.initial, same_day, a_case())


@pytest.mark.parametrize(
    "count",
    [
        people(-1),
        people("2.5"),
        QualifiedValue(kind="range", number=Decimal(3), upper=Decimal("4.5"), unit="people"),
    ],
)
def test_people_come_in_whole_numbers(count: QualifiedValue) -> None:
    command = RecordSession(activity_id=ID, facts=replace(FACTS, people=count))

    with pytest.raises(PeopleCountError):
        record_session(ACTIVITY.initial, command, a_case())


@pytest.mark.parametrize("count", [None, people(0), people(30, "estimate"), QualifiedValue(kind="missing")])
def test_nobody_not_counted_and_about_thirty_are_kept_apart(count: QualifiedValue | None) -> None:
    facts = replace(FACTS, people=count)

    (event,) = record_session(ACTIVITY.initial, RecordSession(activity_id=ID, facts=facts), a_case())
    assert isinstance(event, ActivityRecorded)
    assert event.facts.people == count


def test_a_correction_restates_all_of_it() -> None:
    activity = given(ACTIVITY, RECORDED)

    command = CorrectActivity(activity_id=ID, facts=MORE)
    assert correct(activity, command, a_case(day=LATER)) == [ActivityCorrected(facts=MORE)]
    assert correct(activity, CorrectActivity(activity_id=ID, facts=FACTS), a_case(day=LATER)) == []
    wrong = CorrectActivity(activity_id=ID, facts=replace(FACTS, people=people(-3)))
    with pytest.raises(PeopleCountError):
        correct(activity, wrong, a_case())
    corrected = given(ACTIVITY, RECORDED, on("2025-01-01", ActivityCorrected(facts=MORE)))
    assert corrected.facts == Dated(value=MORE, on=LATER)


def test_a_withdrawn_activity_stays_as_it_is() -> None:
    note = SealedText.about(ID, "Annulée.")
    withdrawn = ActivityWithdrawn(note=note)
    assert withdraw(given(ACTIVITY, RECORDED), WithdrawActivity(activity_id=ID, note=note)) == [withdrawn]

    gone = given(ACTIVITY, RECORDED, withdrawn)
    with pytest.raises(ActivityWithdrawnError):
        withdraw(gone, WithdrawActivity(activity_id=ID))
    with pytest.raises(ActivityWithdrawnError):
        correct(gone, CorrectActivity(activity_id=ID, facts=MORE), a_case())


def test_events_of_others_change_nothing() -> None:
    assert given(ACTIVITY, SlugAdded(slug="erables")) == ACTIVITY.initial


def test_all_but_the_commons_may_hold_activities() -> None:
    assert {handled.owners for handled in COMMANDS.values() if handled.stream is ACTIVITY} == {OWNERS}


COUNTS = st.sampled_from([None, people(0), people(14), people(-1), people("2.5")])


@given_any(
    sequences(
        RecordSession(activity_id=ID, facts=FACTS),
        st.builds(RecordReferral, activity_id=st.just(ID), facts=st.just(MORE)),
        st.builds(
            CorrectActivity,
            activity_id=st.just(ID),
            facts=st.builds(ActivityFacts, held_on=st.just(DAY), label=st.just(fr("A")), people=COUNTS),
        ),
        st.builds(WithdrawActivity, activity_id=st.just(ID)),
    )
)
def test_whatever_is_sent_an_activity_has_its_latest_facts_and_a_whole_count(
    commands: list[tuple[Any, date]],
) -> None:
    told = tell(ACTIVITY, commands)
    activity = told.end.state

    facts = last_dated(told, (ActivityRecorded, "facts"), (ActivityCorrected, "facts"))
    assert (activity.facts and activity.facts.value) == facts
    for event in told.events:
        if isinstance(event.payload, ActivityRecorded | ActivityCorrected):
            assert event.payload.facts.held_on <= event.effective_on
            count = event.payload.facts.people
            assert count is None or count.number is None or count.number >= 0
    kinds = [type(event.payload) for event in told.events]
    assert kinds.count(ActivityWithdrawn) == activity.withdrawn <= 1
