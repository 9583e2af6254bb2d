"""Links by which people come to have an account, or one more membership. Each works once and for some days."""

from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import asyncpg
import msgspec

from domain.envelope import Role
from domain.ids import OrganisationId, PersonId, TenantId
from domain.values import Language
from infra.access.opaque import hash_of, is_opaque, new_opaque
from infra.access.represented import keep_represented


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """To be what in which body, and who is meant."""

    tenant_id: TenantId
    invitation_id: UUID
    email: str
    role: Role
    language: Language
    expires_at: datetime


class OpenInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation that can be accepted, as those who look after the body see it."""

    invitation_id: UUID
    email: str
    role: Role
    language: Language
    organisation_id: OrganisationId | None
    """For which organisation of the commons they are to act; null: for none."""
    invited_by: PersonId
    invited_at: datetime
    expires_at: datetime


class InvitationInvalidError(LookupError):
    """It was accepted, withdrawn or has expired, or there never was one."""


class AccountExistsError(Exception):
    """The address has an account, so whoever accepts has to sign in to it first."""


class Invitations:
    """Makes, finds, withdraws and accepts invitations."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def create(
        self,
        tenant_id: TenantId,
        email: str,
        role: Role,
        language: Language,
        *,
        invited_by: PersonId,
        valid: timedelta,
        organisation_id: OrganisationId | None = None,
    ) -> str:
        """A new invitation's secret, shown this once. Earlier ones of the same address and role end."""
        token = new_opaque()
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            await connection.execute(
                "DELETE FROM access.invitation WHERE tenant_id = $1"
                " AND (expires_at < clock_timestamp() OR lower(email) = lower($2) AND role = $3)",
                *(tenant_id, email, role),
            )
            await connection.execute(
                "INSERT INTO access.invitation"
                " (tenant_id, invitation_id, token_hash, email, role, language, invited_by, expires_at,"
                " organisation_id) VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + $8, $9)",
                *(tenant_id, uuid4(), hash_of(token), email, role, language, invited_by, valid, organisation_id),
            )
        return token

    async def find(self, token: str) -> Invitation | None:
        """The open invitation of a link, or None."""
        if not is_opaque(token):
            return None
        row = await self._pool.fetchrow("SELECT * FROM access.find_invitation($1)", hash_of(token))
        return None if row is None else msgspec.convert(dict(row), Invitation)

    async def list(self, tenant_id: TenantId) -> list[OpenInvitation]:
        """Those of a body that can still be accepted, the oldest first."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("SELECT log.enter($1)", tenant_id)
            rows = await connection.fetch(
                "SELECT invitation_id, email, role, language, organisation_id, invited_by, invited_at, expires_at"
                " FROM access.invitation"
                " WHERE tenant_id = $1 AND expires_at > clock_timestamp()"
                " ORDER BY invited_at, invitation_id",
                tenant_id,
            )
        return [msgspec.convert(dict(row), OpenInvitation) for row in rows]

    async def withdraw(self, tenant_id: TenantId, invitation_id: UUID) -> bool:
        """End an invitation. False if there is none of this id."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT log.enter($1)", tenant_id)
            done = await connection.execute(
                "DELETE FROM access.invitation WHERE tenant_id = $1 AND invitation_id = $2",
                *(tenant_id, invitation_id),
            )
        return bool(done == "DELETE 1")

    async def accept_as_new(
        self, invitation: Invitation, account_id: UUID, person_id: PersonId, password_hash: str
    ) -> None:
        """Make the account and its first membership. All or nothing; of two at once, one succeeds.

        Raises:
            InvitationInvalidError: somebody was faster, or it is too late.
            AccountExistsError: the address has an account by now.
        """
        async with self._pool.acquire() as connection:
            try:
                async with connection.transaction():
                    organisation_id = await _use_up(connection, invitation)
                    await connection.execute("SELECT access.enter($1)", account_id)
                    await connection.execute(
                        "INSERT INTO access.account (account_id, email, language, password_hash)"
                        " VALUES ($1, $2, $3, $4)",
                        *(account_id, invitation.email, invitation.language, password_hash),
                    )
                    await _join(connection, invitation, account_id, person_id, organisation_id)
            except asyncpg.UniqueViolationError as error:
                raise AccountExistsError from error

    async def accept(self, invitation: Invitation, account_id: UUID, person_id: PersonId) -> None:
        """Add a membership to an account that there is. Whether it is the invited one's, the caller has checked.

        Raises:
            InvitationInvalidError: it was accepted already, or it is too late.
            AnotherOrganisationError: the account acts for another organisation there.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            organisation_id = await _use_up(connection, invitation)
            await _join(connection, invitation, account_id, person_id, organisation_id)


Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[Any]"


async def _use_up(connection: Connection, invitation: Invitation) -> OrganisationId | None:
    """For which organisation it is."""
    await connection.execute("SELECT log.enter($1)", invitation.tenant_id)
    used = await connection.fetchrow(
        "DELETE FROM access.invitation WHERE tenant_id = $1 AND invitation_id = $2"
        " AND expires_at > clock_timestamp() RETURNING organisation_id",
        *(invitation.tenant_id, invitation.invitation_id),
    )
    if used is None:
        raise InvitationInvalidError
    return None if used["organisation_id"] is None else OrganisationId(used["organisation_id"])


async def _join(
    connection: Connection,
    invitation: Invitation,
    account_id: UUID,
    person_id: PersonId,
    organisation_id: OrganisationId | None,
) -> None:
    if organisation_id is not None:
        await keep_represented(connection, invitation.tenant_id, person_id, organisation_id)
    await connection.execute(
        "INSERT INTO access.membership (tenant_id, membership_id, account_id, role, person_id)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, account_id, role) DO NOTHING",
        *(invitation.tenant_id, uuid4(), account_id, invitation.role, person_id),
    )
