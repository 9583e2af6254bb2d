"""Deadlines as an iCalendar (RFC 5545): one all-day event each, the same whenever it is read again."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID, uuid5

import msgspec
from icalendar import Calendar, Event

from domain.values import Language

Kind = Literal["obligation", "term_of_office", "report", "cadence"]
NBSP: Final = "\N{NO-BREAK SPACE}"
_WHAT: Final[Mapping[Kind, Mapping[Language, str]]] = {
    "obligation": {"en": "Obligation due", "fr": "Obligation à remplir"},
    "term_of_office": {"en": "Term of office ends", "fr": "Fin de mandat"},
    "report": {"en": "Figure due", "fr": "Donnée à soumettre"},
    "cadence": {"en": "Meetings this year", "fr": "Réunions de l’année"},
}
_SAMPLE: Final[Mapping[Language, str]] = {"en": "sample", "fr": "exemple"}
_TITLE: Final[Mapping[Language, str]] = {"en": "Deadlines", "fr": "Échéances"}
_COLON: Final[Mapping[Language, str]] = {"en": ": ", "fr": f"{NBSP}: "}


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a due list, worded in one language."""

    kind: Kind
    record_id: UUID
    due_on: date
    parts: tuple[str, ...]
    """What it is about, the weightiest first; empty where nothing may be said."""
    sample: bool


def calendar(slug: str, deadlines: Iterable[Deadline], lang: Language, at: datetime) -> bytes:
    """The calendar of a body, in the language that the deadlines are worded in, as of an instant in UTC."""
    title = f"{_TITLE[lang]}{_COLON[lang]}{slug}"
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
    event.add("uid", str(uuid5(deadline.record_id, f"{deadline.kind}/{deadline.due_on}")))
    event.add("dtstamp", at)
    event.add("dtstart", deadline.due_on)
    event.add("dtend", deadline.due_on + timedelta(days=1))
    event.add("summary", _summary(deadline, lang), parameters={"language": lang})
    event.add("transp", "TRANSPARENT")
    return event


def _summary(deadline: Deadline, lang: Language) -> str:
    about = ", ".join(deadline.parts)
    said = _WHAT[deadline.kind][lang]
    whole = f"{said}{_COLON[lang]}{about}" if about else said
    return f"{whole} ({_SAMPLE[lang]})" if deadline.sample else whole
