"""National views: rows of one statement, made into the answer as the executor makes it of several."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import CTE, BigInteger, Boolean, Uuid, column, select, true, values

from domain.ids import COMMONS
from infra.database import Database
from infra.embedded import EmbeddedServer
from readapi import frozen_comparison, national_question, sight
from readapi.endpoint import GraphQLEndpoint
from readapi.negotiation import GraphQLRequest
from readapi.viewer import ANONYMOUS, Viewer
from services.cli.bringing_in import sample_files
from services.importing import read_files
from tests.integration.filled import Filled, bring_in, make_database
from tests.integration.readapi.conftest import BETA, PATIENT, Reads
from tests.integration.readapi.every_view import every_view, views
from tests.integration.readapi.operations import CORE, Operation, whole_operations
from tests.integration.readapi.test_compiled import CLOCKS, VIEWERS, Both, canonical, data
from tests.integration.readapi.world import lines, uid
from tests.integration.readapi.world_lines import ALIKE

OWN = VIEWERS["coordinator of alpha"]
ROOTS = CORE.query_type.fields if CORE.query_type is not None else {}
ELSEWHERE = Viewer(tenant_id=BETA, role="programme_officer")


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture(scope="module")
def both(runner: asyncio.Runner, filled: Filled) -> Iterator[Both]:
    database = Database(filled.settings)
    yield Both(database)
    runner.run(database.close())


def ask(runner: asyncio.Runner, both: Both, operation: Operation, viewer: Viewer = ANONYMOUS) -> tuple[Any, int]:
    """The data, which both give, and how many statements it took compiled; 0 where it was executed."""
    compiled, executed = runner.run(both.ask(operation, viewer))
    assert canonical(compiled) == canonical(executed), operation
    assert "errors" not in executed.body, executed.body
    both.reads.statements.clear()
    both.reads.transactions = 0
    again, _ = runner.run(both.ask(operation, viewer))
    assert again.content() == compiled.content()
    taken = 0 if again.data is None else len(both.reads.statements) + both.reads.transactions
    return data(executed), taken


@pytest.mark.parametrize("clock", ["now", "by day", "by instant"])
@pytest.mark.parametrize("viewer", [ANONYMOUS, ELSEWHERE], ids=["public", "funder"])
def test_every_view_is_one_statement_and_gives_what_the_executor_gives(
    runner: asyncio.Runner, both: Both, viewer: Viewer, clock: str
) -> None:
    asked = dict(every_view(asOf=CLOCKS[clock]))
    assert len(asked) == len(views()) > 3
    for name, operation in asked.items():
        found, taken = ask(runner, both, operation, viewer)
        assert taken == 1, name
        assert found[name] is not None, name


@pytest.mark.parametrize("root", sorted(ROOTS))
def test_any_operation_over_the_whole_schema_is_answered_alike(
    runner: asyncio.Runner, both: Both, root: str
) -> None:
    compiled_ones = 0

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(operation=whole_operations(root), who=st.sampled_from(sorted(VIEWERS)))
    def compare(operation: Operation, who: str) -> None:
        nonlocal compiled_ones
        note(operation.text)
        note(json.dumps(operation.variables))
        compiled, executed = runner.run(both.ask(operation, VIEWERS[who]))
        assert canonical(compiled) == canonical(executed)
        compiled_ones += compiled.data is not None

    compare()
    if root in views():
        assert compiled_ones > 0  # and not only executed twice


def test_views_and_lists_go_out_together_in_one_statement(runner: asyncio.Runner, both: Both) -> None:
    several = """query ($asOf: AsOfInput) {
        first: nationalFunding(asOf: $asOf) { ...Covered }
        partnerships(first: 2) { totalCount nodes { slug } }
        second: nationalFunding(kinds: [LIP], provinces: [ON, QC]) { programmes { agreements } ...Covered }
        sectorCoverage(partnerships: ["alpha", "alpha-old", "beta", "nowhere"]) { seats coverage { expected } }
      }
      fragment Covered on NationalFunding {
        coverage { expected missing { bodies { slug @skip(if: true) id } } } }"""

    found, taken = ask(runner, both, Operation(several, {"asOf": {"effective": "2021-06-02"}}))

    assert taken == 1
    assert list(found) == ["first", "partnerships", "second", "sectorCoverage"]
    assert found["sectorCoverage"]["coverage"]["expected"] == 2


def test_a_question_about_the_own_body_alone_is_one_statement_in_the_member_s_scope(
    runner: asyncio.Runner, both: Both
) -> None:
    text = "query ($only: [String!]) { nationalFunding(partnerships: $only) { programmes { agreements } } }"

    of_member, taken = ask(runner, both, Operation(text, {"only": ["alpha-old", "alpha"]}), OWN)
    of_public, _ = ask(runner, both, Operation(text, {"only": ["alpha"]}))

    assert taken == 1
    assert agreements(of_member) > agreements(of_public) > 0


def agreements(found: Any) -> int:
    return sum(one["agreements"] for one in found["nationalFunding"]["programmes"])


@pytest.mark.parametrize(
    "text",
    [
        '{ nationalFunding(partnerships: ["alpha", "beta"], kinds: [ZIP]) { coverage { expected } } }',
        '{ partnership(slug: "alpha") { id } nationalFunding { coverage { expected } } }',
        '{ nationalFunding(partnerships: ["beta", "alpha"]) { coverage { expected } } }',
    ],
)
def test_what_may_need_two_scopes_is_executed(runner: asyncio.Runner, both: Both, text: str) -> None:
    _, taken = ask(runner, both, Operation(text), OWN)

    assert taken == 0


FROZEN = """query ($owner: String!, $id: UUID!) { frozenComparison(owner: $owner, id: $id) {
    title { fr } sources { log position granted } accessEnded { slug }
    comparison { values { body { slug } value { number } stage } reporting asOf { effective recorded } } } }"""


@pytest.mark.parametrize(
    ("name", "viewer", "statements"),
    [
        ("frozen", ANONYMOUS, 1),
        ("frozen", ELSEWHERE, 1),
        ("frozen", OWN, 1),
        ("frozen tenant", ANONYMOUS, 1),
        ("frozen tenant", OWN, 0),  # executed: the record is read in the body's scope, the figures in everybody's
    ],
)
def test_a_frozen_comparison_is_one_statement_where_it_is_public(
    runner: asyncio.Runner, both: Both, name: str, viewer: Viewer, statements: int
) -> None:
    given = {"owner": "alpha", "id": str(uid("alpha", name))}

    found, taken = ask(runner, both, Operation(FROZEN, given), viewer)

    assert taken == statements
    if (name, viewer) == ("frozen tenant", ANONYMOUS):
        assert found["frozenComparison"] is None
        return
    shown = found["frozenComparison"]
    (number,) = [one["value"]["number"] for one in shown["comparison"]["values"]]
    assert number in (("2019",) if viewer is OWN else ("2015", "2020"))  # of one place: for others it is rounded
    assert shown["comparison"]["asOf"]["effective"] == "2021-12-31"
    assert len(shown["sources"]) == 2
    assert [one["slug"] for one in shown["accessEnded"]] == ["alpha"]


def test_the_positions_of_a_frozen_comparison_are_needed(
    runner: asyncio.Runner, both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: as known now, the one statement does not give what the executor gives."""
    given = {"owner": "alpha", "id": str(uid("alpha", "frozen"))}
    monkeypatch.setattr(frozen_comparison, "_sources", lambda _: _no_logs())
    text = FROZEN.replace("query", "query FromNoLog")

    compiled, executed = runner.run(both.ask(Operation(text, given)))

    assert compiled.data is not None
    assert canonical(compiled) != canonical(executed)


