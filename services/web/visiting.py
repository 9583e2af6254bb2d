"""A request to a page of signing in: its language, its session, its form, and the answers to it."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from litestar import MediaType, Request, Response
from litestar.datastructures import Cookie

from domain.errors import Refusal
from domain.values import Language
from infra.access.opaque import is_opaque, new_opaque
from infra.access.sessions import Session
from services.api.requesters import check_own_origin, cookie, own_origins, session_cookie
from services.api.senders import header, network_address
from services.bootstrap import WriteSide
from services.identity.parts import Identity
from services.identity.passkeys import Site
from services.identity.refusals import FormStaleError
from services.refusals import status_of
from services.refusals.requests import MediaTypeError
from services.web.pages import page
from services.web.places import own_path

FORM_FIELD: Final = "form"
FORM_HEADER: Final = "x-entente-form"
_FIELDS_MAX: Final = 20
AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """What a request to such a page brings along."""

    write: WriteSide
    language: Language
    scope: Any
    secret: str | None
    """Of the session's cookie, whether it is valid or not."""
    session: Session | None
    form_secret: str
    """Binds the page's forms to this browser, before anybody has signed in too."""
    next: str | None
    """Where to go on: a page of ours."""
    fields: dict[str, str]
    """What a form sent."""

    @property
    def identity(self) -> Identity:
        return self.write.identity

    @property
    def agent(self) -> str:
        return header(self.scope, b"user-agent")

    @property
    def address(self) -> str:
        return network_address(self.scope, self.identity.settings.proxies)

    def form_token(self) -> str:
        """What a form of this page has to send back."""
        bound = f"{self.secret or ''}|{self.form_secret}".encode()
        return hmac.digest(self.identity.forms_key, bound, hashlib.sha256).hex()


async def visit_of(request: AnyRequest) -> Visit:
    """A request that only looks."""
    return await _visit(request, {}, request.query_params.get("next"))


async def submission_of(request: AnyRequest) -> Visit:
    """A request that sends a form of ours.

    Raises:
        OriginRefusedError: it does not come from a page of this service.
        FormStaleError: it comes from another browser or another session's page.
        MediaTypeError: it is no form.
    """
    text = await _text_of(request, "application/x-www-form-urlencoded")
    try:
        fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS_MAX))
    except ValueError as error:
        raise MediaTypeError from error
    visit = await _visit(request, fields, fields.get("next"))
    _check_token(visit, fields.get(FORM_FIELD, ""))
    return visit


async def message_of(request: AnyRequest) -> tuple[Visit, str]:
    """A request that the pages' script sends, and its JSON. Raises as `submission_of`."""
    text = await _text_of(request, "application/json")
    visit = await _visit(request, {}, request.query_params.get("next"))
    _check_token(visit, request.headers.get(FORM_HEADER, ""))
    return visit, text


def site_of(visit: Visit) -> Site:
    """Where the browser is, as passkeys know it."""
    host = header(visit.scope, b"host").lower()
    return Site(
        host=urlsplit(f"//{host}").hostname or "",
        origins=own_origins(host, secure=visit.identity.settings.secure),
        browser=visit.form_secret,
    )


async def _text_of(request: AnyRequest, media_type: str) -> str:
    write: WriteSide = request.app.state.write
    check_own_origin(request.scope, secure=write.identity.settings.secure)
    if request.headers.get("content-type", "").partition(";")[0].strip() != media_type:
        raise MediaTypeError
    try:
        return (await request.body()).decode()
    except ValueError as error:
        raise MediaTypeError from error


def _check_token(visit: Visit, given: str) -> None:
    if not hmac.compare_digest(given.encode(), visit.form_token().encode()):
        raise FormStaleError


def shown(
    visit: Visit, template: str, other_place: str, *, refusal: Refusal | None = None, **values: Any
) -> Response[str]:
    """A page with forms, never kept by anybody on the way; with a refusal, in its status."""
    answer = page(
        template,
        visit.language,
        status_code=200 if refusal is None else status_of(refusal),
        demo=not visit.identity.settings.secure,
        there=other_place,
        form_token=visit.form_token(),
        refusal=refusal,
        next=visit.next,
        **values,
    )
    answer.headers.update({"Cache-Control": "no-store", "Vary": "Cookie"})
    if refusal is not None and "seconds" in refusal.facts:
        answer.headers["Retry-After"] = str(refusal.facts["seconds"])
    answer.set_cookie(form_cookie_of(visit))
    return answer


def led_to(visit: Visit, path: str, *, secret: str | None = None, signed_out: bool = False) -> Response[bytes]:
    """On to another page of ours; with a new session, or without the one there was."""
    headers = {"Location": path, "Cache-Control": "no-store"}
    answer = Response(b"", status_code=303, headers=headers, media_type=MediaType.TEXT)
    if secret is not None:
        answer.set_cookie(session_cookie_of(visit, secret))
    elif signed_out:
        answer.set_cookie(ended_session_cookie_of(visit))
    return answer


def session_cookie_of(visit: Visit, secret: str) -> Cookie:
    """The cookie of a session that has just begun."""
    return _cookie(visit, session_cookie(secure=visit.identity.settings.secure), secret)


def ended_session_cookie_of(visit: Visit) -> Cookie:
    """Takes the session's cookie away."""
    return _cookie(visit, session_cookie(secure=visit.identity.settings.secure), "", ends=True)


def form_cookie_of(visit: Visit) -> Cookie:
    """The cookie by which this browser is recognised, before anybody has signed in too."""
    return _cookie(visit, _form_cookie(visit.identity), visit.form_secret)


def _form_cookie(identity: Identity) -> str:
    return "__Host-entente-form" if identity.settings.secure else "entente-form"


def _cookie(visit: Visit, name: str, value: str, *, ends: bool = False) -> Cookie:
    return Cookie(
        key=name,
        value=value,
        path="/",
        httponly=True,
        samesite="lax",
        secure=visit.identity.settings.secure,
        max_age=0 if ends else None,
    )


async def _visit(request: AnyRequest, fields: dict[str, str], next_: str | None) -> Visit:
    write: WriteSide = request.app.state.write
    identity = write.identity
    secret = cookie(request.scope, session_cookie(secure=identity.settings.secure))
    form_secret = cookie(request.scope, _form_cookie(identity)) or ""
    return Visit(
        write=write,
        language="fr" if request.url.path.startswith("/fr") else "en",
        scope=request.scope,
        secret=secret,
        session=None if secret is None else await identity.sessions.find(secret),
        form_secret=form_secret if is_opaque(form_secret) else new_opaque(),
        next=own_path(next_),
        fields=fields,
    )
