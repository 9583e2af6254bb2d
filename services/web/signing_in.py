"""The pages on which people sign in: by password, by a second factor, and by their first one."""

import io
from typing import Any

import segno
from litestar import MediaType, Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from domain.errors import Refusal
from infra.access.factors import provisioning_uri
from infra.access.sessions import Session
from services.identity.acting import missing
from services.identity.confirming import check_session_confirmed
from services.identity.refusals import (
    CodeRefusedError,
    ConfirmationNeededError,
    SignInRefusedError,
    TooManyAttemptsError,
)
from services.identity.signing_in import check_may_enrol, enrol, give_code, sign_in
from services.refusals.requests import RouteUnknownError
from services.web.messages import other
from services.web.places import place, routes
from services.web.visiting import Visit, led_to, session_cookie_of, shown, submission_of, visit_of

AnyRequest = Request[Any, Any, Any]


def sign_in_routes() -> list[HTTPRouteHandler]:
    """The handlers; they find the write side in the application's state."""
    return [show_sign_in, take_password, show_code, take_code, show_enrolment, show_image, take_enrolment]


@get(routes("sign_in"))
async def show_sign_in(request: AnyRequest) -> Response[Any]:
    """Ask for address and password, unless somebody is signed in."""
    visit = await visit_of(request)
    if visit.session is not None:
        return led_to(visit, onwards(visit, visit.session))
    return await sign_in_page(visit)


@post(routes("sign_in"), status_code=200)
async def take_password(request: AnyRequest) -> Response[Any]:
    """Begin a session, and go on to what it lacks."""
    visit = await submission_of(request)
    try:
        secret = await sign_in(
            visit.identity,
            visit.fields.get("email", ""),
            visit.fields.get("password", ""),
            address=visit.address,
            agent=visit.agent,
            instead_of=visit.secret,
        )
    except (SignInRefusedError, TooManyAttemptsError) as refusal:
        return await sign_in_page(visit, refusal)
    return await begun(visit, secret)


async def begun(visit: Visit, secret: str) -> Response[Any]:
    """On with a session that has just begun."""
    session = await visit.identity.sessions.find(secret)
    assert session is not None
    return led_to(visit, onwards(visit, session), secret=secret)


def onwards(visit: Visit, session: Session) -> str:
    """Where a session goes on: to what it lacks, else to where it was going."""
    match missing(session):
        case "code":
            return place("code", visit.language, next_=visit.next)
        case "enrolment":
            return place("enrol", visit.language, next_=visit.next)
        case None:
            return visit.next or place("account", visit.language)


@get(routes("code"))
async def show_code(request: AnyRequest) -> Response[Any]:
    """Ask for a code of the authenticator."""
    visit = await visit_of(request)
    if visit.session is None or missing(visit.session) != "code":
        return _to_sign_in(visit)
    return _code_page(visit)


@post(routes("code"), status_code=200)
async def take_code(request: AnyRequest) -> Response[Any]:
    """Complete the session by a code."""
    visit = await submission_of(request)
    if visit.session is None or visit.secret is None or missing(visit.session) != "code":
        return _to_sign_in(visit)
    try:
        secret = await give_code(
            visit.identity,
            visit.session,
            visit.fields.get("code", ""),
            recovery=visit.fields.get("kind") == "recovery",
            agent=visit.agent,
            instead_of=visit.secret,
        )
    except (CodeRefusedError, TooManyAttemptsError) as refusal:
        return _code_page(visit, refusal)
    return await begun(visit, secret)


@get(routes("enrol"))
async def show_enrolment(request: AnyRequest) -> Response[Any]:
    """Show a new secret to put into an authenticator."""
    visit = await visit_of(request)
    if visit.session is None or missing(visit.session) == "code":
        return _to_sign_in(visit)
    check_may_enrol(visit.session)
    if not await _may_change(visit, visit.session):
        return led_to(visit, place("confirm", visit.language, next_=place("enrol", visit.language)))
    return _enrolment_page(visit, await visit.identity.factors.begin(visit.session.account_id))


@get(routes("enrol_image"))
async def show_image(request: AnyRequest) -> Response[bytes]:
    """The same secret as an image to scan."""
    visit = await visit_of(request)
    if visit.session is None or missing(visit.session) == "code":
        raise RouteUnknownError
    secret = await visit.identity.factors.begun(visit.session.account_id)
    if secret is None:
        raise RouteUnknownError
    drawn = io.BytesIO()
    code = segno.make(provisioning_uri(secret, visit.session.email), error="m")
    code.save(drawn, kind="svg", scale=5, border=4, dark="#000", light="#fff")
    headers = {"Cache-Control": "no-store"}
    return Response(drawn.getvalue(), media_type="image/svg+xml", headers=headers)


@post(routes("enrol"), status_code=200)
async def take_enrolment(request: AnyRequest) -> Response[Any]:
    """Take the authenticator's first code; show the recovery codes, this once."""
    visit = await submission_of(request)
    if visit.session is None or visit.secret is None or missing(visit.session) == "code":
        return _to_sign_in(visit)
    check_may_enrol(visit.session)
    if not await _may_change(visit, visit.session):
        return led_to(visit, place("confirm", visit.language, next_=place("enrol", visit.language)))
    try:
        secret, codes = await enrol(
            visit.identity,
            visit.session,
            visit.fields.get("code", ""),
            agent=visit.agent,
            instead_of=visit.secret,
        )
    except (CodeRefusedError, TooManyAttemptsError) as refusal:
        begun_secret = await visit.identity.factors.begun(visit.session.account_id)
        return (
            led_to(visit, place("enrol", visit.language))
            if begun_secret is None
            else _enrolment_page(visit, begun_secret, refusal)
        )
    answer = shown(
        visit,
        "recovery.html",
        place("account", other(visit.language)),
        codes=codes,
        onwards=visit.next or place("account", visit.language),
    )
    answer.set_cookie(session_cookie_of(visit, secret))
    return answer


async def _may_change(visit: Visit, session: Session) -> bool:
    """Whether an authenticator may be set up: the first at once, another after a sign-in that is not long ago."""
    try:
        if session.has_second:
            await check_session_confirmed(visit.identity, session.account_id, session.session_id, "ChangeFactor")
    except ConfirmationNeededError:
        return False
    return True


def _to_sign_in(visit: Visit) -> Response[Any]:
    return led_to(visit, place("sign_in", visit.language, next_=visit.next))


async def sign_in_page(visit: Visit, refusal: Refusal | None = None, *, of_fields: bool = True) -> Response[str]:
    """The page on which people sign in; `of_fields` says whether a refusal is about what they typed."""
    return shown(
        visit,
        "sign_in.html",
        _in_other(visit, "sign_in"),
        refusal=refusal,
        of_fields=of_fields,
        email=visit.fields.get("email", ""),
        passkey={"kind": "get", "options": "passkey_options", "answer": "passkey"},
        providers=await visit.identity.providers.listed(),
    )


def _code_page(visit: Visit, refusal: Refusal | None = None) -> Response[str]:
    recovery = visit.fields.get("kind") == "recovery"
    return shown(visit, "code.html", _in_other(visit, "code"), refusal=refusal, recovery=recovery)


def _enrolment_page(visit: Visit, secret: str, refusal: Refusal | None = None) -> Response[str]:
    grouped = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    answer = shown(visit, "enrol.html", _in_other(visit, "enrol"), refusal=refusal, secret=grouped)
    answer.media_type = MediaType.HTML
    return answer


def _in_other(visit: Visit, name: str) -> str:
    return place(name, other(visit.language), next_=visit.next)
