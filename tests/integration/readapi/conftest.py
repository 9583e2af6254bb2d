"""The read API over a database of its own: the sample, and two bodies that look alike."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from benchmarks import in_process
from domain.ids import TenantId
from infra.database import Database
from readapi.endpoint import ReadSettings
from readapi.exchange import Scope as AsgiScope
from readapi.mounting import graphql_handler
from readapi.viewer import ANONYMOUS, Viewer
from tests.integration.filled import Filled
from tests.integration.readapi.world_lines import ALIKE, uid

ALPHA, BETA = (TenantId(uid(slug, "body")) for slug in ALIKE)


_STATEMENT_MS: Final = 120_000
PATIENT: Final = ReadSettings(execution_timeout=timedelta(minutes=5), statement_timeout_ms=_STATEMENT_MS)
"""A busy machine is slow, which is no fault of what is tested. Tests of bounds set their own."""


class Reads(in_process.Reads):
    """The read API's port over `infra.database`, as bootstrap wires it."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, timeout_ms=_STATEMENT_MS)

    async def grew(self, timeout_seconds: float) -> None:
        await asyncio.sleep(min(timeout_seconds, 0.1))


@pytest.fixture
async def db(filled: Filled) -> AsyncIterator[Database]:
    async with Database(filled.settings) as opened:
        yield opened


class Client:
    """Asks the mounted application as a viewer, over HTTP."""

    def __init__(self, database: Database, app: Callable[..., Any] | None = None) -> None:
        self.viewer = ANONYMOUS
        mounted = app or graphql_handler(Reads(database), PATIENT, viewer_of=self._viewer, with_explorer=True)
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
