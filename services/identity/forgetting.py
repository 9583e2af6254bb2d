"""From a forgotten password to another one, by a link to the account's own address."""

from domain.mail import is_address
from infra.access.attempts import PER_ADDRESS, BlockedError, Pace
from infra.access.password_links import LinkOwner
from infra.access.passwords import CHARACTERS_MAX, CHARACTERS_MIN, PasswordsBusyError, weakness
from services.identity.noting import note
from services.identity.parts import Identity
from services.identity.refusals import (
    PasswordLinkInvalidError,
    PasswordsDifferError,
    TooManyAttemptsError,
    check_password_allowed,
)
from services.refusals.orders import UnavailableError

PER_MAILBOX = Pace(3, PER_ADDRESS.longest, PER_ADDRESS.longest)
"""Nobody's mailbox is filled: three messages, then one each quarter of an hour."""


async def may_ask(identity: Identity, email: str, *, address: str) -> None:
    """Count that somebody asks for a link, whether the address has an account or not.

    Raises:
        TooManyAttemptsError: too many were asked for, from there or for this address.
    """
    try:
        await identity.attempts.begin("address", address, PER_ADDRESS)
        await identity.attempts.begin("link", email.strip().lower(), PER_MAILBOX)
    except BlockedError as error:
        raise TooManyAttemptsError(seconds=error.seconds) from error


async def link_for(identity: Identity, email: str) -> tuple[LinkOwner, str] | None:
    """A new link's secret, and whose it is; None where the address has no account."""
    account = await identity.accounts.find(email.strip()) if is_address(email.strip()) else None
    if account is None:
        return None
    await note(identity, "password_link_made", account_id=account.account_id)
    owner = LinkOwner(account_id=account.account_id, email=account.email, language=account.language)
    return owner, await identity.password_links.create(account.account_id)


async def owner_of(identity: Identity, token: str) -> LinkOwner:
    """Whose password a link changes.

    Raises:
        PasswordLinkInvalidError: nobody's, or nobody's any more.
    """
    owner = await identity.password_links.find(token)
    if owner is None:
        raise PasswordLinkInvalidError
    return owner


async def choose_password(identity: Identity, token: str, password: str, again: str) -> None:
    """Keep another password; all sessions end, and a second factor is asked for as before.

    Raises:
        PasswordLinkInvalidError: the link was used or has expired.
        PasswordsDifferError, PasswordShortError, PasswordLongError, PasswordCommonError, PasswordOwnError: choose
            another.
    """
    owner = await owner_of(identity, token)
    if password != again:
        raise PasswordsDifferError
    check_password_allowed(weakness(password, owner.email), minimum=CHARACTERS_MIN, maximum=CHARACTERS_MAX)
    try:
        password_hash = await identity.passwords.hashed(password)
    except PasswordsBusyError as error:
        raise UnavailableError from error
    if not await identity.password_links.use(token, owner.account_id, password_hash):
        raise PasswordLinkInvalidError
    await note(identity, "password_changed", account_id=owner.account_id)
