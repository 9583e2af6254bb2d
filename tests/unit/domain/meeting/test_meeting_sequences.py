"""Any sequence of orders to a meeting, live and brought in from minutes, under changing terms of reference."""

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.committee.terms import Majority, MotionRule, Quorum, SecondMeeting, Share, Terms
from domain.event import Recorded
from domain.ids import MotionId
from domain.meeting.commands import (
    AdoptMinutes,
    CloseMeeting,
    ConveneMeeting,
    CorrectMinutes,
    DecideMotion,
    DraftMinutes,
    MoveMotion,
    RecordAttendance,
    RecordConsensus,
    RecordDissent,
    RecordRecusal,
    RecordVote,
)
from domain.meeting.events import (
    AttendanceRecorded,
    ByName,
    MeetingClosed,
    MinutesAdopted,
    MotionDecided,
    MotionMoved,
    Movement,
    NamedVote,
    Secret,
    ShowOfHands,
    VoteRecorded,
)
from domain.meeting.rules import MEETING
from domain.meeting.state import tally
from domain.values import SealedText, en
from domain.verdict import Tally
from tests.unit.domain.meeting.table import (
    ANA,
    BEN,
    CAM,
    DAN,
    DAY,
    EVE,
    FAY,
    GUS,
    MEETING_ID,
    MINUTES,
    MOTION,
    OTHER_MOTION,
    SIX,
    a_committee,
    around,
    convening,
)
from tests.unit.domain.sequences import Told, tell

ID = st.just(MEETING_ID)
PEOPLE = st.sampled_from([ANA, BEN, CAM, DAN, EVE, FAY, GUS])
TIMES = st.none() | st.integers(-10, 60).map(lambda minutes: SIX + timedelta(minutes=minutes))
DAYS = st.integers(-1, 3).map(lambda days: DAY + timedelta(days))
MOTIONS: st.SearchStrategy[MotionId] = st.sampled_from([MOTION, OTHER_MOTION])
CHOICES = st.sampled_from(["in_favour", "against", "abstention"])
COUNTS = st.integers(0, 5)
TALLIES = st.builds(Tally, in_favour=COUNTS, against=COUNTS, abstentions=COUNTS)
BALLOTS = st.one_of(
    st.builds(
        ByName,
        votes=st.lists(st.builds(NamedVote, person_id=PEOPLE, choice=CHOICES), max_size=3).map(tuple),
    ),
    st.builds(ShowOfHands, tally=TALLIES),
    st.builds(Secret, voted=st.lists(PEOPLE, max_size=3).map(tuple), tally=TALLIES),
)
MOVEMENTS = st.builds(
    Movement, person_id=PEOPLE, movement=st.sampled_from(["arrived", "arrived", "arrived", "left"]), at=TIMES
)
TEXT = SealedText.about(MEETING_ID, "Present: five members.")
ORDERS = (
    *[st.builds(RecordAttendance, meeting_id=ID, movements=st.lists(MOVEMENTS, min_size=1, max_size=2).map(tuple))]
    * 4,
    *[st.builds(MoveMotion, meeting_id=ID, motion_id=MOTIONS, title=st.just(en("Adopt")))] * 2,
    st.builds(
        MoveMotion, meeting_id=ID, motion_id=MOTIONS, title=st.just(en("Plan")), kind=st.just("plan_adoption")
    ),
    *[st.builds(RecordVote, meeting_id=ID, motion_id=MOTIONS, ballot=BALLOTS, at=TIMES)] * 3,
    st.builds(
        RecordConsensus,
        meeting_id=ID,
        motion_id=MOTIONS,
        objections=st.lists(PEOPLE, max_size=2).map(tuple),
        at=TIMES,
    ),
    st.builds(RecordRecusal, meeting_id=ID, motion_id=MOTIONS, person_id=PEOPLE),
    st.builds(RecordDissent, meeting_id=ID, motion_id=MOTIONS, person_id=PEOPLE),
    *[
        st.builds(
            DecideMotion,
            meeting_id=ID,
            motion_id=MOTIONS,
            at=TIMES,
            outcome=st.sampled_from([None, None, "carried", "not_carried"]),
            casting_vote=st.sampled_from([None, None, "in_favour", "against"]),
        )
    ]
    * 4,
    st.builds(CloseMeeting, meeting_id=ID, outcome=st.sampled_from(["held", "without_quorum"])),
    st.builds(DraftMinutes, meeting_id=ID, text_en=st.just(TEXT)),
    st.builds(CorrectMinutes, meeting_id=ID, text_fr=st.just(TEXT)),
    st.builds(AdoptMinutes, meeting_id=ID, revision=st.integers(1, 3)),
)
ANY = st.lists(st.tuples(st.one_of(*ORDERS), DAYS), max_size=3)


def on_the_day(*orders: st.SearchStrategy[Any]) -> st.SearchStrategy[list[tuple[Any, date]]]:
    return st.tuples(*orders).map(lambda given: [(order, DAY) for order in given])


def arriving(people: Any) -> RecordAttendance:
    there = tuple(Movement(person_id=person, movement="arrived", at=SIX) for person in people)
    return RecordAttendance(meeting_id=MEETING_ID, movements=there)


