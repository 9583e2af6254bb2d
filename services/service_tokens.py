"""Tokens of machines: who may issue which, and what each may do at which door."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

from domain.envelope import Role
from domain.ids import OrganisationId, PersonId, TenantId
from domain.stream import COMMANDS
from infra.access.tokens import Bearer, Limits
from services.authorisation import check_may_invite, check_organisation, check_role
from services.bootstrap import WriteSide
from services.commands import nearest_command
from services.identity.noting import note
from services.organisations import check_registered
from services.refusals import FieldsInvalidError
from services.refusals.orders import CommandUnknownError
from services.refusals.rights import ServiceTokensTooManyError, TokenAudienceError, TokenScopeError
from services.wordings import located

HOURS: Final = 24
HOURS_MAX: Final = 30 * 24
VALID_MAX: Final = 100
"""Of one body at once."""


async def issue(
    write: WriteSide,
    tenant_id: TenantId,
    name: str,
    role: Role,
    limits: Limits,
    *,
    by_role: Role,
    issued_by: PersonId,
    hours: int = HOURS,
    organisation_id: OrganisationId | None = None,
) -> str:
    """A new token for a machine, shown this once. It acts as a new person.

    Raises:
        RoleNotInvitedError: whoever issues it may not make anybody this here.
        OrganisationNeededError: the role goes with an organisation and none is named, or the other way round.
        StreamMissingError: none that is registered.
        FieldsInvalidError: it would be for nothing.
        CommandUnknownError, RoleNotAllowedError: a command is none, or none of the role's.
        ServiceTokensTooManyError: the body has as many as it may.
    """
    check_may_invite(by_role, role, tenant_id)
    check_organisation(role, organisation_id)
    await check_registered(write, organisation_id)
    if not (limits.reads or limits.commands):
        raise FieldsInvalidError((located("a token for nothing", "$.read"),))
    for command in sorted(limits.commands):
        if command not in COMMANDS:
            raise CommandUnknownError(command=command, nearest=nearest_command(command))
        check_role(role, command)
    now = datetime.now(UTC)
    listed = await write.tokens.services(tenant_id)
    if sum(one.revoked_at is None and one.expires_at is not None and one.expires_at > now for one in listed) >= (
        VALID_MAX
    ):
        raise ServiceTokensTooManyError(maximum=VALID_MAX)
    person_id = await write.vault.pseudonym(tenant_id, uuid4())
    if organisation_id is not None:
        await write.represented.keep(tenant_id, person_id, organisation_id)
    token = await write.tokens.create_service(
        tenant_id, role, person_id, name, limits, issued_by=issued_by, valid=timedelta(hours=hours)
    )
    await note(write.identity, "service_token_issued", tenant_id=tenant_id, role=role, issued_by=str(issued_by))
    return token


def audience_of(public_url: str) -> str:
    """The host at which tokens that are made here may be shown: those of a copy of the database are not these."""
    return urlsplit(public_url).netloc.lower()


def check_audience(bearer: Bearer, host: str) -> None:
    """Raises TokenAudienceError where a machine's token is shown at another host than that which it is for."""
    if bearer.limits is not None and bearer.limits.audience != host.lower():
        raise TokenAudienceError


def check_reads(bearer: Bearer) -> None:
    """Raises TokenScopeError where a machine's token is not for reading."""
    if bearer.limits is not None and not bearer.limits.reads:
        raise TokenScopeError(needed="read")


def check_commands(bearer: Bearer, commands: Collection[str]) -> None:
    """Raises TokenScopeError where a machine's token is not for one of these orders."""
    if bearer.limits is not None:
        for command in commands:
            if command not in bearer.limits.commands:
                raise TokenScopeError(needed=command)
