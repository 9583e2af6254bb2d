"""Values as people say them. Two values that differ are never said alike in either language."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from domain.narration.codes import PERIOD_KINDS, SCHEMES, STATUSES
from domain.narration.words import COLON, SEMICOLON, Words, either, quoted
from domain.values import Citation, Language, LocalizedText, PartialDate, Period, QualifiedValue, TerritoryCode
from domain.values.period import MONTHS_EN, MONTHS_FR
from domain.values.wording import MINUS
from domain.verdict.words import NBSP

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
    own, other = text.in_(language), _OTHER[language]
    if text.missing:
        said = quoted(own.text, language)
        return said if own.language == language else f"{said} ({_IN[language][other]})"
    return (
        f"{quoted(own.text, language)}{_marks(text, language, language)}"
        f" ({_IN[language][other]}{COLON[language]}{quoted(text.in_(other).text, language)}"
        f"{_marks(text, other, language)})"
    )


def _marks(text: LocalizedText, of: Language, language: Language) -> str:
    if text.source == of:
        return f", {_ORIGINAL[language]}"
    return f", {_UNOFFICIAL[language]}" if of in text.unofficial else ""


def text_change(before: LocalizedText, after: LocalizedText, language: Language) -> str:
    """How a text changed: each language of its own, and what is only said about them."""
    said: list[str] = []
    for of in (language, _OTHER[language]):
        old, new = (one.in_(of).text if of not in one.missing else None for one in (before, after))
        where = "" if of == language else f"{_IN[language][of]}{COLON[language]}"
        if old != new:
            said.append(where + change(_quoted(old, language), _quoted(new, language), language))
    if not said:  # the same words, otherwise marked
        return change(text_words(before, language), text_words(after, language), language)
    old_marks, new_marks = (_told_marks(one, language) for one in (before, after))
    if old_marks != new_marks:
        said.append(change(old_marks, new_marks, language))
    return SEMICOLON.join(said)


def _quoted(text: str | None, language: Language) -> str | None:
    return None if text is None else quoted(text, language)


def _told_marks(text: LocalizedText, language: Language) -> str:
    marks = [f"{_ORIGINAL[language]} {_IN[language][text.source]}"]
    marks += [f"{_UNOFFICIAL[language]} {_IN[language][of]}" for of in text.unofficial]
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


def number_words(number: Decimal | int, language: Language) -> str:
    """Digits in groups, and the decimal mark of the language."""
    whole, _, decimals = (
        f"{abs(number):f}".partition(".") if isinstance(number, Decimal) else (str(abs(number)), "", "")
    )
    grouped = f"{int(whole):,}"
    sign = MINUS if number < 0 else ""
    if language == "fr":
        return f"{sign}{grouped.replace(',', NBSP)}" + (f",{decimals}" if decimals else "")
    return f"{sign}{grouped}" + (f".{decimals}" if decimals else "")


_KINDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "exact": "{number}",
        "at_least": "at least {number}",
        "at_most": "at most {number}",
        "estimate": "an estimated {number}",
        "range": "{number} to {upper}",
        "milestone": "milestone",
        "not_applicable": "not applicable",
        "missing": "missing",
        "suppressed": "suppressed",
    },
    "fr": {
        "exact": "{number}",
        "at_least": "au moins {number}",
        "at_most": "au plus {number}",
        "estimate": "{number} (estimation)",
        "range": "de {number} à {upper}",
        "milestone": "jalon",
        "not_applicable": "sans objet",
        "missing": "manquant",
        "suppressed": "supprimé",
    },
}


def figure_words(figure: QualifiedValue, language: Language) -> str:
    """A figure with everything that its source says about it."""
    unit, marks = figure.unit, []
    said = _KINDS[language][figure.kind].format(
        number=figure.number is not None and _counted(figure.number, unit, language),
        upper=figure.upper is not None and _counted(figure.upper, unit, language),
    )
    if figure.number is None and unit is not None:
        marks.append(_UNITS[language].get(unit, unit))
    if figure.raw is not None:
        printed = "printed" if language == "en" else "texte imprimé"
        marks.append(f"{printed} {quoted(figure.raw, language)}")
    if figure.status is not None:
        marks.append(STATUSES[figure.status].in_(language))
    if figure.rounded_to is not None:
        step = number_words(figure.rounded_to, language)
        marks.append(f"to the nearest {step}" if language == "en" else f"à {step} près")
    return f"{said}, {', '.join(marks)}" if marks else said


_UNITS: Final[dict[Language, dict[str, str]]] = {
    "en": {"CAD": "in dollars", "percent": "in percent"},
    "fr": {"CAD": "en dollars", "percent": "en pourcentage"},
}


def _counted(number: Decimal, unit: str | None, language: Language) -> str:
    """A number with its unit."""
    said = number_words(number, language)
    if unit is None:
        return said
    if language == "en" and unit == "CAD":
        return f"{MINUS}${said[1:]}" if said.startswith(MINUS) else f"${said}"
    if language == "en" and unit == "percent":
        return f"{said}%"
    return f"{said}{NBSP}{_SYMBOLS.get(unit, unit)}"


_SYMBOLS: Final = {"CAD": "$", "percent": "%"}


def day_words(day: date, language: Language) -> str:
    """A day of the calendar."""
    if language == "en":
        return f"{MONTHS_EN[day.month - 1]} {day.day}, {day.year}"
    return f"{'1er' if day.day == 1 else day.day} {MONTHS_FR[day.month - 1]} {day.year}"


def partial_words(when: PartialDate, language: Language) -> str:
    """A date as precisely as it is known."""
    first = when.earliest
    match when.precision:
        case "year":
            return str(first.year)
        case "month":
            months = MONTHS_EN if language == "en" else MONTHS_FR
            return f"{months[first.month - 1]} {first.year}"
        case _:
            return day_words(first, language)


def period_words(period: Period, language: Language) -> str:
    """A period by its name and its kind; by its days too where the name alone does not tell them."""
    label = period.label().in_(language).text
    if period.kind == "custom":
        return label
    said = f"{PERIOD_KINDS[period.kind].in_(language)} {label}"
    if period.kind != "years":
        return said
    first, last = day_words(period.start, language), day_words(period.end, language)
    return f"{said} ({first} to {last})" if language == "en" else f"{said} (du {first} au {last})"


def citation_words(cited: Citation, language: Language, name: str | None = None) -> str:
    """What is cited, by its name where that is known, and always by its place in its log."""
    if language == "en":
        place = f"version {cited.version} of record {cited.stream} in log {cited.log}"
    else:
        place = f"version {cited.version} de la fiche {cited.stream} du registre {cited.log}"
    return place if name is None else f"{name} ({place})"


def territory_words(place: TerritoryCode, language: Language) -> str:
    """A place by its name and its official code, with the days for which the code is good."""
    code = f"{SCHEMES[place.scheme].in_(language)} {place.code}"
    if place.valid_from is not None:
        code += f", {'from' if language == 'en' else 'à partir du'} {day_words(place.valid_from, language)}"
    if place.valid_to is not None:
        code += f", {'until' if language == 'en' else 'jusqu’au'} {day_words(place.valid_to, language)}"
    return code if place.name is None else f"{text_words(place.name, language)} ({code})"


Names = Mapping[UUID, LocalizedText]


def named(record: UUID, names: Names, language: Language) -> str:
    """A record by its name; by its id too where another one bears the same, or it has none."""
    name = names.get(record)
    if name is None:
        return str(record)
    said = quoted(name.in_(language).text, language)
    alike = sum(quoted(one.in_(language).text, language) == said for one in names.values())
    return said if alike == 1 else f"{said} ({record})"


def value_words(value: Any, language: Language, names: Names | None = None) -> str:
    """Any value that a record holds.

    Raises:
        TypeError: of a kind that no words are known for.
    """
    if isinstance(value, Citation):
        name = None if not names or value.stream not in names else named(value.stream, names, language)
        return citation_words(value, language, name)
    if isinstance(value, UUID):
        return named(value, names or {}, language)
    for kind, say in _SAID:
        if isinstance(value, kind):
            return say(value, language)
    raise TypeError(f"no words are known for a value of type {type(value).__name__}")


_YES_NO: Final[dict[Language, tuple[str, str]]] = {"en": ("no", "yes"), "fr": ("non", "oui")}
_SAID: Final[tuple[tuple[Any, Callable[[Any, Language], str]], ...]] = (
    (LocalizedText, text_words),
    (QualifiedValue, figure_words),
    (TerritoryCode, territory_words),
    (Period, period_words),
    (PartialDate, partial_words),
    (bool, lambda value, language: _YES_NO[language][value]),
    ((int, Decimal), number_words),
    (date, day_words),
    (str, quoted),
)
"""In this order: a boolean is an integer too."""


Codes = Mapping[str, Words]
Say = Callable[[Any, Language], str]
"""Says a value of a kind of its own."""


def stated(
    label: Words, value: Any, *, codes: Codes | None = None, names: Names | None = None, say: Say | None = None
) -> Words:
    """A fact by its label and its value."""
    said = _saying(codes, names, say)
    return either(lambda language: label.in_(language) + COLON[language] + said(value, language))


def restated(
    label: Words,
    before: Any,
    after: Any,
    *,
    codes: Codes | None = None,
    names: Names | None = None,
    say: Say | None = None,
) -> Words:
    """A fact by its label and how it changed; None where it was, or is, not stated."""
    said = _saying(codes, names, say)

    def changed(language: Language) -> str:
        if isinstance(before, LocalizedText) and isinstance(after, LocalizedText):
            return text_change(before, after, language)
        old = None if before is None else said(before, language)
        new = None if after is None else said(after, language)
        return change(old, new, language)

    return either(lambda language: label.in_(language) + COLON[language] + changed(language))


def _saying(codes: Codes | None, names: Names | None, say: Say | None) -> Say:
    if say is not None:
        return say
    if codes is not None:
        return lambda value, language: codes[value].in_(language)
    return lambda value, language: value_words(value, language, names)


def listed(parts: Iterable[str]) -> str:
    """Several values one after the other."""
    return "; ".join(parts)
