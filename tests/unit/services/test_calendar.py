"""Deadlines as an iCalendar: worded in either language, the same from one reading to the next."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st
from icalendar import Calendar

from services.calendar import calendar
from services.deadlines import Deadline

AT = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
RECORD = UUID("01990000-0000-7000-8000-000000000001")
NBSP = "\N{NO-BREAK SPACE}"
REPORT = Deadline(
    kind="report",
    record_id=RECORD,
    due_on=date(2027, 1, 30),
    parts=("Personnes accueillies", "octobre à décembre 2026"),
    sample=False,
)
replace = msgspec.structs.replace


def summaries(*deadlines: Deadline, lang: str = "fr") -> list[str]:
    read = Calendar.from_ical(calendar("sherbrooke", deadlines, "fr" if lang == "fr" else "en", AT))
    return [str(event["summary"]) for event in read.walk("VEVENT")]


def test_a_deadline_is_one_event_of_its_whole_day_in_folded_and_escaped_lines() -> None:
    assert calendar("sherbrooke", [REPORT], "fr", AT).decode().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Entente//Entente//FR",
        "METHOD:PUBLISH",
        f"NAME:Échéances{NBSP}: sherbrooke",
        f"X-WR-CALNAME:Échéances{NBSP}: sherbrooke",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        "BEGIN:VEVENT",
        f"SUMMARY;LANGUAGE=fr:Donnée à soumettre{NBSP}: Personnes accueillies\\, octobr",
        " e à décembre 2026",
        "DTSTART;VALUE=DATE:20270130",
        "DTEND;VALUE=DATE:20270131",
        "DTSTAMP:20261128T120000Z",
        "UID:12235fe7-1498-5c53-955f-bade7e68dc62",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_each_kind_is_worded_in_either_language_and_sample_data_is_marked() -> None:
    kinds = [
        replace(REPORT, kind="obligation", parts=("Rapport annuel",), sample=True),
        replace(REPORT, kind="term_of_office", parts=("Siège 2", "Conseil")),
        replace(REPORT, kind="cadence", parts=("2 réunions tenues sur 3 à 5", "Comités de travail")),
        replace(REPORT, parts=()),
    ]
    assert summaries(*kinds) == [
        f"Obligation à remplir{NBSP}: Rapport annuel (exemple)",
        f"Fin de mandat{NBSP}: Siège 2, Conseil",
        f"Réunions de l’année{NBSP}: 2 réunions tenues sur 3 à 5, Comités de travail",
        "Donnée à soumettre",
    ]
    assert summaries(*kinds, lang="en") == [
        "Obligation due: Rapport annuel (sample)",
        "Term of office ends: Siège 2, Conseil",
        "Meetings this year: 2 réunions tenues sur 3 à 5, Comités de travail",
        "Figure due",
    ]


def test_an_event_keeps_its_id_from_one_reading_and_language_to_the_next_and_shares_it_with_no_other() -> None:
    def ids(*deadlines: Deadline, later: int = 0, english: bool = False) -> list[str]:
        read = Calendar.from_ical(calendar("x", deadlines, "en" if english else "fr", AT + timedelta(days=later)))
        return [str(event["uid"]) for event in read.walk("VEVENT")]

    next_period = replace(REPORT, due_on=date(2027, 4, 30))
    other_kind = replace(REPORT, kind="obligation")
    first = ids(REPORT, next_period, other_kind)
    assert first == ids(REPORT, next_period, other_kind, later=9, english=True)
    assert len(set(first)) == 3


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=200))
def test_any_wording_is_read_back_as_it_was_and_no_line_is_longer_than_75_bytes(wording: str) -> None:
    assume(r"\N" not in wording)  # the library takes these two characters for a line break
    written = calendar("x", [replace(REPORT, parts=(wording,))], "en", AT)
    (event,) = Calendar.from_ical(written).walk("VEVENT")
    assert str(event["summary"]) == f"Figure due: {wording}"
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
