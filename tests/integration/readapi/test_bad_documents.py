"""Requests that ask too much, or wrongly: each has its documented answer, and none is a 500."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any, cast

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs

from domain.ids import TenantId
from infra.database import Database, Scope
from readapi.endpoint import ReadSettings
from readapi.mounting import graphql_handler
from tests.integration.readapi.conftest import Client, Reads
from tests.integration.readapi.world_lines import uid

ALIASES = " ".join(f"a{n}: __typename" for n in range(51))
SPREAD = " ".join(f'b{n}: partnership(slug: "alpha") {{ ...F }}' for n in range(10))
FRAGMENT = "fragment F on Partnership { " + " ".join(f"c{n}: slug" for n in range(5)) + " }"


def nested(levels: int) -> str:
    """Plans of parents of parents…"""
    inner = "id"
    for _ in range(levels):
        inner = f"parents {{ plan {{ {inner} }} }}"
    return f'{{ partnership(slug: "alpha") {{ plan(id: "{uid("alpha", "published")}") {{ {inner} }} }} }}'


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (nested(6), "TOO_DEEP"),
        ("{" * 1500, "INVALID_DOCUMENT"),
        ("query ($x: [Int] = " + "[" * 900 + "]" * 900 + ") { __typename }", "INVALID_DOCUMENT"),
        ("{ " + "__typename " * 2500 + "}", "TOO_MANY_TOKENS"),
        ("{ " + "__typename " * 100 + "}", "TOO_MANY_REPEATS"),
        ("{ __typename " + " ".join(f"...F{n}" for n in range(61)) + " }", "TOO_MANY_REPEATS"),
        ("{ ...F0 } " + " ".join(f"fragment F{n} on Query {{ a }}" for n in range(61)), "TOO_MANY_FRAGMENTS"),
        ("{ " + ALIASES + " }", "TOO_MANY_ALIASES"),
        ("{ " + SPREAD + " } " + FRAGMENT, "TOO_MANY_ALIASES"),
        ("{ " + " ".join(f"a{n}: __typename" for n in range(21)) + " }", "TOO_MANY_ROOT_FIELDS"),
        ("{ partnerships(first: 200) { nodes { plans(first: 200) { nodes { id } } } } }", "TOO_COSTLY"),
        ("{ partnerships(first: 0) { totalCount } }", "FIRST_OUT_OF_RANGE"),
        ("{ partnerships(first: -1) { totalCount } }", "FIRST_OUT_OF_RANGE"),
        ("{ partnerships(first: 10000) { totalCount } }", "FIRST_OUT_OF_RANGE"),
        ('{ partnership(slug: "alpha") { agreements(first: 0) { totalCount } } }', "FIRST_OUT_OF_RANGE"),
        ("{ partnerships(first: 99999999999) { totalCount } }", "INVALID_DOCUMENT"),
        ("{ nothing }", "INVALID_DOCUMENT"),
        ("{ partnerships { nodes } }", "INVALID_DOCUMENT"),
        ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "INVALID_DOCUMENT"),
        ("mutation { anything }", "INVALID_DOCUMENT"),
        ("subscription { anything }", "INVALID_DOCUMENT"),
        ('{ partnerships(asOf: {effective: "tomorrow"}) { totalCount } }', "INVALID_DOCUMENT"),
        ("query A { __typename } query B { __typename }", "OPERATION_UNKNOWN"),
        ("fragment A on Query { __typename }", "INVALID_DOCUMENT"),
        ("{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
         "INVALID_DOCUMENT"),
    ],
)  # fmt: skip
async def test_a_document_beyond_a_limit_is_refused_before_anything_is_read(
    client: Client, query: str, code: str
) -> None:
    assert code in await client.codes(query)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('{ partnerships(after: "!") { totalCount } }', "CURSOR_UNKNOWN"),
        ('{ partnerships(after: "") { totalCount } }', "CURSOR_UNKNOWN"),
        ('{ partnerships(after: "W10") { totalCount } }', "CURSOR_UNKNOWN"),
        ('{ partnerships(after: "WyJwbGFucyIsIjIwMjEtMDQtMDEiLCJ4Il0") { totalCount } }', "CURSOR_UNKNOWN"),
        ('{ partnership(slug: "alpha\\u0000") { id } }', "TEXT_UNUSABLE"),
        ('{ partnership(slug: "alpha") { agreements(programme: "\\u0000") { totalCount } } }', "TEXT_UNUSABLE"),
        ('{ agreementMatrix(programmes: ["\\u0000"]) { total } }', "TEXT_UNUSABLE"),
        ('{ partnerships(asOf: {effective: "0001-01-01"}) { totalCount } }', "EFFECTIVE_OUT_OF_RANGE"),
        ('{ partnerships(asOf: {effective: "9999-12-31"}) { totalCount } }', "EFFECTIVE_OUT_OF_RANGE"),
        ('{ partnerships(asOf: {recorded: "2026-03-31"}) { totalCount } }', "RECORDED_CLOCK_NEEDS_ZONE"),
        ('{ partnerships(asOf: {recorded: "2026-03-31T17:00"}) { totalCount } }', "RECORDED_CLOCK_NEEDS_ZONE"),
        ('{ partnerships(asOf: {recorded: "soon"}) { totalCount } }', "RECORDED_CLOCK_UNREADABLE"),
        ('{ partnerships(asOf: {recorded: "12"}) { totalCount } }', "RECORDED_POSITION_NEEDS_ONE_LOG"),
        ('{ agreementMatrix(asOf: {recorded: "12"}) { total } }', "RECORDED_POSITION_NEEDS_ONE_LOG"),
        (
            '{ agreementMatrix(asOf: {recorded: "12"}, partnerships: ["alpha", "beta"]) { total } }',
            "RECORDED_POSITION_NEEDS_ONE_LOG",
        ),
        ("{ agreementMatrix(partnerships: [" + '"a" ' * 101 + "]) { total } }", "LIST_TOO_LONG"),
    ],
)
async def test_a_value_that_means_nothing_is_refused_where_it_stands(
    client: Client, query: str, code: str
) -> None:
    assert await client.codes(query) == [code]


async def test_positions_are_for_one_log_only(client: Client) -> None:
    query = """query ($at: String) { partnership(slug: "alpha", asOf: {recorded: $at}) { asOf { position }
        agreements { totalCount } } agreementMatrix(partnerships: ["alpha"], asOf: {recorded: $at}) { total } }"""

    early, late = await client.data(query, {"at": "1"}), await client.data(query, {"at": "9223372036854775807"})

    assert early["partnership"] == {"asOf": {"position": "1"}, "agreements": {"totalCount": 0}}
    assert early["agreementMatrix"]["total"] == 0
    assert late["partnership"]["agreements"]["totalCount"] == late["agreementMatrix"]["total"] == 1


async def test_a_bare_date_is_refused_with_what_it_could_mean(client: Client) -> None:
    body = await client.ask('{ partnerships(asOf: {recorded: "2026-03-31"}) { totalCount } }')

    message = body["errors"][0]["extensions"]["message"]
    assert "2026-03-31T23:59:59-04:00" in message["en"]
    assert "2026-03-31T23:59:59-07:00" in message["fr"]


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"first": "ten"}, "INVALID_VARIABLES"),
        ({"first": None}, "INVALID_VARIABLES"),
        ({"first": 2**40}, "INVALID_VARIABLES"),
        ({"first": 1.5}, "INVALID_VARIABLES"),
        ({"first": True}, "INVALID_VARIABLES"),
        ({"first": [1]}, "INVALID_VARIABLES"),
        ({}, "INVALID_VARIABLES"),
        ({"first": 10_000}, "FIRST_OUT_OF_RANGE"),
    ],
)
async def test_wrong_variables_are_named(client: Client, variables: dict[str, Any], code: str) -> None:
    query = "query ($first: Int!) { partnerships(first: $first) { totalCount } }"

    assert await client.codes(query, variables) == [code]


async def test_pages_follow_one_another_without_gap_or_repeat(client: Client) -> None:
    query = """query ($after: String, $order: PartnershipOrder!) {
        partnerships(first: 7, after: $after, orderBy: $order)
        { totalCount nodes { slug } pageInfo { hasNextPage endCursor } } }"""
    for order in ("NAME_EN", "NAME_FR"):
        slugs: list[str] = []
        after = None
        while True:
            found = (await client.data(query, {"after": after, "order": order}))["partnerships"]
            slugs += [node["slug"] for node in found["nodes"]]
            after = found["pageInfo"]["endCursor"]
            if not found["pageInfo"]["hasNextPage"]:
                break
        assert len(slugs) == len(set(slugs)) == found["totalCount"]
    other = {"after": after, "order": "NAME_EN"}
    assert await client.codes(query, other) == ["CURSOR_UNKNOWN"]


async def test_inner_pages_follow_one_another_too(client: Client) -> None:
    query = """query ($after: String) { partnership(slug: "drcneq") { agreements(first: 20, after: $after)
        { totalCount nodes { id } pageInfo { hasNextPage endCursor } } } }"""
    ids: list[str] = []
    after, more = None, True
    while more:
        found = (await client.data(query, {"after": after}))["partnership"]["agreements"]
        ids += [node["id"] for node in found["nodes"]]
        after, more = found["pageInfo"]["endCursor"], found["pageInfo"]["hasNextPage"]

    assert len(ids) == len(set(ids)) == found["totalCount"] == 57


async def test_the_cost_is_shown(client: Client) -> None:
    body = await client.ask("{ partnerships(first: 10) { nodes { slug plans(first: 5) { nodes { id } } } } }")

    assert body["extensions"]["cost"] == {"requested": 60, "maximum": 10_000}


class Slow(Reads):
    """A national reader whose statements all take too long."""

    timeout_ms = 3_000

    def national(self, reader: TenantId | None) -> AbstractAsyncContextManager[AsyncConnection]:
        inner = super().national(reader)

        @asynccontextmanager
        async def slowed() -> AsyncIterator[AsyncConnection]:
            async with inner as connection:
                yield cast("AsyncConnection", Sleeping(connection))

        return slowed()

    async def value(
        self, sql: str, parameters: Sequence[Any], *, member: TenantId | None, reader: TenantId | None
    ) -> Any:
        assert (bool(sql), parameters is not None, member) == (True, True, None)
        scope = Scope.national(reader)
        return await self._database.value(scope, "SELECT pg_sleep(2)", [], timeout_ms=self.timeout_ms)


class Sleeping:
    """A connection whose every select sleeps."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def execute(self, statement: Any) -> Any:
        setting = "set_config" in str(statement)
        return await self._connection.execute(statement if setting else text("SELECT pg_sleep(2)"))


