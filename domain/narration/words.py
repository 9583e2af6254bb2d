"""A sentence or a name in both languages, and how it is put together."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from domain.values import Language
from domain.verdict.words import NBSP

COLON: dict[Language, str] = {"en": ": ", "fr": f"{NBSP}: "}
SEMICOLON = "; "
QUOTES: dict[Language, tuple[str, str]] = {"en": ("“", "”"), "fr": (f"«{NBSP}", f"{NBSP}»")}


class Words(NamedTuple):
    """The same in both languages, worded by us; of any length, since it holds what others worded."""

    en: str
    fr: str

    def in_(self, language: Language) -> str:
        return self.en if language == "en" else self.fr


def joined(parts: Iterable[Words], between: str) -> Words:
    """Several, one after the other."""
    listed = list(parts)
    return Words(between.join([part.en for part in listed]), between.join([part.fr for part in listed]))


def sentences(parts: Iterable[Words]) -> Words:
    """Each with a capital letter and a full stop, one after the other."""
    in_english, in_french = [], []
    for en, fr in parts:
        in_english.append(f"{en[:1].upper()}{en[1:]}.")
        in_french.append(f"{fr[:1].upper()}{fr[1:]}.")
    return Words(" ".join(in_english), " ".join(in_french))


def quoted(text: str, language: Language) -> str:
    """In the quotation marks of the language around it."""
    left, right = QUOTES[language]
    return f"{left}{text}{right}"


def either(make: Callable[[Language], str]) -> Words:
    """What a function of the language gives in each."""
    return Words(make("en"), make("fr"))
