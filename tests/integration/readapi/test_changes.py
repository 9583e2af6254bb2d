"""Signs of change: for what a reader may see, at once and again, and never for what one may not see."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
from litestar import Litestar

from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from readapi.changes import NationalView, States
from readapi.compiler.slugs import Slugs
from readapi.mounting import graphql_handler
from readapi.streams import Streams
from readapi.viewer import ANONYMOUS, Viewer
from services.api.reads import Reads
from services.bootstrap import open_write_side
from services.importing import Entry
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.conftest import ALPHA, BETA, Client
from tests.integration.readapi.world import Lines, alone, both, uid

BODY = 'subscription { partnershipChanged(slug: "alpha") { number } }'
REGISTER = "subscription { nationalViewChanged(view: REGISTER) { number } }"
MEMBER = Viewer(tenant_id=ALPHA, role="coordinator")


@pytest.fixture(scope="module")
def small(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    settings = make_database(server, f"entente_changes_{worker_name}")
    asyncio.run(bring_in(settings, list(alone("alpha"))))
    return settings


@asynccontextmanager
async def reading(settings: DatabaseSettings) -> AsyncIterator[Reads]:
    """The port as the service wires it."""
    async with open_write_side(settings) as write:
        reads = Reads()
        app = cast("Litestar", SimpleNamespace(state=SimpleNamespace(write=write)))
        async with reads.attached(app):
            yield reads


def agreement(number: int, audience: str) -> Entry:
    """A line about alpha that nothing else has."""
    of = Lines("alpha", count=10_000 + number)
    signed = {
        "agreement_id": str(uid("alpha", f"later agreement {number}")),
        "programme": {"code": "pasi", "label": both("Programme")},
        "audience": audience,
    }
    return of.line("SignAgreement", "2023-04-01", signed)


class Stream:
    """One subscription over ASGI, event by event."""

    def __init__(self, app: Any, text: str, accept: str = "text/event-stream") -> None:
        self.started: dict[str, Any] = {}
        self._sent: asyncio.Queue[bytes] = asyncio.Queue()
        self._left = asyncio.Event()
        body = json.dumps({"query": text}).encode()
        self._messages = [{"type": "http.request", "body": body, "more_body": False}]
        headers = [(b"accept", accept.encode()), (b"content-type", b"application/json")]
        scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
        self.task = asyncio.create_task(app(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if self._messages:
            return self._messages.pop()
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.started = message
        elif message["body"] != b":\n\n":  # sent where nothing is told for long
            await self._sent.put(message["body"])

    async def next(self) -> bytes:
        async with asyncio.timeout(60):
            return await self._sent.get()

    async def number(self) -> int:
        event = await self.next()
        assert event.startswith(b"event: next\ndata: ")
        ((_, change),) = json.loads(event.partition(b"data: ")[2])["data"].items()
        return int(change["number"])

    async def leave(self) -> None:
        self._left.set()
        async with asyncio.timeout(60):
            await self.task


async def test_a_reader_is_told_of_what_may_be_seen_and_of_nothing_else(small: DatabaseSettings) -> None:
    async with reading(small) as reads:
        app = graphql_handler(reads, viewer_of=lambda _: ANONYMOUS)
        states = States(reads, Slugs(reads))

        async def seen(viewer: Viewer) -> str:
            states._looks.clear()  # what was looked at a moment ago would do for others
            return await states.state(viewer, body=ALPHA)

        stream = Stream(app, BODY)
        assert await stream.number() == 1
        assert dict(stream.started["headers"])[b"content-type"] == b"text/event-stream; charset=utf-8"

        public, member, neighbour = await seen(ANONYMOUS), await seen(MEMBER), await seen(Viewer(BETA, "member"))
        await bring_in(small, [agreement(1, "tenant")])
        assert await seen(ANONYMOUS) == public
        assert await seen(Viewer(BETA, "member")) == neighbour
        assert await seen(MEMBER) != member

        await bring_in(small, [agreement(2, "public")])
        assert await seen(ANONYMOUS) != public
        assert await stream.number() == 2
        await stream.leave()


async def test_a_national_view_is_followed_too(small: DatabaseSettings) -> None:
    async with reading(small) as reads:
        stream = Stream(graphql_handler(reads, viewer_of=lambda _: ANONYMOUS), REGISTER)
        assert await stream.number() == 1
        await bring_in(small, list(alone("beta")))
        assert await stream.number() == 2
        matrix = await States(reads, Slugs(reads)).state(ANONYMOUS, view=NationalView.AGREEMENT_MATRIX)
        assert matrix.count("|") == 1  # the register and the cells
        await stream.leave()


async def test_what_cannot_be_followed_is_an_ordinary_answer(client: Client) -> None:
    events = {"accept": "text/event-stream"}

    async def answer(query: str, headers: dict[str, str]) -> tuple[int, str]:
        got = await client.http.post("/graphql", json={"query": query}, headers=headers)
        return got.status_code, got.json()["errors"][0]["extensions"]["code"]

    assert await answer(BODY, {"accept": "application/json"}) == (200, "SUBSCRIPTION_NEEDS_STREAM")
    assert await answer("{ __typename }", events) == (406, "NOT_ACCEPTABLE")
    assert await answer("subscription { nothing }", events) == (400, "INVALID_DOCUMENT")
    assert await answer("", events) == (400, "QUERY_MISSING")


async def test_a_stream_ends_with_its_time_and_too_many_are_sent_away(client: Client) -> None:
    endpoint = client_endpoint(client)
    endpoint._streams = Streams(seconds_max=0.0)
    ended = await client.http.post("/graphql", json={"query": BODY}, headers={"accept": "text/event-stream"})
    endpoint._streams = Streams(streams_max=0)
    refused = await client.http.post("/graphql", json={"query": BODY}, headers={"accept": "text/event-stream"})

    assert (ended.status_code, ended.content) == (200, b"event: complete\ndata:\n\n")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")


def client_endpoint(client: Client) -> Any:
    """The endpoint behind a client."""
    return cast("Any", client.http._transport).app.endpoint
