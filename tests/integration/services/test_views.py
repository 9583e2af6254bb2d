"""National views as files: what the read API answers, with the rights of whoever asks, and nothing more."""

import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar.testing import AsyncTestClient
from openpyxl import load_workbook

from infra.settings import Settings
from readapi.persisted import hashes
from services.api.app import create_app
from services.api.reads import read_api
from services.bootstrap import open_write_side
from tests.integration.filled import Filled
from tests.integration.readapi.conftest import ALPHA
from tests.integration.readapi.test_sample_year import SHARED
from tests.integration.readapi.world_lines import uid

COMPARISON = {"indicator": SHARED, "period": "FISCAL_YEAR", "start": "2025-04-01", "end": "2026-03-31"}
OWN = {
    "owner": "alpha",
    "indicator": str(uid("alpha", "indicator public")),
    "period": "FISCAL_YEAR",
    "start": "2018-04-01",
    "end": "2019-03-31",
    "stage": "SUBMITTED",
}
"""A figure of alpha that was submitted and never published. Beta has one that looks like it."""
SEPARATOR = {"en": ",", "fr": ";"}


@pytest.fixture
async def client(settings: Settings, filled: Filled) -> AsyncIterator[httpx.AsyncClient]:
    """The application over the sample and two bodies that look alike."""
    over = replace(settings, database=filled.settings)
    mounts, lifespans = read_api(over)
    async with AsyncTestClient(
        create_app(over, checks=lambda _: {}, mounts=mounts, lifespans=lifespans)
    ) as client:
        yield client


@pytest.fixture
async def token(filled: Filled) -> str:
    """Of a coordinator of alpha."""
    async with open_write_side(filled.settings) as write:
        person = await write.vault.pseudonym(ALPHA, uuid4())
        return await write.tokens.create(ALPHA, "coordinator", person, "test")


async def rows(
    client: httpx.AsyncClient, view: str, token: str | None = None, **given: Any
) -> list[dict[str, str]]:
    """The rows of a CSV by their headings."""
    answer = await client.get(f"/api/v1/views/{view}.csv", params=given, headers=bearing(token))
    assert answer.status_code == 200, answer.text
    text = io.StringIO(answer.content.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(text, delimiter=SEPARATOR[given.get("lang", "en")]))


def bearing(token: str | None) -> dict[str, str]:
    return {} if token is None else {"authorization": f"Bearer {token}"}


def part(found: list[dict[str, str]], section: str) -> list[dict[str, str]]:
    return [row for row in found if row["Section"] == section]


def notes(found: list[dict[str, str]], language: str = "en") -> dict[str, str]:
    content = {"en": "What it says", "fr": "Contenu"}[language]
    return {row["Note"]: row[content] for row in part(found, "notes")}


async def asked_again(client: httpx.AsyncClient, said: dict[str, str], token: str | None = None) -> dict[str, Any]:
    """What the address of the query in the notes answers."""
    answer = await client.get(said["Query: address"], headers=bearing(token))
    ((_, data),) = answer.json()["data"].items()
    found: dict[str, Any] = data
    return found


async def test_a_comparison_parsed_back_is_the_answer_of_the_query_it_names(client: httpx.AsyncClient) -> None:
    found = await rows(client, "comparison", **COMPARISON, lang="en")
    answer = await asked_again(client, notes(found))

    figures = [
        (row["Partnership (slug)"], row["Territory, code"], row["Qualifier"], row["Number, or lower end"])
        for row in part(found, "figures")
    ]
    assert figures == [
        (
            one["body"]["slug"],
            one["territory"]["code"] if one["territory"] else "",
            one["value"]["kind"],
            one["value"]["number"],
        )
        for one in answer["values"]
    ]
    assert [row["Number, or lower end"] for row in part(found, "figures")] == ["498", "240", "150", "310"]
    assert [row["As printed"] for row in part(found, "figures")] == [
        one["value"]["raw"] for one in answer["values"]
    ]
    (total,) = part(found, "total")
    assert (total["Number, or lower end"], total["Upper end"], total["Qualifier"]) == ("1198", "", "AT_LEAST")
    assert [(row["Coverage"], row["How many"]) for row in part(found, "coverage")] == [
        ("expected", "5"),
        ("reporting", "4"),
        ("missing", "0"),
    ]
    assert [(row["Partnership (slug)"], row["Standing"]) for row in part(found, "standings")] == [
        (one["body"]["slug"], one["state"]) for one in answer["standings"]
    ]


