"""People who sign in, and what they are in which body."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from domain.envelope import Role
from domain.ids import PersonId, TenantId
from domain.values import Language


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who signs in, with the hash of their password."""

    account_id: UUID
    email: str
    language: Language
    password_hash: str

    def __repr__(self) -> str:
        return f"Account({self.account_id})"


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """What an account is in a body."""

    tenant_id: TenantId
    membership_id: UUID
    role: Role
    person_id: PersonId
    """The pseudonym in the log of `tenant_id`."""
    since: datetime


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A member of a body, as those who look after it see them."""

    membership_id: UUID
    account_id: UUID
    email: str
    role: Role
    person_id: PersonId
    since: datetime


class Accounts:
    """Finds, lists and ends accounts and memberships. Both begin with an invitation."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def find(self, email: str) -> Account | None:
        """The account of an address; case is no difference."""
        row = await self._pool.fetchrow("SELECT * FROM access.find_account($1)", email)
        return None if row is None else msgspec.convert(dict(row), Account)

    async def memberships(self, account_id: UUID) -> list[Membership]:
        """What the account is in which bodies, the oldest first."""
        rows = await self._pool.fetch("SELECT * FROM access.memberships_of($1)", account_id)
        return [msgspec.convert(dict(row), Membership) for row in rows]

    async def members(self, tenant_id: TenantId) -> list[Member]:
        """Who is what in a body, the oldest first."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT log.enter($1)", tenant_id)
            rows = await connection.fetch("SELECT * FROM access.members_of($1)", tenant_id)
        return [msgspec.convert(dict(row), Member) for row in rows]

    async def set_password(self, account_id: UUID, password_hash: str) -> None:
        """Keep another password, or the same one in another form."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT access.enter($1)", account_id)
            await connection.execute(
                "UPDATE access.account SET password_hash = $2, password_set_at = clock_timestamp()"
                " WHERE account_id = $1",
                *(account_id, password_hash),
            )

    async def end_membership(self, tenant_id: TenantId, membership_id: UUID) -> bool:
        """End a membership now, for open sessions too. False if there is none of this id."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            done = await connection.execute(
                "DELETE FROM access.membership WHERE tenant_id = $1 AND membership_id = $2",
                *(tenant_id, membership_id),
            )
        return bool(done == "DELETE 1")

    async def close(self, account_id: UUID) -> bool:
        """Remove an account with its sessions and memberships. Its pseudonyms in logs stay. False if unknown."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT access.enter($1)", account_id)
            done = await connection.execute("DELETE FROM access.account WHERE account_id = $1", account_id)
        return bool(done == "DELETE 1")
