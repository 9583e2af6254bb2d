"""How alike two wordings are: the same words in another order, form or company. French and English.

It finds pairs worth a person's look, and says nothing of what is measured: whoever aligns decides.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Literal, NamedTuple, get_args

import snowballstemmer
from rapidfuzz import fuzz

Language = Literal["en", "fr"]

WORTH_A_LOOK: Final = 0.55
"""Of the sample's five alignments, the exact ones come to 0.79 and more, the partial one to 0.59; the pair that
somebody judged not comparable comes to 0.53."""
_STEMMERS: Final = {"en": snowballstemmer.stemmer("english"), "fr": snowballstemmer.stemmer("french")}
# Words that say nothing of what is counted; « nombre de » begins most indicators.
_SILENT: Final[dict[Language, frozenset[str]]] = {
    "en": frozenset("a an and by for from in number of on or per the their to who with".split()),  # noqa: SIM905
    "fr": frozenset(
        "a au aux avec ayant d de des du en et l la le les leur leurs nombre ou par pour qui s sur un une".split()  # noqa: SIM905
    ),
}
_WORDS: Final = re.compile(r"[^\W_]+")


class Likeness(NamedTuple):
    """From 0, nothing in common, to 1, the same words; and the language in which it is so."""

    share: float
    language: Language


def likeness(one: Iterable[tuple[Language, str]], other: Iterable[tuple[Language, str]]) -> Likeness | None:
    """The better of both languages; None where the two share no language, or no word that says anything."""
    theirs = dict(other)
    found = [
        Likeness(share, language)
        for language, text in one
        if language in theirs and (share := _share(stems(text, language), stems(theirs[language], language)))
    ]
    return max(found, default=None)


@lru_cache(maxsize=4_096)
def stems(text: str, language: Language) -> tuple[str, ...]:
    """The words of a text without endings, accents and those that say nothing, in the order of the alphabet."""
    assert language in get_args(Language)
    words = [word for word in _WORDS.findall(text.casefold().replace("’", " ")) if word not in _SILENT[language]]
    return tuple(sorted(map(_without_accents, _STEMMERS[language].stemWords(words))))


def _share(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    if not one or not other:
        return 0.0
    # A longer wording that contains the shorter is likely a narrower thing: it counts, but not as the same.
    ratios = (
        fuzz.token_sort_ratio(" ".join(one), " ".join(other)),
        fuzz.token_set_ratio(" ".join(one), " ".join(other)),
    )
    return round(sum(ratios) / 200, 3)


def _without_accents(word: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFD", word) if not unicodedata.combining(one))
