"""Numbers, shares and votes as people say them, in both languages."""

from typing import Final

from domain.committee.terms import Share
from domain.values import Language

NBSP: Final = "\N{NO-BREAK SPACE}"

_NAMED: Final[dict[Language, dict[tuple[int, int], str]]] = {
    "en": {
        (1, 1): "all of {seats}",
        (1, 2): "half of {seats}",
        (1, 3): "one third of {seats}",
        (2, 3): "two thirds of {seats}",
        (1, 4): "one quarter of {seats}",
        (3, 4): "three quarters of {seats}",
        (4, 5): "four fifths of {seats}",
    },
    "fr": {
        (1, 1): "la totalité des {seats}",
        (1, 2): "la moitié des {seats}",
        (1, 3): "le tiers des {seats}",
        (2, 3): "les deux tiers des {seats}",
        (1, 4): "le quart des {seats}",
        (3, 4): "les trois quarts des {seats}",
        (4, 5): "les quatre cinquièmes des {seats}",
    },
}
_MAJORITY: Final[dict[Language, str]] = {"en": "a majority of {seats}", "fr": "la majorité des {seats}"}
# "plus de" with the article that follows it.
_CONTRACTED: Final = (("les ", "plus des "), ("le ", "plus du "), ("la ", "plus de la "))


def share_of_seats(share: Share, language: Language) -> str:
    """A share with a place for `{seats}`: "two thirds of {seats}", « les deux tiers des {seats} »."""
    if share.more_than and share.numerator * 2 == share.denominator:
        return _MAJORITY[language]
    named = _NAMED[language].get((share.numerator, share.denominator))
    fraction = f"{share.numerator}/{share.denominator}"
    if language == "en":
        said = named or f"{fraction} of {{seats}}"
        return f"more than {said}" if share.more_than else said
    said = named or f"{fraction} des {{seats}}"
    if not share.more_than:
        return said
    for article, contracted in _CONTRACTED:
        if said.startswith(article):
            return contracted + said.removeprefix(article)
    return f"plus de {said}"


def plural(number: int, noun: str) -> str:
    """An English noun after a number."""
    return noun if number == 1 else f"{noun}s"


def less_than_two(number: int) -> bool:
    """Whether French puts what is counted in the singular: 0 and 1."""
    return number < 2  # noqa: PLR2004 - the rule of the language


def pluriel(number: int, nom: str) -> str:
    """A French noun after a number."""
    return nom if less_than_two(number) else f"{nom}s"
