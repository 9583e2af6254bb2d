"""Texts as people quote them, and how they changed."""

from functools import cache
from typing import Final

from domain.narration.words import COLON, QUOTES, SEMICOLON, quoted
from domain.values import Language, LocalizedText

_IN: Final[dict[Language, dict[Language, str]]] = {
    "en": {"en": "in English", "fr": "in French"},
    "fr": {"en": "en anglais", "fr": "en français"},
}
_ORIGINAL: Final[dict[Language, str]] = {"en": "original", "fr": "original"}
_UNOFFICIAL: Final[dict[Language, str]] = {"en": "unofficial translation", "fr": "traduction non officielle"}
_OTHER: Final[dict[Language, Language]] = {"en": "fr", "fr": "en"}


def text_words(text: LocalizedText, language: Language) -> str:
    """A text in the reader's language, with the other one beside it where there are both.

    A text that exists in the other language alone is quoted as it is, and said to be in it.
    """
    own, translated = (text.en, text.fr) if language == "en" else (text.fr, text.en)
    if own is None or translated is None:
        said = quoted(own or translated or "", language)
        return said if translated is None else f"{said} ({_IN[language][_OTHER[language]]})"
    before, between, after = _around_both(text.source, text.unofficial, language)
    return f"{before}{own}{between}{translated}{after}"


@cache
def _around_both(source: Language, unofficial: tuple[Language, ...], language: Language) -> tuple[str, str, str]:
    """What stands before, between and after the texts of both languages, the reader's first."""

    def mark(of: Language) -> str:
        if source == of:
            return f", {_ORIGINAL[language]}"
        return f", {_UNOFFICIAL[language]}" if of in unofficial else ""

    other = _OTHER[language]
    left, right = QUOTES[language]
    between = f"{right}{mark(language)} ({_IN[language][other]}{COLON[language]}{left}"
    return left, between, f"{right}{mark(other)})"


def text_change(before: LocalizedText, after: LocalizedText, language: Language) -> str:
    """How a text changed: each language of its own, and what is only said about them."""
    own, translated = (before.en, after.en), (before.fr, after.fr)
    if language == "fr":
        own, translated = translated, own
    said = [] if own[0] == own[1] else [_text_became(*own, language)]
    if translated[0] != translated[1]:
        where = _IN[language][_OTHER[language]]
        said.append(f"{where}{COLON[language]}{_text_became(*translated, language)}")
    if not said:  # the same words, otherwise marked
        return change(text_words(before, language), text_words(after, language), language)
    if (before.source, before.unofficial) != (after.source, after.unofficial):
        old = _told_marks(before.source, before.unofficial, language)
        said.append(change(old, _told_marks(after.source, after.unofficial, language), language))
    return SEMICOLON.join(said)


def _text_became(before: str | None, after: str | None, language: Language) -> str:
    left, right = QUOTES[language]
    old = None if before is None else f"{left}{before}{right}"
    new = None if after is None else f"{left}{after}{right}"
    return change(old, new, language)


@cache
def _told_marks(source: Language, unofficial: tuple[Language, ...], language: Language) -> str:
    marks = [f"{_ORIGINAL[language]} {_IN[language][source]}"]
    marks += [f"{_UNOFFICIAL[language]} {_IN[language][of]}" for of in unofficial]
    return ", ".join(marks)


def change(before: str | None, after: str | None, language: Language) -> str:
    """From one saying to another; None where nothing was, or is, said."""
    if before == after:
        return f"{after}, {'as before' if language == 'en' else 'comme auparavant'}"
    if language == "en":
        if before is None:
            return f"{after} (nothing before)"
        return f"nothing any more ({before} before)" if after is None else f"{before} becomes {after}"
    if before is None:
        return f"{after} (rien auparavant)"
    return f"plus rien ({before} auparavant)" if after is None else f"{before} devient {after}"
