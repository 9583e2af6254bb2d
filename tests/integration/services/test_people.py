"""Who is a member and who is invited, over HTTP: by mail alone, by those who may, and each body its own."""

import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from domain.mail import Mail, MailRefusedError, MailUnavailableError
from infra.mail.files import FileMailer
from infra.mail.settings import MailSettings
from infra.settings import Settings
from services.api import people
from services.api.app import create_app
from services.authorisation import ROLES
from services.bootstrap import WriteSide
from tests.integration.services.browsing import OURS, PASSWORD, Browser, complete, joined, new_email
from tests.integration.services.conftest import Partnership, an_organisation

ORIGIN = "https://testserver.local"


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    return tmp_path / "mail"


@pytest.fixture
def mailing(settings: Settings, outbox: Path) -> Settings:
    return replace(settings, mail=MailSettings("entente@example.org", None, outbox))


@pytest.fixture
def app(mailing: Settings) -> ASGIApp:
    return create_app(mailing, checks=lambda _: {})


@pytest.fixture
async def client(app: ASGIApp, write: WriteSide) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 - the commons
    async with AsyncTestClient(app, base_url=ORIGIN) as test_client:
        yield test_client


def path_of(body: Partnership, rest: str) -> str:
    return f"/api/v1/partnerships/{body.slug}/{rest}"


async def invite(
    client: httpx.AsyncClient, body: Partnership, *, token: str | None = None, **changes: Any
) -> httpx.Response:
    new = {"email": new_email(), "role": "member", "language": "fr", **changes}
    headers = {"authorization": f"Bearer {token or body.token}"}
    return await client.post(path_of(body, "invitations"), json=new, headers=headers)


async def read(client: httpx.AsyncClient, body: Partnership, rest: str) -> list[dict[str, Any]]:
    answer = await client.get(path_of(body, rest), headers={"authorization": f"Bearer {body.token}"})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()[rest]
    return found


def letters(outbox: Path) -> list[tuple[str, str, str]]:
    """To whom, about what, and the text, in the order in which they were written."""
    if not outbox.exists():
        return []
    parsed = [
        message_from_bytes(one.read_bytes(), policy=policy.default)
        for one in sorted(outbox.glob("*.eml"), key=lambda one: one.stat().st_mtime_ns)
    ]
    return [(str(one["To"]), str(one["Subject"]), one.get_content().replace("\r\n", "\n")) for one in parsed]


async def test_an_invitation_is_mailed_and_its_link_is_shown_nowhere_else(
    client: httpx.AsyncClient, partnership: Partnership, outbox: Path
) -> None:
    email = new_email()

    answer = await invite(client, partnership, email=email)

    assert answer.status_code == 201
    assert {answer.json()[name] for name in ("email", "role", "language")} == {email, "member", "fr"}
    ((to, subject, text),) = letters(outbox)
    assert (to, subject) == (email, "Partenariat de Test\u00a0: invitation")
    (link,) = re.findall(r"https://testserver\.local(/fr/invitation/[\w-]{43})", text)
    assert "à titre de\u00a0: membre." in text
    assert link.rpartition("/")[2] not in answer.text
    assert (await read(client, partnership, "invitations")) == [answer.json()]
    browser = Browser(client)
    await browser.see(link)
    assert (await browser.submit(link, password=PASSWORD, again=PASSWORD)).status_code == 303
    assert await read(client, partnership, "invitations") == []
    (member,) = await read(client, partnership, "members")
    assert (member["email"], member["role"]) == (email, "member")


async def test_it_is_written_in_the_language_of_whoever_is_invited(
    client: httpx.AsyncClient, partnership: Partnership, outbox: Path
) -> None:
    await invite(client, partnership, language="en", role="chair")

    ((_, subject, text),) = letters(outbox)
    assert subject == "Test Partnership: invitation"
    assert "Test Partnership invites you to Entente as: committee chair." in text
    assert re.search(r"https://testserver\.local/en/invitation/[\w-]{43}\n", text)


async def test_a_coordinator_who_is_signed_in_invites_too(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, outbox: Path
) -> None:
    browser = await complete(client, write, partnership.tenant_id, "coordinator")
    new = {"email": new_email(), "role": "chair", "language": "fr"}

    answer = await browser.send("POST", path_of(partnership, "invitations"), headers=OURS, json=new)

    assert answer.status_code == 201
    assert len(letters(outbox)) == 1


@pytest.mark.parametrize("role", sorted(ROLES))
async def test_a_coordinator_invites_to_some_roles_and_to_no_other(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, outbox: Path, role: str
) -> None:
    named = {"organisation_id": str(await an_organisation(write))} if role == "partner_reporter" else {}

    answer = await invite(client, partnership, role=role, **named)

    allowed = role in {"coordinator", "chair", "member", "partner_reporter"}
    assert answer.status_code == (201 if allowed else 403)
    assert len(letters(outbox)) == len(await read(client, partnership, "invitations")) == int(allowed)


