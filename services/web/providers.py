"""The pages that lead to the sign-in service of a body and back, and those that link a login with an account."""

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from domain.values import Language
from infra.access.providers import ListedProvider
from infra.access.sessions import Session
from infra.settings import Settings
from services.api.languages import preferred
from services.identity.acting import missing
from services.identity.confirming import is_confirmed
from services.identity.provider_refusals import (
    LoginLinkedError,
    LoginUnknownError,
    OwnSignInNeededError,
    ProviderDeclinedError,
    ProviderNotBelievedError,
    ProviderSilentError,
    ProviderTooWeakError,
    RedirectStaleError,
)
from services.identity.providers import Came, Returned, linked, recognised, sent, signed_in, vouched
from services.identity.refusals import SessionEndedError, TooManyAttemptsError
from services.identity.signing_in import check_own_means
from services.web.messages import other
from services.web.places import place, routes
from services.web.signing_in import begun, sign_in_page
from services.web.visiting import Visit, form_cookie_of, led_to, shown, submission_of, visit_of

RETURN_PATH: Final = "/sign-in/{name:str}/return"
"""Where a provider sends people back: one address, which is registered with it, whatever the language."""
_SAID_HERE: Final = (
    *(ProviderSilentError, ProviderNotBelievedError, ProviderDeclinedError, ProviderTooWeakError),
    *(LoginUnknownError, LoginLinkedError, OwnSignInNeededError, SessionEndedError, TooManyAttemptsError),
)
"""What the page on which people sign in tells them, so that they go on from there."""
AnyRequest = Request[Any, Any, Any]


def provider_routes(settings: Settings) -> list[HTTPRouteHandler]:
    """The handlers; they find the write side in the application's state."""
    base = settings.reminders.public_url

    @get(routes("with"))
    async def lead_there(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
        visit = await visit_of(request)
        try:
            return _with_form(visit, led_to(visit, await _sent(visit, base, token, linking=None)))
        except _SAID_HERE as refusal:
            return await sign_in_page(visit, refusal, of_fields=False)

    @get(RETURN_PATH)
    async def come_back(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
        visit = replace(await visit_of(request), language=_preferred(request), next=None)
        given = request.query_params
        returned = Returned(
            state=given.get("state", ""),
            code=given.get("code", ""),
            error=given.get("error", ""),
            issuer=given.get("iss"),
        )
        try:
            came = await recognised(visit.identity, name, returned, browser=visit.form_secret)
        except RedirectStaleError as refusal:
            return await sign_in_page(visit, refusal, of_fields=False)
        visit = replace(visit, language=came.redirect.language, next=came.redirect.next)
        try:
            return await _came_back(visit, came, returned, return_url(base, name))
        except _SAID_HERE as refusal:
            return await sign_in_page(visit, refusal, of_fields=False)

    @post(routes("login_new"), status_code=200)
    async def lead_there_to_link(request: AnyRequest) -> Response[Any]:
        visit = await submission_of(request)
        if visit.session is None or missing(visit.session) is not None:
            return led_to(visit, place("account", visit.language))
        if not await is_confirmed(visit.identity, visit.session.account_id, visit.session.session_id):
            return led_to(visit, place("confirm", visit.language, next_=place("account", visit.language)))
        name = visit.fields.get("provider", "")
        url = await _sent(visit, base, name, linking=visit.session)
        listed = await visit.identity.providers.listed()
        label = next((label_of(one, visit.language) for one in listed if one.name == name), name)
        # A link, not a redirect: what a form leads to has to be of this service (form-action).
        return shown(visit, "leave.html", place("account", other(visit.language)), url=url, label=label)

    return [lead_there, come_back, lead_there_to_link, unlink]


@post(routes("login_end"), status_code=200)
async def unlink(request: AnyRequest) -> Response[Any]:
    """Forget a login of one's own."""
    visit = await submission_of(request)
    if visit.session is not None and missing(visit.session) is None:
        check_own_means(visit.session)
        provider_id = _uuid(visit.fields.get("provider", ""))
        if provider_id is not None:
            await visit.identity.logins.remove(visit.session.account_id, provider_id)
    return led_to(visit, place("account", visit.language))


def return_url(base: str, name: str) -> str:
    """What is registered with a provider as the address to which it sends people back."""
    return base + RETURN_PATH.replace("{name:str}", name)


def label_of(provider: ListedProvider, language: Language) -> str:
    """What a provider is called."""
    return provider.label_fr if language == "fr" else provider.label_en


async def _sent(visit: Visit, base: str, name: str, *, linking: Session | None) -> str:
    return await sent(
        visit.identity,
        name,
        browser=visit.form_secret,
        language=visit.language,
        next_=visit.next,
        linking=linking,
        address=visit.address,
        redirect_uri=return_url(base, name),
    )


async def _came_back(visit: Visit, came: Came, returned: Returned, redirect_uri: str) -> Response[Any]:
    who = await vouched(visit.identity, came, returned, redirect_uri)
    if came.redirect.session_id is not None:
        await linked(visit.identity, came, who, visit.session, address=visit.address)
        return led_to(visit, place("account", visit.language))
    secret = await signed_in(
        visit.identity, came.provider, who, address=visit.address, agent=visit.agent, instead_of=visit.secret
    )
    return await begun(visit, secret)


def _with_form(visit: Visit, answer: Response[Any]) -> Response[Any]:
    """Who begins on no page of ours has no cookie yet that would recognise them when they come back."""
    answer.set_cookie(form_cookie_of(visit))
    return answer


def _preferred(request: AnyRequest) -> Language:
    return preferred(request.headers.get("accept-language", "")) or "en"


def _uuid(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None
