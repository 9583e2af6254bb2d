"""Reads of one statement, outside of the library's engine."""

from typing import Any

from infra.database import _STATEMENT_KEPT_BYTES_MAX, Database, Scope
from infra.settings import DatabaseSettings

KEPT = "SELECT count(*) FROM pg_prepared_statements WHERE length(statement) > 20000"


def of_bytes(length: int) -> str:
    return "SELECT '" + "x" * length + "'"


async def kept(settings: DatabaseSettings, sql: str) -> Any:
    """How many long statements the one connection has prepared, once it ran one twice."""
    async with Database(settings, connections_max=1) as reads:
        for _ in range(2):
            await reads.value(Scope.national(None), sql, [], timeout_ms=1_000)
        return await reads.value(Scope.national(None), KEPT, [], timeout_ms=1_000)


async def test_the_statement_of_a_large_document_is_planned_once(database: DatabaseSettings) -> None:
    """The driver's own bound would have it parsed and planned again for every answer."""
    assert await kept(database, of_bytes(30_000)) == 1
    assert await kept(database, of_bytes(_STATEMENT_KEPT_BYTES_MAX + 1)) == 0


async def test_the_plan_of_a_long_statement_is_kept_and_that_of_a_short_one_left_to_the_server(
    database: DatabaseSettings,
) -> None:
    plans = "SELECT ARRAY[generic_plans, custom_plans] FROM pg_prepared_statements WHERE statement LIKE $1"
    for length, counted in ((30_000, (3, 0)), (20, (0, 3))):
        sql = f"{of_bytes(length)} WHERE $1 > 0 /* of which */"
        async with Database(database, connections_max=1) as reads:
            for _ in range(3):
                await reads.value(Scope.national(None), sql, [1], timeout_ms=1_000)
            found = await reads.value(Scope.national(None), plans, ["%of which%"], timeout_ms=1_000)
        assert tuple(found) == counted
