"""Who counts for which seat."""

from uuid import UUID

from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.ids import PersonId, SeatId
from domain.verdict import Roll, SeatOnDay, roll

ANA, BEN, CAM, DAN = (PersonId(UUID(int=number)) for number in range(1, 5))


def seat(number: int, holder: PersonId | None, alternate: PersonId | None = None) -> SeatOnDay:
    return SeatOnDay(seat_id=SeatId(UUID(int=100 + number)), holder=holder, alternate=alternate)


def speaking(found: Roll) -> list[tuple[int, PersonId, bool]]:
    return [(s.seat_id.int - 100, s.person_id, s.as_alternate) for s in found.speakers]


def test_holders_in_the_room_speak_for_their_seats() -> None:
    found = roll([seat(1, ANA), seat(2, BEN), seat(3, None)], {ANA, CAM})

    assert speaking(found) == [(1, ANA, False)]
    assert (found.seats, found.filled, found.present, found.by_alternates, found.recused) == (3, 2, 1, 0, 0)
    assert found.speaks(ANA)
    assert not found.speaks(CAM)


def test_an_alternate_speaks_only_while_the_holder_is_away() -> None:
    seats = [seat(1, ANA, CAM)]

    assert speaking(roll(seats, {ANA, CAM})) == [(1, ANA, False)]
    assert speaking(roll(seats, {CAM})) == [(1, CAM, True)]
    assert roll(seats, {CAM}).by_alternates == 1


def test_an_alternate_of_a_vacant_seat_speaks_for_nobody() -> None:
    assert roll([seat(1, None, CAM)], {CAM}).present == 0


def test_somebody_with_two_seats_counts_once_and_the_alternate_does_not_take_the_other() -> None:
    assert speaking(roll([seat(1, ANA), seat(2, ANA, BEN)], {ANA, BEN})) == [(1, ANA, False)]


def test_an_alternate_of_two_absent_holders_counts_once() -> None:
    assert speaking(roll([seat(1, ANA, CAM), seat(2, BEN, CAM)], {CAM})) == [(1, CAM, True)]


def test_a_holder_does_not_also_stand_in_for_another() -> None:
    assert speaking(roll([seat(1, ANA, BEN), seat(2, BEN)], {BEN})) == [(2, BEN, False)]


def test_who_withdrew_is_not_counted_and_leaves_the_seat_to_nobody() -> None:
    found = roll([seat(1, ANA, CAM), seat(2, BEN)], {ANA, BEN, CAM}, {ANA})

    assert speaking(found) == [(2, BEN, False)]
    assert found.recused == 1


def test_who_withdrew_and_is_not_in_the_room_is_simply_absent() -> None:
    assert roll([seat(1, ANA)], {BEN}, {ANA}).recused == 0


PEOPLE = st.sampled_from([ANA, BEN, CAM, DAN])
SEATS = st.lists(st.tuples(st.none() | PEOPLE, st.none() | PEOPLE), max_size=6).map(
    lambda pairs: [seat(number, *pair) for number, pair in enumerate(pairs)]
)


@given_any(SEATS, st.sets(PEOPLE), st.sets(PEOPLE))
def test_however_people_sit_nobody_and_no_seat_counts_twice(
    seats: list[SeatOnDay], present: set[PersonId], recused: set[PersonId]
) -> None:
    found = roll(seats, present, recused)

    people = [speaker.person_id for speaker in found.speakers]
    assert len(set(people)) == len(people)
    assert set(people) <= present - recused
    assert len({speaker.seat_id for speaker in found.speakers}) == len(found.speakers)
    assert found.present + found.recused <= found.filled <= found.seats
    # Withdrawing moves a seat from one number to the other, and nothing else.
    assert roll(seats, present).present == found.present + found.recused