async def test_an_operator_invites_whoever_reviews(
    client: httpx.AsyncClient, partnership: Partnership, operator_token: str
) -> None:
    answer = await invite(client, partnership, role="programme_officer", token=operator_token)

    assert answer.status_code == 201
    assert (await invite(client, partnership, role="operator", token=operator_token)).status_code == 403


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"coordinator", "operator", "system"}))
async def test_no_other_role_reads_or_changes_who_is_a_member(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, role: Any
) -> None:
    person = await write.vault.pseudonym(partnership.tenant_id, uuid.uuid4())
    token = await write.tokens.create(partnership.tenant_id, role, person, "a test")
    await joined(client, write, partnership.tenant_id)
    (member,) = await read(client, partnership, "members")
    headers = {"authorization": f"Bearer {token}"}

    answers = [
        await client.get(path_of(partnership, "members"), headers=headers),
        await client.get(path_of(partnership, "invitations"), headers=headers),
        await invite(client, partnership, token=token),
        await client.delete(path_of(partnership, f"members/{member['membership_id']}"), headers=headers),
        await client.delete(path_of(partnership, f"invitations/{uuid.uuid4()}"), headers=headers),
    ]

    assert {(one.status_code, one.json()["code"]) for one in answers} == {(403, "role_not_allowed")}
    assert await read(client, partnership, "members") == [member]


async def test_each_body_has_its_own_members_and_invitations(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, neighbour: Partnership
) -> None:
    email = new_email()
    for body in (partnership, neighbour):
        await invite(client, body, email=email)
        await joined(client, write, body.tenant_id)
    (theirs,) = await read(client, neighbour, "members")
    (open_,) = await read(client, neighbour, "invitations")
    ours = {"authorization": f"Bearer {partnership.token}"}

    answers = [
        await client.delete(path_of(partnership, rest), headers=ours)
        for rest in (f"members/{theirs['membership_id']}", f"invitations/{open_['invitation_id']}")
    ]
    answers += [await client.get(path_of(neighbour, rest), headers=ours) for rest in ("members", "invitations")]

    assert [one.status_code for one in answers] == [404] * 4
    assert await read(client, neighbour, "members") == [theirs]
    assert await read(client, neighbour, "invitations") == [open_]
    assert theirs not in await read(client, partnership, "members")


async def test_a_membership_ends_at_once_and_only_by_whoever_may_invite_to_it(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    adviser = await complete(client, write, partnership.tenant_id, "regional_adviser")
    member = await joined(client, write, partnership.tenant_id)
    ids = {one["role"]: one["membership_id"] for one in await read(client, partnership, "members")}
    headers = {"authorization": f"Bearer {partnership.token}"}

    refused = await client.delete(path_of(partnership, f"members/{ids['regional_adviser']}"), headers=headers)
    ended = await client.delete(path_of(partnership, f"members/{ids['member']}"), headers=headers)

    assert (refused.status_code, refused.json()["code"]) == (403, "role_not_invited")
    assert ended.status_code == 204
    for browser, status in ((adviser, 200), (member, 403)):
        answer = await browser.see(path_of(partnership, "calendar.ics"))
        assert (answer.status_code == 403) == (status == 403)
    again = await client.delete(path_of(partnership, f"members/{ids['member']}"), headers=headers)
    assert (again.status_code, again.json()["code"]) == (404, "member_unknown")


async def test_an_invitation_is_withdrawn(
    client: httpx.AsyncClient, partnership: Partnership, outbox: Path
) -> None:
    made = (await invite(client, partnership)).json()
    headers = {"authorization": f"Bearer {partnership.token}"}
    path = path_of(partnership, f"invitations/{made['invitation_id']}")

    answers = [await client.delete(path, headers=headers) for _ in range(2)]

    assert [one.status_code for one in answers] == [204, 404]
    ((_, _, text),) = letters(outbox)
    link = re.search(r"/fr/invitation/[\w-]{43}", text)
    assert link is not None
    assert (await Browser(client).see(link[0])).status_code == 404


@pytest.mark.parametrize(
    ("error", "expected"),
    [(MailRefusedError(), (422, "mail_not_taken")), (MailUnavailableError(), (503, "unavailable"))],
)
async def test_what_does_not_leave_the_house_invites_nobody(
    client: httpx.AsyncClient,
    partnership: Partnership,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    expected: tuple[int, str],
) -> None:
    async def failing(_: FileMailer, mail: Mail) -> None:
        assert "/fr/invitation/" in mail.text
        raise error

    monkeypatch.setattr(FileMailer, "send", failing)

    answer = await invite(client, partnership)

    assert (answer.status_code, answer.json()["code"]) == expected
    assert await read(client, partnership, "invitations") == []


async def test_without_mail_nobody_is_invited_over_http(
    settings: Settings, write: WriteSide, partnership: Partnership
) -> None:
    async with AsyncTestClient(create_app(settings, checks=lambda _: {}), base_url=ORIGIN) as client:
        answer = await invite(client, partnership)

    assert (answer.status_code, answer.json()["code"]) == (503, "mail_absent")
    assert await write.identity.invitations.list(partnership.tenant_id) == []


async def test_only_so_many_are_open_at_once(
    client: httpx.AsyncClient, partnership: Partnership, outbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "INVITATIONS_MAX", 2)

    answers = [await invite(client, partnership) for _ in range(3)]

    assert [one.status_code for one in answers] == [201, 201, 422]
    assert answers[2].json()["code"] == "invitations_too_many"
    assert len(letters(outbox)) == 2


@pytest.mark.parametrize(
    ("changes", "path"),
    [({"email": "no address"}, "$.email"), ({"role": "king"}, "$.role"), ({"language": "de"}, "$.language")],
)
async def test_what_is_wrong_is_said_where_it_stands(
    client: httpx.AsyncClient, partnership: Partnership, outbox: Path, changes: dict[str, str], path: str
) -> None:
    answer = await invite(client, partnership, **changes)

    assert answer.status_code == 422
    assert [one["path"] for one in answer.json()["errors"]] == [path]
    assert letters(outbox) == []
