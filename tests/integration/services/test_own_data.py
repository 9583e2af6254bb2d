"""People see, correct and take away what is kept about them; coordinators correct a contact of their own body."""

import html
import re
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from domain.envelope import Role
from domain.ids import PersonId
from infra.pii.persons import Person
from services.bootstrap import WriteSide
from services.web import own_data
from tests.integration.services.browsing import ORIGIN, Browser, joined, new_email
from tests.integration.services.conftest import Partnership

WRONG: dict[str, Any] = {"name": "Zoé", "email": "not an address"}


@pytest.fixture
async def client(app: ASGIApp, write: WriteSide) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 - the commons
    async with AsyncTestClient(app, base_url=ORIGIN) as test_client:
        yield test_client


def path_of(body: Partnership, person: object) -> str:
    return f"/api/v1/partnerships/{body.slug}/people/{person}"


def bearing(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def known(write: WriteSide, body: Partnership) -> PersonId:
    return await write.vault.enrol(body.tenant_id, Person("Zoé Abricot", "zoe@example.org", None))


async def test_a_coordinator_corrects_a_contact_and_nothing_in_the_log_changes(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    person, headers = await known(write, partnership), bearing(partnership.token)
    before = await client.get(path_of(partnership, person), headers=headers)
    log = await write.store.mentioning(partnership.tenant_id, person)

    corrected = await client.put(
        path_of(partnership, person), headers=headers, json={"name": "  Zoé   Abricot-Roy ", "phone": "555 0100"}
    )

    assert before.json() == {"name": "Zoé Abricot", "email": "zoe@example.org", "phone": None}
    now = {"name": "Zoé Abricot-Roy", "email": None, "phone": "555 0100"}
    assert (corrected.status_code, corrected.json()) == (200, now)
    assert (await client.get(path_of(partnership, person), headers=headers)).json() == now
    assert await write.store.mentioning(partnership.tenant_id, person) == log == []


async def test_a_person_of_another_body_an_erased_one_and_nobody_are_answered_alike(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, neighbour: Partnership
) -> None:
    theirs, erased = await known(write, neighbour), await known(write, partnership)
    await write.vault.erase(partnership.tenant_id, erased)
    headers = bearing(partnership.token)
    asked = [theirs, erased, uuid.uuid4(), "nothing-of-the-kind"]

    answers = [await client.put(path_of(partnership, one), headers=headers, json={}) for one in asked]
    answers += [await client.get(path_of(partnership, one), headers=headers) for one in asked]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "person_unknown")}
    hidden = await client.get(path_of(neighbour, theirs), headers=headers)
    assert (hidden.status_code, hidden.json()["code"]) == (404, "body_unknown")
    kept = await write.vault.people(neighbour.tenant_id, [theirs])
    assert kept[theirs].name == "Zoé Abricot"


@pytest.mark.parametrize("wrong", [WRONG, {"name": "x" * 201}, {"nickname": "Zo"}, {"name": 7}])
async def test_what_cannot_be_kept_is_refused_where_it_stands_and_nothing_changes(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, wrong: dict[str, Any]
) -> None:
    person = await known(write, partnership)

    answer = await client.put(path_of(partnership, person), headers=bearing(partnership.token), json=wrong)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"].startswith("$")
    assert (await write.vault.people(partnership.tenant_id, [person]))[person].email == "zoe@example.org"


@pytest.mark.parametrize("role", ["chair", "member", "regional_adviser", "auditor"])
async def test_no_other_role_sees_or_corrects_contacts(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, role: Role
) -> None:
    person = await known(write, partnership)
    them = await write.vault.pseudonym(partnership.tenant_id, uuid.uuid4())
    headers = bearing(await write.tokens.create(partnership.tenant_id, role, them, "test"))

    assert (await client.get(path_of(partnership, person), headers=headers)).status_code == 403
    assert (await client.put(path_of(partnership, person), headers=headers, json={})).status_code == 403


def shown(page: str) -> dict[str, str]:
    """The values of the first form about a contact."""
    form = page.split('name="body"')[1].split("</form>", maxsplit=1)[0]
    return dict(re.findall(r'name="(name|email|phone)"[^>]*? value="([^"]*)"', form))


def body_shown(page: str) -> str:
    (body,) = re.findall(r'name="body" value="([0-9a-f-]{36})"', page)
    return str(body)


async def test_somebody_corrects_their_own_contact_on_the_account_s_page(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    browser = await joined(client, write, partnership.tenant_id)
    page = html.unescape((await browser.see("/fr/compte")).text)
    assert shown(page) == {"name": "", "email": "", "phone": ""}

    answer = await browser.submit(
        "/fr/compte/coordonnees", body=body_shown(page), name="Zoé Abricot", email="zoe@example.org", phone=""
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/fr/compte")
    page = html.unescape((await browser.see("/fr/compte")).text)
    assert shown(page) == {"name": "Zoé Abricot", "email": "zoe@example.org", "phone": ""}
    assert "un nom ou des coordonnées ont été corrigés" in page
    wrong = await browser.submit("/fr/compte/coordonnees", body=body_shown(page), **WRONG)
    assert wrong.status_code == 422
    assert shown(html.unescape((await browser.see("/fr/compte")).text))["email"] == "zoe@example.org"


async def test_nobody_corrects_anothers_contact_by_naming_their_body(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, neighbour: Partnership
) -> None:
    browser = await joined(client, write, partnership.tenant_id)
    other = await joined(client, write, neighbour.tenant_id)
    await browser.see("/fr/compte")

    answer = await browser.submit("/fr/compte/coordonnees", body=str(neighbour.tenant_id), name="Quelqu’un")

    assert answer.status_code == 303
    assert shown((await other.see("/fr/compte")).text)["name"] == ""


async def test_somebody_takes_away_what_is_kept_if_they_have_lately_shown_who_they_are(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = new_email()
    browser = await joined(client, write, partnership.tenant_id, "member", email)

    answer = await browser.see("/en/account/data")

    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="entente.json"'
    assert answer.headers["cache-control"] == "no-store"
    taken = answer.json()
    assert taken["email"] == email
    assert [body["roles"] for body in taken["bodies"]] == [["member"]]

    async def long_ago(*_: object) -> bool:
        return False

    monkeypatch.setattr(own_data, "is_confirmed", long_ago)
    led = await browser.see("/en/account/data")
    assert (led.status_code, led.headers["location"]) == (303, "/en/account/confirm?next=/en/account")
    stranger = await Browser(client).see("/en/account/data")
    assert (stranger.status_code, stranger.headers["location"]) == (303, "/en/sign-in")
