"""Signing in at the provider of a body, by the rules of docs/adr/0016: whose login opens what."""

import uuid
from typing import Any

import httpx
import pytest

from infra.access.sessions import Sessions
from infra.settings import SessionSettings
from services.bootstrap import WriteSide
from services.identity import providers
from tests.integration.services.browsing import (
    OURS,
    PASSWORD,
    Browser,
    joined,
    new_email,
)
from tests.integration.services.coming import come, go, session_of, set_up
from tests.integration.services.conftest import Partnership
from tests.integration.services.issuer import Issuer
from tests.integration.services.test_sessions_at_the_doors import code_of, drafted


async def test_the_sign_in_page_names_providers_in_both_languages_and_leads_there_with_all_that_protects(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, issuer: Issuer
) -> None:
    name = await set_up(write, partnership.tenant_id, issuer, acr_required=("urn:two", "urn:three"))
    browser = Browser(client)
    french, english = await browser.see("/fr/connexion?next=/fr/compte"), await browser.see("/en/sign-in")
    assert f'href="/fr/connexion/avec/{name}?next=/fr/compte"' in french.text
    assert "Se connecter avec Ville d’Essai" in french.text
    assert "Sign in with City of Tests" in english.text

    address = httpx.URL(await go(browser, name))

    assert f"{address.scheme}://{address.netloc.decode()}{address.path}" == f"{issuer.origin}/auth"
    asked = dict(address.params)
    assert asked.pop("redirect_uri") == f"https://testserver.local/sign-in/{name}/return"
    assert {key: len(asked.pop(key)) for key in ("state", "nonce", "code_challenge")} == {
        "state": 43,
        "nonce": 43,
        "code_challenge": 43,
    }
    assert asked == {
        "response_type": "code",
        "client_id": "entente",
        "scope": "openid email",
        "code_challenge_method": "S256",
        "acr_values": "urn:two urn:three",
        "ui_locales": "fr-CA fr",
    }


async def test_a_member_comes_in_by_a_verified_address_of_the_domain_and_from_then_on_by_the_subject(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, issuer: Issuer, email: str
) -> None:
    name = await set_up(write, partnership.tenant_id, issuer)
    subject = uuid.uuid4().hex
    first, second = Browser(client), Browser(client)

    answer = await come(first, issuer, name, sub=subject, email=email.upper())
    again = await come(second, issuer, name, sub=subject, email=None)  # they have another name there now

    assert (answer.status_code, answer.headers["location"]) == (303, "/fr/compte")
    assert (again.status_code, again.headers["location"]) == (303, "/fr/compte")
    one, two = await session_of(write, first), await session_of(write, second)
    assert (one.email, one.role, one.factor, one.via_body) == (email, "member", "password", partnership.tenant_id)
    assert one.account_id == two.account_id
    (login,) = await write.identity.logins.list(one.account_id)
    assert login.linked_by == "address"
    page = await first.see("/fr/compte")
    assert "Cette session a été ouverte par Ville d’Essai\u00a0: elle n’agit que pour ce partenariat." in page.text


async def test_an_address_that_is_not_in_the_id_token_is_asked_for_and_only_of_the_same_subject(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, issuer: Issuer, email: str
) -> None:
    name = await set_up(write, partnership.tenant_id, issuer)
    browser = Browser(client)

    issuer.info = {"sub": "somebody else", "email": email, "email_verified": True}
    other = await come(browser, issuer, name)
    issuer.info = {"sub": "subject-1", "email": email, "email_verified": True}
    same = await come(browser, issuer, name)

    assert (other.status_code, same.status_code) == (401, 303)


UNLINKED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "an address that is not verified": ({"email_verified": False}, {}),
    "verified, as a word": ({"email_verified": "true"}, {}),
    "nothing about it": ({"email_verified": None}, {}),
    "no address": ({"email": None}, {}),
    "a domain that is not this provider's": ({}, {"domains": ("example.com",)}),
    "a domain that ends like it": ({}, {"domains": ("ample.org",)}),
    "no domain at all": ({}, {"domains": ()}),
}


@pytest.mark.parametrize("case", UNLINKED)
async def test_no_account_is_linked_by(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, issuer: Issuer, case: str, *, email: str
) -> None:
    says, terms = UNLINKED[case]
    name = await set_up(write, partnership.tenant_id, issuer, **terms)
    browser = Browser(client)

    answer = await come(browser, issuer, name, **({"email": email} | says))

    assert (answer.status_code, browser.session) == (403, None)
    assert "Cet identifiant n’ouvre aucun compte ici." in answer.text


