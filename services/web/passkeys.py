"""What the pages' script exchanges with us about passkeys, and the form that forgets one."""

from typing import Any

import msgspec
from litestar import MediaType, Request, Response, post
from litestar.handlers import HTTPRouteHandler
from webauthn.helpers import base64url_to_bytes

from infra.access.sessions import Session
from services.identity.acting import missing
from services.identity.confirming import check_session_confirmed
from services.identity.noting import note
from services.identity.passkeys import added, asked_to_add, asked_to_sign_in, signed_in
from services.identity.refusals import SessionEndedError
from services.identity.signing_in import check_own_means
from services.web.places import place, routes
from services.web.signing_in import onwards
from services.web.visiting import Visit, led_to, message_of, session_cookie_of, site_of, submission_of

AnyRequest = Request[Any, Any, Any]


def passkey_routes() -> list[HTTPRouteHandler]:
    """The handlers; they find the write side in the application's state."""
    return [ask_to_sign_in, sign_in, ask_to_add, add, forget]


@post(routes("passkey_options"), status_code=200)
async def ask_to_sign_in(request: AnyRequest) -> Response[str]:
    """What to sign."""
    visit, _ = await message_of(request)
    return _json(await asked_to_sign_in(visit.identity, site_of(visit), address=visit.address))


@post(routes("passkey"), status_code=200)
async def sign_in(request: AnyRequest) -> Response[str]:
    """Begin a session by what was signed; the answer says where to go on."""
    visit, answer = await message_of(request)
    secret = await signed_in(
        visit.identity,
        site_of(visit),
        answer,
        address=visit.address,
        agent=visit.agent,
        instead_of=visit.secret,
    )
    session = await visit.identity.sessions.find(secret)
    assert session is not None
    done = _done(onwards(visit, session))
    done.set_cookie(session_cookie_of(visit, secret))
    return done


@post(routes("passkey_new_options"), status_code=200)
async def ask_to_add(request: AnyRequest) -> Response[str]:
    """What to make a key for."""
    visit, _ = await message_of(request)
    if visit.session is None or missing(visit.session) is not None:
        raise SessionEndedError
    check_own_means(visit.session)
    await _check_confirmed(visit, visit.session, "AddPasskey")
    return _json(await asked_to_add(visit.identity, visit.session, site_of(visit)))


@post(routes("passkey_new"), status_code=200)
async def add(request: AnyRequest) -> Response[str]:
    """Keep the key that was made."""
    visit, answer = await message_of(request)
    if visit.session is None or missing(visit.session) is not None:
        raise SessionEndedError
    check_own_means(visit.session)
    await _check_confirmed(visit, visit.session, "AddPasskey")
    await added(visit.identity, visit.session, site_of(visit), answer, agent=visit.agent)
    return _done(place("account", visit.language))


@post(routes("passkey_end"), status_code=200)
async def forget(request: AnyRequest) -> Response[bytes]:
    """Forget one of one's own."""
    visit = await submission_of(request)
    if visit.session is not None and missing(visit.session) is None:
        check_own_means(visit.session)
        credential_id = _credential(visit)
        if credential_id is not None:
            await _check_confirmed(visit, visit.session, "RemovePasskey")
            await visit.identity.passkeys.remove(visit.session.account_id, credential_id)
            await note(visit.identity, "passkey_removed", account_id=visit.session.account_id)
    return led_to(visit, place("account", visit.language))


async def _check_confirmed(visit: Visit, session: Session, act: str) -> None:
    await check_session_confirmed(visit.identity, session.account_id, session.session_id, act)


def _credential(visit: Visit) -> bytes | None:
    try:
        return bytes(base64url_to_bytes(visit.fields.get("passkey", "")))
    except ValueError:
        return None


def _json(content: str) -> Response[str]:
    headers = {"Cache-Control": "no-store"}
    return Response(content, media_type=MediaType.JSON, headers=headers)


def _done(path: str) -> Response[str]:
    return _json(msgspec.json.encode({"onwards": path}).decode())
