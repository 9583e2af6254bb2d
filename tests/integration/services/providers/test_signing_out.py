"""Signing out of a session that a provider opened: here always, and there where the provider lets one."""

import html
import re
import uuid
from typing import Any

import httpx
import pytest
from joserfc import jwt

from services.bootstrap import WriteSide
from services.web import signing_out
from tests.integration.services.browsing import Browser, joined, new_email
from tests.integration.services.coming import come, set_up
from tests.integration.services.conftest import Partnership
from tests.integration.services.issuer import Issuer, signing_key

ABSENT = "offers no way to sign out from here, or does not answer"


@pytest.fixture
def issuer(issuer: Issuer) -> Issuer:
    issuer.description = {"end_session_endpoint": f"{issuer.origin}/end?kept=1"}
    return issuer


async def come_in(
    client: httpx.AsyncClient, write: WriteSide, body: Partnership, issuer: Issuer
) -> tuple[Browser, str, str]:
    """A browser that the provider let in, the provider's name, and the subject."""
    name, email, subject = await set_up(write, body.tenant_id, issuer), new_email(), uuid.uuid4().hex
    await joined(client, write, body.tenant_id, "member", email)
    browser = Browser(client)
    answer = await come(browser, issuer, name, sub=subject, email=email)
    assert answer.status_code == 303
    await browser.see("/en/account")
    return browser, name, subject


def farewell(page: httpx.Response) -> httpx.URL:
    (link,) = re.findall(r'class="button" href="([^"]+)"', page.text)
    return httpx.URL(html.unescape(link))


async def test_the_session_ends_here_and_a_link_leads_on_with_what_the_provider_asks_for(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, issuer: Issuer
) -> None:
    browser, name, subject = await come_in(client, write, partnership, issuer)
    secret = browser.session
    assert secret is not None
    found = await write.identity.sessions.find(secret)
    assert found is not None
    sealed = await write.identity.sessions.id_token(found)
    assert sealed is not None
    assert subject.encode() not in sealed

    page = await browser.submit("/en/account/sign-out")

    assert page.status_code == 200
    assert await write.identity.sessions.find(secret) is None
    assert "At City of Tests you are still signed in" in page.text
    there = farewell(page)
    assert (there.path, there.params["kept"]) == ("/end", "1")
    claims = jwt.decode(there.params["id_token_hint"], signing_key("first"), algorithms=["RS256"]).claims
    assert claims["sub"] == subject
    assert there.params["client_id"] == "entente"
    assert there.params["post_logout_redirect_uri"] == f"https://testserver.local/sign-in/{name}/signed-out"
    back = await browser.see(f"/sign-in/{name}/signed-out?state={there.params['state']}")
    assert back.status_code == 200
    assert "you have come back from signing out at City of Tests" in back.text
    assert back.headers["content-language"] == "en-CA"


async def test_whoever_was_not_sent_there_is_told_nothing_that_would_not_be_so(
    client: httpx.AsyncClient,
    write: WriteSide,
    partnership: Partnership,
    issuer: Issuer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser, name, _ = await come_in(client, write, partnership, issuer)
    state = farewell(await browser.submit("/en/account/sign-out")).params["state"]
    stranger = Browser(client)
    tried = [
        (browser, f"/sign-in/{name}/signed-out"),
        (browser, f"/sign-in/{name}/signed-out?state={state[:-1]}"),
        (browser, f"/sign-in/other/signed-out?state={state}"),
        (stranger, f"/sign-in/{name}/signed-out?state={state}"),
    ]

    for who, path in tried:
        answer = await who.see(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/fr/connexion"), path

    monkeypatch.setattr(signing_out, "came_from_there", lambda *_: "en")
    assert (await stranger.see(f"/sign-in/{name}/signed-out")).status_code == 200  # without the check


ABSENT_ENDS: dict[str, dict[str, Any]] = {
    "no end": {},
    "an end at a host that nobody named": {"end_session_endpoint": "https://elsewhere.example/end"},
    "an end without TLS": {"end_session_endpoint": "http://127.0.0.1/end"},
}


@pytest.mark.parametrize("case", ABSENT_ENDS)
async def test_where_the_provider_offers_no_end_only_the_session_here_ends_and_the_page_says_so(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, issuer: Issuer, case: str
) -> None:
    issuer.description = ABSENT_ENDS[case]
    browser, _, _ = await come_in(client, write, partnership, issuer)
    secret = browser.session
    assert secret is not None

    page = await browser.submit("/en/account/sign-out")

    assert page.status_code == 200
    assert ABSENT in page.text
    assert 'class="button"' not in page.text
    assert await write.identity.sessions.find(secret) is None


async def test_a_session_of_ones_own_means_ends_as_before(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    browser = await joined(client, write, partnership.tenant_id)
    await browser.see("/fr/compte")

    answer = await browser.submit("/fr/compte/deconnexion")

    assert (answer.status_code, answer.headers["location"]) == (303, "/fr/connexion")


async def test_what_the_provider_knows_goes_on_with_the_session_that_takes_the_place_of_one(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, issuer: Issuer
) -> None:
    browser, _, _ = await come_in(client, write, partnership, issuer)
    assert browser.session is not None
    before = await write.identity.sessions.find(browser.session)
    assert before is not None
    kept = await write.identity.sessions.id_token(before)
    (membership,) = await write.identity.accounts.memberships(before.account_id)

    async def begun(**more: Any) -> bytes | None:
        secret = await write.identity.sessions.begin(
            before.account_id, "second", membership, agent="", instead_of=browser.session, **more
        )
        found = await write.identity.sessions.find(secret)
        assert found is not None
        return await write.identity.sessions.id_token(found)

    assert await begun(via=before.via) == kept is not None
    assert await begun() is None  # by means of their own
    assert write.identity.providers.sign_in_of(uuid.uuid4(), kept or b"") is None  # of another account
