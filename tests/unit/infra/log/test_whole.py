"""Batches against a scripted connection: what the caller hears when the line goes dead, and what is never sent."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from msgspec.structs import replace

from domain.ids import CommandId
from domain.jobs import JobRow
from domain.ports import (
    Append,
    Batch,
    Guard,
    GuardBrokenError,
    KeyTakenError,
    NewEvent,
    OutcomeUnknownError,
    VersionConflictError,
)
from infra.log.append import LogUnreachableError
from infra.log.whole import AT_ONCE_MAX, WholeCommit, arguments
from tests.unit.infra.log.test_batch import ELSEWHERE, PERSON, STREAM, TENANT, an_append

AT = datetime(2026, 11, 22, tzinfo=UTC)
ACCEPTED = ("accepted", 1, 2, AT, None, None)


def a_batch(*appends: Append) -> Batch:
    return Batch(
        tenant_id=TENANT,
        principal=PERSON,
        command_id=CommandId(STREAM),
        fingerprint=bytes(32),
        appends=appends or (an_append(),),
    )


class Pokes:
    def __init__(self) -> None:
        self.poked: list[set[str]] = []

    def poke(self, queues: Iterable[str]) -> None:
        self.poked.append(set(queues))


class Connection:
    """Answers with what the script says."""

    def __init__(self, answer: tuple[object, ...] | Exception) -> None:
        self.answer = answer
        self.closed = False
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def fetchrow(self, _: str, *arguments: Any, timeout: float) -> tuple[object, ...]:  # noqa: ASYNC109
        assert timeout > 0
        assert len(arguments) == 12
        await self.may_answer.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def is_closed(self) -> bool:
        return self.closed

    async def close(self, *, timeout: float) -> None:  # noqa: ASYNC109
        assert timeout > 0
        self.closed = True

    def terminate(self) -> None:
        self.closed = True


def commit_on(*connections: Connection, pokes: Pokes | None = None) -> WholeCommit:
    remaining = iter(connections)

    async def connect() -> Any:
        try:
            return next(remaining)
        except StopIteration:
            raise ConnectionRefusedError from None

    return WholeCommit(connect, pokes or Pokes())


async def test_a_recorded_batch_wakes_readers_and_queues_and_leaves_no_connection() -> None:
    connection, pokes = Connection(ACCEPTED), Pokes()
    jobs = (JobRow(actor="send", queue="mail", args=("7",)),)

    outcome = await commit_on(connection, pokes=pokes).append(a_batch(an_append(jobs=jobs), an_append()))

    assert (outcome.first_position, outcome.position, outcome.version) == (1, 2, 0)
    assert pokes.poked == [{"mail"}]
    assert connection.closed


@pytest.mark.parametrize("answer", [("replayed", 1, 2, AT, None, None), ("accepted", None, None, AT, None, None)])
async def test_what_wrote_nothing_wakes_nobody(answer: tuple[object, ...]) -> None:
    pokes = Pokes()

    await commit_on(Connection(answer), pokes=pokes).append(a_batch())

    assert pokes.poked == []


@pytest.mark.parametrize(
    "error",
    [ConnectionResetError(), asyncpg.AdminShutdownError(), asyncpg.ConnectionFailureError(), TimeoutError()],
)
async def test_a_line_that_goes_dead_leaves_the_outcome_unknown(error: Exception) -> None:
    connection = Connection(error)

    with pytest.raises(OutcomeUnknownError):
        await commit_on(connection).append(a_batch())

    assert connection.closed


async def test_an_error_of_the_database_comes_through() -> None:
    connection = Connection(asyncpg.UniqueViolationError())

    with pytest.raises(asyncpg.UniqueViolationError):
        await commit_on(connection).append(a_batch())

    assert connection.closed


async def test_without_a_connection_nothing_was_sent() -> None:
    with pytest.raises(LogUnreachableError):
        await commit_on().append(a_batch())


async def test_batches_beyond_a_few_wait_their_turn() -> None:
    connections = [Connection(ACCEPTED) for _ in range(AT_ONCE_MAX + 1)]
    for connection in connections:
        connection.may_answer.clear()
    commit = commit_on(*connections)
    tasks = [asyncio.create_task(commit.append(a_batch())) for _ in connections]
    for connection in connections[:-1]:
        connection.may_answer.set()
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    assert not all(task.done() for task in tasks)

    connections[-1].may_answer.set()
    await commit.finished()

    assert [(await task).position for task in tasks] == [2] * len(tasks)


async def test_the_end_waits_for_a_batch_whose_caller_went_away() -> None:
    connection, pokes = Connection(ACCEPTED), Pokes()
    connection.may_answer.clear()
    commit = commit_on(connection, pokes=pokes)
    task = asyncio.create_task(commit.append(a_batch()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    connection.may_answer.set()
    await commit.finished()

    assert pokes.poked == [set()]


def test_each_stream_is_named_once_with_the_version_that_was_read() -> None:
    first = an_append(stream_id=STREAM, guards=(Guard(stream_id=ELSEWHERE, version=3),))
    second = replace(
        an_append(stream_id=STREAM, claims=("slug/a",)),
        expected_version=1,
        events=(NewEvent(version=2, type="test.Noted", state=b"{}"),),
    )

    _, _, _, _, streams, read, of, versions, _, _, claims, effects = arguments(a_batch(first, second))

    assert (streams, read) == ([ELSEWHERE, STREAM], [3, 0])
    assert (of, versions) == ([2, 2], [1, 2])
    assert claims == '[{"of":2,"key":"slug/a"}]'
    assert effects is None


@pytest.mark.parametrize(
    ("appends", "error"),
    [
        ((an_append(stream_id=STREAM), an_append(stream_id=STREAM)), VersionConflictError),
        ((replace(an_append(), expected_version=1),), VersionConflictError),
        (
            (an_append(stream_id=STREAM), an_append(guards=(Guard(stream_id=STREAM, version=0),))),
            GuardBrokenError,
        ),
        ((an_append(claims=("slug/a",)), an_append(claims=("slug/a",))), KeyTakenError),
    ],
)
def test_a_batch_that_contradicts_itself_is_never_sent(
    appends: tuple[Append, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        arguments(a_batch(*appends))
