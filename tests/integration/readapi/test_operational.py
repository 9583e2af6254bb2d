"""What is nobody's fault has its code: statements that are cut off, lines that are gone, locks not to be had."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from typing import Any, cast

import asyncpg
import pytest
from sqlalchemy import QueuePool, func, select, text
from sqlalchemy.exc import PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncConnection
from strawberry.dataloader import DataLoader

from domain.errors import Refusal
from domain.ids import TenantId
from infra.database import Database
from infra.settings import Role
from readapi import asof, changes, endpoint, kept, reading
from readapi.endpoint import GraphQLEndpoint, ReadSettings
from readapi.kept import KeptReading
from readapi.mounting import graphql_handler
from readapi.negotiation import GraphQLRequest
from readapi.persisted import hashes
from readapi.reading import Reading
from readapi.viewer import ANONYMOUS, Viewer
from tests.integration.readapi.conftest import ALPHA, Client, Reads
from tests.integration.readapi.test_changes import BODY, Stream

MEMBER = Viewer(tenant_id=ALPHA, role="coordinator")
COMPOSITION = """{ partnership(slug: "alpha") { meetings(first: 5) { nodes {
    committee { composition { sectors { sector { code } } } } } } } }"""
"""Worked out by the executor: in the member's transaction, while the national one waits."""
MEETINGS = '{ partnership(slug: "alpha") { meetings(first: 5) { nodes { id } } } }'
CUT_OFF = asyncpg.QueryCanceledError("canceling statement due to statement timeout")
SACRIFICED = asyncpg.DeadlockDetectedError("deadlock detected")
LOCKED = asyncpg.LockNotAvailableError("canceling statement due to lock timeout")
GONE = asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")


class Impatient(Reads):
    """The server ends the national transaction while it waits for the member's one."""

    waits_seconds = 0.5

    def national(self, reader: TenantId | None) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._after(
            super().national(reader), "SELECT set_config('idle_in_transaction_session_timeout', '100', true)"
        )

    def member(self, body: TenantId) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._after(super().member(body), f"SELECT pg_sleep({self.waits_seconds})")

    @asynccontextmanager
    async def _after(
        self, inner: AbstractAsyncContextManager[AsyncConnection], sql: str
    ) -> AsyncIterator[AsyncConnection]:
        async with inner as connection:
            await connection.execute(text(sql))
            yield connection


def served(database: Reads, viewer: Viewer = MEMBER, **settings: Any) -> Callable[..., Any]:
    return graphql_handler(database, ReadSettings(**settings), viewer_of=lambda _: viewer)


@contextmanager
def unprotected() -> Iterator[None]:
    """What errors are to a reader who is told them as they come."""
    yield


