"""Motions are decided by those in the room and the rules in force, and the arithmetic is kept."""

from datetime import timedelta
from typing import Any

import pytest

from domain.committee.terms import Majority, MotionRule, Quorum, Terms
from domain.meeting.commands import (
    CloseMeeting,
    DecideMotion,
    MoveMotion,
    RecordAttendance,
    RecordConsensus,
    RecordDissent,
    RecordRecusal,
    RecordVote,
    SetAgenda,
)
from domain.meeting.events import (
    AgendaItem,
    ByName,
    ConsensusRecorded,
    CountedAttendance,
    DissentRecorded,
    MotionDecided,
    MotionMoved,
    Movement,
    NamedVote,
    RecusalRecorded,
    Secret,
    ShowOfHands,
    VoteRecorded,
)
from domain.meeting.refusals import (
    AgendaItemMissingError,
    DeliberatesOnlyError,
    MajorityNotStatedError,
    MeetingClosedError,
    MotionAskedError,
    MotionDecidedError,
    MotionExistsError,
    MotionMissingError,
    MotionNotAskedError,
    NoQuorumError,
    NotEntitledError,
    NoTermsError,
    NoTieError,
    NotPresentError,
    OutcomeDiffersError,
    OutcomeMissingError,
    TallyDiffersError,
    TooManyVotesError,
    VotedAlreadyError,
    VotesTwiceError,
)
from domain.values import SealedText, en
from domain.verdict import Tally
from tests.unit.domain.meeting.table import (
    ANA,
    BEN,
    CAM,
    DAN,
    EVE,
    FAY,
    GUS,
    ITEM,
    MEETING_ID,
    MOTION,
    OTHER_MOTION,
    SIX,
    Sitting,
    a_committee,
)

EVERYBODY = (ANA, BEN, CAM, DAN, EVE)
IDS: dict[str, Any] = {"meeting_id": MEETING_ID, "motion_id": MOTION}
LATER = SIX + timedelta(hours=1)


def sitting(*people: Any, motion: Any = "ordinary", **changes: Any) -> Sitting:
    """A meeting with these people in the room and a motion on the table."""
    made = Sitting(**changes)
    if people:
        moved = tuple(Movement(person_id=person, movement="arrived", at=SIX) for person in people)
        made.give(RecordAttendance(meeting_id=MEETING_ID, movements=moved))
    made.give(MoveMotion(**IDS, title=en("Adopt the plan"), kind=motion))
    return made


def by_name(*votes: tuple[Any, Any]) -> RecordVote:
    named = tuple(NamedVote(person_id=person, choice=choice) for person, choice in votes)
    return RecordVote(**IDS, ballot=ByName(votes=named))


def hands(in_favour: int, against: int, abstentions: int = 0) -> RecordVote:
    tally = Tally(in_favour=in_favour, against=against, abstentions=abstentions)
    return RecordVote(**IDS, ballot=ShowOfHands(tally=tally))


def decided(made: Sitting, **changes: Any) -> MotionDecided:
    (event,) = made.give(DecideMotion(**IDS, **changes)).events
    assert isinstance(event, MotionDecided)
    return event


# --- putting a motion -----------------------------------------------------------------------------------------


def test_a_motion_is_put_once_by_people_in_the_room() -> None:
    made = sitting(ANA, BEN)
    assert made.events[-1] == MotionMoved(
        motion_id=MOTION,
        kind="ordinary",
        title=en("Adopt the plan"),
        text=None,
        moved_by=None,
        seconded_by=None,
        item_id=None,
    )

    with pytest.raises(MotionExistsError):
        made.give(MoveMotion(**IDS, title=en("Again")))
    with pytest.raises(NotPresentError):
        made.give(MoveMotion(meeting_id=MEETING_ID, motion_id=OTHER_MOTION, title=en("X"), moved_by=CAM))
    with pytest.raises(NotPresentError):
        made.give(MoveMotion(meeting_id=MEETING_ID, motion_id=OTHER_MOTION, title=en("X"), seconded_by=CAM))


def test_a_motion_belongs_to_a_point_of_the_agenda() -> None:
    made = Sitting()
    command = MoveMotion(**IDS, title=en("Adopt"), item_id=ITEM)
    with pytest.raises(AgendaItemMissingError):
        made.give(command)

    made.give(SetAgenda(meeting_id=MEETING_ID, items=(AgendaItem(item_id=ITEM, title=en("Plan")),)))
    made.give(command)

    assert made.events[-1].TYPE == "meeting.MotionMoved"


def test_nothing_is_put_after_the_end() -> None:
    made = Sitting()
    made.give(CloseMeeting(meeting_id=MEETING_ID))

    with pytest.raises(MeetingClosedError):
        made.give(MoveMotion(**IDS, title=en("Late")))


