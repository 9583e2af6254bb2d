"""What is not an order: pages, description, health, metrics, headers."""

import asyncio
import io
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
import structlog
from litestar.testing import AsyncTestClient

from domain.ids import COMMONS
from infra.jobs.heartbeat import Heartbeat
from infra.settings import Settings
from services.api.app import create_app
from services.api.health import Warned
from services.api.readiness import checks
from services.api.reads import read_api
from services.bodies import Bodies
from services.bootstrap import WriteSide
from services.journal import PROCESSORS
from services.projector import make_tables
from services.web.pages import static_url
from tests.integration.services.conftest import METRICS_TOKEN, Partnership

PATHS = ["/fr", "/en", "/openapi.json", "/nope", "/health/live", static_url("entente.css")]


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_has_the_security_headers(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(("accepts", "target"), [("fr-CA", "/fr"), ("en", "/en"), ("", "/en"), ("de", "/en")])
async def test_the_root_chooses_the_language(client: httpx.AsyncClient, accepts: str, target: str) -> None:
    answer = await client.get("/", headers={"accept-language": accepts}, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (302, target)
    assert answer.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_page_is_in_its_language(client: httpx.AsyncClient, language: str) -> None:
    answer = await client.get(f"/{language}")

    assert answer.status_code == 200
    assert answer.headers["content-language"] == f"{language}-CA"
    assert f'<html lang="{language}-CA">' in answer.text
    assert 'href="#main"' in answer.text
    assert re.search(rf'href="/{"en" if language == "fr" else "fr"}" lang=', answer.text)
    assert answer.text.count("<h1>") == 1


async def test_an_unknown_page_is_a_page_in_both_languages(client: httpx.AsyncClient) -> None:
    answer = await client.get("/rien", headers={"accept-language": "fr"})

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.index("Introuvable") < answer.text.index("Not found")
    assert answer.text.count("<h1>") == 1


@pytest.mark.parametrize("path", ["/fr", "/openapi.json", "/health/live", "/nope"])
async def test_head_is_get_without_a_body(client: httpx.AsyncClient, path: str) -> None:
    got, headed = await client.get(path), await client.head(path)

    assert headed.status_code == got.status_code
    assert headed.content == b""
    assert headed.headers["content-type"] == got.headers["content-type"]


async def test_the_read_api_is_mounted(settings: Settings, partnership: Partnership) -> None:
    mounts, lifespans = read_api(settings)
    query = {"query": "{ __typename }"}
    token = {"authorization": f"Bearer {partnership.token}"}
    async with AsyncTestClient(
        create_app(settings, checks=lambda _: {}, mounts=mounts, lifespans=lifespans)
    ) as client:
        public = await client.post("/graphql", json=query)
        member = await client.post("/graphql", json=query, headers=token)
        wrong = await client.post("/graphql", json=query, headers={"authorization": "Bearer x"})
        schema = await client.get("/graphql/schema.graphql")
        measured = await client.get("/metrics", headers={"authorization": f"Bearer {METRICS_TOKEN}"})

    assert (public.status_code, public.json()["data"]) == (200, {"__typename": "Query"})
    assert member.status_code == 200
    assert (wrong.status_code, wrong.json()["code"]) == (401, "token_invalid")
    assert "type Query" in schema.text
    assert 'entente_http_requests_total{method="POST",route="/graphql",status="200"} 2.0' in measured.text


async def test_the_description_is_served(client: httpx.AsyncClient) -> None:
    assert (await client.get("/openapi.json")).json()["openapi"] == "3.1.0"


async def test_metrics_ask_for_their_token(client: httpx.AsyncClient) -> None:
    await client.get("/fr")

    assert (await client.get("/metrics")).status_code == 401
    answer = await client.get("/metrics", headers={"authorization": f"Bearer {METRICS_TOKEN}"})

    assert answer.status_code == 200
    assert 'entente_http_requests_total{method="GET",route="/fr",status="200"}' in answer.text


async def test_each_request_is_counted_under_its_own_route(client: httpx.AsyncClient) -> None:
    """Two routes may differ in nothing but the names of their parts."""
    await client.get(f"/api/v1/partnerships/nowhere/imports/{uuid.uuid4()}")
    await client.post("/api/v1/partnerships/nowhere/imports/plans", content=b"a;b")
    await client.get("/api/v1/partnerships/nowhere/imports/plans/template")
    await client.post(f"/api/v1/partnerships/nowhere/imports/{uuid.uuid4()}/undo")
    await client.get("/no/such/route")

    answer = await client.get("/metrics", headers={"authorization": f"Bearer {METRICS_TOKEN}"})

    counted = set(re.findall(r'entente_http_requests_total{method="(\w+)",route="([^"]*)"', answer.text))
    imports = "/api/v1/partnerships/{slug}/imports"
    assert {
        *(("GET", f"{imports}/{{import_id}}"), ("POST", f"{imports}/{{table}}")),
        *(("GET", f"{imports}/{{table}}/template"), ("POST", f"{imports}/{{import_id}}/undo")),
        ("GET", "unknown"),
    } <= counted
    assert not {("GET", f"{imports}/{{table}}"), ("POST", f"{imports}/{{import_id}}")} & counted


async def test_metrics_are_not_there_without_a_token_in_the_settings(settings: Settings) -> None:
    closed = replace(settings, web=replace(settings.web, metrics_token=None))
    async with AsyncTestClient(create_app(closed, checks=lambda _: {})) as client:
        answer = await client.get("/metrics", headers={"authorization": "Bearer "})

    assert (answer.status_code, answer.json()["code"]) == (404, "route_unknown")


async def test_readiness_says_which_part_is_not(settings: Settings) -> None:
    async def fine() -> str | None:
        return None

    async def late() -> str | None:
        return "12 events behind"

    async def broken() -> str | None:
        raise OSError("secret detail")

    app = create_app(settings, checks=lambda _: {"a": fine, "b": late, "c": broken})
    async with AsyncTestClient(app) as client:
        answer = await client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "parts": {"a": "ready", "b": "12 events behind", "c": "cannot be asked"},
    }


async def test_a_warning_is_shown_and_does_not_take_the_service_away(settings: Settings) -> None:
    async def defect() -> str | None:
        return Warned("warning: look")

    app = create_app(settings, checks=lambda _: {"a": defect})
    async with AsyncTestClient(app) as client:
        answer = await client.get("/health/ready")
        measured = await client.get("/metrics", headers={"authorization": f"Bearer {METRICS_TOKEN}"})

    assert (answer.status_code, answer.json()) == (200, {"ready": True, "parts": {"a": "warning: look"}})
    assert 'entente_warned{part="a"} 1.0' in measured.text
    assert 'entente_ready{part="a"} 1.0' in measured.text


async def test_monitors_may_ask_by_any_name(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health/live", headers={"host": "10.0.0.7:8000"})).status_code == 200


@pytest.fixture
def journal() -> Iterator[io.StringIO]:
    """What a process writes, in the form in which it writes it."""
    written = io.StringIO()
    structlog.configure(processors=PROCESSORS, logger_factory=structlog.WriteLoggerFactory(file=written))
    yield written
    structlog.reset_defaults()


async def test_the_unexpected_is_journalled_and_answered_without_detail(
    settings: Settings, write: WriteSide, journal: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def explode(_self: Bodies, _slug: str) -> None:
        raise KeyError("a detail")

    person = await write.vault.pseudonym(COMMONS, uuid.uuid4())
    token = await write.tokens.create(COMMONS, "operator", person, "x")
    monkeypatch.setattr(Bodies, "resolve", explode)
    async with AsyncTestClient(create_app(settings, checks=lambda _: {})) as client:
        answer = await client.post(
            "/api/v1/partnerships/x/commands/DraftPlan?q=private",
            content=b"a payload",
            headers={"authorization": f"Bearer {token}", "cookie": "c=crumbs"},
        )

    assert answer.status_code == 500
    problem = answer.json()
    assert problem["code"] == "internal"
    assert "a detail" not in answer.text
    lines = [json.loads(line) for line in journal.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["http.unexpected", "http.answered"]
    assert {line["correlation_id"] for line in lines} == {problem["correlation_id"]}
    assert "KeyError" in lines[0]["exception"]
    for private in (token, "a payload", "crumbs", "private"):
        assert private not in journal.getvalue()


async def test_readiness_asks_the_database(settings: Settings, write: WriteSide) -> None:
    make_tables(settings.database)

    found = {name: await check() for name, check in checks(write).items()}

    assert set(found) == {"schema", "projections", "worker", "signer", "verification"}
    assert found["schema"] is None
    with Heartbeat(settings.database, "worker"):
        deadline = asyncio.get_running_loop().time() + 120
        while await checks(write)["worker"]() is not None:
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.02)
