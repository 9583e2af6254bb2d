"""What knows people, wired once per process."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg

from infra.access.accounts import Accounts
from infra.access.attempts import Attempts
from infra.access.factors import SecondFactors
from infra.access.invitations import Invitations
from infra.access.logins import Logins
from infra.access.passkeys import Passkeys
from infra.access.password_links import PasswordLinks
from infra.access.passwords import Passwords
from infra.access.providers import Providers
from infra.access.security_log import SecurityLog
from infra.access.sessions import Sessions
from infra.openid.client import OpenIdClient
from infra.openid.fetching import Fetcher
from infra.pii.persons import PersonVault
from infra.pii.wrapping import KEY_BYTES, derived
from infra.settings import SessionSettings

_ATTEMPTS: Final = b"entente/access/attempts/v1"
_FORMS: Final = b"entente/access/forms/v1"
_REDIRECTS: Final = b"entente/access/redirects/v1"


@dataclass(frozen=True, slots=True)
class Identity:
    """Accounts and all that leads to one."""

    accounts: Accounts
    invitations: Invitations
    sessions: Sessions
    factors: SecondFactors
    passkeys: Passkeys
    password_links: PasswordLinks
    attempts: Attempts
    security: SecurityLog
    passwords: Passwords
    providers: Providers
    logins: Logins
    openid: OpenIdClient
    vault: PersonVault
    settings: SessionSettings
    forms_key: bytes = field(repr=False)
    """Binds a form to the browser that it was shown in."""
    redirects_key: bytes = field(repr=False)
    """From it and one browser's sign-in come the values that nobody else knows."""


@contextmanager
def open_identity(
    pool: "asyncpg.Pool[Any]", vault: PersonVault, secret_key: bytes, settings: SessionSettings
) -> Iterator[Identity]:
    """The parts over one database. At the end, no password is being looked at any more."""
    passwords = Passwords()
    try:
        yield Identity(
            accounts=Accounts(pool),
            invitations=Invitations(pool),
            sessions=Sessions(pool, idle=settings.idle, longest=settings.longest),
            factors=SecondFactors(pool, secret_key),
            passkeys=Passkeys(pool),
            password_links=PasswordLinks(pool),
            attempts=Attempts(pool, derived(secret_key, _ATTEMPTS, KEY_BYTES)),
            security=SecurityLog(pool, settings.security_log_kept),
            passwords=passwords,
            providers=Providers(pool, secret_key),
            logins=Logins(pool),
            openid=OpenIdClient(Fetcher(plain_local=not settings.secure, authorities=settings.authorities)),
            vault=vault,
            settings=settings,
            forms_key=derived(secret_key, _FORMS, KEY_BYTES),
            redirects_key=derived(secret_key, _REDIRECTS, KEY_BYTES),
        )
    finally:
        passwords.close()
