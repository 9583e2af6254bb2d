"""Stored documents: asked for by hash, each one statement, not sent again while nothing they read has moved."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import psycopg
import pytest

from infra.database import Database
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from readapi import persisted
from readapi.compiler.statement import Statement
from readapi.endpoint import GraphQLEndpoint
from readapi.negotiation import GRAPHQL, JSON, GraphQLRequest
from readapi.persisted import hashes, stored
from readapi.shapes import NotCompiledError
from readapi.viewer import ANONYMOUS, Viewer
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.conftest import ALPHA, BETA, Client, Reads
from tests.integration.readapi.test_compiled import Counted
from tests.integration.readapi.world import alone, uid

REGISTER = f"sha256:{hashes()['register']}"
BODY = f"sha256:{hashes()['body']}"
VARIABLES = {
    "slug": "alpha",
    "plan": str(uid("alpha", "published")),
    "indicator": {"owner": "alpha", "id": str(uid("alpha", "indicator public"))},
    "period": {"kind": "FISCAL_YEAR", "start": "2019-04-01", "end": "2020-03-31"},
    "periods": [{"kind": "FISCAL_YEAR", "start": "2019-04-01", "end": "2020-03-31"}],
    "themeList": {"owner": "alpha", "id": str(uid("alpha", "themes"))},
    "owner": "alpha",
    "id": str(uid("alpha", "frozen")),
}


@pytest.mark.parametrize("name", sorted(hashes()))
@pytest.mark.parametrize("clock", [None, {"effective": "2021-06-02", "recorded": "2150-01-01T00:00:00Z"}])
@pytest.mark.parametrize("viewer", [ANONYMOUS, Viewer(tenant_id=ALPHA, role="coordinator")], ids=["public", "own"])
async def test_the_plan_of_every_stored_document_is_one_statement(
    db: Database, name: str, clock: dict[str, str] | None, viewer: Viewer
) -> None:
    reads = Counted(db)
    endpoint = GraphQLEndpoint(reads)
    request = GraphQLRequest(document_id=f"sha256:{hashes()[name]}", variables=VARIABLES | {"asOf": clock})
    await endpoint.answer(request, viewer)  # looks a member's slug up, once for ever
    reads.statements.clear()

    answer = await endpoint.answer(request, viewer)

    assert "errors" not in answer.body
    assert answer.data is not None
    assert len(reads.statements) == 1
    assert reads.transactions == 0


COMPARISON = f"sha256:{hashes()['comparison']}"


async def test_beside_that_statement_only_the_transaction_and_its_scope_are_sent(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    for name in ("execute", "fetch", "fetchrow", "fetchval"):
        monkeypatch.setattr(asyncpg.Connection, name, noting(sent, getattr(asyncpg.Connection, name)))
    endpoint = GraphQLEndpoint(Reads(db))
    for name in sorted(hashes()):
        request = GraphQLRequest(document_id=f"sha256:{hashes()[name]}", variables=VARIABLES)
        await endpoint.answer(request, ANONYMOUS)
        sent.clear()

        await endpoint.answer(request, ANONYMOUS)

        begun, scope, statement, ended = sent
        assert (begun.split(";")[0], ended) == ("BEGIN READ ONLY", "ROLLBACK"), name
        assert "set_config" in scope
        assert statement.startswith(("SELECT", "WITH"))


def noting(sent: list[str], send: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def noted(connection: Any, sql: str, *given: Any, **more: Any) -> Any:
        sent.append(sql)
        return await send(connection, sql, *given, **more)

    return noted


async def test_without_the_plans_of_views_more_statements_are_seen(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the counting sees what the executor sends."""
    reads = Counted(db)
    monkeypatch.setattr(Statement, "_gathering", _not_compiled)

    answer = await GraphQLEndpoint(reads).answer(
        GraphQLRequest(document_id=COMPARISON, variables=VARIABLES), ANONYMOUS
    )

    assert answer.data is None
    assert answer.body["data"]["indicatorComparison"] is not None
    assert reads.transactions == 1


def _not_compiled(*_: Any) -> Any:
    raise NotCompiledError("not today")


async def test_the_tag_of_a_view_is_also_of_what_only_python_reads(client: Client) -> None:
    answers = [
        await get(client, documentId=COMPARISON, variables=VARIABLES | {"stage": stage})
        for stage in ("PUBLISHED", "SUBMITTED", "PUBLISHED")
    ]

    first, other, again = (answer.headers["etag"] for answer in answers)
    assert first == again != other
    not_modified = await get(client, documentId=COMPARISON, variables=VARIABLES, tag=first)
    assert (not_modified.status_code, not_modified.content) == (304, b"")