async def test_the_control_of_domains_whoever_may_say_whose_any_address_is_opens_any_account(
    client: httpx.AsyncClient,
    write: WriteSide,
    partnership: Partnership,
    issuer: Issuer,
    monkeypatch: pytest.MonkeyPatch,
    *,
    email: str,
) -> None:
    name = await set_up(write, partnership.tenant_id, issuer, domains=())
    monkeypatch.setattr(providers, "may_say", lambda *_: True)

    assert (await come(Browser(client), issuer, name, email=email)).status_code == 303


async def test_whoever_gets_the_address_of_somebody_who_left_does_not_get_their_account(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, issuer: Issuer, email: str
) -> None:
    name = await set_up(write, partnership.tenant_id, issuer)
    assert (await come(Browser(client), issuer, name, sub="who left", email=email)).status_code == 303
    successor = Browser(client)

    answer = await come(successor, issuer, name, sub="who came", email=email)

    assert (answer.status_code, successor.session) == (403, None)


async def test_nobody_comes_in_who_is_no_member_of_the_body_or_has_no_account(
    client: httpx.AsyncClient,
    write: WriteSide,
    partnership: Partnership,
    neighbour: Partnership,
    issuer: Issuer,
) -> None:
    name = await set_up(write, partnership.tenant_id, issuer)
    email = new_email()
    await joined(client, write, neighbour.tenant_id, "member", email)
    browser = Browser(client)

    elsewhere = await come(browser, issuer, name, email=email)
    nobody = await come(browser, issuer, name, email=new_email())

    assert (elsewhere.status_code, nobody.status_code, browser.session) == (403, 403, None)


async def of_two_bodies(
    client: httpx.AsyncClient, write: WriteSide, here: Partnership, there: Partnership, issuer: Issuer
) -> tuple[Browser, str]:
    """Somebody who is a member of two bodies and comes in by the provider of the first; their address."""
    email = new_email()
    owner = await joined(client, write, there.tenant_id, "member", email)
    account = await session_of(write, owner)
    person = await write.vault.pseudonym(here.tenant_id, account.account_id)
    token = await write.identity.invitations.create(
        here.tenant_id, email, "coordinator", "fr", invited_by=person, valid=SessionSettings().longest
    )
    found = await write.identity.invitations.find(token)
    assert found is not None
    await write.identity.invitations.accept(found, account.account_id, person)
    name = await set_up(write, here.tenant_id, issuer, acr_second=("urn:two",))
    browser = Browser(client)
    assert (await come(browser, issuer, name, email=email, acr="urn:two")).status_code == 303
    return browser, email


async def act_for_each(write: WriteSide, browser: Browser) -> set[Any]:
    """The bodies for which a session acts, whichever of its account's memberships it asks for."""
    session = await session_of(write, browser)
    acted = set()
    for membership in await write.identity.accounts.memberships(session.account_id):
        await browser.see("/fr/compte")
        await browser.submit("/fr/compte/partenariat", membership=str(membership.membership_id))
        acted.add((await session_of(write, browser)).tenant_id)
        # And by the row itself, as if the page did not look.
        await write.identity.sessions.act_for(session, membership)
        acted.add((await session_of(write, browser)).tenant_id)
    return acted


async def test_a_provider_opens_its_own_body_and_no_other_and_does_not_show_it(
    client: httpx.AsyncClient,
    write: WriteSide,
    partnership: Partnership,
    neighbour: Partnership,
    issuer: Issuer,
) -> None:
    browser, _ = await of_two_bodies(client, write, partnership, neighbour, issuer)
    assert (await drafted(browser, partnership.slug)).status_code == 201
    page = await browser.see("/fr/compte")
    assert page.text.count('name="membership"') == 0

    assert await act_for_each(write, browser) == {partnership.tenant_id, None}
    assert code_of(await drafted(browser, neighbour.slug)) in {(404, "body_unknown"), (403, "no_membership")}


async def test_the_control_of_bodies_a_session_that_forgets_who_opened_it_acts_for_both(
    client: httpx.AsyncClient,
    write: WriteSide,
    partnership: Partnership,
    neighbour: Partnership,
    issuer: Issuer,
) -> None:
    real = Sessions.begin

    async def forgetting(self: Sessions, *given: Any, via: Any = None, **options: Any) -> str:
        assert via is None or via.body_id == partnership.tenant_id
        return await real(self, *given, **options)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Sessions, "begin", forgetting)
        browser, _ = await of_two_bodies(client, write, partnership, neighbour, issuer)

    assert await act_for_each(write, browser) == {partnership.tenant_id, neighbour.tenant_id}


