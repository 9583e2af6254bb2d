"""The arithmetic of quorum, in exact numbers and in words."""

from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.committee.terms import Quorum, SecondMeeting, Share
from domain.ids import PersonId, SeatId
from domain.verdict import Call, Roll, SeatOnDay, counted, judged, roll
from domain.verdict.quorum import rejudged

FIRST = Call()
MAJORITY = Share(numerator=1, denominator=2, more_than=True)
THIRD = Share(numerator=1, denominator=3)


def seats(filled: int, vacant: int = 0) -> list[SeatOnDay]:
    people = [PersonId(UUID(int=number)) for number in range(1, filled + 1)]
    return [
        SeatOnDay(seat_id=SeatId(UUID(int=100 + number)), holder=holder)
        for number, holder in enumerate([*people, *[None] * vacant])
    ]


def people(number: int) -> set[PersonId]:
    return {PersonId(UUID(int=n)) for n in range(1, number + 1)}


@pytest.mark.parametrize(
    ("quorum", "present", "required", "reached"),
    [
        (Quorum(share=MAJORITY), 6, 7, False),
        (Quorum(share=MAJORITY), 7, 7, True),
        (Quorum(share=THIRD), 5, 5, True),
        (Quorum(count=4), 3, 4, False),
        (Quorum(share=THIRD, count=6), 5, 6, False),
        (Quorum(share=MAJORITY, count=5), 6, 7, False),
    ],
)
def test_quorum_is_reached_with_all_that_is_asked(
    quorum: Quorum, present: int, required: int, *, reached: bool
) -> None:
    verdict = judged(1, quorum, roll(seats(13), people(present)), FIRST)

    assert (verdict.present, verdict.required, verdict.reached) == (present, required, reached)


def test_the_words_say_the_arithmetic_in_both_languages() -> None:
    verdict = judged(2, Quorum(share=MAJORITY), roll(seats(13), people(7)), FIRST)

    assert verdict.words.en == "7 of 13 voting seats present; quorum is a majority of the seats, 7: reached"
    assert verdict.words.fr == (
        "7 des 13 sièges votants présents; le quorum est la majorité des sièges, soit 7\N{NO-BREAK SPACE}: atteint"
    )
    assert (verdict.terms, verdict.rule) == (2, "share")


def test_vacant_seats_count_only_where_the_terms_say_so() -> None:
    there = roll(seats(9, vacant=4), people(6))
    of_filled = judged(1, Quorum(share=MAJORITY), there, FIRST)
    of_all = judged(1, Quorum(share=MAJORITY, of="all_seats"), there, FIRST)

    assert (of_filled.seats, of_filled.vacant, of_filled.required, of_filled.reached) == (9, 4, 5, True)
    assert (of_all.seats, of_all.vacant, of_all.required, of_all.reached) == (13, 4, 7, False)
    assert "a majority of the filled seats, 5: reached" in str(of_filled.words.en)
    assert "la majorité des sièges pourvus, soit 5" in str(of_filled.words.fr)


def test_a_second_meeting_is_held_with_whoever_comes() -> None:
    quorum = Quorum(share=MAJORITY, second_meeting=SecondMeeting())
    three = roll(seats(13), people(3))
    first = judged(1, quorum, three, FIRST)
    second = judged(1, quorum, three, Call(second=True, days_after=14))
    nobody = judged(1, quorum, roll(seats(13), set()), Call(second=True, days_after=14))

    assert (first.rule, first.required, first.reached) == ("share", 7, False)
    assert (second.rule, second.required, second.reached) == ("second_meeting", 1, True)
    assert not nobody.reached
    assert second.words.en == (
        "3 of 13 voting seats present; at a second meeting, quorum is those present, at least 1: reached"
    )
    assert second.words.fr == (
        "3 des 13 sièges votants présents; à une deuxième réunion, les personnes présentes forment le quorum "
        "(au moins 1)\N{NO-BREAK SPACE}: atteint"
    )


def test_a_second_meeting_that_comes_too_late_needs_the_whole_quorum() -> None:
    quorum = Quorum(share=MAJORITY, second_meeting=SecondMeeting(within_days=21))
    three = roll(seats(13), people(3))

    assert judged(1, quorum, three, Call(second=True, days_after=21)).reached
    assert not judged(1, quorum, three, Call(second=True, days_after=22)).reached


def test_terms_without_a_second_meeting_know_none() -> None:
    verdict = judged(1, Quorum(count=4), roll(seats(13), people(3)), Call(second=True, days_after=7))

    assert (verdict.rule, verdict.reached, verdict.second_call) == ("count", False, True)


def test_terms_that_state_no_quorum_say_so() -> None:
    verdict = judged(3, None, roll(seats(2), people(1)), FIRST)

    assert (verdict.rule, verdict.reached) == ("not_stated", True)
    assert verdict.words.en == (
        "1 of 2 voting seats present; version 3 of the terms of reference states no quorum"
    )
    assert verdict.words.fr == (
        "1 siège votant présent sur 2; la version 3 du cadre de référence n’énonce aucun quorum"
    )


