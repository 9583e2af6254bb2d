"""One indicator over periods: growth of like against like, by group and category, and per 1,000 people."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from domain.ids import COMMONS, TenantId
from infra.database import Database
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from readapi.mounting import graphql_handler
from readapi.viewer import ANONYMOUS, Viewer
from services.importing import Entry
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.conftest import Client, Reads
from tests.integration.readapi.world_lines import Lines, both, uid

FUNDER = Viewer(tenant_id=TenantId(UUID(int=987)), role="programme_officer")
INDICATOR = uid("commons", "series indicator")
OTHER = uid("commons", "series other indicator")
DATASET = uid("commons", "series dataset")
BODIES = {
    "serie-nord": ("lip", "ON", "3510", "whole"),
    "serie-est": ("rif", "QC", "2401", "whole"),
    "serie-sud": ("roundtable", "QC", "2402", "part"),
    "serie-muette": ("lip", "ON", "3511", "whole"),
}
PUBLISHED = ("SubmitSubmission", "ValidateSubmission", "ApproveSubmission", "PublishSubmission")
FIGURES: list[tuple[str, int, dict[str, Any], str | None]] = [
    ("serie-nord", 2021, {"kind": "exact", "number": "100"}, None),
    ("serie-nord", 2022, {"kind": "exact", "number": "150"}, None),
    ("serie-nord", 2022, {"kind": "exact", "number": "60"}, "women"),
    ("serie-est", 2021, {"kind": "at_least", "number": "45"}, None),
    ("serie-est", 2022, {"kind": "estimate", "number": "60"}, None),
    ("serie-sud", 2022, {"kind": "exact", "number": "30"}, None),
]

SERIES = """query ($by: SeriesGrouping!, $periods: [PeriodInput!]!, $dimension: String, $people: PopulationInput,
    $stage: SubmissionStage!, $id: UUID!) {
  indicatorSeries(indicator: {owner: "commons", id: $id}, periods: $periods, by: $by, dimension: $dimension,
      perThousandOf: $people, stage: $stage) {
    population { title { en } vintage period { start } } sample { values }
    groups { body { slug } province kind phase leadKind territory { code } category { code label { en } } points {
      period { start } figures total { low high } reporting expected missing target { number }
      growth { low high unit both onlyBefore onlyAfter caveats noGrowth { reason message { fr } } }
      perThousand { low high people { low high } parts leftOut }
      noPerThousand { reason without { slug } message { fr } } } } } }"""


def lines() -> Iterator[Entry]:
    shared = Lines("commons")
    count = {"measure": "flow", "over_periods": "sum", "across_bodies": "sum"}
    sexes = [{"code": "women", "label": both("Femmes")}, {"code": "men", "label": both("Hommes")}]
    defined = {
        "definition_id": str(INDICATOR),
        "wording": both("Personnes rejointes"),
        "unit": "personnes",
        "kind": "count",
        "combining": count,
        "dimensions": [{"code": "sex", "label": both("Sexe"), "categories": sexes}],
    }
    yield shared.line("DefineIndicator", "2021-04-01", defined)
    yield shared.line("DefineIndicator", "2021-04-01", defined | {"definition_id": str(OTHER)})
    registered = {
        "dataset_id": str(DATASET),
        "title": both("Population"),
        "publication": {"title": both("Recensement")},
        "scheme": "sgc-cd",
    }
    yield shared.line("RegisterDataset", "2021-04-01", registered)
    people = {"3510": 50_000, "2401": 20_000, "2402": 9_000}
    cells = [
        {"key": key, "value": {"kind": "exact", "number": str(number), "unit": "personnes"}}
        for key, number in people.items()
    ]
    year = {"kind": "calendar_year", "start": "2021-01-01", "end": "2021-12-31"}
    published = {"dataset_id": str(DATASET), "vintage": "2021", "period": year, "cells": cells}
    yield shared.line("PublishVintage", "2022-02-09", published)
    for slug in BODIES:
        yield from body(slug)
    for number, (slug, first, value, category) in enumerate(FIGURES):
        yield from report(slug, first, value, category, number=number, steps=PUBLISHED)
    waiting = {"kind": "exact", "number": "200"}
    yield from report("serie-nord", 2023, waiting, None, number=len(FIGURES), steps=PUBLISHED[:1])
    yield from exempt("serie-muette")


def body(slug: str) -> Iterator[Entry]:
    kind, province, code, extent = BODIES[slug]
    of = Lines(slug)
    known = {"body_id": of.id("body"), "slug": slug, "kind": kind, "name": both(slug)}
    yield of.line("RegisterBody", "2020-01-01", known, body="commons")
    opening = {"province": province, "time_zone": "America/Toronto", "default_language": "fr"}
    yield of.line("OpenBody", "2020-01-01", known | opening)
    part = {"territory": {"scheme": "sgc-cd", "code": code}, "extent": extent}
    yield of.line("SetCatchment", "2020-01-02", {"body_id": of.id("body"), "parts": [part]})
    yield requires(of, "requirement", CITED)


def requires(of: Lines, name: str, indicator: dict[str, Any]) -> Entry:
    required = {
        "requirement_id": of.id(name),
        "indicator": indicator,
        "cadence": "fiscal_year",
        "first": year_from(2021),
        "due_days": 61,
        "programme": {"code": "settlement", "label": both("Programme")},
        "audience": "public",
    }
    return of.line("RequireSubmission", "2021-04-01", required)


def exempt(slug: str) -> Iterator[Entry]:
    """From a year of another indicator, which it owes too."""
    of = Lines(slug, count=10_000)
    yield requires(of, "other requirement", CITED | {"stream": str(OTHER)})
    exempted = {"requirement_id": of.id("other requirement"), "period": year_from(2022), "reason": "starting_up"}
    yield of.line("ExemptPeriod", "2021-04-02", exempted)


CITED = {"log": str(COMMONS), "stream": str(INDICATOR), "version": 1}


def year_from(first: int) -> dict[str, str]:
    return {"kind": "fiscal_year", "start": f"{first}-04-01", "end": f"{first + 1}-03-31"}


def report(
    slug: str, first: int, value: dict[str, Any], category: str | None, *, number: int, steps: tuple[str, ...]
) -> Iterator[Entry]:
    of = Lines(slug, count=100 * (number + 1))
    submission = {"submission_id": of.id(f"submission {number}")}
    cuts = [] if category is None else [{"dimension": "sex", "category": category}]
    drafted = {
        "indicator": CITED,
        "period": year_from(first),
        "value": value | {"unit": "personnes"},
        "cuts": cuts,
    }
    source = {"title": both("Rapport")}
    yield of.line("DraftSubmission", f"{first + 1}-05-01", submission | drafted, source=source)
    for day, step in enumerate(steps, start=2):
        yield of.line(step, f"{first + 1}-05-0{day}", submission, source=source)


@pytest.fixture(scope="module")
def settings(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    made = make_database(server, f"entente_series_{worker_name}")
    asyncio.run(bring_in(made, list(lines())))
    return made


@pytest.fixture
async def reader(settings: DatabaseSettings) -> AsyncIterator[Client]:
    async with Database(settings) as database:
        client = Client(database)
        async with client.http:
            yield client


async def series(client: Client, by: str, *years: int, viewer: Viewer = ANONYMOUS, **more: Any) -> Any:
    periods = [year_from(year) | {"kind": "FISCAL_YEAR"} for year in years or (2021, 2022)]
    variables = {"by": by, "periods": periods, "stage": "PUBLISHED", "id": str(INDICATOR)} | more
    return (await client.data(SERIES, variables, viewer=viewer))["indicatorSeries"]


def population(vintage: str = "2021") -> dict[str, str]:
    return {"owner": "commons", "dataset": str(DATASET), "vintage": vintage}


async def test_growth_is_that_of_the_figures_which_both_periods_have(reader: Client) -> None:
    found = await series(reader, "ALL")
    ((first, second),) = [group["points"] for group in found["groups"]]

    assert (first["total"], first["figures"]) == ({"low": "145", "high": None}, 2)
    assert first["growth"]["noGrowth"] == {
        "reason": "NOTHING_BEFORE",
        "message": {"fr": "Aucune période ne la précède dans la série."},
    }
    assert (second["total"], second["figures"]) == ({"low": "240", "high": "240"}, 3)
    # 210 against at least 145: the 30 of the body that did not report before are not growth.
    assert second["growth"] == {
        "low": "-100.0",
        "high": "44.9",
        "unit": "PERCENT",
        "both": 2,
        "onlyBefore": 0,
        "onlyAfter": 1,
        "caveats": ["COVERAGE_CHANGED", "ESTIMATED"],
        "noGrowth": None,
    }
    assert [(one["reporting"], one["expected"], one["missing"]) for one in (first, second)] == [
        (2, 4, 0),
        (3, 4, 0),
    ]


async def test_a_series_by_body_tells_of_each_alone(reader: Client) -> None:
    found = await series(reader, "BODY")
    told = {group["body"]["slug"]: group["points"][1] for group in found["groups"]}

    assert {slug: point["growth"]["high"] for slug, point in told.items()} == {
        "serie-est": "33.4",
        "serie-muette": None,
        "serie-nord": "50.0",
        "serie-sud": None,
    }
    assert told["serie-nord"]["growth"]["low"] == "50.0"
    assert told["serie-sud"]["growth"]["noGrowth"]["reason"] == "NOTHING_IN_COMMON"
    assert (told["serie-muette"]["figures"], told["serie-muette"]["expected"]) == (0, 1)


@pytest.mark.parametrize(
    ("by", "field", "totals"),
    [
        ("PROVINCE", "province", {"ON": "150", "QC": "90"}),
        ("KIND", "kind", {"LIP": "150", "RIF": "60", "ROUNDTABLE": "30"}),
        ("PHASE", "phase", {None: "240"}),
        ("LEAD_KIND", "leadKind", {None: "240"}),
        ("TERRITORY", "territory", {None: "240"}),
    ],
)
async def test_figures_come_together_by_what_bodies_are(
    by: str, field: str, totals: dict[str | None, str], reader: Client
) -> None:
    found = await series(reader, by)

    assert {group[field]: group["points"][1]["total"]["low"] for group in found["groups"]} == totals
    assert sum(group["points"][1]["expected"] for group in found["groups"]) == 4


async def test_a_category_is_held_against_what_is_reported_whole(reader: Client) -> None:
    found = await series(reader, "ALL", dimension="sex")
    told = {(group["category"] or {}).get("code"): group["points"][1] for group in found["groups"]}

    assert list(told) == [None, "women", "men"]
    assert told["women"]["total"]["low"] == "60"
    coverage = {code: (one["reporting"], one["expected"], one["missing"]) for code, one in told.items()}
    assert coverage == {None: (3, 4, 0), "women": (1, 3, 2), "men": (0, 3, 3)}


async def test_figures_are_told_per_thousand_of_a_vintage_or_it_says_whose_people_are_not_known(
    reader: Client,
) -> None:
    found = await series(reader, "ALL", people=population())
    ((first, second),) = [group["points"] for group in found["groups"]]

    assert found["population"] == {
        "title": {"en": "Population (en)"},
        "vintage": "2021",
        "period": {"start": "2021-01-01"},
    }
    # 145 and more of 70,000 people.
    people = {"low": "70000", "high": "70000"}
    assert first["perThousand"] == {"low": "2.0", "high": None, "people": people, "parts": 2, "leftOut": 0}
    # Of the third body the vintage has the whole division, of which it serves a part.
    assert second["perThousand"] is None
    assert second["noPerThousand"] == {
        "reason": "NO_POPULATION",
        "without": [{"slug": "serie-sud"}],
        "message": {
            "fr": "Le millésime ne donne pas la population d’un territoire desservi que visent les valeurs."
        },
    }


class Carrying(Reads):
    """Keeps what the statements gave."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.given: list[Any] = []

    async def value(self, *given: Any, **more: Any) -> Any:
        found = await super().value(*given, **more)
        self.given.append(json.loads(found)["indicatorSeries"])
        return found


