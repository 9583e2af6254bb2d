"""Every national view is what the raw events say: a small country, and rows that are planted wrong and found."""

import ast
import asyncio
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from infra.database import Database, Scope
from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from projections.requirement import EXEMPTION, REQUIREMENT
from tests.comparison import (
    expected,
    expected_agreements,
    expected_frozen,
    expected_records,
    expected_series,
    raw,
    recomputed,
    sums,
    withheld,
)
from tests.comparison.check import Check, Outcome
from tests.comparison.country import FUNDER, Country
from tests.comparison.loading import load
from tests.comparison.sizes import SIZES
from tests.integration.filled import make_database

SEED = 3


@pytest.fixture(scope="module")
def country() -> Country:
    return Country(SEED, SIZES["small"])


@pytest.fixture(scope="module")
def settings(server: EmbeddedServer, worker_name: str, country: Country) -> DatabaseSettings:
    made = make_database(server, f"entente_comparison_{worker_name}")
    asyncio.run(load(made, country, lambda _: None))
    return made


async def checked(country: Country, settings: DatabaseSettings, past: int = 0) -> Outcome:
    return await Check(country, settings, SEED).run(past, 12, lambda _: None)


async def test_every_view_equals_the_recomputation_from_the_raw_events(
    country: Country, settings: DatabaseSettings
) -> None:
    outcome = await checked(country, settings, past=5)

    assert outcome.differences == []
    assert len(outcome.dates) == 6
    assert outcome.compared["agreementMatrix"] == 12
    assert outcome.compared["indicatorComparison"] == 36 + 12 + 5 * 2 * 12
    assert outcome.compared["indicatorSeries"] == 10 + 2 + 5 * 2 * 2
    assert outcome.compared["publishedSeries"] == 12 * 3 + 2 + 5 * 2 * 2
    assert outcome.shown["published totals"] > 100
    assert outcome.shown["published figures"] > 300
    # It has something of everything to compare.
    assert outcome.shown["figures"] > 300
    assert outcome.shown["withheld figures"] > 0
    assert outcome.shown["rounded totals"] > 0
    assert outcome.shown["corrections under way"] > 0
    assert outcome.compared["frozenComparison"] == 9 * 2
    assert outcome.shown["frozen figures"] > 0
    assert outcome.shown["changes told"] > 0
    assert outcome.shown["per 1,000"] > 0
    assert {"exempt figures", "missing figures", "partial comparisons", "refused: distinct"} <= set(outcome.shown)


KEPT = {
    table: (
        f"CREATE TABLE kept AS TABLE national.{table}",
        f"DELETE FROM national.{table}",  # noqa: S608 - one of three names, here
        f"INSERT INTO national.{table} TABLE kept",
        "DROP TABLE kept",
    )
    for table in ("requirement", "indicator_cell", "summed_figure")
}
PLANTED = {
    "a number": (
        "UPDATE national.indicator_cell SET number = number + 1 WHERE ctid = ("
        " SELECT ctid FROM national.indicator_cell WHERE stage = 'published' AND kind = 'exact' AND delta = 1"
        "  AND audience = 'public' AND cuts = '' AND indicator_stream = %s AND tenant_id = %s LIMIT 1)"
    ),
    "who may see it": (
        "UPDATE national.indicator_cell SET audience = 'tenant'"
        " WHERE stage = 'published' AND cuts = '' AND indicator_stream = %s AND tenant_id = %s"
    ),
    "a sum": (
        "UPDATE national.summed_figure SET figures = figures + 1, sample = sample + 1"
        " WHERE indicator_stream = %s AND %s::uuid IS NOT NULL AND figures > 0"
    ),
    "what is owed": (
        "UPDATE national.requirement SET due_days = due_days + 400"
        " WHERE indicator_stream = %s AND tenant_id = %s AND audience = 'public'"
    ),
}


