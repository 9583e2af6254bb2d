"""Every national view as a file: read back it is what GraphQL says, and a workbook opens with marked headers."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from litestar.testing import AsyncTestClient
from openpyxl import load_workbook

from domain.ids import COMMONS
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings, Settings
from services.api import paged
from services.api.app import create_app
from services.api.reads import read_api
from services.api.view_list import VIEWS
from services.bootstrap import open_write_side
from tests.integration.filled import Filled, bring_in, make_database
from tests.integration.readapi import test_frozen_comparison as frozen
from tests.integration.readapi import test_national_views as counted
from tests.integration.readapi.conftest import ALPHA
from tests.integration.readapi.test_sample_year import SHARED
from tests.integration.readapi.world_lines import Lines, both

NUMBER = "Number, or lower end"
QUANTITY = {
    "Qualifier": "value.kind",
    NUMBER: "value.number",
    "Upper end": "value.upper",
    "As printed": "value.raw",
    "Status": "value.status",
    "Unit": "value.unit",
}
TOTAL = {
    NUMBER: "total.low",
    "Upper end": "total.high",
    "Unit": "total.unit",
    "Qualifier": "total.weakestKind",
    "Figures in it": "total.parts",
    "Figures left out": "total.leftOut",
    "Of which estimated": "total.estimated",
    "Partly provisional": "total.provisional",
}
BODY = {"Partnership (slug)": "slug"}
Section = tuple[str, Mapping[str, str]]
"""Where in the answer the rows of a section are, and where in each of them the cells are."""

SECTIONS: Final[dict[str, dict[str, Section]]] = {
    "funding": {
        "programmes": (
            "programmes",
            {"Programme or service (code)": "programme.code", "Agreements": "agreements", **TOTAL}
            | {"Of which without an amount": "withoutAmount"},
        ),
        "sources": (
            "sources",
            {"In kind": "inKind", "Contributions": "contributions", **TOTAL}
            | {"Partnerships that record one": "bodies"},
        ),
        "missing": ("coverage.missing.bodies", BODY),
    },
    "endorsements": {
        "kinds": (
            "kinds",
            {"Kind of endorsement": "kind", "Endorsements": "endorsements", "Partnerships": "bodies"},
        ),
        "endorsers": (
            "endorsers",
            {"Kind of organisation": "kind", "Endorsements": "endorsements", "Partnerships": "bodies"},
        ),
        "missing": ("coverage.missing.bodies", BODY),
    },
    "themes": {
        "themes": (
            "themes",
            {"Code": "code", "Label": "label.en", "Needs": "needs", "Practices": "practices"}
            | {"Partnerships": "bodies"},
        ),
        "missing": ("coverage.missing.bodies", BODY),
    },
    "portraits": {
        "absent": (
            "absent.places",
            {"Partnership (slug)": "body.slug", "Territory, code": "territory.code", "Reason": "reason"},
        ),
        "missing": ("coverage.missing.bodies", BODY),
    },
    "sectors": {
        "sectors": (
            "sectors",
            {"Code": "code", "Seats": "seats", "Seats held": "held", "Partnerships": "bodies"},
        ),
        "missing": ("coverage.missing.bodies", BODY),
    },
    "frozen": {
        "figures": (
            "comparison.values",
            {"Partnership (slug)": "body.slug", "Stage": "stage", "Comparability": "comparability", **QUANTITY},
        ),
        "standings": ("comparison.standings", {"Partnership (slug)": "body.slug", "Standing": "state"}),
        "sources": (
            "sources",
            {"Log": "log", "Up to position": "position", "Granted when it was frozen": "granted"},
        ),
    },
    "registry": {
        "registry": (
            "nodes",
            {"Partnership (slug)": "slug", "Name in English": "name.en", "Name in French": "name.fr"}
            | {"Kind of partnership": "kind", "Province": "province", "Phase": "phase", "Started": "started"}
            | {"Attested in": "attested.label.en", "Kind of lead organisation": "leadOrganisation.kind"}
            | {"Sample data": "sample"},
        )
    },
    "published": {
        "published": (
            "publishedAggregates.nodes",
            {"Measure (code)": "measureCode", "Period, first day": "period.start", **QUANTITY}
            | {"Share, part: number": "share.numerator.number", "Share, whole: number": "share.denominator.number"}
            | {"Funded: number": "funded.number", "Reports received: qualifier": "reportsReceived.kind"}
            | {"Record": "status", "Id": "id"},
        )
    },
    "exceptions": {
        "exceptions": (
            "exceptions.nodes",
            {"Exception (code)": "kind", "On": "on", "What happened": "words.en", "Record, id": "recordId"},
        )
    },
}
FROZEN: Final = Lines("gel-bailleur").id("kept")
LOGS: Final = (COMMONS, *(Lines(slug).id("body") for slug in ("gel-nord", "gel-sud")))
YEARS: Final = ("FISCAL_YEAR/2024-04-01/2025-03-31", "FISCAL_YEAR/2025-04-01/2026-03-31")
ASKED: Final[dict[str, dict[str, Any]]] = {
    "comparison": {"indicator": SHARED, "period": "FISCAL_YEAR", "start": "2025-04-01", "end": "2026-03-31"},
    "exceptions": {"partnership": "alpha"},
    "frozen": {"owner": "gel-bailleur", "id": FROZEN},
    "portraits": {"measure": "admissions", "dimension": "sex", "category": ["year.2019"]},
    "published": {"partnership": "ircc"},
    "series": {"indicator": SHARED, "periods": YEARS, "by": "BODY"},
    "themes": {"list": str(counted.THEMES)},
}
FILLED = {"portraits", "registry", "published", "exceptions", "series"}
"""What the sample and the two bodies that look alike answer; the others are asked of a smaller world."""


@pytest.fixture(scope="module")
def counted_settings(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    """Bodies whose money, support, themes and seats are counted, and a comparison that was frozen."""
    made = make_database(server, f"entente_files_{worker_name}")
    kept = {
        "frozen_comparison_id": FROZEN,
        "title": both("Comparaison"),
        "indicator": frozen.CITED,
        "period": frozen.YEAR,
        "as_of": "2022-12-31",
        "stage": "submitted",
        "sources": [{"log": str(log), "position": 1_000, "granted": False} for log in LOGS],
    }
    grant = {"grant_id": Lines("vue-sud").id("grant"), "grantee": str(frozen.FUNDER.tenant_id)}
    granting = Lines("vue-sud", count=500).line("GrantAccess", "2022-05-01", grant)
    freezing = Lines("gel-bailleur", count=500).line("FreezeComparison", "2022-12-31", kept)
    asyncio.run(bring_in(made, [*counted.lines(), *frozen.lines(count=900)]))
    asyncio.run(bring_in(made, [granting, freezing]))
    return made


@pytest.fixture
async def clients(
    settings: Settings, filled: Filled, counted_settings: DatabaseSettings
) -> AsyncIterator[dict[bool, httpx.AsyncClient]]:
    """Two applications: over the sample, and over the smaller world."""
    over = [replace(settings, database=database) for database in (filled.settings, counted_settings)]
    async with application(over[0]) as of_sample, application(over[1]) as of_counted:
        yield {True: of_sample, False: of_counted}


def application(settings: Settings) -> AsyncTestClient[Any]:
    mounts, lifespans = read_api(settings)
    return AsyncTestClient(create_app(settings, checks=lambda _: {}, mounts=mounts, lifespans=lifespans))


@pytest.fixture
async def tokens(filled: Filled, counted_settings: DatabaseSettings) -> dict[str, str]:
    """By view: of whoever sees something of it, where the public does not."""
    return {
        "exceptions": await token(filled.settings, ALPHA, "coordinator"),
        "sectors": await token(counted_settings, frozen.FUNDER.tenant_id, frozen.FUNDER.role),
    }


async def token(settings: DatabaseSettings, body: Any, role: Any) -> str:
    async with open_write_side(settings) as write:
        person = await write.vault.pseudonym(body, uuid4())
        return await write.tokens.create(body, role, person, "test")


def bearing(token: str | None) -> dict[str, str]:
    return {} if token is None else {"authorization": f"Bearer {token}"}


async def rows(client: httpx.AsyncClient, view: str, token: str | None = None) -> list[dict[str, str]]:
    answer = await client.get(f"/api/v1/views/{view}.csv", params=asked(view), headers=bearing(token))
    assert answer.status_code == 200, answer.text
    text = io.StringIO(answer.content.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(text))


def asked(view: str) -> dict[str, Any]:
    return {"lang": "en"} | ASKED.get(view, {})


def part(found: list[dict[str, str]], section: str) -> list[dict[str, str]]:
    return [row for row in found if row["Section"] == section]


async def asked_again(client: httpx.AsyncClient, found: list[dict[str, str]], token: str | None) -> dict[str, Any]:
    """What the query that the notes name answers, its list with all items."""
    said = {row["Note"]: row["What it says"] for row in part(found, "notes")}
    parameters = dict(httpx.URL(said["Query: address"]).params)
    if said["Query: stored document"] in ("register", "published", "exceptions"):
        parameters["variables"] = json.dumps(json.loads(parameters["variables"]) | {"first": 200})
    answer = await client.get("/graphql", params=parameters, headers=bearing(token))
    ((_, data),) = answer.json()["data"].items()
    again: dict[str, Any] = data
    return again


def at(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = None if value is None else value[step]
    return value


def written(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


@pytest.mark.parametrize("view", sorted(SECTIONS))
async def test_a_view_parsed_back_is_the_answer_of_the_query_it_names(
    clients: dict[bool, httpx.AsyncClient], tokens: dict[str, str], view: str
) -> None:
    client, of = clients[view in FILLED], tokens.get(view)
    found = await rows(client, view, of)
    answer = await asked_again(client, found, of)

    for section, (where, cells) in SECTIONS[view].items():
        expected = [
            {heading: written(at(one, path)) for heading, path in cells.items()} for one in at(answer, where)
        ]
        read = [{heading: row[heading] for heading in cells} for row in part(found, section)]
        assert read == expected, section
    first = part(found, next(iter(SECTIONS[view])))
    assert len(first) >= 1
    assert not [heading for heading in found[0] if heading is None]


async def test_a_series_parsed_back_is_the_answer_of_the_query_it_names(
    clients: dict[bool, httpx.AsyncClient],
) -> None:
    found = await rows(clients[True], "series")
    answer = await asked_again(clients[True], found, None)

    points = [(group, point) for group in answer["groups"] for point in group["points"]]
    cells = {
        "Period, first day": "period.start",
        "Figures reported": "figures",
        "Expected": "expected",
        "Growth, from": "growth.low",
        "Growth, to": "growth.high",
        "Figures of both periods": "growth.both",
        **{heading: path for heading, path in TOTAL.items() if heading != "Qualifier"},
    }
    read = [{heading: row[heading] for heading in ("Partnership (slug)", *cells)} for row in part(found, "series")]
    assert read == [
        {"Partnership (slug)": group["body"]["slug"]}
        | {heading: written(at(point, path)) for heading, path in cells.items()}
        for group, point in points
    ]
    assert len(points) >= 8
    assert {row["Growth, unit"] for row in part(found, "series")} >= {"PERCENT"}


async def test_portraits_parsed_back_are_the_answer_of_the_query_they_name(
    clients: dict[bool, httpx.AsyncClient],
) -> None:
    found = await rows(clients[True], "portraits")
    answer = await asked_again(clients[True], found, None)
    sections: dict[str, tuple[dict[str, str], list[Any]]] = {
        "figures": (
            {"Category (code; empty: total)": "category", "Key in the dataset": "key"}
            | {"Printed percentage: number": "share.number", "Out of: number": "denominator.number"}
            | {"Number, or lower end": "value.number", "Status": "value.status"},
            [[*([one["total"]] if one["total"] else []), *one["cells"]] for one in answer["territories"]],
        ),
        "checks": (
            {"Outcome": "outcome", "What the figures make": "found", "In words": "words.en"},
            [one["checks"] for one in answer["territories"]],
        ),
        "claims": (
            {"In words": "words.en", "Outcome": "verdict", "Figure that is said: number": "stated.number"},
            [one["claims"] for one in answer["territories"]],
        ),
    }
    for section, (cells, told) in sections.items():
        expected = [
            {heading: written(at(one, path)) for heading, path in cells.items()} for of in told for one in of
        ]
        assert [{heading: row[heading] for heading in cells} for row in part(found, section)] == expected
        assert len(expected) > 5
    assert "DISAGREES" in {row["Outcome"] for row in part(found, "claims")}


@pytest.mark.parametrize("view", sorted({view.path for view in VIEWS} - {"comparison", "agreements"}))
@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_workbook_of_each_view_opens_with_its_header_rows_marked(
    clients: dict[bool, httpx.AsyncClient], tokens: dict[str, str], view: str, language: str
) -> None:
    of = tokens.get(view)
    answer = await clients[view in FILLED].get(
        f"/api/v1/views/{view}.xlsx", params=asked(view) | {"lang": language}, headers=bearing(of)
    )
    workbook = load_workbook(io.BytesIO(answer.content))

    for page in workbook.worksheets:
        headings = [cell.value for cell in page[1]]
        assert len(set(headings)) == len(headings)
        assert (page.freeze_panes, page["A1"].font.bold) == ("A2", True)
        if page.max_row > 1:
            (marked,) = page.tables.values()
            assert marked.headerRowCount == 1
    assert workbook.worksheets[0].max_row > 1
    of_query = {"en": "Query: stored document", "fr": "Requête\u00a0: document conservé"}[language]
    assert of_query in [row[0].value for row in workbook.worksheets[-1].rows]
    assert not [cell for page in workbook for row in page.rows for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize("view", sorted(view.path for view in VIEWS))
@pytest.mark.parametrize("language", ["en", "fr"])
async def test_no_two_columns_of_a_file_share_a_heading(
    clients: dict[bool, httpx.AsyncClient], tokens: dict[str, str], view: str, language: str
) -> None:
    of = tokens.get(view)
    answer = await clients[view in FILLED | {"comparison", "agreements"}].get(
        f"/api/v1/views/{view}.csv", params=asked(view) | {"lang": language}, headers=bearing(of)
    )
    first, *_ = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=",;"[language == "fr"])

    assert len(set(first)) == len(first)


async def test_exceptions_are_for_the_members_of_their_body(
    clients: dict[bool, httpx.AsyncClient], tokens: dict[str, str]
) -> None:
    address, token = "/api/v1/views/exceptions.csv", tokens["exceptions"]
    answers = [
        await clients[True].get(address, params={"partnership": slug}, headers=bearing(of))
        for slug, of in (("alpha", token), ("alpha", None), ("beta", token), ("nobody", token))
    ]

    assert [answer.status_code for answer in answers] == [200, 404, 404, 404]


async def test_what_is_for_funders_is_in_no_file_of_the_public(clients: dict[bool, httpx.AsyncClient]) -> None:
    """The body vue-sud says to funders what vue-nord says to all."""
    found = await rows(clients[False], "funding")

    agreements = sum(int(row["Agreements"]) for row in part(found, "programmes"))
    assert agreements == counted.ONE["nationalFunding"][0]
    assert "vue-sud" in {row["Partnership (slug)"] for row in part(found, "missing")}


async def test_all_pages_of_a_list_are_in_the_file(
    clients: dict[bool, httpx.AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = part(await rows(clients[True], "registry"), "registry")
    monkeypatch.setattr(paged, "PAGE", 7)

    assert part(await rows(clients[True], "registry"), "registry") == whole
    assert len(whole) > 40


async def test_a_list_too_long_for_a_file_is_refused(
    clients: dict[bool, httpx.AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paged, "ROWS_MAX", 10)

    answer = await clients[True].get("/api/v1/views/registry.csv")

    assert (answer.status_code, answer.json()["code"]) == (422, "view_too_long")


@pytest.mark.parametrize(
    ("view", "changed"),
    [
        ("series", {"periods": "FISCAL_YEAR"}),
        ("series", {"periods": "FISCAL_YEAR/2025-04-01/2026-03-31/more"}),
        ("series", {"periods": "decade/2025-04-01/2026-03-31"}),
        ("series", {"population": "commons/nothing/a"}),
        ("series", {"population": "commons"}),
        ("series", {"by": "colour"}),
        ("themes", {"list": "nothing"}),
        ("portraits", {"category": "year"}),
        ("portraits", {"category": ".2019"}),
        ("portraits", {"by": "sex"}),
        ("funding", {"indicator": "nothing"}),
        ("funding", {"recorded": "12"}),
        ("published", {"partnership": ["ircc", "hamilton"]}),
        ("exceptions", {"since": "soon"}),
        ("exceptions", {"exception": "none"}),
        ("frozen", {"effective": "2026-01-01"}),
        ("registry", {"order": "size"}),
    ],
)
async def test_what_is_not_understood_is_refused(
    clients: dict[bool, httpx.AsyncClient], view: str, changed: dict[str, Any]
) -> None:
    answer = await clients[True].get(f"/api/v1/views/{view}.csv", params=asked(view) | changed)

    assert (answer.status_code, answer.json()["code"]) == (400, "query_invalid")


async def test_both_clocks_are_honoured(clients: dict[bool, httpx.AsyncClient], filled: Filled) -> None:
    """The late entries of the sample were loaded after the moment between."""
    then = {"recorded": filled.between.isoformat(), "effective": "2026-11-01"}
    answers = [
        await clients[True].get("/api/v1/views/series.csv", params=asked("series") | clock) for clock in ({}, then)
    ]
    read = [
        [row for row in csv.DictReader(io.StringIO(one.content.decode("utf-8-sig"))) if row["Section"] == "series"]
        for one in answers
    ]

    numbers = [{row[NUMBER] for row in rows if row["Period, first day"] == "2024-04-01"} for rows in read]
    assert "389" in numbers[0] - numbers[1]
    assert "412" in numbers[1] - numbers[0]
