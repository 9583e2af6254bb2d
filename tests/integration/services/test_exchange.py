"""The register in the forms of standards: what whoever asks may see, in both languages, on both clocks."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar.testing import AsyncTestClient
from openpyxl import load_workbook

from infra.settings import Settings
from services.api import exchange
from services.api.app import create_app
from services.api.reads import read_api
from services.bootstrap import open_write_side
from tests.integration.filled import Filled
from tests.integration.readapi.conftest import ALPHA
from tests.integration.readapi.world_lines import uid

Nodes = dict[str, dict[str, Any]]


@pytest.fixture
async def client(settings: Settings, filled: Filled) -> AsyncIterator[httpx.AsyncClient]:
    over = replace(settings, database=filled.settings)
    mounts, lifespans = read_api(over)
    async with AsyncTestClient(
        create_app(over, checks=lambda _: {}, mounts=mounts, lifespans=lifespans)
    ) as client:
        yield client


@pytest.fixture
async def token(filled: Filled) -> str:
    """Of a coordinator of alpha."""
    async with open_write_side(filled.settings) as write:
        person = await write.vault.pseudonym(ALPHA, uuid4())
        return await write.tokens.create(ALPHA, "coordinator", person, "test")


async def impact(client: httpx.AsyncClient, path: str, token: str | None = None, **given: Any) -> Nodes:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    answer = await client.get(path, params={"lang": "en"} | given, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/ld+json"
    return {node["@id"]: node for node in answer.json()["@graph"]}


def of_type(nodes: Nodes, kind: str) -> list[dict[str, Any]]:
    return [node for node in nodes.values() if node["@type"] == f"cids:{kind}"]


async def test_what_a_body_published_is_told_with_the_query_that_gives_it(client: httpx.AsyncClient) -> None:
    slugs = await client.post("/graphql", json={"query": "{ partnerships(first: 200) { nodes { slug } } }"})
    told = {
        one["slug"]: await impact(client, f"/api/v1/partnerships/{one['slug']}/cids.jsonld")
        for one in slugs.json()["data"]["partnerships"]["nodes"][:3]
    }
    whole = await impact(client, "/api/v1/cids.jsonld")

    for nodes in told.values():
        (described,) = [node for node in nodes.values() if node["@type"] == "dcat:Dataset"]
        again = await client.get(described["dcterms:source"][0])
        assert again.json()["data"]["partnership"]["id"] in {key.removeprefix("urn:uuid:") for key in nodes}
        assert {key for key, node in nodes.items() if node["@type"] != "dcat:Dataset"} <= whole.keys()
    reports = of_type(whole, "IndicatorReport")
    numbers = {one["value"].get("hasNumericalValue") for one in reports}
    assert {"498", "150", "240"} <= numbers
    assert all("Sample data" in one["hasComment"] for one in reports)


async def test_a_member_is_told_what_is_their_bodys_and_the_public_what_is_public(
    client: httpx.AsyncClient, token: str
) -> None:
    own = await impact(client, "/api/v1/partnerships/alpha/cids.jsonld", token)
    public = await impact(client, "/api/v1/partnerships/alpha/cids.jsonld")
    others = await impact(client, "/api/v1/partnerships/beta/cids.jsonld", token)

    hidden, shown = (f"urn:uuid:{uid('alpha', f'indicator {audience}')}" for audience in ("tenant", "public"))
    assert (hidden in own, hidden in public) == (True, False)
    assert (shown in own, shown in public) == (True, True)
    assert f"urn:uuid:{uid('beta', 'indicator tenant')}" not in others
    assert len(of_type(others, "Outcome")) == len(of_type(public, "Outcome"))


async def test_both_clocks_are_honoured(client: httpx.AsyncClient, filled: Filled) -> None:
    """The late entries of the sample, a correction among them, were loaded after the moment between."""
    then = {"recorded": filled.between.isoformat(), "effective": "2026-11-01"}
    now, before = [await impact(client, "/api/v1/cids.jsonld", **clock) for clock in ({}, then)]

    def numbers(nodes: Nodes) -> set[str]:
        return {one["value"].get("hasNumericalValue") for one in of_type(nodes, "IndicatorReport")}

    assert "389" in numbers(now) - numbers(before)
    assert "412" in numbers(before) - numbers(now)


async def test_french_documents_are_french(client: httpx.AsyncClient) -> None:
    whole = await impact(client, "/api/v1/cids.jsonld", lang="fr")

    (described,) = [node for node in whole.values() if node["@type"] == "dcat:Dataset"]
    assert described["dcterms:language"] == "fr"
    assert any(
        "au moins\u00a0" in one["hasComment"] or "au moins " in one["hasComment"]
        for one in whole.values()
        if one["@type"] == "cids:IndicatorReport"
    )


async def read(client: httpx.AsyncClient, path: str, token: str | None = None) -> list[dict[str, str]]:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    answer = await client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_the_rows_of_grants_are_the_agreements_that_graphql_gives(client: httpx.AsyncClient) -> None:
    query = """{ partnership(slug: "drcneq") { agreements(first: 200) { totalCount nodes {
      type programme { label { fr } namedInSource } territory { name { fr } } amendmentNumber } } } }"""
    asked = await client.post("/graphql", json={"query": query})
    agreements = asked.json()["data"]["partnership"]["agreements"]

    rows = await read(client, "/api/v1/partnerships/drcneq/grants-contributions.csv")

    assert agreements["totalCount"] == len(agreements["nodes"]) > 50
    of_money = [one for one in agreements["nodes"] if one["type"] != "COLLABORATION"]
    assert [(row["prog_name_fr"], row["coverage"], row["amendment_number"]) for row in rows] == [
        (
            one["programme"]["label"]["fr"] if one["programme"]["namedInSource"] else "",
            one["territory"]["name"]["fr"] if one["territory"] else "",
            str(one["amendmentNumber"]),
        )
        for one in of_money
    ]
    workbook = await client.get("/api/v1/partnerships/drcneq/grants-contributions.xlsx", params={"lang": "fr"})
    first, incomplete, *_ = load_workbook(io.BytesIO(workbook.content)).worksheets
    assert first.max_row == incomplete.max_row == len(rows) + 1


async def test_a_dataset_is_given_to_whoever_may_see_it(client: httpx.AsyncClient, token: str) -> None:
    def path(audience: str) -> str:
        dataset = uid("alpha", f"dataset {audience}")
        return f"/api/v1/partnerships/alpha/datasets/{dataset}/sdmx.csv"

    (row,) = await read(client, path("public"))
    assert (row["CELL_KEY"], row["OBS_VALUE"], row["OBS_STATUS"], row["DENOMINATOR"]) == ("new", "12", "P", "12")
    assert (row["VINTAGE"], row["TIME_PERIOD"], row["NOTE_FR"]) == ("a", "2021-04-01/P1Y", "Arrondi (fr)")
    assert await read(client, path("public") + "?vintage=a") == [row]
    assert len(await read(client, path("tenant"), token)) == 1
    for hidden in (path("tenant"), path("public") + "?vintage=b", path("public").replace("alpha", "beta")):
        assert (await client.get(hidden)).status_code == 404


@pytest.mark.parametrize(
    ("path", "given", "status", "code"),
    [
        ("/api/v1/partnerships/nobody/cids.jsonld", {}, 404, "route_unknown"),
        ("/api/v1/partnerships/alpha/cids.jsonld", {"stage": "DRAFT"}, 400, "query_invalid"),
        ("/api/v1/partnerships/alpha/cids.jsonld", {"recorded": "2026-03-31"}, 400, "recorded_zone_missing"),
        ("/api/v1/partnerships/nobody/grants-contributions.csv", {}, 404, "route_unknown"),
        ("/api/v1/partnerships/alpha/grants-contributions.xlsx", {"kind": "LIP"}, 400, "query_invalid"),
        ("/api/v1/partnerships/alpha/datasets/none/sdmx.csv", {}, 404, "route_unknown"),
        ("/api/v1/partnerships/alpha/datasets/none/sdmx.csv", {"effective": "soon"}, 400, "effective_unreadable"),
        ("/api/v1/cids.jsonld", {"recorded": "12"}, 400, "query_invalid"),
        ("/api/v1/cids.jsonld", {"province": "XX"}, 400, "query_invalid"),
    ],
)
async def test_what_is_not_there_or_not_understood_is_refused(
    client: httpx.AsyncClient, path: str, given: dict[str, str], status: int, code: str
) -> None:
    answer = await client.get(path, params=given)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_too_many_bodies_for_a_file_are_refused(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "BODIES_MAX", 10)

    answer = await client.get("/api/v1/cids.jsonld")

    assert (answer.status_code, answer.json()["code"]) == (422, "bodies_too_many")