async def test_of_exemptions_only_those_of_what_is_asked_for_are_read(settings: DatabaseSettings) -> None:
    async with Database(settings) as database:
        reads = Carrying(database)
        client = Client(database, graphql_handler(reads))
        async with client.http:
            asked = await series(client, "BODY")
            other = await series(client, "BODY", id=str(OTHER))

    exempt = [[row[0] for row in found["exempt"]] for found in reads.given]
    assert exempt == [[], [str(uid("serie-muette", "body"))]]
    of_body = [{group["body"]["slug"]: group["points"] for group in found["groups"]} for found in (asked, other)]
    assert [[point["expected"] for point in points["serie-muette"]] for points in of_body] == [[1, 1], [1, 0]]


async def test_what_cannot_be_asked_is_refused(reader: Client) -> None:
    variables = {"by": "ALL", "periods": [], "stage": "PUBLISHED", "id": str(INDICATOR)}
    asked: list[tuple[str, dict[str, Any]]] = [
        ("POPULATION_UNKNOWN", {"people": population("1871")}),
        ("DIMENSION_UNKNOWN", {"dimension": "age"}),
        ("PERIOD_UNUSABLE", {"periods": [{"kind": "MONTH", "start": "2021-04-01", "end": "2022-03-31"}]}),
        ("LIST_TOO_LONG", {"periods": [year_from(1970 + n) | {"kind": "FISCAL_YEAR"} for n in range(41)]}),
    ]
    for code, more in asked:
        assert await reader.codes(SERIES, variables | more) == [code]
    assert (await reader.data(SERIES, variables | {"id": str(UUID(int=1))}))["indicatorSeries"] is None


async def test_a_revoked_grant_takes_its_bearer_s_figures_out_at_the_next_read(
    reader: Client, settings: DatabaseSettings
) -> None:
    async def seen(viewer: Viewer) -> tuple[str, int]:
        found = await series(reader, "ALL", 2022, 2023, viewer=viewer, stage="SUBMITTED")
        ((_, last),) = [group["points"] for group in found["groups"]]
        return last["total"]["low"], last["figures"]

    with psycopg.connect(settings.admin_dsn, autocommit=True) as connection:
        assert await seen(FUNDER) == ("0", 0)
        granted = [uid("serie-nord", "body"), FUNDER.tenant_id]
        connection.execute("INSERT INTO access.grant_now VALUES (%s, %s, '', 1)", granted)
        assert await seen(FUNDER) == ("200", 1)
        assert await seen(ANONYMOUS) == ("0", 0)
        connection.execute("DELETE FROM access.grant_now WHERE tenant_id = %s AND grantee = %s", granted)

    assert await seen(FUNDER) == ("0", 0)