async def test_a_file_names_its_clocks_its_query_and_its_reader(client: httpx.AsyncClient) -> None:
    said = notes(await rows(client, "comparison", **COMPARISON, lang="en"))

    assert said["Query: stored document"] == "comparison"
    assert said["Query: hash of the document"] == f"sha256:{hashes()['comparison']}"
    assert json.loads(said["Query: variables"])["indicator"] == {"owner": "commons", "id": SHARED}
    assert said["Read for"].startswith("the public")
    assert said["Clocks"].endswith("as known now.")
    assert said["Sample data"] == "4 of 4"
    assert "AT_LEAST" in said["Qualifiers"]


async def test_french_files_are_french_down_to_their_typography(client: httpx.AsyncClient) -> None:
    found = await rows(client, "comparison", **COMPARISON, lang="fr")

    said = notes(found, "fr")
    assert said["Total, en toutes lettres"] == "au moins 1\u00a0198, dont 150 d’après des estimations"
    assert said["Période"] == "exercice 2025-2026 (2025-04-01 – 2026-03-31)"
    assert [row["Données d’exemple"] for row in part(found, "figures")] == ["oui"] * 4
    standings = {
        row["Partenariat (identifiant)"]: row["Situation, en toutes lettres"] for row in part(found, "standings")
    }
    assert standings["baie-modele"] == "rien de publié"


async def test_both_clocks_are_honoured_and_said(client: httpx.AsyncClient, filled: Filled) -> None:
    year = {**COMPARISON, "start": "2024-04-01", "end": "2025-03-31", "lang": "en"}
    before = {"recorded": filled.between.isoformat(), "effective": "2026-11-01"}

    now, then = await rows(client, "comparison", **year), await rows(client, "comparison", **year, **before)

    assert part(now, "figures")[0]["Number, or lower end"] == "389"
    assert part(then, "figures")[0]["Number, or lower end"] == "412"
    clocks = notes(then)["Clocks"]
    assert clocks.startswith("As of November 1, 2026, as known on ")
    assert json.loads(notes(then)["Query: variables"])["asOf"] == before
    again = await asked_again(client, notes(then))
    assert again["values"][0]["value"]["number"] == "412"


async def test_the_matrix_parsed_back_is_the_answer_of_the_query_it_names(client: httpx.AsyncClient) -> None:
    found = await rows(client, "agreements", lang="en", province="QC", scheme="QC_REGION")
    answer = await asked_again(client, notes(found))

    matrix = part(found, "matrix")
    places = [
        f"{(one['name'] or {}).get('en') or (one['name'] or {}).get('fr')} ({one['scheme']} {one['code']})"
        for one in answer["columns"]
    ]
    expected = [*answer["rows"], *answer["mandates"]]
    assert len(expected) > 5
    assert [[int(row[place]) for place in places] for row in matrix] == [row["counts"] for row in expected]
    assert [(row["Programme or service (code)"], int(row["Total"])) for row in matrix] == [
        (row["programme"]["code"], row["total"]) for row in expected
    ]
    assert {row["What is counted"] for row in matrix} == {"agreement in force", "mandated provider"}
    counts = {row["Coverage"]: int(row["How many"]) for row in part(found, "coverage")}
    assert counts == {
        "expected": answer["expected"],
        "reporting": answer["reporting"],
        "missing": answer["missing"]["count"],
    }
    assert [row["Partnership (slug)"] for row in part(found, "missing")] == [
        one["slug"] for one in answer["missing"]["bodies"]
    ]
    assert notes(found)["Agreements in all"] == str(answer["total"])


