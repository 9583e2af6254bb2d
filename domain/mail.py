"""Mail as the register knows it: a plain message to one address, and what may come of handing it over."""

import re
from typing import Final, Literal

import msgspec

from domain.values import Language

Purpose = Literal["reminders"]
"""What an address is written to for."""
ADDRESS_CHARACTERS_MAX: Final = 254
"""RFC 5321, section 4.5.3.1.3: a path of 256 octets, without its angle brackets."""
_LOCAL_CHARACTERS_MAX: Final = 64
# The unquoted form alone (RFC 5321, section 4.1.2). Nothing in it can end a header or a line of SMTP.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@{_LABEL}(?:\.{_LABEL})+")


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """A message in plain text to one address."""

    to: str
    subject: str
    text: str
    """Lines end in a line feed."""
    language: Language
    key: str
    """The same for the same message however often it is handed over: becomes the left half of its Message-ID."""


class MailRefusedError(Exception):
    """The server refuses this address for good; trying again cannot help."""


class MailUnavailableError(Exception):
    """The message was not taken, or nobody knows whether it was; it may be handed over again later."""


def is_address(text: str) -> bool:
    """Whether mail can be addressed to it: an unquoted ASCII address with a domain of at least two labels."""
    found = _ADDRESS.fullmatch(text)
    return found is not None and len(text) <= ADDRESS_CHARACTERS_MAX and len(found[1]) <= _LOCAL_CHARACTERS_MAX
