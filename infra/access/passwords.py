"""Passwords: which may be chosen, and how they are kept."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from typing import Final, Literal, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

CHARACTERS_MIN: Final = 12
CHARACTERS_MAX: Final = 256
"""Long enough for a sentence; a limit, because each one is hashed."""
WAITING_MAX: Final = 64
_AT_ONCE: Final = 2
_PATTERN_CHARACTERS_MAX: Final = 4
_STEM_CHARACTERS_MIN: Final = 6

Weakness = Literal["short", "long", "common", "own"]
T = TypeVar("T")

# OWASP Password Storage Cheat Sheet (2025): argon2id with 19 MiB, two passes, one lane at least.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class PasswordsBusyError(Exception):
    """More passwords wait to be looked at than can be soon."""


class Passwords:
    """Hashes and compares, a few at once and beside the event loop. Close it at the end."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="passwords")
        self._waiting = 0

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def hashed(self, password: str) -> str:
        """What is kept of a password: argon2id with its salt and parameters.

        Raises:
            PasswordsBusyError: too many wait.
        """
        return await self._run(lambda: _HASHER.hash(normal(password)))

    async def is_right(self, password: str, kept: str | None) -> bool:
        """Whether a password is the one that is kept. Takes as long where none is kept: there is no such account.

        Raises:
            PasswordsBusyError: too many wait.
        """
        return await self._run(lambda: _matches(normal(password)[:CHARACTERS_MAX], kept))

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= WAITING_MAX:
            raise PasswordsBusyError
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def needs_renewal(kept: str) -> bool:
    """Whether a hash was made with other parameters than those of today."""
    return _HASHER.check_needs_rehash(kept)


def normal(password: str) -> str:
    """One spelling for what looks and is typed alike (NIST SP 800-63B-4, 3.1.1.2: NFKC)."""
    return unicodedata.normalize("NFKC", password)


def weakness(password: str, email: str) -> Weakness | None:
    """Why a password may not be chosen; None: it may. Which kinds of characters it has does not matter.

    Refused are those that are tried first: the most common ones of leaked lists, also with figures and marks
    added, repetitions of a few characters, and the person's own address.
    """
    password = normal(password)
    if len(password) < CHARACTERS_MIN:
        return "short"
    if len(password) > CHARACTERS_MAX:
        return "long"
    plain = password.casefold()
    if plain in {email.casefold(), email.casefold().partition("@")[0]}:
        return "own"
    stem = "".join(character for character in plain if character.isalpha())
    decoration = len(plain) - len(stem)
    if plain in common() or _repeats(plain):
        return "common"
    if len(stem) >= _STEM_CHARACTERS_MIN and decoration <= len(stem) and (stem in common() or _repeats(stem)):
        return "common"
    return None


@cache
def common() -> frozenset[str]:
    """The passwords that lists of leaked ones have most often, in lower case."""
    return frozenset((files("infra.access") / "common_passwords.txt").read_text(encoding="utf-8").split())


def _repeats(text: str) -> bool:
    return any(
        text == (text[:length] * len(text))[: len(text)] for length in range(1, _PATTERN_CHARACTERS_MAX + 1)
    )


def _matches(password: str, kept: str | None) -> bool:
    nobodys = _nobodys()
    try:
        _HASHER.verify(nobodys if kept is None else kept, password)
    except VerifyMismatchError:
        return False
    return kept is not None


@cache
def _nobodys() -> str:
    """A hash that no account has. Made at the first comparison, whoever's it is."""
    return _HASHER.hash("a password that nobody has chosen")
