"""From an e-mail address and a password to a session, and from there to one that may act."""

from domain.mail import is_address
from infra.access.accounts import Account
from infra.access.attempts import PER_ACCOUNT, PER_ADDRESS, BlockedError
from infra.access.passwords import PasswordsBusyError, needs_renewal
from infra.access.sessions import Session
from services.identity.noting import note, warn
from services.identity.parts import Identity
from services.identity.provider_refusals import OwnSignInNeededError
from services.identity.refusals import (
    CodeRefusedError,
    SecondFactorMissingError,
    SignInRefusedError,
    TooManyAttemptsError,
)
from services.refusals.orders import UnavailableError


async def sign_in(
    identity: Identity, email: str, password: str, *, address: str, agent: str, instead_of: str | None
) -> str:
    """A new session by password; its secret.

    Whether the address has no account, the password is wrong or the account is being attacked: the answers and
    the work behind them are the same.

    Args:
        identity: the parts.
        email: as it was typed.
        password: as it was typed.
        address: the network address that the request comes from.
        agent: what the browser calls itself.
        instead_of: the session that the browser showed, if any. It ends.

    Raises:
        SignInRefusedError: they do not belong together.
        TooManyAttemptsError: too many went before, for this e-mail address or from this network address.
    """
    account = await checked(identity, email, password, address=address)
    memberships = await identity.accounts.memberships(account.account_id)
    token = await identity.sessions.begin(
        account.account_id,
        "password",
        memberships[0] if memberships else None,
        agent=agent,
        instead_of=instead_of,
    )
    await note(identity, "signed_in", account_id=account.account_id, factor="password")
    return token


async def checked(identity: Identity, email: str, password: str, *, address: str) -> Account:
    """The account, if the password is its own. Raises as `sign_in`."""
    email = email.strip()
    try:
        await identity.attempts.begin("address", address, PER_ADDRESS)
        await identity.attempts.begin("account", email.lower(), PER_ACCOUNT)
    except BlockedError as error:
        await warn(identity, "sign_in_blocked", seconds=error.seconds)
        raise TooManyAttemptsError(seconds=error.seconds) from error
    account = await identity.accounts.find(email) if is_address(email) else None
    kept = None if account is None else account.password_hash
    try:
        right = await identity.passwords.is_right(password, kept)
        if not right or account is None:
            await warn(identity, "sign_in_refused", account_id=None if account is None else account.account_id)
            raise SignInRefusedError
        if needs_renewal(account.password_hash):
            await identity.accounts.set_password(account.account_id, await identity.passwords.hashed(password))
    except PasswordsBusyError as error:
        raise UnavailableError from error
    await identity.attempts.succeeded("address", address, all_=False)
    await identity.attempts.succeeded("account", email.lower(), all_=True)
    return account


async def give_code(
    identity: Identity, session: Session, code: str, *, recovery: bool, agent: str, instead_of: str
) -> str:
    """Complete a session by a code of the authenticator, or by a recovery code; the new session's secret.

    Raises:
        CodeRefusedError: it is wrong, or was used.
        TooManyAttemptsError: too many went before.
    """
    await check_code(identity, session, code, recovery=recovery)
    return await _completed(identity, session, agent=agent, instead_of=instead_of, recovery=recovery)


async def check_code(identity: Identity, session: Session, code: str, *, recovery: bool) -> None:
    """Take a code of the account's authenticator, or a recovery code. Raises as `give_code`."""
    await _count_code(identity, session)
    factors = identity.factors
    take = factors.take_recovery if recovery else factors.take
    if not await take(session.account_id, code):
        await warn(identity, "code_refused", account_id=session.account_id, recovery=recovery)
        raise CodeRefusedError
    await identity.attempts.succeeded("code", str(session.account_id), all_=True)


async def enrol(
    identity: Identity, session: Session, code: str, *, agent: str, instead_of: str
) -> tuple[str, list[str]]:
    """Confirm the authenticator that was begun; the new session's secret, and recovery codes, shown this once.

    Raises:
        CodeRefusedError: the code is not of the secret that was begun.
        SecondFactorMissingError: the account has another authenticator, whose code the session has not shown.
        TooManyAttemptsError: too many went before.
    """
    check_may_enrol(session)
    await _count_code(identity, session)
    codes = await identity.factors.confirm(session.account_id, code)
    if codes is None:
        raise CodeRefusedError
    await identity.attempts.succeeded("code", str(session.account_id), all_=True)
    await note(identity, "factor_enrolled", account_id=session.account_id)
    return await _completed(identity, session, agent=agent, instead_of=instead_of, recovery=False), codes


def check_may_enrol(session: Session) -> None:
    """Let a session set up an authenticator: the first one, or another in the place of one that it has shown.

    Raises:
        SecondFactorMissingError: a session by password would replace the factor that it lacks.
        OwnSignInNeededError: a provider opened it, which vouches for one body, and the factor is of the account.
    """
    if session.has_second and session.factor != "second":
        raise SecondFactorMissingError
    if session.has_second:
        check_own_means(session)


def check_own_means(session: Session) -> None:
    """Raises OwnSignInNeededError where a provider opened the session: it changes no other way in."""
    if session.via is not None:
        raise OwnSignInNeededError


async def _count_code(identity: Identity, session: Session) -> None:
    try:
        await identity.attempts.begin("code", str(session.account_id), PER_ACCOUNT)
    except BlockedError as error:
        await warn(identity, "code_blocked", account_id=session.account_id, seconds=error.seconds)
        raise TooManyAttemptsError(seconds=error.seconds) from error


async def _completed(identity: Identity, session: Session, *, agent: str, instead_of: str, recovery: bool) -> str:
    memberships = await identity.accounts.memberships(session.account_id)
    chosen = next((one for one in memberships if one.membership_id == session.membership_id), None)
    token = await identity.sessions.begin(
        session.account_id, "second", chosen, agent=agent, instead_of=instead_of, via=session.via
    )
    await note(identity, "signed_in", account_id=session.account_id, factor="second", recovery=recovery)
    return token
