"""Which server takes mail, as one URL says it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self
from urllib.parse import parse_qs, unquote, urlsplit

_PORT_MAX: Final = 65535


class Security(StrEnum):
    STARTTLS = "starttls"
    """Begins in the clear and must become TLS before anything is said."""
    TLS = "tls"
    """TLS from the first byte."""
    NONE = "none"
    """For a mail catcher on the same machine or network. Nobody logs in."""


_PORTS: Final = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}  # RFC 8314, section 7.3


class ServerUrlError(ValueError):
    """What is wrong with the URL, without repeating it: it holds a password."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    host: str
    port: int
    security: Security
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """`smtp://user:password@host:587`, `smtps://…`, or `smtp://host:1025?tls=none`.

        Raises:
            ServerUrlError: it is none of these, or would send a password in the clear.
        """
        try:
            parts = urlsplit(url)
            port, host, options = (
                parts.port,
                parts.hostname,
                parse_qs(parts.query, strict_parsing=bool(parts.query)),
            )
        except ValueError as error:
            raise ServerUrlError("it is not a URL") from error
        if parts.scheme not in ("smtp", "smtps") or not host or parts.path.strip("/") or parts.fragment:
            raise ServerUrlError("expected smtp:// or smtps:// and a host")
        security = Security.TLS if parts.scheme == "smtps" else Security.STARTTLS
        if options:
            if options != {"tls": ["none"]} or security is Security.TLS:
                raise ServerUrlError("the only option is smtp://…?tls=none")
            security = Security.NONE
        user, password = (None if part is None else unquote(part) for part in (parts.username, parts.password))
        if bool(user) != bool(password):
            raise ServerUrlError("expected a user and a password, or neither")
        if user and security is Security.NONE:
            raise ServerUrlError("a password is not sent without TLS")
        if user and password and not (user + password).isascii():
            raise ServerUrlError("SMTP takes user and password in ASCII")
        return cls(host, port or _PORTS[security], security, user or None, password or None)
