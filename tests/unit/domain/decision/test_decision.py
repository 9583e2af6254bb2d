"""Decisions: how they are made and numbered, and how they end."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.committee.terms import Majority, MotionRule, Quorum, Terms
from domain.decision.commands import (
    MakeDecision,
    PublishDecision,
    RatifyDecision,
    RescindDecision,
    SupersedeDecision,
)
from domain.decision.events import (
    AtMeeting,
    ByConsent,
    ByEVote,
    ByOffice,
    DecisionMade,
    DecisionPublished,
    DecisionRatified,
    DecisionRescinded,
    DecisionSuperseded,
)
from domain.decision.refusals import (
    AlreadyRatifiedError,
    AnswersTwiceError,
    BeforeMotionError,
    BetweenMeetingsError,
    CommitteeUnnamedError,
    DecisionEndedError,
    DecisionNotInForceError,
    EffectBackwardsError,
    MotionIrregularError,
    MotionNotCarriedError,
    MotionPendingError,
    NotReachedError,
    OpenedAfterError,
    SupersedesItselfError,
)
from domain.decision.rules import DECISION
from domain.ids import DecisionId, StreamId
from domain.meeting.commands import CloseMeeting, DecideMotion, DraftMinutes, RecordConsensus, RecordVote
from domain.meeting.events import ByName, NamedVote, Secret, ShowOfHands
from domain.meeting.refusals import (
    DeliberatesOnlyError,
    MajorityNotStatedError,
    MotionMissingError,
    NoQuorumError,
    NotEntitledError,
    NoTermsError,
    OtherCommitteeError,
    TallyDiffersError,
)
from domain.stream import Loaded
from domain.values import SealedText, en
from domain.verdict import Tally
from tests.unit.domain.given import loaded, on, ordered
from tests.unit.domain.meeting.table import (
    ANA,
    BEN,
    CAM,
    COUNCIL,
    DAN,
    DAY,
    EVE,
    GUS,
    MEETING_ID,
    MINUTES,
    MOTION,
    OTHER_COUNCIL,
    OTHER_MOTION,
    TERMS,
    a_committee,
    around,
)
from tests.unit.domain.meeting.test_motions import IDS, hands, sitting

ID, OTHER, THIRD = (DecisionId(UUID(int=number)) for number in (801, 802, 803))
OTHER_STREAM = StreamId(OTHER)
NEW = Loaded(state=DECISION.initial)
OFFICE = ByOffice(office=en("Regional directorate"), number="2025-117", dated=date(2025, 5, 2))


def carried(*, consensus: bool = False) -> Any:
    """A meeting that carried a motion by consensus or by vote."""
    made = sitting(ANA, BEN, CAM, DAN)
    made.give(RecordConsensus(**IDS) if consensus else hands(3, 1))
    made.give(DecideMotion(**IDS))
    return made


def making(basis: Any = None, **changes: Any) -> MakeDecision:
    given: dict[str, Any] = {
        "decision_id": ID,
        "committee_id": COUNCIL,
        "year": 2025,
        "number": 7,
        "title": en("The plan is adopted"),
        "basis": basis or AtMeeting(meeting_id=MEETING_ID, meeting_version=5, motion_id=MOTION),
    }
    return MakeDecision(**(given | changes))


def made_of(command: MakeDecision, *, day: date = DAY, source: Any = None, **others: Any) -> DecisionMade:
    (event,) = ordered(NEW, command, day=day, source=source, **around(**others)).events
    assert isinstance(event, DecisionMade)
    return event


# --- at a meeting ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("consensus", [False, True])
def test_a_carried_motion_becomes_a_decision_with_its_arithmetic(*, consensus: bool) -> None:
    meeting = carried(consensus=consensus)
    ended = meeting.state.motions[MOTION].decided

    event = made_of(making(), meetings={MEETING_ID: meeting.loaded})

    assert event.method == ("consensus" if consensus else "vote")
    assert (event.quorum, event.majority, event.motion) == (ended.quorum, ended.majority, "ordinary")
    assert (event.year, event.number, event.holds_from, event.holds_until) == (2025, 7, DAY, None)


def test_a_decision_takes_its_number_and_its_motion() -> None:
    decided = ordered(NEW, making(), day=DAY, **around(meetings={MEETING_ID: carried().loaded}))

    assert decided.claims == [
        f"decision-number/{COUNCIL}/2025/7",
        f"decision-of-motion/{MEETING_ID}/{MOTION}",
    ]


def test_without_a_number_it_gets_the_next_one_of_its_committee_and_year() -> None:
    others = around(meetings={MEETING_ID: carried().loaded})
    others["others"] |= {OTHER: a_decision(number=2), THIRD: a_decision(number=10)}
    others["claims"] |= {
        f"decision-number/{COUNCIL}/2025/2": OTHER,
        f"decision-number/{COUNCIL}/2025/10": THIRD,
        f"decision-number/{COUNCIL}/2024/40": THIRD,
    }

    decided = ordered(NEW, making(number=None), day=DAY, **others)
    first = ordered(NEW, making(number=None, year=2026), day=DAY, **others)

    assert [decided.claims[0], first.claims[0]] == [
        f"decision-number/{COUNCIL}/2025/11",
        f"decision-number/{COUNCIL}/2026/1",
    ]


def at(version: int, motion: Any = MOTION) -> AtMeeting:
    return AtMeeting(meeting_id=MEETING_ID, meeting_version=version, motion_id=motion)


def test_the_meeting_is_cited_at_a_version_that_had_decided() -> None:
    meeting = carried()
    meeting.give(CloseMeeting(meeting_id=MEETING_ID))
    meeting.give(DraftMinutes(meeting_id=MEETING_ID, text_en=SealedText.about(MEETING_ID, "Present.")))
    decided_at, version = meeting.state.motions[MOTION].decided.version, meeting.loaded.version
    assert (decided_at, version) == (5, 7)

    for fine in (5, 6, 7):
        made_of(making(at(fine)), meetings={MEETING_ID: meeting.loaded})
    for wrong in (4, 8):
        with pytest.raises(MotionPendingError):
            made_of(making(at(wrong)), meetings={MEETING_ID: meeting.loaded})


def test_nothing_is_decided_by_a_motion_that_is_open_lost_or_not_there() -> None:
    still_open, lost = sitting(ANA, BEN, CAM), sitting(ANA, BEN, CAM)
    lost.give(hands(1, 2))
    lost.give(DecideMotion(**IDS))

    for source in (None, MINUTES):
        with pytest.raises(MotionPendingError):
            made_of(making(at(3)), meetings={MEETING_ID: still_open.loaded}, source=source)
        with pytest.raises(MotionNotCarriedError):
            made_of(making(at(5)), meetings={MEETING_ID: lost.loaded}, source=source)
        with pytest.raises(MotionMissingError):
            made_of(making(at(5, OTHER_MOTION)), meetings={MEETING_ID: lost.loaded}, source=source)


def test_a_decision_does_not_come_before_its_motion() -> None:
    with pytest.raises(BeforeMotionError):
        made_of(making(), day=date(2025, 5, 5), meetings={MEETING_ID: carried().loaded})


def test_a_decision_is_the_committee_s_that_met() -> None:
    others = around(meetings={MEETING_ID: carried().loaded})
    others["others"][OTHER_COUNCIL] = others["others"][COUNCIL]

    with pytest.raises(OtherCommitteeError):
        ordered(NEW, making(committee_id=OTHER_COUNCIL), day=DAY, **others)


def test_nothing_new_rests_on_a_motion_that_broke_rules() -> None:
    irregular = sitting(ANA, BEN, elsewhere=True)
    irregular.give(hands(2, 0))
    irregular.give(DecideMotion(**IDS))
    there = around(meetings={MEETING_ID: irregular.loaded})

    with pytest.raises(MotionIrregularError) as refusal:
        ordered(NEW, making(), day=DAY, **there)
    kept = ordered(NEW, making(), day=DAY, source=MINUTES, **there)

    assert refusal.value.breaches == "no_quorum"
    assert kept.breaches == ("motion_irregular",)


# --- between meetings -----------------------------------------------------------------------------------------

BETWEEN = Terms(
    quorum=Quorum(count=3),
    majorities=(
        MotionRule(motion="ordinary", majority=Majority(threshold="simple")),
        MotionRule(motion="plan_adoption", majority=Majority(threshold="two_thirds")),
    ),
    e_vote=True,
    consent_between_meetings=True,
)
FORESEEN = a_committee(("2024-01-01", BETWEEN))


def consent(*people: Any, objected: Any = ()) -> ByConsent:
    return ByConsent(opened_on=date(2025, 5, 1), consented=people, objected=objected)


def e_vote(yes: Any = (), no: Any = (), motion: Any = "ordinary") -> ByEVote:
    votes = [NamedVote(person_id=person, choice="in_favour") for person in yes]
    votes += [NamedVote(person_id=person, choice="against") for person in no]
    return ByEVote(opened_on=date(2025, 5, 1), ballot=ByName(votes=tuple(votes)), motion=motion)


def test_members_consent_between_meetings() -> None:
    event = made_of(making(consent(CAM, ANA, BEN)), committee=FORESEEN)

    assert event.method == "consent"
    assert event.basis == consent(ANA, BEN, CAM)
    assert event.quorum is not None
    assert event.majority is not None
    assert event.quorum.words.en == "3 of 5 voting seats present; quorum is 3: reached"
    assert event.majority.words.en == "consensus of the 3 present: no objection, reached"


def test_members_vote_by_electronic_means() -> None:
    named = made_of(making(e_vote((ANA, BEN), (CAM,))), committee=FORESEEN)
    secret = Secret(voted=(CAM, BEN, ANA), tally=Tally(in_favour=2, against=1))
    hidden = made_of(making(ByEVote(opened_on=DAY, ballot=secret)), committee=FORESEEN)

    assert (named.method, hidden.method) == ("e_vote", "e_vote")
    for event in (named, hidden):
        assert event.majority is not None
        assert (event.majority.in_favour, event.majority.against, event.majority.reached) == (2, 1, True)
    assert isinstance(hidden.basis, ByEVote)
    assert hidden.basis.ballot == Secret(voted=(ANA, BEN, CAM), tally=Tally(in_favour=2, against=1))


REFUSED = [
    (consent(ANA, BEN), FORESEEN, NoQuorumError),
    (consent(ANA, BEN, CAM, objected=(DAN,)), FORESEEN, NotReachedError),
    (consent(ANA, BEN, CAM, GUS), FORESEEN, NotEntitledError),
    (consent(ANA, BEN, CAM), a_committee(("2024-01-01", TERMS)), BetweenMeetingsError),
    (consent(ANA, BEN, CAM), a_committee(), NoTermsError),
    (e_vote((ANA, BEN)), FORESEEN, NoQuorumError),
    (e_vote((ANA,), (BEN, CAM)), FORESEEN, NotReachedError),
    (e_vote((ANA, BEN, CAM, DAN), (EVE, GUS)), FORESEEN, NotEntitledError),
    (e_vote((ANA, BEN, CAM)), a_committee(("2024-01-01", TERMS)), BetweenMeetingsError),
    (e_vote((ANA, BEN, CAM)), a_committee(), NoTermsError),
    (
        e_vote((ANA, BEN, CAM)),
        a_committee(("2024-01-01", Terms(quorum=Quorum(count=1), e_vote=True))),
        MajorityNotStatedError,
    ),
]


@pytest.mark.parametrize(("basis", "committee", "refusal"), REFUSED)
def test_what_the_terms_do_not_carry_is_refused_and_from_a_document_kept(
    basis: Any, committee: Any, refusal: Any
) -> None:
    with pytest.raises(refusal):
        ordered(NEW, making(basis), day=DAY, **around(committee=committee))

    kept = ordered(NEW, making(basis), day=DAY, source=MINUTES, **around(committee=committee))

    assert len(kept.events) == 1
    assert refusal.code in kept.breaches


def test_a_committee_that_only_deliberates_decides_nothing_between_meetings_either() -> None:
    deliberating = a_committee(("2024-01-01", Terms(decides=False)))

    with pytest.raises(DeliberatesOnlyError):
        ordered(NEW, making(consent(ANA)), day=DAY, **around(committee=deliberating))


@pytest.mark.parametrize(
    ("basis", "refusal"),
    [
        (consent(ANA, BEN, ANA), AnswersTwiceError),
        (consent(ANA, BEN, objected=(ANA,)), AnswersTwiceError),
        (e_vote((ANA,), (ANA,)), AnswersTwiceError),
        (ByConsent(opened_on=date(2025, 5, 7), consented=(ANA, BEN, CAM)), OpenedAfterError),
        (
            ByEVote(opened_on=DAY, ballot=Secret(voted=(ANA,), tally=Tally(in_favour=2, against=0))),
            TallyDiffersError,
        ),
    ],
)
def test_answers_do_not_contradict_themselves(basis: Any, refusal: Any) -> None:
    for source in (None, MINUTES):
        with pytest.raises(refusal):
            ordered(NEW, making(basis), day=DAY, source=source, **around(committee=FORESEEN))


# --- an office ------------------------------------------------------------------------------------------------


def test_an_office_decides_with_full_authority_and_without_quorum() -> None:
    decided = ordered(NEW, making(OFFICE, committee_id=None), day=DAY, **around())

    (event,) = decided.events
    assert isinstance(event, DecisionMade)
    assert (event.method, event.quorum, event.majority, event.committee_id) == ("administrative", None, None, None)
    assert event.basis == OFFICE
    assert decided.claims == ["decision-number/office/2025/7"]


def test_only_an_office_decides_without_a_committee() -> None:
    with pytest.raises(CommitteeUnnamedError):
        ordered(NEW, making(consent(ANA), committee_id=None), day=DAY, **around())


# --- effect ---------------------------------------------------------------------------------------------------


def a_decision(**changes: Any) -> Loaded[Any]:
    return loaded(DECISION, on(str(DAY), the_event(**changes)))


def the_event(**changes: Any) -> DecisionMade:
    given: dict[str, Any] = {
        "committee_id": COUNCIL,
        "year": 2025,
        "number": 7,
        "method": "administrative",
        "title": en("Approved"),
        "text": None,
        "reasons": None,
        "basis": OFFICE,
        "motion": None,
        "quorum": None,
        "majority": None,
        "holds_from": DAY,
        "holds_until": None,
        "ratified_by": None,
        "audience": "tenant",
    }
    return DecisionMade(**(given | changes))


def standing(past: Loaded[Any], day: str) -> str:
    found: str = past.state.standing_on(date.fromisoformat(day))
    return found


def test_a_decision_holds_from_a_day_to_a_day() -> None:
    past = a_decision(holds_from=date(2025, 6, 1), holds_until=date(2026, 3, 31))

    assert [standing(past, day) for day in ("2025-05-31", "2025-06-01", "2026-03-31", "2026-04-01")] == [
        "not_yet",
        "in_force",
        "in_force",
        "lapsed",
    ]


def test_a_decision_does_not_end_before_it_holds() -> None:
    command = making(OFFICE, holds_from=date(2025, 6, 1), holds_until=date(2025, 5, 31))
    with pytest.raises(EffectBackwardsError):
        ordered(NEW, command, day=DAY, **around())
    with pytest.raises(EffectBackwardsError):
        ordered(
            NEW, making(OFFICE, holds_from=date(2024, 1, 1), holds_until=date(2025, 1, 1)), day=DAY, **around()
        )


def test_a_decision_that_holds_from_an_earlier_day_is_not_there_before_it_is_made() -> None:
    past = a_decision(holds_from=date(2025, 4, 1))

    assert [standing(past, "2025-05-05"), standing(past, "2025-05-06")] == ["not_yet", "in_force"]


def test_a_decision_that_needs_ratification_waits_for_it() -> None:
    waiting = a_decision(ratified_by=en("Municipal council"))
    ratified = DecisionRatified(office=en("Municipal council"), number="C-12", dated=date(2025, 6, 10))
    command = RatifyDecision(
        decision_id=ID, office=en("Municipal council"), number="C-12", dated=date(2025, 6, 10)
    )

    assert ordered(waiting, command, day=date(2025, 6, 12)).events == [ratified]
    after = loaded(
        DECISION,
        on(str(DAY), the_event(ratified_by=en("Municipal council"))),
        on("2025-06-12", ratified),
    )
    assert [standing(after, "2025-06-11"), standing(after, "2025-06-12")] == ["to_be_ratified", "in_force"]
    with pytest.raises(AlreadyRatifiedError):
        ordered(after, command, day=date(2025, 6, 13))


def test_a_decision_is_rescinded_once() -> None:
    reason = SealedText.about(ID, "The programme ended")
    command = RescindDecision(decision_id=ID, reason=reason)
    assert ordered(a_decision(), command, day=date(2025, 9, 1)).events == [DecisionRescinded(reason=reason)]
    after = loaded(DECISION, on(str(DAY), the_event()), on("2025-09-01", DecisionRescinded(reason=None)))

    assert [standing(after, "2025-08-31"), standing(after, "2025-09-01")] == ["in_force", "rescinded"]
    for again in (
        command,
        SupersedeDecision(decision_id=ID, by_decision_id=OTHER),
        RatifyDecision(decision_id=ID, office=en("Council")),
    ):
        with pytest.raises(DecisionEndedError):
            ordered(after, again, day=date(2025, 9, 2), others={OTHER_STREAM: a_decision(number=8)})


def test_a_decision_is_superseded_by_one_that_holds() -> None:
    command = SupersedeDecision(decision_id=ID, by_decision_id=OTHER)
    later = a_decision(number=8, holds_from=date(2025, 9, 1))

    events = ordered(a_decision(), command, day=date(2025, 9, 1), others={OTHER_STREAM: later}).events
    with pytest.raises(DecisionNotInForceError) as refusal:
        ordered(a_decision(), command, day=date(2025, 8, 1), others={OTHER_STREAM: later})
    kept = ordered(a_decision(), command, day=date(2025, 8, 1), others={OTHER_STREAM: later}, source=MINUTES)

    assert events == [DecisionSuperseded(by_decision_id=OTHER)]
    assert refusal.value.standing == "not_yet"
    assert kept.breaches == ("decision_not_in_force",)
    after = loaded(DECISION, on(str(DAY), the_event()), on("2025-09-01", events[0]))
    assert (standing(after, "2025-09-01"), after.state.superseded_by) == ("superseded", OTHER)
    with pytest.raises(SupersedesItselfError):
        ordered(a_decision(), SupersedeDecision(decision_id=ID, by_decision_id=ID), day=DAY)


def test_a_decision_is_published_once() -> None:
    command = PublishDecision(decision_id=ID)
    published = loaded(DECISION, on(str(DAY), the_event()), on("2025-06-01", DecisionPublished()))

    assert ordered(a_decision(), command, day=date(2025, 6, 1)).events == [DecisionPublished()]
    assert ordered(published, command, day=date(2025, 6, 2)).events == []


def test_a_ballot_of_hands_is_not_an_electronic_vote() -> None:
    # The type says so already; this keeps it said.
    assert ShowOfHands not in ByEVote.__annotations__["ballot"].__args__
    assert RecordVote.__struct_fields__[2] == "ballot"
