"""Who is signed in. Sessions live on the server: what ends there is ended."""

from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID, uuid4

import asyncpg
import msgspec

from domain.envelope import Role
from domain.ids import PersonId, TenantId
from domain.values import Language
from infra.access.accounts import Membership
from infra.access.opaque import hash_of, is_opaque, new_opaque

Factor = Literal["password", "second"]
"""How far somebody has shown who they are."""
AGENT_BYTES_MAX: Final = 200


class Via(NamedTuple):
    """The provider that opened a session."""

    body_id: TenantId
    provider_id: UUID


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A valid session, and what it acts for as of this request."""

    session_id: UUID
    account_id: UUID
    email: str
    language: Language
    factor: Factor
    expires_at: datetime
    has_second: bool
    """Whether the account has a second factor."""
    via_body: TenantId | None
    """By whose provider it was opened: it acts for that body alone. None: by means of the account's own."""
    via_provider: UUID | None
    tenant_id: TenantId | None
    membership_id: UUID | None
    role: Role | None
    """None, as the other three: no membership is chosen, or it has ended."""
    person_id: PersonId | None

    @property
    def via(self) -> Via | None:
        """The provider that opened it."""
        if self.via_body is None or self.via_provider is None:
            return None
        return Via(self.via_body, self.via_provider)


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A session as its owner sees it."""

    session_id: UUID
    factor: Factor
    agent: str
    """What the browser called itself at sign-in."""
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class Sessions:
    """Begins, finds, lists and ends sessions."""

    def __init__(self, pool: "asyncpg.Pool[Any]", *, idle: timedelta, longest: timedelta) -> None:
        self._pool = pool
        self._idle = idle
        self._longest = longest

    async def begin(
        self,
        account_id: UUID,
        factor: Factor,
        membership: Membership | None,
        *,
        agent: str,
        instead_of: str | None,
        via: Via | None = None,
        id_token: bytes | None = None,
    ) -> str:
        """A new session's secret, never one that was known before: `instead_of` is ended, whoever's it was.

        `via` names the provider at which the account has the login that opens the session, and `id_token`, sealed,
        by what it knows that; a session that goes on in this one leaves its own.
        """
        token = new_opaque()
        if instead_of is not None:
            before = await self.find(instead_of)
            if before is not None and id_token is None and via is not None:
                id_token = (
                    await self.id_token(before) if (before.account_id, before.via) == (account_id, via) else None
                )
            await self.end_by_token(instead_of)
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT access.enter($1)", account_id)
            await connection.execute(
                "DELETE FROM access.session WHERE account_id = $1"
                " AND (expires_at < clock_timestamp() OR seen_at < clock_timestamp() - $2::interval)",
                *(account_id, self._idle),
            )
            await connection.execute(
                "INSERT INTO access.session"
                " (session_hash, session_id, account_id, body_id, membership_id, factor, agent, expires_at,"
                " via_body, via_provider, id_token)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + $8, $9, $10, $11)",
                hash_of(token),
                uuid4(),
                account_id,
                None if membership is None else membership.tenant_id,
                None if membership is None else membership.membership_id,
                factor,
                agent.encode()[:AGENT_BYTES_MAX].decode(errors="ignore"),
                self._longest,
                None if via is None else via.body_id,
                None if via is None else via.provider_id,
                id_token,
            )
        return token

    async def find(self, token: str) -> Session | None:
        """The session of a cookie; None if it is unknown, ended or too long unused. Asked for each request."""
        if not is_opaque(token):
            return None
        row = await self._pool.fetchrow("SELECT * FROM access.use_session($1, $2)", hash_of(token), self._idle)
        return None if row is None else msgspec.convert(dict(row), Session)

    async def id_token(self, session: Session) -> bytes | None:
        """By what the provider that opened it knows the sign-in, sealed; None where there is nothing."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT access.enter($1)", session.account_id)
            found: bytes | None = await connection.fetchval(
                "SELECT id_token FROM access.session WHERE account_id = $1 AND session_id = $2",
                *(session.account_id, session.session_id),
            )
        return found

    async def act_for(self, session: Session, membership: Membership) -> None:
        """Let a session act for another of its account's memberships."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT access.enter($1)", session.account_id)
            await connection.execute(
                "UPDATE access.session SET body_id = $3, membership_id = $4"
                " WHERE account_id = $1 AND session_id = $2",
                *(session.account_id, session.session_id, membership.tenant_id, membership.membership_id),
            )

    async def list(self, account_id: UUID) -> list[SessionRow]:
        """Those of an account that are valid, the newest first."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT access.enter($1)", account_id)
            rows = await connection.fetch(
                "SELECT session_id, factor, agent, created_at, seen_at, expires_at FROM access.session"
                " WHERE account_id = $1 AND expires_at > clock_timestamp()"
                " AND seen_at > clock_timestamp() - $2::interval ORDER BY created_at DESC, session_id",
                *(account_id, self._idle),
            )
        return [msgspec.convert(dict(row), SessionRow) for row in rows]

    async def age(self, account_id: UUID, session_id: UUID) -> timedelta | None:
        """How long ago a session began: by the database's clock, as it was written. None: it has ended."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT access.enter($1)", account_id)
            age: timedelta | None = await connection.fetchval(
                "SELECT clock_timestamp() - created_at FROM access.session"
                " WHERE account_id = $1 AND session_id = $2",
                *(account_id, session_id),
            )
        return age

    async def end(self, account_id: UUID, session_id: UUID) -> bool:
        """End a session of an account now. False if the account has none of this id."""
        return await self._ended(account_id, "session_id = $2", session_id) == 1

    async def end_others(self, account_id: UUID, session_id: UUID) -> int:
        """End all sessions of an account but this one; how many there were."""
        return await self._ended(account_id, "session_id <> $2", session_id)

    async def end_by_token(self, token: str) -> None:
        """End the session of a cookie, if there is one."""
        session = await self.find(token)
        if session is not None:
            await self.end(session.account_id, session.session_id)

    async def _ended(self, account_id: UUID, which: str, session_id: UUID) -> int:
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT access.enter($1)", account_id)
            done = await connection.execute(
                f"DELETE FROM access.session WHERE account_id = $1 AND {which}",  # noqa: S608 - two constants
                *(account_id, session_id),
            )
        return int(done.removeprefix("DELETE "))