@pytest.mark.parametrize("compiled", [True, False])
async def test_a_statement_that_takes_too_long_is_said_so(db: Database, *, compiled: bool) -> None:
    slow = Slow(db)
    slow.timeout_ms = 50
    client = Client(db, graphql_handler(slow, ReadSettings(statement_timeout_ms=50, compiled=compiled)))
    async with client.http:
        body = await client.ask('{ a: partnership(slug: "alpha") { id } b: partnership(slug: "beta") { id } }')

    assert body["data"] == {"a": None, "b": None}
    assert {error["extensions"]["code"] for error in body["errors"]} == {"TIMEOUT"}


@pytest.mark.parametrize("compiled", [True, False])
async def test_an_operation_that_takes_too_long_is_given_up(db: Database, *, compiled: bool) -> None:
    settings = ReadSettings(execution_timeout=timedelta(milliseconds=100), compiled=compiled)
    client = Client(db, graphql_handler(Slow(db), settings))
    async with client.http:
        assert await client.codes('{ partnership(slug: "alpha") { id } }') == ["TIMEOUT"]


class Lost(Slow):
    """Whose connection is gone with a statement that is given up, so that ending its transaction fails."""

    def national(self, reader: TenantId | None) -> AbstractAsyncContextManager[AsyncConnection]:
        inner = super().national(reader)

        @asynccontextmanager
        async def losing() -> AsyncIterator[AsyncConnection]:
            async with inner as connection:
                try:
                    yield connection
                finally:
                    raise RuntimeError("cannot roll back: the connection is closed")

        return losing()

    async def value(self, sql: str, parameters: Sequence[Any], **reads_for: TenantId | None) -> Any:
        try:
            return await super().value(sql, parameters, **reads_for)
        except asyncio.CancelledError as error:
            raise RuntimeError("cannot roll back: the connection is closed") from error


