"""A real SMTP server for tests of what is sent: it keeps what it takes, and may be told to refuse."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from infra.mail.server import Security

USER, PASSWORD = "entente", "only-for-tests"


class Inbox:
    """What the server does with each recipient, and what it has taken."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.at_the_end = "250 OK"
        self.asks_for_a_password = False

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.asks_for_a_password and not session.authenticated:
            return "530 5.7.0 say who you are"
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        assert envelope.rcpt_tos == [message["To"]]
        if self.at_the_end.startswith("250"):
            self.taken.append(message)
        return self.at_the_end


class _OnFreePort(Controller):
    """Listens on a port that is its own from the moment in which it is chosen."""

    def _create_server(self) -> Any:
        listening = socket.create_server((self.hostname, 0))
        self.port = listening.getsockname()[1]
        return self.loop.create_server(self._factory_invoker, sock=listening, ssl=self.ssl_context)


@contextmanager
def mail_server(
    inbox: Inbox, security: Security = Security.NONE, certificate: Path | None = None
) -> Iterator[int]:
    """A mail server on a free port; one with TLS takes nothing without the password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificate is not None:
        context.load_cert_chain(certificate)
    options: dict[str, Any] = {}
    if security is not Security.NONE:
        inbox.asks_for_a_password = True
        options |= {"authenticator": _known}
    if security is Security.STARTTLS:
        options |= {"tls_context": context, "require_starttls": True}
    elif security is Security.TLS:
        options |= {"ssl_context": context, "auth_require_tls": False}
    controller = _OnFreePort(inbox, hostname="127.0.0.1", ready_timeout=120, **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def _known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    return AuthResult(success=(given.login, given.password) == (USER.encode(), PASSWORD.encode()))
