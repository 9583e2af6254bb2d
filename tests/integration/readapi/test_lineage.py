"""Fixture 6: a directorate splits in two. Its replay is unchanged; comparisons follow the lineage or do not."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from domain.ids import TenantId
from infra.database import Database
from infra.embedded import EmbeddedServer
from readapi.viewer import Viewer
from services.importing import Entry
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.conftest import Client
from tests.integration.readapi.world import Lines, both, uid

OLD, NORTH, SOUTH, TWIN = "direction-unie", "direction-nord", "direction-sud", "direction-jumelle"
SPLIT_ON = "2022-04-01"


def lines() -> Iterator[Entry]:
    """Directorates that look alike; the first splits, and its northern successor signs an agreement of its own."""
    for slug in (OLD, NORTH, SOUTH, TWIN):
        of = Lines(slug)
        body = {"body_id": of.id("body"), "slug": slug, "kind": "regional_directorate", "name": both("Direction")}
        yield of.line("RegisterBody", "2020-01-01", body, body="commons")
        opening = {"province": "QC", "time_zone": "America/Toronto", "default_language": "fr"}
        yield of.line("OpenBody", "2020-01-01", body | opening)
    old, north, south, twin = (Lines(slug, count=10) for slug in (OLD, NORTH, SOUTH, TWIN))
    for of, number, on in ((old, 3, "2021-04-01"), (north, 1, "2022-06-01"), (twin, 5, "2021-04-01")):
        for index in range(number):
            signed = {
                "agreement_id": of.id(f"agreement {index}"),
                "programme": {"code": "pasi", "label": both("Programme")},
                "audience": "public",
            }
            yield of.line("SignAgreement", on, signed)
    succession = old.id("succession")
    successors = [north.id("body"), south.id("body")]
    proposed = {"succession_id": succession, "kind": "split", "successors": successors, "illustrative": True}
    yield old.line("ProposeSuccession", "2022-01-15", proposed)
    accepted = {"succession_id": succession, "predecessor": old.id("body")}
    yield north.line("AcceptSuccession", "2022-02-01", accepted)
    yield south.line("AcceptSuccession", "2022-02-15", accepted)
    yield old.line("SucceedBody", SPLIT_ON, {"body_id": old.id("body"), "succession_id": succession})


@pytest.fixture(scope="module")
def split(server: EmbeddedServer, worker_name: str) -> Any:
    return make_database(server, f"entente_split_{worker_name}")


@pytest.fixture
async def client(split: Any) -> AsyncIterator[Client]:
    await bring_in(split, list(lines()))  # the same lines again record nothing
    async with Database(split) as database:
        made = Client(database)
        async with made.http:
            yield made


def member(slug: str) -> Viewer:
    return Viewer(tenant_id=TenantId(uid(slug, "body")), role="coordinator")


MATRIX = """query ($day: Date!, $slugs: [String!], $follow: Boolean!) {
  agreementMatrix(
    asOf: {effective: $day}, kinds: [REGIONAL_DIRECTORATE], partnerships: $slugs, followLineage: $follow
  ) { total expected } }"""


async def total(client: Client, day: str, *slugs: str, follow: bool = False) -> tuple[int, int]:
    asked = {"day": day, "slugs": list(slugs) or None, "follow": follow}
    matrix = (await client.data(MATRIX, asked))["agreementMatrix"]
    return matrix["total"], matrix["expected"]


async def test_before_the_split_nothing_is_different(client: Client) -> None:
    query = """query ($day: Date!) { partnership(slug: "direction-unie", asOf: {effective: $day}) {
        status agreements { totalCount } successors { kind } } }"""
    before = {"status": "OPEN", "agreements": {"totalCount": 3}, "successors": []}

    for day in ("2021-06-01", "2022-03-31"):
        assert (await client.data(query, {"day": day}))["partnership"] == before
        assert await total(client, day) == (8, 4)


async def test_from_the_day_on_the_successors_stand_in_its_place(client: Client) -> None:
    query = """query ($day: Date!) { partnerships(asOf: {effective: $day}, kinds: [REGIONAL_DIRECTORATE]) {
          nodes { slug } }
        partnership(slug: "direction-unie", asOf: {effective: $day}) { status
          successors { kind effectiveOn illustrative predecessor { slug } successor { slug } } } }"""

    found = await client.data(query, {"day": SPLIT_ON})

    assert {node["slug"] for node in found["partnerships"]["nodes"]} == {NORTH, SOUTH, TWIN}
    assert found["partnership"]["status"] == "SUCCEEDED"
    links = found["partnership"]["successors"]
    assert {link["successor"]["slug"] for link in links} == {NORTH, SOUTH}
    assert {(link["kind"], link["effectiveOn"], link["illustrative"]) for link in links} == {
        ("SPLIT", SPLIT_ON, True)
    }
    assert {link["predecessor"]["slug"] for link in links} == {OLD}


async def test_the_register_shows_it_to_those_who_ask(client: Client) -> None:
    query = """query ($day: Date!) { partnerships(asOf: {effective: $day}, kinds: [REGIONAL_DIRECTORATE],
        withSucceeded: true) { nodes { slug status } } }"""

    nodes = (await client.data(query, {"day": SPLIT_ON}))["partnerships"]["nodes"]

    assert {node["slug"]: node["status"] for node in nodes} == {
        OLD: "SUCCEEDED",
        NORTH: "OPEN",
        SOUTH: "OPEN",
        TWIN: "OPEN",
    }


async def test_comparisons_follow_the_lineage_or_do_not(client: Client) -> None:
    assert await total(client, "2022-07-01") == (6, 3)
    assert await total(client, "2022-07-01", NORTH) == (1, 1)
    assert await total(client, "2022-07-01", NORTH, follow=True) == (4, 2)
    assert await total(client, "2022-07-01", NORTH, SOUTH, follow=True) == (4, 3)
    assert await total(client, "2022-07-01", TWIN, follow=True) == (5, 1)
    assert await total(client, "2022-03-31", NORTH, follow=True) == (0, 1)


async def test_a_successor_names_its_predecessor(client: Client) -> None:
    query = """{ partnership(slug: "direction-nord") { predecessors { predecessor { slug } } successors { kind } }
        twin: partnership(slug: "direction-jumelle") { predecessors { kind } successors { kind } } }"""

    found = await client.data(query)

    assert found["partnership"] == {"predecessors": [{"predecessor": {"slug": OLD}}], "successors": []}
    assert found["twin"] == {"predecessors": [], "successors": []}


async def test_proposals_are_for_members(client: Client) -> None:
    query = """query ($slug: String!) { partnership(slug: $slug) {
        successionProposals { nodes { id kind status predecessorId successorIds illustrative } } } }"""
    offered = {
        "id": str(uid(OLD, "succession")),
        "kind": "SPLIT",
        "predecessorId": str(uid(OLD, "body")),
        "illustrative": True,
    }

    async def proposals(slug: str, viewer: Viewer) -> Any:
        page = (await client.data(query, {"slug": slug}, viewer=viewer))["partnership"]["successionProposals"]
        return page and page["nodes"]

    both_of = [str(uid(slug, "body")) for slug in (NORTH, SOUTH)]
    assert await proposals(OLD, member(OLD)) == [offered | {"status": "PROPOSED", "successorIds": both_of}]
    assert await proposals(NORTH, member(NORTH)) == [offered | {"status": "ACCEPTED", "successorIds": both_of[:1]}]
    assert await proposals(TWIN, member(TWIN)) == []
    assert await proposals(OLD, member(NORTH)) is None
    assert await proposals(OLD, Viewer()) is None
