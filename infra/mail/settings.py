"""What the settings of mail and reminders mean. Messages name the variable and say what to do."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from domain.mail import is_address
from infra.mail.server import ServerUrlError, SmtpServer

SENDER: Final = "entente@example.org"
DAYS_BEFORE_MAX: Final = 366
"""What a due list looks ahead."""
LOCAL_HOSTS: Final = ("127.0.0.1", "localhost", "[::1]")
_PUBLIC_URL = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+(/[A-Za-z0-9._~-]+)*/?")
_DAYS = re.compile(r"[0-9]{1,3}")


class MailSettingsError(ValueError):
    """A variable about mail makes no sense."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Who carries mail: a server, or else a directory."""

    sender: str
    server: SmtpServer | None
    directory: Path

    @classmethod
    def given(
        cls, *, url: str | None, directory: str | None, sender: str | None, default: Path | None
    ) -> Self | None:
        """As the variables say; `default` is the directory where they name nothing, and None: there is no mail.

        Raises:
            MailSettingsError: two carriers, no sender, or something that is not understood.
        """
        if url and directory:
            raise MailSettingsError("ENTENTE_SMTP_URL and ENTENTE_MAIL_DIR are both set. Unset one of them.")
        if url and not sender:
            raise MailSettingsError(
                "ENTENTE_MAIL_FROM is required with ENTENTE_SMTP_URL. Give the address that mail comes from."
            )
        if sender and not is_address(sender):
            raise MailSettingsError(
                f"ENTENTE_MAIL_FROM is {sender!r}; expected a mail address such as entente@example.ca."
            )
        if not url and not directory and default is None:
            return None
        try:
            server = SmtpServer.parse(url) if url else None
        except ServerUrlError as error:  # it holds a password, so no message repeats it
            raise MailSettingsError(
                f"ENTENTE_SMTP_URL is not understood: {error}. Write smtp://user:password@host:587."
            ) from error
        return cls(sender or SENDER, server, Path(directory or default or ".").absolute())


@dataclass(frozen=True, slots=True)
class ReminderSettings:
    days_before: tuple[int, ...]
    """Each once, the longest first."""
    hour: int
    """From 0 to 23, where the body is."""
    public_url: str
    """Without a slash at its end."""


def days_before(value: str) -> tuple[int, ...]:
    """The numbers of days in "14,3".

    Raises:
        MailSettingsError: it is no such list.
    """
    days = {part.strip() for part in value.split(",")}
    if not all(_DAYS.fullmatch(one) and int(one) <= DAYS_BEFORE_MAX for one in days):
        raise MailSettingsError(
            f"ENTENTE_REMIND_DAYS is {value!r}; expected numbers of days up to {DAYS_BEFORE_MAX}, such as 14,3."
        )
    return tuple(sorted({int(one) for one in days}, reverse=True))


def public_url(value: str | None, hosts: Sequence[str], port: int) -> str:
    """Where people reach the service.

    Raises:
        MailSettingsError: it is no address of a web server.
    """
    if value is None:
        host = next((host for host in hosts if host != "*"), LOCAL_HOSTS[0])
        return f"http://{host}:{port}" if host in LOCAL_HOSTS else f"https://{host}"
    if not _PUBLIC_URL.fullmatch(value):
        raise MailSettingsError(f"ENTENTE_PUBLIC_URL is {value!r}; expected https://entente.example.ca.")
    return value.rstrip("/")
