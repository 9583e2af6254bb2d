"""Names and wordings in both official languages, in one answer."""

from collections.abc import Mapping, Sequence
from typing import Any

import strawberry

from domain.values import LocalizedText as Text
from readapi.codes import Language


@strawberry.type(
    description=(
        "A name or wording in English and French. Both come in one answer; a text that does not exist in a "
        "language is null and listed in `missing`, never filled in by a machine."
    )
)
class LocalizedText:
    en: str | None = strawberry.field(description="The text in English.")
    fr: str | None = strawberry.field(description="The text in French.")
    source: Language | None = strawberry.field(
        description="The language the author wrote; null where the source does not tell."
    )
    unofficial: list[Language] = strawberry.field(
        description="Languages whose text is a translation that the author does not stand behind."
    )
    missing: list[Language] = strawberry.field(description="Languages in which there is no text.")


def localized(values: Sequence[Any]) -> LocalizedText | None:
    """From the four columns of a text: English, French, source, unofficial languages joined by commas."""
    en, fr, source, unofficial = values
    return _text(en, fr, source, unofficial.split(",") if unofficial else ())


def named(values: Sequence[Any]) -> LocalizedText | None:
    """From an English and a French name whose source language is not kept."""
    en, fr = values
    return _text(en, fr, None, ())


def from_json(value: Mapping[str, Any] | None) -> LocalizedText | None:
    """From the JSON form that events and read models share."""
    if value is None:
        return None
    return _text(value.get("en"), value.get("fr"), value.get("source"), value.get("unofficial", ()))


def of(text: Text) -> LocalizedText:
    """From the domain's value."""
    made = _text(text.en, text.fr, text.source, text.unofficial)
    assert made is not None
    return made


def same(one: LocalizedText | None, other: LocalizedText | None) -> bool:
    """Whether two wordings say the same in both languages."""
    return one == other


def _text(en: str | None, fr: str | None, source: str | None, unofficial: Sequence[str]) -> LocalizedText | None:
    if en is None and fr is None:
        return None
    return LocalizedText(
        en=en,
        fr=fr,
        source=None if source is None else Language(source),
        unofficial=[Language(language) for language in unofficial],
        missing=[language for language, words in ((Language.EN, en), (Language.FR, fr)) if words is None],
    )