async def test_a_session_that_a_provider_opened_changes_no_other_way_into_the_account(
    client: httpx.AsyncClient,
    write: WriteSide,
    partnership: Partnership,
    issuer: Issuer,
) -> None:
    name = await set_up(write, partnership.tenant_id, issuer, acr_second=("urn:two",))
    email = new_email()
    owner = await joined(client, write, partnership.tenant_id, "coordinator", email)
    await owner.enrol()
    browser = Browser(client)
    await come(browser, issuer, name, email=email, acr="urn:two")
    page = await browser.see("/fr/compte")
    assert page.status_code == 200
    assert "Ajouter une clé d’accès" not in page.text
    assert "/fr/connexion/second-facteur" not in page.text
    headers = {**OURS, "x-entente-form": browser.form}

    answers = [
        await browser.send("POST", "/fr/compte/cles/options", headers=headers, json={}),
        await browser.send("POST", "/fr/compte/cles", headers=headers, json={}),
        await browser.submit("/fr/compte/cles/fin", passkey="AAAA"),
        await browser.submit("/fr/connexion/second-facteur", code="000000"),
        await browser.submit("/fr/compte/identifiants", provider=name),
        await browser.submit("/fr/compte/identifiants/fin", provider=str(uuid.uuid4())),
        await browser.see("/fr/connexion/second-facteur"),
    ]

    assert [one.status_code for one in answers] == [403] * 7
    assert all("Pour changer les moyens de connexion" in one.text.replace("&#39;", "’") for one in answers[2:])


# The second factor


async def test_what_stands_for_two_factors_there_is_enough_here(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, issuer: Issuer
) -> None:
    name = await set_up(write, partnership.tenant_id, issuer, acr_second=("urn:two",), amr_second=("mfa",))
    email = new_email()
    await joined(client, write, partnership.tenant_id, "coordinator", email)

    for says in ({"acr": "urn:two"}, {"acr": "urn:one", "amr": ["pwd", "mfa"]}):
        browser = Browser(client)
        answer = await come(browser, issuer, name, email=email, **says)
        assert answer.headers["location"] == "/fr/compte"
        assert (await session_of(write, browser)).factor == "second"
        assert (await drafted(browser, partnership.slug)).status_code == 201


@pytest.mark.parametrize("says", [{}, {"acr": "urn:one"}, {"amr": ["pwd"]}, {"acr": ["urn:two"]}])
async def test_where_it_says_less_our_own_factor_is_asked_for(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, issuer: Issuer, says: dict[str, Any]
) -> None:
    name = await set_up(write, partnership.tenant_id, issuer, acr_second=("urn:two",), amr_second=("mfa",))
    email = new_email()
    owner = await joined(client, write, partnership.tenant_id, "coordinator", email)
    browser = Browser(client)
    first = await come(browser, issuer, name, email=email, **says)
    assert first.headers["location"] == "/fr/connexion/second-facteur"
    assert code_of(await drafted(browser, partnership.slug)) == (403, "second_factor_missing")
    await owner.enrol()

    later = await come(browser, issuer, name, email=email, **says)

    assert later.headers["location"] == "/fr/connexion/code"
    await browser.see("/fr/connexion/code")
    done = await browser.submit("/fr/connexion/code", code=owner.recovery[0], kind="recovery")
    assert done.headers["location"] == "/fr/compte"
    session = await session_of(write, browser)
    assert (session.factor, session.via_body) == ("second", partnership.tenant_id)  # it stays what it was


async def test_what_the_body_requires_has_to_be_said(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, issuer: Issuer, email: str
) -> None:
    name = await set_up(write, partnership.tenant_id, issuer, acr_required=("urn:two", "urn:three"))
    browser = Browser(client)

    refused = [await come(browser, issuer, name, email=email, acr=acr) for acr in (None, "urn:one")]
    assert [one.status_code for one in refused] == [403, 403]
    assert "avec moins de rigueur" in refused[0].text
    assert browser.session is None
    assert (await come(browser, issuer, name, email=email, acr="urn:three")).status_code == 303


async def test_the_control_of_strictness_unchecked_whatever_the_provider_says_will_do(
    client: httpx.AsyncClient,
    write: WriteSide,
    partnership: Partnership,
    issuer: Issuer,
    monkeypatch: pytest.MonkeyPatch,
    *,
    email: str,
) -> None:
    name = await set_up(write, partnership.tenant_id, issuer, acr_required=("urn:two",))
    assert (await come(Browser(client), issuer, name, email=email, acr="urn:one")).status_code == 403

    monkeypatch.setattr(providers, "is_strict_enough", lambda *_: True)

    assert (await come(Browser(client), issuer, name, email=email, acr="urn:one")).status_code == 303


async def test_a_password_still_opens_everything(
    client: httpx.AsyncClient,
    write: WriteSide,
    partnership: Partnership,
    neighbour: Partnership,
    issuer: Issuer,
) -> None:
    _, email = await of_two_bodies(client, write, partnership, neighbour, issuer)
    browser = Browser(client)

    assert (await browser.sign_in(email, PASSWORD)).status_code == 303

    assert (await session_of(write, browser)).via is None
