"""Compiled = executed: one statement and the executor give the same, to the byte in canonical JSON."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs

from domain.ids import TenantId
from infra.database import Database
from infra.embedded import EmbeddedServer
from readapi import sight
from readapi.compiler import plans
from readapi.compiler.statement import Statement
from readapi.endpoint import GraphQLEndpoint
from readapi.exchange import Answer
from readapi.negotiation import GraphQLRequest
from readapi.viewer import ANONYMOUS, Viewer
from services.cli.bringing_in import sample_files
from services.importing import read_files
from tests.integration.filled import Filled, bring_in, make_database
from tests.integration.readapi.conftest import ALPHA, BETA, PATIENT, Reads
from tests.integration.readapi.every_field import PLAN, every_field
from tests.integration.readapi.operations import Operation, operations
from tests.integration.readapi.test_tenants import names_of, strings
from tests.integration.readapi.world import ALIKE, lines, uid

VIEWERS = {
    "anonymous": ANONYMOUS,
    "coordinator of alpha": Viewer(tenant_id=ALPHA, role="coordinator"),
    "member of alpha": Viewer(tenant_id=ALPHA, role="member"),
    "coordinator of beta": Viewer(tenant_id=BETA, role="coordinator"),
}
CLOCKS = {
    "now": None,
    "by day": {"effective": "2021-04-20"},
    "by instant": {"effective": "2021-06-02", "recorded": "2150-01-01T00:00:00.25Z"},
    "by position": {"effective": "2021-06-02", "recorded": "30"},
}


"""A busy machine is slow, which is no fault of what is compared."""


class Counted(Reads):
    """Counts statements, and transactions of the executor."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.statements: list[str] = []
        self.transactions = 0

    def member(self, body: TenantId) -> AbstractAsyncContextManager[AsyncConnection]:
        self.transactions += 1
        return super().member(body)

    def national(self, reader: TenantId | None) -> AbstractAsyncContextManager[AsyncConnection]:
        self.transactions += 1
        return super().national(reader)

    async def value(
        self, sql: str, parameters: Sequence[Any], *, member: TenantId | None, reader: TenantId | None
    ) -> Any:
        self.statements.append(sql)
        return await super().value(sql, parameters, member=member, reader=reader)


class Both:
    """The endpoint with its compiler, and the same one without."""

    def __init__(self, database: Database) -> None:
        self.reads = Counted(database)
        self.compiled = GraphQLEndpoint(self.reads, PATIENT)
        self.executed = GraphQLEndpoint(Reads(database), replace(PATIENT, compiled=False))

    async def ask(self, operation: Operation, viewer: Viewer = ANONYMOUS) -> tuple[Answer, Answer]:
        request = GraphQLRequest(query=operation.text, variables=operation.variables)
        return await self.compiled.answer(request, viewer), await self.executed.answer(request, viewer)


def canonical(answer: Answer) -> bytes:
    """Bytes to compare. Of several refusals in one list the executor names the one that came first."""
    body = json.loads(answer.content())
    body["errors"] = sorted({error["extensions"]["code"] for error in body.get("errors", [])})
    return json.dumps(body, sort_keys=True, ensure_ascii=False).encode()


def data(answer: Answer) -> Any:
    return json.loads(answer.content())["data"]


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture(scope="module")
def both(runner: asyncio.Runner, filled: Filled) -> Iterator[Both]:
    database = Database(filled.settings)
    yield Both(database)
    runner.run(database.close())


def test_any_operation_is_answered_alike(runner: asyncio.Runner, both: Both) -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(operation=operations(), who=st.sampled_from(sorted(VIEWERS)))
    def compare(operation: Operation, who: str) -> None:
        note(operation.text)
        note(json.dumps(operation.variables))
        compiled, executed = runner.run(both.ask(operation, VIEWERS[who]))
        assert canonical(compiled) == canonical(executed)
        if compiled.data is not None:
            seen[who] += 1
            seen["as of" if "asOf:" in operation.text else "now"] += 1  # the argument; answers say asOf anyway

    compare()
    assert set(seen) == {*VIEWERS, "as of", "now"}  # each of them was compiled, and not only executed twice


