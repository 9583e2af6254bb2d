"""A plan told step by step: who sees which steps, forward and back, and by what right each was done."""

from typing import Any

from readapi.viewer import ANONYMOUS, Viewer
from tests.integration.readapi.conftest import ALPHA, Client
from tests.integration.readapi.test_sample_year import body_id
from tests.integration.readapi.world_lines import ALIKE, uid

STEPS = """query ($slug: String!, $plan: UUID!, $asOf: AsOfInput, $after: String) {
  partnership(slug: $slug) { plan(id: $plan) { steps(first: 200, asOf: $asOf, after: $after) { totalCount nodes {
    version type effectiveOn recordedAt actorRole actorId who { en fr } why { en fr } words { en fr missing }
    breaches revision sample source { title { fr } } } } } } }"""
STEP = """query ($slug: String!, $plan: UUID!, $version: Int!, $move: Int!) {
  partnership(slug: $slug) { plan(id: $plan) { step(version: $version, move: $move) {
    version type difference { changes { words { fr } } } } } } }"""
OURS, OTHER = ALIKE
COORDINATOR = Viewer(ALPHA, "coordinator")
MEMBER = Viewer(ALPHA, "member")


async def steps(client: Client, name: str, viewer: Viewer, **more: Any) -> list[dict[str, Any]]:
    asked = {"slug": OURS, "plan": str(uid(OURS, name)), **more}
    found = await client.data(STEPS, asked, viewer=viewer)
    nodes: list[dict[str, Any]] = found["partnership"]["plan"]["steps"]["nodes"]
    assert found["partnership"]["plan"]["steps"]["totalCount"] == len(nodes)
    return nodes


def numbered(found: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(one["version"], one["type"].removeprefix("plan.")) for one in found]


async def test_members_read_every_step_but_what_is_in_draft(client: Client) -> None:
    found = await steps(client, "published", MEMBER)

    assert numbered(found) == [
        (1, "Drafted"),
        *((version, "ElementAdded") for version in range(2, 8)),
        (8, "RevisionAdopted"),
        (9, "RevisionPublished"),
        (10, "ElementReworded"),
        (11, "ElementWithdrawn"),
        (12, "RevisionAdopted"),
        (13, "ProgressRecorded"),
    ]
    assert all(one["words"]["en"] and not one["words"]["missing"] for one in found)
    assert all(one["actorId"] in one["who"]["fr"] for one in found)
    reworded = found[9]
    assert "“published action (en)” becomes “Secret (en)”" in reworded["words"]["en"]
    assert reworded["words"]["fr"].startswith("Action reformulée dans le projet. ")
    assert found[11]["words"]["en"].endswith("Elements: 5. Added: 0. Reworded: 1. Withdrawn: 1.")


async def test_the_public_reads_of_a_plan_what_it_may_see_of_its_revisions(client: Client) -> None:
    found = await steps(client, "published", ANONYMOUS)

    assert numbered(found) == [(1, "Drafted"), (8, "RevisionAdopted"), (9, "RevisionPublished")]
    assert {one["actorId"] for one in found} == {None}
    assert {one["who"]["en"] for one in found} == {"operator of the service"}  # without a pseudonym
    assert "Secret" not in str(found)
    assert await steps(client, "published", Viewer(uid(OTHER, "body"), "coordinator")) == found  # type: ignore[arg-type] # a body


async def test_only_authors_read_the_steps_of_a_draft(client: Client) -> None:
    assert numbered(await steps(client, "draft", COORDINATOR))[:2] == [(1, "Drafted"), (2, "ElementAdded")]
    asked = {"slug": OURS, "plan": str(uid(OURS, "draft"))}
    for viewer in (MEMBER, ANONYMOUS):
        found = await client.data(STEPS, asked, viewer=viewer)
        assert found["partnership"]["plan"] is None


async def test_steps_are_those_of_the_clocks(client: Client) -> None:
    by_day = await steps(client, "published", MEMBER, asOf={"effective": "2021-02-01"})
    assert numbered(by_day)[-1] == (8, "RevisionAdopted")

    by_position = await steps(client, "published", MEMBER, asOf={"recorded": "1"})
    assert by_position == []


