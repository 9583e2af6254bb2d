"""Ending a session, and the sign-in at the provider that opened it (RP-Initiated Logout 1.0)."""

import base64
import hashlib
import hmac
from typing import NamedTuple

import structlog

from domain.values import Language
from infra.access.providers import ListedProvider
from infra.access.sessions import Session
from infra.openid.fetching import ProviderAnswerError, ProviderUnreachableError
from services.identity.noting import note
from services.identity.parts import Identity

_log = structlog.get_logger()


class Farewell(NamedTuple):
    """The provider that opened a session which has just ended."""

    provider: ListedProvider
    url: str | None
    """Where one signs out there too; None: it offers no way that is known here, or does not answer."""


async def signed_out(
    identity: Identity, session: Session, *, browser: str, back_uri: str, language: Language
) -> Farewell | None:
    """End a session; None unless a provider opened it. What the provider does or does not, it has ended.

    `back_uri` has `{name}` where the provider's name stands.
    """
    sealed = None if session.via is None else await identity.sessions.id_token(session)
    await identity.sessions.end(session.account_id, session.session_id)
    await note(identity, "session_ended", account_id=session.account_id)
    if session.via is None:
        return None
    listed = next(
        (one for one in await identity.providers.listed() if one.provider_id == session.via_provider), None
    )
    if listed is None:
        return None
    provider = await identity.providers.find(listed.name)
    id_token = None if sealed is None else identity.providers.sign_in_of(session.account_id, sealed)
    if provider is None or id_token is None:
        return Farewell(listed, None)
    state = state_of(identity, listed.name, browser, language)
    try:
        url = await identity.openid.farewell(
            provider, id_token, state, back_uri.format(name=listed.name), language
        )
    except (ProviderUnreachableError, ProviderAnswerError) as error:
        _log.warning("access.provider_failed", provider=listed.name, error=type(error).__name__, reason=str(error))
        url = None
    return Farewell(listed, url)


def came_from_there(identity: Identity, name: str, browser: str, state: str) -> Language | None:
    """In which language a browser was sent to sign out there that comes back with this; None: it was not."""
    languages: tuple[Language, ...] = ("en", "fr")
    for language in languages:
        if hmac.compare_digest(state.encode(), state_of(identity, name, browser, language).encode()):
            return language
    return None


def state_of(identity: Identity, name: str, browser: str, language: Language) -> str:
    """Nobody can compute it who lacks the cookie of that browser, nor who lacks the instance's secret."""
    said = f"farewell|{name}|{language}|{browser}".encode()
    digest = hmac.digest(identity.redirects_key, said, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
