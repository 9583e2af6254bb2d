"""Counts of people as the public, a funder and the body itself see them, by every question that shows figures."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from domain.confidentiality import Cell, Confidentiality, Shown
from domain.ids import COMMONS, TenantId
from domain.values import QualifiedValue
from infra.database import Database
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from projections import confidentiality
from readapi import published_blocks
from readapi.endpoint import GraphQLEndpoint
from readapi.negotiation import GraphQLRequest
from readapi.persisted import FOLDER
from readapi.viewer import ANONYMOUS, Viewer
from services.importing import Entry
from services.views.books.comparison import comparison_book
from services.views.files import csv_file
from services.views.sheets import Reading
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.acting import acting
from tests.integration.readapi.conftest import PATIENT, Client, Reads
from tests.integration.readapi.test_compiled import canonical
from tests.integration.readapi.world_lines import Lines, both, uid

INDICATOR = uid("commons", "confidential indicator")
AGREEMENTS = uid("commons", "indicator of agreements")
STEPS = ("SubmitSubmission", "ValidateSubmission", "ApproveSubmission", "PublishSubmission")
SOURCE = {"title": both("Rapport")}
YEAR = {"kind": "fiscal_year", "start": "2021-04-01", "end": "2022-03-31"}
FUNDER = Viewer(tenant_id=TenantId(uid("discret-bailleur", "body")), role="programme_officer")
OTHER_FUNDER = Viewer(tenant_id=TenantId(uid("discret-autre", "body")), role="programme_officer")
MEMBER = Viewer(tenant_id=TenantId(uid("discret-nord", "body")), role="coordinator")
SOUTH, EAST = "3510", "3511"
Cuts = tuple[tuple[str, str], ...]
WOMEN_OF: Cuts = (("sex", "women"),)
YOUNG_WOMEN: Cuts = (("age", "young"), ("sex", "women"))
FIGURES: dict[str, list[tuple[Cuts, str | None, int]]] = {
    "discret-nord": [
        ((), None, 86),
        ((("sex", "women"),), None, 4),
        ((("sex", "men"),), None, 82),
        ((("age", "young"),), None, 41),
        ((("age", "old"),), None, 45),
        ((), SOUTH, 31),
        ((), EAST, 55),
        ((("age", "young"), ("sex", "women")), None, 3),
    ],
    "discret-sud": [
        ((), None, 61),
        ((("sex", "women"),), None, 26),
        ((("sex", "men"),), None, 35),
    ],
    "discret-ouest": [((), None, 54), ((), SOUTH, 4), ((), EAST, 50)],
}

COMPARED = """query ($id: UUID!, $bodies: [String!]) {
  indicatorComparison(indicator: {owner: "commons", id: $id}, partnerships: $bodies,
      period: {kind: FISCAL_YEAR, start: "2021-04-01", end: "2022-03-31"}) {
    values { body { slug } territory { code } SIDES }
    total { low high parts leftOut rounded weakestKind } withheld { count reason } reporting } }"""
SERIES = """query ($id: UUID!, $bodies: [String!], $by: SeriesGrouping!, $dimension: String) {
  indicatorSeries(indicator: {owner: "commons", id: $id}, partnerships: $bodies, by: $by, dimension: $dimension,
      periods: [{kind: FISCAL_YEAR, start: "2021-04-01", end: "2022-03-31"}]) {
    groups { body { slug } territory { code } category { code } points {
      total { low high parts leftOut rounded weakestKind } withheld { count reason message { en fr } }
      notAddable { reason } reporting expected } } } }"""
PUBLISHED = """query ($id: UUID!) {
  publishedSeries(indicator: {owner: "commons", id: $id},
      periods: [{kind: FISCAL_YEAR, start: "2021-04-01", end: "2022-03-31"}]) {
    groups { points { total { low high parts } notAddable { reason } withheld { count } } } } }"""
LISTED = """query ($slug: String!, $id: UUID!) { partnership(slug: $slug) { publishedFigures(indicator: $id) {
    nodes { cuts { dimension category } territory { code } SIDES } } } }"""
SIDES = "value { kind number raw roundedTo withheld { reason message { en fr } } } denominator { kind number }"
COMPARED, LISTED = COMPARED.replace("SIDES", SIDES), LISTED.replace("SIDES", SIDES)


def lines() -> Iterator[Entry]:
    shared = Lines("commons")
    for id_, counted in ((INDICATOR, None), (AGREEMENTS, "other")):
        defined = {
            "definition_id": str(id_),
            "wording": both("Nombre"),
            "unit": "personnes",
            "kind": "count",
            "combining": {"measure": "flow", "over_periods": "sum", "across_bodies": "sum"},
            "dimensions": [dimension("sex", "women", "men"), dimension("age", "young", "old")],
            "counted": counted,
        }
        yield shared.line("DefineIndicator", "2021-04-01", defined)
    yield from opened("discret-bailleur", "funder")
    yield from opened("discret-autre", "funder")
    for slug, figures in FIGURES.items():
        yield from opened(slug, "lip")
        for place, figure in enumerate(figures):
            yield from reported(slug, figure, INDICATOR, count=10 * (place + 1))
    for count, figure in ((500, ((), None, 9)), (550, ((("sex", "women"),), None, 4))):
        yield from reported("discret-nord", figure, AGREEMENTS, count=count)
    grant = {"grant_id": Lines("discret-nord").id("grant"), "grantee": str(FUNDER.tenant_id)}
    yield Lines("discret-nord", count=600).line("GrantAccess", "2022-05-20", grant)


def dimension(code: str, *categories: str) -> dict[str, Any]:
    return {
        "code": code,
        "label": both(code),
        "categories": [{"code": one, "label": both(one)} for one in categories],
    }


def opened(slug: str, kind: str) -> Iterator[Entry]:
    of = Lines(slug)
    known = {"body_id": of.id("body"), "slug": slug, "kind": kind, "name": both(slug)}
    yield of.line("RegisterBody", "2020-01-01", known, body="commons")
    opening = {"province": "ON", "time_zone": "America/Toronto", "default_language": "fr"}
    yield of.line("OpenBody", "2020-01-01", known | opening)


def reported(slug: str, figure: tuple[Cuts, str | None, int], indicator: Any, *, count: int) -> Iterator[Entry]:
    of = Lines(slug, count=count)
    cuts, place, number = figure
    submission = {"submission_id": of.id(f"submission {count}")}
    drafted = submission | {
        "indicator": {"log": str(COMMONS), "stream": str(indicator), "version": 1},
        "period": YEAR,
        "cuts": [{"dimension": one, "category": other} for one, other in cuts],
        "territory": None if place is None else {"scheme": "sgc-cd", "code": place},
        "value": {"kind": "exact", "number": str(number), "raw": f"{number} en tout", "unit": "personnes"},
    }
    yield of.line("DraftSubmission", "2022-05-01", drafted, source=SOURCE)
    for day, step in enumerate(STEPS, start=2):
        yield of.line(step, f"2022-05-0{day}", submission, source=SOURCE)


@pytest.fixture(scope="module")
def settings(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    made = make_database(server, f"entente_confidential_{worker_name}")
    asyncio.run(bring_in(made, list(lines())))
    return made


@pytest.fixture
async def client(settings: DatabaseSettings) -> AsyncIterator[Client]:
    async with acting(settings) as (_, client):
        yield client


async def series(client: Client, viewer: Viewer = ANONYMOUS, **more: Any) -> dict[Any, Any]:
    """The one point of each group, by its body (or place) and category."""
    asked = {"id": str(INDICATOR), "by": "BODY", **more}
    found = (await client.data(SERIES, asked, viewer=viewer))["indicatorSeries"]
    return {
        ((one["body"] or {}).get("slug"), (one["category"] or {}).get("code")): one["points"][0]
        for one in found["groups"]
    }


async def listed(client: Client, slug: str = "discret-nord", viewer: Viewer = ANONYMOUS) -> dict[Any, Any]:
    answer = await client.data(LISTED, {"slug": slug, "id": str(INDICATOR)}, viewer=viewer)
    return {
        (cuts_of(one["cuts"]), (one["territory"] or {}).get("code")): one["value"]
        for one in answer["partnership"]["publishedFigures"]["nodes"]
    }


def cuts_of(said: Sequence[dict[str, str]]) -> Cuts:
    return tuple(sorted((cut["dimension"], cut["category"]) for cut in said))


# --- who sees what


async def test_the_public_sees_wholes_as_they_are_and_one_breakdown_withheld_with_its_reason(
    client: Client,
) -> None:
    found = await series(client, dimension="sex")

    for slug, number in (("discret-nord", "86"), ("discret-sud", "61")):
        # With the places beside it, the whole cannot be added; it is shown in the comparison.
        assert found[slug, None]["total"] is None or found[slug, None]["total"]["low"] == number
    for category in ("women", "men"):
        point = found["discret-nord", category]
        assert (point["total"]["parts"], point["total"]["leftOut"]) == (0, 1)
        assert point["total"]["weakestKind"] == "SUPPRESSED"
        (reason,) = point["withheld"]
        assert (reason["count"], reason["reason"]) == (1, "SMALL_COUNTS")
        assert reason["message"]["en"].startswith("Withheld: a count in this breakdown")
        assert reason["message"]["fr"].startswith("Non divulgué : un nombre de cette ventilation")
    assert found["discret-sud", "men"]["total"]["low"] == "35"
    assert found["discret-sud", "women"]["total"]["low"] in {"25", "30"}
    assert found["discret-sud", "women"]["total"]["rounded"] is True


async def test_a_sum_of_what_is_withheld_in_part_says_so_and_is_never_silently_smaller(client: Client) -> None:
    found = await series(client, by="ALL", dimension="sex")

    assert found[None, "women"]["total"]["low"] in {"25", "30"}
    assert (found[None, "women"]["total"]["parts"], found[None, "women"]["total"]["leftOut"]) == (1, 1)
    assert found[None, "women"]["total"]["weakestKind"] == "SUPPRESSED"
    assert found[None, "women"]["withheld"][0]["count"] == 1


async def test_another_breakdown_of_the_same_body_is_shown_rounded(client: Client) -> None:
    found = await series(client, dimension="age")

    assert found["discret-nord", "young"]["total"]["low"] in {"40", "45"}
    assert found["discret-nord", "old"]["total"]["low"] == "45"


async def test_places_are_a_breakdown_too(client: Client) -> None:
    found = (await client.data(COMPARED, {"id": str(INDICATOR)}))["indicatorComparison"]
    by_place = {
        (one["body"]["slug"], (one["territory"] or {}).get("code")): one["value"] for one in found["values"]
    }

    assert by_place["discret-nord", None]["number"] == "86"
    assert by_place["discret-nord", None]["raw"] == "86 en tout"
    assert by_place["discret-nord", SOUTH]["number"] in {"30", "35"}
    assert by_place["discret-nord", SOUTH]["roundedTo"] == "5"
    assert by_place["discret-nord", SOUTH]["raw"] is None
    assert by_place["discret-nord", EAST]["number"] == "55"
    assert by_place["discret-ouest", None]["number"] == "54"
    for place in (SOUTH, EAST):
        assert by_place["discret-ouest", place]["kind"] == "SUPPRESSED"
        assert by_place["discret-ouest", place]["withheld"]["reason"] == "SMALL_COUNTS"
    assert found["withheld"] == [{"count": 2, "reason": "SMALL_COUNTS"}]


async def test_files_say_what_is_withheld_and_why(client: Client) -> None:
    period = YEAR | {"kind": "FISCAL_YEAR"}
    asked = {"indicator": {"owner": "commons", "id": str(INDICATOR)}, "period": period}
    answer = (await client.data((FOLDER / "comparison.graphql").read_text(), asked))["indicatorComparison"]
    how = Reading("comparison", "sha256:0", "{}", "/graphql", "2026-11-29T00:00:00+00:00", None)

    written = csv_file(comparison_book(answer, how, "fr")).decode("utf-8-sig")

    assert written.count("Non divulgué : un nombre de cette ventilation") == 2 * 2  # in words, and in its column
    assert ";4 en tout" not in written
    assert ";50 en tout" not in written


async def test_it_is_the_same_compiled_and_executed(settings: DatabaseSettings) -> None:
    rules = Confidentiality(key=b"one key for both")
    asked = [
        (COMPARED, {"id": str(INDICATOR)}),
        (SERIES, {"id": str(INDICATOR), "by": "BODY", "dimension": "sex"}),
        *((LISTED, {"slug": slug, "id": str(INDICATOR)}) for slug in FIGURES),
    ]
    async with Database(settings) as database:
        both_ways = [
            GraphQLEndpoint(Reads(database), replace(PATIENT, compiled=compiled, confidentiality=rules))
            for compiled in (True, False)
        ]
        for text, variables in asked:
            for viewer in (ANONYMOUS, FUNDER, OTHER_FUNDER, MEMBER):
                request = GraphQLRequest(query=text, variables=variables)
                compiled, executed = [await one.answer(request, viewer) for one in both_ways]
                assert canonical(compiled) == canonical(executed)
                assert "errors" not in executed.body
                assert executed.data is None
                if text is LISTED and viewer is not MEMBER:
                    assert compiled.data is not None


async def test_a_funder_sees_the_figures_of_who_granted_it_as_they_are_and_no_others(client: Client) -> None:
    granted = await series(client, FUNDER, dimension="sex")
    without = await series(client, OTHER_FUNDER, dimension="sex")

    assert [granted["discret-nord", one]["total"]["low"] for one in ("women", "men")] == ["4", "82"]
    assert granted["discret-sud", "women"]["total"]["low"] in {"25", "30"}
    assert without == await series(client, dimension="sex")


async def test_a_body_sees_its_own_figures_as_they_are_also_among_others(client: Client) -> None:
    alone = await series(client, MEMBER, dimension="sex", bodies=["discret-nord"])
    among = await series(client, MEMBER, dimension="sex")

    assert alone["discret-nord", "women"]["total"]["low"] == "4"
    assert among["discret-nord", "women"]["total"]["low"] == "4"
    assert among["discret-sud", "women"]["total"]["low"] in {"25", "30"}


async def test_the_body_s_own_list_of_published_figures_shows_the_public_the_same(client: Client) -> None:
    public, funder, member = [await listed(client, viewer=viewer) for viewer in (ANONYMOUS, FUNDER, MEMBER)]

    assert public[(), None]["number"] == "86"
    assert public[WOMEN_OF, None]["kind"] == "SUPPRESSED"
    assert public[WOMEN_OF, None]["withheld"]["reason"] == "SMALL_COUNTS"
    assert public[(("age", "young"),), None]["number"] in {"40", "45"}
    assert public[(), EAST] == {"kind": "EXACT", "number": "55", "raw": None, "roundedTo": "5", "withheld": None}
    assert public[YOUNG_WOMEN, None]["withheld"]["reason"] == "CROSSED"
    assert "3 en tout" not in str(public)
    for seen in (funder, member):
        assert seen[YOUNG_WOMEN, None]["raw"] == "3 en tout"
        assert seen[WOMEN_OF, None]["number"] == "4"


async def test_what_counts_something_else_is_shown_as_it_is(client: Client) -> None:
    found = await series(client, id=str(AGREEMENTS), dimension="sex")

    assert found["discret-nord", "women"]["total"]["low"] == "4"


async def test_what_is_published_is_the_same_for_every_reader(client: Client) -> None:
    asked = {"id": str(INDICATOR)}
    found = [await client.data(PUBLISHED, asked, viewer=viewer) for viewer in (ANONYMOUS, FUNDER, MEMBER)]

    assert found[0] == found[1] == found[2]


# --- the attack: all questions together


Equation = tuple[dict[Any, int], int]
"""Cells that add up to a number."""


async def known(client: Client) -> list[Equation]:
    """What an attacker has: every number shown by any question, and that categories and places add up."""
    found: list[Equation] = []
    for slug, figures in FIGURES.items():
        for way in ("sex", "age"):
            parts = [(slug, cuts, place) for cuts, place, _ in figures if [one for one, _ in cuts] == [way]]
            if parts:
                found.append((dict.fromkeys(parts, 1) | {(slug, (), None): -1}, 0))
        for (cuts, place), value in (await listed(client, slug)).items():
            if value["number"] is not None and value["roundedTo"] is None:
                found.append(({(slug, cuts, place): 1}, int(value["number"])))
    for bodies in (None, ["discret-nord"], ["discret-sud"]):
        for way in ("sex", "age"):
            told = await series(client, by="ALL", bodies=bodies, dimension=way)
            for (_, category), point in told.items():
                total = point["total"]
                if category is not None and total["parts"] and not total["leftOut"] and not total["rounded"]:
                    slugs = bodies or list(FIGURES)
                    cuts = ((way, category),)
                    there = [slug for slug in slugs if any(one[0] == cuts for one in FIGURES[slug])]
                    found.append(({(slug, cuts, None): 1 for slug in there}, int(total["low"])))
    return found


def determined(equations: Sequence[Equation]) -> dict[Any, Fraction]:
    """Cells whose number follows, by elimination over the rationals."""
    cells = sorted({cell for row, _ in equations for cell in row}, key=str)
    rows = [[Fraction(row.get(cell, 0)) for cell in cells] + [Fraction(total)] for row, total in equations]
    solved, pivots = 0, []
    for column in range(len(cells)):
        at = next((row for row in range(solved, len(rows)) if rows[row][column]), None)
        if at is None:
            continue
        rows[solved], rows[at] = rows[at], rows[solved]
        scale = rows[solved][column]
        rows[solved] = [one / scale for one in rows[solved]]
        for other in range(len(rows)):
            if other != solved and rows[other][column]:
                factor = rows[other][column]
                rows[other] = [one - factor * two for one, two in zip(rows[other], rows[solved], strict=True)]
        pivots.append(column)
        solved += 1
    return {
        cells[column]: row[-1]
        for row, column in zip(rows, pivots, strict=False)
        if sum(one != 0 for one in row[:-1]) == 1
    }


WOMEN = ("discret-nord", WOMEN_OF, None)


async def test_all_questions_together_do_not_tell_a_withheld_count(client: Client) -> None:
    found = determined(await known(client))

    assert found["discret-nord", (), None] == 86
    assert WOMEN not in found
    assert all(not cuts for _, cuts, _ in found)


async def test_without_the_rules_for_what_stands_beside_it_the_same_questions_tell_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: small counts are withheld, and nothing else is done."""

    def small_counts_alone(block: Sequence[Cell], rules: Confidentiality) -> list[Shown]:
        suppressed = Shown(value=QualifiedValue(kind="suppressed", unit="personnes"), withheld="small_counts")
        return [
            suppressed
            if cell.ways and cell.value.number is not None and 0 < cell.value.number < rules.count_min
            else Shown(value=cell.value)
            for cell in block
        ]

    assert WOMEN not in determined(await known(client))
    for module in (confidentiality, published_blocks):
        monkeypatch.setattr(module, "shown", small_counts_alone)

    assert determined(await known(client))[WOMEN] == Decimal(4)
