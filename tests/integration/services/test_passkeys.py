"""Passkeys: two factors in one, bound to this site and this browser, each challenge answered once."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from infra.access.passkeys import Passkeys
from infra.settings import DatabaseSettings, Role
from services.bootstrap import WriteSide
from tests.integration.services.authenticator import PRESENT, VERIFIED, Authenticator
from tests.integration.services.browsing import ORIGIN, OURS, SESSION, THEIRS, Browser, complete, joined
from tests.integration.services.conftest import Partnership


@pytest.fixture
async def client(app: ASGIApp, write: WriteSide) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 - the commons
    async with AsyncTestClient(app, base_url=ORIGIN) as test_client:
        yield test_client


async def message(browser: Browser, path: str, content: Any, headers: dict[str, str] = OURS) -> httpx.Response:
    """What the pages' script sends."""
    return await browser.send("POST", path, headers={**headers, "x-entente-form": browser.form}, json=content)


async def asked(browser: Browser, path: str) -> dict[str, Any]:
    answer = await message(browser, f"{path}/options", {})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def add(browser: Browser, authenticator: Authenticator) -> httpx.Response:
    await browser.see("/fr/compte")
    options = await asked(browser, "/fr/compte/cles")
    return await message(browser, "/fr/compte/cles", authenticator.made(options))


async def sign_in(client: httpx.AsyncClient, authenticator: Authenticator) -> tuple[Browser, httpx.Response]:
    browser = Browser(client)
    await browser.see("/fr/connexion")
    options = await asked(browser, "/fr/connexion/cle")
    return browser, await message(browser, "/fr/connexion/cle", authenticator.signed(options))


async def test_a_passkey_that_was_added_signs_in_with_two_factors_in_one(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    owner = await complete(client, write, partnership.tenant_id, "coordinator")
    authenticator = Authenticator(ORIGIN)
    added = await add(owner, authenticator)
    assert (added.status_code, added.json()) == (200, {"onwards": "/fr/compte"})
    assert (await owner.see("/fr/compte")).text.count('name="passkey"') == 1

    browser, answer = await sign_in(client, authenticator)

    assert (answer.status_code, answer.json()) == (200, {"onwards": "/fr/compte"})
    session = await write.identity.sessions.find(browser.cookies[SESSION])
    first = await write.identity.sessions.find(owner.cookies[SESSION])
    assert session is not None
    assert first is not None
    assert (session.account_id, session.factor, session.role) == (first.account_id, "second", "coordinator")
    assert (await browser.see("/fr/compte")).status_code == 200


async def test_what_is_asked_wants_the_holder_verified_and_names_this_site(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    owner = await complete(client, write, partnership.tenant_id, "chair")
    authenticator = Authenticator(ORIGIN)
    await add(owner, authenticator)
    browser = Browser(client)
    await browser.see("/fr/connexion")

    get = await asked(browser, "/fr/connexion/cle")
    create = await asked(owner, "/fr/compte/cles")

    assert (get["rpId"], get["userVerification"], get["allowCredentials"]) == ("testserver.local", "required", [])
    assert create["rp"]["id"] == "testserver.local"
    assert create["authenticatorSelection"]["userVerification"] == "required"
    assert len(create["excludeCredentials"]) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://testserver.local"},
        {"flags": PRESENT},  # the holder was not verified: one factor
        {"flags": VERIFIED},  # nobody was there
        {"id": b"another credential id of 32 bytes"},
        {"key": Authenticator(ORIGIN).key},
        {"count": -1},  # no further than the one that is noted
    ],
)
async def test_what_does_not_hold_opens_nothing(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, changes: dict[str, Any]
) -> None:
    owner = await complete(client, write, partnership.tenant_id, "coordinator")
    authenticator = Authenticator(ORIGIN, count=3)
    await add(owner, authenticator)
    for name, value in changes.items():
        setattr(authenticator, name, value + 3 if name == "count" else value)

    browser, answer = await sign_in(client, authenticator)

    assert (answer.status_code, browser.session) == (401, None)


