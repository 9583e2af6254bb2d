"""Too many requests in a minute: by network address, by account or token, by body and by what GraphQL asks for."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest

from domain.ids import COMMONS
from infra.access import rates as counting
from infra.access.rates import UNLIMITED, Rates, RateSettings
from infra.settings import Settings
from services.api import limiting
from services.api.app import create_app
from services.api.reads import read_api
from services.bootstrap import WriteSide
from services.projector import make_tables
from tests.integration.services.browsing import ORIGIN, complete
from tests.integration.services.conftest import Partnership, make_partnership
from tests.integration.services.test_hardening import inner

Limited = Callable[[RateSettings], AbstractAsyncContextManager[httpx.AsyncClient]]
TEMPLATE = "/api/v1/partnerships/{}/imports/plans/template"


@pytest.fixture
def limited(settings: Settings) -> Limited:
    """The application with such limits, in its own process as far as counting goes."""

    @asynccontextmanager
    async def start(rates: RateSettings) -> AsyncIterator[httpx.AsyncClient]:
        over = replace(settings, rates=rates)
        mounts, lifespans = read_api(over)
        app = create_app(over, checks=lambda _: {}, mounts=mounts, lifespans=lifespans)
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # two names for one protocol
        # In this very loop: requests at once are so, which they are not through the framework's own client.
        async with inner(app).lifespan(), httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            yield client

    return start


@pytest.fixture
def address() -> dict[str, str]:
    """A network address that no other test comes from, as the one proxy writes it."""
    return {"x-forwarded-for": f"test:{uuid.uuid4().hex}"}


@pytest.fixture(autouse=True)
def long_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test whose requests fell into two minutes would count two allowances."""
    monkeypatch.setattr(counting, "PERIOD", timedelta(days=1))


async def statuses(client: httpx.AsyncClient, times: int, path: str, headers: dict[str, str]) -> list[int]:
    return [(await client.get(path, headers=headers)).status_code for _ in range(times)]