@pytest.mark.parametrize(
    ("who", "clock"),
    [
        ("anonymous", "now"),
        ("coordinator of alpha", "by position"),
        ("member of alpha", "by instant"),
        ("coordinator of beta", "by day"),
    ],
)
def test_every_field_is_answered_alike_by_one_statement(
    runner: asyncio.Runner, both: Both, who: str, clock: str
) -> None:
    compared = 0
    for text in every_field():
        across_bodies = "partnerships(" in text
        if across_bodies and clock == "by position":
            continue
        both.reads.statements.clear()
        both.reads.transactions = 0
        variables = {"slug": "alpha", "plan": PLAN, "asOf": CLOCKS[clock]}
        compiled, executed = runner.run(both.ask(Operation(text, variables), VIEWERS[who]))
        assert canonical(compiled) == canonical(executed), text
        if "errors" in executed.body:
            assert executed.body["errors"][0]["extensions"]["code"] == "TOO_COSTLY"
            continue
        if compiled.data is None:
            assert across_bodies, text
            assert who != "anonymous", text
            continue
        compared += 1
        looked_up = [sql for sql in both.reads.statements if "FROM commons.slug WHERE" in sql]
        assert len(both.reads.statements) - len(looked_up) == 1
        assert both.reads.transactions == 0
    assert compared > 80


LISTS = {
    "plans(first: 1": '{ partnership(slug: "alpha") { %s, after: $after) { %s } } }',
    "agreements(first: 1": '{ partnership(slug: "alpha") { %s, after: $after) { %s } } }',
    "timeline(first: 7": '{ partnership(slug: "alpha") { %s, after: $after) { %s } } }',
    "partnerships(first: 11": "{ %s, after: $after) { %s } }",
}


@pytest.mark.parametrize("listed", sorted(LISTS))
def test_cursors_are_the_executor_s_own_and_lead_on_alike(runner: asyncio.Runner, both: Both, listed: str) -> None:
    text = "query ($after: String) " + LISTS[listed] % (
        listed,
        "totalCount nodes { __typename } pageInfo { hasNextPage endCursor __typename }",
    )
    after: str | None = None
    pages = 0
    while pages == 0 or after is not None:
        compiled, executed = runner.run(
            both.ask(Operation(text, {"after": after}), VIEWERS["coordinator of alpha"])
        )
        assert compiled.data is not None
        assert canonical(compiled) == canonical(executed)
        found = data(compiled)
        page = found.get("partnerships") or next(iter(found["partnership"].values()))
        after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
        pages += 1
    assert pages > 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{ partnership(slug: "alpha") { plans { nodes { table { regions { __typename } } } } } }', "Plan.table"),
        ('{ partnership(slug: "alpha") { targets { warnings { raw } } } }', "Target.warnings"),
        ("{ catalogue { totalCount } }", "Query.catalogue"),
        ("{ __schema { types { name } } }", "introspection"),
        (f'{{ partnership(slug: "alpha") {{ {"a" * 64}: id }} }}', "63 bytes"),
        ('{ partnership(slug: "alpha") { id @skip(if: true) } }', "left to select"),
        ('{ partnership(slug: "alpha") { plans { nodes { elements(territory: "01") { id } } } } }', "heading"),
        (f'{{ partnership(slug: "alpha") {{ plan(id: "{uid("alpha", "published")}", revision: 1) {{ id }} }} }}',
         "two steps"),
    ],
)  # fmt: skip
def test_what_is_not_compiled_is_executed_and_the_journal_says_why(
    runner: asyncio.Runner, both: Both, text: str, reason: str
) -> None:
    with capture_logs() as journal:
        compiled, executed = runner.run(both.ask(Operation(text)))
        again, _ = runner.run(both.ask(Operation(text)))

    assert compiled.data is None
    assert compiled.body == executed.body == again.body
    (line,) = [entry for entry in journal if entry["event"] == "read.not_compiled"]
    assert reason in line["reason"]


def test_members_ask_in_one_scope_or_are_executed(runner: asyncio.Runner, both: Both) -> None:
    viewer = VIEWERS["coordinator of alpha"]
    asked = {
        '{ a: partnership(slug: "alpha") { id } b: partnership(slug: "alpha-old") { id } }': True,
        '{ a: partnership(slug: "beta") { id } b: partnership(slug: "mifi") { id } }': True,
        '{ a: partnership(slug: "alpha") { id } b: partnership(slug: "beta") { id } }': False,
        '{ partnership(slug: "alpha") { id } partnerships { totalCount } }': False,
        "{ partnerships { nodes { slug } } }": True,
        "{ partnerships { nodes { plans { totalCount } } } }": False,
    }
    for text, compiles in asked.items():
        compiled, executed = runner.run(both.ask(Operation(text), viewer))
        assert canonical(compiled) == canonical(executed)
        assert (compiled.data is not None) is compiles, text


