"""A plan as a page: what the public may see of it, both clocks, and the pack for those who may take it away."""

import html
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from litestar.testing import AsyncTestClient

from infra.bulk.read_models import BulkReadModels
from infra.log.feed import LogFeed
from infra.settings import Settings
from projections.registry import PROJECTIONS
from projections.runner import Runner
from services.api.app import create_app
from services.api.reads import read_api
from services.bootstrap import WriteSide
from services.projector import make_tables
from tests.integration.filled import Filled
from tests.integration.readapi.world_lines import ALIKE, uid
from tests.integration.services.asking import draft, order
from tests.integration.services.conftest import Partnership, operator
from tests.integration.services.test_log_routes import key_of, sign
from tests.unit.services.audit.packs import python_verdict

OURS, OTHER = ALIKE
PLAN = f"/fr/partenariats/{OURS}/plans/{uid(OURS, 'published')}"


@pytest.fixture
async def pages(settings: Settings, filled: Filled) -> AsyncIterator[httpx.AsyncClient]:
    """The application over the sample and two bodies that look alike."""
    over = replace(settings, database=filled.settings)
    mounts, lifespans = read_api(over)
    app = create_app(over, checks=lambda _: {}, mounts=mounts, lifespans=lifespans)
    async with AsyncTestClient(app) as client:
        yield client


def steps(page: str) -> list[int]:
    return [int(version) for version in re.findall(r'<li value="(\d+)">', page)]


async def test_the_public_reads_the_steps_of_what_was_published(pages: httpx.AsyncClient) -> None:
    answer = await pages.get(PLAN)

    assert answer.status_code == 200
    assert answer.headers["content-language"] == "fr-CA"
    assert steps(answer.text) == [1, 8, 9]
    assert "published action (fr)" in answer.text
    assert "Secret" not in answer.text
    assert str(uid(OTHER, "published action")) not in answer.text
    there = f"/en/partnerships/{OURS}/plans/{uid(OURS, 'published')}"
    assert f'href="{there}"' in answer.text
    english = await pages.get(there)
    assert "Revision 1 adopted" in english.text


async def test_the_list_names_the_plans_that_are_public(pages: httpx.AsyncClient) -> None:
    answer = await pages.get(f"/en/partnerships/{OURS}/plans")

    assert str(uid(OURS, "published")) in answer.text
    assert str(uid(OURS, "adopted")) not in answer.text
    assert str(uid(OTHER, "published")) not in answer.text
    assert (await pages.get("/en/partnerships/nowhere/plans")).status_code == 404


@pytest.mark.parametrize(
    ("slug", "of", "plan"), [(OURS, OURS, "draft"), (OURS, OURS, "adopted"), (OURS, OTHER, "published")]
)
async def test_a_plan_that_is_not_there_for_the_public_is_no_page(
    pages: httpx.AsyncClient, slug: str, of: str, plan: str
) -> None:
    answer = await pages.get(f"/en/partnerships/{slug}/plans/{uid(of, plan)}")

    assert answer.status_code == 404
    assert "plans" not in re.sub(r"<[^>]*>", "", answer.text)


async def test_a_step_tells_by_what_right_and_what_it_changed(pages: httpx.AsyncClient) -> None:
    answer = await pages.get(f"{PLAN}?step=8&from=0&to=1")

    step = answer.text[answer.text.index('<section aria-labelledby="step"') :]
    assert html.unescape(step).count("aucune autorisation n’est requise") >= 1
    assert step.count("Action ajoutée.") >= 2  # of the step, and of the comparison below
    assert 'rel="prev"' in step
    assert 'rel="next"' in step
    assert f"/log/{uid(OURS, 'body')}/proof/" in step
    hidden = await pages.get(f"{PLAN}?step=10")
    assert 'id="step"' not in hidden.text


async def test_both_clocks_are_set_in_the_address(pages: httpx.AsyncClient) -> None:
    before = await pages.get(f"{PLAN}?effective=2021-01-15")
    assert steps(before.text) == [1]
    after = await pages.get(f"{PLAN}?effective=2021-02-01&recorded=2100-01-01T00:00:00-04:00")
    assert steps(after.text) == [1, 8]
    assert 'value="2021-02-01"' in after.text


async def test_a_page_says_which_clocks_it_used(pages: httpx.AsyncClient) -> None:
    by_instant = await pages.get(f"{PLAN}?effective=2021-02-01&recorded=2100-01-01T00:00:00-04:00")
    assert "ce qui valait le 1er février 2021, tel qu’inscrit au 1 janvier 2100" in html.unescape(by_instant.text)
    by_position = await pages.get(f"{PLAN}?recorded=999999")
    assert "jusqu’à la position 999999 du registre" in html.unescape(by_position.text)
    assert "tel qu’inscrit à ce jour" in html.unescape((await pages.get(PLAN)).text)


