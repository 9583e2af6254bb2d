"""Names and wordings in French and English, with the language of the source marked."""

import re
import unicodedata
from typing import Literal, NamedTuple, Self

import msgspec

Language = Literal["en", "fr"]

LANGUAGES: tuple[Language, ...] = ("en", "fr")
WORDING_CHARACTERS_MAX = 4_000

# Controls; line and paragraph separators; directional overrides, which make a text read otherwise than it is
# stored (Unicode Technical Report 36); lone surrogates, which UTF-8 cannot write. Listed rather than asked of
# `unicodedata`, whose answers change with its version: what was stored once must load for ever.
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_FORBIDDEN_IN_LINES = re.compile(_FORBIDDEN.pattern.replace(r"\x00-\x1f", r"\x00-\x08\x0b-\x1f"))
_LINE_BREAKS_AND_TABS = re.compile(r"[ ]*[\t\n\v\f\r\x85\u2028\u2029]+[ ]*")


def check_text(text: str, what: str, *, characters_max: int, several_lines: bool = False) -> None:
    """Refuse a text that is blank, too long or holds a control character.

    With `several_lines`, line feeds and tabs are allowed.

    Raises:
        ValueError: names `what` and the first thing wrong.
    """
    if not text.strip():
        raise ValueError(f"{what} is blank: leave it out instead")
    if len(text) > characters_max:
        raise ValueError(f"{what} has {len(text)} characters; at most {characters_max} are kept")
    found = (_FORBIDDEN_IN_LINES if several_lines else _FORBIDDEN).search(text)
    if found is not None:
        raise ValueError(f"{what} holds the control character U+{ord(found[0]):04X} at {found.start()}")


def check_composed(text: str, what: str) -> None:
    """Refuse a text that is not in Unicode's composed form (NFC), in which equal texts have equal bytes."""
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError(f"{what} is not in Unicode form NFC: compose it where it enters")


def one_line(text: str) -> str:
    """The text trimmed, with each run of line breaks and tabs made one space.

    No-break spaces inside it stay: they are part of French typography.
    """
    return _LINE_BREAKS_AND_TABS.sub(" ", text).strip()


def composed_line(text: str) -> str:
    """One line of text in Unicode's composed form (NFC)."""
    return unicodedata.normalize("NFC", one_line(text))


class Wording(NamedTuple):
    """A text together with the language it is in."""

    text: str
    language: Language


class LocalizedText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A name, label or wording of one line in French, English or both.

    An absent language is missing and stays so: nothing is filled in by a machine. `unofficial` lists
    the languages whose text is a translation that its author does not stand behind.
    """

    en: str | None = None
    fr: str | None = None
    source: Language
    unofficial: tuple[Language, ...] = ()

    def __post_init__(self) -> None:
        for language in LANGUAGES:
            text = self._text(language)
            if text is not None:
                check_text(text, f"the text in {language!r}", characters_max=WORDING_CHARACTERS_MAX)
                check_composed(text, f"the text in {language!r}")
        if self._text(self.source) is None:
            raise ValueError(f"the source language is {self.source!r}, and there is no text in it")
        for language in self.unofficial:
            if language == self.source:
                raise ValueError(f"the source language {language!r} cannot be an unofficial translation")
            if self._text(language) is None:
                raise ValueError(f"{language!r} is marked unofficial, and there is no text in it")
        if len(set(self.unofficial)) != len(self.unofficial):
            raise ValueError("a language is marked unofficial twice")

    @classmethod
    def of(
        cls,
        *,
        en: str | None = None,
        fr: str | None = None,
        source: Language,
        unofficial: tuple[Language, ...] = (),
    ) -> Self:
        """The text as it enters from people or sources: composed (NFC), trimmed, on one line.

        A blank text is an absent one.
        """
        return cls(
            en=(composed_line(en) or None) if en is not None else None,
            fr=(composed_line(fr) or None) if fr is not None else None,
            source=source,
            unofficial=unofficial,
        )

    @property
    def missing(self) -> tuple[Language, ...]:
        """The languages in which there is no text."""
        return tuple(language for language in LANGUAGES if self._text(language) is None)

    def in_(self, language: Language) -> Wording:
        """The text in the language asked for, else in the other, with the language it is in."""
        text = self._text(language)
        if text is not None:
            return Wording(text, language)
        source_text = self._text(self.source)
        assert source_text is not None  # held by __post_init__
        return Wording(source_text, self.source)

    def _text(self, language: Language) -> str | None:
        return self.en if language == "en" else self.fr


def en(text: str) -> LocalizedText:
    """A text known in English only."""
    return LocalizedText.of(en=text, source="en")


def fr(text: str) -> LocalizedText:
    """A text known in French only."""
    return LocalizedText.of(fr=text, source="fr")


def both(*, fr: str, en: str, source: Language, unofficial: tuple[Language, ...] = ()) -> LocalizedText:
    """A text known in both languages."""
    return LocalizedText.of(en=en, fr=fr, source=source, unofficial=unofficial)
