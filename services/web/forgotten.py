"""The pages for whoever forgot their password: asking for a link, and choosing another by it."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from domain.errors import Refusal
from domain.mail import MailRefusedError, MailUnavailableError
from domain.ports import Mailer
from infra.settings import Settings
from services.bootstrap import mailer_of
from services.identity.forgetting import choose_password, link_for, may_ask, owner_of
from services.identity.letter import password_letter
from services.identity.noting import warn
from services.identity.parts import Identity
from services.identity.refusals import (
    PasswordCommonError,
    PasswordLongError,
    PasswordOwnError,
    PasswordsDifferError,
    PasswordShortError,
    TooManyAttemptsError,
)
from services.web.messages import other
from services.web.places import place, routes
from services.web.visiting import Visit, led_to, shown, submission_of, visit_of

_CHOOSE_ANOTHER = (
    *(PasswordShortError, PasswordLongError, PasswordCommonError, PasswordOwnError),
    PasswordsDifferError,
)
AnyRequest = Request[Any, Any, Any]


def forgotten_routes(settings: Settings) -> list[HTTPRouteHandler]:
    """The handlers; they find the write side in the application's state."""
    mailer = None if settings.mail is None else mailer_of(settings.mail)

    @get(routes("forgotten"))
    async def show_forgotten(request: AnyRequest) -> Response[Any]:
        return _forgotten_page(await visit_of(request), "ask" if mailer else "absent")

    @post(routes("forgotten"), status_code=200)
    async def ask_for_link(request: AnyRequest) -> Response[Any]:
        visit = await submission_of(request)
        if mailer is None:
            return _forgotten_page(visit, "absent")
        email = visit.fields.get("email", "")
        try:
            await may_ask(visit.identity, email, address=visit.address)
        except TooManyAttemptsError as refusal:
            return _forgotten_page(visit, "ask", refusal)
        answer = _forgotten_page(visit, "sent")
        # After the answer: how long it takes would tell whether the address has an account.
        answer.background = BackgroundTask(_send, visit.identity, mailer, settings.reminders.public_url, email)
        return answer

    return [show_forgotten, ask_for_link, show_choice, take_choice]


@get(routes("password"))
async def show_choice(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Ask for another password."""
    return await _choice_page(await visit_of(request), token)


@post(routes("password"), status_code=200)
async def take_choice(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Keep it, and have its owner sign in."""
    visit = await submission_of(request)
    given = visit.fields
    try:
        await choose_password(visit.identity, token, given.get("password", ""), given.get("again", ""))
    except _CHOOSE_ANOTHER as refusal:
        return await _choice_page(visit, token, refusal)
    return led_to(visit, place("sign_in", visit.language), signed_out=True)


async def _send(identity: Identity, mailer: Mailer, public_url: str, email: str) -> None:
    made = await link_for(identity, email)
    if made is None:
        return
    owner, token = made
    link = public_url + place("password", owner.language, token=token)
    try:
        await mailer.send(password_letter(owner.email, owner.language, link=link))
    except (MailRefusedError, MailUnavailableError) as error:
        kind = type(error).__name__
        await warn(identity, "password_link_not_sent", account_id=owner.account_id, error=kind)


def _forgotten_page(visit: Visit, step: str, refusal: Refusal | None = None) -> Response[str]:
    there = place("forgotten", other(visit.language))
    return shown(visit, "forgotten.html", there, refusal=refusal, step=step, email=visit.fields.get("email", ""))


async def _choice_page(visit: Visit, token: str, refusal: Refusal | None = None) -> Response[str]:
    owner = await owner_of(visit.identity, token)
    return shown(
        visit,
        "password.html",
        place("password", other(visit.language), token=token),
        refusal=refusal,
        email=owner.email,
        here=place("password", visit.language, token=token),
    )