async def test_one_steps_forward_and_back_over_what_is_seen(client: Client) -> None:
    async def at(version: int, move: int, viewer: Viewer = ANONYMOUS) -> Any:
        asked = {"slug": OURS, "plan": str(uid(OURS, "published")), "version": version, "move": move}
        return (await client.data(STEP, asked, viewer=viewer))["partnership"]["plan"]["step"]

    assert (await at(8, 0))["type"] == "plan.RevisionAdopted"
    assert [(await at(8, move))["version"] for move in (1, -1)] == [9, 1]
    assert [await at(9, 1), await at(1, -1), await at(2, 0)] == [None, None, None]
    assert [(await at(8, move, MEMBER))["version"] for move in (1, 2, -1)] == [9, 10, 7]
    second = (await at(12, 0, MEMBER))["difference"]["changes"]
    assert [one["words"]["fr"].split(". ")[0] for one in second] == ["Action modifiée", "Action retirée"]
    assert (await at(9, 0, MEMBER))["difference"] is None


async def test_agreements_indicators_and_committees_are_told_to_those_who_see_them(client: Client) -> None:
    told = "id steps(first: 20) { nodes { version type words { en fr } } } step(version: 2) { version }"
    query = f"""query ($slug: String!) {{ partnership(slug: $slug) {{
      agreements(first: 9) {{ nodes {{ {told} }} }} indicators(first: 9) {{ nodes {{ {told} }} }}
      committees(first: 9) {{ nodes {{ {told} }} }} }} }}"""

    async def read(viewer: Viewer) -> dict[str, list[str]]:
        found = (await client.data(query, {"slug": OURS}, viewer=viewer))["partnership"]
        nodes = [one for kind in found.values() for one in kind["nodes"]]
        assert all(step["words"]["en"] and step["words"]["fr"] for one in nodes for step in one["steps"]["nodes"])
        return {one["id"]: [step["type"] for step in one["steps"]["nodes"]] for one in nodes}

    ours, public = await read(MEMBER), await read(ANONYMOUS)
    assert ours[str(uid(OURS, "agreement tenant"))] == [
        "agreement.Signed",
        "agreement.ObligationAdded",
        "agreement.ContributionRecorded",
        *("agreement.ObligationAdded", "agreement.ObligationFulfilled", "agreement.ObligationAdded"),
    ]
    assert public == {key: types for key, types in ours.items() if key in public}
    assert str(uid(OURS, "agreement public")) in public
    assert str(uid(OURS, "committee public")) in public
    assert str(uid(OURS, "indicator public")) in public
    for kind in ("agreement", "committee", "indicator"):
        assert ours[str(uid(OURS, f"{kind} tenant"))]
        assert str(uid(OURS, f"{kind} tenant")) not in public
    assert all(types for types in public.values())


async def test_why_a_revision_was_adopted_cites_the_arithmetic_of_its_decision(client: Client) -> None:
    query = """{ partnership(slug: "fictionville") { plans { nodes { steps(first: 200) { nodes {
      type why { en fr } authority { kind decided { year number quorum { words { en fr } } } } } } } } } }"""
    member = Viewer(body_id("fictionville"), "member")

    found = await client.data(query, viewer=member)

    nodes = [one for plan in found["partnership"]["plans"]["nodes"] for one in plan["steps"]["nodes"]]
    by_decision = [one for one in nodes if one["authority"]["kind"] == "DECISION"]
    assert {one["type"] for one in by_decision} == {"plan.RevisionAdopted", "plan.RevisionPublished"}
    assert len(by_decision) == 4
    for one in by_decision:
        decided = one["authority"]["decided"]
        number = f"{decided['year']}-{decided['number']}"
        assert one["why"]["en"].startswith(f"by decision {number} of ")
        assert decided["quorum"]["words"]["en"] in one["why"]["en"]
        assert decided["quorum"]["words"]["fr"] in one["why"]["fr"]
    others = {one["why"]["fr"] for one in nodes if one["authority"]["kind"] == "INSTRUMENT"}
    assert any(said.endswith("no 2021-EX-014, daté du 12 avril 2021") for said in others)


async def test_a_refused_field_leaves_its_neighbours_and_its_own_reason_whole(client: Client) -> None:
    asked = {"slug": OURS, "plan": str(uid(OURS, "published")), "after": "nothing"}
    neighbours = "revisions { number } difference { changes { kind } } elements { id } parents { planId }"
    query = STEPS.replace("plan(id: $plan) {", f"plan(id: $plan) {{ {neighbours}")

    assert await client.codes(query, asked) == ["CURSOR_UNKNOWN"]
    assert await client.codes(query, asked, viewer=MEMBER) == ["CURSOR_UNKNOWN"]
