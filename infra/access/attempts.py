"""How often something may be tried in vain: a few times at once, then ever more slowly, never not at all."""

import hashlib
import hmac
from datetime import timedelta
from math import ceil
from typing import Any, Final, NamedTuple

import asyncpg


class Pace(NamedTuple):
    """How attempts at one kind of thing are slowed down."""

    free: int
    """That many in a row do not wait."""
    first: timedelta
    """The first wait; each further one is twice as long."""
    longest: timedelta


PER_ACCOUNT: Final = Pace(5, timedelta(seconds=30), timedelta(minutes=15))
PER_ADDRESS: Final = Pace(20, timedelta(seconds=30), timedelta(minutes=15))
"""Wider: a whole office may come from one address. A success takes back its own attempt only."""
_FORGET: Final = timedelta(days=1)


class BlockedError(Exception):
    """Too many attempts; the next is looked at after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


class Attempts:
    """Counts by a keyed hash, so that the table tells nobody who tried what."""

    def __init__(self, pool: "asyncpg.Pool[Any]", key: bytes) -> None:
        self._pool = pool
        self._key = key

    async def begin(self, kind: str, what: str, pace: Pace) -> None:
        """Count an attempt as failed, before it is known whether it is: many at once do not slip through.

        Raises:
            BlockedError: it is too early; nothing was counted.
        """
        wait: timedelta | None = await self._pool.fetchval(
            "SELECT access.attempt($1, $2, $3, $4, $5)",
            *(self._hash(kind, what), pace.free, pace.first, pace.longest, _FORGET),
        )
        if wait is not None:
            raise BlockedError(ceil(wait.total_seconds()))

    async def succeeded(self, kind: str, what: str, *, all_: bool) -> None:
        """Take back the last attempt, or all of them."""
        await self._pool.execute("SELECT access.forgive($1, $2)", self._hash(kind, what), all_)

    def _hash(self, kind: str, what: str) -> bytes:
        return hmac.digest(self._key, f"{kind}|{what}".encode(), hashlib.sha256)
