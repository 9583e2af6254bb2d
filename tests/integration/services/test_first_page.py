"""The first page: one national comparison as everybody may read it, and the page without one."""

import html
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import httpx
import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from domain.values import Language
from infra.embedded import EmbeddedServer
from infra.settings import Settings
from services.api.app import create_app
from services.api.reads import read_api
from services.views.drawing import Drawings, Easel
from tests.integration.filled import Filled, bring_in, make_database
from tests.integration.readapi.world import alone
from tests.integration.readapi.world_lines import ALIKE

PATIENT = partial(Easel, patience=timedelta(minutes=2), deadline=timedelta(minutes=2))
FIGURES = {
    "en": ["498 participations", "at least 240 participations", "an estimated 150 participations"],
    "fr": ["498 participations", "au moins 240 participations", "150 participations (estimation)"],
}


def application(settings: Settings) -> AsyncTestClient[ASGIApp]:
    mounts, lifespans = read_api(settings)
    return AsyncTestClient(create_app(settings, checks=lambda _: {}, mounts=mounts, lifespans=lifespans))


@pytest.fixture
async def pages(
    settings: Settings, filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """The application over the sample and two bodies that look alike; it waits for a chart on any machine."""
    monkeypatch.setattr("services.web.pages.Easel", PATIENT)
    async with application(replace(settings, database=filled.settings)) as client:
        yield client


def section(answer: httpx.Response) -> str:
    """The comparison, with its no-break spaces made plain."""
    found = re.search(r'<section aria-labelledby="national">(.*?)</section>', answer.text, re.DOTALL)
    assert found is not None
    return html.unescape(found[1]).replace("\u00a0", " ")


def plain(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", markup).split())


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_figure_stands_in_the_chart_and_in_the_table_with_what_qualifies_it(
    pages: httpx.AsyncClient, language: str
) -> None:
    shown = section(await pages.get(f"/{language}"))

    charts, table = re.findall(r"<svg .*?</svg>", shown, re.DOTALL), shown[shown.index("<table") :]
    assert len(charts) == 2
    for width, svg in zip(("narrow", "wide"), charts, strict=True):
        for figure in FIGURES[language]:
            assert figure in svg
            assert figure.replace(" participations", "") in plain(table)
        assert bars(svg) == {"sure": 3, "hatched": 1, "open": 1}
        assert f'fill="url(#hatch-{width})"' in svg
        assert f'class="chart {width}" role="img"' in svg
        assert f'<title id="chart-title-{width}">' in svg
        assert f'<desc id="chart-description-{width}">' in svg
        assert "style" not in svg


def bars(svg: str) -> dict[str, int]:
    """How many pieces of bars are drawn, by what they look like."""
    found = re.findall(r'<g class="[^"]*?(\w+)_marks">(.*?)</g>', svg, re.DOTALL)
    return {name: inner.count("<path ") for name, inner in found if name in ("sure", "hatched", "open")}


def never(specs: dict[str, bytes], language: Language) -> Drawings:
    """In place of the renderer."""
    raise ValueError(language, len(specs))


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_the_table_stays_where_the_chart_cannot_be_drawn_and_the_page_says_so(
    settings: Settings, filled: Filled, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr("services.web.pages.Easel", partial(PATIENT, drawer=never))
    async with application(replace(settings, database=filled.settings)) as client:
        answer = await client.get(f"/{language}")

    shown = section(answer)
    assert answer.status_code == 200
    assert "<svg" not in shown
    assert {"en": "The chart is not drawn yet", "fr": "Le diagramme n’est pas encore tracé"}[language] in shown
    for figure in FIGURES[language]:
        assert figure.replace(" participations", "") in plain(shown)


async def test_the_total_and_the_coverage_say_what_they_are_made_of(pages: httpx.AsyncClient) -> None:
    shown = plain(section(await pages.get("/fr")))

    assert "Participations aux séances d’accueil et d’information, exercice 2025-2026" in shown
    assert "Les mêmes valeurs en tableau; unité : participations" in shown
    assert "Ensemble au moins 1 198, dont 150 d’après des estimations" in shown
    assert "Valeurs attendues 5 dans la comparaison 4 manquantes, délai passé 0" in shown
    assert "Table d’accueil et d’immigration de Baie-Modèle : rien de publié" in shown
    assert "Valeurs de partenariats fictifs, à des fins de démonstration : 4 sur 4." in shown


async def test_the_query_that_is_shown_gives_the_figures_that_are_shown(pages: httpx.AsyncClient) -> None:
    shown = section(await pages.get("/en"))
    (address,) = re.findall(r'href="(/graphql[^"]*)"', shown)

    answer = (await pages.get(address)).json()["data"]["indicatorComparison"]

    assert [one["value"]["number"] for one in answer["values"]] == ["498", "240", "150", "310"]
    assert (answer["total"]["low"], answer["expected"]) == ("1198", 5)
    variables = json.loads(re.findall(r"<code>(.*?)</code>", shown, re.DOTALL)[1])
    assert variables["indicator"]["id"] == answer["indicator"]["id"]


async def test_the_comparison_may_be_taken_away_as_a_file(pages: httpx.AsyncClient) -> None:
    shown = section(await pages.get("/fr"))
    addresses = re.findall(r'href="(/api/v1/views/[^"]*)"', shown)

    answers = [await pages.get(address) for address in addresses]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "au moins 1\u00a0198, dont 150 d’après des estimations" in answers[0].text


async def test_what_is_not_public_is_in_no_comparison_of_the_first_page(pages: httpx.AsyncClient) -> None:
    shown = section(await pages.get("/en"))

    assert not any(f"/{slug}/" in shown for slug in ALIKE)
    assert "entreprises" not in shown  # the unit of their indicators, whose figures wait unpublished


async def test_a_register_without_a_published_figure_of_a_shared_indicator_says_so(
    settings: Settings, server: EmbeddedServer, worker_name: str
) -> None:
    empty = make_database(server, f"entente_first_page_{worker_name}")
    await bring_in(empty, list(alone("alpha")))

    async with application(replace(settings, database=empty)) as client:
        shown = section(await client.get("/fr"))

    assert "<svg" not in shown
    assert "Aucun partenariat n’a encore publié de valeur d’un indicateur commun" in shown


async def test_the_page_stands_where_the_read_api_does_not(settings: Settings, filled: Filled) -> None:
    over = replace(settings, database=filled.settings)

    async with AsyncTestClient(create_app(over, checks=lambda _: {})) as client:
        answer = await client.get("/en")

    assert answer.status_code == 200
    assert "The comparison cannot be shown just now" in section(answer)
    assert "Fictionville" in answer.text
