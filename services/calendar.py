"""Deadlines as an iCalendar (RFC 5545): one all-day event each, the same whenever it is read again."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from icalendar import Calendar, Event

from domain.values import Language
from services.deadlines import COLON, Deadline

_TITLE: Final[Mapping[Language, str]] = {"en": "Deadlines", "fr": "Échéances"}


def calendar(slug: str, deadlines: Iterable[Deadline], lang: Language, at: datetime) -> bytes:
    """The calendar of a body, in the language that the deadlines are worded in, as of an instant in UTC."""
    title = f"{_TITLE[lang]}{COLON[lang]}{slug}"
    made = Calendar()
    made.add("prodid", f"-//Entente//Entente//{lang.upper()}")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("name", title)
    made.add("x-wr-calname", title)
    made.add("refresh-interval", timedelta(days=1), parameters={"value": "DURATION"})
    for deadline in deadlines:
        made.add_component(_event(deadline, lang, at))
    written: bytes = made.to_ical()
    return written


def _event(deadline: Deadline, lang: Language, at: datetime) -> Event:
    event = Event()
    event.add("uid", str(deadline.id))
    event.add("dtstamp", at)
    event.add("dtstart", deadline.due_on)
    event.add("dtend", deadline.due_on + timedelta(days=1))
    event.add("summary", deadline.words(lang), parameters={"language": lang})
    event.add("transp", "TRANSPARENT")
    return event
