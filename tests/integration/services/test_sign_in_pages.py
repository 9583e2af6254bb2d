"""Signing in as a browser does it, from the invitation to the end, and each protection with its control."""

import hmac
import re
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from infra.access import sessions as kept
from infra.access.accounts import Account, Accounts
from infra.access.sessions import Sessions
from services.bootstrap import WriteSide
from services.identity.refusals import PersonUnknownError
from services.web import visiting
from tests.integration.services.browsing import (
    ORIGIN,
    OURS,
    PASSWORD,
    SESSION,
    THEIRS,
    Browser,
    complete,
    invitation,
    joined,
    new_email,
)
from tests.integration.services.conftest import Partnership


@pytest.fixture
async def client(app: ASGIApp, write: WriteSide) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 - the commons
    async with AsyncTestClient(app, base_url=ORIGIN) as test_client:
        yield test_client


async def test_a_coordinator_comes_from_the_invitation_to_the_account_by_two_factors(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    email = new_email()
    browser = Browser(client)
    path = await invitation(write, partnership.tenant_id, "coordinator", email)
    page = await browser.see(path)
    assert page.status_code == 200
    assert f"Partenariat de Test invite {email} à titre de\u00a0: coordination." in page.text
    accepted = await browser.submit(path, password=PASSWORD, again=PASSWORD)
    assert (accepted.status_code, accepted.headers["location"]) == (303, "/fr/connexion/second-facteur")
    assert (await browser.see("/fr/compte")).headers["location"] == "/fr/connexion/second-facteur"

    codes = await browser.enrol()

    assert codes.status_code == 200
    assert len(browser.recovery) == 10
    account = await browser.see("/fr/compte")
    assert account.status_code == 200
    assert email in account.text
    assert "coordination" in account.text
    assert (await browser.see(path)).status_code == 404  # the link has served


async def test_a_member_needs_no_second_factor_and_lands_where_they_were_going(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    email = new_email()
    await joined(client, write, partnership.tenant_id, "member", email)
    browser = Browser(client)
    page = await browser.see("/en/sign-in?next=/graphql/explorer")
    assert '<html lang="en-CA">' in page.text

    answer = await browser.submit("/en/sign-in", email=email, password=PASSWORD, next="/graphql/explorer")

    assert (answer.status_code, answer.headers["location"]) == (303, "/graphql/explorer")
    assert (await browser.see("/en/sign-in")).headers["location"] == "/en/account"


async def test_the_cookie_is_out_of_reach_of_scripts_of_plain_http_and_of_other_sites(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    email = new_email()
    await joined(client, write, partnership.tenant_id, "member", email)
    browser = Browser(client)
    await browser.see("/fr/connexion")
    answer = await browser.submit("/fr/connexion", email=email, password=PASSWORD)

    (line,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith(SESSION)]
    attributes = {part.strip().lower() for part in line.split(";")[1:]}
    assert attributes == {"path=/", "httponly", "samesite=lax", "secure"}
    assert answer.headers["cache-control"] == "no-store"


async def test_pages_with_forms_are_kept_by_nobody_and_say_what_is_wrong_where(client: httpx.AsyncClient) -> None:
    browser = Browser(client)
    await browser.see("/fr/connexion")

    answer = await browser.submit("/fr/connexion", email='"><script>', password="non")

    assert answer.status_code == 401
    assert answer.headers["cache-control"] == "no-store"
    assert 'role="alert"' in answer.text
    assert "Erreur\u00a0: Cette adresse courriel et ce mot de passe ne vont pas ensemble ici." in answer.text
    assert answer.text.count('aria-describedby="refusal" aria-invalid="true"') == 2
    assert "<script>" not in answer.text
    assert browser.session is None


@pytest.mark.parametrize("email", ["a\x00@example.org", "", "x" * 5000, "é@example.org", "' OR 1=1 --"])
async def test_what_is_no_address_is_refused_like_an_unknown_one(client: httpx.AsyncClient, email: str) -> None:
    browser = Browser(client)
    await browser.see("/fr/connexion")

    answer = await browser.submit("/fr/connexion", email=email, password="\x00\ud7ff un mot de passe")

    assert answer.status_code == 401
    assert "ne vont pas ensemble ici" in answer.text


async def pages_of_refusals(client: httpx.AsyncClient, email: str) -> list[tuple[int, str, list[str]]]:
    """What is answered to a wrong password, of an account and of an address that has none."""
    pages = []
    for tried in (email, new_email()):
        browser = Browser(client)
        await browser.see("/fr/connexion")
        answer = await browser.submit("/fr/connexion", email=tried, password="un autre mot")
        text = answer.text.replace(tried, "").replace(browser.form, "")
        pages.append((answer.status_code, text, sorted(answer.headers)))
    return pages


async def test_unknown_and_wrong_are_answered_with_the_same_page(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    email = new_email()
    await joined(client, write, partnership.tenant_id, "member", email)

    of_account, of_none = await pages_of_refusals(client, email)

    assert of_account == of_none


async def test_the_control_of_unknown_addresses_a_sign_in_that_names_them_tells_who_has_an_account(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Accounts.find

    async def naming(self: Accounts, email: str) -> Account | None:
        found = await real(self, email)
        if found is None:
            raise PersonUnknownError
        return found

    email = new_email()
    await joined(client, write, partnership.tenant_id, "member", email)
    monkeypatch.setattr(Accounts, "find", naming)

    of_account, of_none = await pages_of_refusals(client, email)

    assert (of_account[0], of_none[0]) == (401, 404)


async def test_a_code_works_once_and_so_does_a_recovery_code(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    email = new_email()
    first = await joined(client, write, partnership.tenant_id, "coordinator", email)
    await first.enrol()

    async def outcome(code: str, kind: str = "code") -> int:
        browser = Browser(client)
        await browser.sign_in(email)
        await browser.see("/fr/connexion/code")
        return (await browser.submit("/fr/connexion/code", code=code, kind=kind)).status_code

    assert await outcome(code=first.code) == 401  # it set the authenticator up
    assert await outcome(code=first.recovery[0].upper().replace("-", " "), kind="recovery") == 303
    assert await outcome(code=first.recovery[0], kind="recovery") == 401
    assert await outcome(code=first.recovery[1], kind="recovery") == 303


async def test_a_password_alone_does_not_replace_the_authenticator(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    email = new_email()
    first = await joined(client, write, partnership.tenant_id, "coordinator", email)
    await first.enrol()
    browser = Browser(client)
    await browser.sign_in(email)
    await browser.see("/fr/connexion/code")

    answers = [
        await browser.see("/fr/connexion/second-facteur"),
        await browser.see("/fr/connexion/second-facteur/code.svg"),
        await browser.submit("/fr/connexion/second-facteur", code="000000"),
    ]

    assert [one.status_code for one in answers] == [303, 404, 303]
    again = await first.see("/fr/connexion/second-facteur")  # whoever has shown it may
    assert again.status_code == 200
    image = await first.see("/fr/connexion/second-facteur/code.svg")
    assert (image.status_code, image.headers["cache-control"]) == (200, "no-store")
    assert "image/svg+xml" in image.headers["content-type"]


# Session fixation


async def signed_in_with_a_planted_cookie(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> tuple[Browser, str]:
    """A victim's browser after signing in, and the session that an attacker had planted in it."""
    attacker = await joined(client, write, partnership.tenant_id, "member")
    email = new_email()
    await joined(client, write, partnership.tenant_id, "member", email)
    victim = Browser(client)
    planted = attacker.cookies[SESSION]
    victim.cookies[SESSION] = planted
    # The attacker's session is signed in, so the page leads on; the form's token is of the victim's browser.
    account = await victim.see("/fr/compte")
    assert account.status_code == 200
    await victim.submit("/fr/connexion", email=email, password=PASSWORD)
    return victim, planted


async def test_whatever_session_was_planted_signing_in_makes_another_and_ends_it(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    victim, planted = await signed_in_with_a_planted_cookie(client, write, partnership)

    assert victim.session not in (None, planted)
    assert await write.identity.sessions.find(planted) is None
    assert (await victim.see("/fr/compte")).status_code == 200


async def test_the_control_of_fixation_a_session_that_keeps_its_secret_is_the_attackers_too(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Sessions.begin

    async def keeping(self: Sessions, *given: Any, instead_of: str | None, **options: Any) -> str:
        if instead_of is not None:
            await self.end_by_token(instead_of)
            monkeypatch.setattr(kept, "new_opaque", lambda: instead_of)
        return await real(self, *given, instead_of=None, **options)

    monkeypatch.setattr(Sessions, "begin", keeping)

    _, planted = await signed_in_with_a_planted_cookie(client, write, partnership)

    assert await write.identity.sessions.find(planted) is not None


async def test_each_step_of_signing_in_has_a_secret_of_its_own(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    browser = await joined(client, write, partnership.tenant_id, "coordinator")
    by_password = browser.cookies[SESSION]

    await browser.enrol()

    assert browser.session not in (None, by_password)
    assert await write.identity.sessions.find(by_password) is None


# Forged requests


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (OURS, 303),
        ({"origin": ORIGIN}, 303),  # a browser that says no more
        ({"sec-fetch-site": "same-origin"}, 303),
        (THEIRS, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://testserver.local"}, 403),  # the same name without TLS
        ({"origin": "https://testserver.local.evil.example"}, 403),
        ({"sec-fetch-site": "same-site", "origin": ORIGIN}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"accept": "*/*"}, 403),  # says nothing
    ],
)
async def test_a_form_is_taken_from_our_own_pages_alone(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, headers: dict[str, str], status: int
) -> None:
    browser = await joined(client, write, partnership.tenant_id)
    secret = browser.cookies[SESSION]
    await browser.see("/fr/compte")

    answer = await browser.submit("/fr/compte/deconnexion", headers=headers)

    assert answer.status_code == status
    assert (await write.identity.sessions.find(secret) is None) == (status == 303)


@pytest.mark.parametrize("form", ["", "0" * 64, None])
async def test_a_form_needs_the_token_of_this_browser_and_session(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, form: str | None
) -> None:
    browser = await joined(client, write, partnership.tenant_id)
    other = await joined(client, write, partnership.tenant_id)
    await browser.see("/fr/compte")
    await other.see("/fr/compte")

    answer = await browser.submit("/fr/compte/deconnexion", form=other.form if form is None else form)

    assert (answer.status_code, browser.session is None) == (403, False)
    assert "Ce formulaire n’est plus valable" in answer.text.replace("&#39;", "’")
    assert (await browser.submit("/fr/compte/deconnexion")).status_code == 303


async def test_nobody_is_signed_in_by_a_form_of_another_site(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    email = new_email()
    await joined(client, write, partnership.tenant_id, "member", email)
    attacker, victim = Browser(client), Browser(client)
    await attacker.see("/fr/connexion")
    await victim.see("/fr/connexion")

    answer = await victim.submit("/fr/connexion", email=email, password=PASSWORD, form=attacker.form)

    assert (answer.status_code, victim.session) == (403, None)


async def test_the_control_of_forged_forms_without_the_checks_the_session_ends(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await joined(client, write, partnership.tenant_id)
    monkeypatch.setattr(visiting, "check_own_origin", lambda *_, **__: None)
    monkeypatch.setattr(hmac, "compare_digest", lambda *_: True)

    answer = await browser.submit("/fr/compte/deconnexion", headers=THEIRS, form="")

    assert (answer.status_code, browser.session) == (303, None)


# Redirects


@pytest.mark.parametrize(
    "next_", ["https://evil.example/", "//evil.example", "/\\evil.example", "/fr//evil.example"]
)
async def test_signing_in_leads_to_our_own_pages_alone(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, next_: str
) -> None:
    email = new_email()
    await joined(client, write, partnership.tenant_id, "member", email)
    browser = Browser(client)
    page = await browser.send("GET", "/fr/connexion", params={"next": next_})
    assert "evil" not in page.text

    answer = await browser.submit("/fr/connexion", email=email, password=PASSWORD, next=next_)

    assert (answer.status_code, answer.headers["location"]) == (303, "/fr/compte")


async def test_the_control_of_redirects_unchecked_it_would_lead_away(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = new_email()
    await joined(client, write, partnership.tenant_id, "member", email)
    monkeypatch.setattr(visiting, "own_path", lambda given: given)
    browser = Browser(client)
    await browser.see("/fr/connexion")

    answer = await browser.submit("/fr/connexion", email=email, password=PASSWORD, next="//evil.example")

    assert answer.headers["location"] == "//evil.example"


# Sessions and memberships of one's own


async def test_a_session_that_is_ended_from_another_one_is_ended(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    email = new_email()
    here = await joined(client, write, partnership.tenant_id, "member", email)
    there = Browser(client)
    await there.sign_in(email)
    found = await write.identity.sessions.find(there.cookies[SESSION])
    assert found is not None
    page = await here.see("/fr/compte")
    assert page.text.count('name="session"') == 2  # the other one, and all others

    await here.submit("/fr/compte/sessions/fin", session=str(found.session_id))

    gone = await there.see("/fr/compte")
    assert (gone.status_code, gone.headers["location"]) == (303, "/fr/connexion")
    assert there.session is None  # its cookie is taken away
    assert (await here.see("/fr/compte")).status_code == 200


async def test_nobody_ends_the_session_of_somebody_else_nor_learns_whether_there_is_one(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    ours, theirs = [await joined(client, write, partnership.tenant_id) for _ in range(2)]
    found = await write.identity.sessions.find(theirs.cookies[SESSION])
    assert found is not None
    await ours.see("/fr/compte")

    answers = [
        await ours.submit("/fr/compte/sessions/fin", session=given)
        for given in (str(found.session_id), str(uuid.uuid4()), "nothing of the kind")
    ]

    assert {(one.status_code, one.headers["location"], one.text) for one in answers} == {(303, "/fr/compte", "")}
    assert (await theirs.see("/fr/compte")).status_code == 200


async def test_one_person_acts_for_either_of_two_partnerships_and_for_no_third(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, neighbour: Partnership
) -> None:
    email = new_email()
    browser = await joined(client, write, partnership.tenant_id, "member", email)
    path = await invitation(write, neighbour.tenant_id, "member", email)
    page = await browser.see(path)
    assert 'type="password"' not in page.text
    assert (await browser.submit(path)).status_code == 303
    stranger = await joined(client, write, neighbour.tenant_id)
    page = await browser.see("/fr/compte")
    (other,) = re.findall(r'name="membership" value="([0-9a-f-]{36})"', page.text)

    await browser.submit("/fr/compte/partenariat", membership=other)

    now = await write.identity.sessions.find(browser.cookies[SESSION])
    assert now is not None
    assert (now.tenant_id, now.role) == (neighbour.tenant_id, "member")
    foreign = await write.identity.sessions.find(stranger.cookies[SESSION])
    assert foreign is not None
    await browser.submit("/fr/compte/partenariat", membership=str(foreign.membership_id))
    assert await write.identity.sessions.find(browser.cookies[SESSION]) == now


async def test_an_invitation_for_an_account_asks_its_owner_to_sign_in_and_nobody_for_a_password(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, neighbour: Partnership
) -> None:
    email = new_email()
    await joined(client, write, partnership.tenant_id, "member", email)
    path = await invitation(write, neighbour.tenant_id, "member", email)
    thief = Browser(client)
    page = await thief.see(path)
    await thief.see("/fr/connexion")
    answer = await thief.submit(path, password="un mot de passe pris", again="un mot de passe pris")

    assert 'type="password"' not in page.text
    assert f'href="/fr/connexion?next={path}"' in page.text
    assert answer.status_code == 303
    assert thief.session is None
    assert (await Browser(client).sign_in(email)).status_code == 303


async def test_a_weak_password_or_a_slip_is_said_and_the_invitation_stays(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    path = await invitation(write, partnership.tenant_id)
    browser = Browser(client)
    await browser.see(path)
    answers = [
        await browser.submit(path, password="trop court", again="trop court"),
        await browser.submit(path, password=PASSWORD, again=PASSWORD + "s"),
        await browser.submit(path, password="motdepasse2026", again="motdepasse2026"),
    ]

    assert [one.status_code for one in answers] == [422] * 3
    assert all('role="alert"' in one.text for one in answers)
    assert (await browser.submit(path, password=PASSWORD, again=PASSWORD)).status_code == 303


async def test_somebody_elses_link_and_no_link_are_answered_alike(client: httpx.AsyncClient) -> None:
    browser = Browser(client)

    answers = [await browser.see(f"/fr/invitation/{token}") for token in ("x", "A" * 43)]

    assert [one.status_code for one in answers] == [404, 404]


async def test_the_page_of_signing_out_ends_the_session(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    browser = await complete(client, write, partnership.tenant_id, "chair")
    secret = browser.cookies[SESSION]
    await browser.see("/fr/compte")

    answer = await browser.submit("/fr/compte/deconnexion")

    assert (answer.status_code, answer.headers["location"]) == (303, "/fr/connexion")
    assert browser.session is None
    assert await write.identity.sessions.find(secret) is None
