"""Signing in at the provider of a body, and linking a login there with an account (docs/adr/0016)."""

import base64
import hashlib
import hmac
from typing import Final, NamedTuple

import structlog

from domain.values import Language
from infra.access.accounts import Membership
from infra.access.attempts import PER_ADDRESS, BlockedError
from infra.access.logins import LoginTakenError, Redirect
from infra.access.opaque import is_opaque, new_opaque
from infra.access.providers import Provider, ProviderSecretError
from infra.access.sessions import Factor, Session, Via
from infra.openid.client import Secrets, Who
from infra.openid.fetching import ProviderAnswerError, ProviderUnreachableError
from services.identity.acting import missing
from services.identity.noting import note, warn
from services.identity.parts import Identity
from services.identity.provider_refusals import (
    LoginLinkedError,
    LoginUnknownError,
    ProviderDeclinedError,
    ProviderNotBelievedError,
    ProviderSilentError,
    ProviderTooWeakError,
    ProviderUnknownError,
    RedirectStaleError,
)
from services.identity.refusals import SessionEndedError, TooManyAttemptsError
from services.identity.signing_in import check_own_means

_CODE_CHARACTERS_MAX: Final = 4000
_log = structlog.get_logger()


class Returned(NamedTuple):
    """With what a browser comes back: parameters of the address, as they were given."""

    state: str
    code: str
    error: str
    issuer: str | None


class Came(NamedTuple):
    """A browser that was sent to a provider and is back, for the one time."""

    provider: Provider
    redirect: Redirect
    secrets: Secrets


async def sent(
    identity: Identity,
    name: str,
    *,
    browser: str,
    language: Language,
    next_: str | None,
    linking: Session | None,
    address: str,
    redirect_uri: str,
) -> str:
    """Where to send a browser, to sign in or to link a login with the account of a session.

    Raises:
        TooManyAttemptsError: too many in vain from this network address.
        ProviderUnknownError, ProviderSilentError, ProviderNotBelievedError: there is nowhere to send it.
        SessionEndedError, OwnSignInNeededError: no session that may link.
    """
    try:
        await identity.attempts.begin("address", address, PER_ADDRESS)
    except BlockedError as error:
        raise TooManyAttemptsError(seconds=error.seconds) from error
    provider = await _known(identity, name)
    if linking is not None:
        _check_may_link(linking)
    secrets = _secrets(identity, new_opaque(), browser)
    try:
        url = await identity.openid.address(provider, secrets, redirect_uri, language)
    except (ProviderUnreachableError, ProviderAnswerError) as error:
        raise _refused(provider, error) from error
    await identity.logins.sent(
        provider,
        secrets.state,
        browser,
        language=language,
        next_=next_,
        session_id=None if linking is None else linking.session_id,
    )
    return url


async def recognised(identity: Identity, name: str, returned: Returned, *, browser: str) -> Came:
    """Who comes back; nobody can come back with the same twice.

    Raises:
        RedirectStaleError: nobody was sent like this from this browser to this provider, or not any more.
    """
    redirect = await identity.logins.back(returned.state, browser) if is_opaque(returned.state) else None
    provider = await identity.providers.find(name)
    if redirect is None or provider is None or not sent_there(redirect, provider):
        _log.warning("access.redirect_refused", provider=name)
        raise RedirectStaleError
    return Came(provider, redirect, _secrets(identity, returned.state, browser))


def sent_there(redirect: Redirect, provider: Provider) -> bool:
    """Whether it was this provider to whom somebody was sent, and not one who hands on what it got (mix-up)."""
    return (redirect.body_id, redirect.provider_id) == (provider.tenant_id, provider.provider_id)


async def vouched(identity: Identity, came: Came, returned: Returned, redirect_uri: str) -> Who:
    """Whom the provider vouches for.

    Raises:
        ProviderDeclinedError: for nobody; the person turned back, or was turned away there.
        ProviderSilentError, ProviderNotBelievedError: it cannot be asked, or its answer does not hold.
        ProviderTooWeakError: not as strictly as it has to.
    """
    provider = came.provider
    try:
        await identity.openid.check_issuer(provider, returned.issuer)
        if returned.error or not 1 <= len(returned.code) <= _CODE_CHARACTERS_MAX:
            raise ProviderDeclinedError
        secret = identity.providers.secret_of(provider)
        who = await identity.openid.redeem(provider, secret, returned.code, came.secrets, redirect_uri)
    except (ProviderUnreachableError, ProviderAnswerError, ProviderSecretError) as error:
        raise _refused(provider, error) from error
    if not is_strict_enough(provider, who):
        _log.warning("access.provider_too_weak", provider=provider.name)
        raise ProviderTooWeakError
    return who