@pytest.mark.parametrize(("view", "given"), [("comparison", COMPARISON), ("agreements", {})])
@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_workbook_opens_with_its_header_rows_marked(
    client: httpx.AsyncClient, view: str, given: dict[str, str], language: str
) -> None:
    answer = await client.get(f"/api/v1/views/{view}.xlsx", params={**given, "lang": language})
    workbook = load_workbook(io.BytesIO(answer.content))

    assert answer.headers["content-disposition"].endswith(f'-{language}.xlsx"')
    assert answer.headers["content-language"] == f"{language}-CA"
    assert answer.headers["cache-control"] == "private, no-store"
    for page in workbook.worksheets:
        assert page.freeze_panes == "A2"
        assert page["A1"].font.bold
        (marked,) = page.tables.values()
        assert marked.headerRowCount == 1
    of_query = {"en": "Query: stored document", "fr": "Requête\u00a0: document conservé"}[language]
    assert of_query in [row[0].value for row in workbook.worksheets[-1].rows]
    assert not [cell for page in workbook for row in page.rows for cell in row if cell.data_type == "f"]


async def test_a_figure_that_is_not_published_is_in_the_file_of_its_own_body_alone(
    client: httpx.AsyncClient, token: str
) -> None:
    of_beta = {**OWN, "owner": "beta", "indicator": str(uid("beta", "indicator public"))}

    own = await rows(client, "comparison", token, **OWN, partnership="alpha", lang="en")
    assert [row["Number, or lower end"] for row in part(own, "figures")] == ["2018"]
    assert notes(own)["Read for"] == f"{ALPHA} (coordinator)"
    for asked in (
        await rows(client, "comparison", **OWN, lang="en"),
        await rows(client, "comparison", token, **of_beta, partnership="beta", lang="en"),
    ):
        assert part(asked, "figures") == []


async def test_another_bodys_agreements_are_counted_as_the_reader_may_see_them(
    client: httpx.AsyncClient, token: str
) -> None:
    def agreements(found: list[dict[str, str]]) -> int:
        return int(notes(found)["Agreements in all"])

    own = agreements(await rows(client, "agreements", token, partnership="alpha", lang="en"))
    others = agreements(await rows(client, "agreements", token, partnership="beta", lang="en"))
    public = agreements(await rows(client, "agreements", partnership="alpha", lang="en"))

    assert own > public == others > 0


@pytest.mark.parametrize(
    ("view", "changed", "code"),
    [
        ("comparison", {"indicator": "nothing"}, "query_invalid"),
        ("comparison", {"period": "decade"}, "query_invalid"),
        ("comparison", {"start": "soon"}, "query_invalid"),
        ("comparison", {"recorded": "1234"}, "query_invalid"),
        ("comparison", {"recorded": "2026-03-31"}, "recorded_zone_missing"),
        ("comparison", {"effective": "0001-01-01"}, "effective_unreadable"),
        ("comparison", {"end": "2019-01-01"}, "request_invalid"),
        ("comparison", {"provinces": "QC"}, "query_invalid"),
        ("agreements", {"province": "XX"}, "query_invalid"),
        ("agreements", {"lang": "de"}, "query_invalid"),
        ("agreements", {"stage": "PUBLISHED"}, "query_invalid"),
    ],
)
async def test_what_is_not_understood_is_refused_and_never_left_out(
    client: httpx.AsyncClient, view: str, changed: dict[str, str], code: str
) -> None:
    given = COMPARISON if view == "comparison" else {}

    answer = await client.get(f"/api/v1/views/{view}.csv", params={**given, **changed})

    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_an_indicator_that_the_reader_may_not_see_is_not_there(
    client: httpx.AsyncClient, token: str
) -> None:
    hidden = {**OWN, "indicator": str(uid("alpha", "indicator tenant"))}

    answers = [
        await client.get("/api/v1/views/comparison.csv", params=hidden, headers=bearing(of))
        for of in (None, token)
    ]

    assert [answer.status_code for answer in answers] == [404, 200]


async def test_a_token_that_is_not_valid_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/views/agreements.csv", headers=bearing("ente_nothing"))

    assert answer.status_code == 401
