"""Findings in words, with where they are, in both languages."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from domain.narration.values import number_words
from domain.narration.words import COLON, Words, either, quoted
from domain.portrait.checks import Check, Outcome, Reason
from domain.portrait.keys import AREA, SHARE
from domain.values import Language, LocalizedText
from domain.values.printed import PERCENT
from domain.verdict.words import NBSP

Names = Mapping[tuple[str, str | None], LocalizedText]
"""What a dataset calls its dimensions (no category) and their categories."""

_AREA: Final[dict[Language, str]] = {"en": "place", "fr": "lieu"}
_BY: Final[dict[Language, str]] = {"en": "by {over}", "fr": "par {over}"}
_SHARE_OF: Final[dict[Language, str]] = {"en": "share by {over}", "fr": "part par {over}"}
_TABLE: Final[dict[Language, str]] = {"en": "the whole table", "fr": "l’ensemble du tableau"}
_SUMS: Final[dict[Language, dict[Outcome, str]]] = {
    "en": {
        "holds": "the parts make {expected}, {as_printed}.",
        "rounding": "the parts make {found}, and {stands}; rounding explains up to {allowance}.",
        "random_rounding": "the parts make {found}, and {stands}; only rounding at random, as census counts are "
        "rounded, explains it.",
        "fails": "the parts make {found}, but {stands}; rounding explains {allowance} at most.",
    },
    "fr": {
        "holds": "les parties donnent {expected}, {as_printed}.",
        "rounding": "les parties donnent {found} et {stands}; l’arrondi explique jusqu’à {allowance}.",
        "random_rounding": "les parties donnent {found} et {stands}; seul un arrondi aléatoire, comme celui des "
        "chiffres du recensement, l’explique.",
        "fails": "les parties donnent {found}, mais {stands}; l’arrondi explique tout au plus {allowance}.",
    },
}
_AS_PRINTED: Final[dict[Language, str]] = {"en": "as printed", "fr": "comme imprimé"}
_STANDS: Final[dict[Language, str]] = {"en": "{expected} is printed", "fr": "le tableau imprime {expected}"}
_AS_A_WHOLE: Final[dict[Language, str]] = {"en": "a whole", "fr": "soit un tout"}
_WHOLE: Final[dict[Language, str]] = {"en": "a whole is {expected}", "fr": "un tout est de {expected}"}
_FAILS_UNTOLD: Final[dict[Language, str]] = {
    "en": "the parts that are known cannot make the {expected} that is printed.",
    "fr": "les parties connues ne peuvent donner le total imprimé, {expected}.",
}
_SHARES: Final[dict[Language, dict[Outcome, str]]] = {
    "en": {
        "holds": "its two figures make {found}, as printed.",
        "rounding": "its two figures make {found}, as printed, rounded.",
        "random_rounding": "its two figures make {found}, and {stands}; only rounding at random explains it.",
        "fails": "its two figures make {found}, but {stands}.",
    },
    "fr": {
        "holds": "ses deux chiffres donnent {found}, comme imprimé.",
        "rounding": "ses deux chiffres donnent {found}, comme imprimé, arrondi.",
        "random_rounding": "ses deux chiffres donnent {found} et {stands}; seul un arrondi aléatoire l’explique.",
        "fails": "ses deux chiffres donnent {found}, mais {stands}.",
    },
}
_REASONS: Final[dict[Language, dict[Reason, str]]] = {
    "en": {
        "unknown_part": "not checked, because a part is suppressed, missing or given without bounds.",
        "unknown_total": "not checked, because the total has no number.",
        "part_not_printed": "not checked, because a part is not printed.",
        "units_differ": "not checked, because the figures are in different units.",
        "two_denominators": "not added up, because the percentages are of different denominators.",
        "no_denominator": "not checked, because its denominator is not given.",
    },
    "fr": {
        "unknown_part": "non vérifié, parce qu’une partie est supprimée, manquante ou donnée sans bornes.",
        "unknown_total": "non vérifié, parce que le total n’a pas de chiffre.",
        "part_not_printed": "non vérifié, parce qu’une partie n’est pas imprimée.",
        "units_differ": "non vérifié, parce que les chiffres ne sont pas dans la même unité.",
        "two_denominators": "non additionné, parce que les pourcentages n’ont pas le même dénominateur.",
        "no_denominator": "non vérifié, parce que son dénominateur n’est pas donné.",
    },
}


def check_words(found: Check, names: Names) -> Words:
    """A finding as a sentence: where it is, then what it is."""
    return either(lambda language: _check(found, names, language))


def place_words(where: Iterable[tuple[str, str]], names: Names, language: Language) -> str:
    """Where figures stand: their categories by name, as far as the dataset names them."""
    said = [_category(name, category, names, language) for name, category in where if name != SHARE]
    return ", ".join(said) or _TABLE[language]


def dimension_words(name: str, names: Names, language: Language) -> str:
    """What a dimension is called; its code where the dataset does not say."""
    named = names.get((name, None))
    if named is not None:
        return named.in_(language).text
    return _AREA[language] if name == AREA else quoted(name.lower(), language)


def amount_words(number: Decimal | None, unit: str | None, language: Language) -> str:
    """A number with the sign of per cent where it is one."""
    if number is None:
        return ""
    said = number_words(number, language)
    if unit != PERCENT:
        return said
    return f"{said}{NBSP}%" if language == "fr" else f"{said}%"


def _category(name: str, category: str, names: Names, language: Language) -> str:
    named = names.get((name, category))
    if named is not None:
        return named.in_(language).text
    return f"{dimension_words(name, names, language)} {category}"


def _check(found: Check, names: Names, language: Language) -> str:
    numbers = {
        "found": amount_words(found.found, found.unit, language),
        "expected": amount_words(found.expected, found.unit, language),
        "allowance": amount_words(found.allowance, found.unit, language),
    }
    numbers["as_printed"] = (_AS_A_WHOLE if found.total is None else _AS_PRINTED)[language]
    numbers["stands"] = (_WHOLE if found.total is None else _STANDS)[language].format(**numbers)
    over = dimension_words(found.over, names, language)
    by = (_SHARE_OF if found.kind == "share" else _BY)[language].format(over=over)
    said = (_SHARES if found.kind == "share" else _SUMS)[language]
    if found.reason is not None:
        verdict = _REASONS[language][found.reason]
    elif found.outcome == "fails" and found.found is None:
        verdict = _FAILS_UNTOLD[language]
    else:
        verdict = said[found.outcome]
    return f"{place_words(found.where, names, language)}, {by}{COLON[language]}{verdict.format(**numbers)}"
