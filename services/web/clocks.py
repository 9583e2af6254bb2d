"""The two clocks as the address of a page sets them, and the page that asks which moment is meant."""

import re
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime
from litestar import Request, Response

from domain.clocks import (
    CANADIAN_ZONES,
    YEAR_MAX,
    YEAR_MIN,
    RecordedUnreadableError,
    RecordedZoneMissingError,
    parse_recorded_as_of,
)
from domain.errors import Refusal
from domain.values import Language
from services.bootstrap import WriteSide
from services.refusals.reads import EffectiveUnreadableError
from services.web.pages import page

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

AnyRequest = Request[Any, Any, Any]


def asked_clocks(effective: str, recorded: str, zone: str) -> tuple[dict[str, str] | None, Refusal | None]:
    """Both clocks as the read API takes them, or why they cannot be used."""
    as_of: dict[str, str] = {}
    if effective:
        refused = unreadable(effective)
        if refused is not None:
            return None, refused
        as_of["effective"] = effective
    if recorded:
        zones = (zone, *(known for known in CANADIAN_ZONES if known != zone))
        try:
            parse_recorded_as_of(recorded, zones=zones)
        except (RecordedZoneMissingError, RecordedUnreadableError) as refusal:
            return None, refusal
        as_of["recorded"] = recorded
    return as_of or None, None


def clocks_page(refusal: Refusal, language: Language, **around: Any) -> Response[str]:
    """Why clocks cannot be used, and what they may have meant."""
    offers = refusal.offers.split(", ") if isinstance(refusal, RecordedZoneMissingError) else []
    return page("clocks.html", language, status_code=400, refusal=refusal, offers=offers, **around)


def unreadable(day: str) -> Refusal | None:
    """Why a day cannot be used; None where it can, or none is given."""
    if not day:
        return None
    if _DAY.fullmatch(day):
        try:
            if YEAR_MIN <= date.fromisoformat(day).year <= YEAR_MAX:
                return None
        except ValueError:  # the 31st of June
            pass
    return EffectiveUnreadableError(given=day[:60])


def instant(recorded_at: str, zone: str, language: Language) -> str:
    """An instant as people of a zone read it."""
    local = datetime.fromisoformat(recorded_at).astimezone(ZoneInfo(zone))
    return str(format_datetime(local, "long", locale=f"{language}_CA"))


async def zone_of(request: AnyRequest, slug: str) -> str:
    """The time zone of the body, in which its instants are shown and offered first."""
    write: WriteSide = request.app.state.write
    tenant_id = await write.bodies.resolve(slug)
    facts = None if tenant_id is None else await write.bodies.facts(tenant_id)
    try:
        return ZoneInfo("UTC" if facts is None else facts.time_zone).key
    except (ZoneInfoNotFoundError, ValueError):  # recorded before the door knew the list of zones
        return "UTC"
