"""The event store on a real database."""

import asyncio
import uuid
from typing import Any

import msgspec
import pytest

from domain.event import EVENTS, Event, Recorded, event
from domain.ids import CommandId, StreamId, TenantId
from domain.ports import (
    Append,
    BodyUnknownError,
    EventStore,
    Guard,
    GuardBrokenError,
    KeyReusedError,
    KeyTakenError,
    Outcome,
    VersionConflictError,
)
from domain.stream import STREAMS, Loaded, State, Stream
from infra.database import Database
from infra.log.store import LogStore, open_log_store
from infra.settings import DatabaseSettings
from tests.integration.infra.log.logs import (
    PERSON,
    PassThrough,
    an_append,
    flaws,
    new_stream,
    new_tenant,
    rows_of,
    stored,
)


@event("test_store.Counted")
class Counted(Event, frozen=True):
    by: int


class Counter(State, frozen=True):
    total: int = 0
    seen: tuple[int, ...] = ()


def evolve(counter: Counter, recorded: Recorded) -> Counter:
    assert isinstance(recorded.payload, Counted)
    return Counter(
        total=counter.total + recorded.payload.by, seen=(*counter.seen[-2:], recorded.originator_version)
    )


COUNTER = Stream("test_counter", Counter(), evolve)

# The registries are the program's: what only these tests know is there while one of them runs.
RELEASED = EVENTS.pop("test_store.Counted")
del STREAMS["test_counter"]


@pytest.fixture(autouse=True)
def _counted_is_released(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EVENTS, "test_store.Counted", RELEASED)
    monkeypatch.setitem(STREAMS, "test_counter", COUNTER)


def counted(tenant_id: TenantId, stream_id: StreamId, *, after: int, events: int) -> Append:
    append = an_append(tenant_id, stream_id, after=after)
    versions = range(after + 1, after + events + 1)
    return msgspec.structs.replace(
        append, events=tuple(stored(version, Counted(by=version)) for version in versions)
    )


def total(version: int) -> int:
    return version * (version + 1) // 2


def test_it_is_the_port(store: LogStore) -> None:
    port: EventStore = store
    assert port is store


async def test_what_was_appended_is_loaded(store: LogStore, body: TenantId) -> None:
    stream = new_stream()

    outcome = await store.append(counted(body, stream, after=0, events=3))
    loaded = await store.load(body, COUNTER, stream)

    assert (outcome.first_position, outcome.position, outcome.version) == (1, 3, 3)
    assert (loaded.version, loaded.state.total) == (3, 6)


async def test_a_stream_that_is_not_there_is_at_version_zero(
    store: LogStore, body: TenantId, other_body: TenantId
) -> None:
    stream = new_stream()
    await store.append(counted(other_body, stream, after=0, events=3))

    assert await store.load(body, COUNTER, stream) == Loaded(state=Counter())
    assert await store.events_of(body, stream) == []


async def test_events_come_in_the_order_of_versions(store: LogStore, body: TenantId) -> None:
    stream, beside = new_stream(), new_stream()
    await store.append(counted(body, stream, after=0, events=2))
    await store.append(counted(body, beside, after=0, events=2))
    await store.append(counted(body, stream, after=2, events=2))

    events = await store.events_of(body, stream, after=1, upto=3)

    assert [(recorded.originator_version, recorded.position) for recorded in events] == [(2, 2), (3, 5)]
    assert [recorded.payload for recorded in events] == [Counted(by=2), Counted(by=3)]
    assert {recorded.tenant_id for recorded in events} == {body}


async def test_every_refusal_has_its_error(store: LogStore, body: TenantId, database: DatabaseSettings) -> None:
    first = an_append(body, claims=("slug/a",))
    await store.append(first)

    with pytest.raises(VersionConflictError):
        await store.append(an_append(body, first.stream_id))
    with pytest.raises(GuardBrokenError):
        await store.append(an_append(body, guards=(Guard(stream_id=first.stream_id, version=2),)))
    with pytest.raises(KeyTakenError) as taken:
        await store.append(an_append(body, claims=("slug/a",)))
    with pytest.raises(KeyReusedError):
        await store.append(msgspec.structs.replace(first, fingerprint=b"x" * 32))
    with pytest.raises(BodyUnknownError):
        await store.append(an_append(new_tenant()))

    assert taken.value.claim == "slug/a"
    assert len(rows_of(database, body)) == 1


async def test_the_same_key_again_is_answered_again(store: LogStore, body: TenantId) -> None:
    append = an_append(body, events=2)

    first = await store.append(append)
    again = await store.append(append)
    asked = await store.outcome(body, PERSON, append.command_id, append.fingerprint)

    assert not first.replayed
    assert again == asked == msgspec.structs.replace(first, replayed=True)


