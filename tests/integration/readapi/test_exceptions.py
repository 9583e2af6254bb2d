"""Exceptions: each kind that was planted is found, by its events and in words; what only looks like one is not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.exceptions import KINDS, TITLES
from domain.ids import TenantId
from infra.database import Database
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from readapi.viewer import ANONYMOUS, Viewer
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.conftest import Client
from tests.integration.readapi.operations import Operation
from tests.integration.readapi.test_compiled import Both, canonical
from tests.integration.readapi.world_lines import uid
from tests.integration.readapi.world_of_exceptions import ABOVE, HONEST, PLANTED, world

MEMBER = Viewer(tenant_id=TenantId(uid(PLANTED, "body")), role="coordinator")
NEIGHBOUR = Viewer(tenant_id=TenantId(uid(HONEST, "body")), role="coordinator")
DAY = "2022-06-30"
QUERY = """query ($slug: String!, $first: Int!, $after: String, $kinds: [ExceptionKind!], $since: Date,
    $asOf: AsOfInput) { partnership(slug: $slug) { exceptions(
      first: $first, after: $after, kinds: $kinds, since: $since, asOf: $asOf) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { kind title { en fr missing } on words { en fr missing } stream recordId sample
      events { position type streamId } } } } }"""
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def settings(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    made = make_database(server, f"entente_exceptions_{worker_name}")
    asyncio.run(bring_in(made, list(world())))
    return made


@pytest.fixture
async def reading(settings: DatabaseSettings) -> AsyncIterator[Client]:
    async with Database(settings) as database:
        client = Client(database)
        async with client.http:
            yield client


async def page(client: Client, *, viewer: Viewer = MEMBER, slug: str = PLANTED, **given: Any) -> Any:
    variables = {"slug": slug, "first": 100, "asOf": {"effective": DAY}} | given
    return (await client.data(QUERY, variables, viewer=viewer))["partnership"]["exceptions"]


async def found(client: Client, **given: Any) -> list[Any]:
    nodes: list[Any] = (await page(client, **given))["nodes"]
    return nodes


def named(name: str) -> str:
    return str(uid(PLANTED, name))


EVERY = [
    ("LATE_SUBMISSION", "2022-05-01", "submission", "figure late"),
    ("VALUE_CHANGED_AFTER_PUBLICATION", "2022-05-10", "submission", "figure changed"),
    ("ALIGNMENT_WITHDRAWN_AFTER_USE", "2022-04-03", "alignment", "alignment relied on"),
    ("APPROVAL_BY_SUBMITTER", "2022-04-04", "submission", "figure approved alone"),
    ("BROKEN_CADENCE", "2021-12-31", "committee", "behind"),
    ("DECISION_WITHOUT_QUORUM", "2021-06-01", "decision", "decision too few at all"),
    ("DECISION_WITHOUT_QUORUM", "2021-02-01", "decision", "decision under the rule"),
    ("ORPHAN_TARGET", "2021-10-02", "target", "target left"),
    ("ORPHAN_TARGET", "2021-07-02", "target", "target gone"),
    ("ORPHAN_TARGET", "2021-02-01", "target", "target alone"),
    ("REVISION_WITHOUT_AUTHORITY", "2021-05-03", "plan", "plan"),
    ("REVISION_WITHOUT_AUTHORITY", "2021-05-02", "plan", "plan"),
    ("REVISION_WITHOUT_AUTHORITY", "2021-05-01", "plan", "plan"),
]


async def test_each_planted_exception_is_found_and_nothing_else_is(reading: Client) -> None:
    shown = await page(reading)

    told = [(one["kind"], one["on"], one["stream"], one["recordId"]) for one in shown["nodes"]]
    assert sorted(told) == sorted((kind, on, stream, named(name)) for kind, on, stream, name in EVERY)
    assert [one["on"] for one in shown["nodes"]] == sorted((on for _, on, *_ in EVERY), reverse=True)
    assert shown["totalCount"] == len(EVERY)
    assert all(one["sample"] for one in shown["nodes"])


async def test_a_body_that_did_only_what_looks_like_exceptions_has_none(reading: Client) -> None:
    assert await found(reading, slug=HONEST, viewer=NEIGHBOUR) == []
    above = Viewer(tenant_id=TenantId(uid(ABOVE, "body")), role="coordinator")
    assert await found(reading, slug=ABOVE, viewer=above) == []  # its own targets are the top


WORDS = {
    "REVISION_WITHOUT_AUTHORITY": (
        "No authority is recorded for the revision: the source states none.",
        f"La révision n’invoque aucune autorité{NBSP}: la source n’en mentionne aucune.",
    ),
    "DECISION_WITHOUT_QUORUM": (
        (
            "Decision 2021-2 has no quorum under version 2 of the terms of reference, which was recorded later "
            "and holds from before it. 6 of 9 voting seats present; quorum is 7: not reached."
        ),
        (
            "La décision 2021-2 n’a pas le quorum selon la version 2 du cadre de référence, inscrite plus tard et "
            f"applicable avant elle. 6 des 9 sièges votants présents; le quorum est de 7{NBSP}: non atteint."
        ),
    ),
    "APPROVAL_BY_SUBMITTER": (
        "Whoever submitted the figure also approved it.",
        "La personne qui a soumis la valeur l’a aussi approuvée.",
    ),
    "VALUE_CHANGED_AFTER_PUBLICATION": (
        "Another figure is under way to replace the one that is published, which still counts.",
        "Une autre valeur est en voie de remplacer celle qui est publiée, laquelle compte encore.",
    ),
    "LATE_SUBMISSION": (
        "Submitted on 2022-05-01, 1 day after the last day, 2022-04-30.",
        "Soumise le 2022-05-01, 1 jour après l’échéance du 2022-04-30.",
    ),
    "ORPHAN_TARGET": (
        (
            "The target serves no strategic plan: neither its indicator nor anything above it is joined to an "
            "element of a parent plan, and it is tied to no indicator of another body."
        ),
        (
            f"La cible ne sert aucun plan stratégique{NBSP}: ni son indicateur ni rien de ce dont il relève n’est "
            "rattaché à un élément d’un plan parent, et elle n’est liée à l’indicateur d’aucun autre organisme."
        ),
    ),
    "BROKEN_CADENCE": ("1 of at least 2 held, forum held", "1 réunion tenue sur au moins 2, forum tenu"),
    "ALIGNMENT_WITHDRAWN_AFTER_USE": (
        "One published figure had counted with the canonical indicator when the alignment was withdrawn.",
        "Une valeur publiée comptait avec l’indicateur canonique au retrait de la concordance.",
    ),
}


async def test_each_kind_says_what_was_found_in_both_languages(reading: Client) -> None:
    shown = await found(reading)

    # Of a kind, the one that came about first.
    words = {one["kind"]: (one["words"]["en"], one["words"]["fr"]) for one in shown}
    assert words == WORDS
    assert all(one[text]["missing"] == [] for one in shown for text in ("words", "title"))
    titles = {one["kind"].lower(): (one["title"]["en"], one["title"]["fr"]) for one in shown}
    assert titles == {kind: (title.en, title.fr) for kind, title in TITLES.items()}
    assert set(titles) == set(KINDS)


EVENTS = {
    "figure late": ["requirement.Required", "submission.Submitted"],
    "figure changed": ["submission.Published", "submission.Corrected"],
    "figure approved alone": ["submission.Submitted", "submission.Approved"],
    "alignment relied on": ["alignment.Aligned", "submission.Published", "alignment.Withdrawn"],
    "behind": ["committee.TermsAdopted", "meeting.Closed", "meeting.Closed"],
    "decision too few at all": ["meeting.MotionDecided", "decision.Made"],
    "decision under the rule": ["meeting.MotionDecided", "decision.Made", "committee.TermsAdopted"],
    "target alone": ["plan.RevisionAdopted", "plan.AlignedToParent", "plan.RevisionAdopted", "target.BaselineSet"],
}


async def test_each_tells_by_which_events_it_came_about(reading: Client) -> None:
    shown = {(one["recordId"], one["on"]): one for one in await found(reading)}
    told = {record: [event["type"] for event in one["events"]] for (record, _), one in shown.items()}

    for name, types in EVENTS.items():
        assert told[named(name)][: len(types)] == types, name
    revised = [
        [event["type"] for event in shown[named("plan"), f"2021-05-0{day}"]["events"]] for day in range(1, 4)
    ]
    assert revised == [
        ["plan.RevisionAdopted"],
        ["decision.Made", "decision.Rescinded", "plan.RevisionAdopted"],
        ["decision.Made", "plan.RevisionAdopted", "decision.Rescinded"],
    ]
    for one in shown.values():
        positions = [int(event["position"]) for event in one["events"]]
        assert positions == sorted(set(positions))


async def test_one_asks_for_kinds_and_from_a_day_on_page_by_page(reading: Client) -> None:
    two = await page(reading, kinds=["ORPHAN_TARGET", "LATE_SUBMISSION"])
    assert [one["kind"] for one in two["nodes"]] == ["LATE_SUBMISSION", *["ORPHAN_TARGET"] * 3]
    assert await found(reading, kinds=[]) == []
    since = await found(reading, since="2022-04-04")
    assert [one["on"] for one in since] == ["2022-05-10", "2022-05-01", "2022-04-04"]

    every, walked, after = await found(reading), [], None
    while True:
        shown = await page(reading, first=3, after=after)
        assert shown["totalCount"] == len(every)
        walked += shown["nodes"]
        after = shown["pageInfo"]["endCursor"]
        if not shown["pageInfo"]["hasNextPage"]:
            break
    assert walked == every


async def position_of(client: Client, type_: str, record: str) -> int:
    query = """query ($slug: String!) { partnership(slug: $slug) { timeline(first: 200, stream: "%s") {
      nodes { position type streamId effectiveOn } } } }"""
    lines = (await client.data(query % type_.partition(".")[0], {"slug": PLANTED}, viewer=MEMBER))["partnership"]
    return max(
        int(line["position"])
        for line in lines["timeline"]["nodes"]
        if (line["type"], line["streamId"]) == (type_, named(record))
    )


async def test_on_either_clock_only_what_had_come_about_and_was_known_is_an_exception(reading: Client) -> None:
    on = [one["on"] for one in await found(reading, asOf={"effective": "2021-05-31"})]
    assert on == ["2021-05-03", "2021-05-02", "2021-05-01", "2021-02-01", "2021-02-01"]

    rule = await position_of(reading, "committee.TermsAdopted", "ruled later")
    quorum = ["DECISION_WITHOUT_QUORUM"]
    before = await found(reading, kinds=quorum, asOf={"effective": DAY, "recorded": str(rule - 1)})
    after = await found(reading, kinds=quorum, asOf={"effective": DAY, "recorded": str(rule)})
    assert [one["recordId"] for one in before] == [named("decision too few at all")]
    assert len(after) == 2

    ended = await position_of(reading, "decision.Rescinded", "decision nobody counted")
    revisions = ["REVISION_WITHOUT_AUTHORITY"]
    known = await found(reading, kinds=revisions, asOf={"effective": DAY, "recorded": str(ended - 1)})
    assert [one["on"] for one in known] == ["2021-05-02", "2021-05-01"]


async def test_a_year_is_no_exception_before_it_is_over(reading: Client) -> None:
    kinds = ["BROKEN_CADENCE"]
    assert await found(reading, kinds=kinds, asOf={"effective": "2021-12-31"}) == []
    assert len(await found(reading, kinds=kinds, asOf={"effective": "2022-01-01"})) == 1


async def test_members_who_see_no_drafts_are_told_the_same(reading: Client) -> None:
    member = Viewer(tenant_id=TenantId(uid(PLANTED, "body")), role="member")
    beside = Viewer(tenant_id=TenantId(uid(HONEST, "body")), role="member")

    assert await page(reading, viewer=member) == await page(reading)
    assert await found(reading, slug=HONEST, viewer=beside) == []


async def test_only_members_of_the_body_see_exceptions(reading: Client) -> None:
    for viewer in (ANONYMOUS, NEIGHBOUR):
        assert await page(reading, viewer=viewer) is None
    assert await page(reading) is not None


LISTED = """query ($slug: String!, $asOf: AsOfInput, $kinds: [ExceptionKind!]) {
  partnership(slug: $slug, asOf: $asOf) {
  slug exceptions(first: 4, kinds: $kinds) { totalCount pageInfo { endCursor hasNextPage }
    found: nodes { kind on words { en fr } events { position type subjects { id } } } } } }"""
OF_THE_OWN_LOG = [kind.upper() for kind in KINDS if kind != "orphan_target"]


@pytest.mark.parametrize("kinds", [OF_THE_OWN_LOG, *([kind] for kind in OF_THE_OWN_LOG)])
async def test_exceptions_are_found_by_one_statement_as_by_several(
    settings: DatabaseSettings, kinds: list[str]
) -> None:
    for as_of in ({"effective": DAY}, {"effective": "2021-08-01", "recorded": "60"}):
        async with Database(settings) as database:
            both = Both(database)
            asked = Operation(LISTED, {"slug": PLANTED, "asOf": as_of, "kinds": kinds})
            await both.ask(asked, MEMBER)
            both.reads.statements.clear()
            both.reads.transactions = 0

            compiled, executed = await both.ask(asked, MEMBER)

        assert canonical(compiled) == canonical(executed)
        assert compiled.data is not None
        assert (len(both.reads.statements), both.reads.transactions) == (1, 0)
