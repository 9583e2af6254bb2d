"""Which day it is where a body is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def local_day(time_zone: str | None, now: datetime | None = None) -> date:
    """The date that people in a zone would write; in UTC where the zone is not known."""
    return local_time(time_zone, now).date()


def local_time(time_zone: str | None, now: datetime | None = None) -> datetime:
    """The date and the hour there."""
    try:
        zone = ZoneInfo(time_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):  # recorded before the door knew the list of zones
        zone = ZoneInfo("UTC")
    return (now or datetime.now(UTC)).astimezone(zone)
