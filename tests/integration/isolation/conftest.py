"""The world of the matrix: made once per worker."""

import asyncio

import pytest

from infra.embedded import EmbeddedServer
from infra.settings import Settings
from tests.integration.filled import make_database
from tests.isolation.matrix_world import make


@pytest.fixture(scope="session")
def matrix(server: EmbeddedServer, worker_name: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An application's settings over that world. Tests leave it as they found it."""
    database = make_database(server, f"entente_matrix_{worker_name}")
    return asyncio.run(make(database, tmp_path_factory.mktemp("matrix")))