async def test_a_challenge_is_answered_once_by_the_browser_that_it_was_asked_of(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    owner = await complete(client, write, partnership.tenant_id, "coordinator")
    authenticator = Authenticator(ORIGIN)
    await add(owner, authenticator)
    browser, thief = Browser(client), Browser(client)
    for one in (browser, thief):
        await one.see("/fr/connexion")
    signed = authenticator.signed(await asked(browser, "/fr/connexion/cle"))

    stolen = await message(thief, "/fr/connexion/cle", signed)
    used = await message(browser, "/fr/connexion/cle", signed)
    await browser.see("/fr/compte")
    again = Browser(client)
    again.cookies = {name: value for name, value in browser.cookies.items() if name != SESSION}
    await again.see("/fr/connexion")
    repeated = await message(again, "/fr/connexion/cle", signed)

    assert [one.status_code for one in (stolen, used, repeated)] == [401, 200, 401]
    assert (thief.session, again.session) == (None, None)


async def test_the_control_of_challenges_unremembered_a_repetition_is_let_in(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def yes(*_: Any) -> bool:
        return True

    owner = await complete(client, write, partnership.tenant_id, "coordinator")
    authenticator = Authenticator(ORIGIN)
    await add(owner, authenticator)
    monkeypatch.setattr(Passkeys, "was_asked", yes)
    browser, thief = Browser(client), Browser(client)
    for one in (browser, thief):
        await one.see("/fr/connexion")
    signed = authenticator.signed(await asked(browser, "/fr/connexion/cle"))

    assert (await message(thief, "/fr/connexion/cle", signed)).status_code == 200


async def test_a_late_answer_is_refused(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, database: DatabaseSettings
) -> None:
    owner = await complete(client, write, partnership.tenant_id, "coordinator")
    authenticator = Authenticator(ORIGIN)
    await add(owner, authenticator)
    browser = Browser(client)
    await browser.see("/fr/connexion")
    options = await asked(browser, "/fr/connexion/cle")
    with psycopg.connect(database.admin_dsn) as connection:
        connection.execute("UPDATE access.challenge SET expires_at = clock_timestamp()")

    answer = await message(browser, "/fr/connexion/cle", authenticator.signed(options))

    assert answer.status_code == 401


async def test_only_a_complete_session_adds_one_and_only_from_our_pages(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    owner = await complete(client, write, partnership.tenant_id, "coordinator")
    await owner.see("/fr/compte")
    options = await asked(owner, "/fr/compte/cles")
    half = await joined(client, write, partnership.tenant_id, "coordinator")
    await half.see("/fr/connexion/second-facteur")
    nobody = Browser(client)
    await nobody.see("/fr/connexion")
    made = Authenticator(ORIGIN).made(options)

    assert (await message(half, "/fr/compte/cles/options", {})).status_code == 401
    assert (await message(half, "/fr/compte/cles", made)).status_code == 401
    assert (await message(nobody, "/fr/compte/cles", made)).status_code == 401
    assert (await message(owner, "/fr/compte/cles", made, THEIRS)).status_code == 403
    good, owner.form = owner.form, "0" * 64
    assert (await message(owner, "/fr/compte/cles", made)).status_code == 403
    owner.form = good
    assert (await message(owner, "/fr/compte/cles", made)).status_code == 200
    session = await write.identity.sessions.find(owner.cookies[SESSION])
    assert session is not None
    assert len(await write.identity.passkeys.list(session.account_id)) == 1


async def test_a_passkey_is_removed_by_its_owner_alone_and_then_opens_nothing(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    owner, other = [await complete(client, write, partnership.tenant_id, "chair") for _ in range(2)]
    authenticator = Authenticator(ORIGIN)
    await add(owner, authenticator)
    page = await owner.see("/fr/compte")
    (id_,) = re.findall(r'name="passkey" value="([\w-]+)"', page.text)
    await other.see("/fr/compte")

    await other.submit("/fr/compte/cles/fin", passkey=id_)
    before = await sign_in(client, authenticator)
    await owner.submit("/fr/compte/cles/fin", passkey=id_)
    after = await sign_in(client, authenticator)

    assert [answer.status_code for _, answer in (before, after)] == [200, 401]


async def test_a_credential_is_one_accounts(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    owner, other = [await complete(client, write, partnership.tenant_id, "chair") for _ in range(2)]
    authenticator = Authenticator(ORIGIN)

    answers = [await add(one, authenticator) for one in (owner, other, owner)]

    assert [one.status_code for one in answers] == [200, 401, 401]


@pytest.mark.parametrize("content", [{}, [], "x", {"id": "*", "response": {"clientDataJSON": "e30"}}, {"id": 1}])
async def test_what_is_no_answer_is_refused(client: httpx.AsyncClient, content: Any) -> None:
    browser = Browser(client)
    await browser.see("/fr/connexion")

    assert (await message(browser, "/fr/connexion/cle", content)).status_code == 401


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.APP}))
@pytest.mark.parametrize(
    "call", ["find_passkey('\\x00')", "new_challenge('\\x00', '1 s')", "use_challenge('\\x00')"]
)
def test_only_the_application_knows_passkeys(database: DatabaseSettings, role: Role, call: str) -> None:
    with (
        psycopg.connect(database.dsn(role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"SELECT access.{call}".encode())
    with (
        psycopg.connect(database.dsn(Role.APP)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT FROM access.challenge")
