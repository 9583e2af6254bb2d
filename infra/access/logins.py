"""Who an account is at a provider, and who was sent to one and is not back yet."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
import msgspec

from domain.ids import TenantId
from domain.values import Language
from infra.access.providers import Provider

VALID: Final = timedelta(minutes=10)
"""As long somebody may take at a provider."""
LinkedBy = Literal["address", "owner"]


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """A login of an account, as its owner sees it."""

    body_id: TenantId
    provider_id: UUID
    linked_by: LinkedBy
    linked_at: datetime


class LoginTakenError(Exception):
    """The login is another account's, or the account has another login of this provider."""


class Redirect(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who was sent to a provider."""

    body_id: TenantId
    provider_id: UUID
    language: Language
    next: str | None
    session_id: UUID | None
    """The session whose account gets the login; None: to sign in."""


class Logins:
    """Links, finds, lists and removes logins; remembers who was sent where, each once."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def sent(
        self,
        provider: Provider,
        state: str,
        browser: str,
        *,
        language: Language,
        next_: str | None,
        session_id: UUID | None,
    ) -> None:
        """Remember, for ten minutes, who was sent to a provider: by what only that browser shows."""
        await self._pool.execute(
            "SELECT access.new_redirect($1, $2, $3, $4, $5, $6, $7)",
            _hash(state, browser),
            provider.tenant_id,
            provider.provider_id,
            language,
            next_,
            session_id,
            VALID,
        )

    async def back(self, state: str, browser: str) -> Redirect | None:
        """Who was sent with this state from this browser and was not back yet: they are now. Else None."""
        row = await self._pool.fetchrow("SELECT * FROM access.use_redirect($1)", _hash(state, browser))
        return None if row is None else msgspec.convert(dict(row), Redirect)

    async def find(self, provider: Provider, subject: str) -> UUID | None:
        """The account whose login this is, or None."""
        found: UUID | None = await self._pool.fetchval(
            "SELECT access.find_login($1, $2, $3)", *(provider.tenant_id, provider.provider_id, subject)
        )
        return found

    async def link(self, account_id: UUID, provider: Provider, subject: str, by: LinkedBy) -> None:
        """Make a login an account's. Doing so again changes nothing.

        Raises:
            LoginTakenError: it is somebody else's, or the account has another one there.
        """
        async with self._pool.acquire() as connection:
            try:
                async with connection.transaction():
                    await connection.execute("SELECT access.enter($1)", account_id)
                    made = await connection.execute(
                        "INSERT INTO access.login (account_id, body_id, provider_id, subject, linked_by)"
                        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, body_id, provider_id) DO NOTHING",
                        *(account_id, provider.tenant_id, provider.provider_id, subject, by),
                    )
            except asyncpg.UniqueViolationError as error:
                raise LoginTakenError from error
        if made == "INSERT 0 0" and await self.find(provider, subject) != account_id:
            raise LoginTakenError

    async def list(self, account_id: UUID) -> list[Login]:
        """Those of an account, the oldest first."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT access.enter($1)", account_id)
            rows = await connection.fetch(
                "SELECT body_id, provider_id, linked_by, linked_at FROM access.login"
                " WHERE account_id = $1 ORDER BY linked_at, provider_id",
                account_id,
            )
        return [msgspec.convert(dict(row), Login) for row in rows]

    async def remove(self, account_id: UUID, provider_id: UUID) -> bool:
        """Remove a login of an account, and end the sessions that it opened. False if it has none there."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT access.enter($1)", account_id)
            done = await connection.execute(
                "DELETE FROM access.login WHERE account_id = $1 AND provider_id = $2", *(account_id, provider_id)
            )
        return bool(done == "DELETE 1")


def _hash(state: str, browser: str) -> bytes:
    return hashlib.sha256(f"{state}|{browser}".encode()).digest()
