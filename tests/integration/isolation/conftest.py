"""The world of the matrix: one for each module that asks for it."""

import asyncio

import pytest

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
