"""Who is a member of a body and who is invited, over HTTP: for its coordinators, outside every log."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from domain.envelope import Role
from domain.ids import OrganisationId, PersonId
from domain.mail import MailRefusedError, MailUnavailableError
from domain.values import Language
from infra.access.invitations import OpenInvitation
from infra.settings import Settings
from services.api.admitting import admitted
from services.api.routes import actor_of, json_body
from services.authorisation import check_may_invite
from services.bootstrap import WriteSide, mailer_of
from services.decoding import convert, parse_json
from services.identity.inviting import VALID_DAYS, invite
from services.identity.letter import invitation_letter
from services.identity.noting import note
from services.identity.refusals import (
    InvitationsTooManyError,
    InvitationUnknownError,
    MailAbsentError,
    MailNotTakenError,
    MemberUnknownError,
)
from services.organisations import check_registered
from services.refusals.orders import UnavailableError
from services.web.places import place

INVITATIONS_PATH: Final = "/api/v1/partnerships/{slug:str}/invitations"
INVITATION_PATH: Final = "/api/v1/partnerships/{slug:str}/invitations/{invitation_id:str}"
MEMBERS_PATH: Final = "/api/v1/partnerships/{slug:str}/members"
MEMBER_PATH: Final = "/api/v1/partnerships/{slug:str}/members/{membership_id:str}"
INVITATIONS_MAX: Final = 200
"""Open at once in one body: who has to ask more people waits for answers."""

AnyRequest = Request[Any, Any, Any]


class NewInvitation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody to be invited; the link goes to the address and is shown nowhere else."""

    email: str
    role: Role
    language: Language
    organisation_id: OrganisationId | None = None
    """For which organisation of the commons a partner's reporter is to act; of other roles null."""


class InvitationList(msgspec.Struct, frozen=True, kw_only=True):
    """Who is invited and has not answered yet, the oldest first."""

    invitations: list[OpenInvitation]


class ShownMember(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the body. Nothing here is the same in another body but the mail address."""

    membership_id: UUID
    email: str
    role: Role
    person_id: PersonId
    since: datetime


class MemberList(msgspec.Struct, frozen=True, kw_only=True):
    """Who is a member of the body, the oldest first."""

    members: list[ShownMember]


def people_routes(settings: Settings) -> list[HTTPRouteHandler]:
    """The handlers; they find the write side in the application's state."""
    mailer = None if settings.mail is None else mailer_of(settings.mail)

    @post(INVITATIONS_PATH, status_code=201)
    async def invite_person(request: AnyRequest) -> Response[bytes]:
        write, (bearer, tenant_id) = _write(request), admitted(request)
        new = convert(parse_json(await json_body(request)), NewInvitation, "$")
        if mailer is None:
            raise MailAbsentError
        if len(await write.identity.invitations.list(tenant_id)) >= INVITATIONS_MAX:
            raise InvitationsTooManyError(maximum=INVITATIONS_MAX)
        await check_registered(write, new.organisation_id)
        actor = await actor_of(write, bearer, tenant_id)
        token = await invite(
            write.identity,
            tenant_id,
            new.email,
            new.role,
            new.language,
            by_role=bearer.role,
            invited_by=actor.id,
            days=VALID_DAYS,
            organisation_id=new.organisation_id,
        )
        made = await write.identity.invitations.find(token)
        assert made is not None
        letter = invitation_letter(
            new.email,
            new.language,
            body=await write.bodies.name(tenant_id, new.language),
            role=new.role,
            until=made.expires_at,
            link=settings.reminders.public_url + place("invitation", new.language, token=token),
        )
        try:
            await mailer.send(letter)
        except (MailRefusedError, MailUnavailableError) as error:
            # What did not leave the house invites nobody.
            await write.identity.invitations.withdraw(tenant_id, made.invitation_id)
            if isinstance(error, MailRefusedError):
                raise MailNotTakenError from error
            raise UnavailableError from error
        listed = await write.identity.invitations.list(tenant_id)
        return _answered(next(one for one in listed if one.invitation_id == made.invitation_id), 201)

    return [invite_person, list_invitations, withdraw_invitation, list_members, end_membership]


@get(INVITATIONS_PATH)
async def list_invitations(request: AnyRequest) -> Response[bytes]:
    """Who is invited."""
    write, tenant_id = _write(request), admitted(request).tenant_id
    return _answered(InvitationList(invitations=await write.identity.invitations.list(tenant_id)), 200)


@delete(INVITATION_PATH, status_code=204)
async def withdraw_invitation(request: AnyRequest, invitation_id: FromPath[str]) -> None:
    """Take an invitation back."""
    write, tenant_id = _write(request), admitted(request).tenant_id
    id_ = _uuid(invitation_id)
    if id_ is None or not await write.identity.invitations.withdraw(tenant_id, id_):
        raise InvitationUnknownError
    await note(write.identity, "invitation_withdrawn", tenant_id=tenant_id)


@get(MEMBERS_PATH)
async def list_members(request: AnyRequest) -> Response[bytes]:
    """Who is a member."""
    write, tenant_id = _write(request), admitted(request).tenant_id
    members = await write.identity.accounts.members(tenant_id)
    shown = [msgspec.convert(one, ShownMember, from_attributes=True) for one in members]
    return _answered(MemberList(members=shown), 200)


@delete(MEMBER_PATH, status_code=204)
async def end_membership(request: AnyRequest, membership_id: FromPath[str]) -> None:
    """End a membership at once. Whoever may invite to a role may end it, and nobody else."""
    write, (bearer, tenant_id) = _write(request), admitted(request)
    id_ = _uuid(membership_id)
    members = await write.identity.accounts.members(tenant_id)
    member = next((one for one in members if one.membership_id == id_), None)
    if member is None:
        raise MemberUnknownError
    check_may_invite(bearer.role, member.role, tenant_id)
    await write.identity.accounts.end_membership(tenant_id, member.membership_id)
    await note(
        write.identity, "membership_ended", account_id=member.account_id, tenant_id=tenant_id, role=member.role
    )


def _write(request: AnyRequest) -> WriteSide:
    write: WriteSide = request.app.state.write
    return write


def _uuid(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None


def _answered(answer: OpenInvitation | InvitationList | MemberList, status: int) -> Response[bytes]:
    return Response(
        msgspec.json.encode(answer),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
