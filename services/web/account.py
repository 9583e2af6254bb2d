"""The pages of an account: accepting an invitation, whom one acts for, where one is signed in, signing out."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from webauthn.helpers import bytes_to_base64url

from domain.errors import Refusal
from domain.ids import TenantId
from domain.values import Language
from infra.access.accounts import Membership
from infra.access.sessions import Session
from services.identity.acting import missing
from services.identity.confirming import is_confirmed
from services.identity.inviting import accept_as_new, accept_signed_in, invitation_of
from services.identity.noting import note
from services.identity.refusals import (
    AccountExistsError,
    PasswordCommonError,
    PasswordLongError,
    PasswordOwnError,
    PasswordsDifferError,
    PasswordShortError,
)
from services.web.messages import other
from services.web.own_data import contacts
from services.web.places import place, routes
from services.web.signing_in import begun, onwards
from services.web.visiting import Visit, led_to, shown, submission_of, visit_of

_SHOWN_IN: Final = ZoneInfo("America/Toronto")
_CHOOSE_ANOTHER: Final = (
    *(PasswordShortError, PasswordLongError, PasswordCommonError, PasswordOwnError),
    PasswordsDifferError,
)
_EVENTS_SHOWN: Final = 20
AnyRequest = Request[Any, Any, Any]


def account_routes() -> list[HTTPRouteHandler]:
    """The handlers; they find the write side in the application's state."""
    return [show_invitation, take_invitation, show_account, end_session, act_for]


@get(routes("invitation"))
async def show_invitation(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Say to what somebody is invited, and ask for a password or for an account's sign-in."""
    return await _invitation_page(await visit_of(request), token)


@post(routes("invitation"), status_code=200)
async def take_invitation(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Make the account and sign in, or add the membership to the account that is signed in."""
    visit = await submission_of(request)
    if visit.session is not None and missing(visit.session) is None and "password" not in visit.fields:
        await accept_signed_in(visit.identity, token, visit.session)
        return led_to(visit, place("account", visit.language))
    password = visit.fields.get("password", "")
    try:
        if password != visit.fields.get("again", ""):
            raise PasswordsDifferError
        account_id = await accept_as_new(visit.identity, token, password)
    except _CHOOSE_ANOTHER as refusal:
        return await _invitation_page(visit, token, refusal)
    except AccountExistsError:
        return led_to(visit, place("invitation", visit.language, token=token))
    memberships = await visit.identity.accounts.memberships(account_id)
    secret = await visit.identity.sessions.begin(
        account_id, "password", memberships[0], agent=visit.agent, instead_of=visit.secret
    )
    return await begun(visit, secret)


@get(routes("account"))
async def show_account(request: AnyRequest) -> Response[Any]:
    """Memberships, second factor and sessions of whoever is signed in."""
    visit = await visit_of(request)
    session = visit.session
    if session is None:
        return led_to(
            visit, place("sign_in", visit.language, next_=visit.next), signed_out=visit.secret is not None
        )
    if missing(session) is not None:
        return led_to(visit, onwards(visit, session))
    memberships = await _memberships(visit, session)
    names = {one.tenant_id: await visit.write.bodies.name(one.tenant_id, visit.language) for one in memberships}
    sessions = await visit.identity.sessions.list(session.account_id)
    left = await visit.identity.factors.recovery_left(session.account_id)
    return shown(
        visit,
        "account.html",
        place("account", other(visit.language)),
        session=session,
        memberships=[(one, names[one.tenant_id]) for one in memberships],
        sessions=[(one, instant(one.created_at, visit.language)) for one in sessions],
        recovery_left=left,
        passkeys=[
            (bytes_to_base64url(one.credential_id), one.agent, instant(one.created_at, visit.language))
            for one in await visit.identity.passkeys.list(session.account_id)
        ],
        events=[
            (one, instant(one.at, visit.language))
            for one in await visit.identity.security.of_account(session.account_id, _EVENTS_SHOWN)
        ],
        contacts=await contacts(visit, session),
        confirmed=await is_confirmed(visit.identity, session.account_id, session.session_id),
        passkey={"kind": "create", "options": "passkey_new_options", "answer": "passkey_new"},
        **await _logins(visit, session, set(names)),
    )


async def _logins(visit: Visit, session: Session, bodies: Collection[TenantId]) -> dict[str, Any]:
    """Which providers there are for this account: linked ones, those that can be, and the one that opened this."""
    listed = {one.provider_id: one for one in await visit.identity.providers.listed()}
    logins = await visit.identity.logins.list(session.account_id)
    linked = {one.provider_id for one in logins}
    return {
        "via": None
        if session.via is None
        else next((one for one in listed.values() if one.provider_id == session.via_provider), None),
        "logins": [
            (listed[one.provider_id], instant(one.linked_at, visit.language))
            for one in logins
            if one.provider_id in listed
        ],
        "linkable": [one for one in listed.values() if one.tenant_id in bodies and one.provider_id not in linked],
    }


async def _memberships(visit: Visit, session: Session) -> list[Membership]:
    """For which a session may act: a provider vouches for its own body and shows no other."""
    memberships = await visit.identity.accounts.memberships(session.account_id)
    return [one for one in memberships if session.via is None or session.via.body_id == one.tenant_id]


@post(routes("end_session"), status_code=200)
async def end_session(request: AnyRequest) -> Response[Any]:
    """End one session of one's own, or all but this one."""
    visit = await submission_of(request)
    session = visit.session
    if session is not None and missing(session) is None:
        given = visit.fields.get("session", "")
        ended = 0
        if given == "others":
            ended = await visit.identity.sessions.end_others(session.account_id, session.session_id)
        elif (session_id := _uuid(given)) is not None:
            ended = int(await visit.identity.sessions.end(session.account_id, session_id))
        for _ in range(ended):
            await note(visit.identity, "session_ended", account_id=session.account_id)
    return led_to(visit, place("account", visit.language))


@post(routes("act_for"), status_code=200)
async def act_for(request: AnyRequest) -> Response[Any]:
    """Act for another of one's own memberships."""
    visit = await submission_of(request)
    session = visit.session
    if session is not None and missing(session) is None:
        memberships = await _memberships(visit, session)
        wanted = _uuid(visit.fields.get("membership", ""))
        chosen = next((one for one in memberships if one.membership_id == wanted), None)
        if chosen is not None:
            await visit.identity.sessions.act_for(session, chosen)
    return led_to(visit, place("account", visit.language))


async def _invitation_page(visit: Visit, token: str, refusal: Refusal | None = None) -> Response[Any]:
    invitation = await invitation_of(visit.identity, token)
    known = await visit.identity.accounts.find(invitation.email)
    session = visit.session
    signed_in = session is not None and missing(session) is None
    mine = session is not None and signed_in and session.email.lower() == invitation.email.lower()
    return shown(
        visit,
        "invitation.html",
        place("invitation", other(visit.language), token=token),
        refusal=refusal,
        invitation=invitation,
        body_name=await visit.write.bodies.name(invitation.tenant_id, visit.language),
        until=instant(invitation.expires_at, visit.language),
        here=place("invitation", visit.language, token=token),
        step="accept" if mine else "sign_in" if known is not None else "choose",
    )


def instant(moment: datetime, language: Language) -> str:
    """A moment as people read it."""
    return format_datetime(moment.astimezone(_SHOWN_IN), "medium", locale=f"{language}_CA")


def _uuid(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None
