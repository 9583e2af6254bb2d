"""What happened to accounts, sessions, tokens and closed doors can be read by those whom it concerns."""

import argparse
import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from infra.access.security_log import SecurityEvent, SecurityLog
from infra.settings import Role, Settings
from services.api import denied
from services.api.app import create_app
from services.bootstrap import WriteSide
from services.cli import security
from tests.integration.services.asking import draft, order
from tests.integration.services.browsing import ORIGIN, PASSWORD, SESSION, Browser, complete, invitation, new_email
from tests.integration.services.conftest import Partnership


@pytest.fixture
async def client(app: ASGIApp, write: WriteSide) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 - the commons
    async with AsyncTestClient(app, base_url=ORIGIN) as test_client:
        yield test_client


async def account_of(write: WriteSide, browser: Browser) -> UUID:
    session = await write.identity.sessions.find(browser.cookies[SESSION])
    assert session is not None
    return session.account_id


async def of_body(write: WriteSide, body: Partnership) -> list[SecurityEvent]:
    return [event for event in await write.identity.security.all() if event.tenant_id == body.tenant_id]


async def test_a_person_reads_on_their_page_what_happened_to_their_account_and_nobody_else_s(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> None:
    email = new_email()
    browser = Browser(client)
    path = await invitation(write, partnership.tenant_id, "coordinator", email)
    await browser.see(path)
    await browser.submit(path, password=PASSWORD, again=PASSWORD)
    await browser.enrol()
    other = await complete(client, write, partnership.tenant_id, "coordinator")
    guessing = Browser(client)
    await guessing.sign_in(email, "une tout autre phrase")

    mine = await write.identity.security.of_account(await account_of(write, browser), 20)
    page = await browser.see("/fr/compte")
    theirs = await other.see("/fr/compte")

    assert [event.kind for event in mine] == [
        "sign_in_refused",
        "signed_in",
        "factor_enrolled",
        "invitation_accepted",
    ]
    assert "un mot de passe erroné" in page.text
    assert "une application d’authentification a été configurée" in page.text
    assert "un mot de passe erroné" not in theirs.text


async def test_closed_doors_are_noted_once_a_minute_for_the_same(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership, neighbour: Partnership
) -> None:
    denied._noted.clear()
    person = await write.vault.pseudonym(partnership.tenant_id, uuid.uuid4())
    token = await write.tokens.create(partnership.tenant_id, "member", person, "a test")
    for _ in range(3):
        assert (await order(client, partnership.slug, "DraftPlan", draft(), token=token)).status_code == 403
        assert (await order(client, neighbour.slug, "DraftPlan", draft(), token=token)).status_code == 404

    noted = await of_body(write, partnership)
    assert [(event.kind, event.facts["code"]) for event in noted] == [
        ("access_denied", "body_unknown"),
        ("access_denied", "role_not_allowed"),
    ]
    assert {event.facts["person_id"] for event in noted} == {str(person)}
    assert all(event.correlation_id for event in noted)


async def test_the_control_of_closed_doors_without_the_hook_none_is_noted(
    settings: Settings, write: WriteSide, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: Any) -> None:
        pass

    monkeypatch.setattr("services.api.app.note_denied", nothing)
    person = await write.vault.pseudonym(partnership.tenant_id, uuid.uuid4())
    token = await write.tokens.create(partnership.tenant_id, "member", person, "a test")
    async with AsyncTestClient(create_app(settings, checks=lambda _: {})) as client:
        assert (await order(client, partnership.slug, "DraftPlan", draft(), token=token)).status_code == 403

    assert await of_body(write, partnership) == []


async def test_a_limit_that_is_reached_is_noted_once(
    settings: Settings, write: WriteSide, partnership: Partnership
) -> None:
    few = replace(settings, rates=replace(settings.rates, per_account=1))
    async with AsyncTestClient(create_app(few, checks=lambda _: {})) as client:
        for _ in range(6):
            await client.get(
                f"/api/v1/partnerships/{partnership.slug}/imports/plans/template",
                headers={"authorization": f"Bearer {partnership.token}"},
            )

    assert [(event.kind, event.facts) for event in await of_body(write, partnership)][:1] == [
        ("rate_exceeded", {"counted_by": "account"})
    ]
    assert len(await of_body(write, partnership)) <= 2  # a minute may have begun between


async def test_operators_read_everybody_s_on_the_command_line(
    write: WriteSide,
    partnership: Partnership,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await write.identity.security.note("token_made", {"role": "coordinator"}, tenant_id=partnership.tenant_id)
    await write.identity.security.note("membership_ended", {}, tenant_id=partnership.tenant_id)
    monkeypatch.setattr(security, "load_settings", lambda _: settings)
    monkeypatch.setattr(security, "reachable", lambda _: nullcontext())

    def read(**given: Any) -> list[Any]:
        assert security.security(argparse.Namespace(**{"kind": None, "last": 500, **given})) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    everything = await asyncio.to_thread(read)
    made = await asyncio.to_thread(read, kind="token_made", last=1)

    ours = [event["kind"] for event in everything if event["tenant_id"] == str(partnership.tenant_id)]
    assert ours == ["membership_ended", "token_made"]
    assert [event["kind"] for event in made] == ["token_made"]


@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET kind = 'other'", "TRUNCATE {}"])
def test_nobody_but_the_owner_changes_what_was_written(settings: Settings, statement: str) -> None:
    for role in Role:
        with (
            psycopg.connect(settings.database.dsn(role)) as connection,
            pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)),
        ):
            connection.execute(statement.format("access.security_event").encode())


async def test_the_application_writes_by_the_function_alone(settings: Settings) -> None:
    with (
        psycopg.connect(settings.database.dsn(Role.APP)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("INSERT INTO access.security_event (kind, facts) VALUES ('signed_in', '{}')")


async def test_what_is_older_than_is_kept_goes_and_nothing_younger_than_a_month_does(
    write: WriteSide, settings: Settings
) -> None:
    account = uuid.uuid4()
    log = SecurityLog(write.pool)
    for _ in range(2):
        await log.note("signed_in", {}, account_id=account)
    first, second = reversed(await log.of_account(account, 9))
    with psycopg.connect(settings.database.admin_dsn) as connection:
        for event, age in ((first, "366 days"), (second, "29 days")):
            connection.execute(
                "UPDATE access.security_event SET at = now() - %s::interval WHERE event_id = %s",
                [age, event.event_id],
            )
    impatient = SecurityLog(write.pool, keep=settings.sessions.idle * 0)

    await impatient.note("signed_in", {}, account_id=account)

    left = [event.event_id for event in await log.of_account(account, 9)]
    assert second.event_id in left
    assert first.event_id not in left
