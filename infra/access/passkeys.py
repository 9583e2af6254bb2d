"""Passkeys (WebAuthn): what is kept of them, and the challenges that they sign."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from infra.access.sessions import AGENT_BYTES_MAX

VALID: Final = timedelta(minutes=5)
PASSKEYS_MAX: Final = 20
"""Of one account."""


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """The public half of a key, and whose it is."""

    account_id: UUID
    public_key: bytes
    sign_count: int
    """How often it has signed, as it said last; 0 where it does not count."""


class PasskeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey as its owner sees it."""

    credential_id: bytes
    agent: str
    """What the browser called itself when it was added."""
    created_at: datetime


class PasskeyKnownError(Exception):
    """The credential is kept already."""


class PasskeysFullError(Exception):
    """The account has as many passkeys as it may."""


class Passkeys:
    """Adds, finds, lists and removes passkeys; asks challenges, each once."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def ask(self, challenge: bytes, bound_to: str) -> None:
        """Remember a challenge, for some minutes and for one browser and purpose."""
        await self._pool.execute("SELECT access.new_challenge($1, $2)", _hash(challenge, bound_to), VALID)

    async def was_asked(self, challenge: bytes, bound_to: str) -> bool:
        """Whether a challenge was asked there and is not answered yet. It then is."""
        return bool(await self._pool.fetchval("SELECT access.use_challenge($1)", _hash(challenge, bound_to)))

    async def add(
        self, account_id: UUID, credential_id: bytes, public_key: bytes, sign_count: int, *, agent: str
    ) -> None:
        """Keep another passkey of an account.

        Raises:
            PasskeyKnownError: it is kept already, be it for somebody else.
            PasskeysFullError: there are 20.
        """
        if len(await self.list(account_id)) >= PASSKEYS_MAX:
            raise PasskeysFullError
        shown = agent.encode()[:AGENT_BYTES_MAX].decode(errors="ignore")
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute("SELECT access.enter($1)", account_id)
                await connection.execute(
                    "INSERT INTO access.passkey (account_id, credential_id, public_key, sign_count, agent)"
                    " VALUES ($1, $2, $3, $4, $5)",
                    *(account_id, credential_id, public_key, sign_count, shown),
                )
        except asyncpg.UniqueViolationError as error:
            raise PasskeyKnownError from error

    async def find(self, credential_id: bytes) -> Passkey | None:
        """The passkey of an id, or None."""
        row = await self._pool.fetchrow("SELECT * FROM access.find_passkey($1)", credential_id)
        return None if row is None else msgspec.convert(dict(row), Passkey)

    async def signed(self, account_id: UUID, credential_id: bytes, sign_count: int) -> bool:
        """Note how often a key has signed. False if somebody has noted as much: it is a copy, or a repetition."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT access.enter($1)", account_id)
            done = await connection.execute(
                "UPDATE access.passkey SET sign_count = $3 WHERE account_id = $1 AND credential_id = $2"
                " AND (sign_count < $3 OR $3 = 0 AND sign_count = 0)",
                *(account_id, credential_id, sign_count),
            )
        return bool(done == "UPDATE 1")

    async def list(self, account_id: UUID) -> list[PasskeyRow]:
        """Those of an account, the oldest first."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT access.enter($1)", account_id)
            rows = await connection.fetch(
                "SELECT credential_id, agent, created_at FROM access.passkey"
                " WHERE account_id = $1 ORDER BY created_at, credential_id",
                account_id,
            )
        return [msgspec.convert(dict(row), PasskeyRow) for row in rows]

    async def remove(self, account_id: UUID, credential_id: bytes) -> bool:
        """Forget a passkey of an account. False if it has none of this id."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT access.enter($1)", account_id)
            done = await connection.execute(
                "DELETE FROM access.passkey WHERE account_id = $1 AND credential_id = $2",
                *(account_id, credential_id),
            )
        return bool(done == "DELETE 1")


def _hash(challenge: bytes, bound_to: str) -> bytes:
    return hashlib.sha256(challenge + b"|" + bound_to.encode()).digest()