@pytest.mark.parametrize("compiled", [True, False])
async def test_a_connection_that_is_lost_with_an_operation_that_is_given_up_is_no_bug(
    db: Database, *, compiled: bool
) -> None:
    settings = ReadSettings(execution_timeout=timedelta(milliseconds=100), compiled=compiled)
    client = Client(db, graphql_handler(Lost(db), settings))
    with capture_logs() as journal:
        async with client.http:
            assert await client.codes('{ partnership(slug: "alpha") { id } }') == ["TIMEOUT"]

    assert [line["event"] for line in journal if line["log_level"] == "error"] == ["read.failed_late"]


class Broken(Reads):
    def national(self, reader: TenantId | None) -> AbstractAsyncContextManager[AsyncConnection]:  # noqa: ARG002
        raise ZeroDivisionError("secret details")

    async def value(self, sql: str, *_: Any, **__: Any) -> Any:
        raise ZeroDivisionError(f"secret details of {sql}")


@pytest.mark.parametrize("compiled", [True, False])
async def test_a_bug_is_masked_and_told_by_its_correlation_id(db: Database, *, compiled: bool) -> None:
    client = Client(db, graphql_handler(Broken(db), ReadSettings(compiled=compiled)))
    async with client.http:
        body = await client.ask('{ partnership(slug: "alpha") { id } }')

    (error,) = body["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["correlationId"] in error["message"]
    assert "secret" not in str(body)


async def test_many_requests_at_once_neither_wait_for_each_other_in_a_ring_nor_mix(
    client: Client, db: Database
) -> None:
    from readapi.viewer import Viewer
    from tests.integration.readapi.conftest import ALPHA

    query = '{ partnership(slug: "alpha") { plans { totalCount } } }'
    member = Client(db)
    async with asyncio.timeout(60), member.http:
        member.viewer = Viewer(tenant_id=ALPHA, role="coordinator")
        answers = await asyncio.gather(
            *(
                http.post("/graphql", json={"query": query})
                for _ in range(30)
                for http in (client.http, member.http)
            )
        )

    totals = [answer.json()["data"]["partnership"]["plans"]["totalCount"] for answer in answers]
    assert totals == [1, 3] * 30


async def test_get_reads_and_only_reads(client: Client) -> None:
    found = await client.http.get("/graphql", params={"query": "{ partnerships(kinds: [LIP]) { totalCount } }"})
    wrote = await client.http.get("/graphql", params={"query": "mutation { x }"})
    deleted = await client.http.delete("/graphql")

    assert found.json()["data"] == {"partnerships": {"totalCount": 39}}
    assert (wrote.status_code, wrote.headers["allow"]) == (405, "POST")
    assert (deleted.status_code, deleted.headers["allow"]) == (405, "GET, POST")


async def test_french_travels_as_utf_8_and_not_escaped(client: Client) -> None:
    answer = await client.http.post("/graphql", json={"query": '{ partnership(slug: "drcneq") { name { fr } } }'})

    assert "Direction régionale".encode() in answer.content
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        (b"x" * (128 * 1024 + 1), "application/json", 413, "BODY_TOO_LARGE"),
        (b"{", "application/json", 400, "UNREADABLE_REQUEST"),
        (b"[]", "application/json", 400, "UNREADABLE_REQUEST"),
        (b'{"query": 1}', "application/json", 400, "UNREADABLE_REQUEST"),
        (b'{"variables": "{}"}', "application/json", 400, "UNREADABLE_REQUEST"),
        (b'{"query": "{__typename}", "variables": ' + b"[" * 5000, "application/json", 400, "UNREADABLE_REQUEST"),
        (b'{"query": "\\ud800"}', "application/json", 400, "UNREADABLE_REQUEST"),
        (b'{"query": "\xff"}', "application/json", 400, "UNREADABLE_REQUEST"),
        (b"{}", "application/json", 400, "QUERY_MISSING"),
        (b"{}", "text/plain", 415, "NOT_JSON"),
        (b"{}", "application/json; charset=iso-8859-1", 415, "NOT_JSON"),
    ],
)
async def test_a_body_that_is_no_request_is_refused(
    client: Client, content: bytes, content_type: str, status: int, code: str
) -> None:
    answer = await client.http.post("/graphql", content=content, headers={"content-type": content_type})

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code)


async def test_the_explorer_and_the_printed_schema_are_served(client: Client) -> None:
    page = await client.http.get("/graphql/explorer", headers={"accept-language": "fr-CA,fr;q=0.9"})
    assert '<html lang="fr">' in page.text
    assert "<script>" not in page.text
    assert "style=" not in page.text
    for name in ("static/explorer.js", "static/explorer.css", "static/examples.json", "schema.graphql"):
        served = await client.http.get(f"/graphql/{name}")
        assert served.status_code == 200, name
    hidden = graphql_handler(client_database(client))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(hidden), base_url="http://testserver") as http:
        assert (await http.get("/graphql/explorer")).status_code == 404
        assert (await http.get("/graphql/static/../endpoint.py")).status_code == 404


def client_database(client: Client) -> Any:
    """No database is asked for pages."""
    return client
