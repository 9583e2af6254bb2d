"""The message: what each kind of day looks like, in either language."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.mail import Mail
from domain.reminders import OVERDUE, Stage
from domain.values import Language
from services.deadlines import Deadline
from services.reminding.letter import Due, Recipient, Sender, letter

DAY = date(2026, 6, 28)
ADDRESS = UUID("01990000-0000-7000-8000-00000000000a")
SENDER = Sender("Table de Sherbrooke", "sherbrooke", "https://entente.example.ca")
NBSP = "\N{NO-BREAK SPACE}"


def item(number: int, due_on: date, stage: Stage) -> Due:
    record = UUID(int=number)
    return Due(Deadline(kind="obligation", record_id=record, due_on=due_on, parts=("Bilan",), sample=False), stage)


def written(lang: Language, *due: Due, later: int = 0, day: date = DAY) -> Mail:
    return letter(Recipient(ADDRESS, "a@example.org", lang), day, due, SENDER, later=later)


def sections(mail: Mail) -> list[str]:
    """The lines between the greeting and what every message says."""
    lines = mail.text.split("\n")
    last = max(n for n, line in enumerate(lines) if line.startswith(("- ", "Et ", "And ")))
    return [line for line in lines[6 : last + 1] if line]


def test_sections_go_from_what_is_late_to_what_has_time() -> None:
    due = [
        item(1, date(2026, 6, 1), OVERDUE),
        item(2, DAY, Stage(0)),
        item(3, date(2026, 6, 29), Stage(1)),
        item(4, date(2026, 7, 1), Stage(3)),
        item(5, date(2026, 7, 12), Stage(14)),
    ]
    assert sections(written("fr", *due)) == [
        "En retard",
        f"- 1er{NBSP}juin{NBSP}2026 — Obligation à remplir{NBSP}: Bilan",
        "Aujourd’hui",
        f"- 28{NBSP}juin{NBSP}2026 — Obligation à remplir{NBSP}: Bilan",
        "D’ici demain",
        f"- 29{NBSP}juin{NBSP}2026 — Obligation à remplir{NBSP}: Bilan",
        f"D’ici 3{NBSP}jours",
        f"- 1er{NBSP}juillet{NBSP}2026 — Obligation à remplir{NBSP}: Bilan",
        f"D’ici 14{NBSP}jours",
        f"- 12{NBSP}juillet{NBSP}2026 — Obligation à remplir{NBSP}: Bilan",
    ]
    assert sections(written("en", *due)) == [
        "Overdue",
        "- June 1, 2026 — Obligation due: Bilan",
        "Due today",
        "- June 28, 2026 — Obligation due: Bilan",
        "Due by tomorrow",
        "- June 29, 2026 — Obligation due: Bilan",
        "Due within 3 days",
        "- July 1, 2026 — Obligation due: Bilan",
        "Due within 14 days",
        "- July 12, 2026 — Obligation due: Bilan",
    ]


@pytest.mark.parametrize(
    ("lang", "number", "subject"),
    [
        ("fr", 1, f"Table de Sherbrooke{NBSP}: 1{NBSP}échéance"),
        ("fr", 2, f"Table de Sherbrooke{NBSP}: 2{NBSP}échéances"),
        ("en", 1, "Table de Sherbrooke: 1 deadline"),
        ("en", 2, "Table de Sherbrooke: 2 deadlines"),
    ],
)
def test_the_subject_says_whose_and_how_many(lang: Language, number: int, subject: str) -> None:
    assert written(lang, *[item(n, DAY, OVERDUE) for n in range(number)]).subject == subject


def test_what_had_no_room_is_said() -> None:
    one = item(1, DAY, OVERDUE)
    assert sections(written("fr", one, later=12))[-1] == "Et 12 de plus, dans les messages des prochains jours."
    assert sections(written("en", one, later=1))[-1] == "And 1 more, in the messages of the next days."


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_french_text_has_no_colon_or_number_that_a_line_could_be_broken_before(day: date) -> None:
    text = written("fr", item(1, day, Stage(14))).text
    said = [line for line in text.split("\n") if not line.startswith("https://")]
    assert not [line for line in said if " :" in line or " ;" in line]
    assert all(f"{NBSP}:" in line for line in said if ":" in line)
    assert "'" not in text


def test_the_same_message_has_the_same_key_and_another_day_item_or_address_has_another() -> None:
    one, two = item(1, DAY, OVERDUE), item(2, DAY, OVERDUE)
    other = letter(Recipient(UUID(int=5), "a@example.org", "fr"), DAY, [one], SENDER)
    keys = [
        written("fr", one).key,
        written("fr", two).key,
        written("fr", one, two).key,
        written("fr", item(1, DAY, Stage(3))).key,
        written("fr", one, day=date(2026, 6, 29)).key,
        other.key,
    ]
    assert written("fr", one).key == keys[0]
    assert len(set(keys)) == len(keys)
