"""The world of the matrix: one for each module that asks for it."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from infra.embedded import EmbeddedServer
from infra.settings import Settings
from tests.integration.filled import make_database
from tests.isolation.matrix_world import make


@pytest.fixture(scope="module")
def matrix(server: EmbeddedServer, worker_name: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An application's settings over that world.

    Orders that tests give leave its read models behind, on which the doors of packs wait: so not one for all.
    """
    database = make_database(server, f"entente_matrix_{worker_name}")
    return asyncio.run(make(database, tmp_path_factory.mktemp("matrix")))


@pytest.fixture
def open_tables(matrix: Settings) -> Iterator[None]:
    """Row security is off."""
    with psycopg.connect(matrix.database.admin_dsn, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE rowsecurity AND schemaname IN ('rm', 'national')"
        ).fetchall()
        for what in ("DISABLE", "ENABLE"):
            for table in tables:
                statement = sql.SQL("ALTER TABLE {} {} ROW LEVEL SECURITY")
                connection.execute(statement.format(sql.Identifier(*table), sql.SQL(what)))
            if what == "DISABLE":
                yield
