"""Mail that nobody gets: a file each, to be looked at."""

import asyncio
import secrets
from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Final

from domain.mail import Mail, MailUnavailableError
from infra.mail.composing import composed

_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600


class FileMailer:
    """Implements `domain.ports.Mailer`. A message handed over twice is two files."""

    def __init__(self, directory: Path, sender: str) -> None:
        self._directory = directory
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """See `Mailer.send`."""
        try:
            await asyncio.to_thread(self._write, mail)
        except OSError as error:
            raise MailUnavailableError(f"{self._directory} takes no mail: {error.strerror}") from error

    async def forget(self, email: str) -> int:
        """Remove the messages to an address; how many there were."""
        return await asyncio.to_thread(self._forget, email.lower())

    def _forget(self, email: str) -> int:
        gone = 0
        for path in self._directory.glob("*.eml"):
            with path.open("rb") as file:
                to = BytesParser(policy=policy.default).parse(file, headersonly=True)["To"]
            if email in {address.addr_spec.lower() for address in getattr(to, "addresses", ())}:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _write(self, mail: Mail) -> None:
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}.eml"
        self._directory.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        draft = self._directory / f".{name}"
        draft.touch(_FILE_MODE)
        draft.write_bytes(composed(mail, self._sender).as_bytes())
        draft.rename(self._directory / name)  # whoever looks finds whole messages
