"""The fictional partnerships of the sample, read across: one shared indicator, its coverage, and both clocks."""

from typing import Any

from domain.body import OpenBody
from domain.ids import TenantId
from readapi.viewer import ANONYMOUS, Viewer
from services.importing import read_files
from services.sample import files
from tests.integration.filled import Filled
from tests.integration.readapi.conftest import Client

SHARED = "b87fac09-90c2-534e-8ee3-e14c0164ae43"
YEARS = {2024: ("2024-04-01", "2025-03-31"), 2025: ("2025-04-01", "2026-03-31")}
COMPARISON = """query ($start: Date!, $end: Date!, $asOf: AsOfInput, $partnerships: [String!]) {
  indicatorComparison(
    indicator: {owner: "commons", id: "SHARED"},
    period: {kind: FISCAL_YEAR, start: $start, end: $end}, asOf: $asOf, partnerships: $partnerships) {
  indicator { wording { fr } }
  values { body { slug } territory { code } value { kind number } comparability sample }
  total { low high unit parts weakestKind }
  notAddable { reason }
  reporting expected missing
  standings { body { slug } territory { code } state dueOn exempt }
  weakestComparability sample { included values } } }""".replace("SHARED", SHARED)


def body_id(slug: str) -> TenantId:
    (found,) = [
        entry.command.body_id
        for entry in read_files(files())
        if isinstance(entry.command, OpenBody) and entry.line.body == slug
    ]
    return TenantId(found)


async def compared(
    client: Client,
    year: int,
    viewer: Viewer = ANONYMOUS,
    partnerships: list[str] | None = None,
    **clock: Any,
) -> dict[str, Any]:
    start, end = YEARS[year]
    asked = {"start": start, "end": end, "asOf": clock or None, "partnerships": partnerships}
    found: dict[str, Any] = (await client.data(COMPARISON, asked, viewer=viewer))["indicatorComparison"]
    return found


def figures(found: dict[str, Any]) -> list[tuple[str, str | None, str, str]]:
    return [
        (
            one["body"]["slug"],
            one["territory"] and one["territory"]["code"],
            one["value"]["number"],
            one["comparability"],
        )
        for one in found["values"]
    ]


def states(found: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    standings = [
        (one["body"]["slug"], one["territory"] and one["territory"]["code"], one["state"])
        for one in found["standings"]
    ]
    return sorted(standings, key=lambda one: (one[0], one[1] or ""))


async def test_the_shared_indicator_adds_up_with_what_it_is_made_of(client: Client) -> None:
    found = await compared(client, 2025)

    assert found["indicator"]["wording"]["fr"] == "Participations aux séances d’accueil et d’information"
    assert figures(found) == [
        ("fictionville", None, "498", "EXACT"),
        ("plaine-imaginaire", None, "240", "EXACT"),
        ("riviere-exemple", "basse-riviere", "150", "EXACT"),
        ("riviere-exemple", "haute-riviere", "310", "EXACT"),
    ]
    assert found["total"] == {
        "low": "1198",
        "high": None,
        "unit": "participations",
        "parts": 4,
        "weakestKind": "AT_LEAST",
    }
    assert found["notAddable"] is None
    assert found["sample"] == {"included": True, "values": 4}


async def test_who_reports_who_is_exempt_and_what_is_not_comparable(client: Client) -> None:
    found = await compared(client, 2025)

    assert states(found) == [
        ("baie-modele", None, "NOT_VISIBLE"),
        ("fictionville", None, "REPORTED"),
        ("plaine-imaginaire", None, "REPORTED"),
        ("riviere-exemple", None, "NOT_COMPARABLE"),
        ("riviere-exemple", "basse-riviere", "REPORTED"),
        ("riviere-exemple", "haute-riviere", "REPORTED"),
    ]
    assert (found["reporting"], found["expected"], found["missing"]) == (4, 5, 0)
    assert ("baie-modele", None, "EXEMPT") in states(await compared(client, 2024))


async def test_who_has_not_reported_learns_that_it_is_missing(client: Client) -> None:
    member = Viewer(tenant_id=body_id("baie-modele"), role="coordinator")

    found = await compared(client, 2025, member, partnerships=["baie-modele"])

    assert states(found) == [("baie-modele", None, "MISSING")]
    assert found["standings"][0]["dueOn"] == "2026-05-30"
    assert (found["reporting"], found["expected"], found["missing"]) == (0, 1, 1)


async def test_what_came_late_is_seen_on_one_clock_and_not_on_the_other(client: Client, filled: Filled) -> None:
    known_before = await compared(client, 2024, recorded=filled.between.isoformat())
    known_now = await compared(client, 2024)
    in_force_before = await compared(client, 2024, effective="2026-07-07")

    assert figures(known_before) == [
        ("fictionville", None, "412", "EXACT"),
        ("plaine-imaginaire", None, "206", "EXACT"),
    ]
    assert figures(known_now)[0] == ("fictionville", None, "389", "EXACT")
    assert figures(in_force_before) == figures(known_before)
    weakest = await compared(client, 2025, recorded=filled.between.isoformat())
    assert weakest["weakestComparability"] == "PARTIAL"
    assert (await compared(client, 2025))["weakestComparability"] == "EXACT"
