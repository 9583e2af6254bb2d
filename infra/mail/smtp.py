"""Mail over SMTP (RFC 5321), by the standard library in a thread: a message a day and body is no load."""

import asyncio
import contextlib
import smtplib
import ssl
from datetime import timedelta
from typing import Final

from domain.mail import Mail, MailRefusedError, MailUnavailableError
from infra.mail.composing import composed
from infra.mail.server import Security, SmtpServer

TIMEOUT: Final = timedelta(seconds=15)
"""For each answer of the server; there are at most a dozen in a message."""
_PERMANENT: Final = 500


class SmtpMailer:
    """Implements `domain.ports.Mailer`. A connection each time: none is kept from one day to the next."""

    def __init__(
        self,
        server: SmtpServer,
        sender: str,
        *,
        timeout: timedelta = TIMEOUT,
        trusting: ssl.SSLContext | None = None,
    ) -> None:
        self._server = server
        self._sender = sender
        self._timeout_seconds = timeout.total_seconds()
        self._trusting = trusting or ssl.create_default_context()

    async def send(self, mail: Mail) -> None:
        """See `Mailer.send`."""
        await asyncio.to_thread(self._send, mail)

    def _send(self, mail: Mail) -> None:
        # What a server says may repeat the address, and what is raised here is kept with a failed job, where an
        # address that is removed must not stay behind: so the code alone is told, and no cause is chained.
        connection: smtplib.SMTP | None = None
        try:
            connection = self._connected()
            connection.send_message(composed(mail, self._sender), from_addr=self._sender, to_addrs=[mail.to])
        except smtplib.SMTPRecipientsRefused as error:
            code = error.recipients[mail.to][0]
            if code >= _PERMANENT:
                raise MailRefusedError(f"the mail server refuses an address: {code}") from None
            raise MailUnavailableError(f"the mail server puts an address off: {code}") from None
        except smtplib.SMTPResponseException as error:
            raise MailUnavailableError(
                f"the mail server answers {error.smtp_code} ({type(error).__name__})"
            ) from None
        except OSError as error:  # among them time-outs, certificates that are not trusted, and no STARTTLS
            raise MailUnavailableError(f"the mail server cannot be reached: {type(error).__name__}") from None
        finally:
            if connection is not None:
                with contextlib.suppress(OSError):  # the message was taken, or was not: a goodbye changes nothing
                    connection.quit()
                connection.close()

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.security is Security.TLS:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=self._timeout_seconds, context=self._trusting
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=self._timeout_seconds)
        try:
            if server.security is Security.STARTTLS:
                connection.starttls(context=self._trusting)
            if server.user is not None and server.password is not None:
                connection.login(server.user, server.password)
        except OSError:
            connection.close()
            raise
        return connection