async def test_what_was_read_is_answered_though_a_transaction_that_waited_was_ended(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(db, served(Impatient(db)))
    async with client.http:
        found = await client.data(COMPOSITION)
        monkeypatch.setattr(reading, "operational", unprotected)
        assert await client.codes(COMPOSITION) == ["INTERNAL"]  # as it was

    committees = [one["committee"] for one in found["partnership"]["meetings"]["nodes"]]
    assert any(one["composition"]["sectors"] for one in committees)


async def test_an_operation_that_is_given_up_beside_a_transaction_that_was_ended_took_too_long(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = Impatient(db)
    impatient.waits_seconds = 5
    client = Client(db, served(impatient, execution_timeout=timedelta(seconds=1)))
    async with client.http:
        assert await client.codes(COMPOSITION) == ["TIMEOUT"]
        monkeypatch.setattr(reading, "operational", unprotected)
        assert await client.codes(COMPOSITION) == ["TIMEOUT"]  # the edge looks at the clock, whatever failed
        monkeypatch.setattr(asyncio.Timeout, "expired", lambda _: False)
        assert await client.codes(COMPOSITION) == ["INTERNAL"]  # without either


class Cut(Reads):
    """Its national lines are cut once they are there."""

    @asynccontextmanager
    async def national(self, reader: TenantId | None) -> AsyncIterator[AsyncConnection]:
        async with super().national(reader) as connection:
            pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            async with super().national(None) as other:
                await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            yield connection


async def test_a_line_that_is_cut_is_no_fault_of_ours(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(db, served(Cut(db), compiled=False))
    async with client.http:
        assert await client.codes(MEETINGS) == ["BUSY"]
        monkeypatch.setattr(reading, "operational", unprotected)
        assert await client.codes(MEETINGS) == ["INTERNAL"]  # the control


class Failing(Reads):
    """The first so many statements of one value succeed; each after those fails."""

    def __init__(self, database: Database, error: Exception, *, after: int = 0) -> None:
        super().__init__(database)
        self._error = error
        self._left = after

    async def value(self, *given: Any, **more: Any) -> Any:
        self._left -= 1
        if self._left < 0:
            raise self._error
        return await super().value(*given, **more)


@pytest.mark.parametrize(
    ("error", "code"),
    [(CUT_OFF, "TIMEOUT"), (SACRIFICED, "BUSY"), (LOCKED, "BUSY"), (GONE, "BUSY"), (OSError(), "BUSY")],
)
@pytest.mark.parametrize("after", [1, 2], ids=["tag", "data"])
async def test_each_statement_of_a_compiled_answer_may_fail_and_is_told_by_its_code(
    db: Database, error: Exception, code: str, after: int
) -> None:
    client = Client(db, served(Failing(db, error, after=after)))
    stored = {"documentId": f"sha256:{hashes()['body']}", "variables": '{"slug": "alpha"}'}
    async with client.http:
        answer = await client.http.get("/graphql", params=stored)

    assert answer.status_code == 200
    assert [one["extensions"]["code"] for one in answer.json()["errors"]] == [code]


async def test_where_a_slug_cannot_be_looked_up_the_executor_answers(db: Database) -> None:
    client = Client(db, served(Failing(db, CUT_OFF)))
    async with client.http:
        found = await client.data(MEETINGS)

    assert found["partnership"]["meetings"]["nodes"]


async def test_who_follows_is_told_too(db: Database) -> None:
    for after in (0, 1, 2):
        stream = Stream(graphql_handler(Failing(db, CUT_OFF, after=after)), BODY)
        events = [await stream.next() for _ in range(after // 2 + 1)]
        await stream.leave()
        assert b'"code":"TIMEOUT"' in events[-1]


async def test_who_follows_is_told_where_it_cannot_be_asked_who_that_still_is(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_AFTER_SECONDS", (0.0,))

    async def told() -> bytes:
        viewers = iter([ANONYMOUS])

        def viewer_of(_: object) -> Viewer:
            for viewer in viewers:
                return viewer
            raise GONE

        stream = Stream(graphql_handler(Reads(db), viewer_of=viewer_of), BODY)
        assert await stream.number() == 1
        event = await stream.next()
        await stream.leave()
        return event

    assert b'"code":"BUSY"' in await told()
    monkeypatch.setattr(endpoint, "operational", unprotected)
    assert b'"code":"INTERNAL"' in await told()  # the control


async def test_what_is_to_be_kept_is_not_answered_where_it_cannot_be_said_whose_it_is(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[KeptReading] = []

    async def keep(_: Viewer, readings: Any) -> None:
        found.extend(readings)

    officer = Viewer(tenant_id=ALPHA, role="programme_officer", kept=True)
    request = GraphQLRequest(query='{ partnership(slug: "beta") { slug } }')

    async def answered() -> Any:
        settings = ReadSettings(compiled=False)
        asked = GraphQLEndpoint(Failing(db, CUT_OFF), settings, keep=keep)
        return (await asked.answer(request, officer)).body

    body = await answered()
    assert (body["data"], body["errors"][0]["extensions"]["code"]) == (None, "BUSY")

    monkeypatch.setattr(kept, "TextUnusableError", Refusal)  # the control: any refusal passes for one of the slug
    assert (await answered())["data"] == {"partnership": {"slug": "beta"}}
    assert found == []


async def test_a_field_that_is_refused_takes_nothing_from_another_that_waits_for_the_same(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = """{ a: partnership(slug: "alpha") { plans { totalCount } }
        b: partnership(slug: "alpha") { plans { totalCount } agreements(after: "!") { totalCount } } }"""

    body = await client.ask(query)

    assert body["data"] == {"a": {"plans": {"totalCount": 1}}, "b": None}
    assert [one["extensions"]["code"] for one in body["errors"]] == ["CURSOR_UNKNOWN"]
    monkeypatch.setattr(reading, "_Loader", DataLoader)
    with pytest.raises(asyncio.CancelledError):
        await client.ask(query)  # as it was: no answer at all


class EndsInItsOwnTask(Reading):
    """The control: who gives up on it while it ends breaks its end off."""

    async def __aexit__(self, *why: object) -> None:
        self._closed = True
        await self._end(list(self._running), *why)


@pytest.mark.parametrize("kind", [Reading, EndsInItsOwnTask])
async def test_a_request_that_is_given_up_while_it_ends_gives_its_connections_back(
    db: Database, kind: type[Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()
    execute = AsyncConnection.execute

    async def telling(connection: AsyncConnection, statement: Any, *more: Any) -> Any:
        if "pg_sleep" in str(statement):
            asked.set()
        return await execute(connection, statement, *more)

    monkeypatch.setattr(AsyncConnection, "execute", telling)
    opened = kind(Reads(db), MEMBER, asof.today(ReadSettings().clock()))

    async def leave_running() -> None:
        async with opened:
            field = asyncio.create_task(opened.rows(ALPHA, select(func.pg_sleep(0.3))))
            await asked.wait()
            field.cancel()  # as a refused field does to its neighbours; its statement goes on

    request = asyncio.create_task(leave_running())
    await asked.wait()
    await asyncio.sleep(0)  # now it ends, and waits for the statement
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    await asyncio.gather(*reading._ending)

    in_use = cast("QueuePool", db._engine(Role.NATIONAL_READER).pool).checkedout()
    with suppress(PendingRollbackError):  # the control left both transactions open, and cut one off
        await opened._stack.aclose()
    assert in_use == (0 if kind is Reading else 1)