@pytest.mark.parametrize("what", PLANTED)
async def test_a_row_that_is_planted_wrong_is_found(
    what: str, country: Country, settings: DatabaseSettings
) -> None:
    changes = {"what is owed": "requirement", "a sum": "summed_figure"}
    keep, *back = KEPT[changes.get(what, "indicator_cell")]
    body, cited = reports_of_a_shared_indicator(country, settings)
    with psycopg.connect(settings.admin_dsn, autocommit=True) as connection:
        connection.execute(keep.encode())
        try:
            changed = connection.execute(PLANTED[what].encode(), [cited, body]).rowcount
            outcome = await checked(country, settings)
        finally:
            for statement in back:
                connection.execute(statement.encode())

    assert changed > 0
    assert outcome.differences
    assert all(str(cited) in difference.about for difference in outcome.differences)


def reports_of_a_shared_indicator(country: Country, settings: DatabaseSettings) -> tuple[Any, Any]:
    """A body of the register, and a shared indicator of which it published an exact figure and owes more."""
    with psycopg.connect(settings.admin_dsn) as connection:
        found = connection.execute(
            "SELECT c.tenant_id, c.indicator_stream FROM national.indicator_cell c"
            " JOIN national.requirement r USING (tenant_id, indicator_stream)"
            " JOIN national.registry b ON b.tenant_id = c.tenant_id AND b.recorded_to = 'infinity'"
            " WHERE c.stage = 'published' AND c.kind = 'exact' AND c.delta = 1 AND c.audience = 'public'"
            " AND c.cuts = '' AND r.audience = 'public' AND r.ended_on IS NULL AND b.status = 'open'"
            " AND b.effective_to = 'infinity' AND c.indicator_stream = ANY(%s) ORDER BY c.position LIMIT 1",
            [[cited.stream for cited in country.indicators]],
        ).fetchone()
    assert found is not None
    return found[0], found[1]


async def test_who_sees_a_requirement_sees_which_of_its_periods_are_exempt(settings: DatabaseSettings) -> None:
    """Also a funder who was granted one programme alone; without it, what is exempt would be counted as owed."""
    required, exempt = REQUIREMENT.c, EXEMPTION.c
    visible = select(required.tenant_id, required.entity_id)
    exemptions = select(exempt.tenant_id, exempt.entity_id, exempt.period_start, exempt.programme_code)
    async with Database(settings) as database, database.begin(Scope.national(FUNDER)) as connection:
        seen = {tuple(row) for row in await connection.execute(visible)}
        shown = {tuple(row) for row in await connection.execute(exemptions)}
    with psycopg.connect(settings.admin_dsn) as everything:
        kept = everything.execute(
            "SELECT tenant_id, entity_id, period_start, programme_code FROM national.exemption"
        ).fetchall()
        every = set(
            everything.execute(
                "SELECT tenant_id, grantee FROM access.grant_now WHERE grantee = %s AND programme = ''", [FUNDER]
            ).fetchall()
        )

    assert shown == {row for row in kept if row[:2] in seen}
    of_one_programme = {row for row in shown if (row[0], FUNDER) not in every and row[3] is not None}
    assert of_one_programme
    assert len(shown) < len(kept)


@pytest.mark.parametrize(
    "module",
    [
        *(raw, recomputed, sums, withheld, expected),
        *(expected_agreements, expected_frozen, expected_records, expected_series),
    ],
)
def test_the_recomputation_shares_no_code_with_what_it_judges(module: Any) -> None:
    """It imports the standard library, the driver, a JSON reader, and itself."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    imported = {
        name
        for node in ast.walk(tree)
        for name in (
            [node.module]
            if isinstance(node, ast.ImportFrom) and node.module
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }
    ours = {name for name in imported if name.startswith("tests.")}
    foreign = imported - ours
    parts = ("", ".raw", ".recomputed", ".sums", ".withheld", ".expected")
    assert ours <= {f"tests.comparison{part}" for part in parts}
    assert {name.partition(".")[0] for name in foreign} <= {
        *("asyncpg", "msgspec", "collections", "dataclasses", "datetime", "fractions", "math", "typing"),
        *("hashlib", "hmac"),
    }
