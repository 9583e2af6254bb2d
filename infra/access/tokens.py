"""Opaque tokens of 256 random bits. Only their SHA-256 is kept: who reads the table cannot act."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
import msgspec

from domain.envelope import Role
from domain.ids import COMMONS, PersonId, TenantId

PREFIX: Final = "ente_"
"""Lets scanners of leaked secrets recognise one."""
HASH_PREFIX_MIN: Final = 8
_BYTES = 32
CALENDAR: Final = "calendar"
"""The role of a token that reads the deadlines of a body as a calendar, and does nothing else."""
SERVICE: Final = "service"
ID_CHARACTERS: Final = 16
"""Of a token's hash: names it where tokens are listed."""
_FORM = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")

TokenScope = Literal["body", "instance"]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a machine's token is for."""

    reads: bool
    """Whether it reads what its role may."""
    commands: frozenset[str]
    """The orders that it gives."""
    audience: str
    """The host, with its port where it has one, at which it is shown."""


class Bearer(msgspec.Struct, frozen=True, kw_only=True):
    """On whose behalf a request comes."""

    tenant_id: TenantId
    """The body that the token acts for; the commons for an operator's."""
    scope: TokenScope
    role: Role
    person_id: PersonId
    """Its pseudonym in the log of `tenant_id`."""
    name: str
    account_id: UUID | None = None
    session_id: UUID | None = None
    """By which session of which account it comes; None: by a token."""
    limits: Limits | None = None
    """Of a machine's token. None: whatever the role may do."""


class TokenRow(msgspec.Struct, frozen=True, kw_only=True):
    """A token as an operator sees it."""

    id: str
    """The beginning of its hash: names it without giving it away."""
    name: str
    role: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    """To the minute; None: never, or only before that was noted."""


class ServiceTokenRow(TokenRow, frozen=True, kw_only=True):
    """A machine's token as those see it who look after the body."""

    reads: bool
    commands: list[str]
    audience: str
    issued_by: PersonId


class AmbiguousTokenError(LookupError):
    """The beginning of the hash is too short or fits several tokens."""