@pytest.mark.parametrize(
    "command",
    [
        RecordVote(**IDS, ballot=ShowOfHands(tally=Tally(in_favour=1, against=0))),
        RecordConsensus(**IDS),
        RecordRecusal(**IDS, person_id=ANA),
        RecordDissent(**IDS, person_id=ANA),
        DecideMotion(**IDS),
    ],
)
def test_a_motion_that_was_not_put_is_not_there(command: Any) -> None:
    with pytest.raises(MotionMissingError):
        Sitting().give(command)


# --- ballots --------------------------------------------------------------------------------------------------


def test_a_ballot_by_name_keeps_who_voted_what() -> None:
    made = sitting(*EVERYBODY)
    (event,) = made.give(by_name((CAM, "against"), (ANA, "in_favour"), (BEN, "abstention"))).events

    assert isinstance(event, VoteRecorded)
    assert isinstance(event.ballot, ByName)
    assert [(vote.person_id, vote.choice) for vote in event.ballot.votes] == [
        (ANA, "in_favour"),
        (BEN, "abstention"),
        (CAM, "against"),
    ]


def test_a_secret_ballot_keeps_who_voted_and_the_tally_and_no_order() -> None:
    made = sitting(*EVERYBODY)
    tally = Tally(in_favour=2, against=1)
    (event,) = made.give(RecordVote(**IDS, ballot=Secret(voted=(CAM, ANA, BEN), tally=tally))).events

    assert isinstance(event, VoteRecorded)
    assert event.ballot == Secret(voted=(ANA, BEN, CAM), tally=tally)
    assert event.ballot.__struct_fields__ == ("voted", "tally")


def test_a_ballot_does_not_contradict_itself() -> None:
    for elsewhere in (False, True):
        made = sitting(*EVERYBODY, elsewhere=elsewhere)
        with pytest.raises(VotesTwiceError):
            made.give(by_name((ANA, "in_favour"), (ANA, "against")))
        with pytest.raises(TallyDiffersError):
            made.give(RecordVote(**IDS, ballot=Secret(voted=(ANA, BEN), tally=Tally(in_favour=3, against=0))))


@pytest.mark.parametrize("person", [DAN, GUS, FAY])
def test_who_has_no_voting_seat_in_the_room_does_not_vote(person: Any) -> None:
    # Dan is not there, Gus observes, Fay stands in for somebody who is there.
    command = by_name((person, "in_favour"))
    with pytest.raises(NotEntitledError):
        sitting(ANA, BEN, CAM, GUS, FAY).give(command)

    kept = sitting(ANA, BEN, CAM, GUS, FAY, elsewhere=True).give(command)

    assert kept.breaches == ("not_entitled",)


def test_no_more_hands_are_counted_than_there_are() -> None:
    with pytest.raises(TooManyVotesError) as refusal:
        sitting(ANA, BEN, CAM).give(hands(3, 1))

    assert (refusal.value.cast, refusal.value.entitled) == (4, 3)


def test_a_motion_is_asked_once() -> None:
    made = sitting(*EVERYBODY)
    made.give(hands(3, 1))

    with pytest.raises(MotionAskedError):
        made.give(hands(4, 0))
    with pytest.raises(MotionAskedError):
        made.give(RecordConsensus(**IDS))


# --- recusal and dissent --------------------------------------------------------------------------------------


def test_who_withdraws_neither_votes_nor_counts() -> None:
    made = sitting(ANA, BEN, CAM, DAN)
    reason = SealedText.about(ANA, "Employed by the applicant")
    assert made.give(RecordRecusal(**IDS, person_id=ANA, reason=reason)).events == [
        RecusalRecorded(motion_id=MOTION, person_id=ANA, reason=reason)
    ]
    assert made.give(RecordRecusal(**IDS, person_id=ANA)).events == []

    with pytest.raises(NotEntitledError):
        made.give(by_name((ANA, "in_favour")))
    with pytest.raises(TooManyVotesError):
        made.give(hands(4, 0))
    made.give(hands(2, 1))
    event = decided(made)

    assert event.quorum is not None
    assert (event.quorum.present, event.quorum.recused, event.quorum.reached) == (3, 1, True)
    assert event.quorum.words.en == (
        "3 of 5 voting seats present, 1 recused; quorum is a majority of the seats, 3: reached"
    )


def test_a_recusal_can_cost_the_quorum() -> None:
    made = sitting(ANA, BEN, CAM)
    made.give(RecordRecusal(**IDS, person_id=ANA))
    made.give(hands(2, 0))

    with pytest.raises(NoQuorumError) as refusal:
        made.give(DecideMotion(**IDS))

    assert (refusal.value.present, refusal.value.required, refusal.value.terms) == (2, 3, 1)


