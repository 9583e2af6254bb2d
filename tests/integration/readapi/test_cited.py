"""Records of other logs that a record cites: in the one statement, each by its own log's clocks and scope."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from domain.ids import COMMONS, TenantId
from domain.indicator import INDICATOR
from infra.database import Database
from infra.embedded import EmbeddedServer
from readapi.compiler.here import Here
from readapi.compiler.statement import Statement
from readapi.viewer import ANONYMOUS, Viewer
from services.importing import Entry
from tests.integration.filled import bring_in, make_database
from tests.integration.readapi.operations import Operation
from tests.integration.readapi.test_compiled import Both, canonical, data
from tests.integration.readapi.test_frozen_comparison import SOURCE, STEPS, YEAR, opened
from tests.integration.readapi.world_lines import Lines, both, uid

REPORTER, OWNER = "cite-nord", "cite-sud"
MEMBER_OF_REPORTER = Viewer(tenant_id=TenantId(uid(REPORTER, "body")), role="coordinator")
MEMBER_OF_OWNER = Viewer(tenant_id=TenantId(uid(OWNER, "body")), role="coordinator")
PUBLISHED_AT = 20
"""A position after which the reporter's log has everything."""
FIGURES = """query ($asOf: AsOfInput) { partnership(slug: "cite-nord", asOf: $asOf) {
  publishedFigures { nodes { value { number } indicator { id wording { fr } status
    combining { acrossBodies } dimensions { code categories { code } }
    owner { slug } planIndicator { wording { fr } }
    steps(first: 2) { totalCount asOf { effective position } }
    then: steps(first: 2, asOf: {recorded: "3"}) { totalCount asOf { position } } } } } } }"""


def lines() -> Iterator[Entry]:
    """One body reports of an indicator of the commons, and of two of another body, of which one is for itself."""
    shared = Lines("commons", count=500)
    for number in range(PUBLISHED_AT):
        yield defined(shared, f"spare {number}")
    yield defined(shared, "of all")
    yield from opened(OWNER, "lip")
    of_one = Lines(OWNER, count=10)
    plan = {"plan_id": of_one.id("plan"), "kind": "action_plan", "title": both("Plan"), "period": YEAR}
    yield of_one.line("DraftPlan", "2021-01-01", plan)
    yield from cascade(of_one)
    yield of_one.line("AdoptPlanRevision", "2021-02-01", {"plan_id": of_one.id("plan"), "number": 1})
    yield of_one.line("PublishPlanRevision", "2021-02-02", {"plan_id": of_one.id("plan"), "number": 1})
    tied = {"plan_indicator": {"plan_id": of_one.id("plan"), "element_id": of_one.id("indicator")}}
    yield defined(of_one, "of one", **tied)
    yield defined(of_one, "for itself", audience="tenant")
    yield from opened(REPORTER, "lip")
    for number, (owner, name) in enumerate((("commons", "of all"), (OWNER, "of one"), (OWNER, "for itself")), 1):
        yield from reported(owner, name, number)


def cascade(of: Lines) -> Iterator[Entry]:
    above: str | None = None
    for level in ("orientation", "objective", "action", "expected_result", "indicator"):
        element = {"plan_id": of.id("plan"), "element_id": of.id(level), "level": level, "rank": 1}
        more = {"wording": both("Selon le plan"), "parent_id": above}
        yield of.line("AddPlanElement", "2021-01-02", element | more)
        above = of.id(level)


def defined(of: Lines, name: str, **more: Any) -> Entry:
    data_ = {
        "definition_id": of.id(name),
        "wording": both(name),
        "unit": "personnes",
        "kind": "count",
        "combining": {"measure": "flow", "over_periods": "sum", "across_bodies": "sum"},
    }
    return of.line("DefineIndicator", "2021-04-01", data_ | more)


def reported(owner: str, name: str, number: int) -> Iterator[Entry]:
    of = Lines(REPORTER, count=100 * number)
    submission = {"submission_id": of.id(f"submission {number}")}
    log = str(COMMONS) if owner == "commons" else str(uid(owner, "body"))
    cited = {"log": log, "stream": str(uid(owner, name)), "version": 1}
    value = {"kind": "exact", "number": str(number), "unit": "personnes"}
    drafted = submission | {"indicator": cited, "period": YEAR, "value": value}
    yield of.line("DraftSubmission", "2022-05-01", drafted, source=SOURCE)
    for day, step in enumerate(STEPS, start=2):
        yield of.line(step, f"2022-05-0{day}", submission, source=SOURCE)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened_:
        yield opened_


