"""A plan at one step through HTTP: folded from its events, and held against the read models."""

from typing import Any

import httpx

from infra.bulk.read_models import BulkReadModels
from infra.log.feed import LogFeed
from infra.settings import Settings
from projections.registry import PROJECTIONS
from projections.runner import Runner
from services.bootstrap import WriteSide
from services.projector import make_tables
from tests.integration.logs import as_superuser
from tests.integration.services.asking import draft, order
from tests.integration.services.conftest import Partnership


async def a_plan(client: httpx.AsyncClient, write: WriteSide, of: Partnership) -> str:
    """A plan of three steps, with its read models."""
    made = draft()
    plan = str(made["plan_id"])
    title = {"fr": "Autre titre", "source": "fr"}
    element = {
        "plan_id": plan,
        "element_id": plan,
        "level": "objective",
        "wording": {"fr": "Accueillir", "source": "fr"},
        "rank": 1,
    }
    for command, data in (
        ("DraftPlan", made),
        ("RetitlePlan", {"plan_id": plan, "title": title}),
        ("AddPlanElement", element),
    ):
        answer = await order(client, of.slug, command, data, token=of.token)
        assert answer.status_code == 201, answer.text
    async with BulkReadModels(write.database) as models, LogFeed(write.database) as feed:
        await Runner(feed, models, PROJECTIONS).catch_up({of.tenant_id})
    return plan


async def asked(client: httpx.AsyncClient, of: Partnership, path: str, token: str | None = None) -> Any:
    headers = {"authorization": f"Bearer {token or of.token}"}
    return (await client.get(f"/log/{of.tenant_id}/plans/{path}", headers=headers)).json()


async def test_every_step_is_equal_in_its_events_and_in_the_read_models(
    client: httpx.AsyncClient,
    settings: Settings,
    write: WriteSide,
    partnership: Partnership,
    neighbour: Partnership,
) -> None:
    make_tables(settings.database)
    plan = await a_plan(client, write, partnership)
    await a_plan(client, write, neighbour)

    found = [await asked(client, partnership, f"{plan}/steps/{version}") for version in (1, 2, 3)]

    assert [(one["version"], one["equal"], one["defect"]) for one in found] == [
        (1, True, None),
        (2, True, None),
        (3, True, None),
    ]
    assert [len(one["state"]["elements"]) for one in found] == [0, 0, 1]
    assert found[1]["state"]["title"]["value"]["fr"] == "Autre titre"
    for absent in ("0", "4"):
        assert (await asked(client, partnership, f"{plan}/steps/{absent}"))["code"] == "not_found"
    assert (await asked(client, partnership, f"{plan}/steps/2001"))["code"] == "step_too_far"


async def test_a_read_model_that_was_tampered_with_is_shown_as_a_defect(
    client: httpx.AsyncClient, settings: Settings, write: WriteSide, partnership: Partnership
) -> None:
    make_tables(settings.database)
    plan = await a_plan(client, write, partnership)
    with as_superuser(settings.database) as connection:
        connection.execute(
            "UPDATE rm.plan SET title_fr = 'Titre falsifié' WHERE tenant_id = %s AND recorded_to = 'infinity'",
            [partnership.tenant_id],
        )

    found = await asked(client, partnership, f"{plan}/steps/3")

    assert (found["equal"], found["state"]) == (False, None)
    assert (found["defect"]["check"], found["defect"]["version"]) == ("replay", 3)
    assert "Titre falsifié" in found["defect"]["found"]
    assert "Autre titre" in found["defect"]["expected"]
    assert (await asked(client, partnership, f"{plan}/steps/1"))["equal"]


async def test_a_step_is_checked_for_those_who_see_drafts(
    client: httpx.AsyncClient,
    settings: Settings,
    write: WriteSide,
    partnership: Partnership,
    neighbour: Partnership,
) -> None:
    make_tables(settings.database)
    plan = await a_plan(client, write, partnership)
    theirs = await a_plan(client, write, neighbour)
    person = await write.vault.pseudonym(partnership.tenant_id, neighbour.tenant_id)
    member = await write.tokens.create(partnership.tenant_id, "member", person, "a member")

    assert (await client.get(f"/log/{partnership.tenant_id}/plans/{plan}/steps/1")).status_code == 401
    assert (await asked(client, partnership, f"{plan}/steps/1", member))["code"] == "drafts_not_for_role"
    assert (await asked(client, partnership, f"{plan}/steps/1", neighbour.token))["code"] == "body_unknown"
    assert (await asked(client, partnership, f"{theirs}/steps/1"))["code"] == "not_found"