def test_a_document_that_is_not_as_the_manifest_says_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    assert len(stored()) == len(hashes()) == 22
    changed = tmp_path / "manifest.json"
    changed.write_text(json.dumps(hashes() | {"register": "0" * 64}))
    monkeypatch.setattr(persisted, "MANIFEST", changed)
    with pytest.raises(persisted.ManifestError, match="register"):
        stored()


async def get(
    client: Client, *, viewer: Viewer = ANONYMOUS, tag: str = "", accept: str = JSON, **given: Any
) -> httpx.Response:
    client.viewer = viewer
    parameters = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
    headers = {"accept": accept} | ({"if-none-match": tag} if tag else {})
    return await client.http.get("/graphql", params=parameters, headers=headers)


async def test_a_document_is_asked_for_by_its_hash_in_three_ways(client: Client) -> None:
    text = stored()[hashes()["register"]]
    extension = {"persistedQuery": {"version": 1, "sha256Hash": hashes()["register"]}}

    sent = await client.ask(text)
    posted = await client.http.post("/graphql", json={"documentId": REGISTER})
    named = await get(client, documentId=REGISTER)
    apollo = await get(client, extensions=extension)
    unknown = await get(client, documentId="sha256:" + "0" * 64)

    assert sent == posted.json() == named.json() == apollo.json()
    assert sent["data"]["partnerships"]["totalCount"] > 40
    assert unknown.json()["errors"][0]["extensions"]["code"] == "DOCUMENT_UNKNOWN"
    assert "etag" not in posted.headers


async def test_what_a_reader_has_already_is_not_sent_again(client: Client) -> None:
    first = await get(client, documentId=REGISTER)
    tag = first.headers["etag"]
    again = await get(client, documentId=REGISTER, tag=f'"other", {tag}')
    other = await get(client, documentId=REGISTER, tag='W/"other"')

    assert tag.startswith('W/"')
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["vary"] == first.headers["vary"]
    assert (other.status_code, other.json()) == (200, first.json())


async def test_a_tag_is_for_one_reader_one_question_and_one_form(client: Client, alpha: Viewer) -> None:
    answers = [
        await get(client, documentId=BODY, variables={"slug": "alpha"}),
        await get(client, documentId=BODY, variables={"slug": "beta"}),
        await get(client, documentId=BODY, variables={"slug": "alpha"}, viewer=alpha),
        await get(client, documentId=BODY, variables={"slug": "alpha"}, accept=GRAPHQL),
        await get(client, documentId=BODY, variables={"slug": "alpha", "asOf": {"effective": "2021-06-02"}}),
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.headers["etag"] for answer in answers}) == len(answers)


@pytest.fixture(scope="module")
def small(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    settings = make_database(server, f"entente_persisted_{worker_name}")
    asyncio.run(bring_in(settings, list(alone("alpha"))))
    return settings


def test_a_tag_changes_with_what_the_document_reads_and_with_nothing_else(small: DatabaseSettings) -> None:
    funder = Viewer(tenant_id=BETA, role="programme_officer")

    async def tags(viewer: Viewer = ANONYMOUS) -> str:
        async with Database(small) as database:
            client = Client(database)
            async with client.http:
                answer = await get(client, documentId=REGISTER, viewer=viewer)
                return str(answer.headers["etag"])

    def run(statement: str, *parameters: object) -> None:
        with psycopg.connect(small.admin_dsn) as connection:
            connection.execute(statement.encode(), parameters)

    before, of_funder = asyncio.run(tags()), asyncio.run(tags(funder))
    assert asyncio.run(tags()) == before
    run("UPDATE rm.cursor SET position = position + 1 WHERE projection = 'timeline'")
    assert asyncio.run(tags()) == before  # the register does not read it
    run("INSERT INTO access.grant_now VALUES (%s, %s, '', 1)", ALPHA, BETA)
    assert asyncio.run(tags()) == before
    granted = asyncio.run(tags(funder))
    assert granted != of_funder
    run("DELETE FROM access.grant_now WHERE grantee = %s", BETA)
    assert asyncio.run(tags(funder)) == of_funder  # the bearer of a grant that is gone is not told "as before"
    asyncio.run(bring_in(small, list(alone("beta"))))
    assert asyncio.run(tags()) != before


async def test_nobody_reads_from_the_state_of_projections_whom_it_is_about(db: Database) -> None:
    from infra.database import Scope

    found = await db.value(Scope.national(None), "SELECT rm.state_of(ARRAY['body'])", [], timeout_ms=1_000)

    assert len(found) == 64
    assert found == await db.value(
        Scope.of_tenant(ALPHA), "SELECT rm.state_of(ARRAY['body'])", [], timeout_ms=1_000
    )
