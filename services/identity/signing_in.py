"""From an e-mail address and a password to a session."""

import structlog

from infra.access.accounts import Account
from infra.access.attempts import PER_ACCOUNT, PER_ADDRESS, BlockedError
from infra.access.passwords import PasswordsBusyError, needs_renewal
from services.identity.parts import Identity
from services.identity.refusals import SignInRefusedError, TooManyAttemptsError
from services.refusals import UnavailableError

_log = structlog.get_logger()


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
    _log.info("access.signed_in", account_id=str(account.account_id), factor="password")
    return token


async def checked(identity: Identity, email: str, password: str, *, address: str) -> Account:
    """The account, if the password is its own. Raises as `sign_in`."""
    email = email.strip()
    try:
        await identity.attempts.begin("address", address, PER_ADDRESS)
        await identity.attempts.begin("account", email.lower(), PER_ACCOUNT)
    except BlockedError as error:
        _log.warning("access.sign_in_blocked", seconds=error.seconds)
        raise TooManyAttemptsError(seconds=error.seconds) from error
    account = await identity.accounts.find(email)
    kept = None if account is None else account.password_hash
    try:
        right = await identity.passwords.is_right(password, kept)
        if not right or account is None:
            _log.warning("access.sign_in_refused")
            raise SignInRefusedError
        if needs_renewal(account.password_hash):
            await identity.accounts.set_password(account.account_id, await identity.passwords.hashed(password))
    except PasswordsBusyError as error:
        raise UnavailableError from error
    await identity.attempts.succeeded("address", address, all_=False)
    await identity.attempts.succeeded("account", email.lower(), all_=True)
    return account