@pytest.fixture(scope="module")
def asked(runner: asyncio.Runner, server: EmbeddedServer, worker_name: str) -> Iterator[Both]:
    settings = make_database(server, f"entente_cited_{worker_name}")
    with pytest.MonkeyPatch.context() as before:
        # Logs that are older than the rule cite what another body keeps for itself.
        before.setattr(INDICATOR, "is_public", lambda _: True)
        runner.run(bring_in(settings, list(lines())))
    database = Database(settings)
    yield Both(database)
    runner.run(database.close())


def ask(runner: asyncio.Runner, asked: Both, viewer: Viewer, recorded: str | None) -> tuple[list[Any], bool]:
    """The figures in order, the same from both sides, and whether they came in one statement."""
    as_of = {"effective": "2022-06-01"} | ({} if recorded is None else {"recorded": recorded})
    operation = Operation(FIGURES, {"asOf": as_of})
    runner.run(asked.ask(operation, viewer))  # looks a member's slug up, once for ever
    asked.reads.statements.clear()
    asked.reads.transactions = 0
    compiled, executed = runner.run(asked.ask(operation, viewer))
    assert canonical(compiled) == canonical(executed)
    is_one = compiled.data is not None and (len(asked.reads.statements), asked.reads.transactions) == (1, 0)
    nodes = data(executed)["partnership"]["publishedFigures"]["nodes"]
    return sorted(nodes, key=lambda one: int(one["value"]["number"])), is_one


@pytest.mark.parametrize("recorded", [None, "2150-01-01T00:00:00Z", str(PUBLISHED_AT)])
def test_figures_of_indicators_in_other_logs_are_one_statement(
    runner: asyncio.Runner, asked: Both, recorded: str | None
) -> None:
    (of_all, of_one, for_itself), is_one = ask(runner, asked, ANONYMOUS, recorded)

    assert is_one
    assert of_all["indicator"]["wording"]["fr"] == "of all (fr)"
    assert of_all["indicator"]["owner"] is None
    assert of_one["indicator"]["owner"] == {"slug": OWNER}
    assert of_one["indicator"]["planIndicator"]["wording"]["fr"] == "Selon le plan (fr)"
    assert for_itself["indicator"] is None


def test_a_position_says_nothing_of_the_log_of_a_cited_indicator(
    runner: asyncio.Runner, asked: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shared indicator was defined at a later position of its own log. Control: counted there, it is gone."""
    (of_all, *_), _ = ask(runner, asked, ANONYMOUS, str(PUBLISHED_AT))
    assert of_all["indicator"]["id"] == str(uid("commons", "of all"))
    assert of_all["indicator"]["steps"]["asOf"]["position"] is None
    assert of_all["indicator"]["then"]["asOf"]["position"] == "3"

    original = Here.elsewhere
    monkeypatch.setattr(Here, "elsewhere", lambda here, log: replace(original(here, log), counts=None))
    fresh = FIGURES.replace("query", "query AsIfItWereOneLog")
    as_of = {"effective": "2022-06-01", "recorded": str(PUBLISHED_AT)}
    compiled, executed = runner.run(asked.ask(Operation(fresh, {"asOf": as_of})))

    assert compiled.data is not None
    assert canonical(compiled) != canonical(executed)


@pytest.mark.parametrize(
    ("viewer", "sees"), [(MEMBER_OF_REPORTER, 0), (MEMBER_OF_OWNER, 1)], ids=["reporter", "owner"]
)
def test_a_member_reads_what_is_in_another_scope_through_the_executor(
    runner: asyncio.Runner, asked: Both, monkeypatch: pytest.MonkeyPatch, viewer: Viewer, sees: int
) -> None:
    """Control: without the question of scope, the one statement lacks what the other scope shows."""
    (of_all, _, for_itself), is_one = ask(runner, asked, viewer, None)
    assert not is_one
    assert of_all["indicator"] is not None
    assert (for_itself["indicator"] is not None) == sees

    monkeypatch.setattr(Statement, "_in_scope", lambda _self, _rows, made: made)
    fresh = FIGURES.replace("query", f"query InOneScope{sees}")
    compiled, executed = runner.run(asked.ask(Operation(fresh, {"asOf": {"effective": "2022-06-01"}}), viewer))

    assert compiled.data is not None
    assert canonical(compiled) != canonical(executed)