async def signed_in(
    identity: Identity, provider: Provider, who: Who, *, address: str, agent: str, instead_of: str | None
) -> str:
    """A new session of the account whose login it is, for the provider's body alone; its secret.

    A login that nobody has linked becomes that of the account with its address, if the provider says that the
    address is verified, may say so of its domain, and the account is a member of the provider's body.

    Raises:
        LoginUnknownError: it is no account's, or the account is no member of the body.
    """
    account_id = await identity.logins.find(provider, who.subject)
    if account_id is None:
        account = await identity.accounts.find(who.email) if who.email and may_say(provider, who.email) else None
        account_id = None if account is None else account.account_id
        known = False
    else:
        known = True
    memberships: list[Membership] = []
    if account_id is not None:
        memberships = await identity.accounts.memberships(account_id)
    here = next((one for one in memberships if one.tenant_id == provider.tenant_id), None)
    if account_id is None or here is None:
        _log.warning("access.login_unknown", provider=provider.name)
        raise LoginUnknownError
    if not known:
        try:
            await identity.logins.link(account_id, provider, who.subject, "address")
        except LoginTakenError as error:
            # The address was somebody else's there before: only its owner says that both are one person.
            await warn(identity, "login_not_linked", account_id=account_id, provider=provider.name)
            raise LoginUnknownError from error
        await note(identity, "login_linked", account_id=account_id, provider=provider.name, by="address")
    await identity.attempts.succeeded("address", address, all_=False)
    token = await identity.sessions.begin(
        account_id,
        factor_of(provider, who),
        here,
        agent=agent,
        instead_of=instead_of,
        via=Via(provider.tenant_id, provider.provider_id),
        id_token=identity.providers.sealed_sign_in(account_id, who.id_token),
    )
    await note(identity, "signed_in", account_id=account_id, factor="provider", provider=provider.name)
    return token


async def linked(identity: Identity, came: Came, who: Who, session: Session | None, *, address: str) -> None:
    """Make the login that of the account of the session that asked for it.

    Raises:
        SessionEndedError, OwnSignInNeededError: it is not that session any more, or it may not.
        LoginLinkedError: the login is another account's, or the account has another one there.
    """
    if session is None or session.session_id != came.redirect.session_id:
        raise SessionEndedError
    _check_may_link(session)
    try:
        await identity.logins.link(session.account_id, came.provider, who.subject, "owner")
    except LoginTakenError as error:
        raise LoginLinkedError from error
    await identity.attempts.succeeded("address", address, all_=False)
    await note(identity, "login_linked", account_id=session.account_id, provider=came.provider.name, by="owner")


def is_strict_enough(provider: Provider, who: Who) -> bool:
    """Whether the provider says that it was as strict as the body requires."""
    return not provider.acr_required or who.acr in provider.acr_required


def factor_of(provider: Provider, who: Who) -> Factor:
    """Whether the provider says, in words that stand for it, that two factors were shown. Else ours are asked."""
    second = who.acr in provider.acr_second or not who.amr.isdisjoint(provider.amr_second)
    return "second" if second else "password"


def may_say(provider: Provider, email: str) -> bool:
    """Whether the provider may say of an address whose it is: by what follows its only @."""
    name, _, domain = email.partition("@")
    return bool(name) and domain.lower() in provider.domains


def _check_may_link(session: Session) -> None:
    if missing(session) is not None:
        raise SessionEndedError
    check_own_means(session)


async def _known(identity: Identity, name: str) -> Provider:
    provider = await identity.providers.find(name)
    if provider is None:
        raise ProviderUnknownError
    return provider


def _refused(
    provider: Provider, error: ProviderUnreachableError | ProviderAnswerError | ProviderSecretError
) -> ProviderSilentError | ProviderNotBelievedError:
    _log.warning("access.provider_failed", provider=provider.name, error=type(error).__name__, reason=str(error))
    return ProviderNotBelievedError() if isinstance(error, ProviderAnswerError) else ProviderSilentError()


def _secrets(identity: Identity, state: str, browser: str) -> Secrets:
    """Nobody can compute them who lacks the cookie of that browser, nor who lacks the instance's secret."""

    def of(purpose: str) -> str:
        digest = hmac.digest(identity.redirects_key, f"{purpose}|{state}|{browser}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    return Secrets(state=state, nonce=of("nonce"), verifier=of("verifier"))
