"""A login that somebody links on purpose, and how providers and what they opened end."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.access.providers import ProviderFixedError, Providers, ProviderSecretError
from services.bootstrap import WriteSide
from tests.integration.services.browsing import (
    SESSION,
    Browser,
    complete,
    joined,
)
from tests.integration.services.coming import come, go, set_up
from tests.integration.services.conftest import Partnership
from tests.integration.services.issuer import SECRET, Issuer

# Linking on purpose


async def test_whoever_is_signed_in_links_a_login_with_another_address_and_takes_it_away_again(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, issuer: Issuer
) -> None:
    name = await set_up(write, partnership.tenant_id, issuer, domains=())
    owner = await complete(client, write, partnership.tenant_id, "coordinator")
    page = await owner.see("/en/account")
    assert "Link my login with City of Tests" in page.text
    assert (await come(Browser(client), issuer, name)).status_code == 403

    leaving = await owner.submit("/en/account/logins", provider=name)
    address = leaving.text.split(f'href="{issuer.origin}')[1].split('"')[0].replace("&amp;", "&")
    linked = await owner.see(issuer.authorise(issuer.origin + address))
    assert (leaving.status_code, linked.headers["location"]) == (200, "/en/account")

    browser = Browser(client)
    assert (await come(browser, issuer, name)).headers["location"] == "/fr/connexion/code"
    page = await owner.see("/en/account")
    provider = await write.identity.providers.find(name)
    assert provider is not None
    await owner.submit("/en/account/logins/end", provider=str(provider.provider_id))
    assert await write.identity.sessions.find(browser.cookies[SESSION]) is None
    assert (await come(Browser(client), issuer, name)).status_code == 403


async def test_a_login_is_linked_from_our_page_by_the_session_that_asked_and_to_one_account(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, issuer: Issuer
) -> None:
    name = await set_up(write, partnership.tenant_id, issuer, domains=())
    owner, thief = [await joined(client, write, partnership.tenant_id) for _ in range(2)]

    async def asked(browser: Browser) -> str:
        await browser.see("/fr/compte")
        leaving = await browser.submit("/fr/compte/identifiants", provider=name)
        path = leaving.text.split(f'href="{issuer.origin}')[1].split('"')[0].replace("&amp;", "&")
        return issuer.authorise(issuer.origin + path)

    await owner.see("/fr/compte")
    forged = await owner.submit("/fr/compte/identifiants", provider=name, form="0" * 64)
    victims = await asked(owner)
    in_another_browser = await thief.see(victims)
    mine = await owner.see(await asked(owner))
    taken = await thief.see(await asked(thief))
    late = await asked(owner)
    owner.cookies.pop(SESSION)
    signed_out = await owner.see(late)

    answers = (forged, in_another_browser, mine, taken, signed_out)
    assert [one.status_code for one in answers] == [403, 403, 303, 409, 401]
    assert "Cet identifiant est associé à un autre compte" in taken.text


# Ends


async def test_when_a_provider_is_removed_its_sessions_end_and_its_address_is_none(
    client: httpx.AsyncClient,
    write: WriteSide,
    partnership: Partnership,
    neighbour: Partnership,
    issuer: Issuer,
    *,
    email: str,
) -> None:
    name = await set_up(write, partnership.tenant_id, issuer)
    browser = Browser(client)
    await come(browser, issuer, name, email=email)
    waiting = Browser(client)
    back = issuer.authorise(await go(waiting, name), email=email)
    assert not await write.identity.providers.remove(neighbour.tenant_id, name)  # not theirs

    assert await write.identity.providers.remove(partnership.tenant_id, name)

    assert await write.identity.sessions.find(browser.cookies[SESSION]) is None
    assert (await waiting.see(back)).status_code == 403
    unknown = await waiting.see(f"/en/sign-in/with/{name}")
    assert unknown.status_code == 404
    assert "No sign-in service of this name is set up here." in unknown.text


async def test_a_provider_keeps_its_body_and_its_issuer_and_anything_else_may_change(
    write: WriteSide, partnership: Partnership, neighbour: Partnership, issuer: Issuer
) -> None:
    name = await set_up(write, partnership.tenant_id, issuer)
    kept = write.identity.providers
    for tenant_id, changes in (
        (neighbour.tenant_id, {}),
        (partnership.tenant_id, {"issuer": "https://other.example"}),
    ):
        with pytest.raises(ProviderFixedError):
            await kept.keep(tenant_id, issuer.terms(name, **changes))

    await kept.keep(partnership.tenant_id, issuer.terms(name, client_id="another", domains=("example.net",)))

    found = await kept.find(name)
    assert found is not None
    assert (found.client_id, found.domains, found.sealed) == ("another", ("example.net",), None)


async def test_a_secret_is_sealed_to_its_provider_or_read_from_its_file_each_time(
    write: WriteSide, partnership: Partnership, issuer: Issuer, tmp_path: Path
) -> None:
    kept = write.identity.providers
    name, other = [await set_up(write, partnership.tenant_id, issuer) for _ in range(2)]
    found, moved = await kept.find(name), await kept.find(other)
    assert found is not None
    assert moved is not None
    assert found.sealed is not None
    assert SECRET.encode() not in found.sealed
    assert kept.secret_of(found) == SECRET
    for wrong, of in (
        (Providers(write.pool, b"another secret of the instance, 32 bytes"), found),
        (kept, type(found)(**{**_fields(moved), "sealed": found.sealed})),
    ):
        with pytest.raises(ProviderSecretError):
            wrong.secret_of(of)

    file = tmp_path / "secret"
    file.write_text("one\n")
    await kept.keep(partnership.tenant_id, issuer.terms(name), secret_file=file)
    found = await kept.find(name)
    assert found is not None
    assert kept.secret_of(found) == "one"
    file.write_text("two")
    assert kept.secret_of(found) == "two"
    file.unlink()
    with pytest.raises(ProviderSecretError):
        kept.secret_of(found)


def _fields(provider: Any) -> dict[str, Any]:
    return {name: getattr(provider, name) for name in provider.__struct_fields__}
