"""GraphQL over HTTP, where the audits of graphql-http look; nothing here reads a database."""

import json
from typing import Any, cast

import httpx
import pytest
from litestar import Litestar, asgi

from readapi.mounting import graphql_handler
from readapi.negotiation import GRAPHQL, JSON
from readapi.ports import ReadDatabase

NOWHERE = cast("ReadDatabase", None)


def client() -> httpx.AsyncClient:
    """The read API as the web application mounts it."""
    mount = asgi("/graphql", is_mount=True, copy_scope=False)(graphql_handler(NOWHERE, with_explorer=True))
    app: Any = Litestar(route_handlers=[mount], openapi_config=None)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://testserver")


@pytest.mark.parametrize(
    "request_",
    [
        {"query": "{"},
        {"query": "{ nothing }"},
        {"query": "query ($n: Int!) { partnerships(first: $n) { totalCount } }", "variables": {"n": None}},
        {"query": "query A { __typename }", "operationName": "B"},
        {"query": "{ partnerships(first: 0) { totalCount } }"},
    ],
)
async def test_what_was_not_executed_is_400_without_data_or_200_with_null(request_: dict[str, Any]) -> None:
    async with client() as http:
        new = await http.post("/graphql", json=request_, headers={"accept": GRAPHQL})
        old = await http.post("/graphql", json=request_, headers={"accept": JSON})

    assert (new.status_code, new.headers["content-type"]) == (400, f"{GRAPHQL}; charset=utf-8")
    assert "data" not in new.json()
    assert (old.status_code, old.headers["content-type"]) == (200, f"{JSON}; charset=utf-8")
    assert old.json()["data"] is None
    assert old.json()["errors"] == new.json()["errors"]


@pytest.mark.parametrize("accept", ["", "*/*", JSON, GRAPHQL])
async def test_what_was_executed_is_200(accept: str) -> None:
    async with client() as http:
        posted = await http.post("/graphql", json={"query": "{ __typename }"}, headers={"accept": accept})
        got = await http.get("/graphql", params={"query": "{ __typename }"}, headers={"accept": accept})
        with_parameters = await http.get(
            "/graphql",
            params={
                "query": "query A($s: Boolean!) { __typename @include(if: $s) } query B { a: __typename }",
                "operationName": "A",
                "variables": json.dumps({"s": True}),
            },
        )

    assert {answer.status_code for answer in (posted, got, with_parameters)} == {200}
    assert posted.json()["data"] == got.json()["data"] == with_parameters.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("query", ["variables=%7B", "variables=1", "query=%FF", "&".join(["a=1"] * 30), ""])
async def test_a_query_string_that_is_no_request_is_400(query: str) -> None:
    async with client() as http:
        answer = await http.get(f"/graphql?{query}")

    assert answer.status_code in (200, 400)
    assert answer.json()["errors"][0]["extensions"]["code"] in (
        "UNREADABLE_REQUEST",
        "QUERY_MISSING",
        "INVALID_DOCUMENT",
    )


async def test_nothing_else_is_acceptable() -> None:
    async with client() as http:
        answer = await http.post("/graphql", json={"query": "{ __typename }"}, headers={"accept": "text/html"})

    assert answer.status_code == 406
    assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_ACCEPTABLE"


async def test_pages_below_the_endpoint_are_only_read() -> None:
    async with client() as http:
        statuses = [
            (await http.post("/graphql/explorer")).status_code,
            (await http.get("/graphql/nothing")).status_code,
            (await http.get("/graphql/explorer")).status_code,
            (await http.get("/graphql/explorer?lang=fr")).status_code,
        ]
        english = await http.get("/graphql/explorer?lang=xx", headers={"accept-language": "de, en;q=0.5"})

    assert statuses == [404, 404, 200, 200]
    assert '<html lang="en">' in english.text
