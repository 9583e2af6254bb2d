"""What a process writes about requests holds nothing of what was sent: marked secrets in every place of them."""

import io
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import psycopg
import pytest
import structlog
from litestar import Litestar, Request, post
from litestar.logging.config import StructLoggingConfig
from litestar.middleware.logging import LoggingMiddlewareConfig
from litestar.testing import AsyncTestClient, TestClient
from litestar.types import ASGIApp

from infra.settings import Settings
from services.api.app import create_app
from services.api.reads import read_api
from services.bodies import Bodies
from services.bootstrap import WriteSide
from services.journal import PROCESSORS, library_handler, told
from tests.integration.services.asking import draft, order
from tests.integration.services.browsing import ORIGIN, OURS, PASSWORD, SESSION, Browser, complete, new_email
from tests.integration.services.conftest import Partnership

MARK = "gehe1m"
"""In everything that a request brings along. It is in no name of ours."""


@pytest.fixture
def journal() -> Iterator[io.StringIO]:
    """All that a process writes: its own lines and, from warnings on, those of the libraries."""
    written = io.StringIO()
    structlog.configure(processors=PROCESSORS, logger_factory=structlog.WriteLoggerFactory(file=written))
    handler = library_handler()
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)
    structlog.reset_defaults()


@pytest.fixture
async def pages(settings: Settings, write: WriteSide) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001
    mounts, lifespans = read_api(settings)
    app: ASGIApp = create_app(settings, checks=lambda _: {}, mounts=mounts, lifespans=lifespans)
    async with AsyncTestClient(app, base_url=ORIGIN) as client:
        yield client


async def marked_requests(
    client: httpx.AsyncClient, write: WriteSide, partnership: Partnership
) -> list[httpx.Response]:
    """Orders, forms, reads and addresses with the mark in each place where something of a reader's stands."""
    title = {"fr": MARK, "en": MARK, "source": "fr"}
    everywhere = {"cookie": f"a={MARK}; {SESSION}={MARK}", "user-agent": MARK, "x-forwarded-for": MARK}
    ours = {**OURS, **everywhere}
    stranger = Browser(client)
    await stranger.see("/fr/connexion")
    signed_in = await complete(client, write, partnership.tenant_id, "coordinator")
    token, slug = partnership.token, partnership.slug
    read = {"query": f"query {MARK} {{ {MARK}: __typename }}", "variables": {MARK: MARK}}
    seldom = {"query": f'query {MARK} {{ {MARK}: partnership(slug: "{slug}") {{ {MARK}: id @skip(if: true) }} }}'}
    answers = [
        await order(client, slug, "DraftPlan", draft(title=title), token=token, headers=everywhere),
        await order(client, slug, "DraftPlan", {MARK: MARK}, token=token),
        await order(client, slug, MARK, draft(), token=token, headers={"accept-language": MARK}),
        await order(client, slug, "DraftPlan", draft(), token=f"{token}{MARK}", key=MARK),
        await order(client, MARK, "DraftPlan", None, token=token, raw=f"{{{MARK}".encode()),
        await client.post("/graphql", json=read, headers={"authorization": f"Bearer {token}"}),
        await client.post("/graphql", json=seldom, headers={"authorization": f"Bearer {token}"}),
        await client.get(f"/graphql?query={MARK}&documentId={MARK}"),
        await client.get(f"/{MARK}?{MARK}={MARK}", headers=everywhere),
        await client.get(f"/fr/invitation/{MARK}", headers=everywhere),
        await client.get(f"/api/v1/partnerships/{slug}/calendar.ics?token={MARK}"),
        await client.get("/fr", headers={"host": MARK}),
        await client.request(MARK, "/fr"),
        await stranger.submit("/fr/connexion", email=f"{MARK}@example.org", password=f"{PASSWORD}{MARK}"),
        await stranger.submit("/fr/connexion", headers=ours, email=MARK, password=MARK),
        await signed_in.submit("/fr/compte/sessions/fin", session=MARK),
        await signed_in.see(f"/fr/connexion?next=/fr/{MARK}"),
    ]
    invited = {"email": new_email(), "role": MARK, "language": "fr"}
    answers.append(
        await client.post(
            f"/api/v1/partnerships/{slug}/invitations", json=invited, headers={"authorization": f"Bearer {token}"}
        )
    )
    return answers


async def test_nothing_of_what_was_sent_stands_in_the_journal(
    pages: httpx.AsyncClient, write: WriteSide, partnership: Partnership, journal: io.StringIO
) -> None:
    answers = await marked_requests(pages, write, partnership)

    lines = journal.getvalue()
    assert {answer.status_code for answer in answers} >= {200, 201, 400, 401, 403, 404, 405, 422}
    assert lines.count('"http.answered"') >= len(answers)
    assert MARK not in lines
    for secret in (PASSWORD, partnership.token, "Bearer", "Cookie"):
        assert secret not in lines


async def test_what_an_exception_says_is_not_written_and_where_it_came_from_is(
    pages: httpx.AsyncClient,
    settings: Settings,
    partnership: Partnership,
    journal: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def explode(_self: Bodies, _slug: str) -> None:
        with psycopg.connect(settings.database.admin_dsn) as connection:
            try:
                connection.execute("SELECT %s::uuid", [MARK])
            except psycopg.Error as error:
                raise ValueError(MARK) from error

    monkeypatch.setattr(Bodies, "resolve", explode)
    answer = await order(pages, "x", "DraftPlan", {}, token=partnership.token)
    logging.getLogger("a.library").warning("something went wrong", exc_info=ValueError(MARK))

    assert (answer.status_code, MARK in answer.text) == (500, False)
    lines = journal.getvalue()
    assert MARK not in lines
    for known in ("ValueError", "test_journal_is_quiet.py", "sqlstate=", answer.json()["correlation_id"]):
        assert known in lines


def test_the_control_of_exceptions_as_the_library_renders_them_the_mark_is_seen() -> None:
    try:
        int(MARK)
    except ValueError as error:
        raised = (type(error), error, error.__traceback__)

    assert MARK not in told(raised)
    assert MARK in structlog.processors.format_exc_info(None, "", {"exc_info": raised})["exception"]


def test_the_control_of_the_journal_the_framework_s_own_logging_writes_it_all_down(journal: io.StringIO) -> None:
    @post("/")
    async def echo(request: Request[Any, Any, Any]) -> str:
        return (await request.body()).decode()

    app = Litestar(
        [echo],
        middleware=[LoggingMiddlewareConfig().middleware],
        logging_config=StructLoggingConfig(processors=list(PROCESSORS), logger_factory=None),
        openapi_config=None,
    )
    structlog.configure(processors=PROCESSORS, logger_factory=structlog.WriteLoggerFactory(file=journal))
    with TestClient(app) as client:
        client.post(f"/?{MARK}q", content=f"{MARK}b", headers={"cookie": f"a={MARK}c"})

    for place in "qbc":
        assert f"{MARK}{place}" in journal.getvalue()
