"""Links by which people who forgot their password choose another. Each works once, and not for long."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from domain.values import Language
from infra.access.opaque import hash_of, is_opaque, new_opaque

VALID: Final = timedelta(hours=1)


class LinkOwner(msgspec.Struct, frozen=True, kw_only=True):
    """Whose password a link changes."""

    account_id: UUID
    email: str
    language: Language


class PasswordLinks:
    """Makes, finds and uses links."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def create(self, account_id: UUID) -> str:
        """A new link's secret, shown this once. The one before ends."""
        token = new_opaque()
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT access.enter($1)", account_id)
            # One at a time per account, or two that are asked for at once would both be made.
            await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 33))", str(account_id))
            await connection.execute("DELETE FROM access.password_link WHERE account_id = $1", account_id)
            await connection.execute(
                "INSERT INTO access.password_link (token_hash, account_id, expires_at)"
                " VALUES ($1, $2, clock_timestamp() + $3)",
                *(hash_of(token), account_id, VALID),
            )
        return token

    async def find(self, token: str) -> LinkOwner | None:
        """Whose password a link changes; None if it was used, has expired or never was."""
        if not is_opaque(token):
            return None
        row = await self._pool.fetchrow("SELECT * FROM access.find_password_link($1)", hash_of(token))
        return None if row is None else msgspec.convert(dict(row), LinkOwner)

    async def use(self, token: str, account_id: UUID, password_hash: str) -> bool:
        """Keep another password and end all sessions of the account. False if the link is used up by now."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT access.enter($1)", account_id)
            used = await connection.execute(
                "DELETE FROM access.password_link"
                " WHERE token_hash = $1 AND account_id = $2 AND expires_at > clock_timestamp()",
                *(hash_of(token), account_id),
            )
            if used != "DELETE 1":
                return False
            await connection.execute(
                "UPDATE access.account SET password_hash = $2, password_set_at = clock_timestamp()"
                " WHERE account_id = $1",
                *(account_id, password_hash),
            )
            await connection.execute("DELETE FROM access.session WHERE account_id = $1", account_id)
        return True
