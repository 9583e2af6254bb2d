"""Whom a body writes to. Outside every log: what is removed here is gone."""

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from domain.ids import PersonId, TenantId
from domain.mail import Purpose
from domain.values import Language

ADDRESSES_MAX: Final = 50
"""Of one body: more is a mailing list, which is not kept here."""
_LIST: Final = (
    "SELECT address_id, email, language, purpose, added_by, added_at, refused_at FROM pii.address"
    " WHERE tenant_id = $1 ORDER BY added_at, address_id"
)
_ADD: Final = (
    "INSERT INTO pii.address (tenant_id, address_id, email, language, purpose, added_by)"
    " VALUES ($1, $2, $3, $4, $5, $6) RETURNING added_at"
)


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """An address to which a body has mail sent."""

    address_id: UUID
    email: str
    language: Language
    """In which it is written to."""
    purpose: Purpose
    added_by: PersonId
    added_at: datetime
    refused_at: datetime | None
    """When the mail server last refused the address for good; null where it did not, or takes it again."""


class Added(NamedTuple):
    """An address that stands on the list, and whether it came there by this call."""

    address: Address
    new: bool


class AddressListedError(Exception):
    """The address is on the list already, under another id."""


class AddressIdUsedError(Exception):
    """The id stands for another address, language or purpose."""


class AddressesFullError(Exception):
    """The body has as many addresses as it may."""


class Addresses:
    """Lists, adds and removes addresses."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def bodies_with(self, email: str) -> list[TenantId]:
        """The bodies that write to an address; case is no difference."""
        rows = await self._pool.fetch("SELECT tenant_id FROM pii.lists_with($1)", email)
        return [TenantId(row[0]) for row in rows]

    async def list(self, tenant_id: TenantId) -> list[Address]:
        """All of a body, the oldest first."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            return await _listed(connection, tenant_id)

    async def add(
        self,
        tenant_id: TenantId,
        address_id: UUID,
        email: str,
        language: Language,
        *,
        purpose: Purpose = "reminders",
        added_by: PersonId,
    ) -> Added:
        """Put an address on the list; the same id with the same address again changes nothing.

        Raises:
            AddressListedError: the address is listed under another id; case is no difference.
            AddressIdUsedError: the id is taken by something else.
            AddressesFullError: 50 are listed.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            # One at a time per body, or two that count at once would both find room.
            await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 10))", str(tenant_id))
            listed = await _listed(connection, tenant_id)
            for one in listed:
                if one.address_id == address_id:
                    if (one.email, one.language, one.purpose) != (email, language, purpose):
                        raise AddressIdUsedError
                    return Added(one, new=False)
                if (one.email.lower(), one.purpose) == (email.lower(), purpose):
                    raise AddressListedError
            if len(listed) >= ADDRESSES_MAX:
                raise AddressesFullError
            added_at = await connection.fetchval(
                _ADD, *(tenant_id, address_id, email, language, purpose, added_by)
            )
        address = Address(
            address_id=address_id,
            email=email,
            language=language,
            purpose=purpose,
            added_by=added_by,
            added_at=added_at,
            refused_at=None,
        )
        return Added(address, new=True)

    async def remove(self, tenant_id: TenantId, address_id: UUID) -> bool:
        """Remove an address with all that was kept of it. False if there is none of this id."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            done = await connection.execute(
                "DELETE FROM pii.address WHERE tenant_id = $1 AND address_id = $2", tenant_id, address_id
            )
        return bool(done == "DELETE 1")

    async def forget(self, email: str) -> int:
        """Remove an address from the lists and invitations of every body; how many there were."""
        return int(await self._pool.fetchval("SELECT pii.forget_address($1)", email))


async def _listed(connection: "asyncpg.pool.PoolConnectionProxy[Any]", tenant_id: TenantId) -> list[Address]:
    await connection.execute("SELECT log.enter($1)", tenant_id)
    return [msgspec.convert(dict(row), Address) for row in await connection.fetch(_LIST, tenant_id)]