def test_a_document_is_compiled_once_for_each_form_of_request(
    runner: asyncio.Runner, both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Statement] = []

    class Noted(Statement):
        def compile(self, *given: Any) -> Any:
            made.append(self)
            return super().compile(*given)

    monkeypatch.setattr(plans, "Statement", Noted)
    text = """query Once($slug: String!, $asOf: AsOfInput, $programme: String, $with: Boolean!) {
        partnership(slug: $slug, asOf: $asOf) { id agreements(programme: $programme) { totalCount }
        name @include(if: $with) { fr } } }"""

    def ask(**variables: Any) -> int:
        both_ = {"slug": "alpha", "with": True} | variables
        compiled, executed = runner.run(both.ask(Operation(text, both_)))
        assert compiled.data is not None
        assert canonical(compiled) == canonical(executed)
        return len(made)

    assert ask() == 1
    assert ask(slug="drcneq") == ask(slug="nowhere") == 1
    assert ask(asOf={"effective": "2021-04-20"}) == 1  # another day is a parameter
    assert ask(asOf={"recorded": "9"}) == ask(asOf={"recorded": "10"}) == 2
    assert ask(asOf={"recorded": "2150-01-01T00:00:00Z"}) == 3
    assert ask(programme="pasi") == ask(programme="none") == 4
    assert ask(**{"with": False}) == 5
    assert ask() == 5


def test_more_targets_than_are_answered_are_refused_in_the_executor_s_words(
    runner: asyncio.Runner, both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    from readapi import target

    text = '{ partnership(slug: "mifi") { targets { id } } }'
    (whole, _) = runner.run(both.ask(Operation(text)))
    count = len(data(whole)["partnership"]["targets"])
    assert count > 1
    monkeypatch.setattr(target, "TARGETS_MAX", count - 1)

    compiled, executed = runner.run(both.ask(Operation(f"query Fewer {text}")))

    assert compiled.body == executed.body
    assert compiled.body["errors"][0]["extensions"]["code"] == "ANSWER_TOO_LARGE"


CANARIES = """query ($slug: String!) { partnership(slug: $slug) {
  plans(first: 5) { nodes { id revisions { number } elements { id wording { fr } } } }
  agreements(first: 10) { nodes { id obligations { id } contributions { id } } }
  mandates(first: 10) { nodes { id } } accessGrants(first: 10) { nodes { id status } }
  publishedAggregates(first: 10) { nodes { id value { raw } } } targets { id indicator { id } definition { id } }
  indicators(first: 10) { nodes { id planIndicator { id } owner { id } } }
  publishedFigures(first: 10) { nodes { id cuts { category } indicator { id } } }
  datasets(first: 10) { nodes { id vintages { cells { key } } } } } }"""


PUBLIC = {
    *("published", "published action", "published indicator", "target published", "printed public"),
    *("agreement public", "agreement public owed", "agreement public given", "mandate public"),
    *("owed by decision public", "indicator public", "submission out", "dataset public"),
}


def test_either_wall_alone_hides_what_is_not_public_and_without_both_the_canary_is_seen(
    server: EmbeddedServer, worker_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the compiler: its predicate in every FROM, and row-level security behind it."""
    settings_ = make_database(server, f"entente_compiled_open_{worker_name}")
    alike = [entry for slug in ALIKE for entry in lines(slug)]
    asyncio.run(bring_in(settings_, [*read_files(sample_files()[:2]), *alike]))

    async def outside() -> set[str]:
        async with Database(settings_) as database:
            request = GraphQLRequest(query=CANARIES, variables={"slug": "alpha"})
            answer = await GraphQLEndpoint(Reads(database)).answer(request, ANONYMOUS)
        assert answer.data is not None
        found = set(strings(data(answer)))
        assert not found & set(names_of("beta"))
        return {name for key, name in names_of("alpha").items() if key in found}

    assert asyncio.run(outside()) == PUBLIC
    with monkeypatch.context() as patched:
        patched.setattr(sight, "visible", lambda source, *_, **__: source.c.tenant_id.is_not(None))
        assert asyncio.run(outside()) == PUBLIC  # row-level security alone
        with psycopg.connect(settings_.admin_dsn) as connection:
            tables = connection.execute("SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity").fetchall()
            for (table,) in tables:
                if table.startswith("rm."):
                    connection.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY".encode())
        neither = asyncio.run(outside())
        assert neither > PUBLIC
        assert {"dataset tenant", "target draft"} <= neither
    assert asyncio.run(outside()) == PUBLIC  # our predicate alone
