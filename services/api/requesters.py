"""The one place that turns a request into whoever it comes from: by a token, or by a session's cookie."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from domain.access_grant import GRANTEES
from infra.access.tokens import Bearer
from readapi.viewer import ANONYMOUS, NOTHING, Viewer
from services.api.limiting import limit_reader
from services.api.senders import header
from services.bootstrap import WriteSide
from services.identity.acting import bearer_of as bearer_of_session
from services.identity.refusals import OriginRefusedError, SessionEndedError
from services.mandates import open_mandates
from services.refusals.rights import TokenInvalidError, TokenMissingError, TokenScopeError
from services.service_tokens import check_audience, check_reads
from services.shares import share_of

BEARER: Final = "bearer"
"""Under this name of a request's state stands on whose behalf it came."""
KEPT_ROLES: Final = frozenset({"programme_officer", "funder_analyst", "auditor"})
"""Whose readings are kept wherever they are members, as are those of all who read for a funder or ministry."""
_READING: Final = frozenset({"GET", "HEAD"})
_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def session_cookie(*, secure: bool) -> str:
    """The name of the session's cookie. `__Host-`: no other host, and no page without TLS, can set it."""
    return "__Host-entente-session" if secure else "entente-session"


async def requester(scope: Mapping[str, Any], write: WriteSide, *, heeds_limits: bool = False) -> Bearer | None:
    """On whose behalf a request comes; None: nobody's. A token that is shown goes before a cookie.

    A token with limits passes only where the caller says that it heeds them.

    Raises:
        TokenAudienceError, TokenScopeError: a machine's token is for another host, or not for this door.
        TokenInvalidError, SessionEndedError: what is shown is not valid. Going on as nobody would hide that.
        TokenMissingError: what is shown is no token, but something of another scheme.
        SecondFactorMissingError, NoMembershipError: the session is valid and may not act.
        OriginRefusedError: it changes something by a cookie, and does not come from a page of ours.
        TooManyRequestsError: there were too many from them, or for their body, in this minute.
    """
    given = header(scope, b"authorization")
    if given:
        scheme, _, token = given.partition(" ")
        if scheme.lower() != "bearer":
            raise TokenMissingError
        bearer = await shown_token(scope, write, token.strip())
        if bearer.limits is not None and not heeds_limits:
            raise TokenScopeError(needed="—")
        return await _counted(scope, write, bearer, str(bearer.person_id))
    secret = cookie(scope, session_cookie(secure=write.identity.settings.secure))
    if secret is None:
        return None
    if scope["method"] not in _READING:
        check_own_origin(scope, secure=write.identity.settings.secure)
    session = await write.identity.sessions.find(secret)
    if session is None:
        raise SessionEndedError
    return await _counted(scope, write, bearer_of_session(session), str(session.account_id))


async def _counted(scope: Mapping[str, Any], write: WriteSide, bearer: Bearer, account: str) -> Bearer:
    scope.get("state", {})[BEARER] = bearer
    await limit_reader(scope, write, account, bearer.tenant_id)
    return bearer


async def shown_token(scope: Mapping[str, Any], write: WriteSide, token: str) -> Bearer:
    """Who a token stands for.

    Raises:
        TokenInvalidError: nobody, or nobody any more.
        TokenAudienceError: it is a machine's, for another host.
    """
    bearer = await write.tokens.find(token)
    if bearer is None:
        raise TokenInvalidError
    check_audience(bearer, header(scope, b"host"))
    return bearer


async def reader(scope: Mapping[str, Any], write: WriteSide) -> Bearer | None:
    """On whose behalf a request reads; None: nobody's. Raises as `requester`."""
    bearer = await requester(scope, write, heeds_limits=True)
    if bearer is not None:
        check_reads(bearer)
    return bearer


async def viewer(scope: Mapping[str, Any], write: WriteSide) -> Viewer:
    """Who reads: the public without a token and without a session. Raises as `requester`."""
    bearer = await reader(scope, write)
    return ANONYMOUS if bearer is None else await viewer_of(write, bearer)


async def viewer_of(write: WriteSide, bearer: Bearer) -> Viewer:
    """As whom a bearer reads."""
    facts = await write.bodies.facts(bearer.tenant_id)
    return Viewer(
        tenant_id=bearer.tenant_id,
        role=bearer.role,
        person_id=bearer.person_id,
        mandates=await open_mandates(write, bearer.tenant_id) if bearer.role == "auditor" else (),
        kept=bearer.role in KEPT_ROLES or (facts is not None and facts.kind in GRANTEES),
        share=await share_of(write, bearer) or NOTHING,
    )


def check_own_origin(scope: Mapping[str, Any], *, secure: bool) -> None:
    """Let pass what a page of ours sends.

    Browsers say where a request comes from in ways that no page can change: Sec-Fetch-Site, and Origin with
    everything but GET. What says neither is no browser of today, and has no use for a cookie.

    Raises:
        OriginRefusedError: it comes from elsewhere, or does not say from where.
    """
    site = header(scope, b"sec-fetch-site")
    origin = header(scope, b"origin")
    if site and site != "same-origin":
        raise OriginRefusedError
    if not site and not origin:
        raise OriginRefusedError
    if origin and origin.lower() not in own_origins(header(scope, b"host"), secure=secure):
        raise OriginRefusedError


def own_origins(host: str, *, secure: bool) -> list[str]:
    """What the pages of this host may call their origin: with TLS, but on this machine and in a demonstration."""
    if not host:
        return []
    schemes = ("https",) if secure and urlsplit(f"//{host}").hostname not in _LOCAL else ("https", "http")
    return [f"{scheme}://{host.lower()}" for scheme in schemes]


def cookie(scope: Mapping[str, Any], name: str) -> str | None:
    """The value of a cookie. Of two with this name neither counts: one may have been slipped in."""
    headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
    found = [
        value.strip()
        for given, line in headers
        if given == b"cookie"
        for key, _, value in (part.partition("=") for part in line.decode("latin-1").split(";"))
        if key.strip() == name
    ]
    return found[0] if len(found) == 1 else None
