"""The year and a half of the fictional partnerships: what they decided, by which rule, and what came of it."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.agreement import AgreementAmended, AgreementSigned
from domain.alignment import IndicatorAligned
from domain.committee.rules import TermsAdopted
from domain.decision.events import AtMeeting, DecisionMade, DecisionSuperseded
from domain.envelope import ByDecision
from domain.event import Recorded
from domain.meeting.events import (
    AttendanceRecorded,
    MeetingClosed,
    MinutesAdopted,
    MotionDecided,
    RecusalRecorded,
)
from domain.plan.events import RevisionAdopted
from domain.requirement import PeriodExempted, SubmissionRequired, owed_periods
from domain.seat.events import MemberSeated
from domain.stream import COMMANDS
from domain.submission.events import (
    SubmissionApproved,
    SubmissionCorrected,
    SubmissionDrafted,
    SubmissionPublished,
    SubmissionSubmitted,
    SubmissionValidated,
)
from tests.unit.services.test_sample_files import FICTIONAL, RECENT, SHARED, lines, loaded_log, payloads

FIRST, LAST = date(2025, 1, 1), date(2026, 9, 30)
STREAMS = {
    "committee": 8,
    "seat": 45,
    "meeting": 112,
    "decision": 17,
    "plan": 63,
    "agreement": 10,
    "indicator": 6,
    "alignment": 5,
    "requirement": 7,
    "submission": 34,
    "activity": 17,
}
"""How many lines of each kind of record."""


def kept(slug: str, kind: type[Any]) -> list[Recorded]:
    return [recorded for recorded in loaded_log().of(slug) if isinstance(recorded.payload, kind)]


def recent(slug: str, kind: type[Any]) -> list[Recorded]:
    return [recorded for recorded in kept(slug, kind) if recorded.effective_on >= FIRST]


def verdicts(slug: str) -> list[tuple[str, int, int, bool]]:
    """How each meeting ended: its day, those present, those required, and whether there was a quorum."""
    ended = []
    for recorded in kept(slug, MeetingClosed):
        closed: Any = recorded.payload
        quorum = closed.quorum
        ended.append((str(recorded.effective_on), quorum.present, quorum.required, quorum.reached))
    return ended


def test_every_line_is_of_the_year_and_a_half_and_says_that_it_is_invented() -> None:
    found = [line for name, line in lines() if name == RECENT]
    assert len(found) == 324
    for line in found:
        assert line.sample
        assert line.source is None
        assert FIRST <= line.effective_on <= LAST
        assert line.body in FICTIONAL or (line.body, line.command) == ("commons", "DefineIndicator")
    assert Counter(COMMANDS[line.command].stream.name for line in found) == STREAMS


def test_everybody_acts_in_a_role_and_nobody_imports() -> None:
    found = [line for name, line in lines() if name == RECENT and line.body != "commons"]
    assert all(line.actor is not None for line in found)
    assert {line.actor.role for line in found if line.actor is not None} == {
        *("coordinator", "chair", "programme_officer", "partner_reporter", "regional_adviser", "plan_approver")
    }


def test_nothing_was_recorded_against_a_rule() -> None:
    assert {recorded.envelope.breaches for slug in FICTIONAL for recorded in loaded_log().of(slug)} == {()}


def test_each_quorum_is_kept_with_its_verdict() -> None:
    assert verdicts("fictionville") == [
        ("2025-01-22", 3, 4, False),
        ("2025-02-05", 3, 3, True),
        ("2025-03-26", 6, 4, True),
        ("2025-09-24", 5, 4, True),
        ("2025-11-19", 7, 4, True),
        ("2026-03-25", 3, 4, False),
    ]
    assert verdicts("plaine-imaginaire") == [
        ("2025-02-18", 4, 3, True),
        ("2025-06-10", 4, 3, True),
        ("2025-10-22", 5, 3, True),
        ("2026-02-17", 4, 3, True),
    ]


def test_the_second_call_decides_with_three_where_the_first_could_not() -> None:
    first, second = payloads("fictionville", MeetingClosed)[:2]
    assert (first.outcome, second.outcome) == ("without_quorum", "held")
    (decided, *_) = payloads("fictionville", MotionDecided)
    assert decided.carried
    assert (decided.quorum.present, decided.quorum.required, decided.quorum.reached) == (3, 3, True)


def test_two_thirds_adopt_the_plan_with_the_abstention_counted() -> None:
    (adopted, _) = [one for one in payloads("fictionville", DecisionMade) if one.motion == "plan_adoption"]
    assert (adopted.majority.in_favour, adopted.majority.abstentions, adopted.majority.required) == (5, 1, 4)


def test_who_is_concerned_withdraws_and_is_not_counted() -> None:
    assert {slug: len(payloads(slug, RecusalRecorded)) for slug in FICTIONAL} == {
        "fictionville": 2,
        "plaine-imaginaire": 1,
        "riviere-exemple": 0,
        "baie-modele": 1,
    }
    (shared_intake,) = [
        one for one in payloads("fictionville", DecisionMade) if (one.year, one.number) == (2025, 3)
    ]
    assert (shared_intake.quorum.present, shared_intake.majority.in_favour) == (5, 5)


def test_a_tie_is_carried_by_the_chair_in_one_place_and_falls_in_another() -> None:
    (by_the_chair,) = [
        one for one in payloads("baie-modele", MotionDecided) if one.majority and one.majority.casting_vote
    ]
    assert (by_the_chair.majority.casting_vote, by_the_chair.carried) == ("in_favour", True)
    fallen = [one for one in payloads("fictionville", MotionDecided) if not one.carried]
    assert [(one.majority.in_favour, one.majority.against) for one in fallen] == [(3, 3)]


def test_decisions_are_numbered_by_committee_and_year() -> None:
    assert {
        slug: [(one.year, one.number, one.method) for one in payloads(slug, DecisionMade)] for slug in FICTIONAL
    } == {
        "fictionville": [
            (2025, 1, "vote"),
            (2025, 2, "vote"),
            (2025, 3, "vote"),
            (2025, 4, "vote"),
            (2026, 1, "vote"),
            (2026, 2, "e_vote"),
        ],
        "plaine-imaginaire": [
            (2025, 1, "consensus"),
            (2025, 2, "consensus"),
            (2026, 1, "consensus"),
            (2026, 2, "consent"),
        ],
        "riviere-exemple": [(2025, 1, "administrative"), (2025, 2, "administrative"), (2026, 1, "administrative")],
        "baie-modele": [(2025, 1, "vote"), (2025, 2, "vote"), (2026, 1, "vote")],
    }
    (superseded,) = kept("fictionville", DecisionSuperseded)
    first = kept("fictionville", DecisionMade)[0]
    assert superseded.originator_id == first.originator_id


def test_plans_and_agreements_cite_the_decision_that_allowed_them() -> None:
    for slug in FICTIONAL:
        made = {recorded.originator_id: recorded for recorded in kept(slug, DecisionMade)}
        for kind, allowed in ((RevisionAdopted, 2), (AgreementSigned, 1)):
            found = recent(slug, kind)
            assert len(found) == allowed
            for recorded in found:
                authority = recorded.envelope.authority
                assert isinstance(authority, ByDecision)
                assert authority.decision.log == recorded.tenant_id
                assert made[authority.decision.stream].effective_on <= recorded.effective_on
        amended = [one.envelope.authority for one in recent(slug, AgreementAmended)]
        assert isinstance(amended[0], ByDecision)


def test_the_directorate_is_advised_and_decides_by_its_office() -> None:
    (terms,) = payloads("riviere-exemple", TermsAdopted)
    assert not terms.terms.decides
    assert payloads("riviere-exemple", MotionDecided) == []
    assert not any(isinstance(one.basis, AtMeeting) for one in payloads("riviere-exemple", DecisionMade))


def test_whoever_submits_neither_validates_nor_approves() -> None:
    for slug in FICTIONAL:
        submitted = {one.originator_id: one.envelope.actor.id for one in kept(slug, SubmissionSubmitted)}
        for kind in (SubmissionValidated, SubmissionApproved):
            for step in kept(slug, kind):
                assert step.envelope.actor.id != submitted[step.originator_id]


def test_a_figure_goes_out_comes_back_and_is_corrected_once_published() -> None:
    steps: dict[str, list[list[str]]] = {}
    for slug in FICTIONAL:
        of: dict[UUID, list[str]] = {one.originator_id: [] for one in kept(slug, SubmissionDrafted)}
        for recorded in loaded_log().of(slug):
            if recorded.originator_id in of:
                of[recorded.originator_id].append(recorded.payload.TYPE.removeprefix("submission."))
        steps[slug] = list(of.values())
    through = ["Validated", "Approved", "Published"]
    assert steps["plaine-imaginaire"] == [
        ["Drafted", "Submitted", "Returned", "Resubmitted", *through],
        ["Drafted", "Submitted", *through],
    ]
    assert steps["fictionville"] == [
        ["Drafted", "Submitted", *through, "Corrected", *through],
        ["Drafted", "Submitted", *through],
    ]
    assert steps["riviere-exemple"] == [*2 * [["Drafted", "Submitted", *through]], ["Drafted", "Submitted"]]
    (corrected,) = payloads("fictionville", SubmissionCorrected)
    assert (corrected.value.number, corrected.reason) == (Decimal(389), "late_information")


def test_one_partnership_is_exempt_from_a_year_and_silent_about_the_next() -> None:
    (required,) = payloads("baie-modele", SubmissionRequired)
    (exempt,) = payloads("baie-modele", PeriodExempted)
    owed = owed_periods(required.cadence, required.first, required.due_days, until=LAST, ended_on=None)
    assert [(str(one.period.end), str(one.due_on)) for one in owed] == [
        ("2025-03-31", "2025-05-30"),
        ("2026-03-31", "2026-05-30"),
        ("2027-03-31", "2027-05-30"),
    ]
    assert (str(exempt.period.end), exempt.reason) == ("2025-03-31", "starting_up")
    assert payloads("baie-modele", SubmissionDrafted) == []


def test_the_directorate_has_three_wordings_of_the_shared_indicator_and_says_how_near_each_is() -> None:
    days = [one.effective_on.isoformat() for one in kept("riviere-exemple", IndicatorAligned)]
    grades = [one.grade for one in payloads("riviere-exemple", IndicatorAligned)]
    assert list(zip(days, grades, strict=True)) == [
        ("2025-06-02", "exact"),
        ("2025-06-02", "partial"),
        ("2025-06-02", "none"),
        ("2026-05-04", "exact"),
    ]
    for slug in FICTIONAL:
        assert {one.canonical.stream for one in payloads(slug, IndicatorAligned)} <= {SHARED}


def test_minutes_are_adopted_by_a_later_meeting_and_members_are_pseudonyms() -> None:
    assert {slug: len(payloads(slug, MinutesAdopted)) for slug in FICTIONAL} == {
        "fictionville": 2,
        "plaine-imaginaire": 1,
        "riviere-exemple": 0,
        "baie-modele": 1,
    }
    people: dict[str, set[UUID]] = {
        slug: {one.person_id for one in payloads(slug, MemberSeated)}
        | {move.person_id for one in payloads(slug, AttendanceRecorded) for move in one.movements}
        for slug in FICTIONAL
    }
    everybody = [one for members in people.values() for one in members]
    assert len(everybody) == len(set(everybody)) == 22


def test_every_published_figure_is_of_a_period_that_was_over() -> None:
    for slug in FICTIONAL:
        drafts = zip(kept(slug, SubmissionDrafted), payloads(slug, SubmissionDrafted), strict=True)
        ends = {recorded.originator_id: draft.period.end for recorded, draft in drafts}
        for published in kept(slug, SubmissionPublished):
            assert ends[published.originator_id] < published.effective_on
