"""Grave acts ask that somebody has lately shown who they are; an open session alone does not do them."""

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from infra.settings import Settings
from services.api import admitting
from services.bootstrap import WriteSide
from services.identity import confirming
from tests.integration.services.browsing import (
    ORIGIN,
    OURS,
    PASSWORD,
    SESSION,
    Browser,
    complete,
    invitation,
    new_email,
)
from tests.integration.services.conftest import Partnership

CONFIRM = "/fr/compte/confirmation"


@pytest.fixture
async def client(app: ASGIApp, write: WriteSide) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 - the commons
    async with AsyncTestClient(app, base_url=ORIGIN) as test_client:
        yield test_client


def aged(settings: Settings, minutes: int = 16) -> None:
    """Let every session of this database have begun that long ago: longer than a grave act allows."""
    with psycopg.connect(settings.database.admin_dsn) as connection:
        connection.execute("UPDATE access.session SET created_at = created_at - %s", [timedelta(minutes=minutes)])


async def acts(browser: Browser, body: Partnership) -> dict[str, tuple[int, Any]]:
    """What becomes of each grave act over HTTP, with nothing real behind it: whether it passes the door."""
    base = f"/api/v1/partnerships/{body.slug}"
    found = {}
    for name, method, path in (
        ("RevokeAccess", "POST", f"{base}/commands/RevokeAccess"),
        ("GrantAccess", "POST", f"{base}/commands/GrantAccess"),
        ("EraseDocument", "POST", f"{base}/commands/EraseDocument"),
        ("EndMembership", "DELETE", f"{base}/members/{uuid.uuid4()}"),
        ("TakePack", "GET", f"/log/{body.tenant_id}/pack"),
        ("DraftPlan", "POST", f"{base}/commands/DraftPlan"),
    ):
        headers = {**OURS, "idempotency-key": str(uuid.uuid4())}
        options: dict[str, Any] = {"json": {"data": {}}} if method == "POST" else {}
        answer = await browser.send(method, path, headers=headers, **options)
        found[name] = (answer.status_code, answer.json()["code"])
    return found


PASSED = {
    "RevokeAccess": (422, "fields_invalid"),
    "GrantAccess": (422, "fields_invalid"),
    "EraseDocument": (422, "fields_invalid"),
    "EndMembership": (404, "member_unknown"),
    "TakePack": (404, "not_signed_yet"),
    "DraftPlan": (422, "fields_invalid"),
}
HELD = dict.fromkeys(PASSED, (403, "confirmation_needed")) | {"DraftPlan": PASSED["DraftPlan"]}


async def test_a_session_that_began_lately_does_what_is_grave_and_an_older_one_says_first_who_it_is(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, settings: Settings
) -> None:
    browser = await complete(client, write, partnership.tenant_id, "coordinator")
    assert await acts(browser, partnership) == PASSED

    aged(settings, 14)
    assert await acts(browser, partnership) == PASSED
    aged(settings, 2)
    assert await acts(browser, partnership) == HELD

    answer = await browser.send("GET", f"/log/{partnership.tenant_id}/pack")
    assert answer.json()["facts"] == {"minutes": 15, "pages": f"/en/account/confirm, {CONFIRM}"}
    before = browser.cookies[SESSION]
    assert (await browser.see(CONFIRM)).status_code == 200
    answer = await browser.submit(CONFIRM, password=PASSWORD, code=browser.recovery[0])
    assert answer.status_code == 401  # a recovery code is for a lost authenticator
    answer = await browser.submit(CONFIRM, password=PASSWORD, code=browser.next_code())
    assert (answer.status_code, answer.headers["location"]) == (303, "/fr/compte")
    assert browser.cookies[SESSION] != before
    assert await write.identity.sessions.find(before) is None
    assert await acts(browser, partnership) == PASSED


