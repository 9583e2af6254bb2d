"""Group commit against a scripted connection: who shares a call, and what each caller hears when it goes wrong."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from msgspec.structs import replace

from domain.ports import Append, NewEvent, Outcome, OutcomeUnknownError, VersionConflictError
from infra.log.append import GroupCommit, LogUnreachableError
from tests.unit.infra.log.test_batch import STREAM, an_append

AT = datetime(2026, 11, 22, tzinfo=UTC)
LEAF = bytes(32)
ACCEPTED = ("accepted", 1, 1, 1, AT, None)
Answer = Callable[[int], list[tuple[object, ...]]]


class Pokes:
    def __init__(self) -> None:
        self.poked: list[set[str]] = []

    def poke(self, queues: Iterable[str]) -> None:
        self.poked.append(set(queues))


class Connection:
    """Answers a call when it may, with what the script says for its number of requests."""

    def __init__(self, script: Callable[[int], list[tuple[object, ...]] | Exception]) -> None:
        self.script = script
        self.groups: list[list[object]] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.sent = asyncio.Event()
        self.closed = False

    async def fetch(self, _: str, *arguments: Any, timeout: float) -> list[tuple[Any, ...]]:  # noqa: ASYNC109
        assert timeout > 0
        self.groups.append(arguments[4])
        self.sent.set()
        await self.may_answer.wait()
        answer = self.script(len(arguments[0]))
        if isinstance(answer, Exception):
            raise answer
        codes, firsts, lasts, versions, instants, claims = zip(*answer, strict=True)
        return [(codes, lasts, instants, [LEAF] * len(answer), firsts, versions, claims)]

    def is_closed(self) -> bool:
        return self.closed

    async def close(self, *, timeout: float) -> None:  # noqa: ASYNC109
        assert timeout > 0
        self.closed = True

    def terminate(self) -> None:
        self.closed = True


def accepting(requests: int) -> list[tuple[object, ...]]:
    return [ACCEPTED] * requests


def commit_on(*connections: Connection, pokes: Pokes | None = None, patience_seconds: float = 10) -> GroupCommit:
    remaining = iter(connections)

    async def connect() -> Any:
        try:
            return next(remaining)
        except StopIteration:
            raise ConnectionRefusedError from None

    return GroupCommit(connect, pokes or Pokes(), patience_seconds=patience_seconds)


def sizes(connection: Connection) -> list[int]:
    return [len(group) for group in connection.groups]


async def test_a_lone_append_goes_at_once() -> None:
    connection = Connection(accepting)

    async with commit_on(connection) as commit:
        outcome = await commit.append(an_append())

    assert outcome == Outcome(first_position=1, position=1, version=1, recorded_at=AT, leaf=LEAF)
    assert sizes(connection) == [1]


async def test_what_arrives_during_a_commit_goes_together_in_the_next() -> None:
    connection = Connection(accepting)
    async with commit_on(connection) as commit:
        connection.may_answer.clear()
        first = asyncio.create_task(commit.append(an_append()))
        await connection.sent.wait()
        later = [asyncio.create_task(commit.append(an_append())) for _ in range(100)]
        await asyncio.sleep(0)
        connection.may_answer.set()
        await asyncio.gather(first, *later)

    assert sizes(connection) == [1, 64, 36]


async def test_appends_of_one_stream_follow_each_other() -> None:
    connection = Connection(accepting)
    appends = [an_append(stream_id=STREAM) for _ in range(3)]

    async with commit_on(connection) as commit:
        await asyncio.gather(*(commit.append(append) for append in appends))

    assert connection.groups == [[append.command_id] for append in appends]


async def test_each_caller_gets_its_own_answer() -> None:
    connection = Connection(lambda _: [ACCEPTED, ("version_conflict", None, None, None, None, None)])

    async with commit_on(connection) as commit:
        good, bad = await asyncio.gather(
            commit.append(an_append()), commit.append(an_append()), return_exceptions=True
        )

    assert isinstance(good, Outcome)
    assert isinstance(bad, VersionConflictError)


async def test_an_unexpected_error_is_found_out_alone() -> None:
    poison: list[Append] = []

    class Poisoned(Connection):
        async def fetch(self, sql: str, *arguments: Any, timeout: float) -> list[tuple[object, ...]]:  # noqa: ASYNC109
            self.script = (
                (lambda _: asyncpg.CheckViolationError("bad"))
                if poison[0].command_id in arguments[4]
                else accepting
            )
            return await super().fetch(sql, *arguments, timeout=timeout)

    connection = Poisoned(accepting)
    appends = [an_append() for _ in range(3)]
    poison.append(appends[1])

    async with commit_on(connection) as commit:
        answers = await asyncio.gather(*(commit.append(append) for append in appends), return_exceptions=True)

    assert [type(answer) for answer in answers] == [Outcome, asyncpg.CheckViolationError, Outcome]
    assert sizes(connection) == [3, 1, 1, 1]


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.InternalClientError("confused"),
        asyncpg.AdminShutdownError("terminating"),
        asyncpg.CrashShutdownError("terminating"),
        TimeoutError(),
    ],
)
async def test_a_lost_connection_leaves_the_outcome_unknown_and_the_next_one_is_used(error: Exception) -> None:
    if isinstance(error, asyncpg.AdminShutdownError | asyncpg.CrashShutdownError):
        error.sqlstate = type(error).sqlstate
    lost, fresh = Connection(lambda _: error), Connection(accepting)

    async with commit_on(lost, fresh) as commit:
        answers = await asyncio.gather(*(commit.append(an_append()) for _ in range(2)), return_exceptions=True)
        after = await commit.append(an_append())

    assert [type(answer) for answer in answers] == [OutcomeUnknownError] * 2
    assert lost.closed
    assert isinstance(after, Outcome)


async def test_cancelling_a_caller_does_not_cancel_its_append() -> None:
    connection = Connection(accepting)
    append, waits = an_append(), an_append(stream_id=STREAM)
    async with commit_on(connection) as commit:
        connection.may_answer.clear()
        first = asyncio.create_task(commit.append(append))
        await connection.sent.wait()
        second = asyncio.create_task(commit.append(waits))
        await asyncio.sleep(0)
        first.cancel()
        second.cancel()
        connection.may_answer.set()

    assert connection.groups == [[append.command_id], [waits.command_id]]


async def test_without_a_database_an_append_is_refused_after_a_while() -> None:
    async with commit_on(patience_seconds=0.05) as commit:
        with pytest.raises(LogUnreachableError):
            await commit.append(an_append())


async def test_the_end_waits_for_what_was_taken_and_takes_no_more() -> None:
    connection = Connection(accepting)
    commit = commit_on(connection)
    async with commit:
        taken = asyncio.create_task(commit.append(an_append()))
        await asyncio.sleep(0)

    assert isinstance(await taken, Outcome)
    assert connection.closed
    with pytest.raises(LogUnreachableError):
        await commit.append(an_append())


async def test_only_what_was_recorded_is_poked() -> None:
    pokes = Pokes()
    nothing = ("accepted", None, None, 1, AT, None)
    replayed = ("replayed", 1, 1, 1, AT, None)
    refused = ("body_unknown", None, None, None, None, None)
    script: Iterator[list[tuple[object, ...]]] = iter([[nothing], [replayed], [refused], [ACCEPTED]])
    async with commit_on(Connection(lambda _: next(script)), pokes=pokes) as commit:
        await commit.append(replace(an_append(), events=()))
        await commit.append(an_append())
        with pytest.raises(Exception, match="there is no log"):
            await commit.append(an_append())
        assert pokes.poked == []
        await commit.append(an_append())

    assert pokes.poked == [set()]


async def test_an_append_that_cannot_be_encoded_harms_nobody_else() -> None:
    class Strict(Connection):
        async def fetch(self, sql: str, *arguments: Any, timeout: float) -> list[tuple[object, ...]]:  # noqa: ASYNC109
            if any(version > 2**31 for version in arguments[7]):
                raise asyncpg.DataError("value out of int32 range")
            return await super().fetch(sql, *arguments, timeout=timeout)

    connection = Strict(accepting)
    huge = replace(an_append(), events=(NewEvent(version=2**40, type="test.Noted", state=b"{}"),))

    async with commit_on(connection) as commit:
        bad, good = await asyncio.gather(commit.append(huge), commit.append(an_append()), return_exceptions=True)
        assert not connection.closed

    assert isinstance(bad, asyncpg.DataError)
    assert isinstance(good, Outcome)


async def test_a_group_that_died_refuses_instead_of_waiting_for_ever() -> None:
    connection = Connection(lambda _: [("nonsense", None, None, None, None, None)])
    commit = await commit_on(connection).__aenter__()

    with pytest.raises(OutcomeUnknownError):
        await commit.append(an_append())
    with pytest.raises(LogUnreachableError):
        await commit.append(an_append())

    with pytest.raises(AssertionError, match="nonsense"):
        await commit.__aexit__()
