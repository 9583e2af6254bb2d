"""How much may be asked for in a minute, by whom: counted for all processes together, and cheap for each.

A process takes a part of an allowance from the shared store at a time and uses it up by itself, so that most
requests cost no round trip. All processes together never give more than the allowance; what one holds and does not
use, another cannot give in that minute.
"""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any, Final

import asyncpg
import structlog

PERIOD: Final = timedelta(minutes=1)
_PARTS: Final = 20
"""Into so many an allowance is divided. Larger parts ask the store less often, smaller ones leave less unused."""
_KEPT_MAX: Final = 20_000
_OPERATIONAL: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RateSettings:
    """What is allowed in a minute; 0: as much as comes."""

    per_address: int = 3_000
    """Requests from a network address: a whole office may come from one."""
    per_account: int = 1_200
    """Requests of a person who is signed in, or of a token."""
    per_body: int = 6_000
    """Requests of all members and tokens of a body."""
    cost: int = 1_000_000
    """Objects that a reader's GraphQL operations may ask for, as `extensions.cost` counts them."""


UNLIMITED: Final = RateSettings(0, 0, 0, 0)


@dataclass(slots=True)
class _Part:
    """What this process has of an allowance."""

    lock: asyncio.Lock
    left: int = 0
    until: float = 0.0
    exhausted: bool = False
    """The store has no more of it until then."""
    allowed: int = 0
    """The allowance that this is a part of: it may be raised meanwhile."""
    told: bool = False


@dataclass(frozen=True, slots=True)
class Exceeded:
    """There is nothing left."""

    seconds: int
    """After which there is again."""
    first: bool
    """Whether this process says so for the first time in this minute."""


class Rates:
    """Allowances by a keyed hash of whose they are, so that the table tells nobody who asks."""

    def __init__(
        self,
        pool: "asyncpg.Pool[Any]",
        key: bytes,
        settings: RateSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self._pool = pool
        self._key = key
        self._clock = clock
        self._parts: dict[tuple[str, str], _Part] = {}

    async def take(
        self,
        kind: str,
        whose: str,
        allowed: int,
        amount: int = 1,
        *,
        period: timedelta | None = None,
        parts: int = _PARTS,
    ) -> Exceeded | None:
        """Use some of an allowance; None: it was there. Asks the store once in each part of the allowance.

        Where the store cannot be asked, this process gives the allowance by itself for a minute: neither is nobody
        served, nor everybody without end.
        """
        if not allowed:
            return None
        part = self._parts.get((kind, whose))
        if part is None:
            self._make_room()
            part = self._parts[kind, whose] = _Part(asyncio.Lock())
        if self._use(part, amount):
            return None
        if not (part.exhausted and part.allowed == allowed and part.until > self._clock()):
            async with part.lock:  # of many at once, one asks the store
                if not self._use(part, amount):
                    wanted = max(allowed // parts, amount - part.left, 1)
                    await self._renew(part, self._hash(kind, whose), allowed, wanted, period or PERIOD)
                    if self._use(part, amount):
                        return None
                else:
                    return None
        first, part.told = not part.told, True
        return Exceeded(max(ceil(part.until - self._clock()), 1), first)

    def give_back(self, kind: str, whose: str, amount: int) -> None:
        """Let this process use again what it took and did not need."""
        part = self._parts.get((kind, whose))
        if part is not None and part.until > self._clock():
            part.left += amount

    def _use(self, part: _Part, amount: int) -> bool:
        if part.left < amount or part.until <= self._clock():
            return False
        part.left -= amount
        return True

    async def _renew(self, part: _Part, key: bytes, allowed: int, wanted: int, period: timedelta) -> None:
        if part.until <= self._clock():
            part.left, part.exhausted, part.told = 0, False, False
        elif part.exhausted and part.allowed == allowed:
            return
        part.allowed, part.exhausted = allowed, False
        try:
            row = await self._pool.fetchrow(
                "SELECT given, remaining FROM access.take($1, $2, $3, $4)",
                *(key, period, wanted, allowed),
            )
        except _OPERATIONAL as error:
            _log.warning("rates.store_failed", error=type(error).__name__)
            part.left, part.until = allowed, self._clock() + min(period, PERIOD).total_seconds()
            part.exhausted = True
            return
        assert row is not None
        part.left += row["given"]
        part.until = self._clock() + row["remaining"].total_seconds()
        part.exhausted = row["given"] < wanted

    def _hash(self, kind: str, whose: str) -> bytes:
        return hmac.digest(self._key, f"{kind}|{whose}".encode(), hashlib.sha256)

    def _make_room(self) -> None:
        """Forget parts whose minute is over, and all where that is not enough: what they had is then lost."""
        if len(self._parts) < _KEPT_MAX:
            return
        now = self._clock()
        self._parts = {name: part for name, part in self._parts.items() if part.until > now or part.lock.locked()}
        if len(self._parts) >= _KEPT_MAX:
            self._parts = {name: part for name, part in self._parts.items() if part.lock.locked()}