class Tokens:
    """Makes, finds, lists and revokes tokens."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def create(
        self,
        tenant_id: TenantId,
        role: Role,
        person_id: PersonId,
        name: str,
        *,
        expires_at: datetime | None = None,
    ) -> str:
        """A new token, shown this once. An operator's acts for the whole instance and belongs to the commons."""
        scope: TokenScope = "instance" if tenant_id == COMMONS and role == "operator" else "body"
        return await self._made(scope, role, tenant_id, person_id, name=name, expires_at=expires_at)

    async def create_calendar(
        self, tenant_id: TenantId, person_id: PersonId, name: str, *, expires_at: datetime | None = None
    ) -> str:
        """A new token that reads the calendar of a body alone: `find` does not know it. Shown this once."""
        return await self._made(CALENDAR, CALENDAR, tenant_id, person_id, name=name, expires_at=expires_at)

    async def create_service(
        self,
        tenant_id: TenantId,
        role: Role,
        person_id: PersonId,
        name: str,
        limits: Limits,
        *,
        issued_by: PersonId,
        valid: timedelta,
    ) -> str:
        """A new token for a machine, at most 31 days valid, shown this once."""
        token = PREFIX + secrets.token_urlsafe(_BYTES)
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            await connection.execute(
                "INSERT INTO access.token (token_hash, tenant_id, scope, role, person_id, name, reads, commands,"
                " audience, issued_by, expires_at)"
                " VALUES ($1, $2, 'service', $3, $4, $5, $6, $7, $8, $9, clock_timestamp() + $10::interval)",
                *(_hash(token), tenant_id, role, person_id, name, limits.reads, sorted(limits.commands)),
                *(limits.audience, issued_by, valid),
            )
        return token

    async def services(self, tenant_id: TenantId) -> list[ServiceTokenRow]:
        """The machines' tokens of a body, ended ones too, the newest first."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT log.enter($1)", tenant_id)
            rows = await connection.fetch(
                "SELECT encode(token_hash, 'hex') AS id, name, role, created_at, expires_at, revoked_at,"
                " last_used_at, reads, commands, audience, issued_by FROM access.token"
                " WHERE tenant_id = $1 AND scope = 'service' ORDER BY created_at DESC",
                tenant_id,
            )
        return [msgspec.convert({**row, "id": row["id"][:ID_CHARACTERS]}, ServiceTokenRow) for row in rows]

    async def service(self, tenant_id: TenantId, token: str) -> ServiceTokenRow:
        """A machine's token of a body, by its value. Raises StopIteration: it is none of this body."""
        id_ = _hash(token).hex()[:ID_CHARACTERS]
        return next(one for one in await self.services(tenant_id) if one.id == id_)

    async def revoke_service(self, tenant_id: TenantId, id_: str) -> bool:
        """End a machine's token now, by its id as it is listed. False if the body has no valid one of this id."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            done = await connection.execute(
                "UPDATE access.token SET revoked_at = clock_timestamp() WHERE tenant_id = $1 AND scope = 'service'"
                " AND revoked_at IS NULL AND left(encode(token_hash, 'hex'), $2) = $3",
                *(tenant_id, ID_CHARACTERS, id_),
            )
        return bool(done == "UPDATE 1")

    async def _made(
        self,
        scope: str,
        role: str,
        tenant_id: TenantId,
        person_id: PersonId,
        *,
        name: str,
        expires_at: datetime | None,
    ) -> str:
        token = PREFIX + secrets.token_urlsafe(_BYTES)
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            await connection.execute(
                "INSERT INTO access.token (token_hash, tenant_id, scope, role, person_id, name, expires_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                *(_hash(token), tenant_id, scope, role, person_id, name, expires_at),
            )
        return token

    async def find(self, token: str) -> Bearer | None:
        """Who a token stands for; None if it is unknown, expired or revoked. Asked anew for each request."""
        if not _FORM.fullmatch(token):
            return None
        row = await self._pool.fetchrow("SELECT * FROM access.use_token($1)", _hash(token))
        return None if row is None else _bearer(dict(row))

    async def find_calendar(self, token: str) -> TenantId | None:
        """The body whose calendar a token reads; None if it is unknown, expired, revoked or of another kind."""
        if not _FORM.fullmatch(token):
            return None
        found = await self._pool.fetchval("SELECT access.find_calendar_token($1)", _hash(token))
        return None if found is None else TenantId(found)

    async def list(self, tenant_id: TenantId) -> list[TokenRow]:
        """All tokens of a body, the newest first."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT log.enter($1)", tenant_id)
            rows = await connection.fetch(
                "SELECT encode(token_hash, 'hex') AS id, name, role, created_at, expires_at, revoked_at,"
                " last_used_at FROM access.token WHERE tenant_id = $1 ORDER BY created_at DESC",
                tenant_id,
            )
        return [msgspec.convert({**row, "id": row["id"][:ID_CHARACTERS]}, TokenRow) for row in rows]

    async def revoke(self, tenant_id: TenantId, id_: str) -> bool:
        """End a token now, by its value or the beginning of its hash. False if there is no such valid one.

        Raises:
            AmbiguousTokenError: several begin like this.
        """
        beginning = _hash(id_).hex() if _FORM.fullmatch(id_) else id_.lower()
        if len(beginning) < HASH_PREFIX_MIN:
            raise AmbiguousTokenError(f"give at least {HASH_PREFIX_MIN} characters of the token's id")
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            found: list[Any] = await connection.fetch(
                "UPDATE access.token SET revoked_at = clock_timestamp() WHERE tenant_id = $1"
                " AND revoked_at IS NULL AND starts_with(encode(token_hash, 'hex'), $2) RETURNING 1",
                *(tenant_id, beginning),
            )
            if len(found) > 1:
                raise AmbiguousTokenError(f"{len(found)} tokens begin with {beginning}")
        return bool(found)


def _bearer(row: dict[str, Any]) -> Bearer:
    limits = {name: row.pop(name) for name in ("reads", "commands", "audience")}
    if row["scope"] != SERVICE:
        return msgspec.convert(row, Bearer)
    return msgspec.convert({**row, "scope": "body", "limits": msgspec.convert(limits, Limits)}, Bearer)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