async def test_two_days_are_compared_with_the_targets_that_were_set_between(pages: httpx.AsyncClient) -> None:
    answer = await pages.get(f"{PLAN}?since=2021-03-01&until=2021-06-01")

    said = html.unescape(answer.text)
    assert "Du 1er mars 2021 au 1er juin 2021" in said
    assert "Cible de" in said
    assert "800 accompagnements" in said
    assert "Action ajoutée" not in said[said.index('id="by-days"') :]
    before = html.unescape((await pages.get(f"{PLAN}?since=2021-01-15&until=2021-03-01")).text)
    assert "Action ajoutée" in before[before.index('id="by-days"') :]
    assert (await pages.get(f"{PLAN}?since=soon&until=2021-06-01")).status_code == 400


async def test_a_bare_date_on_the_recorded_clock_is_refused_with_the_bodys_own_zone_first(
    pages: httpx.AsyncClient,
) -> None:
    answer = await pages.get(f"{PLAN}?recorded=2100-07-01")

    assert answer.status_code == 400
    offers = re.findall(r'<li><a href="[^"]*recorded=([^"&]+)"', html.unescape(answer.text))
    assert offers[0] == "2100-07-01T23%3A59%3A59-03%3A00"  # Moncton
    assert len(offers) >= 6
    assert "published" not in re.sub(r"<[^>]*>", "", answer.text)
    picked = await pages.get(f"{PLAN}?recorded={offers[0]}")
    assert picked.status_code == 200


@pytest.mark.parametrize("clock", ["effective=soon", "effective=0001-01-01", "recorded=soon"])
async def test_a_clock_that_is_none_is_refused(pages: httpx.AsyncClient, clock: str) -> None:
    assert (await pages.get(f"{PLAN}?{clock}")).status_code == 400


@pytest.mark.parametrize("odd", ["step=x", "step=99999999999999999999", "from=-1&to=2", "after=nothing", "from=1"])
async def test_odd_wishes_are_no_failure_of_ours(pages: httpx.AsyncClient, odd: str) -> None:
    assert (await pages.get(f"{PLAN}?{odd}")).status_code in (200, 400)


async def test_a_plan_waits_for_the_read_api(client: httpx.AsyncClient) -> None:
    answer = await client.get(PLAN)

    assert (answer.status_code, "reads" in answer.text) == (503, False)


async def test_the_verifier_is_the_page_of_every_pack_and_may_open_no_connection(
    client: httpx.AsyncClient,
) -> None:
    french, english = await client.get("/fr/verification"), await client.get("/en/verification")

    assert french.content == english.content
    policy = french.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "connect-src" not in policy


async def test_a_pack_is_for_those_who_see_the_bodys_drafts(
    client: httpx.AsyncClient,
    settings: Settings,
    write: WriteSide,
    partnership: Partnership,
    neighbour: Partnership,
) -> None:
    operator_token = await operator(write)
    make_tables(settings.database)
    await order(client, partnership.slug, "DraftPlan", draft(), token=partnership.token)
    await order(client, neighbour.slug, "DraftPlan", draft(), token=neighbour.token)
    person = await write.vault.pseudonym(partnership.tenant_id, neighbour.tenant_id)
    member = await write.tokens.create(partnership.tenant_id, "member", person, "a member")
    address = f"/log/{partnership.tenant_id}/pack"

    async def asked(token: str | None, query: str = "") -> httpx.Response:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        return await client.get(address + query, headers=headers)

    assert (await asked(partnership.token)).json()["code"] == "not_signed_yet"
    await sign(settings)
    assert (await asked(partnership.token)).json()["code"] == "reads_behind"
    async with BulkReadModels(write.database) as models, LogFeed(write.database) as feed:
        await Runner(feed, models, PROJECTIONS).catch_up({partnership.tenant_id})

    codes = [(await asked(token)).json()["code"] for token in (None, "ente_wrong", member, neighbour.token)]
    assert codes == ["token_missing", "token_invalid", "pack_not_for_role", "body_unknown"]
    assert (await asked(partnership.token, "?recorded=2026-07-01")).json()["code"] == "recorded_zone_missing"
    assert (await asked(partnership.token, "?effective=soon")).json()["code"] == "effective_unreadable"

    for token in (partnership.token, operator_token):
        answer = await asked(token)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/zip"
        assert answer.headers["cache-control"] == "private, no-store"
        verdict = python_verdict(answer.content, key_of(settings, partnership.tenant_id).vkey)
        assert (verdict["sound"], verdict["plans"]) == (True, 1)
        assert str(neighbour.tenant_id).encode() not in answer.content

    page = f"/fr/partenariats/{partnership.slug}/pack"
    posted = await client.post(page, data={"token": partnership.token, "effective": "", "recorded": ""})
    assert posted.content == (await asked(partnership.token)).content
    refused = await client.post(page, data={"token": neighbour.token})
    assert (refused.status_code, refused.headers["content-type"].split(";")[0]) == (404, "text/html")
    assert (await client.post(page, data={})).status_code == 401