async def test_an_address_that_sends_too_much_is_told_when_to_come_back(
    limited: Limited, address: dict[str, str]
) -> None:
    async with limited(replace(UNLIMITED, per_address=5)) as client:
        before = await statuses(client, 5, "/openapi.json", address)
        refused = await client.get("/api/v1/nothing", headers=address)
        page = await client.get("/fr", headers=address)
        files = await statuses(client, 3, "/health/live", address)
        other = await client.get("/openapi.json", headers={"x-forwarded-for": f"test:{uuid.uuid4().hex}"})

    assert before == [200] * 5
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (429, "too_many_requests")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["retry-after"] == str(problem["facts"]["seconds"])
    assert 1 <= problem["facts"]["seconds"] <= 86_400
    assert problem["facts"]["counted_by"] == "address"
    assert set(problem["detail"]) == {"en", "fr"}
    assert (page.status_code, page.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert "Trop de requêtes dans cette minute" in page.text
    assert 1 <= int(page.headers["retry-after"]) <= 86_400
    for answer in (refused, page):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-correlation-id"]
    assert (files, other.status_code) == ([200] * 3, 200)


async def test_many_at_once_from_two_processes_get_no_more_than_one_would(
    limited: Limited, address: dict[str, str]
) -> None:
    rates = replace(UNLIMITED, per_address=40)
    async with limited(rates) as one, limited(rates) as other:
        answers = await asyncio.gather(
            *(client.get("/openapi.json", headers=address) for client in (one, other) for _ in range(40))
        )

    served = [answer.status_code for answer in answers].count(200)
    assert 40 - 40 // 20 <= served <= 40
    assert {answer.status_code for answer in answers} == {200, 429}


async def test_the_control_of_limits_without_them_all_are_served(
    limited: Limited, address: dict[str, str]
) -> None:
    async with limited(UNLIMITED) as client:
        assert await statuses(client, 30, "/openapi.json", address) == [200] * 30


async def test_the_control_of_sharing_counting_apart_gives_each_process_the_whole(
    limited: Limited, address: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Rates, "_hash", lambda *_: uuid.uuid4().bytes * 2)
    rates = replace(UNLIMITED, per_address=20)
    async with limited(rates) as one, limited(rates) as other:
        served = [await statuses(client, 20, "/openapi.json", address) for client in (one, other)]

    assert served == [[200] * 20] * 2


async def test_a_token_and_a_person_have_an_allowance_whatever_address_they_come_from(
    limited: Limited, write: WriteSide, partnership: Partnership
) -> None:
    async with limited(replace(UNLIMITED, per_account=4)) as client:
        path = TEMPLATE.format(partnership.slug)
        token = {"authorization": f"Bearer {partnership.token}"}
        anew = [
            await client.get(path, headers={**token, "x-forwarded-for": f"test:{uuid.uuid4().hex}"})
            for _ in range(5)
        ]
        browser = await complete(client, write, partnership.tenant_id, "coordinator")
        seen = [await browser.see(path) for _ in range(5)]

    assert [answer.status_code for answer in anew] == [200] * 4 + [429]
    assert [answer.status_code for answer in seen] == [200] * 4 + [429]
    assert {answers[-1].json()["facts"]["counted_by"] for answers in (anew, seen)} == {"account"}


async def test_a_body_has_an_allowance_for_all_of_its_people_and_leaves_its_neighbour_s_alone(
    limited: Limited, write: WriteSide, partnership: Partnership
) -> None:
    neighbour = await make_partnership(write)
    person = await write.vault.pseudonym(partnership.tenant_id, uuid.uuid4())
    second = await write.tokens.create(partnership.tenant_id, "coordinator", person, "another")
    async with limited(replace(UNLIMITED, per_body=4)) as client:
        path = TEMPLATE.format(partnership.slug)
        got = [
            (await client.get(path, headers={"authorization": f"Bearer {token}"})).status_code
            for token in (partnership.token, second) * 3
        ]
        theirs = await client.get(
            TEMPLATE.format(neighbour.slug), headers={"authorization": f"Bearer {neighbour.token}"}
        )

    assert got == [200] * 4 + [429] * 2
    assert theirs.status_code == 200


async def test_a_request_counts_once_however_often_it_is_asked_whose_it_is(
    limited: Limited, partnership: Partnership, settings: Settings
) -> None:
    make_tables(settings.database)
    path = f"/fr/partenariats/{partnership.slug}/exceptions"
    async with limited(replace(UNLIMITED, per_account=3)) as client:
        token = {"authorization": f"Bearer {partnership.token}"}
        got = await statuses(client, 4, path, token)

    assert got[3] == 429
    assert 429 not in got[:3]


async def test_reading_costs_what_it_asks_for(
    limited: Limited, partnership: Partnership, settings: Settings, address: dict[str, str]
) -> None:
    make_tables(settings.database)

    async def asked(client: httpx.AsyncClient, first: int, headers: dict[str, str]) -> httpx.Response:
        query = f"{{ partnerships(first: {first}) {{ nodes {{ slug }} }} }}"
        return await client.post("/graphql", json={"query": query}, headers=headers)

    async with limited(replace(UNLIMITED, cost=1_000)) as client:
        small = await asked(client, 1, address)
        cost = small.json()["extensions"]["cost"]["requested"]
        wide = [await asked(client, 200, address) for _ in range(6)]
        token = {"authorization": f"Bearer {partnership.token}", **address}
        member = await asked(client, 200, token)
        invalid = [await client.post("/graphql", json={"query": "{"}, headers=address) for _ in range(3)]
        event_stream = await client.post(
            "/graphql",
            json={"query": "subscription { changed { cursor } }"},
            headers={**address, "accept": "text/event-stream"},
        )

    assert small.status_code == 200
    each = wide[0].json()["extensions"]["cost"]["requested"]
    served = (1_000 - cost) // each
    assert [answer.status_code for answer in wide] == [200] * served + [429] * (6 - served)
    problem: dict[str, Any] = wide[-1].json()
    assert (problem["code"], problem["facts"]["counted_by"]) == ("too_many_requests", "cost")
    assert wide[-1].headers["retry-after"] == str(problem["facts"]["seconds"])
    assert member.status_code == 200
    assert {answer.status_code for answer in invalid} == {200}
    assert event_stream.status_code in (200, 400)


async def test_the_table_tells_nobody_who_asked(
    limited: Limited, settings: Settings, address: dict[str, str], partnership: Partnership
) -> None:
    async with limited(RateSettings()) as client:
        await client.get(
            TEMPLATE.format(partnership.slug), headers={"authorization": f"Bearer {partnership.token}", **address}
        )
    with psycopg.connect(settings.database.admin_dsn) as connection:
        kept = str(connection.execute("SELECT t::text FROM access.taken t").fetchall())

    assert kept.count(",") >= 3
    for known in (address["x-forwarded-for"], str(partnership.tenant_id), str(COMMONS)):
        assert known not in kept


async def test_nothing_but_these_counts_is_outside_the_write_ahead_log(settings: Settings) -> None:
    with psycopg.connect(settings.database.admin_dsn) as connection:
        found = connection.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relpersistence = 'u'"
        ).fetchall()

    assert found == [("access.taken",)]


async def test_what_is_over_goes(write: WriteSide, settings: Settings) -> None:
    take = "SELECT given FROM access.take($1, $2, 1, 3)"
    old = uuid.uuid4().bytes * 2
    assert await write.pool.fetchval(take, old, timedelta(minutes=1)) == 1
    with psycopg.connect(settings.database.admin_dsn) as connection:
        connection.execute("UPDATE access.taken SET until = now() - interval '2 hours' WHERE key = %s", [old])
    for _ in range(50):
        await write.pool.fetchval(take, uuid.uuid4().bytes * 2, timedelta(minutes=1))

    with psycopg.connect(settings.database.admin_dsn) as connection:
        found = connection.execute("SELECT FROM access.taken WHERE key = %s", [old]).fetchall()
    assert found == []


async def test_an_allowance_begins_anew_with_the_next_period(write: WriteSide) -> None:
    take, key, period = "SELECT given FROM access.take($1, $2, 2, 3)", uuid.uuid4().bytes * 2, timedelta(days=1)
    given = [await write.pool.fetchval(take, key, period) for _ in range(3)]
    short = timedelta(milliseconds=1)
    fresh = uuid.uuid4().bytes * 2
    anew = []
    for _ in range(3):
        anew.append(await write.pool.fetchval(take, fresh, short))
        await asyncio.sleep(0.01)

    assert given == [2, 1, 0]
    assert anew == [2, 2, 2]


async def test_the_control_of_the_account_without_its_count_a_token_goes_on(
    limited: Limited, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def let_pass(*_: Any) -> None:
        pass

    monkeypatch.setattr("services.api.requesters.limit_reader", let_pass)
    async with limited(replace(UNLIMITED, per_account=2)) as client:
        token = {"authorization": f"Bearer {partnership.token}"}
        assert await statuses(client, 6, TEMPLATE.format(partnership.slug), token) == [200] * 6
    assert limiting.limit_reader is not let_pass