def _no_logs() -> CTE:
    row = values(column("log", Uuid), column("position", BigInteger), column("granted", Boolean), name="none")
    return select(row.data([(COMMONS, 0, False)])).cte()


def test_more_records_than_a_view_is_made_of_are_refused_in_the_executor_s_words(
    runner: asyncio.Runner, both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(national_question, "ROWS_MAX", 1)

    compiled, executed = runner.run(both.ask(Operation("query Few { nationalFunding { coverage { sample } } }")))

    assert compiled.body == executed.body
    assert compiled.body["errors"][0]["extensions"]["code"] == "ANSWER_TOO_LARGE"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"partnerships": ["x"] * 101}, "LIST_TOO_LONG"),
        ({"partnerships": ["\0"]}, "TEXT_UNUSABLE"),
        ({"asOf": {"recorded": "12"}}, "RECORDED_POSITION_NEEDS_ONE_LOG"),
        ({"asOf": {"effective": "1800-01-01"}}, "EFFECTIVE_OUT_OF_RANGE"),
    ],
)
def test_what_means_nothing_is_refused_alike(
    runner: asyncio.Runner, both: Both, given: dict[str, Any], code: str
) -> None:
    text = """query ($partnerships: [String!], $asOf: AsOfInput) {
        sectorCoverage(partnerships: $partnerships, asOf: $asOf) { seats } }"""

    compiled, executed = runner.run(both.ask(Operation(text, given)))

    assert json.loads(compiled.content()) == json.loads(executed.content())
    assert compiled.body["errors"][0]["extensions"]["code"] == code


