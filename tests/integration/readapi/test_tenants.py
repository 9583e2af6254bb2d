"""Who sees what: two bodies that look alike, read from outside, from inside and from next door."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from infra.database import Database, Scope
from infra.embedded import EmbeddedServer
from readapi import viewer as viewer_module
from readapi.viewer import ANONYMOUS, OUTSIDER_ROLES, Viewer
from services.cli.bringing_in import sample_files
from services.importing import read_files
from tests.integration.filled import Filled, bring_in, make_database
from tests.integration.readapi.conftest import ALPHA, BETA, Client
from tests.integration.readapi.world import lines
from tests.integration.readapi.world_lines import ALIKE, uid

EVERYTHING = """query ($slug: String!) {
  partnership(slug: $slug) {
    id slug
    plans(first: 5) { totalCount nodes {
      id title { fr } revision { number } revisions { number } elements { id wording { fr } progress }
      progress { elementId } parents { planId }
      difference(fromRevision: 1, toRevision: 2) {
        reworded { after { fr } } changes { elementId targetId words { fr } }
      }
      steps(first: 20) { totalCount nodes { version actorId words { fr } } }
    } }
    agreements(first: 10) { totalCount nodes { id plan { id } obligations { id } contributions { id } } }
    mandates(first: 10) { totalCount nodes { id } }
    indicators(first: 10) { totalCount nodes { id planIndicator { id } owner { id } } }
    requirements(first: 10) { totalCount nodes { id indicator { id } agreement { id } owed { exempt } } }
    submissions(first: 10) { totalCount nodes { id stage indicator { id } history { act } } }
    publishedFigures(first: 10) { totalCount nodes { id value { number } indicator { id } } }
    themeLists(first: 10) { nodes { id themes { code } crosswalks { otherListId otherBodyId } } }
    endorsements(first: 10) { nodes { id } }
    practices(first: 10) { nodes { id sortedBy { themeListId bodyId } adoptions { by { stream } } } }
    studies(first: 10) { nodes { id needs { id sortedBy { themeListId } } } }
    datasets(first: 5) { nodes { id vintages { vintage cells { key } } } }
    reportTemplates(first: 5) { nodes { id versions { sections { indicators { stream } } } } }
    activities(first: 10) { nodes { id } }
    accessGrants(first: 10) { totalCount nodes { id status grantee { slug } } }
    publishedAggregates(first: 10) { totalCount nodes { id value { raw } } }
    timeline(first: 100) { totalCount nodes { position streamId } }
  }
}"""
MEETINGS = """query ($slug: String!) { partnership(slug: $slug) {
    meetings(first: 5) { totalCount nodes { id committee { id } attendance { personId } quorum { reached }
      agenda { id } motions { id people { personId choice } } } }
    decisions(first: 10) { totalCount nodes { id meeting { id } motion { id } caused { streamId } } }
    acts(first: 100) { totalCount nodes { streamId authority { decided { id } } } }
    timeline(first: 100) { nodes { act { streamId } } } } }"""
COMMITTEES = """query ($slug: String!) { partnership(slug: $slug) {
    committees(first: 10) { nodes { id parent { id } terms { number } termsVersions { number }
      seats { id holder { personId alternateId } candidacies { personId } } } }
    dueList(withinDays: 366) { recordId } } }"""
TARGETS = """query ($slug: String!) { partnership(slug: $slug) {
  targets { id plan { id } indicator { id } definition { id } } } }"""
MATRIX = """query ($slugs: [String!]) { agreementMatrix(partnerships: $slugs) {
  total mandatesTotal rows { counts } reporting expected missing { count bodies { slug } } } }"""
PLAN = """query ($slug: String!, $plan: UUID!, $n: Int) { partnership(slug: $slug) {
  plan(id: $plan, revision: $n) { id revision { number } elements { wording { fr } } } } }"""


KNOWLEDGE = ("practice", "study", "need", "dataset", "template")
SITTING = (("seat", 1), ("seat", 2), ("seat", 3), ("person", 1), ("person", 2))


def strings(value: Any) -> Iterator[str]:
    """Every text anywhere in an answer."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def names_of(slug: str) -> dict[str, str]:
    """Ids of everything that a body has, by what it is."""
    names = ["themes", "endorsed public", "endorsed tenant", "session public", "session tenant"]
    names += [f"{what} {audience}" for what in KNOWLEDGE for audience in ("public", "tenant")]
    names += ["grant", "group", *(f"{what} {n}" for what, n in SITTING)]
    names += ["published", "adopted", "draft", "target published", "target draft"]
    names += [f"{plan} {level}" for plan in ("published", "adopted", "draft") for level in ("action", "indicator")]
    names += ["decision office", *(f"member {number}" for number in range(3))]
    for audience in ("public", "tenant"):
        names += [f"decision {audience}", f"meeting {audience}", f"owed by decision {audience}"]
        names += [f"meeting {audience} {what}" for what in ("item", "carried", "lost")]
    for audience in ("public", "funders", "tenant"):
        agreement = f"agreement {audience}"
        names += [
            agreement,
            f"{agreement} owed",
            f"{agreement} given",
            f"mandate {audience}",
            f"indicator {audience}",
            f"requirement {audience}",
            f"printed {audience}",
            f"committee {audience}",
        ]
    names += [f"submission {name}" for name in ("drafted", "submitted", "out")]
    return {str(uid(slug, name)): name for name in names}


