"""A login for whoever tries the demonstration: a real account, whose password and codes the terminal shows."""

import secrets
from typing import Final, NamedTuple

import pyotp

from domain.ids import TenantId
from infra.settings import Profile, Settings
from services.bootstrap import CONSOLE, WriteSide
from services.identity.inviting import accept_as_new, invite

EMAIL: Final = "demo@example.org"
_PASSWORD_BYTES: Final = 12


class DemoRefusedError(RuntimeError):
    """Nobody gets a login that is printed, but on the embedded sample of a demonstration."""


class DemoLogin(NamedTuple):
    """What to type."""

    email: str
    password: str
    codes: list[str]
    """Each completes one sign-in, in the place of an authenticator."""


async def demo_login(write: WriteSide, settings: Settings, tenant_id: TenantId) -> DemoLogin:
    """A coordinator of a body of the sample, with a new password and new one-time codes each time.

    Raises:
        DemoRefusedError: the profile is another, or the database is not the embedded one.
    """
    if settings.profile is not Profile.DEMO or not settings.database.embedded:
        raise DemoRefusedError("a login is printed on the embedded database of a demonstration alone")
    identity = write.identity
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    account = await identity.accounts.find(EMAIL)
    if account is None:
        by = await write.vault.pseudonym(tenant_id, CONSOLE)
        token = await invite(identity, tenant_id, EMAIL, "coordinator", "fr", by_role="operator", invited_by=by)
        account_id = await accept_as_new(identity, token, password)
    else:
        account_id = account.account_id
        await identity.accounts.set_password(account_id, await identity.passwords.hashed(password))
    await identity.factors.remove(account_id)
    secret = await identity.factors.begin(account_id)
    codes = await identity.factors.confirm(account_id, pyotp.TOTP(secret).now())
    assert codes is not None
    return DemoLogin(EMAIL, password, codes)