def test_who_voted_does_not_withdraw_any_more() -> None:
    made = sitting(*EVERYBODY)
    made.give(by_name((ANA, "in_favour")))
    objected = sitting(*EVERYBODY)
    objected.give(RecordConsensus(**IDS, objections=(ANA,)))

    for one in (made, objected):
        with pytest.raises(VotedAlreadyError):
            one.give(RecordRecusal(**IDS, person_id=ANA))


def test_a_dissent_is_noted_and_stops_nothing() -> None:
    made = sitting(*EVERYBODY)
    made.give(RecordConsensus(**IDS))
    assert decided(made).carried

    assert made.give(RecordDissent(**IDS, person_id=CAM)).events == [
        DissentRecorded(motion_id=MOTION, person_id=CAM, reason=None)
    ]
    assert made.give(RecordDissent(**IDS, person_id=CAM)).events == []
    with pytest.raises(NotPresentError):
        made.give(RecordDissent(**IDS, person_id=FAY))


# --- deciding -------------------------------------------------------------------------------------------------


def test_a_vote_is_judged_by_the_majority_of_its_kind_of_motion() -> None:
    ordinary, plan = sitting(*EVERYBODY), sitting(*EVERYBODY, motion="plan_adoption")
    for made in (ordinary, plan):
        made.give(
            by_name((ANA, "in_favour"), (BEN, "in_favour"), (CAM, "in_favour"), (DAN, "against"), (EVE, "against"))
        )

    assert decided(ordinary).carried
    lost = decided(plan)
    assert not lost.carried
    assert lost.majority is not None
    assert lost.majority.words.en == "3 in favour, 2 against; two thirds of 5 votes cast, 4 needed: not carried"
    assert (lost.method, lost.majority.terms, lost.quorum and lost.quorum.terms) == ("vote", 1, 1)


def test_consensus_carries_where_nobody_objects() -> None:
    agreed, stopped = sitting(ANA, BEN, CAM), sitting(ANA, BEN, CAM)
    agreed.give(RecordConsensus(**IDS))
    (event,) = stopped.give(RecordConsensus(**IDS, objections=(CAM, BEN, BEN))).events

    assert event == ConsensusRecorded(motion_id=MOTION, objections=(BEN, CAM), at=None)
    assert decided(agreed).carried
    lost = decided(stopped)
    assert (lost.method, lost.carried) == ("consensus", False)
    assert lost.majority is not None
    assert lost.majority.words.en == "consensus of the 3 present: 2 objections, not reached"


def test_only_who_has_a_say_objects() -> None:
    with pytest.raises(NotEntitledError):
        sitting(ANA, BEN, CAM, GUS).give(RecordConsensus(**IDS, objections=(GUS,)))


def test_quorum_is_that_of_the_moment_of_the_decision() -> None:
    made = sitting(ANA, BEN, CAM)
    made.give(RecordVote(**IDS, ballot=ShowOfHands(tally=Tally(in_favour=3, against=0)), at=SIX))
    gone = Movement(person_id=CAM, movement="left", at=LATER)
    made.give(RecordAttendance(meeting_id=MEETING_ID, movements=(gone,)))
    with pytest.raises(NoQuorumError):
        made.give(DecideMotion(**IDS, at=LATER))

    assert decided(made).carried  # at the moment of the vote, when Cam was there


def test_a_motion_is_decided_once() -> None:
    made = sitting(*EVERYBODY)
    made.give(hands(5, 0))
    decided(made)

    for command in (DecideMotion(**IDS), hands(1, 0), RecordConsensus(**IDS), RecordRecusal(**IDS, person_id=ANA)):
        with pytest.raises(MotionDecidedError):
            made.give(command)


def test_a_tie_is_broken_by_the_chair_where_the_terms_say_so() -> None:
    made = sitting(ANA, BEN, CAM, DAN)
    made.give(hands(2, 2))
    event = decided(made, casting_vote="in_favour")
    assert event.carried
    assert event.majority is not None
    assert event.majority.casting_vote == "in_favour"

    plan = sitting(ANA, BEN, CAM, DAN, motion="plan_adoption")
    plan.give(hands(2, 2))
    agreed = sitting(ANA, BEN, CAM, DAN)
    agreed.give(RecordConsensus(**IDS))
    for one in (plan, agreed):
        with pytest.raises(NoTieError):
            one.give(DecideMotion(**IDS, casting_vote="in_favour"))


def test_what_is_declared_follows_from_the_votes() -> None:
    made = sitting(*EVERYBODY)
    made.give(hands(2, 3))
    with pytest.raises(OutcomeDiffersError):
        made.give(DecideMotion(**IDS, outcome="carried"))
    assert not decided(made, outcome="not_carried").carried

    kept = sitting(*EVERYBODY, elsewhere=True)
    kept.give(hands(2, 3))
    event = decided(kept, outcome="carried")
    assert event.carried
    assert event.majority is not None
    assert not event.majority.reached
    assert kept.last.breaches == ("outcome_differs",)


