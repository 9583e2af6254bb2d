"""A forgotten password: a link to the account's own address, once, for an hour, and nothing is told."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from domain.mail import Mail, MailUnavailableError
from infra.mail.files import FileMailer
from infra.mail.settings import MailSettings
from infra.settings import DatabaseSettings, Role, Settings
from services.api.app import create_app
from services.bootstrap import WriteSide
from services.identity.forgetting import choose_password, link_for
from services.identity.parts import Identity
from services.identity.refusals import PasswordLinkInvalidError, PersonUnknownError
from services.web import forgotten
from tests.integration.services.browsing import ORIGIN, PASSWORD, SESSION, THEIRS, Browser, joined, new_email
from tests.integration.services.conftest import Partnership

OTHER = "une autre suite de mots"


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    return tmp_path / "mail"


@pytest.fixture
def app(settings: Settings, outbox: Path) -> ASGIApp:
    mailing = replace(settings, mail=MailSettings("entente@example.org", None, outbox))
    return create_app(mailing, checks=lambda _: {})


@pytest.fixture
async def client(app: ASGIApp, write: WriteSide) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 - the commons
    async with AsyncTestClient(app, base_url=ORIGIN) as test_client:
        yield test_client


def letters(outbox: Path) -> list[tuple[str, str]]:
    """To whom, and the link's path."""
    found = []
    for one in sorted(outbox.glob("*.eml"), key=lambda one: one.stat().st_mtime_ns):
        letter = message_from_bytes(one.read_bytes(), policy=policy.default)
        link = re.search(r"https://testserver\.local(/\w\w/[\w-]+/[\w-]{43})\s", letter.get_content())
        assert link is not None
        found.append((str(letter["To"]), link[1]))
    return found


async def ask(client: httpx.AsyncClient, email: str, **options: Any) -> httpx.Response:
    browser = Browser(client)
    await browser.see("/fr/connexion/oubli")
    answer = await browser.submit("/fr/connexion/oubli", email=email, **options)
    answer.extensions["form"] = browser.form.encode()
    return answer


async def link_of(client: httpx.AsyncClient, email: str, outbox: Path) -> str:
    assert (await ask(client, email)).status_code == 200
    to, path = letters(outbox)[-1]
    assert to == email
    return path


async def test_the_link_changes_the_password_once_and_ends_all_sessions(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, outbox: Path
) -> None:
    email = new_email()
    owner = await joined(client, write, partnership.tenant_id, "member", email)
    path = await link_of(client, email.upper().lower(), outbox)
    assert path.startswith("/fr/mot-de-passe/")
    browser = Browser(client)
    assert email in (await browser.see(path)).text

    weak = await browser.submit(path, password="motdepasse2026", again="motdepasse2026")
    slip = await browser.submit(path, password=OTHER, again=OTHER + "s")
    done = await browser.submit(path, password=OTHER, again=OTHER)
    again = await browser.submit(path, password=PASSWORD, again=PASSWORD)

    assert [one.status_code for one in (weak, slip, done, again)] == [422, 422, 303, 404]
    assert done.headers["location"] == "/fr/connexion"
    assert await write.identity.sessions.find(owner.cookies[SESSION]) is None
    assert (await Browser(client).sign_in(email, PASSWORD)).status_code == 401
    assert (await Browser(client).sign_in(email, OTHER)).status_code == 303


async def test_a_second_factor_stays(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, outbox: Path
) -> None:
    email = new_email()
    owner = await joined(client, write, partnership.tenant_id, "coordinator", email)
    await owner.enrol()
    path = await link_of(client, email, outbox)
    browser = Browser(client)
    await browser.see(path)

    await browser.submit(path, password=OTHER, again=OTHER)

    answer = await Browser(client).sign_in(email, OTHER)
    assert answer.headers["location"] == "/fr/connexion/code"


async def answers_about(client: httpx.AsyncClient, *emails: str) -> set[tuple[int, str]]:
    """What is answered to whoever asks for a link, but for the token of the form."""
    answers = [await ask(client, given) for given in emails]
    return {(one.status_code, one.text.replace(one.extensions["form"].decode(), "")) for one in answers}


