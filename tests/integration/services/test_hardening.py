"""What stands around every route, with a control for each: headers, pages without inline parts, names, sizes."""

import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from html.parser import HTMLParser
from typing import Any, NamedTuple

import httpx
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp, Message

from infra.settings import Profile, Settings
from services.api import edge
from services.api.app import create_app
from services.api.edge import Edge
from services.api.reads import read_api
from services.bodies import Bodies
from services.bootstrap import WriteSide
from services.projector import make_tables
from services.views.drawing import Easel
from services.web.pages import static_url
from tests.integration.filled import Filled
from tests.integration.readapi.world_lines import ALIKE, uid
from tests.integration.services.browsing import ORIGIN, Browser, complete
from tests.integration.services.conftest import BODY_MAX_BYTES, DOCUMENT_MAX_BYTES, Partnership, operator

HEADERS = {
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
ANSWERS = {
    "a page": ("GET", "/fr", 200),
    "a page that is not there": ("GET", "/fr/rien", 404),
    "a redirect": ("GET", "/", 302),
    "only the headers": ("HEAD", "/en", 200),
    "a file": ("GET", static_url("entente.css"), 200),
    "a file that is not there": ("GET", "/static/x/y", 404),
    "a description": ("GET", "/openapi.json", 200),
    "health": ("GET", "/health/live", 200),
    "a closed door": ("POST", "/api/v1/partnerships", 401),
    "no such door": ("GET", "/api/v1/nothing", 404),
    "no such method": ("DELETE", "/openapi.json", 405),
    "a form from elsewhere": ("POST", "/fr/connexion", 403),
    "a read": ("GET", "/graphql?query={__typename}", 200),
    "a read of another kind": ("PUT", "/graphql", 405),
    "no read": ("GET", "/graphql?query={", 200),
    "the printed schema": ("GET", "/graphql/schema.graphql", 200),
    "nothing mounted": ("GET", "/graphql/nothing", 404),
}


def whole(settings: Settings) -> ASGIApp:
    mounts, lifespans = read_api(settings)
    return create_app(settings, checks=lambda _: {}, mounts=mounts, lifespans=lifespans)


@pytest.fixture
def app(settings: Settings) -> ASGIApp:
    return whole(settings)


def missing_headers(answer: httpx.Response) -> list[str]:
    """Which of the headers that every answer has are not there, or are others."""
    wrong = [name for name, value in HEADERS.items() if answer.headers.get(name) != value]
    policy = answer.headers.get("content-security-policy", "")
    strict = "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    loose = re.search(r"unsafe|nonce|\*|https?:|data:", policy)
    return wrong if strict and not loose else [*wrong, "content-security-policy"]


@pytest.mark.parametrize("name", ANSWERS)
async def test_every_kind_of_answer_has_every_header(client: httpx.AsyncClient, name: str) -> None:
    method, path, status = ANSWERS[name]

    answer = await client.request(method, path, follow_redirects=False)

    assert (answer.status_code, missing_headers(answer)) == (status, [])
    assert uuid.UUID(answer.headers["x-correlation-id"])


async def test_refusals_of_the_edge_and_failures_have_them_too(
    client: httpx.AsyncClient, write: WriteSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def explode(_self: Bodies, _slug: str) -> None:
        raise KeyError

    monkeypatch.setattr(Bodies, "resolve", explode)
    token = {"authorization": f"Bearer {await operator(write)}"}
    failed = await client.get("/api/v1/partnerships/x/members", headers=token)
    elsewhere = await client.get("/fr", headers={"host": "evil.example"})

    assert [(one.status_code, missing_headers(one)) for one in (failed, elsewhere)] == [(500, []), (400, [])]


async def test_the_control_of_headers_without_the_edge_s_there_are_none(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge, "SECURITY_HEADERS", {})
    monkeypatch.setattr(edge, "OVER_TLS_HEADERS", {})
    async with AsyncTestClient(whole(settings)) as client:
        answer = await client.get("/openapi.json")

    assert set(missing_headers(answer)) == {*HEADERS, "content-security-policy"}


async def test_without_tls_nobody_is_told_to_use_it(settings: Settings) -> None:
    demo = replace(settings, profile=Profile.DEMO, sessions=replace(settings.sessions, secure=False))
    async with AsyncTestClient(whole(demo)) as client:
        answer = await client.get("/fr")

    assert missing_headers(answer) == ["strict-transport-security"]


class Inline(HTMLParser):
    """What of a page a strict policy forbids."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self._script = tag == "script"
        if tag in ("style", "iframe", "object", "embed", "base"):
            self.found.append(f"<{tag}>")
        if self._script and "src" not in given:
            self.found.append("a script without a file")
        for name, value in given.items():
            if name in ("style", "nonce", "srcdoc") or name.startswith("on"):
                self.found.append(f"{tag} {name}=")
            if value.strip().lower().startswith(("javascript:", "data:")):
                self.found.append(f"{tag} {name}={value[:20]}")
            loaded = name == "src" or (tag == "link" and name == "href" and given.get("rel") == "stylesheet")
            if loaded and not re.match(r"/[^/]", value):
                self.found.append(f"{tag} loads {value}")

    def handle_data(self, data: str) -> None:
        if self._script and data.strip():
            self.found.append("words in a script")


PLAN = f"/fr/partenariats/{ALIKE[0]}/plans/{uid(ALIKE[0], 'published')}"
PUBLIC_PAGES = (
    *("/fr", "/en", "/fr/rien", "/fr/connexion", "/en/sign-in", "/fr/connexion/oubli", "/fr/invitation/x"),
    *(PLAN, f"/fr/partenariats/{ALIKE[0]}", f"/fr/partenariats/{ALIKE[0]}/plans"),
)
LINK = re.compile(r'href="(/(?:fr|en)[^"#]*)"')


async def read_through(browser: Browser, first: tuple[str, ...], pages_max: int) -> dict[str, httpx.Response]:
    """These pages, and those that they link to."""
    seen: dict[str, httpx.Response] = {}
    waiting = list(first)
    while waiting and len(seen) < pages_max:
        path = waiting.pop(0)
        if path in seen:
            continue
        answer = seen[path] = await browser.see(path)
        if answer.headers.get("content-type", "").startswith("text/html"):
            waiting += LINK.findall(answer.text.replace("&amp;", "&"))
    return {path: answer for path, answer in seen.items() if "html" in answer.headers.get("content-type", "")}


@pytest.fixture
async def pages(
    settings: Settings, filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """The application over the sample and two bodies that look alike; it waits for its chart."""
    patient = partial(Easel, patience=timedelta(minutes=2), deadline=timedelta(minutes=2))
    monkeypatch.setattr("services.web.pages.Easel", patient)
    async with AsyncTestClient(whole(replace(settings, database=filled.settings)), base_url=ORIGIN) as client:
        yield client


async def test_no_page_has_anything_that_the_policy_forbids(pages: httpx.AsyncClient) -> None:
    shown = await read_through(Browser(pages), PUBLIC_PAGES, 60)

    assert len(shown) >= 20
    assert {path: found for path, answer in shown.items() if (found := Inline(answer.text).found)} == {}
    assert {path: found for path, answer in shown.items() if (found := missing_headers(answer))} == {}
    assert "<svg" in shown["/fr"].text


async def test_nor_has_one_for_somebody_who_is_signed_in(
    app: ASGIApp, write: WriteSide, partnership: Partnership
) -> None:
    async with AsyncTestClient(app, base_url=ORIGIN) as client:
        browser = await complete(client, write, partnership.tenant_id, "coordinator")
        shown = await read_through(browser, ("/fr/compte", "/fr/connexion/second-facteur"), 12)

    assert {"/fr/compte", "/fr/connexion/second-facteur"} <= set(shown)
    assert {path: found for path, answer in shown.items() if (found := Inline(answer.text).found)} == {}


@pytest.mark.parametrize(
    "planted",
    [
        '<p style="color:red">',
        "<style>p{}</style>",
        "<script>1</script>",
        '<script nonce="x" src="/x.js"></script>',
        '<a href="javascript:1">',
        '<button onclick="x()">',
        '<script src="https://elsewhere.example/x.js"></script>',
        '<img src="data:image/png,x">',
        '<link rel="stylesheet" href="//elsewhere.example/x.css">',
    ],
)
def test_the_control_of_pages_what_is_planted_is_found(planted: str) -> None:
    assert Inline(f"<!doctype html><main>{planted}</main>").found


async def test_the_control_of_names_without_the_check_any_is_served(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = {"host": "evil.example"}
    assert (await client.get("/openapi.json", headers=stranger)).status_code == 400

    monkeypatch.setattr(Edge, "_is_allowed", lambda *_: True)

    assert (await client.get("/openapi.json", headers=stranger)).status_code == 200


class Taking(NamedTuple):
    """How an endless body fared."""

    status: int
    bytes_read: int


_CHUNK = 16 * 1024
_ENDLESS = 4 * 1024 * 1024


def inner(app: ASGIApp) -> Litestar:
    """What the edge stands around: it knows its routes, and starts and ends."""
    assert isinstance(app, Edge)
    assert isinstance(app._app, Litestar)
    return app._app


def routes_with_a_body(app: ASGIApp) -> list[tuple[str, str]]:
    """Each method and address that changes something, with values in place of what varies."""
    found = []
    values = {"uuid": str(uuid.UUID(int=7)), "int": "1", "str": "x", "path": "x"}
    for route in inner(app).routes:
        methods = getattr(route, "methods", ())
        path = re.sub(r"\{\w+:(\w+)\}", lambda kind: values[kind[1]], route.path)
        found += [(method, path) for method in sorted(methods) if method not in ("GET", "HEAD", "OPTIONS")]
    return [*sorted(set(found)), ("POST", "/graphql")]


async def taken(app: ASGIApp, method: str, path: str, headers: dict[str, str]) -> Taking:
    """Send a body that does not end by itself, without saying how long it is."""
    read, status = 0, 0

    async def receive() -> Any:
        nonlocal read
        if read >= _ENDLESS:
            return {"type": "http.disconnect"}
        read += _CHUNK
        return {"type": "http.request", "body": b"0" * _CHUNK, "more_body": True}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]

    lines = {"host": "testserver.local", **headers}
    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "scheme": "https",
        "client": ("127.0.0.1", 1),
        "server": ("testserver.local", 443),
        "headers": [(name.encode(), value.encode()) for name, value in lines.items()],
        "state": {},
    }
    await app(scope, receive, send)
    return Taking(status, read)


def kinds(partnership: Partnership) -> list[dict[str, str]]:
    """As whom, and as what, a body comes."""
    token = {"authorization": f"Bearer {partnership.token}", "idempotency-key": str(uuid.uuid4())}
    ours = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    types = ("application/json", "application/x-www-form-urlencoded", "text/csv", "application/pdf")
    return [
        {**sender, "content-type": media_type} for sender in ({}, {**token, **ours}, ours) for media_type in types
    ]


async def test_no_route_reads_more_than_its_limit(app: ASGIApp, partnership: Partnership) -> None:
    routes = routes_with_a_body(app)
    assert len(routes) >= 30
    longest = {"/api/v1/partnerships/{}/documents": DOCUMENT_MAX_BYTES, "imports": 5 * 1024 * 1024 + 1}
    beyond = []
    for method, path in routes:
        path = path.replace("/partnerships/x", f"/partnerships/{partnership.slug}")  # noqa: PLW2901
        limit = next(
            (size for part, size in longest.items() if part.format(partnership.slug) in path), BODY_MAX_BYTES
        )
        if path == "/graphql":
            limit = 128 * 1024
        async with inner(app).lifespan():
            for headers in kinds(partnership):
                found = await taken(app, method, path, headers)
                if found.bytes_read > limit + _CHUNK or not 400 <= found.status < 500:
                    beyond.append((method, path, headers.get("content-type"), found))

    assert beyond == []


async def test_the_control_of_sizes_without_the_limit_an_order_is_read_to_the_end(
    settings: Settings, partnership: Partnership
) -> None:
    unlimited = create_app(replace(settings, web=replace(settings.web, body_max_bytes=2**30)), checks=lambda _: {})
    path = f"/api/v1/partnerships/{partnership.slug}/commands/DraftPlan"
    async with inner(unlimited).lifespan():
        found = await taken(unlimited, "POST", path, kinds(partnership)[4])

    assert found.bytes_read == _ENDLESS


async def test_in_production_members_ask_for_the_schema_the_public_does_not_and_both_read(
    app: ASGIApp, settings: Settings, partnership: Partnership
) -> None:
    asked = {"query": "{ __schema { types { name } } }"}
    read = {"query": "{ __typename partnerships(first: 1) { totalCount } }"}
    token = {"authorization": f"Bearer {partnership.token}"}
    make_tables(settings.database)
    async with AsyncTestClient(app) as client:
        refused = (await client.post("/graphql", json=asked)).json()["errors"][0]["extensions"]
        told = (await client.post("/graphql", json=asked, headers=token)).json()
        answers = [(await client.post("/graphql", json=read, headers=one)).json() for one in ({}, token)]
        closed = await client.get("/graphql/explorer")
    demo = replace(settings, profile=Profile.DEMO)
    async with AsyncTestClient(whole(demo)) as client:
        control = (await client.post("/graphql", json=asked)).json()
        explorer = await client.get("/graphql/explorer")

    assert refused["code"] == "SCHEMA_FOR_MEMBERS"
    assert set(refused["message"]) == {"en", "fr"}
    assert len(told["data"]["__schema"]["types"]) == len(control["data"]["__schema"]["types"]) > 100
    assert [answer["data"]["__typename"] for answer in answers] == ["Query", "Query"]
    assert ["errors" in answer for answer in answers] == [False, False]
    assert (closed.status_code, explorer.status_code) == (404, 200)
    assert missing_headers(explorer) == []
    assert Inline(explorer.text).found == []
