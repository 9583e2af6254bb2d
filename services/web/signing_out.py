"""Signing out: here, and on from here at the sign-in service that opened the session."""

from dataclasses import replace
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from infra.settings import Settings
from services.api.languages import preferred
from services.identity.signing_out import came_from_there, signed_out
from services.web.messages import other
from services.web.places import place, routes
from services.web.providers import label_of
from services.web.visiting import ended_session_cookie_of, led_to, shown, submission_of, visit_of

SIGNED_OUT_PATH: Final = "/sign-in/{name:str}/signed-out"
"""Where a provider sends people back who have signed out there; registered with it, whatever the language."""

AnyRequest = Request[Any, Any, Any]


def signing_out_routes(settings: Settings) -> list[HTTPRouteHandler]:
    """The handlers; they find the write side in the application's state."""
    base = settings.reminders.public_url

    @post(routes("sign_out"), status_code=200)
    async def sign_out(request: AnyRequest) -> Response[Any]:
        visit = await submission_of(request)
        if visit.session is None:
            return led_to(visit, place("sign_in", visit.language), signed_out=True)
        farewell = await signed_out(
            visit.identity,
            visit.session,
            browser=visit.form_secret,
            back_uri=base + SIGNED_OUT_PATH.replace("{name:str}", "{name}"),
            language=visit.language,
        )
        if farewell is None:
            return led_to(visit, place("sign_in", visit.language), signed_out=True)
        # A link, not a redirect: what a form leads to has to be of this service (form-action).
        answer = shown(
            visit,
            "signed_out.html",
            place("sign_in", other(visit.language)),
            label=label_of(farewell.provider, visit.language),
            url=farewell.url,
        )
        answer.set_cookie(ended_session_cookie_of(visit))
        return answer

    @get(SIGNED_OUT_PATH)
    async def signed_out_there(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
        visit = await visit_of(request)
        state = request.query_params.get("state", "")
        language = came_from_there(visit.identity, name, visit.form_secret, state)
        listed = next((one for one in await visit.identity.providers.listed() if one.name == name), None)
        if language is None or listed is None:
            # Whoever comes otherwise is told nothing that would not be so.
            return led_to(visit, place("sign_in", preferred(request.headers.get("accept-language", "")) or "en"))
        visit = replace(visit, language=language, next=None)
        there = place("sign_in", other(language))
        return shown(visit, "signed_out_there.html", there, label=label_of(listed, language))

    return [sign_out, signed_out_there]


def signed_out_url(base: str, name: str) -> str:
    """What is registered with a provider as the address to which it sends people who have signed out."""
    return base + SIGNED_OUT_PATH.replace("{name:str}", name)
