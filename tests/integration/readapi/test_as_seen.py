"""What a funder saw: the records of a moment through the grants of that moment, and never more than today's."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from domain.ids import TenantId
from infra.database import Database
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from readapi.viewer import ANONYMOUS, Viewer
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.conftest import Client
from tests.integration.readapi.world_lines import uid
from tests.integration.readapi.world_of_grants import ALIKE, FUNDER, GRANTING, OTHER, before, stages

READER = Viewer(tenant_id=TenantId(uid(FUNDER, "body")), role="programme_officer")
OF_ONE_PROGRAMME = Viewer(tenant_id=TenantId(uid(OTHER, "body")), role="programme_officer")
OWED = """query ($slug: String!, $asOf: AsOfInput) { partnership(slug: $slug, asOf: $asOf) {
  asOf { asSeen } requirements { totalCount asOf { effective recorded asSeen } nodes { dueDays } } } }"""
COMPARED = """query ($owner: String!, $id: UUID!, $asOf: AsOfInput) { indicatorComparison(
  indicator: {owner: $owner, id: $id}, stage: SUBMITTED, asOf: $asOf,
  period: {kind: FISCAL_YEAR, start: "2020-04-01", end: "2021-03-31"}) {
    values { value { number } trace { steps { kind } } } expected standings { state } asOf { asSeen } } }"""
MATRIX = """query ($asOf: AsOfInput) { agreementMatrix(asOf: $asOf) {
  rows { programme { code } total } asOf { asSeen } } }"""
GRANTED, REVOKED, RESTORED = "2021-05-01", "2021-07-01", "2021-09-01"
"""Days in the three stretches that the grants make."""
EARLIER = "2021-03-31"


class World(NamedTuple):
    settings: DatabaseSettings
    known: list[datetime]
    """Before any grant was recorded, and after each stage."""


@pytest.fixture(scope="module")
def world(server: EmbeddedServer, worker_name: str) -> World:
    """Recorded in four stages."""
    made = make_database(server, f"entente_as_seen_{worker_name}")
    known = []
    for entries in (list(before()), *stages()):
        asyncio.run(bring_in(made, entries))
        known.append(datetime.now(UTC))
    return World(made, known)


@pytest.fixture
async def reading(world: World) -> AsyncIterator[Client]:
    async with Database(world.settings) as database:
        client = Client(database)
        async with client.http:
            yield client


def clock(on: str, known: datetime | None = None, *, as_seen: bool = True) -> dict[str, Any]:
    return {"effective": on, "asSeen": as_seen} | ({} if known is None else {"recorded": known.isoformat()})


async def owed(client: Client, as_of: Any, *, slug: str = GRANTING, viewer: Viewer = READER) -> int:
    found = await client.data(OWED, {"slug": slug, "asOf": as_of}, viewer=viewer)
    count: int = found["partnership"]["requirements"]["totalCount"]
    return count


async def test_what_the_funder_saw_on_a_day_is_what_the_grants_of_that_day_opened(reading: Client) -> None:
    # Of the day alone, as known today: granted, revoked, and restored since, so that today opens all of it.
    seen = {day: await owed(reading, clock(day)) for day in (EARLIER, GRANTED, REVOKED, RESTORED)}
    assert seen == {EARLIER: 0, GRANTED: 1, REVOKED: 0, RESTORED: 1}
    # Without the question, the rights of today show all days.
    for day in seen:
        assert await owed(reading, clock(day, as_seen=False)) == 1


async def test_a_grant_that_was_not_known_yet_opened_nothing(reading: Client, world: World) -> None:
    nothing, granted, revoked, restored = world.known
    for known, expected in ((nothing, 0), (granted, 1), (revoked, 0), (restored, 1)):
        assert await owed(reading, clock(RESTORED, known)) == expected
        assert await owed(reading, clock(RESTORED, known, as_seen=False)) == 1
    # On 1 July the revocation was not known before it was recorded.
    assert await owed(reading, clock(REVOKED, granted)) == 1
    assert await owed(reading, clock(REVOKED, revoked)) == 0


async def test_others_saw_and_see_nothing(reading: Client) -> None:
    for as_of in (clock(GRANTED), clock(GRANTED, as_seen=False)):
        assert await owed(reading, as_of, viewer=ANONYMOUS) == 0
        assert await owed(reading, as_of, slug=ALIKE) == 0  # it granted the other funder, on the same days


async def test_a_grant_of_one_programme_opened_what_was_asked_under_it(reading: Client) -> None:
    seen = {day: await owed(reading, clock(day), viewer=OF_ONE_PROGRAMME) for day in (EARLIER, GRANTED, REVOKED)}
    assert seen == {EARLIER: 0, GRANTED: 1, REVOKED: 1}


async def test_the_question_says_what_it_was_read_with(reading: Client) -> None:
    found = (await reading.data(OWED, {"slug": GRANTING, "asOf": clock(GRANTED)}, viewer=READER))["partnership"]
    assert found["asOf"] == {"asSeen": True}
    assert found["requirements"]["asOf"] == {"effective": GRANTED, "recorded": None, "asSeen": True}
    plain = (await reading.data(OWED, {"slug": GRANTING, "asOf": None}, viewer=READER))["partnership"]
    assert plain["requirements"]["asOf"]["asSeen"] is False


async def test_a_part_below_keeps_the_question_with_clocks_of_its_own(reading: Client) -> None:
    query = """query ($slug: String!, $asOf: AsOfInput, $part: AsOfInput) { partnership(slug: $slug, asOf: $asOf) {
      requirements(asOf: $part) { totalCount asOf { effective asSeen } } } }"""
    given = {"slug": GRANTING, "asOf": clock(RESTORED), "part": {"effective": REVOKED}}
    part = (await reading.data(query, given, viewer=READER))["partnership"]["requirements"]
    assert part == {"totalCount": 0, "asOf": {"effective": REVOKED, "asSeen": True}}


async def compared(client: Client, as_of: Any) -> Any:
    given = {"owner": GRANTING, "id": str(uid(GRANTING, "indicator")), "asOf": as_of}
    return (await client.data(COMPARED, given, viewer=READER))["indicatorComparison"]


async def test_the_national_figures_are_those_that_the_funder_saw(reading: Client) -> None:
    shown = await compared(reading, clock(GRANTED))
    assert [one["value"]["number"] for one in shown["values"]] == ["12"]
    assert [step["kind"] for step in shown["values"][0]["trace"]["steps"]] == ["SUBMISSION", "REQUIREMENT"]
    assert ([one["state"] for one in shown["standings"]], shown["expected"]) == (["REPORTED"], 1)
    hidden = await compared(reading, clock(REVOKED))
    assert (hidden["values"], hidden["standings"], hidden["expected"]) == ([], [], 0)
    assert hidden["asOf"] == {"asSeen": True}
    assert len((await compared(reading, clock(REVOKED, as_seen=False)))["values"]) == 1


async def matrix(client: Client, as_of: Any, viewer: Viewer) -> dict[str, int]:
    rows = (await client.data(MATRIX, {"asOf": as_of}, viewer=viewer))["agreementMatrix"]["rows"]
    return {row["programme"]["code"]: row["total"] for row in rows}


async def test_a_grant_of_one_programme_opened_that_programme(reading: Client) -> None:
    # The look-alike opens all its agreements to this funder, on the same days as the other body to the first.
    assert await matrix(reading, clock(EARLIER), OF_ONE_PROGRAMME) == {}
    assert await matrix(reading, clock(GRANTED), OF_ONE_PROGRAMME) == {"first": 2, "second": 1}
    assert await matrix(reading, clock(REVOKED), OF_ONE_PROGRAMME) == {"first": 1}
    assert await matrix(reading, clock(REVOKED, as_seen=False), OF_ONE_PROGRAMME) == {"first": 2, "second": 1}
    assert await matrix(reading, clock(REVOKED), READER) == {}


async def test_what_is_revoked_today_is_seen_on_no_day(server: EmbeddedServer, worker_name: str) -> None:
    made = make_database(server, f"entente_as_seen_no_more_{worker_name}")
    granted, revoked, _ = stages()
    known = []
    for entries in (list(before()), granted, revoked):
        await bring_in(made, entries)
        known.append(datetime.now(UTC))
    async with Database(made) as database:
        client = Client(database)
        async with client.http:
            for as_of in (clock(GRANTED), clock(GRANTED, known[1]), clock(GRANTED, as_seen=False)):
                assert await owed(client, as_of) == 0
                assert (await compared(client, as_of))["values"] == []
