"""What the real sources do to software, read through the API."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.integration.filled import Filled
from tests.integration.readapi.conftest import Client

EXAMPLES = json.loads((Path(__file__).parents[3] / "graphql/readapi/static/examples.json").read_text())
DRCNEQ_PLAN = "15dc0e23-2e88-51bc-84c7-8fc5a9fbc57d"


async def example(client: Client, number: int) -> dict[str, Any]:
    one = EXAMPLES[number]
    return await client.data(one["query"], one["variables"])


async def test_annex_1_is_shown_as_printed_with_its_three_doubts(client: Client) -> None:
    targets = (await example(client, 4))["partnership"]["targets"]

    series = [[value["value"]["raw"] for value in target["series"]] for target in targets]
    assert [target["baseline"]["raw"] for target in targets] == [
        "45 %",
        "s. o.",
        "17 % 2018",
        "800 accompagnements",
        "s. o.",
    ]
    assert series[1] == ["Mise en œuvre", "60 %", "70 %", "75 %"]
    assert series[2] == ["34 %", "21,5 %", "22,5 %", "24 %"]
    assert series[3] == ["960", "600", "800", "1 200"]
    assert [value["value"]["kind"] for value in targets[1]["series"]] == ["MILESTONE", "EXACT", "EXACT", "EXACT"]
    assert targets[2]["series"][1]["value"]["number"] == "21.5"
    doubts = [[(doubt["kind"], doubt["raw"]) for doubt in target["warnings"]] for target in targets]
    assert doubts == [
        [],
        [],
        [("TREND", "21,5 %")],
        [("UNIT", "800 accompagnements"), ("TREND", "600")],
        [],
    ]
    assert all(target["wording"]["fr"] for target in targets)


async def test_57_agreements_and_17_mandates_are_never_in_one_total(client: Client) -> None:
    matrix = (await example(client, 3))["agreementMatrix"]

    assert [column["code"] for column in matrix["columns"]] == ["01", "03", "11", "12"]
    assert {row["programme"]["label"]["fr"]: row["counts"] for row in matrix["rows"]} == {
        "ententes avec des MRC": [8, 5, 4, 8],
        "Programme d’accompagnement et de soutien à l’intégration (PASI)": [6, 7, 4, 9],
        "Soutien à la mission": [1, 3, 0, 2],
    }
    assert matrix["total"] == 57
    assert [row["counts"] for row in matrix["mandates"]] == [[1, 10, 2, 4]]
    assert matrix["mandatesTotal"] == 17
    named = {row["programme"]["label"]["fr"]: row["programme"]["namedInSource"] for row in matrix["rows"]}
    assert named["ententes avec des MRC"] is False
    assert (matrix["reporting"], matrix["expected"], matrix["missing"]["count"]) == (1, 1, 0)
    assert matrix["sample"] == {"included": False, "agreements": 0}
    assert matrix["asOf"]["effective"] == "2021-04-01"


async def test_before_the_day_the_matrix_is_empty_and_says_who_is_missing(client: Client) -> None:
    query = """query ($day: Date!) { agreementMatrix(asOf: {effective: $day}, kinds: [LIP], provinces: [ON]) {
        total rows { total } columns { code } reporting expected missing { count bodies { slug } } } }"""

    matrix = (await client.data(query, {"day": "2013-01-01"}))["agreementMatrix"]

    assert matrix["total"] == 0
    assert matrix["rows"] == matrix["columns"] == []
    assert matrix["expected"] == matrix["missing"]["count"] == 35
    assert matrix["reporting"] == 0
    assert "durham" in [body["slug"] for body in matrix["missing"]["bodies"]]


async def test_the_registry_of_2012_13_has_38_partnerships(client: Client) -> None:
    query = """{ all: partnerships(kinds: [LIP], asOf: {effective: "2013-03-31"}) { totalCount }
        ontario: partnerships(kinds: [LIP], provinces: [ON], asOf: {effective: "2013-03-31"}) { totalCount } }"""

    found = await client.data(query)

    assert (found["all"]["totalCount"], found["ontario"]["totalCount"]) == (38, 35)


async def test_the_published_aggregates_of_2012_13_are_as_printed_beside_38_partnerships(client: Client) -> None:
    query = """{ ircc: partnership(slug: "ircc") { publishedAggregates { totalCount nodes { measureCode
        period { label { fr } } value { raw kind number unit }
        share { numerator { raw number } denominator { raw number } of { fr en unofficial } }
        funded { number } reportsReceived { kind number }
        publication { title { fr } publisher { en } published } sample } } }
        matrix: agreementMatrix(partnerships: ["ircc"]) { total reporting }
        all: partnerships(kinds: [LIP], asOf: {effective: "2013-03-31"}) {
        totalCount nodes { phase province } } }"""

    found = await client.data(query)

    figures = {one["measureCode"]: one for one in found["ircc"]["publishedAggregates"]["nodes"]}
    commitment = figures["municipal-commitment"]
    assert commitment["value"] is None
    assert commitment["share"]["numerator"] == {"raw": "25", "number": "25"}
    assert commitment["share"]["denominator"] == {"raw": "34", "number": "34"}
    assert commitment["share"]["of"]["en"] == "LIPs whose report addresses the subject"
    assert commitment["reportsReceived"] == {"kind": "MISSING", "number": None}  # not given
    assert commitment["funded"] == {"number": "38"}
    money = {name: figures[f"funding-{name}"]["value"] for name in ("cic", "other", "in-kind")}
    assert {name: (value["kind"], value["raw"]) for name, value in money.items()} == {
        "cic": ("EXACT", "8,5 millions de dollars"),
        "other": ("AT_LEAST", "plus de 4,5 millions de dollars"),
        "in-kind": ("ESTIMATE", "1,8 million de dollars"),
    }
    assert {one["period"]["label"]["fr"] for one in figures.values()} == {"2012-2013"}
    assert {one["sample"] for one in figures.values()} == {False}
    assert found["matrix"] == {"total": 0, "reporting": 0}
    registry = found["all"]
    assert registry["totalCount"] == 38 == int(commitment["funded"]["number"])
    assert sum(one["province"] == "ON" for one in registry["nodes"]) == 35
    assert sum(one["phase"] != "ACTIVE" for one in registry["nodes"]) == 2  # the two pilots


async def test_quebec_city_s_agreement_engenders_its_plan(client: Client) -> None:
    query = """{ partnership(slug: "quebec-city") { plans { nodes { kind period { label { fr } }
        agreement { signed } revision { number } } } agreements { nodes { signed } } } }"""
    slug = await _slug(client, "municipal_programme".upper())

    found = (await client.data(query.replace("quebec-city", slug)))["partnership"]

    (plan,) = found["plans"]["nodes"]
    assert plan["kind"] == "TRIENNIAL_PLAN"
    assert plan["period"]["label"]["fr"] == "2001-2003"
    assert plan["agreement"]["signed"] == "2000-11"
    assert len(found["agreements"]["nodes"]) == 2


async def test_the_regional_plan_has_five_columns_with_merged_cells_and_two_headings(client: Client) -> None:
    plan = (await example(client, 1))["partnership"]["plan"]

    regions = plan["table"]["regions"]
    assert [region["territory"]["name"]["fr"] for region in regions] == ["Bas-Saint-Laurent", "Capitale-Nationale"]
    for region in regions:
        for column in ("orientation", "objective"):
            assert sum(row[column]["rowSpan"] for row in region["rows"]) == len(region["rows"])
            assert [row[column]["rowSpan"] for row in region["rows"]] == list(_spans(region["rows"], column))
        assert [row[c]["element"] is not None for row in region["rows"] for c in ("orientation", "objective")]
    first = regions[0]["rows"]
    assert first[0]["action"]["wording"]["fr"].startswith("Cerner les besoins de francisation")
    assert len(first[0]["expectedResults"]) == len(first[0]["indicators"]) == 1
    assert first[0]["indicators"][0]["indicatorKind"] == "MILESTONE"
    spans = [row["orientation"]["rowSpan"] for row in first]
    assert spans[:2] == [1, 6]


def _spans(rows: list[dict[str, Any]], column: str) -> Iterator[int]:
    """Worked out the other way round: from equal wordings of neighbours."""
    texts = [
        (row["orientation"]["element"]["wording"]["fr"], row[column]["element"]["wording"]["fr"]) for row in rows
    ]
    for place, text in enumerate(texts):
        if place and texts[place - 1] == text:
            yield 0
        else:
            rest = texts[place:]
            yield next((n for n, other in enumerate(rest) if other != text), len(rest))


async def test_a_difference_names_exactly_what_changed_and_parents_are_read_where_they_are(client: Client) -> None:
    plan = (await example(client, 2))["partnership"]["plan"]

    assert [revision["number"] for revision in plan["revisions"]] == [1, 2]
    counts = plan["revisions"][1]["counts"]
    difference = plan["difference"]
    assert counts["added"] == len(difference["added"])
    assert counts["reworded"] == len(difference["reworded"]) > 0
    assert counts["withdrawn"] == len(difference["withdrawn"])
    assert all(one["before"] != one["after"] for one in difference["reworded"])
    subjects = [one["subject"] for one in difference["changes"]]
    assert subjects.count("ELEMENT") == counts["added"] + counts["reworded"] + counts["withdrawn"]
    assert all(one["words"]["en"] and one["words"]["fr"] for one in difference["changes"])
    (parent,) = plan["parents"]
    assert parent["body"]["slug"] == "mifi"
    assert parent["title"]["fr"] == "Plan stratégique 2019-2023"
    assert parent["version"] == "15"
    assert all(link["parentElement"]["wording"]["fr"] for link in parent["elements"])


async def test_a_revision_is_the_plan_as_of_its_adoption_whatever_came_later(client: Client) -> None:
    query = """query ($plan: UUID!, $one: Int, $asOf: AsOfInput) { partnership(slug: "drcneq") {
        plan(id: $plan, revision: $one, asOf: $asOf) {
        revision { number adoptedOn position } elements { id wording { fr } } } } }"""
    first = (await client.data(query, {"plan": DRCNEQ_PLAN, "one": 1}))["partnership"]["plan"]
    revision = first["revision"]

    for recorded in (revision["position"], None):
        as_of = {"effective": revision["adoptedOn"], "recorded": recorded}
        then = (await client.data(query, {"plan": DRCNEQ_PLAN, "asOf": as_of}))["partnership"]["plan"]
        if then["revision"]["number"] == 1:
            assert then == first
    now = (await client.data(query, {"plan": DRCNEQ_PLAN}))["partnership"]["plan"]
    assert now["revision"]["number"] == 2
    assert now["elements"] != first["elements"]


async def test_both_clocks_show_what_was_known_before_the_late_entries(client: Client, filled: Filled) -> None:
    query = """query ($asOf: AsOfInput) { partnerships(first: 200, asOf: $asOf) { totalCount
        nodes { slug phase name { fr en } leadOrganisation { name { fr en } }
        catchment { extent territory { code } } } } }"""

    before = (await client.data(query, {"asOf": {"recorded": filled.between.isoformat()}}))["partnerships"]
    now = (await client.data(query))["partnerships"]

    assert before["totalCount"] == now["totalCount"]
    changed = [old["slug"] for old, new in zip(_by_slug(before), _by_slug(now), strict=True) if old != new]
    assert changed


def _by_slug(page: dict[str, Any]) -> list[dict[str, Any]]:
    return sorted(page["nodes"], key=lambda node: node["slug"])


async def _slug(client: Client, kind: str) -> str:
    found = await client.data(
        "query ($k: [BodyKind!]) { partnerships(kinds: $k) { nodes { slug } } }", {"k": [kind]}
    )
    slug: str = found["partnerships"]["nodes"][0]["slug"]
    return slug


async def test_as_known_now_is_the_same_as_without_a_clock(client: Client) -> None:
    query = """query ($asOf: AsOfInput) {
      partnerships(first: 200, asOf: $asOf) { totalCount nodes { slug phase name { fr en } catchment { extent } } }
      agreementMatrix(asOf: $asOf) { total mandatesTotal rows { counts total } reporting missing { count } }
      partnership(slug: "drcneq", asOf: $asOf) {
        plans { nodes { title { fr } revision { number } elements { id wording { fr } } } }
        agreements(first: 200) { nodes { id status } }
        mandates(first: 200) { nodes { id status } }
      }
    }"""
    now = datetime.now(UTC).isoformat()

    assert await client.data(query, {"asOf": {"recorded": now}}) == await client.data(query)


async def test_the_seventeen_characteristics_are_shared_by_all_from_the_commons(client: Client) -> None:
    query = """{ themeLists { totalCount nodes { code title { en fr unofficial } versionNumber status
        themes { code label { en } parentCode } older: themes(version: 9) { code }
        crosswalks { otherNumber } } } }"""

    (shared,) = (await client.data(query))["themeLists"]["nodes"]

    assert shared["title"]["en"] == "Characteristics of a Welcoming Community"
    assert (shared["versionNumber"], shared["status"]) == (1, "IN_USE")
    assert [theme["label"]["en"] for theme in shared["themes"]][::16] == [
        "Employment opportunities",
        "Favourable media coverage and representation",
    ]
    assert len(shared["themes"]) == 17
    assert shared["older"] == shared["crosswalks"] == []


async def test_an_adopted_practice_leads_to_the_one_that_its_origin_describes(client: Client) -> None:
    query = """query ($slug: String!) { partnership(slug: $slug) { id practices { nodes {
        id title { en } adoptedFrom { log stream version } publication { locator } adoptions { by { log } }
    } } } }"""

    origin = (await client.data(query, {"slug": "renfrew-lanark"}))["partnership"]
    adopter = (await client.data(query, {"slug": "baie-modele"}))["partnership"]

    (described,), (adopted,) = origin["practices"]["nodes"], adopter["practices"]["nodes"]
    assert described["title"]["en"] == "Bring-a-colleague meetings"
    assert described["publication"] == {"locator": "Section «\u00a0Mobilisation et participation accrues\u00a0»"}
    assert described["adoptedFrom"] is None
    assert adopted["adoptedFrom"] == {"log": origin["id"], "stream": described["id"], "version": "1"}
    assert described["adoptions"] == adopted["adoptions"] == []
