"""The calendar over HTTP: read with a token of its own kind, which opens nothing else, and by no other body."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4, uuid5

import httpx
import pytest
from icalendar import Calendar
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from domain.ids import TenantId
from infra.database import Database
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings, Settings
from readapi.asof import Clock
from readapi.reading import Reading
from readapi.viewer import Viewer
from services.api.app import create_app
from services.api.reads import read_api
from services.bootstrap import WriteSide
from services.deadlines import Deadline, deadlines_of
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.conftest import ALPHA, BETA, Reads
from tests.integration.readapi.world import alone
from tests.integration.readapi.world_lines import ALIKE, uid
from tests.integration.services.asking import order
from tests.integration.services.browsing import ORIGIN, Browser, joined

ENDED: Final = datetime(2022, 2, 28, tzinfo=UTC).date()
"""The term of office that ended without anybody having been seated since: overdue on every day to come."""


@pytest.fixture(scope="module")
def alike(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    """Two bodies that look alike, with what is due in each."""
    settings = make_database(server, f"entente_calendar_{worker_name}")
    asyncio.run(bring_in(settings, [entry for slug in ALIKE for entry in alone(slug)]))
    return settings


@pytest.fixture
def database(alike: DatabaseSettings) -> DatabaseSettings:
    return alike


@pytest.fixture
def app(settings: Settings) -> ASGIApp:
    mounts, lifespans = read_api(settings)
    return create_app(settings, checks=lambda _: {}, mounts=mounts, lifespans=lifespans)


async def token(write: WriteSide, body: TenantId, **more: Any) -> str:
    person = await write.vault.pseudonym(body, uuid4())
    return await write.tokens.create_calendar(body, person, "a calendar", **more)


async def read(
    client: httpx.AsyncClient, slug: str, token: str | None, *, lang: str | None = None, header: bool = False
) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"} if header else {}
    params = {name: value for name, value in (("token", None if header else token), ("lang", lang)) if value}
    return await client.get(f"/api/v1/partnerships/{slug}/calendar.ics", params=params, headers=headers)


def events(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return {str(event["uid"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


def ended_in(slug: str) -> str:
    return str(uuid5(uid(slug, "seat 2"), f"term_of_office/{ENDED}"))


async def test_the_due_list_is_read_as_a_calendar_in_either_language(
    client: httpx.AsyncClient, write: WriteSide
) -> None:
    mine = await token(write, ALPHA)
    french, english = (
        await read(client, "alpha", mine),
        await read(client, "alpha", mine, lang="en", header=True),
    )
    assert french.headers["content-type"] == "text/calendar; charset=utf-8"
    assert french.headers["content-language"] == "fr"
    assert french.headers["cache-control"] == "private, no-store"
    event = events(french)[ended_in("alpha")]
    assert event["dtstart"].dt == ENDED
    nbsp = "\N{NO-BREAK SPACE}"
    assert str(event["summary"]) == f"Fin de mandat{nbsp}: Siège 2 (fr), Conseil public (fr) (exemple)"
    translated = str(events(english)[ended_in("alpha")]["summary"])
    assert translated == "Term of office ends: Siège 2 (en), Conseil public (en) (sample)"
    assert (await read(client, "alpha", mine, lang="de")).json()["code"] == "request_invalid"


async def test_what_is_due_on_a_day_is_worded_with_what_it_is_about(alike: DatabaseSettings) -> None:
    viewer = Viewer(tenant_id=ALPHA, role="calendar")
    day = datetime(2021, 7, 1, tzinfo=UTC).date()
    async with Database(alike) as database, Reading(Reads(database), viewer, Clock(day)) as reading:
        found = await deadlines_of(reading, ALPHA, "en", within_days=366)
    of = {one.record_id: one for one in found}

    def said(name: str) -> Deadline:
        return of[uid("alpha", name)]

    assert said("report due").parts == ("Rapport annuel (en)",)
    assert said("requirement public").parts == ("Indicateur public (en)", "2021-2022")
    assert said("requirement public").due_on == datetime(2022, 6, 30, tzinfo=UTC).date()
    assert said("committee public").parts == ("0 of 3–5 held, no forum yet", "Conseil public (en)")
    assert {one.kind for one in found} == {"obligation", "report", "cadence", "term_of_office"}


async def test_a_token_reads_the_calendar_of_its_own_body(client: httpx.AsyncClient, write: WriteSide) -> None:
    ours, theirs = await token(write, ALPHA), await token(write, BETA)
    for given, slug, other in ((ours, "alpha", "beta"), (theirs, "beta", "alpha")):
        seen = events(await read(client, slug, given))
        assert ended_in(slug) in seen
        assert ended_in(other) not in seen
        refused = await read(client, other, given)
        assert (refused.status_code, refused.json()["code"]) == (404, "body_unknown")
        nowhere = await read(client, "no-such-body", given)
        assert nowhere.json()["code"] == refused.json()["code"]


async def test_a_member_who_is_signed_in_reads_the_calendar_of_their_own_body(
    app: ASGIApp, write: WriteSide
) -> None:
    async with AsyncTestClient(app, base_url=ORIGIN) as client:
        browser = await joined(client, write, ALPHA, "member")
        seen = events(await browser.see("/api/v1/partnerships/alpha/calendar.ics"))
        assert ended_in("alpha") in seen
        assert ended_in("beta") not in seen
        refused = [
            await browser.see(f"/api/v1/partnerships/{slug}/calendar.ics") for slug in ("beta", "no-such-body")
        ]
        assert {(one.status_code, one.json()["code"]) for one in refused} == {(404, "body_unknown")}
        assert (await Browser(client).see("/api/v1/partnerships/alpha/calendar.ics")).status_code == 401


async def test_it_opens_nothing_else(client: httpx.AsyncClient, write: WriteSide) -> None:
    calendar = await token(write, ALPHA)
    person = await write.vault.pseudonym(ALPHA, uuid4())
    coordinator = await write.tokens.create(ALPHA, "coordinator", person, "a control")
    asked = {"query": '{ partnership(slug: "alpha") { dueList(withinDays: 366) { recordId } } }'}

    async def asking(given: str) -> httpx.Response:
        return await client.post("/graphql", json=asked, headers={"authorization": f"Bearer {given}"})

    async def ordering(given: str) -> int:
        return (await order(client, "alpha", "RenameBody", {}, token=given)).status_code

    assert (await asking(calendar)).status_code == 401
    assert await ordering(calendar) == 401
    # A coordinator's is let in by both, so that it is the token that is refused above.
    assert (await asking(coordinator)).json()["data"]["partnership"]["dueList"]
    assert await ordering(coordinator) == 422


async def test_no_other_token_reads_it_nor_does_nobody(client: httpx.AsyncClient, write: WriteSide) -> None:
    person = await write.vault.pseudonym(ALPHA, uuid4())
    coordinator = await write.tokens.create(ALPHA, "coordinator", person, "a control")
    answers = [await read(client, "alpha", given) for given in (None, coordinator, "ente_" + "a" * 43, "x")]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (401, "token_missing"),
        (401, "token_invalid"),
        (401, "token_invalid"),
        (401, "token_invalid"),
    ]


async def test_an_expired_or_revoked_token_reads_nothing(client: httpx.AsyncClient, write: WriteSide) -> None:
    expired = await token(write, ALPHA, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    revoked = await token(write, ALPHA)
    assert (await read(client, "alpha", revoked)).status_code == 200
    assert await write.tokens.revoke(ALPHA, revoked)
    for ended in (expired, revoked):
        assert (await read(client, "alpha", ended)).json()["code"] == "token_invalid"


async def test_a_calendar_shows_nobody(client: httpx.AsyncClient, write: WriteSide) -> None:
    text = (await read(client, "alpha", await token(write, ALPHA))).text
    assert not [name for name in ("person 1", "person 2") if str(uid("alpha", name)) in text]
