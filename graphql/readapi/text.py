"""Names and wordings in both official languages, in one answer."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import strawberry
from sqlalchemy import JSON, ColumnElement, case, cast, func, literal_column, null, or_
from sqlalchemy import Text as SqlText

from domain.values import LocalizedText as Text
from readapi.codes import Language
from readapi.shapes import Ready, Value


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


def localized_shape(cells: Sequence[ColumnElement[Any]]) -> Value:
    """What `localized` makes, in SQL."""
    en, fr, source, unofficial = cells
    comma, quoted = literal_column("','", SqlText), literal_column("""'","'""", SqlText)
    names = func.replace(func.upper(unofficial), comma, quoted)
    listed = literal_column("""'["'""", SqlText).concat(names).concat(literal_column("""'"]'"""))
    return _shape(en, fr, source, cast(case((unofficial.is_(None), literal_column("'[]'")), else_=listed), JSON))


def named(values: Sequence[Any]) -> LocalizedText | None:
    """From an English and a French name whose source language is not kept."""
    en, fr = values
    return _text(en, fr, None, ())


def named_shape(cells: Sequence[ColumnElement[Any]]) -> Value:
    """What `named` makes, in SQL."""
    en, fr = cells
    return _shape(en, fr, null(), _NO_LANGUAGE)


def from_json(value: Mapping[str, Any] | None) -> LocalizedText | None:
    """From the JSON form that events and read models share."""
    if value is None:
        return None
    return _text(value.get("en"), value.get("fr"), value.get("source"), value.get("unofficial", ()))


def json_shape(value: ColumnElement[Any]) -> Value:
    """What `from_json` makes, in SQL."""
    unofficial = cast(func.upper(func.coalesce(member(value, "unofficial"), literal_column("'[]'"))), JSON)
    en, fr, source = (member(value, part) for part in ("en", "fr", "source"))
    return _shape(en, fr, source, unofficial)


def of(text: Text) -> LocalizedText:
    """From the domain's value."""
    made = _text(text.en, text.fr, text.source, text.unofficial)
    assert made is not None
    return made


def worded(en: str, fr: str) -> LocalizedText:
    """What we word ourselves, of any length."""
    return LocalizedText(en=en, fr=fr, source=Language.EN, unofficial=[], missing=[])


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


_NO_LANGUAGE: Final[ColumnElement[Any]] = cast(literal_column("'[]'"), JSON)


def _shape(
    en: ColumnElement[Any], fr: ColumnElement[Any], source: ColumnElement[Any], unofficial: ColumnElement[Any]
) -> Value:
    lacking = case(
        (en.is_(None), literal_column("""'["EN"]'""")),
        (fr.is_(None), literal_column("""'["FR"]'""")),
        else_=literal_column("'[]'"),
    )
    fields = {
        "en": en,
        "fr": fr,
        "source": source,
        "unofficial": Ready(unofficial),
        "missing": Ready(cast(lacking, JSON)),
    }
    return Value(fields, present=or_(en.is_not(None), fr.is_not(None)))


def member(value: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    """A member of a JSON object as text; null where it is absent or null."""
    return value.op("->>", return_type=SqlText())(literal_column(f"'{name}'"))


def both_shape(en: ColumnElement[Any], fr: ColumnElement[Any]) -> Value:
    """A text that we word ourselves, in English first."""
    return _shape(en, fr, literal_column("'en'", SqlText), _NO_LANGUAGE)
