"""From an invitation to an account, or to one more membership."""

from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from domain.envelope import Role
from domain.ids import OrganisationId, PersonId, TenantId
from domain.mail import is_address
from domain.values import Language
from infra.access import invitations as kept
from infra.access.invitations import Invitation
from infra.access.passwords import CHARACTERS_MAX, CHARACTERS_MIN, PasswordsBusyError, weakness
from infra.access.represented import AnotherOrganisationError
from infra.access.sessions import Session
from services.authorisation import check_may_invite, check_organisation
from services.identity.noting import note
from services.identity.parts import Identity
from services.identity.refusals import (
    AccountExistsError,
    InvitationInvalidError,
    InvitedAnotherError,
    check_password_allowed,
)
from services.refusals import FieldsInvalidError
from services.refusals.orders import UnavailableError
from services.refusals.rights import OtherOrganisationError
from services.wordings import located

VALID_DAYS: Final = 7
VALID_DAYS_MAX: Final = 30


async def invite(
    identity: Identity,
    tenant_id: TenantId,
    email: str,
    role: Role,
    language: Language,
    *,
    by_role: Role,
    invited_by: PersonId,
    days: int = VALID_DAYS,
    organisation_id: OrganisationId | None = None,
) -> str:
    """Invite somebody to be something in a body; the secret of the link, which works once.

    Whether the organisation is registered, the caller has checked.

    Raises:
        RoleNotInvitedError: whoever invites may not invite to this role here.
        OrganisationNeededError: the role goes with an organisation and none is named, or the other way round.
        FieldsInvalidError: it is no mail address.
    """
    check_may_invite(by_role, role, tenant_id)
    check_organisation(role, organisation_id)
    if not is_address(email):
        raise FieldsInvalidError((located("no mail address", "$.email"),))
    token = await identity.invitations.create(
        tenant_id,
        email,
        role,
        language,
        invited_by=invited_by,
        valid=timedelta(days=days),
        organisation_id=organisation_id,
    )
    await note(identity, "invited", tenant_id=tenant_id, role=role, invited_by=str(invited_by))
    return token


async def invitation_of(identity: Identity, token: str) -> Invitation:
    """The open invitation of a link.

    Raises:
        InvitationInvalidError: there is none, or none any more.
    """
    found = await identity.invitations.find(token)
    if found is None:
        raise InvitationInvalidError
    return found


async def accept_as_new(identity: Identity, token: str, password: str) -> UUID:
    """Make the invited one's account with a password of theirs; its id.

    Raises:
        InvitationInvalidError, AccountExistsError: there is nothing to accept, or not like this.
        PasswordShortError, PasswordLongError, PasswordCommonError, PasswordOwnError: choose another.
    """
    invitation = await invitation_of(identity, token)
    if await identity.accounts.find(invitation.email) is not None:
        raise AccountExistsError
    check_password_allowed(weakness(password, invitation.email), minimum=CHARACTERS_MIN, maximum=CHARACTERS_MAX)
    account_id = uuid4()
    try:
        password_hash = await identity.passwords.hashed(password)
    except PasswordsBusyError as error:
        raise UnavailableError from error
    person_id = await identity.vault.pseudonym(invitation.tenant_id, account_id)
    try:
        await identity.invitations.accept_as_new(invitation, account_id, person_id, password_hash)
    except kept.InvitationInvalidError as error:
        raise InvitationInvalidError from error
    except kept.AccountExistsError as error:
        raise AccountExistsError from error
    await _note_accepted(identity, invitation, account_id)
    return account_id


async def accept_signed_in(identity: Identity, token: str, session: Session) -> Invitation:
    """Add the membership to the account that is signed in; what it is of.

    Raises:
        InvitationInvalidError: there is nothing to accept.
        InvitedAnotherError: the invitation is for another address.
        OtherOrganisationError: the account acts for another organisation there.
    """
    invitation = await invitation_of(identity, token)
    if invitation.email.lower() != session.email.lower():
        raise InvitedAnotherError
    person_id = await identity.vault.pseudonym(invitation.tenant_id, session.account_id)
    try:
        await identity.invitations.accept(invitation, session.account_id, person_id)
    except kept.InvitationInvalidError as error:
        raise InvitationInvalidError from error
    except AnotherOrganisationError as error:
        raise OtherOrganisationError from error
    await _note_accepted(identity, invitation, session.account_id)
    return invitation


async def _note_accepted(identity: Identity, invitation: Invitation, account_id: UUID) -> None:
    await note(
        identity,
        "invitation_accepted",
        tenant_id=invitation.tenant_id,
        account_id=account_id,
        role=invitation.role,
    )
