"""Where the read API is mounted: it gets its connections and its viewer from here."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, cast
from uuid import uuid4

import asyncpg
import structlog
from litestar import Litestar
from litestar.types import ASGIApp
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import TenantId
from infra.access.readings import NewReading
from infra.database import Scope
from infra.log.feed import LogFeed
from infra.settings import Profile, Settings
from infra.waiting import wait_at_most
from readapi.endpoint import ReadSettings
from readapi.kept import KeptReading
from readapi.mounting import PATH, graphql_handler
from readapi.reading import STATEMENT_TIMEOUT_MS
from readapi.viewer import Viewer
from services.api.limiting import limit_cost
from services.api.requesters import viewer
from services.bootstrap import WriteSide

_WATCH_SECONDS = 60.0
_log = structlog.get_logger()
Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


class Reads:
    """Implements `readapi.ports.ReadDatabase` while the application runs."""

    write: WriteSide
    _grew: asyncio.Event
    _watch: asyncio.Task[None] | None = None

    def member(self, body: TenantId) -> AbstractAsyncContextManager[AsyncConnection]:
        """See `ReadDatabase.member`."""
        return self.write.database.begin(Scope.of_tenant(body))

    def national(self, reader: TenantId | None) -> AbstractAsyncContextManager[AsyncConnection]:
        """See `ReadDatabase.national`."""
        return self.write.database.begin(Scope.national(reader))

    async def value(
        self, sql: str, parameters: Sequence[Any], *, member: TenantId | None, reader: TenantId | None
    ) -> Any:
        """See `ReadDatabase.value`."""
        scope = Scope.national(reader) if member is None else Scope.of_tenant(member)
        return await self.write.database.value(scope, sql, parameters, timeout_ms=STATEMENT_TIMEOUT_MS)

    async def grew(self, timeout_seconds: float) -> None:
        """See `ReadDatabase.grew`. The first to ask starts one watch for all."""
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._watching(), name="reads.watch")
        await wait_at_most(self._grew, timeout_seconds)

    async def _watching(self) -> None:
        while True:
            try:
                async with LogFeed(self.write.database) as feed:
                    while True:
                        await feed.wait(_WATCH_SECONDS)
                        grew, self._grew = self._grew, asyncio.Event()
                        grew.set()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    raise  # it broke while it was being closed: this is the end all the same
                _log.warning("reads.watch_failed", error=type(error).__name__)
                await asyncio.sleep(1)

    async def viewer(self, scope: MutableMapping[str, Any]) -> Viewer:
        """Who asks: the public without a token and without a session. Raises as `requester`."""
        return await viewer(scope, self.write)

    async def spend(self, scope: MutableMapping[str, Any], cost: int) -> None:
        """Count what an operation asks for. Raises as `limit_cost`."""
        await limit_cost(scope, self.write, cost)

    async def keep(self, reader: Viewer, readings: Sequence[KeptReading]) -> None:
        """Keep what somebody read of others, before they get it."""
        assert reader.tenant_id is not None
        assert reader.role is not None
        new = []
        for one in readings:
            mandates = () if one.body is None else reader.mandates_on(one.body)
            new.append(
                NewReading(
                    reading_id=uuid4(),
                    body=one.body,
                    reader=reader.tenant_id,
                    role=reader.role,
                    person_id=reader.person_id,
                    mandate_id=mandates[0].id if mandates else None,
                    by_grants=reader.grantee is not None,
                    asked=one.asked,
                )
            )
        await self.write.readings.keep(new)

    @asynccontextmanager
    async def attached(self, app: Litestar) -> AsyncIterator[None]:
        """Uses the application's own connections, which are there once it has started."""
        self.write = app.state.write
        self._grew = asyncio.Event()
        try:
            yield
        finally:
            if self._watch is not None:
                self._watch.cancel()
                await asyncio.gather(self._watch, return_exceptions=True)


def read_api(settings: Settings) -> tuple[Mapping[str, ASGIApp], list[Lifespan]]:
    """The ASGI applications of the read API by path, and what has to live beside them."""
    reads = Reads()
    demo = settings.profile is Profile.DEMO
    handler = graphql_handler(
        reads,
        ReadSettings(introspection=demo, confidentiality=settings.confidentiality),
        viewer_of=reads.viewer,
        spend=reads.spend,
        with_explorer=demo,
        keep=reads.keep,
    )

    @asynccontextmanager
    async def for_pages(app: Litestar) -> AsyncIterator[None]:
        app.state.graphql = handler.endpoint  # pages read in process
        yield

    return {PATH: cast("ASGIApp", handler)}, [reads.attached, for_pages]