async def seen(client: Client, slug: str, viewer: Viewer) -> set[str]:
    """What a viewer sees of a body: names, and a check that nothing of the other one comes along."""
    answers = [
        await client.data(EVERYTHING, {"slug": slug}, viewer=viewer),
        await client.data(TARGETS, {"slug": slug}, viewer=viewer),
        await client.data(COMMITTEES, {"slug": slug}, viewer=viewer),
        await client.data(MEETINGS, {"slug": slug}, viewer=viewer),
    ]
    found = set(strings(answers))
    (other,) = set(ALIKE) - {slug}
    assert not found & set(names_of(other))
    return {name for key, name in names_of(slug).items() if key in found}


PUBLIC_TABLES = (
    "plan",
    "plan_element",
    "plan_revision",
    "agreement",
    "mandate",
    "published_aggregate",
    "committee",
    "meeting",
    "meeting_quorum",
    "motion",
    "decision",
    "practice",
    "study",
    "study_need",
    "dataset",
    "dataset_vintage",
    "dataset_claim",
    "report_template",
    "report_template_version",
)
PUBLIC = {
    *("published", "published action", "published indicator", "target published"),
    *("indicator public", "requirement public", "submission out"),
    *("agreement public", "agreement public owed", "agreement public given", "mandate public"),
    *("printed public", "themes", "endorsed public", "session public"),
    *("committee public", "group"),
    *("meeting public", "meeting public item", "meeting public carried", "meeting public lost", "decision public"),
    "owed by decision public",
    *(f"{what} public" for what in KNOWLEDGE),
}


@pytest.mark.parametrize("slug", ALIKE)
async def test_the_public_sees_what_is_published_and_nothing_else(client: Client, slug: str) -> None:
    assert await seen(client, slug, ANONYMOUS) == PUBLIC


async def test_members_see_all_of_their_body(client: Client, alpha: Viewer, beta: Viewer) -> None:
    inner = {"published", "adopted", "draft"}
    for slug, viewer in (("alpha", alpha), ("beta", beta)):
        everything = set(names_of(slug).values()) - {"draft action", "draft indicator"}
        assert await seen(client, slug, viewer) == everything >= inner


async def test_neighbours_are_the_public(client: Client, alpha: Viewer, beta: Viewer) -> None:
    assert await seen(client, "beta", alpha) == PUBLIC
    assert await seen(client, "alpha", beta) == PUBLIC


