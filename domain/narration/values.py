"""Values as people say them. Two values that differ are never said alike in either language."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from domain.narration.codes import PERIOD_KINDS, SCHEMES, STATUSES
from domain.narration.texts import change, text_change, text_words
from domain.narration.words import COLON, Words, quoted
from domain.values import Citation, Language, LocalizedText, PartialDate, Period, QualifiedValue, TerritoryCode
from domain.values.period import MONTHS_EN, MONTHS_FR
from domain.values.wording import MINUS
from domain.verdict.words import NBSP


def number_words(number: Decimal | int, language: Language) -> str:
    """Digits in groups, and the decimal mark of the language."""
    said = f"{abs(number):,f}" if isinstance(number, Decimal) else f"{abs(number):,}"
    if language == "fr":
        said = said.replace(",", NBSP).replace(".", ",")
    return f"{MINUS}{said}" if number < 0 else said


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


@lru_cache(maxsize=4_096)
def partial_words(when: PartialDate, language: Language) -> str:
    """A date as precisely as it is known. Kept, since the same days come again and again."""
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
    if len(names) == 1:
        return said
    alike = sum(quoted(one.in_(language).text, language) == said for one in names.values())
    return said if alike == 1 else f"{said} ({record})"


def value_words(value: Any, language: Language, names: Names | None = None) -> str:
    """Any value that a record holds.

    Raises:
        TypeError: of a kind that no words are known for.
    """
    if names and isinstance(value, UUID):
        return named(value, names, language)
    if names and isinstance(value, Citation) and value.stream in names:
        return citation_words(value, language, named(value.stream, names, language))
    return _SAY[type(value)](value, language)


_YES_NO: Final[dict[Language, tuple[str, str]]] = {"en": ("no", "yes"), "fr": ("non", "oui")}
Say = Callable[[Any, Language], str]
"""Says a value of a kind of its own."""
_SAID: Final[tuple[tuple[Any, Say], ...]] = (
    (LocalizedText, text_words),
    (QualifiedValue, figure_words),
    (TerritoryCode, territory_words),
    (Period, period_words),
    (PartialDate, partial_words),
    (bool, lambda value, language: _YES_NO[language][value]),
    ((int, Decimal), number_words),
    (date, day_words),
    (str, quoted),
    (Citation, citation_words),
    (UUID, lambda value, _: str(value)),
)
"""In this order: a boolean is an integer too."""


class _Sayers(dict[type[Any], Say]):
    """How values are said by their very type, found when one first comes."""

    def __missing__(self, type_: type[Any]) -> Say:
        for kind, say in _SAID:
            if issubclass(type_, kind):
                self[type_] = say
                return say
        raise TypeError(f"no words are known for a value of type {type_.__name__}")


_SAY: Final = _Sayers()


Codes = Mapping[str, Words]


def stated(
    label: Words, value: Any, *, codes: Codes | None = None, names: Names | None = None, say: Say | None = None
) -> Words:
    """A fact by its label and its value."""
    return _labelled(label, *_said(value, codes, names, say))


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
    if isinstance(before, LocalizedText) and isinstance(after, LocalizedText):
        return _labelled(label, text_change(before, after, "en"), text_change(before, after, "fr"))
    old_en, old_fr = _NOTHING if before is None else _said(before, codes, names, say)
    new_en, new_fr = _NOTHING if after is None else _said(after, codes, names, say)
    return _labelled(label, change(old_en, new_en, "en"), change(old_fr, new_fr, "fr"))


_NOTHING: Final = (None, None)
_COLON_EN, _COLON_FR = COLON["en"], COLON["fr"]


def _labelled(label: Words, en: str, fr: str) -> Words:
    return Words(f"{label.en}{_COLON_EN}{en}", f"{label.fr}{_COLON_FR}{fr}")


def _said(value: Any, codes: Codes | None, names: Names | None, say: Say | None) -> tuple[str, str]:
    """In English and in French."""
    if codes is not None:
        return codes[value]
    if names is not None:
        return value_words(value, "en", names), value_words(value, "fr", names)
    if say is None:
        say = _SAY[type(value)]
    return say(value, "en"), say(value, "fr")


def listed(parts: Iterable[str]) -> str:
    """Several values one after the other."""
    return "; ".join(parts)
