"""The read API over a database of its own: the sample, and two bodies that look alike."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg
import pytest
import sqlalchemy
from psycopg import sql
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import TenantId
from infra.bulk.read_models import BulkReadModels
from infra.database import Database, Scope
from infra.embedded import EmbeddedServer
from infra.log.feed import LogFeed
from infra.migrate import migrate
from infra.settings import DatabaseSettings, embedded_database
from projections.ddl import create_all
from projections.registry import PROJECTIONS
from projections.runner import Runner
from readapi.endpoint import Scope as AsgiScope
from readapi.mounting import graphql_handler
from readapi.viewer import ANONYMOUS, Viewer
from services.bootstrap import CONSOLE, open_write_side
from services.cli.bringing_in import sample_files
from services.importing import Entry, Importer, read_files
from tests.integration.keeper import TEMPLATE
from tests.integration.readapi.world import ALIKE, lines, uid

ALPHA, BETA = (TenantId(uid(slug, "body")) for slug in ALIKE)


@dataclass(frozen=True)
class Filled:
    """A database with the sample, loaded in two stages, and the moment between them."""

    settings: DatabaseSettings
    between: datetime


class Reads:
    """The read API's port over `infra.database`, as bootstrap wires it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def member(self, body: TenantId) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._database.begin(Scope.of_tenant(body))

    def national(self, reader: TenantId | None) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._database.begin(Scope.national(reader))


def make_database(server: EmbeddedServer, name: str) -> DatabaseSettings:
    settings = embedded_database(server.instance_dir, name=name)
    with psycopg.connect(server.admin_dsn(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
        )
    migrate(settings)
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(settings.admin_dsn),
        poolclass=sqlalchemy.NullPool,
    )
    with engine.begin() as connection:
        create_all(connection, PROJECTIONS)
    engine.dispose()
    return settings


async def bring_in(settings: DatabaseSettings, entries: Sequence[Entry]) -> None:
    """Record lines, and bring the read models to where the logs end."""
    async with open_write_side(settings) as write:
        await write.bodies.open_commons(principal=CONSOLE)
        importer = Importer(
            write.handler, write.bodies, write.vault.pseudonym, principal=CONSOLE, key=write.fingerprint_key
        )
        await importer.run(entries)
        async with BulkReadModels(write.database) as models, LogFeed(write.database) as feed:
            await Runner(feed, models, PROJECTIONS).catch_up()


@pytest.fixture(scope="session")
def filled(server: EmbeddedServer, worker_name: str) -> Filled:
    settings = make_database(server, f"entente_read_{worker_name}")
    *stages, late = sample_files()
    alike = [entry for slug in ALIKE for entry in lines(slug)]

    async def fill() -> datetime:
        await bring_in(settings, [*read_files(stages), *alike])
        between = datetime.now(UTC)
        await bring_in(settings, read_files([late]))
        return between

    return Filled(settings, asyncio.run(fill()))


@pytest.fixture
async def db(filled: Filled) -> AsyncIterator[Database]:
    async with Database(filled.settings) as opened:
        yield opened


class Client:
    """Asks the mounted application as a viewer, over HTTP."""

    def __init__(self, database: Database, app: Callable[..., Any] | None = None) -> None:
        self.viewer = ANONYMOUS
        mounted = app or graphql_handler(Reads(database), viewer_of=self._viewer, with_explorer=True)
        transport = httpx.ASGITransport(app=mounted)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://testserver")

    def _viewer(self, _: AsgiScope) -> Viewer:
        return self.viewer

    async def ask(
        self, query: str, variables: dict[str, Any] | None = None, *, viewer: Viewer = ANONYMOUS
    ) -> dict[str, Any]:
        self.viewer = viewer
        answer = await self.http.post("/graphql", json={"query": query, "variables": variables})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def data(
        self, query: str, variables: dict[str, Any] | None = None, *, viewer: Viewer = ANONYMOUS
    ) -> dict[str, Any]:
        """The data of an answer that must have no errors."""
        body = await self.ask(query, variables, viewer=viewer)
        assert "errors" not in body, body["errors"]
        found: dict[str, Any] = body["data"]
        return found

    async def codes(
        self, query: str, variables: dict[str, Any] | None = None, *, viewer: Viewer = ANONYMOUS
    ) -> list[str]:
        """The codes of an answer's errors; each has a message in both languages."""
        body = await self.ask(query, variables, viewer=viewer)
        errors = body.get("errors", [])
        assert all(set(error["extensions"]["message"]) == {"en", "fr"} for error in errors)
        return [error["extensions"]["code"] for error in errors]


@pytest.fixture
async def client(db: Database) -> AsyncIterator[Client]:
    made = Client(db)
    async with made.http:
        yield made


@pytest.fixture
def alpha() -> Viewer:
    """A coordinator of alpha, who sees its drafts."""
    return Viewer(tenant_id=ALPHA, role="coordinator")


@pytest.fixture
def beta() -> Viewer:
    return Viewer(tenant_id=BETA, role="coordinator")
