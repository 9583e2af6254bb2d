"""The page on which somebody who is signed in says once more who they are, before a grave act."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from domain.errors import Refusal
from infra.access.sessions import Session
from services.identity.acting import missing
from services.identity.confirming import confirm
from services.identity.refusals import CodeRefusedError, SignInRefusedError, TooManyAttemptsError
from services.web.messages import other
from services.web.places import place, routes
from services.web.visiting import Visit, led_to, shown, submission_of, visit_of

AnyRequest = Request[Any, Any, Any]


def confirm_routes() -> list[HTTPRouteHandler]:
    """The handlers; they find the write side in the application's state."""
    return [show_confirmation, take_confirmation]


@get(routes("confirm"))
async def show_confirmation(request: AnyRequest) -> Response[Any]:
    """Ask for the password again, and for a code where there is an authenticator; or for a passkey."""
    visit = await visit_of(request)
    if visit.session is None or missing(visit.session) is not None:
        return led_to(visit, place("account", visit.language, next_=visit.next))
    return _page(visit, visit.session)


@post(routes("confirm"), status_code=200)
async def take_confirmation(request: AnyRequest) -> Response[Any]:
    """Begin a new session in the place of this one, and go on."""
    visit = await submission_of(request)
    session = visit.session
    if session is None or visit.secret is None or missing(session) is not None:
        return led_to(visit, place("account", visit.language, next_=visit.next))
    try:
        secret = await confirm(
            visit.identity,
            session,
            visit.fields.get("password", ""),
            visit.fields.get("code", ""),
            address=visit.address,
            agent=visit.agent,
            instead_of=visit.secret,
        )
    except (SignInRefusedError, CodeRefusedError, TooManyAttemptsError) as refusal:
        return _page(visit, session, refusal)
    return led_to(visit, visit.next or place("account", visit.language), secret=secret)


def _page(visit: Visit, session: Session, refusal: Refusal | None = None) -> Response[str]:
    return shown(
        visit,
        "confirm.html",
        place("confirm", other(visit.language), next_=visit.next),
        refusal=refusal,
        session=session,
        passkey={"kind": "get", "options": "passkey_options", "answer": "passkey"},
    )
