"""A comparison that is frozen: the same answer for ever, and said of whom the reader may not see it any more."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import psycopg
import pytest

from domain.ids import COMMONS, TenantId
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from readapi.viewer import ANONYMOUS, Viewer
from services.importing import Entry
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.acting import acting
from tests.integration.readapi.conftest import Client
from tests.integration.readapi.world_lines import Lines, both, uid

INDICATOR = uid("commons", "frozen indicator")
CITED = {"log": str(COMMONS), "stream": str(INDICATOR), "version": 1}
YEAR = {"kind": "fiscal_year", "start": "2021-04-01", "end": "2022-03-31"}
FUNDER = Viewer(tenant_id=TenantId(uid("gel-bailleur", "body")), role="programme_officer")
STEPS = ("SubmitSubmission", "ValidateSubmission", "ApproveSubmission", "PublishSubmission")
SOURCE = {"title": both("Rapport")}

COMPARED = """query ($asOf: AsOfInput) { indicatorComparison(indicator: {owner: "commons", id: "INDICATOR"},
  period: {kind: FISCAL_YEAR, start: "2021-04-01", end: "2022-03-31"}, stage: SUBMITTED, asOf: $asOf) {
  total { low high } expected sources { log position granted } } }""".replace("INDICATOR", str(INDICATOR))
FROZEN = """query ($id: UUID!) { frozenComparison(owner: "gel-bailleur", id: $id) {
  title { fr } frozenOn period { start } sources { log position granted } accessEnded { slug }
  comparison { total { low high } values { body { slug } value { number } stage } expected reporting
    sources { log } } } }"""


def lines(count: int = 0) -> Iterator[Entry]:
    """`count`: how many lines of the commons come before, where another world does."""
    shared = Lines("commons", count=count)
    defined = {
        "definition_id": str(INDICATOR),
        "wording": both("Personnes rejointes"),
        "unit": "personnes",
        "kind": "count",
        "combining": {"measure": "flow", "over_periods": "sum", "across_bodies": "sum"},
    }
    yield shared.line("DefineIndicator", "2021-04-01", defined)
    yield from opened("gel-bailleur", "funder")
    for slug, number in (("gel-nord", 100), ("gel-sud", 30)):
        yield from opened(slug, "lip")
        published = slug == "gel-nord"
        yield from reported(slug, number, STEPS if published else STEPS[:1])
    grant = {"grant_id": Lines("gel-sud").id("grant"), "grantee": str(FUNDER.tenant_id)}
    yield Lines("gel-sud", count=50).line("GrantAccess", "2022-05-01", grant)


def opened(slug: str, kind: str) -> Iterator[Entry]:
    of = Lines(slug)
    known = {"body_id": of.id("body"), "slug": slug, "kind": kind, "name": both(slug)}
    yield of.line("RegisterBody", "2020-01-01", known, body="commons")
    opening = {"province": "ON", "time_zone": "America/Toronto", "default_language": "fr"}
    yield of.line("OpenBody", "2020-01-01", known | opening)


def reported(slug: str, number: int, steps: tuple[str, ...]) -> Iterator[Entry]:
    of = Lines(slug, count=10)
    submission = {"submission_id": of.id("submission")}
    value = {"kind": "exact", "number": str(number), "unit": "personnes"}
    drafted = submission | {"indicator": CITED, "period": YEAR, "value": value}
    yield of.line("DraftSubmission", "2022-05-01", drafted, source=SOURCE)
    for day, step in enumerate(steps, start=2):
        yield of.line(step, f"2022-05-0{day}", submission, source=SOURCE)


def corrected() -> Iterator[Entry]:
    """What comes after: a correction, published, and a body that begins to report."""
    of = Lines("gel-nord", count=100)
    submission = {"submission_id": of.id("submission")}
    value = {"kind": "exact", "number": "999", "unit": "personnes"}
    again = submission | {"value": value, "reason": "typing_error"}
    yield of.line("CorrectSubmission", "2022-06-01", again, source=SOURCE)
    for day, step in enumerate(STEPS[1:], start=2):
        yield of.line(step, f"2022-06-0{day}", submission, source=SOURCE)
    yield from opened("gel-tard", "lip")
    yield from reported("gel-tard", 5, STEPS)


@pytest.fixture(scope="module")
def settings(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    made = make_database(server, f"entente_frozen_{worker_name}")
    asyncio.run(bring_in(made, list(lines())))
    return made


@pytest.fixture
async def client(settings: DatabaseSettings) -> AsyncIterator[Client]:
    async with acting(settings) as (_, client):
        yield client


async def freeze(settings: DatabaseSettings, sources: list[dict[str, Any]], name: str, **more: Any) -> str:
    of = Lines("gel-bailleur", count=hash(name) % 1_000_000)
    frozen_id = of.id(name)
    command = {
        "frozen_comparison_id": frozen_id,
        "title": both("Comparaison"),
        "indicator": CITED,
        "period": YEAR,
        "as_of": "2022-12-31",
        "stage": "submitted",
        "sources": sources,
    }
    await bring_in(settings, [of.line("FreezeComparison", "2022-12-31", command | more)])
    return frozen_id


async def test_what_was_frozen_is_answered_from_the_logs_as_they_stood(
    client: Client, settings: DatabaseSettings
) -> None:
    now = (await client.data(COMPARED, viewer=FUNDER))["indicatorComparison"]
    assert now["total"] == {"low": "130", "high": "130"}
    sources = [one | {"position": int(one["position"])} for one in now["sources"]]
    assert {one["log"]: one["granted"] for one in sources} == {
        str(COMMONS): False,
        str(uid("gel-nord", "body")): False,
        str(uid("gel-sud", "body")): True,
    }
    frozen_id = await freeze(settings, sources, "exact")
    ahead = [one | {"position": one["position"] + 1_000} for one in sources]
    frozen_ahead = await freeze(settings, ahead, "ahead")
    before = (await client.data(FROZEN, {"id": frozen_id}, viewer=FUNDER))["frozenComparison"]

    await bring_in(settings, list(corrected()))

    later = (await client.data(COMPARED, viewer=FUNDER))["indicatorComparison"]
    assert later["total"] == {"low": "1034", "high": "1034"}
    after = (await client.data(FROZEN, {"id": frozen_id}, viewer=FUNDER))["frozenComparison"]
    assert after == before
    assert after["comparison"]["total"] == {"low": "130", "high": "130"}
    assert (after["title"], after["frozenOn"]) == ({"fr": "Comparaison (fr)"}, "2022-12-31")
    assert after["period"] == {"start": "2021-04-01"}
    assert (after["accessEnded"], after["comparison"]["sources"]) == ([], [])
    assert [
        (one["body"]["slug"], one["value"]["number"], one["stage"]) for one in after["comparison"]["values"]
    ] == [
        ("gel-nord", "100", "PUBLISHED"),
        ("gel-sud", "30", "SUBMITTED"),
    ]
    # A position that the log had not reached yet says no more than what was there.
    too_far = (await client.data(FROZEN, {"id": frozen_ahead}, viewer=FUNDER))["frozenComparison"]
    assert too_far["comparison"]["total"] == {"low": "130", "high": "130"}


async def test_others_see_what_is_theirs_to_see_and_whose_figures_they_do_not(
    client: Client, settings: DatabaseSettings
) -> None:
    sources = [
        {"log": str(log), "position": 900, "granted": log == uid("gel-sud", "body")}
        for log in (COMMONS, uid("gel-nord", "body"), uid("gel-sud", "body"))
    ]
    frozen_id = await freeze(settings, sources, "others")

    async def seen(viewer: Viewer) -> tuple[list[str], str]:
        found = (await client.data(FROZEN, {"id": frozen_id}, viewer=viewer))["frozenComparison"]
        return [one["slug"] for one in found["accessEnded"]], found["comparison"]["total"]["low"]

    granted = await seen(FUNDER)
    public = await seen(ANONYMOUS)
    with psycopg.connect(settings.admin_dsn, autocommit=True) as connection:
        row = [uid("gel-sud", "body"), FUNDER.tenant_id]
        connection.execute("DELETE FROM access.grant_now WHERE tenant_id = %s AND grantee = %s", row)
        revoked = await seen(FUNDER)
        connection.execute("INSERT INTO access.grant_now VALUES (%s, %s, '', 1)", row)

    assert granted[0] == []
    assert public[0] == revoked[0] == ["gel-sud"]
    assert int(granted[1]) - int(revoked[1]) == 30
    assert public[1] == revoked[1]


async def test_a_frozen_comparison_of_the_body_alone_is_not_for_others(
    client: Client, settings: DatabaseSettings
) -> None:
    sources = [{"log": str(COMMONS), "position": 1, "granted": False}]
    frozen_id = await freeze(settings, sources, "alone", audience="tenant")

    assert (await client.data(FROZEN, {"id": frozen_id}))["frozenComparison"] is None
    found = (await client.data(FROZEN, {"id": frozen_id}, viewer=FUNDER))["frozenComparison"]
    assert found["comparison"] is None  # at its first event the commons had not defined the indicator
    assert (await client.data(FROZEN, {"id": str(INDICATOR)}, viewer=FUNDER))["frozenComparison"] is None


async def test_a_comparison_of_the_past_has_no_sources_to_freeze(client: Client) -> None:
    past = {"effective": "2022-12-31", "recorded": "2200-01-01T00:00:00Z"}
    found = (await client.data(COMPARED, {"asOf": past}))["indicatorComparison"]

    assert found["sources"] == []
