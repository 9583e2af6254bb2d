"""Value types as column values, in the order of the columns that `projections.tables` declares for them."""

import unicodedata
from decimal import Decimal
from typing import Any

import msgspec

from domain.agreement import Term
from domain.envelope import Authority, ByDecision, ByInstrument, WithoutAuthority
from domain.values import Citation, Language, LocalizedText, PartialDate, Period, QualifiedValue, TerritoryCode

BIGINT_MAX = 2**63 - 1
_encode = msgspec.json.Encoder(decimal_format="string").encode


def localized_values(text: LocalizedText | None) -> tuple[Any, ...]:
    if text is None:
        return (None, None, None, None)
    return (text.en, text.fr, text.source, ",".join(text.unofficial) if text.unofficial else None)


def quantity_values(value: QualifiedValue | None) -> tuple[Any, ...]:
    if value is None:
        return (None,) * 8
    return (
        value.kind,
        _plain(value.number),
        _plain(value.upper),
        value.raw,
        value.status,
        value.rounded_to,
        value.unit,
        _hundredths(value.number),
    )


def territory_values(territory: TerritoryCode | None) -> tuple[Any, ...]:
    if territory is None:
        return (None, None, None, None)
    name = territory.name
    return (
        territory.scheme,
        territory.code,
        None if name is None else name.en,
        None if name is None else name.fr,
    )


def period_values(period: Period | None) -> tuple[Any, ...]:
    return (None, None, None) if period is None else (period.kind, period.start, period.end)


def citation_values(cited: Citation | None) -> tuple[Any, ...]:
    return (None, None, None) if cited is None else (cited.log, cited.stream, cited.version)


def term_values(term: Term | None) -> tuple[Any, ...]:
    if term is None:
        return (False, None, None)
    return (True, date_value(term.start), date_value(term.end))


def authority_values(authority: Authority) -> tuple[Any, ...]:
    kind, office, number, dated, reason = "none", localized_values(None), None, None, None
    decision: tuple[Any, ...] = (None, None, None)
    match authority:
        case ByDecision(decision=cited):
            kind, decision = "decision", (cited.log, cited.stream, cited.version)
        case ByInstrument():
            kind, office = "instrument", localized_values(authority.office)
            number, dated = authority.number, authority.dated
        case WithoutAuthority():
            reason = authority.reason
    return (kind, *office, number, dated, reason, *decision, json_value(authority))


def date_value(date: PartialDate | None) -> str | None:
    return None if date is None else date.value


def json_value(value: Any) -> str:
    """Compact JSON, members in the order of their class."""
    return _encode(value).decode()


def sort_key(text: LocalizedText, language: Language) -> str:
    """What a name sorts by, byte by byte: without marks or case, in the language asked for or else the other.

    PostgreSQL sorts this way only with ICU, which the embedded server lacks.
    """
    decomposed = unicodedata.normalize("NFD", text.in_(language).text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def _plain(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _hundredths(number: Decimal | None) -> int | None:
    if number is None:
        return None
    scaled = number * 100
    whole = int(scaled)
    return whole if whole == scaled and abs(whole) <= BIGINT_MAX else None
