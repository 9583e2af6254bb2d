"""Definitions of indicators, read back: on both clocks, and by whom."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from domain.ids import TenantId
from infra.database import Database
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from readapi.viewer import ANONYMOUS, Viewer
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.conftest import Client
from tests.integration.readapi.world import ALIKE, Lines, alone, both, uid

INDICATORS = """query ($asOf: AsOfInput, $status: IndicatorStatus) { partnership(slug: "alpha", asOf: $asOf) {
  indicators(status: $status) { totalCount nodes {
    id wording { fr } unit kind direction combining { measure overPeriods acrossBodies } status sourceRule
    denominator { fr } denominatorUnit dimensions { code label { fr } categories { code label { fr } } }
    planIndicator { wording { fr } } owner { slug } sample } } } }"""


@pytest.fixture(scope="module")
def settings(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    """Both bodies; of alpha's public indicator, a rewording, and a retirement on a later day."""
    made = make_database(server, f"entente_indicators_{worker_name}")
    later = Lines("alpha", count=1_000)
    one = later.id("indicator public")
    changes = [
        later.line("ReviseIndicator", "2022-04-01", {"definition_id": one, "wording": both("Reformulé")}),
        later.line("RetireIndicator", "2023-04-01", {"definition_id": one}),
    ]
    asyncio.run(
        bring_in(
            made,
            [*(entry for slug in ALIKE for entry in alone(slug)), *changes],
        )
    )
    return made


@pytest.fixture
async def revised(settings: DatabaseSettings) -> AsyncIterator[Client]:
    async with Database(settings) as database:
        client = Client(database)
        async with client.http:
            yield client


async def nodes(client: Client, viewer: Viewer = ANONYMOUS, **variables: Any) -> list[dict[str, Any]]:
    found = (await client.data(INDICATORS, variables, viewer=viewer))["partnership"]["indicators"]
    assert found["totalCount"] == len(found["nodes"])
    shown: list[dict[str, Any]] = found["nodes"]
    return shown


async def test_an_indicator_is_read_as_it_was_on_a_day_and_as_it_was_known(revised: Client) -> None:
    (now,) = await nodes(revised)
    (before,) = await nodes(revised, asOf={"effective": "2022-03-31"})
    (between,) = await nodes(revised, asOf={"effective": "2022-04-01"})

    assert before["id"] == str(uid("alpha", "indicator public"))
    assert (before["wording"]["fr"], before["status"]) == ("Indicateur public (fr)", "IN_USE")
    assert (between["wording"]["fr"], between["status"]) == ("Reformulé (fr)", "IN_USE")
    assert (now["wording"]["fr"], now["status"]) == ("Reformulé (fr)", "RETIRED")
    assert await nodes(revised, status="IN_USE") == []
    assert now["combining"] == {"measure": "FLOW", "overPeriods": "SUM", "acrossBodies": "SUM"}
    assert [one["code"] for one in now["dimensions"][0]["categories"]] == ["women", "men"]
    assert now["planIndicator"]["wording"]["fr"] == "published indicator (fr)"
    assert (now["owner"]["slug"], now["unit"], now["sourceRule"]) == ("alpha", "entreprises", None)


async def test_funders_see_what_is_for_them_once_they_are_granted_it(
    revised: Client, settings: DatabaseSettings
) -> None:
    funder = Viewer(tenant_id=TenantId(UUID(int=987)), role="programme_officer")
    assert len(await nodes(revised, funder)) == 1
    with psycopg.connect(settings.admin_dsn, autocommit=True) as connection:
        grant = "INSERT INTO access.grant_now VALUES (%s, %s, '', 1)"
        connection.execute(grant, [uid("alpha", "body"), funder.tenant_id])

    seen = await nodes(revised, funder)

    assert {one["id"] for one in seen} == {
        str(uid("alpha", f"indicator {name}")) for name in ("public", "funders")
    }