async def test_an_outcome_is_asked_for_by_tenant_principal_and_fingerprint(
    store: LogStore, body: TenantId, other_body: TenantId
) -> None:
    append = an_append(body)
    await store.append(append)

    assert await store.outcome(other_body, PERSON, append.command_id, append.fingerprint) is None
    assert await store.outcome(body, PERSON, CommandId(uuid.uuid4()), append.fingerprint) is None
    with pytest.raises(KeyReusedError):
        await store.outcome(body, PERSON, append.command_id, b"x" * 32)


async def test_claims_are_looked_up_in_their_log(store: LogStore, body: TenantId, other_body: TenantId) -> None:
    append = an_append(body, events=2, claims=("slug/a",))
    await store.append(append)

    assert await store.claimed(body, "slug/a") == append.stream_id
    assert await store.claimed(other_body, "slug/a") is None


@pytest.mark.parametrize("version", [None, 1, 99, 100, 101, 199, 200, 250, 999])
async def test_a_state_is_the_same_with_snapshots_and_without(
    store: LogStore, admin: Any, body: TenantId, version: int | None
) -> None:
    stream = new_stream()
    await store.append(counted(body, stream, after=0, events=250))
    plain = await store.load(body, COUNTER, stream, version=version)
    await store.load(body, COUNTER, stream, version=130)
    await store.load(body, COUNTER, stream)
    await store.snapshots_saved()

    again = await store.load(body, COUNTER, stream, version=version)

    snapshots = await admin.fetch(
        "SELECT version FROM log.snapshot WHERE tenant_id = $1 AND stream_id = $2 ORDER BY 1", body, stream
    )
    assert {100, 200} <= {row[0] for row in snapshots} <= {100, 200}
    assert again == plain
    assert again.state.total == total(min(version or 250, 250))


async def test_a_snapshot_is_used_and_one_of_another_shape_is_not(
    store: LogStore, admin: Any, body: TenantId
) -> None:
    stream = new_stream()
    await store.append(counted(body, stream, after=0, events=100))
    await store.load(body, COUNTER, stream)
    await store.snapshots_saved()
    await admin.execute(
        "UPDATE log.snapshot SET state = convert_to(replace(convert_from(state, 'UTF8'), '5050', '7'), 'UTF8')"
        " WHERE tenant_id = $1",
        body,
    )
    newer = Stream("test_counter", Counter(), evolve, schema=2)

    assert (await store.load(body, COUNTER, stream)).state.total == 7
    assert (await store.load(body, newer, stream)).state.total == 5050


async def test_racing_appends_to_one_stream_let_one_win(
    store: LogStore, body: TenantId, database: DatabaseSettings
) -> None:
    stream = new_stream()

    answers = await asyncio.gather(
        *(store.append(an_append(body, stream)) for _ in range(20)), return_exceptions=True
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["Outcome"] + ["VersionConflictError"] * 19
    assert flaws(database, body) == []


async def test_two_processes_batchers_share_one_database(database: DatabaseSettings, body: TenantId) -> None:
    """Races over one stream, one claim, one command key and one guard, each from both sides."""
    stream, guarded = new_stream(), new_stream()
    same = an_append(body)
    answers: list[Outcome | BaseException] = []
    async with (
        Database(database) as one,
        Database(database) as two,
        open_log_store(one, PassThrough()) as left,
        open_log_store(two, PassThrough()) as right,
    ):
        await left.append(an_append(body, guarded))

        async def race(*appends: Append) -> list[str]:
            nonlocal answers
            answers = await asyncio.gather(
                *(
                    side.append(append)
                    for append, side in zip(appends, [left, right] * len(appends), strict=False)
                ),
                return_exceptions=True,
            )
            return sorted(type(answer).__name__ for answer in answers)

        versions = await race(*(an_append(body, stream) for _ in range(10)))
        claims = await race(*(an_append(body, claims=("slug/a",)) for _ in range(10)))
        keys = await race(*[same] * 10)
        guards = await race(
            *(an_append(body, guards=(Guard(stream_id=guarded, version=1),)) for _ in range(8)),
            an_append(body, guarded, after=1),
            an_append(body, guarded, after=1),
        )
        guarding, changing = (
            [a.position or 0 for a in some if isinstance(a, Outcome)] for some in (answers[:8], answers[8:])
        )
        many = await asyncio.gather(*((left, right)[number % 2].append(an_append(body)) for number in range(200)))

    assert versions == ["Outcome"] + ["VersionConflictError"] * 9
    assert claims == ["KeyTakenError"] * 9 + ["Outcome"]
    assert keys == ["Outcome"] * 10
    assert guards.count("VersionConflictError") == 1
    assert guards.count("Outcome") + guards.count("GuardBrokenError") == 9
    assert all(isinstance(answer, Outcome) for answer in many)
    events = rows_of(database, body)
    assert len([row for row in events if row.stream_id == same.stream_id]) == 1
    assert max(guarding, default=0) < changing[0]  # nothing stands after the change of what guards it
    assert flaws(database, body) == []
