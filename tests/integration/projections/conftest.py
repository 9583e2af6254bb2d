"""Read-model tables in the worker's database, and what the tests of projections need of them."""

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import psycopg
import pytest
import sqlalchemy
import uuid_utils.compat
from psycopg import sql

from domain.ids import TenantId
from infra.bulk.read_models import BulkReadModels
from infra.database import Database
from infra.embedded import EmbeddedServer
from infra.migrate import migrate
from infra.settings import DatabaseSettings, embedded_database
from projections.ddl import create_all
from projections.registry import PROJECTIONS
from tests.integration.keeper import TEMPLATE


@contextmanager
def as_owner(settings: DatabaseSettings) -> Iterator[sqlalchemy.Connection]:
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(settings.admin_dsn),
        poolclass=sqlalchemy.NullPool,
    )
    with engine.begin() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(scope="session")
def database(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    """A database of our own: a rebuild replaces the tables of all bodies, also those of other tests."""
    name = f"entente_projections_{worker_name}"
    settings = embedded_database(server.instance_dir, name=name)
    with psycopg.connect(server.admin_dsn(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
        )
    migrate(settings)
    return settings


@pytest.fixture(scope="session")
def tables(database: DatabaseSettings) -> DatabaseSettings:
    """The worker's database with every read-model table."""
    for _ in range(2):  # the second time finds nothing to do
        with as_owner(database) as connection:
            assert create_all(connection, PROJECTIONS) == []
    return database


@pytest.fixture
async def db(tables: DatabaseSettings) -> AsyncIterator[Database]:
    async with Database(tables) as opened:
        yield opened


@pytest.fixture
async def models(db: Database) -> AsyncIterator[BulkReadModels]:
    async with BulkReadModels(db) as opened:
        yield opened


@pytest.fixture
def tenants() -> list[TenantId]:
    """Three bodies that no other test knows."""
    return [TenantId(uuid.UUID(str(uuid_utils.compat.uuid7()))) for _ in range(3)]
