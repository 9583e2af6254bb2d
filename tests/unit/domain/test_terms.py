"""Terms of reference: exact fractions, and what no document can mean."""

from collections.abc import Callable
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.committee.terms import (
    Cadence,
    Majority,
    MotionRule,
    Quorum,
    SecondMeeting,
    Sector,
    SectorQuota,
    Share,
    TermOfOffice,
    Terms,
)
from domain.values import fr

HALF = Share(numerator=1, denominator=2)
MORE_THAN_HALF = Share(numerator=1, denominator=2, more_than=True)
ORDINARY = MotionRule(motion="ordinary", majority=Majority(threshold="simple"))
HEALTH = Sector(code="health", label=fr("Santé"))


@pytest.mark.parametrize(
    ("share", "whole", "least"),
    [
        (HALF, 8, 4),
        (HALF, 7, 4),
        (MORE_THAN_HALF, 8, 5),
        (MORE_THAN_HALF, 7, 4),
        (Share(numerator=2, denominator=3), 9, 6),
        (Share(numerator=2, denominator=3), 10, 7),
        (Share(numerator=1, denominator=1), 13, 13),
    ],
)
def test_a_share_of_a_number_is_the_least_number_that_satisfies_it(share: Share, whole: int, least: int) -> None:
    assert share.of(whole) == least


@given(st.integers(1, 50), st.integers(1, 50), st.booleans(), st.integers(0, 300))
def test_a_share_is_an_exact_fraction(one: int, other: int, more_than: bool, whole: int) -> None:  # noqa: FBT001 - a strategy
    numerator, denominator = sorted((one, other))
    share = Share(numerator=numerator, denominator=denominator, more_than=more_than and numerator < denominator)
    part = Fraction(numerator, denominator) * whole

    least = share.of(whole)

    satisfied = [number for number in range(whole + 2) if (number > part if share.more_than else number >= part)]
    assert least == satisfied[0]


@pytest.mark.parametrize(
    ("quorum", "seats", "required"),
    [
        (Quorum(share=MORE_THAN_HALF), 13, 7),
        (Quorum(count=5), 13, 5),
        (Quorum(share=MORE_THAN_HALF, count=9), 13, 9),
        (Quorum(share=MORE_THAN_HALF, count=5), 13, 7),
        (Quorum(share=MORE_THAN_HALF), 0, 1),
    ],
)
def test_a_quorum_of_a_share_and_a_count_asks_for_both(quorum: Quorum, seats: int, required: int) -> None:
    assert quorum.required(seats) == required


def test_a_kind_of_motion_without_a_majority_of_its_own_takes_that_of_ordinary_ones() -> None:
    two_thirds = Majority(threshold="two_thirds")
    terms = Terms(majorities=(ORDINARY, MotionRule(motion="plan_adoption", majority=two_thirds)))

    assert terms.majority_for("plan_adoption") == two_thirds
    assert terms.majority_for("membership") == ORDINARY.majority
    assert Terms().majority_for("ordinary") is None


def test_a_quota_is_found_by_its_sector() -> None:
    quota = SectorQuota(sector=HEALTH, seats_min=2)

    assert Terms(quotas=(quota,)).quota("health") == quota
    assert Terms(quotas=(quota,)).quota("schools") is None


WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: Share(numerator=3, denominator=2), "the numerator of a share: expected 1 to 2, got 3"),
    (lambda: Share(numerator=1, denominator=0), "the parts of a share"),
    (lambda: Share(numerator=2, denominator=2, more_than=True), "more than all of them"),
    (Quorum, "a quorum is a share"),
    (lambda: Quorum(count=0), "the count of a quorum"),
    (lambda: SecondMeeting(present_min=0), "the members at a second meeting"),
    (lambda: SecondMeeting(within_days=0), "the days before a second meeting"),
    (lambda: Majority(threshold="consensus", casting_vote=True), "a casting vote breaks the tie"),
    (Cadence, "a cadence says"),
    (lambda: Cadence(meetings_min=5, meetings_max=3), "the meetings of a year: expected 5 to 400, got 3"),
    (lambda: TermOfOffice(months=0), "the months of a term of office"),
    (lambda: TermOfOffice(months=12, renewals_max=-1), "the renewals of a term of office"),
    (lambda: SectorQuota(sector=HEALTH), "a quota says"),
    (lambda: SectorQuota(sector=HEALTH, seats_min=3, seats_max=2), "the seats of a sector: expected 3 to 1000"),
    (lambda: Terms(voting_seats_max=0), "the voting seats"),
    (lambda: Terms(majorities=(ORDINARY, ORDINARY)), "the kind of motion 'ordinary' is named twice"),
    (lambda: Terms(quotas=(SectorQuota(sector=HEALTH, seats_min=1),) * 2), "the sector 'health' is named twice"),
    (
        lambda: Terms(majorities=(MotionRule(motion="membership", majority=ORDINARY.majority),)),
        "none for ordinary motions",
    ),
    (lambda: Terms(decides=False, e_vote=True), "only deliberates"),
    (lambda: Terms(decides=False, majorities=(ORDINARY,)), "only deliberates"),
]


@pytest.mark.parametrize(("make", "message"), WRONG, ids=[message for _, message in WRONG])
def test_terms_that_no_document_can_mean_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_terms_come_back_from_their_bytes_as_they_were() -> None:
    terms = Terms(
        quorum=Quorum(share=MORE_THAN_HALF, of="all_seats", second_meeting=SecondMeeting(within_days=30)),
        majorities=(ORDINARY,),
        cadence=Cadence(year="calendar", meetings_min=3, meetings_max=5, yearly_forum=True),
        term_of_office=TermOfOffice(months=24),
        quotas=(SectorQuota(sector=HEALTH, seats_min=1, seats_max=1),),
    )

    assert msgspec.json.decode(msgspec.json.encode(terms), type=Terms) == terms
