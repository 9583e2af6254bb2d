"""What one event says: a headline, then its facts."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from domain.event import Event
from domain.narration.past import Past
from domain.narration.words import Words, sentences
from domain.values import SealedText


class Told(NamedTuple):
    """An event in words."""

    headline: Words
    facts: tuple[Words, ...] = ()

    def words(self) -> Words:
        """The whole as sentences of both languages."""
        return sentences((self.headline, *self.facts))


Teller = Callable[[Any, Past], Told]
"""Tells an event of its type, then lets the past know what it said."""

SEALED: Final = Words("a note is kept with it and not shown here", "une note y est jointe, sans être montrée ici")


def sealed(note: SealedText | None) -> tuple[Words, ...]:
    """That there is a text which is not told."""
    return () if note is None else (SEALED,)


class Story:
    """How the events of one kind of record are told, and what of them is left out on purpose, with the reason."""

    def __init__(self, left_out: dict[type[Event], dict[str, str]]) -> None:
        self.left_out = left_out
        self.tellers: dict[type[Event], Teller] = {}

    def tells(self, *types: type[Event]) -> Callable[[Teller], Teller]:
        """Register the function that tells events of these types."""

        def register(teller: Teller) -> Teller:
            self.tellers |= dict.fromkeys(types, teller)
            return teller

        return register

    def tell(self, event: Event, past: Past) -> Told:
        """An event in words.

        Raises:
            KeyError: nobody tells events of this type.
        """
        return self.tellers[type(event)](event, past)
