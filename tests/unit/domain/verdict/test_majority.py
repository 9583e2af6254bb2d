"""The arithmetic of majorities, in exact numbers and in words."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.committee.terms import Majority
from domain.verdict import Tally, by_consensus, by_vote

NBSP = "\N{NO-BREAK SPACE}"


def votes(in_favour: int, against: int, abstentions: int = 0) -> Tally:
    return Tally(in_favour=in_favour, against=against, abstentions=abstentions)


@pytest.mark.parametrize(
    ("threshold", "tally", "required", "carried"),
    [
        ("simple", votes(5, 5), 6, False),
        ("simple", votes(6, 5), 6, True),
        ("simple", votes(1, 0, 9), 1, True),
        ("two_thirds", votes(8, 4), 8, True),
        ("two_thirds", votes(7, 4), 8, False),
        ("four_fifths", votes(8, 2), 8, True),
        ("four_fifths", votes(8, 3), 9, False),
        ("consensus", votes(9, 0, 2), 9, True),
        ("consensus", votes(9, 1), 10, False),
        ("simple", votes(0, 0, 4), 1, False),
    ],
)
def test_a_motion_is_carried_by_its_majority(
    threshold: Any, tally: Tally, required: int, *, carried: bool
) -> None:
    verdict = by_vote(1, "ordinary", Majority(threshold=threshold), tally)

    assert (verdict.required, verdict.reached) == (required, carried)


def test_abstentions_work_against_a_motion_only_where_the_terms_say_so() -> None:
    tally = votes(6, 3, 2)
    apart = by_vote(1, "ordinary", Majority(threshold="two_thirds"), tally)
    among = by_vote(1, "ordinary", Majority(threshold="two_thirds", abstentions_count=True), tally)

    assert (apart.counted, apart.required, apart.reached) == (9, 6, True)
    assert (among.counted, among.required, among.reached) == (11, 8, False)
    assert not by_vote(1, "ordinary", Majority(threshold="consensus", abstentions_count=True), tally).reached


def test_the_chair_breaks_a_tie_where_the_terms_give_a_casting_vote() -> None:
    with_one = Majority(threshold="simple", casting_vote=True)

    assert by_vote(1, "ordinary", with_one, votes(5, 5), "in_favour").reached
    assert not by_vote(1, "ordinary", with_one, votes(5, 5), "against").reached
    assert not by_vote(1, "ordinary", with_one, votes(5, 5)).reached
    assert not by_vote(1, "ordinary", with_one, votes(4, 5), "in_favour").reached
    assert not by_vote(1, "ordinary", Majority(threshold="simple"), votes(5, 5), "in_favour").reached
    assert not by_vote(1, "ordinary", with_one, votes(0, 0, 3), "in_favour").reached
    verdict = by_vote(1, "ordinary", with_one, votes(5, 5), "in_favour")
    assert verdict.words.en == "5 in favour, 5 against; the chair broke the tie in favour: carried"
    assert verdict.words.fr == f"5 pour, 5 contre; voix prépondérante de la présidence pour{NBSP}: adoptée"
    lost = by_vote(1, "ordinary", with_one, votes(5, 5), "against")
    assert lost.words.fr == f"5 pour, 5 contre; voix prépondérante de la présidence contre{NBSP}: rejetée"
    assert lost.words.en == "5 in favour, 5 against; the chair broke the tie against: not carried"


def test_the_words_say_the_arithmetic_in_both_languages() -> None:
    verdict = by_vote(2, "plan_adoption", Majority(threshold="two_thirds"), votes(8, 3, 1))

    assert verdict.words.en == (
        "8 in favour, 3 against, 1 abstention; two thirds of 11 votes cast, 8 needed: carried"
    )
    assert verdict.words.fr == (
        f"8 pour, 3 contre, 1 abstention; majorité des deux tiers, 8 sur 11 voix exprimées{NBSP}: adoptée"
    )
    assert (verdict.terms, verdict.motion, verdict.method) == (2, "plan_adoption", "vote")


def test_one_vote_is_singular_and_abstentions_that_count_are_named() -> None:
    one = by_vote(1, "ordinary", Majority(threshold="simple"), votes(1, 0))
    counting = by_vote(1, "ordinary", Majority(threshold="four_fifths", abstentions_count=True), votes(4, 0, 2))

    assert one.words.en == "1 in favour, 0 against; more than half of 1 vote cast, 1 needed: carried"
    assert one.words.fr == f"1 pour, 0 contre; majorité simple, 1 sur 1 voix exprimée{NBSP}: adoptée"
    assert counting.words.en == (
        "4 in favour, 0 against, 2 abstentions; four fifths of 6 votes, abstentions included, 5 needed: "
        "not carried"
    )
    assert counting.words.fr == (
        "4 pour, 0 contre, 2 abstentions; majorité des quatre cinquièmes, 5 sur 6 voix, abstentions comprises"
        f"{NBSP}: rejetée"
    )


def test_consensus_stands_where_nobody_objects() -> None:
    reached = by_consensus(1, "plan_adoption", 9, 0)
    stopped = by_consensus(1, "plan_adoption", 9, 2)
    untold = by_consensus(None, "ordinary", 0, 0)

    assert (reached.reached, reached.counted, reached.in_favour) == (True, 9, 9)
    assert (stopped.reached, stopped.against, stopped.in_favour) == (False, 2, 7)
    assert reached.words.en == "consensus of the 9 present: no objection, reached"
    assert reached.words.fr == f"consensus (9 sièges présents){NBSP}: aucune opposition, atteint"
    assert stopped.words.en == "consensus of the 9 present: 2 objections, not reached"
    assert stopped.words.fr == f"consensus (9 sièges présents){NBSP}: 2 oppositions, non atteint"
    assert untold.words.en == "consensus: no objection, reached"
    assert untold.words.fr == f"consensus{NBSP}: aucune opposition, atteint"


PARTS = {"simple": Fraction(1, 2), "two_thirds": Fraction(2, 3), "four_fifths": Fraction(4, 5)}
TALLIES = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))


@given_any(threshold=st.sampled_from(sorted(PARTS)), votes_cast=TALLIES, counting=st.booleans())
def test_the_verdict_is_that_of_exact_fractions(
    threshold: Any, votes_cast: tuple[int, int, int], *, counting: bool
) -> None:
    in_favour, against, abstentions = votes_cast
    majority = Majority(threshold=threshold, abstentions_count=counting)
    verdict = by_vote(1, "ordinary", majority, votes(in_favour, against, abstentions))

    counted = in_favour + against + (abstentions if counting else 0)
    part = PARTS[threshold] * counted
    enough = in_favour > part if threshold == "simple" else in_favour >= part
    assert verdict.reached == (enough and in_favour > 0)
    assert verdict.counted == counted


@given_any(votes_cast=TALLIES, counting=st.booleans())
def test_a_harder_majority_is_never_easier(votes_cast: tuple[int, int, int], *, counting: bool) -> None:
    kinds: tuple[Any, ...] = ("simple", "two_thirds", "four_fifths", "consensus")
    carried = [
        by_vote(
            1,
            "ordinary",
            Majority(threshold=kind, abstentions_count=counting),
            votes(*votes_cast),
        ).reached
        for kind in kinds
    ]

    assert carried == sorted(carried, reverse=True)