async def test_members_without_a_hand_in_drafts_do_not_see_them(client: Client) -> None:
    member = Viewer(tenant_id=ALPHA, role="member")

    found = await client.data(EVERYTHING, {"slug": "alpha"}, viewer=member)
    assert found["partnership"]["plans"]["totalCount"] == 2
    assert "Plan draft (fr)" not in set(strings(found))
    hidden = {"slug": "alpha", "plan": str(uid("alpha", "draft"))}
    assert (await client.data(PLAN, hidden, viewer=member))["partnership"]["plan"] is None
    targets = await client.data(TARGETS, {"slug": "alpha"}, viewer=member)
    assert [target["id"] for target in targets["partnership"]["targets"]] == [
        str(uid("alpha", "target published"))
    ]


async def test_an_answer_about_what_is_hidden_is_that_about_what_is_not_there(client: Client) -> None:
    nowhere = {"slug": "alpha", "plan": str(uid("alpha", "no such plan"))}
    for name, number in (("draft", None), ("adopted", None), ("adopted", 1), ("published", 2), ("published", 9)):
        hidden = {"slug": "alpha", "plan": str(uid("alpha", name)), "n": number}
        assert await client.ask(PLAN, hidden) == await client.ask(PLAN, nowhere)
    other = {"slug": "alpha", "plan": str(uid("beta", "published"))}
    assert await client.ask(PLAN, other) == await client.ask(PLAN, nowhere)


async def test_an_unpublished_revision_shows_neither_words_nor_number(client: Client, alpha: Viewer) -> None:
    plan = {"slug": "alpha", "plan": str(uid("alpha", "published"))}

    outside = (await client.data(PLAN, plan))["partnership"]["plan"]
    inside = (await client.data(PLAN, plan, viewer=alpha))["partnership"]["plan"]

    assert outside["revision"]["number"] == 1
    assert "Secret (fr)" not in list(strings(outside))
    assert inside["revision"]["number"] == 2
    assert "Secret (fr)" in list(strings(inside))


async def test_the_register_is_one_for_all_and_its_nested_lists_follow_the_viewer(
    client: Client, alpha: Viewer
) -> None:
    query = """{ partnerships(kinds: [ZIP]) { totalCount nodes { slug plans(first: 3) { totalCount }
        agreements(first: 3) { totalCount nodes { id } } mandates(first: 3) { totalCount }
        committees(first: 3) { totalCount } meetings(first: 3) { totalCount } decisions(first: 3) { totalCount }
        timeline(first: 3) { totalCount } } } }"""

    def counts(data: dict[str, Any]) -> dict[str, list[int | None]]:
        return {
            node["slug"]: [
                None if node[name] is None else node[name]["totalCount"]
                for name in (
                    *("plans", "agreements", "mandates", "committees"),
                    *("meetings", "decisions", "timeline"),
                )
            ]
            for node in data["partnerships"]["nodes"]
            if node["slug"] in ALIKE
        }

    outside, inside = await client.data(query), await client.data(query, viewer=alpha)

    assert counts(outside) == {slug: [1, 1, 1, 2, 1, 1, None] for slug in ALIKE}
    in_its_log = sum(entry.line.body == "alpha" for entry in lines("alpha"))
    assert counts(inside) == {"alpha": [3, 3, 3, 4, 2, 3, in_its_log], "beta": [1, 1, 1, 2, 1, 1, None]}


