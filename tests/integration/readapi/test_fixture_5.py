"""Fixture 5: Sherbrooke's cadence. Two meetings are below 3–5; no forum this year is flagged. And figures owed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from domain.ids import TenantId
from infra.database import Database
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from readapi.viewer import ANONYMOUS, Viewer
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.conftest import ALPHA, Client
from tests.integration.readapi.world import alone
from tests.integration.readapi.world_lines import uid
from tests.integration.readapi.world_of_deadlines import BODY, COMMITTEES, SLUG, deadlines

MEMBER = Viewer(tenant_id=TenantId(UUID(BODY)), role="coordinator")
NEIGHBOUR = Viewer(tenant_id=ALPHA, role="coordinator")
RULES = """query ($slug: String!, $id: UUID!, $asOf: AsOfInput) { partnership(slug: $slug, asOf: $asOf) {
  committee(id: $id) { terms { rules { cadence { year meetingsMin meetingsMax yearlyForum } } }
    cadence { meetings forums state forumMissing words { en fr } } } } }"""
DUE = """query ($slug: String!, $within: Int!, $asOf: AsOfInput) { partnership(slug: $slug) {
  dueList(withinDays: $within, asOf: $asOf) { kind dueOn overdue recordId sample wording { en fr }
    period { kind start end } committee { id } agreement { id } indicator { wording { fr } } } } }"""


@pytest.fixture(scope="module")
def roundtable(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    """Sherbrooke and a neighbour that has a cadence and requirements of its own."""
    settings = make_database(server, f"entente_fixture_5_{worker_name}")
    asyncio.run(bring_in(settings, [*deadlines(), *alone("alpha")]))
    return settings


@pytest.fixture
async def reading(roundtable: DatabaseSettings) -> AsyncIterator[Client]:
    async with Database(roundtable) as database:
        client = Client(database)
        async with client.http:
            yield client


async def working_committees(client: Client, day: str) -> Any:
    given = {"slug": SLUG, "id": COMMITTEES, "asOf": {"effective": day}}
    return (await client.data(RULES, given, viewer=MEMBER))["partnership"]["committee"]


async def due(client: Client, day: str, viewer: Viewer = MEMBER, within: int = 92, slug: str = SLUG) -> Any:
    given = {"slug": slug, "within": within, "asOf": {"effective": day}}
    return (await client.data(DUE, given, viewer=viewer))["partnership"]["dueList"]


async def cadences(client: Client, day: str, within: int = 92) -> Any:
    return [one for one in await due(client, day, within=within) if one["kind"] == "CADENCE"]


async def owed(client: Client, day: str, within: int = 92) -> list[tuple[str, str, bool]]:
    return [
        (one["period"]["start"], one["dueOn"], one["overdue"])
        for one in await due(client, day, within=within)
        if one["kind"] == "REPORT"
    ]


async def test_two_meetings_are_below_three_to_five_and_no_forum_this_year_is_flagged(reading: Client) -> None:
    committee = await working_committees(reading, "2019-10-15")

    assert committee["terms"]["rules"]["cadence"] == {
        "year": "CALENDAR",
        "meetingsMin": 3,
        "meetingsMax": 5,
        "yearlyForum": True,
    }
    assert committee["cadence"] == {
        "meetings": 2,
        "forums": 0,
        "state": "BELOW",
        "forumMissing": True,
        "words": {
            "en": "2 of 3–5 held, no forum yet",
            "fr": "2 réunions tenues sur 3 à 5, aucun forum pour l’instant",
        },
    }


async def test_the_due_list_says_so_until_the_year_is_over(reading: Client) -> None:
    lacking = {
        "kind": "CADENCE",
        "dueOn": "2019-12-31",
        "overdue": False,
        "recordId": COMMITTEES,
        "sample": False,
        "wording": {
            "en": "2 of 3–5 held, no forum yet",
            "fr": "2 réunions tenues sur 3 à 5, aucun forum pour l’instant",
        },
        "period": {"kind": "CALENDAR_YEAR", "start": "2019-01-01", "end": "2019-12-31"},
        "committee": {"id": COMMITTEES},
        "agreement": None,
        "indicator": None,
    }
    assert await cadences(reading, "2019-10-15", within=76) == []
    assert await cadences(reading, "2019-10-15", within=77) == [lacking]
    (last_day,) = await cadences(reading, "2019-12-31")
    assert last_day["wording"]["en"] == "2 of 3–5 held, no forum"
    (next_year,) = await cadences(reading, "2020-01-01", within=366)
    assert (next_year["dueOn"], next_year["wording"]["en"]) == ("2020-12-31", "0 of 3–5 held, no forum yet")


async def test_a_forum_that_was_held_is_no_longer_flagged(reading: Client) -> None:
    words = [one["wording"]["en"] for one in await cadences(reading, "2020-10-08")]
    assert words == ["0 of 3–5 held, forum held"]


async def test_a_figure_is_owed_until_it_is_submitted_whole_and_again_when_it_is_returned(reading: Client) -> None:
    first = ("2021-01-01", "2021-04-30")
    assert await owed(reading, "2021-03-30", within=30) == []
    assert await owed(reading, "2021-03-30", within=31) == [(*first, False)]
    assert await owed(reading, "2021-04-19", within=30) == [(*first, False)]  # drafted; submitted for women alone
    assert await owed(reading, "2021-04-20", within=30) == []
    assert await owed(reading, "2021-05-09", within=30) == []
    assert await owed(reading, "2021-05-10", within=30) == [(*first, True)]  # returned


async def test_an_exempt_period_is_not_owed_and_the_one_after_it_is(reading: Client) -> None:
    first, second, third = ("2021-01-01", "2021-04-30"), ("2021-04-01", "2021-07-30"), ("2021-07-01", "2021-10-30")
    assert await owed(reading, "2021-05-31", within=60) == [(*first, True), (*second, False)]
    assert await owed(reading, "2021-06-01", within=60) == [(*first, True)]
    assert await owed(reading, "2021-10-30", within=60) == [(*first, True), (*third, False)]


async def test_a_figure_that_is_owed_names_its_requirement_period_and_indicator(reading: Client) -> None:
    (item,) = [one for one in await due(reading, "2021-04-01", within=30) if one["kind"] == "REPORT"]
    assert item == {
        "kind": "REPORT",
        "dueOn": "2021-04-30",
        "overdue": False,
        "recordId": str(uid(SLUG, "requirement")),
        "sample": True,
        "wording": None,
        "period": {"kind": "QUARTER", "start": "2021-01-01", "end": "2021-03-31"},
        "committee": None,
        "agreement": None,
        "indicator": {"wording": {"fr": "Personnes accueillies (fr)"}},
    }


async def test_nobody_else_is_told_what_the_roundtable_owes(reading: Client) -> None:
    for viewer in (ANONYMOUS, NEIGHBOUR):
        assert await due(reading, "2021-05-31", viewer) == []
    ours = {one["recordId"] for one in await due(reading, "2021-12-31", within=366)}
    theirs = {one["recordId"] for one in await due(reading, "2021-12-31", NEIGHBOUR, within=366, slug="alpha")}
    assert ours == {COMMITTEES, str(uid(SLUG, "requirement"))}
    assert {str(uid("alpha", "requirement public")), str(uid("alpha", "committee public"))} < theirs
    assert not ours & theirs
