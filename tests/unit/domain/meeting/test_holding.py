"""Meetings are convened, attended and closed, with the quorum worked out by the rules of the day."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from domain.committee.rules import CommitteeDissolved, CommitteeDissolvedError, CommitteeNotYetError
from domain.envelope import Source
from domain.errors import Refusal, StreamMissingError
from domain.meeting.commands import CloseMeeting, RecordAttendance, SetAgenda
from domain.meeting.events import (
    AgendaItem,
    AgendaSet,
    AttendanceRecorded,
    CountedAttendance,
    MeetingClosed,
    MeetingConvened,
    Movement,
)
from domain.meeting.refusals import (
    AgendaRepeatsError,
    AttendanceCountedError,
    MeetingClosedError,
    MeetingDayError,
    MeetingNotYetError,
    NoticeTooLateError,
    OtherCommitteeError,
    QuorumThereError,
    SecondCallError,
)
from domain.meeting.rules import MEETING
from domain.stream import Loaded
from domain.values import en
from tests.unit.domain.given import loaded, on, ordered
from tests.unit.domain.meeting.table import (
    ANA,
    BEN,
    CAM,
    COUNCIL,
    DAN,
    DAY,
    EVE,
    FAY,
    GUS,
    ITEM,
    MEETING_ID,
    MINUTES,
    OTHER_COUNCIL,
    SECOND,
    SIX,
    TERMS,
    Sitting,
    a_committee,
    around,
    convening,
)

NEW = Loaded(state=MEETING.initial)


def arrive(*people: Any, at: datetime | None = SIX) -> RecordAttendance:
    return RecordAttendance(
        meeting_id=MEETING_ID,
        movements=tuple(Movement(person_id=person, movement="arrived", at=at) for person in people),
    )


def leave(*people: Any, at: datetime | None = None) -> RecordAttendance:
    return RecordAttendance(
        meeting_id=MEETING_ID,
        movements=tuple(Movement(person_id=person, movement="left", at=at) for person in people),
    )


# --- convening ------------------------------------------------------------------------------------------------


def test_a_notice_says_when_and_where_and_about_what() -> None:
    toronto = timezone(timedelta(hours=-4))
    command = convening(
        starts_at=datetime(2025, 5, 6, 18, 0, tzinfo=toronto), mode="hybrid", place=en("City hall")
    )

    (event,) = ordered(NEW, command, day=date(2025, 4, 22), **around()).events

    assert isinstance(event, MeetingConvened)
    assert (event.committee_id, event.holds_on, event.starts_at) == (COUNCIL, DAY, SIX)
    assert event.starts_at is not None
    assert event.starts_at.tzinfo is UTC
    assert (event.mode, event.place, event.second_call_of, event.days_after) == (
        "hybrid",
        en("City hall"),
        None,
        0,
    )


def test_the_hour_falls_on_the_day_of_the_meeting_where_it_is_held() -> None:
    late = datetime(2025, 5, 7, 3, 30, tzinfo=UTC)  # 23:30 on the 6th in Toronto, past midnight in St. John's

    ordered(NEW, convening(starts_at=late), day=DAY, **around())
    with pytest.raises(MeetingDayError):
        ordered(NEW, convening(starts_at=late, time_zone="America/St_Johns"), day=DAY, **around())


def test_a_notice_comes_before_the_meeting() -> None:
    after = DAY + timedelta(days=1)
    with pytest.raises(NoticeTooLateError):
        ordered(NEW, convening(), day=after, **around())

    kept = ordered(NEW, convening(), day=after, source=MINUTES, **around())

    assert (len(kept.events), kept.breaches) == (1, ("notice_too_late",))


def test_a_committee_meets_while_it_exists() -> None:
    dissolved = loaded_with_end()
    with pytest.raises(CommitteeDissolvedError):
        ordered(NEW, convening(), day=date(2025, 1, 1), **around(committee=dissolved))
    with pytest.raises(CommitteeNotYetError):
        ordered(NEW, convening(holds_on=date(2019, 5, 6), starts_at=None), day=date(2019, 5, 1), **around())
    with pytest.raises(StreamMissingError):
        ordered(NEW, convening(committee_id=OTHER_COUNCIL), day=DAY, **around())
    kept = ordered(NEW, convening(), day=date(2025, 1, 1), source=MINUTES, **around(committee=dissolved))
    assert kept.breaches == ("committee_dissolved",)


def loaded_with_end() -> Loaded[Any]:
    committee = a_committee(("2024-01-01", TERMS))
    return Loaded(
        state=committee.state.__class__(
            **{
                name: getattr(committee.state, name)
                for name in committee.state.__struct_fields__
                if name != "dissolved_on"
            },
            dissolved_on=date(2025, 2, 1),
        ),
        version=3,
    )


def without_quorum(**changes: Any) -> Loaded[Any]:
    """A first call that four of five members missed."""
    sitting = Sitting(convened=convening(**changes))
    sitting.give(arrive(ANA))
    sitting.give(CloseMeeting(meeting_id=MEETING_ID, outcome="without_quorum"))
    return sitting.loaded


def second(**changes: Any) -> Any:
    given = {"meeting_id": SECOND, "holds_on": date(2025, 5, 20), "starts_at": None, "second_call_of": MEETING_ID}
    return convening(**(given | changes))


def test_a_meeting_without_quorum_is_called_a_second_time() -> None:
    decided = ordered(NEW, second(), day=DAY, **around(meetings={MEETING_ID: without_quorum()}))

    (event,) = decided.events
    assert isinstance(event, MeetingConvened)
    assert (event.second_call_of, event.days_after) == (MEETING_ID, 14)
    assert decided.claims == [f"second-call/{MEETING_ID}"]


def test_only_an_earlier_first_call_that_had_no_quorum_is_called_again() -> None:
    open_still = Sitting().loaded
    held = Sitting()
    held.give(CloseMeeting(meeting_id=MEETING_ID))
    same_day = without_quorum(holds_on=date(2025, 5, 20), starts_at=None)
    for earlier in (open_still, held.loaded, same_day):
        with pytest.raises(SecondCallError):
            ordered(NEW, second(), day=DAY, **around(meetings={MEETING_ID: earlier}))
        kept = ordered(NEW, second(), day=DAY, source=MINUTES, **around(meetings={MEETING_ID: earlier}))
        assert kept.breaches == ("second_call",)


def test_a_second_call_is_not_called_a_third_time() -> None:
    again = Sitting(convened=second(), meetings={MEETING_ID: without_quorum()})
    again.give(CloseMeeting(meeting_id=SECOND, outcome="without_quorum"))
    third = second(meeting_id=MEETING_ID, second_call_of=SECOND, holds_on=date(2025, 6, 3))

    with pytest.raises(SecondCallError):
        ordered(NEW, third, day=date(2025, 5, 21), **around(meetings={SECOND: again.loaded}))


def test_a_second_call_is_the_same_committee_s() -> None:
    others = around(meetings={MEETING_ID: without_quorum()})
    others["others"][OTHER_COUNCIL] = others["others"][COUNCIL]

    with pytest.raises(OtherCommitteeError):
        ordered(NEW, second(committee_id=OTHER_COUNCIL), day=DAY, **others)


# --- the agenda -----------------------------------------------------------------------------------------------

ITEMS = (AgendaItem(item_id=ITEM, title=en("The plan")),)


def test_the_agenda_is_set_whole_and_once() -> None:
    sitting = Sitting()
    command = SetAgenda(meeting_id=MEETING_ID, items=ITEMS)

    assert sitting.give(command).events == [AgendaSet(items=ITEMS)]
    assert sitting.give(command).events == []
    with pytest.raises(AgendaRepeatsError):
        sitting.give(SetAgenda(meeting_id=MEETING_ID, items=(*ITEMS, *ITEMS)))


def test_the_agenda_of_a_closed_meeting_stays() -> None:
    sitting = Sitting()
    sitting.give(CloseMeeting(meeting_id=MEETING_ID))

    with pytest.raises(MeetingClosedError):
        sitting.give(SetAgenda(meeting_id=MEETING_ID, items=ITEMS))


# --- who is there ---------------------------------------------------------------------------------------------


def quorum_of(events: Any) -> Any:
    (event,) = events
    assert isinstance(event, AttendanceRecorded)
    return event.quorum


def test_quorum_is_reached_as_people_arrive_and_lost_as_they_leave() -> None:
    sitting = Sitting()
    two = quorum_of(sitting.give(arrive(ANA, BEN)).events)
    three = quorum_of(sitting.give(arrive(CAM, at=SIX + timedelta(minutes=20))).events)
    again_two = quorum_of(sitting.give(leave(ANA, at=SIX + timedelta(hours=1))).events)

    assert [(v.present, v.required, v.reached) for v in (two, three, again_two)] == [
        (2, 3, False),
        (3, 3, True),
        (2, 3, False),
    ]
    assert three.words.en == "3 of 5 voting seats present; quorum is a majority of the seats, 3: reached"
    assert sitting.state.present_at(SIX) == {ANA, BEN}
    assert sitting.state.present_at(SIX + timedelta(minutes=30)) == {ANA, BEN, CAM}
    assert sitting.state.present_at(SIX + timedelta(hours=2)) == {BEN, CAM}


def test_an_alternate_counts_until_the_holder_comes() -> None:
    sitting = Sitting()
    with_alternate = quorum_of(sitting.give(arrive(BEN, CAM, FAY)).events)
    with_both = quorum_of(sitting.give(arrive(ANA, at=SIX + timedelta(minutes=5))).events)

    assert (with_alternate.present, with_alternate.by_alternates) == (3, 1)
    assert (with_both.present, with_both.by_alternates) == (3, 0)


def test_observers_and_guests_do_not_count() -> None:
    assert quorum_of(Sitting().give(arrive(GUS, FAY, ANA)).events).present == 1


def test_who_is_there_already_is_not_noted_twice() -> None:
    sitting = Sitting()
    sitting.give(arrive(ANA))

    assert sitting.give(arrive(ANA, at=SIX + timedelta(minutes=1))).events == []
    assert sitting.give(leave(BEN)).events == []
    (event,) = sitting.give(arrive(ANA, BEN, BEN)).events
    assert isinstance(event, AttendanceRecorded)
    assert [moved.person_id for moved in event.movements] == [BEN]


def test_a_time_that_nobody_noted_follows_what_was_noted_before() -> None:
    sitting = Sitting()
    sitting.give(arrive(ANA, BEN, at=None))
    sitting.give(arrive(CAM, at=SIX + timedelta(minutes=30)))
    sitting.give(leave(ANA))

    assert sitting.state.present_at(SIX) == {ANA, BEN}
    assert sitting.state.present_at(SIX + timedelta(minutes=29)) == {ANA, BEN}
    assert sitting.state.present_at(SIX + timedelta(minutes=30)) == {BEN, CAM}


def test_a_forgotten_arrival_is_added_where_it_belongs() -> None:
    sitting = Sitting()
    sitting.give(leave(ANA))
    sitting.give(arrive(BEN, at=SIX + timedelta(hours=1)))
    sitting.give(CloseMeeting(meeting_id=MEETING_ID, at=SIX + timedelta(hours=2)))
    sitting.give(arrive(DAN, at=SIX + timedelta(minutes=10)))

    assert sitting.state.present_at(SIX + timedelta(minutes=30)) == {DAN}
    assert sitting.state.present_at(SIX + timedelta(hours=2)) == {BEN, DAN}


def test_nobody_is_there_before_the_day() -> None:
    with pytest.raises(MeetingNotYetError):
        Sitting().give(arrive(ANA), day=DAY - timedelta(days=1))


def test_without_terms_attendance_is_kept_and_judged_by_nothing() -> None:
    sitting = Sitting(committee=a_committee())

    assert quorum_of(sitting.give(arrive(ANA)).events) is None


def test_numbers_alone_come_from_a_document() -> None:
    command = RecordAttendance(meeting_id=MEETING_ID, counted=CountedAttendance(present=9, seats=13))
    with pytest.raises(AttendanceCountedError):
        Sitting().give(command)
    sitting = Sitting(elsewhere=True)

    verdict = quorum_of(sitting.give(command).events)

    assert (verdict.present, verdict.seats, verdict.required, verdict.reached) == (9, 13, 7, True)
    assert sitting.give(command).events == []


def test_the_terms_of_the_day_of_the_meeting_judge_its_quorum() -> None:
    stricter = TERMS.__class__(quorum=TERMS.quorum.__class__(count=5)) if TERMS.quorum else TERMS
    committee = a_committee(("2024-01-01", TERMS), ("2025-05-07", stricter))

    before = quorum_of(Sitting(committee=committee).give(arrive(ANA, BEN, CAM, DAN)).events)
    later = Sitting(committee=committee, convened=convening(holds_on=date(2025, 5, 7), starts_at=None))
    after = quorum_of(later.give(arrive(ANA, BEN, CAM, DAN)).events)

    assert (before.terms, before.reached) == (1, True)
    assert (after.terms, after.required, after.reached) == (2, 5, False)


# --- the end --------------------------------------------------------------------------------------------------


def test_a_meeting_ends_once_with_the_quorum_as_it_is_then() -> None:
    sitting = Sitting()
    sitting.give(arrive(ANA, BEN, CAM))
    sitting.give(leave(CAM, at=SIX + timedelta(hours=1)))
    (event,) = sitting.give(CloseMeeting(meeting_id=MEETING_ID, at=SIX + timedelta(hours=2))).events

    assert isinstance(event, MeetingClosed)
    assert event.outcome == "held"
    assert event.quorum is not None
    assert not event.quorum.reached
    with pytest.raises(MeetingClosedError):
        sitting.give(CloseMeeting(meeting_id=MEETING_ID))


def test_a_meeting_with_its_quorum_does_not_end_for_lack_of_it() -> None:
    command = CloseMeeting(meeting_id=MEETING_ID, outcome="without_quorum")
    sitting = Sitting()
    sitting.give(arrive(ANA, BEN, CAM, EVE))
    with pytest.raises(QuorumThereError) as refusal:
        sitting.give(command)
    kept = Sitting(elsewhere=True)
    kept.give(arrive(ANA, BEN, CAM, EVE))

    assert (refusal.value.present, refusal.value.required) == (4, 3)
    assert kept.give(command).breaches == ("quorum_there",)


def test_minutes_that_name_nobody_say_nothing_of_the_quorum() -> None:
    (event,) = Sitting(elsewhere=True).give(CloseMeeting(meeting_id=MEETING_ID)).events

    assert isinstance(event, MeetingClosed)
    assert event.quorum is None


def test_refusals_say_what_they_refuse_in_both_languages() -> None:
    refusal: Refusal = QuorumThereError(present=4, required=3)

    assert refusal.message("en") == "The quorum was there: 4 voting seats present, 3 required."
    assert refusal.message("fr") == "Le quorum y était : 4 sièges votants présents, 3 requis."


def test_events_of_others_change_nothing() -> None:
    assert loaded(MEETING, on("2025-05-06", CommitteeDissolved(reason=None))).state == MEETING.initial
    assert isinstance(MINUTES, Source)