async def test_the_matrix_counts_what_the_reader_may_see(client: Client, filled: Filled, alpha: Viewer) -> None:
    async def totals(slugs: list[str], viewer: Viewer = ANONYMOUS) -> tuple[int, int, int, int]:
        found = (await client.data(MATRIX, {"slugs": slugs}, viewer=viewer))["agreementMatrix"]
        return found["total"], found["mandatesTotal"], found["reporting"], found["expected"]

    assert await totals(["alpha"]) == (1, 1, 1, 1)
    assert await totals(["alpha"], alpha) == (3, 3, 1, 1)  # a question about the own body alone
    assert await totals(["beta"], alpha) == (1, 1, 1, 1)
    assert await totals(["alpha", "beta"], alpha) == (2, 2, 2, 2)  # a national question
    funder, analyst, auditor = (
        Viewer(tenant_id=BETA, role=role) for role in ("programme_officer", "funder_analyst", "auditor")
    )
    with psycopg.connect(filled.settings.admin_dsn) as connection:
        connection.execute("INSERT INTO access.grant_now VALUES (%s, %s, '', 1)", [ALPHA, BETA])
    try:
        assert await totals(["alpha"], funder) == (2, 2, 1, 1)  # public and for funders, never the body's own
        assert await totals(["alpha"], analyst) == (2, 2, 1, 1)
        assert await totals(["alpha"], auditor) == (1, 1, 1, 1)  # no grant is an auditor's
    finally:
        with psycopg.connect(filled.settings.admin_dsn) as connection:
            connection.execute("DELETE FROM access.grant_now WHERE grantee = %s", [BETA])
    assert await totals(["alpha"], funder) == (1, 1, 1, 1)


@pytest.mark.parametrize("role", sorted(OUTSIDER_ROLES))
async def test_who_reads_for_a_body_from_outside_is_no_member_of_it(
    client: Client, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await seen(client, "alpha", Viewer(tenant_id=ALPHA, role=role)) == PUBLIC

    monkeypatch.setattr(viewer_module, "OUTSIDER_ROLES", frozenset())
    assert await seen(client, "alpha", Viewer(tenant_id=ALPHA, role=role)) > PUBLIC  # the test can fail


async def test_the_member_s_connection_reads_one_tenant_and_the_national_one_public_rows(db: Database) -> None:
    async with db.begin(Scope.of_tenant(ALPHA)) as connection:
        tenants = (await connection.execute(text("SELECT DISTINCT tenant_id FROM rm.plan"))).scalars().all()
        assert tenants == [ALPHA]
    async with db.begin(Scope.national(None)) as connection:
        for table in PUBLIC_TABLES:
            audiences = await connection.execute(text(f"SELECT DISTINCT audience FROM rm.{table}"))  # noqa: S608
            assert audiences.scalars().all() == ["public"]


def test_without_the_policies_our_own_predicates_still_hold_and_without_those_the_tests_fail(
    server: EmbeddedServer, worker_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: each wall alone is enough, and taking both away is noticed."""
    import asyncio

    from readapi import sight

    settings = make_database(server, f"entente_read_open_{worker_name}")

    async def outside() -> set[str]:
        async with Database(settings) as database:
            client = Client(database)
            async with client.http:
                return await seen(client, "alpha", ANONYMOUS)

    alike = [entry for slug in ALIKE for entry in lines(slug)]
    asyncio.run(bring_in(settings, [*read_files(sample_files()[:2]), *alike]))
    assert asyncio.run(outside()) == PUBLIC
    with monkeypatch.context() as patched:
        patched.setattr(sight, "visible", lambda source, *_, **__: source.c.tenant_id.is_not(None))
        assert asyncio.run(outside()) == PUBLIC  # row-level security alone
        with psycopg.connect(settings.admin_dsn) as connection:
            parts = ("obligation", "contribution", "committee_terms", "seat", "seat_candidacy")
            people = ("meeting_movement", "motion_person", "decision_answer")
            for table in (*PUBLIC_TABLES, *parts, *people):
                connection.execute(f"ALTER TABLE rm.{table} DISABLE ROW LEVEL SECURITY".encode())
        assert asyncio.run(outside()) > PUBLIC  # neither: drafts come out, and the test above would say so
    assert asyncio.run(outside()) == PUBLIC  # our predicates alone
