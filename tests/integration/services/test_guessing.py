"""Guessing passwords and codes as a browser does it: each attack is stopped, and gets in where nobody counts."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

import httpx
import pyotp
import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from infra.access.attempts import Pace
from infra.settings import Profile, Settings
from services.bootstrap import WriteSide
from services.identity import signing_in
from services.identity.acting import missing
from services.identity.demo import DemoLogin, demo_login
from tests.integration.services.browsing import (
    ORIGIN,
    PASSWORD,
    Browser,
    complete,
    joined,
    new_email,
)
from tests.integration.services.conftest import Partnership

CODE = "/fr/connexion/code"
CONFIRM = "/fr/compte/confirmation"
GUESSES = 5
"""So many are looked at."""
WRONG = [f"aaaa-bbbb-cccc-ddd{number}" for number in range(2, 2 + GUESSES)]
"""Recovery codes that nobody has."""


class Guessed(NamedTuple):
    """What the guesses got: the wrong ones, then the right one."""

    wrong: list[int]
    right: httpx.Response
    got_in: bool


@dataclass(frozen=True)
class Ground:
    """Where somebody is attacked."""

    client: httpx.AsyncClient
    write: WriteSide
    body: Partnership
    demo: Settings

    async def got_in(self, browser: Browser) -> bool:
        """Whether a browser has a session that may act."""
        session = await self.write.identity.sessions.find(browser.session or "")
        return session is not None and missing(session) is None


Attack = Callable[[Ground], Awaitable[Guessed]]


@pytest.fixture
async def ground(
    app: ASGIApp, write: WriteSide, partnership: Partnership, settings: Settings
) -> AsyncIterator[Ground]:
    async with AsyncTestClient(app, base_url=ORIGIN) as client:
        yield Ground(client, write, partnership, replace(settings, profile=Profile.DEMO))


def wrong_codes(secret: str) -> list[str]:
    """Of an authenticator, and for some minutes."""
    totp, now = pyotp.TOTP(secret), int(time.time())
    right = {totp.at(now + seconds) for seconds in range(-60, 600, 30)}
    return [one for one in (f"{number:06}" for number in range(100)) if one not in right][:GUESSES]


async def password(ground: Ground) -> Guessed:
    """Each guess from another network address."""
    email = new_email()
    await joined(ground.client, ground.write, ground.body.tenant_id, "member", email)
    wrong = [(await Browser(ground.client).sign_in(email, f"essai {n}")).status_code for n in range(GUESSES)]
    thief = Browser(ground.client)
    return Guessed(wrong, await thief.sign_in(email), await ground.got_in(thief))


async def _with_password(ground: Ground, email: str, password: str, guesses: list[str], kind: str) -> list[int]:
    """By whoever knows the password: each guess in a session of its own, from another network address."""
    return [(await _coded(ground, email, password, one, kind))[1].status_code for one in guesses]


async def _coded(
    ground: Ground, email: str, password: str, code: str, kind: str
) -> tuple[Browser, httpx.Response]:
    thief = Browser(ground.client)
    assert (await thief.sign_in(email, password)).headers["location"] == CODE
    await thief.see(CODE)
    return thief, await thief.submit(CODE, code=code, kind=kind)


async def code(ground: Ground) -> Guessed:
    """Of the authenticator, by whoever knows the password."""
    email, owner = await _enrolled(ground)
    wrong = await _with_password(ground, email, PASSWORD, wrong_codes(owner.secret), "code")
    thief, right = await _coded(ground, email, PASSWORD, owner.next_code(), "code")
    return Guessed(wrong, right, await ground.got_in(thief))


async def recovery_code(ground: Ground) -> Guessed:
    """By whoever knows the password."""
    email, owner = await _enrolled(ground)
    wrong = await _with_password(ground, email, PASSWORD, WRONG, "recovery")
    thief, right = await _coded(ground, email, PASSWORD, owner.recovery[0], "recovery")
    return Guessed(wrong, right, await ground.got_in(thief))


async def code_of_either_kind(ground: Ground) -> Guessed:
    """Some guesses of one kind do not make room for some of the other."""
    email, owner = await _enrolled(ground)
    wrong = await _with_password(ground, email, PASSWORD, wrong_codes(owner.secret)[:3], "code")
    wrong += await _with_password(ground, email, PASSWORD, WRONG[:2], "recovery")
    thief, right = await _coded(ground, email, PASSWORD, owner.recovery[0], "recovery")
    return Guessed(wrong, right, await ground.got_in(thief))


async def code_of_the_demonstration(ground: Ground) -> Guessed:
    """The one-time codes that a terminal shows, of the one account whose address everybody knows."""
    login = await demo_login(ground.write, ground.demo, ground.body.tenant_id)
    try:
        wrong = await _with_password(ground, login.email, login.password, WRONG, "recovery")
        thief, right = await _coded(ground, login.email, login.password, login.codes[0], "recovery")
        return Guessed(wrong, right, await ground.got_in(thief))
    finally:  # there is one such account: nobody after us waits
        await _forgiven(ground, login)


async def _forgiven(ground: Ground, login: DemoLogin) -> None:
    account = await ground.write.identity.accounts.find(login.email)
    assert account is not None
    await ground.write.identity.attempts.succeeded("code", str(account.account_id), all_=True)


async def password_of_an_open_session(ground: Ground) -> Guessed:
    """By whoever sits down before an open browser, to do something grave with it."""
    browser = await joined(ground.client, ground.write, ground.body.tenant_id)
    await browser.see(CONFIRM)
    before = browser.session
    wrong = [(await browser.submit(CONFIRM, password=f"essai {n}")).status_code for n in range(GUESSES)]
    return Guessed(wrong, await browser.submit(CONFIRM, password=PASSWORD), browser.session != before)


async def code_of_an_open_session(ground: Ground) -> Guessed:
    """The same, by whoever knows the password too."""
    browser = await complete(ground.client, ground.write, ground.body.tenant_id, "coordinator")
    await browser.see(CONFIRM)
    before = browser.session
    wrong = [
        (await browser.submit(CONFIRM, password=PASSWORD, code=one)).status_code
        for one in wrong_codes(browser.secret)
    ]
    right = await browser.submit(CONFIRM, password=PASSWORD, code=browser.next_code())
    return Guessed(wrong, right, browser.session != before)


async def _enrolled(ground: Ground) -> tuple[str, Browser]:
    email = new_email()
    owner = await joined(ground.client, ground.write, ground.body.tenant_id, "coordinator", email)
    await owner.enrol()
    return email, owner


ATTACKS: dict[str, Attack] = {
    one.__name__: one
    for one in (
        *(password, code, recovery_code, code_of_either_kind, code_of_the_demonstration),
        *(password_of_an_open_session, code_of_an_open_session),
    )
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_after_five_guesses_the_right_one_is_not_looked_at(ground: Ground, attack: str) -> None:
    guessed = await ATTACKS[attack](ground)

    assert guessed.wrong == [401] * GUESSES
    assert (guessed.right.status_code, guessed.right.headers["retry-after"]) == (429, "30")
    assert not guessed.got_in


@pytest.mark.parametrize("attack", ATTACKS)
async def test_the_control_of_guessing_uncounted_the_right_one_gets_in(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, attack: str
) -> None:
    monkeypatch.setattr(signing_in, "PER_ACCOUNT", Pace(10**6, timedelta(0), timedelta(0)))

    guessed = await ATTACKS[attack](ground)

    assert guessed.wrong == [401] * GUESSES
    assert guessed.right.status_code == 303
    assert guessed.got_in
