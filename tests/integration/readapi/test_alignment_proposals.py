"""Indicators that read like a shared one are proposed to members until somebody says whether they agree."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.ids import COMMONS, TenantId
from infra.database import Database
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from readapi.viewer import ANONYMOUS, Viewer
from services.importing import Entry
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.conftest import Client
from tests.integration.readapi.world import ALIKE, Lines, alone, uid

PROPOSALS = """query ($slug: String!, $asOf: AsOfInput) { partnership(slug: $slug, asOf: $asOf) {
  alignmentProposals {
    likeness sameUnit indicatorId canonicalId canonicalOwnerId
    indicator { wording { fr } } canonical { wording { fr } } } } }"""
SESSIONS = "Participations aux séances d’accueil et d’information"
ALPHA, BETA = (Viewer(tenant_id=TenantId(uid(slug, "body")), role="coordinator") for slug in ALIKE)


def defined(of: Lines, name: str, wording: str, *, unit: str = "participations", body: str | None = None) -> Entry:
    indicator = {
        "definition_id": of.id(name),
        "wording": {"fr": wording, "source": "fr"},
        "unit": unit,
        "kind": "count",
        "combining": {"measure": "flow", "over_periods": "sum", "across_bodies": "sum"},
        "audience": "public",
    }
    return of.line("DefineIndicator", "2021-04-01", indicator, body=body)


def aligned(of: Lines, name: str, grade: str, on: str) -> Entry:
    canonical = {"log": str(COMMONS), "stream": of.id("shared sessions"), "version": 1}
    alignment = {
        "alignment_id": of.id(f"{name} aligned"),
        "definition_id": of.id(name),
        "canonical": canonical,
        "grade": grade,
    }
    return of.line("AlignIndicator", on, alignment)


@pytest.fixture(scope="module")
def settings(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    """Four indicators of alpha: one alike, one in another unit, one that is refused later, one of its own."""
    made = make_database(server, f"entente_proposals_{worker_name}")
    of = Lines("alpha", count=1_000)
    more = [
        defined(of, "shared sessions", SESSIONS, body="commons"),
        defined(of, "shared jobs", "Nombre d’emplois pourvus", unit="emplois", body="commons"),
        defined(of, "sessions", "Nombre de participations à une séance d’information ou d’accueil"),
        defined(of, "people", "Personnes qui participent aux séances d’information", unit="personnes"),
        defined(of, "evenings", "Participations aux soirées d’accueil"),
        defined(of, "kiosk", "Visites au kiosque"),
        aligned(of, "evenings", "none", "2022-04-01"),
    ]
    asyncio.run(bring_in(made, [*(entry for slug in ALIKE for entry in alone(slug)), *more]))
    return made


@pytest.fixture
async def client(settings: DatabaseSettings) -> AsyncIterator[Client]:
    async with Database(settings) as database:
        client = Client(database)
        async with client.http:
            yield client


async def proposed(client: Client, viewer: Viewer, **variables: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]]
    found = (await client.data(PROPOSALS, {"slug": "alpha", **variables}, viewer=viewer))["partnership"][
        "alignmentProposals"
    ]
    return found


async def test_a_member_sees_what_reads_alike_the_likeliest_first(client: Client) -> None:
    found = await proposed(client, ALPHA)

    ids = {name: str(uid("alpha", name)) for name in ("sessions", "people", "shared sessions")}
    assert [(one["indicatorId"], one["sameUnit"]) for one in found] == [
        (ids["sessions"], True),
        (ids["people"], False),
    ]
    assert {one["canonicalId"] for one in found} == {ids["shared sessions"]}
    assert {one["canonicalOwnerId"] for one in found} == {str(COMMONS)}
    assert found[0]["canonical"] == {"wording": {"fr": SESSIONS}}
    assert found[0]["likeness"] > found[1]["likeness"]


async def test_what_was_refused_is_not_proposed_again(client: Client) -> None:
    evenings = str(uid("alpha", "evenings"))

    before = await proposed(client, ALPHA, asOf={"effective": "2022-03-31"})
    after = await proposed(client, ALPHA, asOf={"effective": "2022-04-01"})

    assert evenings in {one["indicatorId"] for one in before}
    assert evenings not in {one["indicatorId"] for one in after}


@pytest.mark.parametrize("viewer", [ANONYMOUS, BETA], ids=["anybody", "a neighbour"])
async def test_others_are_proposed_nothing(client: Client, viewer: Viewer) -> None:
    assert await proposed(client, viewer) == []
