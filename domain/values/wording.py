"""Sums of money in words, in both languages."""

from decimal import Decimal
from typing import NamedTuple

from domain.values.printed import DOLLARS
from domain.values.text import Language, LocalizedText
from domain.values.total import Total

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

_MILLION = 1_000_000
# Millions get two decimals at most; what would not fit is written out, since nothing is rounded here.
_MILLIONS_STEP = 10_000
_CENTS_DIGITS = 2
_FRENCH_PLURAL_FROM = 2


class _Phrases(NamedTuple):
    exactly: str
    at_least: str
    at_most: str
    between: str
    unbounded: str
    nothing: str
    all_estimated: str
    including: str
    provisional: str
    left_out: str
    missing: str
    suppressed: str
    and_: str


_PHRASES: dict[Language, _Phrases] = {
    "en": _Phrases(
        exactly="{low}",
        at_least="at least {low}",
        at_most="at most {high}",
        between="between {low} and {high}",
        unbounded="an amount without known bounds",
        nothing="no figure",
        all_estimated="an estimated {estimated}",
        including=", including {estimated} estimated",
        provisional=" (provisional)",
        left_out="; left out: {parts}",
        missing="{count} missing",
        suppressed="{count} suppressed",
        and_=" and ",
    ),
    "fr": _Phrases(
        exactly="{low}",
        at_least="au moins {low}",
        at_most="au plus {high}",
        between="entre {low} et {high}",
        unbounded="un montant sans bornes connues",
        nothing="aucune valeur",
        all_estimated="{estimated} estimé{s}",
        including=", dont {estimated} estimé{s}",
        provisional=" (provisoire)",
        left_out=f"; non compté{NO_BREAK_SPACE}: {{parts}}",
        missing="{count} manquant{s}",
        suppressed="{count} masqué{s}",
        and_=" et ",
    ),
}


def money_wording(total: Total, *, estimated_note: LocalizedText | None = None) -> LocalizedText:
    """A sum of dollars as a reader is told it, with all that is uncertain about it.

    For instance "at least $14.8 million, including $1.8 million estimated, in kind", where `estimated_note`
    ("in kind") tells what the estimated part is; in a language it lacks, its other one is used. Digits are
    grouped and symbols joined by no-break spaces, as the Office québécois de la langue française asks.

    Raises:
        ValueError: the sum is not in dollars.
    """
    if total.unit != DOLLARS:
        raise ValueError(f"the sum is in {total.unit!r}; wording exists for {DOLLARS!r}")
    return LocalizedText(
        en=_words(total, estimated_note, "en"), fr=_words(total, estimated_note, "fr"), source="en"
    )


def _words(total: Total, note: LocalizedText | None, language: Language) -> str:
    phrases = _PHRASES[language]
    estimated_s = "" if abs(total.estimated) < _FRENCH_PLURAL_FROM else "s"
    if total.counts.with_number == 0:
        amount = phrases.nothing
    elif total.counts.with_number == total.counts.estimate:
        amount = phrases.all_estimated
    else:
        amount = _interval(total, phrases) + (phrases.including if total.estimate else "")
    words = amount.format(
        low=_dollars(total.low, language),
        high=_dollars(total.high, language),
        estimated=_dollars(total.estimated, language),
        s=estimated_s,
    )
    if total.estimate and note is not None:
        words += f", {note.in_(language).text}"
    if total.provisional:
        words += phrases.provisional
    return words + _left_out(total, phrases)


def _interval(total: Total, phrases: _Phrases) -> str:
    if total.low is None:
        return phrases.unbounded if total.high is None else phrases.at_most
    if total.high is None:
        return phrases.at_least
    return phrases.exactly if total.low == total.high else phrases.between


def _left_out(total: Total, phrases: _Phrases) -> str:
    counted = ((phrases.missing, total.counts.missing), (phrases.suppressed, total.counts.suppressed))
    parts = [
        phrase.format(count=count, s="" if count < _FRENCH_PLURAL_FROM else "s")
        for phrase, count in counted
        if count > 0
    ]
    return phrases.left_out.format(parts=phrases.and_.join(parts)) if parts else ""


def _dollars(amount: Decimal | None, language: Language) -> str:
    """An amount with its symbol; an open end is never shown."""
    if amount is None:
        return ""
    sign = MINUS if amount < 0 else ""
    size = abs(amount)
    whole, _, decimals = f"{size:f}".partition(".")
    decimals = decimals.rstrip("0")
    in_millions = size >= _MILLION and not decimals and int(whole) % _MILLIONS_STEP == 0
    if in_millions:
        whole, decimals = whole[:-6], whole[-6:].rstrip("0")
    elif decimals:
        decimals = decimals.ljust(_CENTS_DIGITS, "0")
    if language == "fr":
        number = f"{int(whole):,}".replace(",", NO_BREAK_SPACE) + (f",{decimals}" if decimals else "")
        return f"{sign}{number}{NO_BREAK_SPACE}{'M$' if in_millions else '$'}"
    number = f"{int(whole):,}" + (f".{decimals}" if decimals else "")
    return f"{sign}${number}" + (f"{NO_BREAK_SPACE}million" if in_millions else "")