async def test_whoever_asks_learns_nothing_about_who_has_an_account(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, outbox: Path
) -> None:
    email = new_email()
    await joined(client, write, partnership.tenant_id, "member", email)

    ((status, _),) = await answers_about(client, email, new_email(), "no address", "a\x00@example.org")

    assert status == 200
    assert [to for to, _ in letters(outbox)] == [email]


async def test_the_control_of_asking_a_page_that_looks_first_tells_who_has_an_account(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def looking(identity: Identity, email: str, **_: Any) -> None:
        if await identity.accounts.find(email) is None:
            raise PersonUnknownError

    email = new_email()
    await joined(client, write, partnership.tenant_id, "member", email)
    monkeypatch.setattr(forgotten, "may_ask", looking)

    assert {status for status, _ in await answers_about(client, email, new_email())} == {200, 404}


async def test_the_message_is_sent_after_the_answer_and_a_failure_is_not_shown(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    async def failing(_: FileMailer, mail: Mail) -> None:
        tried.append(mail.to)
        raise MailUnavailableError

    monkeypatch.setattr(FileMailer, "send", failing)
    email = new_email()
    await joined(client, write, partnership.tenant_id, "member", email)

    assert (await ask(client, email)).status_code == 200
    assert tried == [email]


async def test_nobodys_mailbox_is_filled_and_who_is_asked_for_makes_no_difference(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, outbox: Path
) -> None:
    email = new_email()
    await joined(client, write, partnership.tenant_id, "member", email)

    for given in (email, new_email()):
        answers = [await ask(client, given) for _ in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert len(letters(outbox)) == 3


async def test_only_the_newest_link_works_and_not_for_ever(
    client: httpx.AsyncClient,
    write: WriteSide,
    partnership: Partnership,
    outbox: Path,
    database: DatabaseSettings,
) -> None:
    email = new_email()
    await joined(client, write, partnership.tenant_id, "member", email)
    first, second = [await link_of(client, email, outbox) for _ in range(2)]

    assert [(await Browser(client).see(path)).status_code for path in (first, second)] == [404, 200]
    with psycopg.connect(database.admin_dsn) as connection:
        connection.execute("UPDATE access.password_link SET expires_at = clock_timestamp()")
    assert (await Browser(client).see(second)).status_code == 404
    for nothing in ("x", "A" * 43):
        assert (await Browser(client).see(f"/fr/mot-de-passe/{nothing}")).status_code == 404


async def test_of_many_who_use_one_link_at_once_one_succeeds(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    email = new_email()
    await joined(client, write, partnership.tenant_id, "member", email)
    made = await link_for(write.identity, email)
    assert made is not None

    outcomes = await asyncio.gather(
        *(choose_password(write.identity, made[1], OTHER, OTHER) for _ in range(5)), return_exceptions=True
    )

    assert outcomes.count(None) == 1
    assert {type(one) for one in outcomes if one} == {PasswordLinkInvalidError}


async def test_both_forms_are_taken_from_our_own_pages_alone(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, outbox: Path
) -> None:
    email = new_email()
    await joined(client, write, partnership.tenant_id, "member", email)
    path = await link_of(client, email, outbox)
    browser = Browser(client)
    await browser.see(path)

    answers = [
        await browser.submit(path, headers=THEIRS, password=OTHER, again=OTHER),
        await browser.submit(path, form="0" * 64, password=OTHER, again=OTHER),
        await browser.submit("/fr/connexion/oubli", headers=THEIRS, email=email),
    ]

    assert [one.status_code for one in answers] == [403] * 3
    assert (await Browser(client).sign_in(email, PASSWORD)).status_code == 303


async def test_without_mail_an_operator_is_pointed_to(settings: Settings, write: WriteSide) -> None:
    assert write.identity is not None
    async with AsyncTestClient(create_app(settings, checks=lambda _: {}), base_url=ORIGIN) as client:
        browser = Browser(client)
        page = await browser.see("/en/sign-in/forgotten")

    assert "This instance sends no mail. Ask an operator for a link." in page.text
    assert "<form" not in page.text


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.APP}))
def test_only_the_application_knows_links(database: DatabaseSettings, role: Role) -> None:
    with (
        psycopg.connect(database.dsn(role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT * FROM access.find_password_link('\\x00')")