def asked(motion_id: MotionId) -> st.SearchStrategy[list[tuple[Any, date]]]:
    """A motion that is put, asked and decided, as meetings do it when nothing comes between."""
    ids: dict[str, Any] = {"meeting_id": ID, "motion_id": st.just(motion_id)}
    kinds = st.sampled_from(["ordinary", "plan_adoption"])
    few = st.builds(Tally, in_favour=st.integers(0, 3), against=st.integers(0, 2), abstentions=st.just(0))
    hands = st.builds(RecordVote, ballot=st.builds(ShowOfHands, tally=few), **ids)
    ballots = st.builds(RecordVote, ballot=BALLOTS, **ids)
    return on_the_day(
        st.builds(MoveMotion, kind=kinds, title=st.just(en("Adopt")), **ids),
        st.one_of(hands, hands, ballots, st.builds(RecordConsensus, **ids)),
        st.builds(DecideMotion, casting_vote=st.sampled_from([None, None, "in_favour"]), **ids),
    )


# Most sequences follow the course of a meeting, with any orders in between: of wholly random ones, hardly any
# comes to a decision.
COMMANDS = st.builds(
    lambda *parts: [(convening(), DAY - timedelta(days=1)), *[one for part in parts for one in part]],
    on_the_day(st.sets(PEOPLE, min_size=2).map(arriving)) | ANY,
    ANY,
    asked(MOTION),
    ANY,
    asked(OTHER_MOTION),
    ANY,
)
SHARES = st.sampled_from([Share(numerator=1, denominator=2, more_than=True), Share(numerator=2, denominator=3)])
TERMS = st.builds(
    Terms,
    quorum=st.none()
    | st.builds(Quorum, share=SHARES, second_meeting=st.none() | st.just(SecondMeeting()))
    | st.builds(Quorum, count=st.integers(1, 4)),
    decides=st.just(True),
    majorities=st.builds(
        lambda threshold, chair: (
            MotionRule(motion="ordinary", majority=Majority(threshold="simple", casting_vote=chair)),
            MotionRule(motion="plan_adoption", majority=Majority(threshold=threshold)),
        ),
        st.sampled_from(["simple", "two_thirds", "four_fifths"]),
        st.booleans(),
    ),
)
VERSIONS = st.lists(st.tuples(st.integers(-3, 1), TERMS), min_size=1, max_size=3).map(
    lambda versions: a_committee(*((str(DAY + timedelta(days)), terms) for days, terms in versions))
)


# Whole meetings are large inputs, and a busy machine takes long to draw them.
whole_meetings = settings(suppress_health_check=[HealthCheck.too_slow])


def decisions(told: Told) -> list[Recorded]:
    return [event for event in told.events if isinstance(event.payload, MotionDecided)]


@whole_meetings
@given_any(COMMANDS, VERSIONS)
def test_whatever_is_sent_nothing_is_decided_but_by_the_rules_in_force(
    commands: list[tuple[ConveneMeeting, date]], committee: Any
) -> None:
    told = tell(MEETING, commands, **around(committee=committee))

    for event in decisions(told):
        decided: Any = event.payload
        in_force = committee.state.terms_on(event.effective_on)
        assert in_force is not None
        number, terms = in_force
        assert event.envelope.breaches == ()
        assert decided.quorum.terms == number
        assert decided.quorum.reached
        assert decided.quorum.present >= decided.quorum.required
        assert (decided.quorum.rule == "not_stated") == (terms.quorum is None)
        assert decided.majority.reached == decided.carried
        assert decided.majority.terms == number
        kind = next(m.kind for m in told.of(MotionMoved) if m.motion_id == decided.motion_id)
        if decided.method == "vote":
            assert decided.majority.threshold == terms.majority_for(kind).threshold
        else:
            assert (decided.method, decided.majority.threshold) == ("consensus", "consensus")


@whole_meetings
@given_any(COMMANDS, VERSIONS)
def test_whatever_minutes_say_is_kept_and_every_broken_rule_beside_it(
    commands: list[tuple[ConveneMeeting, date]], committee: Any
) -> None:
    told = tell(MEETING, commands, source=MINUTES, **around(committee=committee))

    for event in decisions(told):
        decided: Any = event.payload
        breaches = set(event.envelope.breaches)
        in_force = committee.state.terms_on(event.effective_on)
        assert ("no_terms" in breaches) == (in_force is None)
        assert ("no_quorum" in breaches) == (decided.quorum is not None and not decided.quorum.reached)
        assert (decided.quorum is None) == bool(breaches & {"no_terms", "attendance_unknown"})
        assert ("outcome_differs" in breaches) == (
            decided.majority is not None and decided.majority.reached != decided.carried
        )


@whole_meetings
@given_any(COMMANDS, VERSIONS)
def test_whatever_is_sent_a_meeting_keeps_its_order(
    commands: list[tuple[ConveneMeeting, date]], committee: Any
) -> None:
    told = tell(MEETING, commands, **around(committee=committee))
    meeting = told.end.state

    closed, adopted = told.of(MeetingClosed), told.of(MinutesAdopted)
    assert len(closed) == (meeting.closed is not None) <= 1
    assert len(adopted) == meeting.minutes_adopted <= 1
    motions = [moved.motion_id for moved in told.of(MotionMoved)]
    assert sorted(motions) == sorted(set(motions)) == sorted(meeting.motions)
    ended = [event.motion_id for event in told.of(MotionDecided)]
    assert len(set(ended)) == len(ended)
    assert [moved.at for moved in meeting.moved] == sorted(moved.at for moved in meeting.moved)
    assert sum(len(event.movements) for event in told.of(AttendanceRecorded)) == len(meeting.moved)
    for event in told.of(VoteRecorded):
        assert tally(event.ballot).cast <= 5
        if isinstance(event.ballot, Secret):
            assert list(event.ballot.voted) == sorted(set(event.ballot.voted))
            assert tally(event.ballot).cast == len(event.ballot.voted)
