"""Whether what is said in prose agrees with the figures that it speaks of.

The figures are the sum of cells, or its quotient by the sum of others, in per cent where the claim is; `times`
takes a part of it that the prose states itself. What is said to so many digits is so if it rounds to them.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, NamedTuple

import msgspec

from domain.dataset.events import Cell, Tie
from domain.narration.values import figure_words
from domain.narration.words import Words, either
from domain.portrait.checks import PLAIN, to_digits
from domain.portrait.rounding import UNKNOWN, Bounds, bounds, counted, exactly, quotient, scaled, summed
from domain.portrait.words import amount_words
from domain.values import Language, QualifiedValue
from domain.values.printed import DOLLARS, PERCENT

Verdict = Literal["agrees", "rounded", "disagrees", "not_checkable"]
"""`rounded`: what is said differs from the figures by no more than rounding explains."""
Reason = Literal["nothing_tied", "no_number", "units_differ", "unknown_part", "estimate", "no_vintage"]
_SIGNS: Final = frozenset({PERCENT, DOLLARS})
_PER_CENT: Final = Fraction(1, 100)


class Judged(NamedTuple):
    """What became of a claim."""

    verdict: Verdict
    reason: Reason | None
    """Why it cannot be checked."""
    found: Decimal | None
    """What the figures make, to one digit more than is said where it is a quotient; None: not known."""
    unit: str | None
    """That of `found`."""


def judge(stated: QualifiedValue, tie: Tie, cells: Mapping[str, Cell] | None) -> Judged:
    """Hold a claim to its cells.

    Args:
        stated: the figure that the prose gives.
        tie: what it speaks of.
        cells: the figures of its vintage by their key; None: the vintage is not there.
    """
    if not tie.cells:
        return _not("nothing_tied")
    if cells is None or not {*tie.cells, *tie.of} <= cells.keys():
        return _not("no_vintage")
    if stated.number is None:
        return _not("no_number")
    part = [cells[key].value for key in tie.cells]
    whole = [cells[key].value for key in tie.of]
    if len({one.unit for one in part}) > 1 or len({one.unit for one in whole}) > 1:
        return _not("units_differ")
    if not whole and stated.unit not in {None, part[0].unit}:
        return _not("units_differ")
    exact = _exact(stated, part, whole, tie.times)
    like = stated.number if not whole else stated.number.scaleb(-1) if stated.number else Decimal("0.1")
    found = None if exact is None else to_digits(exact, like)
    judged = _verdict(stated, part, whole, tie.times, exact)
    return judged._replace(found=found, unit=stated.unit if whole else part[0].unit)


def judged_words(stated: QualifiedValue, judged: Judged) -> Words:
    """What became of a claim, as a sentence."""
    return either(lambda language: _words(stated, judged, language))


def _verdict(
    stated: QualifiedValue,
    part: Sequence[QualifiedValue],
    whole: Sequence[QualifiedValue],
    times: QualifiedValue | None,
    exact: Fraction | None,
) -> Judged:
    assert stated.number is not None
    plain = all(value.kind in PLAIN for value in (*part, *whole))
    if stated.kind == "exact" and plain and exact == Fraction(stated.number):
        return Judged("agrees", None, None, None)
    if stated.kind == "estimate":
        return _not("estimate")
    for at_random in (False, True):
        made = _made(stated, part, whole, times, at_random=at_random)
        if not made.meets(_said(stated, is_quotient=bool(whole))):
            continue
        if None in made or not plain:
            return _not("unknown_part")
        if stated.kind != "exact":  # a bound or a range says no more than where the figure lies
            return Judged("agrees", None, None, None)
        return Judged("rounded", None, None, None)
    return Judged("disagrees", None, None, None)


def _said(stated: QualifiedValue, *, is_quotient: bool) -> Bounds:
    """What is said to so many digits was any number that rounds to them; a count that is said is that count."""
    said = bounds(stated)
    if not is_quotient or stated.unit == PERCENT or stated.rounded_to is not None:
        return said
    assert stated.number is not None
    half = Fraction(1, 2 * 10 ** max(0, -int(stated.number.as_tuple().exponent)))
    known = exactly(stated.number)
    low, high = (known.low, known.high) if stated.kind == "exact" else (said.low, said.high)
    return Bounds(None if low is None else low - half, None if high is None else high + half)


def _exact(
    stated: QualifiedValue,
    part: Iterable[QualifiedValue],
    whole: Sequence[QualifiedValue],
    times: QualifiedValue | None,
) -> Fraction | None:
    top, bottom = _number(part), _number(whole)
    if top is None or bottom is None or (whole and not bottom):
        return None
    made = top / bottom if whole else top
    if times is not None and times.number is not None:
        made *= Fraction(times.number) * _PER_CENT
    return made * 100 if whole and stated.unit == PERCENT else made


def _made(
    stated: QualifiedValue,
    part: Iterable[QualifiedValue],
    whole: Sequence[QualifiedValue],
    times: QualifiedValue | None,
    *,
    at_random: bool,
) -> Bounds:
    made = _together(part, at_random=at_random)
    if whole:
        made = quotient(made, _together(whole, at_random=at_random))
    if times is not None:
        made = scaled(scaled(made, bounds(times)), exactly(_PER_CENT)) if made != UNKNOWN else made
    return scaled(made, exactly(100)) if whole and stated.unit == PERCENT else made


def _together(values: Iterable[QualifiedValue], *, at_random: bool) -> Bounds:
    listed = list(values)
    sum_of = counted if all(one.number is None or one.number >= 0 for one in listed) else summed
    return sum_of(bounds(one, at_random=at_random) for one in listed)


def _number(values: Iterable[QualifiedValue]) -> Fraction | None:
    total = Fraction(0)
    for value in values:
        if value.number is None and value.kind != "not_applicable":
            return None
        total += Fraction(value.number or 0)
    return total


def _not(reason: Reason) -> Judged:
    return Judged("not_checkable", reason, None, None)


_WORDS: Final[dict[Language, dict[Verdict, str]]] = {
    "en": {
        "agrees": "{stated} is said, and the figures make {found}.",
        "rounded": "{stated} is said, and the figures make {found}, which rounding explains.",
        "disagrees": "{stated} is said, but the figures make {found}.",
    },
    "fr": {
        "agrees": "Le texte dit {stated} et les chiffres donnent {found}.",
        "rounded": "Le texte dit {stated} et les chiffres donnent {found}, ce que l’arrondi explique.",
        "disagrees": "Le texte dit {stated}, mais les chiffres donnent {found}.",
    },
}
_UNTOLD: Final[dict[Language, str]] = {
    "en": "{stated} is said, which the figures that are known rule out.",
    "fr": "Le texte dit {stated}, ce que les chiffres connus excluent.",
}
_REASONS: Final[dict[Language, dict[Reason, str]]] = {
    "en": {
        "nothing_tied": "No figure of the dataset tells it.",
        "no_vintage": "The figures that it speaks of are not there.",
        "no_number": "It states no number.",
        "units_differ": "It is said in another unit than the figures are in.",
        "unknown_part": "A figure that it speaks of is suppressed, missing or given without bounds.",
        "estimate": "It is said as an estimate, which has no bounds.",
    },
    "fr": {
        "nothing_tied": "Aucun chiffre du jeu de données n’en fait état.",
        "no_vintage": "Les chiffres dont il est question ne s’y trouvent pas.",
        "no_number": "Aucun nombre n’est avancé.",
        "units_differ": "L’unité du texte n’est pas celle des chiffres.",
        "unknown_part": "Un chiffre dont il est question est supprimé, manquant ou donné sans bornes.",
        "estimate": "Le texte avance une estimation, qui n’a pas de bornes.",
    },
}


def _words(stated: QualifiedValue, judged: Judged, language: Language) -> str:
    if judged.reason is not None:
        return _REASONS[language][judged.reason]
    words = _UNTOLD[language] if judged.found is None else _WORDS[language][judged.verdict]
    # What is counted is in the text of the claim, and so are its printed words.
    said = msgspec.structs.replace(stated, raw=None, unit=stated.unit if stated.unit in _SIGNS else None)
    return words.format(
        stated=figure_words(said, language), found=amount_words(judged.found, judged.unit, language)
    )