MATRIX = """query ($only: [String!], $asOf: AsOfInput, $follow: Boolean!, $programmes: [String!]) {
    agreementMatrix(partnerships: $only, asOf: $asOf, followLineage: $follow, programmes: $programmes) {
        rows { programme { code label { fr } } counts total } total expected missing { bodies { slug } }
        asOf { position } } }"""


@pytest.mark.parametrize(
    "given",
    [
        {"only": ["alpha"], "asOf": {"recorded": "30"}},
        {"only": ["mifi", "drcneq", "alpha"], "programmes": ["pasi", "none such"]},
        {"only": ["mifi"], "follow": True},
        {"only": [], "follow": True},
    ],
)
def test_a_matrix_of_named_bodies_is_one_statement(
    runner: asyncio.Runner, both: Both, given: dict[str, Any]
) -> None:
    found, taken = ask(runner, both, Operation(MATRIX, {"follow": False} | given))

    assert taken == 1
    assert found["agreementMatrix"]["expected"] <= len(given["only"])


def test_a_position_is_of_the_log_of_one_body_alone(runner: asyncio.Runner, both: Both) -> None:
    for only in (None, ["alpha", "beta"], ["nowhere"]):
        given = {"only": only, "asOf": {"recorded": "30"}, "follow": False}

        compiled, executed = runner.run(both.ask(Operation(MATRIX, given)))

        assert compiled.body == executed.body
        assert compiled.body["errors"][0]["extensions"]["code"] == "RECORDED_POSITION_NEEDS_ONE_LOG"


def fiscal_year(first: int) -> dict[str, str]:
    return {"kind": "FISCAL_YEAR", "start": f"{first}-04-01", "end": f"{first + 1}-03-31"}


BEFORE_PUBLICATION = {
    "stage": "SUBMITTED",
    "period": fiscal_year(2020),
    "periods": [fiscal_year(year) for year in (2017, 2018, 2020)],
}
OF_THE_BODY_ALONE = {
    "indicator": {"owner": "alpha", "id": str(uid("alpha", "indicator tenant"))},
    "id": str(uid("alpha", "frozen tenant")),
}
HIDING = [
    *("agreement_cell", "endorsing", "frozen_comparison", "funding", "indicator", "indicator_cell"),
    *("requirement", "seat_sector"),
    "theme_use",
]
"""Tables of which the two bodies have rows that are not public, and that these questions would show."""


def test_the_predicate_of_each_part_is_needed(
    server: EmbeddedServer, worker_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without row-level security the answers are the same; without the predicate of one table they are not."""
    made = make_database(server, f"entente_views_open_{worker_name}")
    alike = [entry for slug in ALIKE for entry in lines(slug)]
    asyncio.run(bring_in(made, [*read_files(sample_files()[:2]), *alike]))
    asked = [*every_view(**BEFORE_PUBLICATION), *every_view(**BEFORE_PUBLICATION | OF_THE_BODY_ALONE)]
    read: set[str] = set()

    async def answers() -> list[Any]:
        async with Database(made) as database:
            endpoint = GraphQLEndpoint(Reads(database), PATIENT)
            requests = [GraphQLRequest(query=one.text, variables=one.variables) for _, one in asked]
            found = [await endpoint.answer(request, ANONYMOUS) for request in requests]
        assert all(one.data is not None for one in found)
        return [without_positions(data(one)) for one in found]

    original = sight.visible

    def noting(source: Any, *given: Any, **more: Any) -> Any:
        read.add(table_of(source))
        return original(source, *given, **more)

    monkeypatch.setattr(sight, "visible", noting)
    behind_the_wall = asyncio.run(answers())
    with psycopg.connect(made.admin_dsn, autocommit=True) as connection:
        rows = connection.execute("SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity").fetchall()
        for (name,) in rows:
            connection.execute(f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY".encode())
    assert asyncio.run(answers()) == behind_the_wall

    shown = set()
    for table in sorted(read):

        def without_one(source: Any, *given: Any, open_: str = table, **more: Any) -> Any:
            return true() if table_of(source) == open_ else original(source, *given, **more)

        monkeypatch.setattr(sight, "visible", without_one)
        if asyncio.run(answers()) != behind_the_wall:
            shown.add(table)
    assert sorted(shown) == HIDING


def table_of(source: Any) -> str:
    return str(getattr(source, "element", source).name)


def without_positions(found: Any) -> Any:
    """How far logs are does not come from any of the tables."""
    for view in found.values():
        if isinstance(view, dict):
            view.pop("sources", None)
    return found