# --- rules that are not there ---------------------------------------------------------------------------------


def test_no_committee_decides_before_it_has_terms() -> None:
    made = sitting(*EVERYBODY, committee=a_committee())
    made.give(RecordConsensus(**IDS))

    with pytest.raises(NoTermsError):
        made.give(DecideMotion(**IDS))


def test_a_committee_that_only_deliberates_does_not_decide() -> None:
    made = sitting(*EVERYBODY, committee=a_committee(("2024-01-01", Terms(decides=False))))
    made.give(RecordConsensus(**IDS))

    with pytest.raises(DeliberatesOnlyError):
        made.give(DecideMotion(**IDS))


def test_terms_without_a_majority_leave_consensus() -> None:
    terms = a_committee(("2024-01-01", Terms(quorum=Quorum(count=2))))
    voted, agreed = sitting(ANA, BEN, committee=terms), sitting(ANA, BEN, committee=terms)
    voted.give(hands(2, 0))
    agreed.give(RecordConsensus(**IDS))

    with pytest.raises(MajorityNotStatedError):
        voted.give(DecideMotion(**IDS))
    assert decided(agreed).carried


def test_terms_without_a_quorum_ask_for_somebody() -> None:
    majority = MotionRule(motion="ordinary", majority=Majority(threshold="simple"))
    terms = a_committee(("2024-01-01", Terms(majorities=(majority,))))
    nobody, one = sitting(committee=terms), sitting(ANA, committee=terms)
    nobody.give(RecordConsensus(**IDS))
    one.give(RecordConsensus(**IDS))

    with pytest.raises(NoQuorumError):
        nobody.give(DecideMotion(**IDS))
    event = decided(one)
    assert event.quorum is not None
    assert (event.carried, event.quorum.rule) == (True, "not_stated")


def test_nothing_is_decided_that_nobody_was_asked() -> None:
    made = sitting(*EVERYBODY)

    with pytest.raises(MotionNotAskedError):
        made.give(DecideMotion(**IDS, outcome="carried"))


# --- history that is brought in -------------------------------------------------------------------------------


def test_what_minutes_tell_is_kept_with_what_was_wrong() -> None:
    made = sitting(ANA, BEN, elsewhere=True)
    made.give(hands(2, 0))

    event = decided(made, outcome="carried")

    assert event.carried
    assert event.quorum is not None
    assert (event.quorum.present, event.quorum.required, event.quorum.reached) == (2, 3, False)
    assert made.last.breaches == ("no_quorum",)
    assert made.state.motions[MOTION].decided.breaches == ("no_quorum",)


def test_minutes_may_tell_no_more_than_how_it_ended() -> None:
    made = sitting(elsewhere=True, committee=a_committee())
    with pytest.raises(OutcomeMissingError):
        made.give(DecideMotion(**IDS))

    event = decided(made, outcome="carried")

    assert (event.method, event.carried, event.quorum, event.majority) == ("stated", True, None, None)
    assert made.last.breaches == ("no_terms", "motion_not_asked")


def test_a_consensus_of_an_unknown_number_is_told_without_any() -> None:
    made = sitting(elsewhere=True)
    made.give(RecordConsensus(**IDS))

    event = decided(made)

    assert event.carried
    assert event.quorum is None
    assert event.majority is not None
    assert event.majority.words.en == "consensus: no objection, reached"
    assert made.last.breaches == ("attendance_unknown",)


def test_numbers_that_minutes_give_are_the_quorum() -> None:
    made = sitting(elsewhere=True)
    counted = RecordAttendance(meeting_id=MEETING_ID, counted=CountedAttendance(present=9, seats=13))
    made.give(counted)
    made.give(RecordConsensus(**IDS))

    event = decided(made)

    assert event.quorum is not None
    assert event.majority is not None
    assert event.quorum.words.en == "9 of 13 voting seats present; quorum is a majority of the seats, 7: reached"
    assert event.majority.words.en == "consensus of the 9 present: no objection, reached"
    assert made.last.breaches == ()


@pytest.mark.parametrize("terms", [None, Terms(quorum=Quorum(count=1))])
def test_a_vote_without_a_majority_to_judge_it_is_kept_as_stated(terms: Terms | None) -> None:
    committee = a_committee() if terms is None else a_committee(("2024-01-01", terms))
    made = sitting(ANA, elsewhere=True, committee=committee)
    made.give(hands(1, 0))

    event = decided(made, outcome="carried")

    assert (event.method, event.majority) == ("vote", None)
    assert made.last.breaches == (("no_terms",) if terms is None else ("majority_not_stated",))
