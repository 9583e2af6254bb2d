"""Who speaks for which voting seat, of the people in the room.

A holder speaks for the first seat that they hold; an alternate for the first one whose holder is not there. Nobody
speaks for two seats, and a seat is never counted twice.
"""

from collections.abc import Collection, Sequence

import msgspec

from domain.ids import PersonId, SeatId


class SeatOnDay(msgspec.Struct, frozen=True, kw_only=True):
    """A voting seat as it stands on the day: who holds it, and who may stand in."""

    seat_id: SeatId
    holder: PersonId | None = None
    alternate: PersonId | None = None


class Speaker(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who counts for a seat."""

    seat_id: SeatId
    person_id: PersonId
    as_alternate: bool


class Roll(msgspec.Struct, frozen=True, kw_only=True):
    """The voting seats of a committee at a moment."""

    seats: int
    """All voting seats that exist, vacant ones too."""
    filled: int
    """Those that somebody holds."""
    speakers: tuple[Speaker, ...]
    """For the seats that somebody present speaks for and did not withdraw from the matter."""
    recused: int = 0
    """Seats whose speaker is present and withdrew."""

    @property
    def present(self) -> int:
        return len(self.speakers)

    @property
    def by_alternates(self) -> int:
        return sum(speaker.as_alternate for speaker in self.speakers)

    def speaks(self, person_id: PersonId) -> bool:
        """Whether this person counts for a seat."""
        return any(speaker.person_id == person_id for speaker in self.speakers)


def roll(
    seats: Sequence[SeatOnDay], present: Collection[PersonId], recused: Collection[PersonId] = frozenset()
) -> Roll:
    """Call the roll. `seats` are the voting ones, in the order of their numbers.

    Somebody who withdrew keeps their seat's place on the roll: no alternate takes over, since the seat's interest
    is the same.
    """
    taken: set[PersonId] = set()
    speakers: list[Speaker] = []
    for seat in seats:
        if seat.holder is not None and seat.holder in present and seat.holder not in taken:
            taken.add(seat.holder)
            speakers.append(Speaker(seat_id=seat.seat_id, person_id=seat.holder, as_alternate=False))
    held = {speaker.seat_id for speaker in speakers}
    for seat in seats:
        standing_in = seat.alternate
        if (
            standing_in is not None
            and seat.seat_id not in held
            and seat.holder is not None
            and seat.holder not in present
            and standing_in in present
            and standing_in not in taken
        ):
            taken.add(standing_in)
            speakers.append(Speaker(seat_id=seat.seat_id, person_id=standing_in, as_alternate=True))
    order = {seat.seat_id: place for place, seat in enumerate(seats)}
    speakers.sort(key=lambda speaker: order[speaker.seat_id])
    counting = tuple(speaker for speaker in speakers if speaker.person_id not in recused)
    return Roll(
        seats=len(seats),
        filled=sum(seat.holder is not None for seat in seats),
        speakers=counting,
        recused=len(speakers) - len(counting),
    )
