"""A sentence or a name in both languages, and how it is put together."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from domain.values import Language
from domain.verdict.words import NBSP

COLON: dict[Language, str] = {"en": ": ", "fr": f"{NBSP}: "}
SEMICOLON = "; "


class Words(NamedTuple):
    """The same in both languages, worded by us; of any length, since it holds what others worded."""

    en: str
    fr: str

    def in_(self, language: Language) -> str:
        return self.en if language == "en" else self.fr


def joined(parts: Iterable[Words], between: str) -> Words:
    """Several, one after the other."""
    listed = list(parts)
    return Words(between.join(part.en for part in listed), between.join(part.fr for part in listed))


def sentence(words: Words) -> Words:
    """With a capital letter and a full stop."""
    return Words(*(f"{text[:1].upper()}{text[1:]}." for text in words))


def quoted(text: str, language: Language) -> str:
    """In the quotation marks of the language around it."""
    return f"“{text}”" if language == "en" else f"«{NBSP}{text}{NBSP}»"


def either(make: Callable[[Language], str]) -> Words:
    """What a function of the language gives in each."""
    return Words(make("en"), make("fr"))
