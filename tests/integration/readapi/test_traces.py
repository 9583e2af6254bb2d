"""Traces: from a national figure down to the meeting, and from an event up to every figure that it touches."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
from sqlalchemy import Engine, event

from domain.ids import TenantId
from infra.database import Database
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from readapi.compiler.plans import Compiler
from readapi.viewer import ANONYMOUS, Viewer
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.conftest import Client
from tests.integration.readapi.world_lines import uid
from tests.integration.readapi.world_of_traces import ABOVE, CLOSED, MIXED, OPEN, keep_documents, world

MEMBER = Viewer(tenant_id=TenantId(uid(CLOSED, "body")), role="coordinator")
NEIGHBOUR = Viewer(tenant_id=TenantId(uid(OPEN, "body")), role="coordinator")
DOWN = """query ($owner: String!, $id: UUID!, $bodies: [String!], $asOf: AsOfInput) { indicatorComparison(
  indicator: {owner: $owner, id: $id}, partnerships: $bodies, asOf: $asOf,
  period: {kind: FISCAL_YEAR, start: "2021-04-01", end: "2022-03-31"}) {
  values { body { slug } value { number } %s } } }"""
TRACE = """trace { steps { kind recordId behind number title { en } on position sample }
  hidden { kind count } asOf { effective recorded } }"""
UP = """query ($slug: String!, $position: BigInt!, $asOf: AsOfInput) { partnership(slug: $slug, asOf: $asOf) {
  event(position: $position) { type streamId figures { submissionId stage published period { start }
    indicator { wording { en } } countsAs { wording { en } owner { slug } } } } } }"""


@pytest.fixture(scope="module")
def settings(
    server: EmbeddedServer, worker_name: str, tmp_path_factory: pytest.TempPathFactory
) -> DatabaseSettings:
    made = make_database(server, f"entente_traces_{worker_name}")
    asyncio.run(bring_in(made, list(world())))
    asyncio.run(keep_documents(made, tmp_path_factory.mktemp("documents")))
    return made


@pytest.fixture
async def reading(settings: DatabaseSettings) -> AsyncIterator[Client]:
    async with Database(settings) as database:
        client = Client(database)
        async with client.http:
            yield client


async def values(
    client: Client, *, viewer: Viewer = ANONYMOUS, fields: str = TRACE, **given: Any
) -> dict[str, Any]:
    variables = {"owner": ABOVE, "id": str(uid(ABOVE, "canon"))} | given
    found = (await client.data(DOWN % fields, variables, viewer=viewer))["indicatorComparison"]["values"]
    return {one["body"]["slug"]: one for one in found}


def steps(slug: str, trace: Any) -> list[tuple[str, str, str]]:
    """Kinds, with the names that the world gave to the records and to those that they stand behind."""
    return [(one["kind"], name_of(slug, one["recordId"]), name_of(slug, one["behind"])) for one in trace["steps"]]


NAMES = (
    *("figure of wording", "alignment", "requirement", "agreement", "plan", "decision of meeting", "meeting"),
    *(
        "proof",
        "minutes",
        "other agreement",
        "measured plan",
        "other meeting",
        "decision of other meeting",
        "figure of other wording",
    ),
)


def name_of(slug: str, id_: str) -> str:
    return next(name for name in NAMES if str(uid(slug, name)) == id_)


WHOLE = [
    ("SUBMISSION", "figure of wording", "figure of wording"),
    ("ALIGNMENT", "alignment", "figure of wording"),
    ("REQUIREMENT", "requirement", "figure of wording"),
    ("AGREEMENT", "agreement", "requirement"),
    ("REVISION", "plan", "agreement"),
    ("DECISION", "decision of meeting", "plan"),
    ("MEETING", "meeting", "decision of meeting"),
    ("DOCUMENT", "proof", "figure of wording"),
    ("DOCUMENT", "minutes", "decision of meeting"),
]


async def counted(asking: Awaitable[Any]) -> int:
    """How many statements an answer took."""
    ran: list[str] = []

    def note(*arguments: Any) -> None:
        ran.append(arguments[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await asking
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return sum("set_config" not in statement for statement in ran)


async def test_from_a_national_figure_everybody_walks_down_to_the_meeting(reading: Client) -> None:
    one = (await values(reading))[OPEN]

    assert one["value"]["number"] == "40"
    assert steps(OPEN, one["trace"]) == WHOLE
    assert one["trace"]["hidden"] == []
    by_kind = {step["kind"]: step for step in one["trace"]["steps"]}
    assert (by_kind["REVISION"]["number"], by_kind["REVISION"]["on"]) == (1, "2021-02-03")
    assert (by_kind["DECISION"]["number"], by_kind["DECISION"]["title"]["en"]) == (1, "decision of meeting (en)")
    assert (by_kind["AGREEMENT"]["number"], by_kind["AGREEMENT"]["title"]["en"]) == (0, "agreement (en)")
    assert by_kind["SUBMISSION"]["on"] == "2022-04-03"
    assert all(step["sample"] for step in one["trace"]["steps"])


async def test_what_is_not_for_the_reader_is_counted_and_not_shown(reading: Client) -> None:
    for viewer in (ANONYMOUS, NEIGHBOUR):
        one = (await values(reading, viewer=viewer))[CLOSED]
        assert steps(CLOSED, one["trace"]) == WHOLE[:3]
        assert one["trace"]["hidden"] == [{"kind": "AGREEMENT", "count": 1}]
        mixed = (await values(reading, viewer=viewer))[MIXED]
        assert steps(MIXED, mixed["trace"]) == [*WHOLE[:5], WHOLE[7]]
        assert mixed["trace"]["hidden"] == [{"kind": "DECISION", "count": 1}]


async def test_members_walk_down_in_their_own_log_and_see_the_revision_that_holds(reading: Client) -> None:
    one = (await values(reading, viewer=MEMBER, bodies=[CLOSED]))[CLOSED]

    # The second revision holds; it was adopted without a decision. The agreement was signed by one.
    by_agreement = ("DECISION", "decision of meeting", "agreement")
    assert steps(CLOSED, one["trace"]) == [*WHOLE[:5], by_agreement, *WHOLE[6:]]
    assert one["trace"]["hidden"] == []
    by_kind = {step["kind"]: step for step in one["trace"]["steps"]}
    assert by_kind["REVISION"]["number"] == 2
    neighbour = (await values(reading, viewer=NEIGHBOUR, bodies=[CLOSED]))[CLOSED]
    assert steps(CLOSED, neighbour["trace"]) == WHOLE[:3]


async def test_a_figure_also_rests_on_the_plan_whose_indicator_it_measures(reading: Client) -> None:
    one = (await values(reading, owner=OPEN, id=str(uid(OPEN, "other wording"))))[OPEN]

    assert steps(OPEN, one["trace"]) == [
        ("SUBMISSION", "figure of other wording", "figure of other wording"),
        ("REVISION", "measured plan", "figure of other wording"),
    ]


async def test_a_trace_is_of_the_clocks_of_the_comparison(reading: Client) -> None:
    one = (await values(reading, asOf={"effective": "2022-04-09"}))[OPEN]

    assert steps(OPEN, one["trace"]) == WHOLE[:7]  # before the documents
    assert one["trace"]["asOf"] == {"effective": "2022-04-09", "recorded": None}


async def test_a_trace_of_any_number_of_figures_takes_one_statement(
    reading: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: Any) -> None:
        """What is traced is executed: so is what it is held against."""

    monkeypatch.setattr(Compiler, "bound", nothing)

    without, two = await counted(values(reading, fields="")), await counted(values(reading))

    assert two - without == 1


async def positions(client: Client, slug: str, viewer: Viewer) -> dict[tuple[str, str], int]:
    query = """query ($slug: String!) { partnership(slug: $slug) { timeline(first: 200) {
      nodes { position type streamId } } } }"""
    lines = (await client.data(query, {"slug": slug}, viewer=viewer))["partnership"]["timeline"]["nodes"]
    return {(line["type"], line["streamId"]): int(line["position"]) for line in lines}


async def touched(client: Client, at: int, *, slug: str = CLOSED, viewer: Viewer = MEMBER, **given: Any) -> Any:
    variables = {"slug": slug, "position": str(at)} | given
    return (await client.data(UP, variables, viewer=viewer))["partnership"]["event"]


FROM = {
    ("plan.Drafted", "plan under the agreement"): True,
    ("meeting.MotionDecided", "meeting"): True,
    ("meeting.MotionDecided", "other meeting"): False,
    ("decision.Made", "decision of meeting"): True,
    ("decision.Made", "decision of other meeting"): False,
    ("plan.ElementReworded", "plan"): True,
    ("agreement.Signed", "agreement"): True,
    ("agreement.Signed", "other agreement"): False,
    ("requirement.Required", "requirement"): True,
    ("alignment.Aligned", "alignment"): True,
    ("submission.Approved", "figure of wording"): True,
    ("document.Attached", "minutes"): True,
    ("document.Attached", "proof"): True,
}


async def test_from_any_event_one_walks_up_to_every_figure_that_it_touches(reading: Client) -> None:
    at = await positions(reading, CLOSED, MEMBER)

    for (type_, name), reaches in FROM.items():
        found = await touched(reading, at[type_, str(uid(CLOSED, name))])
        assert (found["type"], found["streamId"]) == (type_, str(uid(CLOSED, name)))
        figures = [name_of(CLOSED, one["submissionId"]) for one in found["figures"]]
        assert figures == (["figure of wording"] if reaches else []), (type_, name)
    measured = await touched(reading, at["plan.Drafted", str(uid(CLOSED, "measured plan"))])
    assert [name_of(CLOSED, one["submissionId"]) for one in measured["figures"]] == ["figure of other wording"]
    (figure,) = (await touched(reading, at["meeting.Convened", str(uid(CLOSED, "meeting"))]))["figures"]
    assert (figure["stage"], figure["published"], figure["period"]["start"]) == ("PUBLISHED", True, "2021-04-01")
    assert figure["indicator"]["wording"]["en"] == "wording (en)"
    assert figure["countsAs"] == [{"wording": {"en": "canon (en)"}, "owner": {"slug": ABOVE}}]
    other = await touched(reading, at["submission.Approved", str(uid(CLOSED, "figure of other wording"))])
    assert [one["countsAs"] for one in other["figures"]] == [[]]


async def test_an_event_is_for_members_and_in_the_past_of_the_clocks(reading: Client) -> None:
    at = await positions(reading, CLOSED, MEMBER)
    signed = at["agreement.Signed", str(uid(CLOSED, "agreement"))]

    for viewer in (ANONYMOUS, NEIGHBOUR):
        assert await touched(reading, signed, viewer=viewer) is None
    assert await touched(reading, signed, asOf={"effective": "2021-02-28"}) is None
    assert await touched(reading, signed, asOf={"effective": "2022-04-02", "recorded": str(signed - 1)}) is None
    early = await touched(reading, signed, asOf={"effective": "2022-04-01"})
    assert early["figures"] == []
    assert await touched(reading, 10_000) is None


PAGE = """query ($slug: String!) { partnership(slug: $slug) { timeline(first: 60) {
  nodes { position streamId %s } } } }"""


async def test_a_page_of_events_is_traced_in_one_statement(reading: Client) -> None:
    async def page(fields: str) -> Any:
        found = await reading.data(PAGE % fields, {"slug": CLOSED}, viewer=MEMBER)
        return found["partnership"]["timeline"]["nodes"]

    of = Counter(len(line["figures"]) for line in await page("figures { submissionId }"))

    assert set(of) == {0, 1}
    assert of[1] > 10
    # The slug, the body, the page, and the figures of all of them.
    assert await counted(page("figures { submissionId }")) == 4
