"""The message: plain text, in the language of its address."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from babel.dates import format_date

from domain.mail import Mail
from domain.reminders import Stage
from domain.values import Language
from services.deadlines import COLON, NBSP, Deadline


class Due(NamedTuple):
    """An item, worded in the language of the message, and why it stands in it."""

    deadline: Deadline
    stage: Stage


class Recipient(NamedTuple):
    """Who gets a message, and in which language."""

    address_id: UUID
    email: str
    language: Language


class Sender(NamedTuple):
    """On whose behalf a message goes out."""

    name: str
    """In the language of the message."""
    slug: str
    public_url: str
    """Where people reach the service, without a slash at its end."""


ITEMS_MAX: Final = 100
"""Of one message."""
_OVERDUE: Final[Mapping[Language, str]] = {"en": "Overdue", "fr": "En retard"}
_TODAY: Final[Mapping[Language, str]] = {"en": "Due today", "fr": "Aujourd’hui"}
_SOON: Final[Mapping[Language, Callable[[int], str]]] = {
    "en": lambda days: "Due by tomorrow" if days == 1 else f"Due within {days} days",
    "fr": lambda days: "D’ici demain" if days == 1 else f"D’ici {days}{NBSP}jours",
}
_COUNT: Final[Mapping[Language, Callable[[int], str]]] = {
    "en": lambda number: "1 deadline" if number == 1 else f"{number} deadlines",
    "fr": lambda number: f"1{NBSP}échéance" if number == 1 else f"{number}{NBSP}échéances",
}
_MORE: Final[Mapping[Language, Callable[[int], str]]] = {
    "en": lambda number: f"And {number} more, in the messages of the next days.",
    "fr": lambda number: f"Et {number} de plus, dans les messages des prochains jours.",
}
_TEXT: Final[Mapping[Language, str]] = {
    "en": """\
{name}

Hello,

Here is what is overdue or due soon.

{items}
Each item is announced before its day, and once when it is overdue.
What was dealt with only has to be recorded in the register.

The whole due list (query dueList):
{graphql}
The same as a calendar, with a calendar token:
{calendar}

This address was listed for reminders by the coordinators. Ask them to
remove it to receive no more. Answers to this message are not read.
""",
    "fr": f"""\
{{name}}

Bonjour,

Voici ce qui est en retard ou attendu sous peu.

{{items}}
Chaque échéance est annoncée avant sa date, puis une fois en retard.
Si le nécessaire est fait, il suffit de l’inscrire au registre.

Toutes les échéances (requête dueList){NBSP}:
{{graphql}}
Les mêmes sous forme de calendrier, avec un jeton de calendrier{NBSP}:
{{calendar}}

La coordination a inscrit cette adresse aux rappels. Demandez-lui de la
retirer pour ne plus en recevoir. Les réponses à ce message ne sont pas
lues.
""",
}


def letter(to: Recipient, day: date, due: Sequence[Due], sender: Sender, *, later: int = 0) -> Mail:
    """One message with all that is due, and how many more the next days' will have.

    Made twice of the same, it has the same key.
    """
    language = to.language
    count = _COUNT[language](len(due))
    said = "\n".join(f"{one.deadline.id} {one.stage.code}" for one in due)
    return Mail(
        to=to.email,
        subject=f"{sender.name}{COLON[language]}{count}",
        text=_TEXT[language].format(
            name=sender.name,
            items="\n".join([*_sections(language, due), *_more(language, later)]),
            graphql=f"{sender.public_url}/graphql",
            calendar=f"{sender.public_url}/api/v1/partnerships/{sender.slug}/calendar.ics?lang={language}",
        ),
        language=language,
        key=str(uuid5(to.address_id, f"{day}\n{said}")),
    )


def _sections(language: Language, due: Sequence[Due]) -> list[str]:
    stages = sorted({one.stage for one in due}, key=lambda stage: -1 if stage.days is None else stage.days)
    return [_section(language, stage, [one.deadline for one in due if one.stage == stage]) for stage in stages]


def _section(language: Language, stage: Stage, deadlines: Sequence[Deadline]) -> str:
    if stage.days is None:
        heading = _OVERDUE[language]
    elif stage.days == 0:
        heading = _TODAY[language]
    else:
        heading = _SOON[language](stage.days)
    lines = [f"- {_date(one.due_on, language)} — {one.words(language)}" for one in deadlines]
    return "\n".join([heading, *lines, ""])


def _more(language: Language, later: int) -> list[str]:
    if not later:
        return []
    return [f"{_MORE[language](later)}\n"]


def _date(day: date, language: Language) -> str:
    """November 28, 2026; 28 novembre 2026, and 1er before a month (Le français au bureau)."""
    if language == "en":
        return format_date(day, "MMMM d, y", locale="en_CA")
    said = format_date(day, "d MMMM y", locale="fr_CA")
    said = f"1er{said.removeprefix('1')}" if day.day == 1 else said
    return said.replace(" ", NBSP)
