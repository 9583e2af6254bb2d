"""The messages that carry a link: plain text, in the language of whoever gets them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from domain.envelope import Role
from domain.mail import Mail
from domain.values import Language
from services.deadlines import COLON, NBSP
from services.web.messages import text

_SHOWN_IN: Final = ZoneInfo("America/Toronto")
_KEYS: Final = UUID("6a4a5d0f-0d0a-5e1e-9b0c-0f6a2f0b7c33")
_SUBJECT: Final[Mapping[Language, str]] = {"en": "invitation", "fr": "invitation"}
_TEXT: Final[Mapping[Language, str]] = {
    "en": """\
Hello,

{body} invites you to Entente as: {role}.

Open this link to accept. It works once, until {until}:

{link}

If you did not expect this message, do nothing: without the link nobody
gets in. Answers to this message are not read.
""",
    "fr": f"""\
Bonjour,

{{body}} vous invite dans Entente à titre de{NBSP}: {{role}}.

Ouvrez ce lien pour accepter. Il sert une fois, jusqu’au {{until}}{NBSP}:

{{link}}

Si vous n’attendiez pas ce message, ne faites rien{NBSP}: sans le lien,
personne n’entre. Les réponses à ce message ne sont pas lues.
""",
}

_PASSWORD_SUBJECT: Final[Mapping[Language, str]] = {
    "en": "Entente: choose another password",
    "fr": f"Entente{NBSP}: choisir un autre mot de passe",
}
_PASSWORD_TEXT: Final[Mapping[Language, str]] = {
    "en": """\
Hello,

Somebody asked for another password for your account. This link lets you
choose one. It works once, for an hour:

{link}

If it was not you, do nothing: your password stays. Answers to this
message are not read.
""",
    "fr": f"""\
Bonjour,

On a demandé un autre mot de passe pour votre compte. Ce lien permet d’en
choisir un. Il sert une fois, pendant une heure{NBSP}:

{{link}}

Si ce n’était pas vous, ne faites rien{NBSP}: votre mot de passe reste le même.
Les réponses à ce message ne sont pas lues.
""",
}


def password_letter(email: str, language: Language, *, link: str) -> Mail:
    """The message with a link to choose another password."""
    return Mail(
        to=email,
        subject=_PASSWORD_SUBJECT[language],
        text=_PASSWORD_TEXT[language].format(link=link),
        language=language,
        key=str(uuid5(_KEYS, link)),
    )


def invitation_letter(
    email: str, language: Language, *, body: str, role: Role, until: datetime, link: str
) -> Mail:
    """The message. Of the same link it has the same key."""
    return Mail(
        to=email,
        subject=f"{body}{COLON[language]}{_SUBJECT[language]}",
        text=_TEXT[language].format(
            body=body,
            role=text(f"role.{role}", language),
            until=format_datetime(until.astimezone(_SHOWN_IN), "long", locale=f"{language}_CA"),
            link=link,
        ),
        language=language,
        key=str(uuid5(_KEYS, link)),
    )