def test_alternates_and_recusals_are_told() -> None:
    table = [
        SeatOnDay(seat_id=SeatId(UUID(int=9)), holder=PersonId(UUID(int=8)), alternate=PersonId(UUID(int=7))),
        *seats(3),
    ]
    there = roll(table, people(3) | {PersonId(UUID(int=7))}, {PersonId(UUID(int=1))})
    verdict = judged(1, Quorum(share=THIRD, count=2), there, FIRST)

    assert verdict.words.en == (
        "3 of 4 voting seats present, 1 through an alternate, 1 recused; "
        "quorum is one third of the seats and at least 2, 2: reached"
    )
    assert verdict.words.fr == (
        "3 des 4 sièges votants présents, dont 1 par substitut, 1 récusation; "
        "le quorum est le tiers des sièges et d’au moins 2, soit 2\N{NO-BREAK SPACE}: atteint"
    )


@pytest.mark.parametrize(
    ("share", "english", "french"),
    [
        (Share(numerator=1, denominator=2), "half of the seats", "la moitié des sièges"),
        (Share(numerator=2, denominator=3), "two thirds of the seats", "les deux tiers des sièges"),
        (
            Share(numerator=2, denominator=3, more_than=True),
            "more than two thirds of the seats",
            "plus des deux tiers des sièges",
        ),
        (Share(numerator=1, denominator=3, more_than=True), "more than one third of", "plus du tiers des"),
        (Share(numerator=1, denominator=1), "all of the seats", "la totalité des sièges"),
        (Share(numerator=5, denominator=7), "5/7 of the seats", "5/7 des sièges"),
        (
            Share(numerator=5, denominator=7, more_than=True),
            "more than 5/7 of the seats",
            "plus de 5/7 des sièges",
        ),
    ],
)
def test_shares_are_said_as_people_say_them(share: Share, english: str, french: str) -> None:
    verdict = counted(1, Quorum(share=share), 4, 9, FIRST)

    assert f"quorum is {english}" in str(verdict.words.en)
    assert f"le quorum est {french}" in str(verdict.words.fr)


@pytest.mark.parametrize(
    ("present", "of", "french"),
    [
        (0, 9, "0 siège votant présent sur 9"),
        (1, 9, "1 siège votant présent sur 9"),
        (1, 1, "1 siège votant présent sur 1"),
        (2, 9, "2 des 9 sièges votants présents"),
    ],
)
def test_french_counts_from_two(present: int, of: int, french: str) -> None:
    assert str(counted(1, Quorum(count=3), present, of, FIRST).words.fr).startswith(french)


SHARES = st.builds(
    lambda parts, more: Share(
        numerator=min(parts), denominator=max(parts), more_than=more and parts[0] != parts[1]
    ),
    st.tuples(st.integers(1, 12), st.integers(1, 12)),
    st.booleans(),
)


@given_any(SHARES, st.integers(0, 40), st.integers(0, 40), st.none() | st.integers(1, 40))
def test_the_verdict_is_that_of_exact_fractions(share: Share, filled: int, there: int, count: int | None) -> None:
    verdict = judged(1, Quorum(share=share, count=count), roll(seats(filled), people(min(there, filled))), FIRST)

    part = Fraction(share.numerator, share.denominator) * filled
    enough = verdict.present > part if share.more_than else verdict.present >= part
    assert verdict.reached == (enough and verdict.present >= max(count or 0, 1))
    # One fewer would not have been enough.
    fewer = verdict.required - 1
    assert fewer < max(count or 0, 1) or (fewer <= part if share.more_than else fewer < part)


@given_any(share=SHARES, filled=st.integers(1, 20), there=st.integers(0, 20), second=st.booleans())
def test_the_words_give_the_numbers_and_the_verdict(
    share: Share, filled: int, there: int, *, second: bool
) -> None:
    quorum = Quorum(share=share, second_meeting=SecondMeeting(present_min=2))
    call = Call(second=second, days_after=7 * second)
    verdict = judged(1, quorum, roll(seats(filled), people(min(there, filled))), call)

    assert str(verdict.words.en).startswith(f"{verdict.present} of {verdict.seats} voting seat")
    assert str(verdict.words.en).endswith(": reached" if verdict.reached else ": not reached")
    assert str(verdict.words.fr).endswith("atteint")
    assert ("non atteint" in str(verdict.words.fr)) != verdict.reached
    assert str(verdict.required) in str(verdict.words.fr)


QUORUMS = st.none() | st.builds(
    Quorum,
    share=st.none() | st.just(THIRD) | st.just(MAJORITY),
    count=st.integers(1, 9),
    of=st.sampled_from(("filled_seats", "all_seats")),
    second_meeting=st.none() | st.builds(SecondMeeting, present_min=st.integers(1, 3), within_days=st.just(30)),
)


ROOMS = st.builds(
    lambda filled, vacant, there: roll(seats(filled, vacant), people(min(there, filled))),
    st.integers(1, 12),
    st.integers(0, 5),
    st.integers(0, 12),
)


@given_any(ROOMS, QUORUMS, QUORUMS, st.integers(0, 60))
def test_judging_the_same_people_by_another_version_is_judging_them_by_it_at_once(
    room: Roll, first: Quorum | None, second: Quorum | None, days: int
) -> None:
    again = Call(second=days > 0, days_after=days)

    assert rejudged(judged(1, first, room, FIRST), 2, second, again) == judged(2, second, room, again)
