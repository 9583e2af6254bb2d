"""The recorded clock as people write it: an instant with its zone, or a position of the log.

A bare date is refused, because "as known on 1 March" ended at other moments in St. John's and in Vancouver. The
refusal offers what could have been meant, so that one can be picked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.errors import Refusal

CANADIAN_ZONES: Final = (
    "America/St_Johns",
    "America/Halifax",
    "America/Toronto",
    "America/Winnipeg",
    "America/Regina",
    "America/Edmonton",
    "America/Vancouver",
)
"""One per offset and rule in use in Canada, from east to west."""
YEAR_MIN: Final = 1900
YEAR_MAX: Final = 2200
POSITION_MAX: Final = 2**63 - 1

_POSITION = re.compile(r"[1-9][0-9]{0,18}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LOCAL = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)")
_INSTANT = re.compile(_LOCAL.pattern + r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})")


@dataclass(eq=False)
class RecordedZoneMissingError(Refusal):
    given: str
    offers: str
    code = "recorded_zone_missing"
    kind = "malformed"
    en = "“{given}” names no time zone, so it is not one moment. Write one of: {offers}."
    fr = "« {given} » n’indique pas de fuseau horaire : ce n’est pas un moment précis. Écrivez : {offers}."


@dataclass(eq=False)
class RecordedUnreadableError(Refusal):
    given: str
    code = "recorded_unreadable"
    kind = "malformed"
    en = (
        "“{given}” is neither an instant such as 2026-03-31T17:00:00-04:00 nor a position of the log such as 1234."
    )
    fr = "« {given} » n’est ni un instant (2026-03-31T17:00:00-04:00) ni une position du registre (1234)."


def parse_recorded_as_of(text: str, *, zones: Sequence[str] = CANADIAN_ZONES) -> datetime | int:
    """An instant in UTC, or a position of the log counted from 1.

    Args:
        text: ISO 8601 with `Z` or an offset, or a whole number.
        zones: those offered where the zone is missing; a body's own first, or it alone.

    Raises:
        RecordedZoneMissingError: a bare date, or a date and time without a zone.
        RecordedUnreadableError: anything else, and years outside 1900 to 2200.
    """
    text = text.strip()
    if _POSITION.fullmatch(text) and int(text) <= POSITION_MAX:
        return int(text)
    try:
        if _INSTANT.fullmatch(text):
            instant = datetime.fromisoformat(text.upper())
            if YEAR_MIN <= instant.year <= YEAR_MAX:
                return instant.astimezone(UTC)
        elif _DATE.fullmatch(text) or _LOCAL.fullmatch(text):
            local = _end_of_day(text) if _DATE.fullmatch(text) else datetime.fromisoformat(text.upper())
            if YEAR_MIN <= local.year <= YEAR_MAX:
                raise RecordedZoneMissingError(given=text, offers=", ".join(_offers(local, zones)))
    except ValueError:  # the 31st of June, an offset of 25 hours
        pass
    raise RecordedUnreadableError(given=text[:60])


def _end_of_day(day: str) -> datetime:
    return datetime.combine(datetime.fromisoformat(day).date(), time(23, 59, 59))


def _offers(local: datetime, zones: Sequence[str]) -> list[str]:
    """The instants that a local time means in the zones, without repeats; two where clocks go back."""
    offers: list[str] = []
    for name in zones:
        for fold in (0, 1):
            aware = local.replace(tzinfo=ZoneInfo(name), fold=fold)
            offset = aware.utcoffset()
            assert offset is not None
            if aware.astimezone(UTC).astimezone(ZoneInfo(name)).replace(tzinfo=None) != local:
                continue  # the hour that the clocks skip
            # Written with whole minutes: the old local mean times had seconds, which ISO 8601 cannot say.
            minutes = round(offset / timedelta(minutes=1))
            sign, minutes = ("-", -minutes) if minutes < 0 else ("+", minutes)
            offer = f"{local.isoformat()}{sign}{minutes // 60:02d}:{minutes % 60:02d}"
            if offer not in offers:
                offers.append(offer)
    return offers
