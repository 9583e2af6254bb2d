"""Opaque values of 256 random bits, of which the database keeps the SHA-256 alone."""

import hashlib
import re
import secrets
from typing import Final

_BYTES: Final = 32
_FORM: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def new_opaque() -> str:
    """A value that nobody can guess, as 43 characters that stand in an address or a cookie as they are."""
    return secrets.token_urlsafe(_BYTES)


def is_opaque(value: str) -> bool:
    """Whether it has the form of one: anything else is not looked up."""
    return _FORM.fullmatch(value) is not None


def hash_of(value: str) -> bytes:
    """What is kept of it. Random as it is, it needs no salt and no slow hash."""
    return hashlib.sha256(value.encode()).digest()