async def test_the_control_without_the_check_an_old_session_does_it(
    client: httpx.AsyncClient,
    write: WriteSide,
    partnership: Partnership,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def let_pass(*_: Any) -> None:
        pass

    browser = await complete(client, write, partnership.tenant_id, "coordinator")
    aged(settings)
    monkeypatch.setattr(admitting, "check_confirmed", let_pass)

    assert await acts(browser, partnership) == PASSED


async def test_a_token_passes_for_it_is_shown_with_each_request(
    client: httpx.AsyncClient, partnership: Partnership, settings: Settings
) -> None:
    aged(settings)
    answer = await client.delete(
        f"/api/v1/partnerships/{partnership.slug}/members/{uuid.uuid4()}",
        headers={"authorization": f"Bearer {partnership.token}"},
    )

    assert (answer.status_code, answer.json()["code"]) == (404, "member_unknown")


@pytest.mark.parametrize(
    "shown", [("une tout autre phrase", None), (PASSWORD, "000000"), ("", None), (PASSWORD, "")]
)
async def test_who_does_not_show_both_again_stays_where_they_were(
    client: httpx.AsyncClient,
    write: WriteSide,
    partnership: Partnership,
    settings: Settings,
    shown: tuple[str, str | None],
) -> None:
    password, code = shown
    browser = await complete(client, write, partnership.tenant_id, "coordinator")
    aged(settings)
    before = browser.cookies[SESSION]
    await browser.see(CONFIRM)

    given = browser.next_code() if code is None else code
    answer = await browser.submit(CONFIRM, password=password, code=given)

    assert (answer.status_code, browser.cookies[SESSION]) == (401, before)
    assert 'role="alert"' in answer.text
    assert await acts(browser, partnership) == HELD


async def test_by_password_alone_where_there_is_no_authenticator(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, settings: Settings
) -> None:
    browser = Browser(client)
    path = await invitation(write, partnership.tenant_id, "member", new_email())
    await browser.see(path)
    await browser.submit(path, password=PASSWORD, again=PASSWORD)
    aged(settings)

    page = await browser.see(f"{CONFIRM}?next=/fr/partenariats")
    answer = await browser.submit(CONFIRM, password=PASSWORD, next="/fr/partenariats")

    assert 'name="code"' not in page.text
    assert (answer.status_code, answer.headers["location"]) == (303, "/fr/partenariats")


async def test_another_authenticator_and_passkeys_are_grave_and_pages_lead_there_and_back(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, settings: Settings
) -> None:
    browser = await complete(client, write, partnership.tenant_id, "coordinator")
    aged(settings)
    from_account = {**OURS, "referer": f"{ORIGIN}/fr/compte"}

    account = await browser.see("/fr/compte")
    enrolment = await browser.see("/fr/connexion/second-facteur")
    await browser.see("/fr/compte")
    removal = await browser.submit("/fr/compte/cles/fin", headers=from_account, passkey="AAAA")
    script = {**from_account, "x-entente-form": browser.form, "content-type": "application/json"}
    adding = [
        await browser.send("POST", f"/fr/compte/cles{part}", headers=script, content=b"{}")
        for part in ("", "/options")
    ]

    assert f'href="{CONFIRM}?next=/fr/compte"' in account.text
    assert 'data-passkey="create"' not in account.text
    assert enrolment.headers["location"] == f"{CONFIRM}?next=/fr/connexion/second-facteur"
    for answer in (removal, *adding):
        assert (answer.status_code, answer.headers["location"]) == (303, f"{CONFIRM}?next=/fr/compte")


async def test_the_control_of_factors_without_the_check_an_old_session_changes_them(
    client: httpx.AsyncClient,
    write: WriteSide,
    partnership: Partnership,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def lately(*_: Any) -> bool:
        return True

    browser = await complete(client, write, partnership.tenant_id, "coordinator")
    aged(settings)
    monkeypatch.setattr(confirming, "is_confirmed", lately)

    assert (await browser.see("/fr/connexion/second-facteur")).status_code == 200


async def test_whoever_is_not_signed_in_confirms_nothing(client: httpx.AsyncClient) -> None:
    stranger = Browser(client)
    await stranger.see("/fr/connexion")

    shown = await stranger.see(CONFIRM)
    sent = await stranger.submit(CONFIRM, password=PASSWORD)

    assert [answer.headers["location"] for answer in (shown, sent)] == ["/fr/compte"] * 2
