"""What the handler relies on in an event store, held by the real one and by the fake of its unit tests."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from domain.body import BODY, BodyKind, RegisterBody
from domain.errors import ClaimTakenError
from domain.ids import COMMONS, CommandId, StreamId, TenantId
from domain.plan.rules import PLAN
from domain.ports import (
    Append,
    Batch,
    BodyUnknownError,
    EventStore,
    Guard,
    GuardBrokenError,
    KeyReusedError,
    VersionConflictError,
)
from domain.stream import stream_of
from domain.values import Citation, both
from domain.values.citation import VERSION_MAX
from infra.settings import DatabaseSettings
from services.batching import BatchHandler, BatchRefusedError
from services.bootstrap import open_write_side
from services.commands import CommandHandler
from tests.unit.services.fake_log import FakeLog, FakeSealer
from tests.unit.services.orders import ANN, FINGERPRINT, OPERATOR, draft, open_body, order, retitle


@pytest.fixture(params=["fake", "real"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[EventStore]:
    if request.param == "fake":
        yield FakeLog()
        return
    database: DatabaseSettings = request.getfixturevalue("database")
    async with open_write_side(database) as write:
        yield write.store


@pytest.fixture
def handler(store: EventStore) -> CommandHandler:
    return CommandHandler(store, FakeSealer())


def slug() -> str:
    return f"contract-{uuid.uuid4().hex[:12]}"


def append(tenant_id: TenantId, stream_id: uuid.UUID, version: int, **changes: Any) -> Append:
    known: dict[str, Any] = {"events": (), "command_id": CommandId(uuid.uuid4()), "fingerprint": FINGERPRINT}
    return Append(
        tenant_id=tenant_id,
        stream_id=StreamId(stream_id),
        expected_version=version,
        principal=ANN.id,
        **(known | changes),
    )


def batch(*appends: Append) -> Batch:
    return Batch(
        tenant_id=appends[0].tenant_id,
        principal=ANN.id,
        command_id=CommandId(uuid.uuid4()),
        fingerprint=FINGERPRINT,
        appends=appends,
    )


async def test_positions_run_through_the_log_and_versions_through_the_stream(
    store: EventStore, handler: CommandHandler
) -> None:
    tenant_id = await open_body(handler, slug())
    first, second = draft(), draft()

    outcomes = [
        await handler.handle(order(tenant_id, first), FINGERPRINT),
        await handler.handle(order(tenant_id, second), FINGERPRINT),
        await handler.handle(order(tenant_id, retitle(first.plan_id, "Autre")), FINGERPRINT),
    ]

    assert [(each.first_position, each.position, each.version) for each in outcomes] == [
        (2, 2, 1),
        (3, 3, 1),
        (4, 4, 2),
    ]
    assert outcomes[0].recorded_at <= outcomes[1].recorded_at <= outcomes[2].recorded_at
    loaded = await store.load(tenant_id, PLAN, StreamId(first.plan_id))
    assert loaded.version == 2
    assert (await store.load(tenant_id, PLAN, StreamId(first.plan_id), version=1)).version == 1
    assert (await store.load(tenant_id, PLAN, StreamId(uuid.uuid4()))).version == 0


async def test_an_outcome_is_kept_by_principal_and_key(store: EventStore, handler: CommandHandler) -> None:
    tenant_id = await open_body(handler, slug())
    given = order(tenant_id, draft())
    outcome = await handler.handle(given, FINGERPRINT)

    known = await store.outcome(tenant_id, ANN.id, given.command_id, FINGERPRINT)

    assert known is not None
    assert (known.replayed, known.position, known.recorded_at) == (True, outcome.position, outcome.recorded_at)
    assert await store.outcome(tenant_id, OPERATOR.id, given.command_id, FINGERPRINT) is None
    assert await store.outcome(COMMONS, ANN.id, given.command_id, FINGERPRINT) is None
    with pytest.raises(KeyReusedError):
        await store.outcome(tenant_id, ANN.id, given.command_id, b"x" * 32)


async def test_what_recorded_nothing_has_an_outcome_too(store: EventStore, handler: CommandHandler) -> None:
    tenant_id = await open_body(handler, slug())
    nothing = append(tenant_id, tenant_id, 1)

    first = await store.append(nothing)
    again = await store.append(nothing)

    assert (first.first_position, first.position, first.version, first.replayed) == (None, None, 1, False)
    assert again.replayed


async def test_another_version_than_the_one_read_is_a_conflict(store: EventStore, handler: CommandHandler) -> None:
    tenant_id = await open_body(handler, slug())

    with pytest.raises(VersionConflictError):
        await store.append(append(tenant_id, tenant_id, 0))


async def test_there_is_no_log_before_its_body_is_registered(store: EventStore) -> None:
    with pytest.raises(BodyUnknownError):
        await store.append(append(TenantId(uuid.uuid4()), uuid.uuid4(), 0))


async def test_a_claim_is_taken_once(store: EventStore, handler: CommandHandler) -> None:
    name = slug()
    tenant_id = await open_body(handler, name)
    again = RegisterBody(
        body_id=TenantId(uuid.uuid4()), slug=name, kind=BodyKind.LIP, name=both(fr="X", en="X", source="fr")
    )

    with pytest.raises(ClaimTakenError):
        await handler.handle(order(COMMONS, again, actor=OPERATOR), FINGERPRINT)

    assert await store.claimed(COMMONS, f"slug/{name}") == tenant_id
    assert await store.claimed(COMMONS, f"slug/{name}-x") is None
    assert await store.claimed(tenant_id, f"slug/{name}") is None


async def test_the_holders_of_claims_that_begin_alike(store: EventStore, handler: CommandHandler) -> None:
    tenant_id, neighbour = await open_body(handler, slug()), await open_body(handler, slug())
    holders = [uuid.uuid4() for _ in range(3)]
    claimed = [("seat/a/2",), ("seat/a/1", "seat/a/3"), ("seat/b/1", "seaside")]
    for holder, claims in zip(holders, claimed, strict=True):
        await store.append(append(tenant_id, holder, 0, claims=claims))
    await store.append(append(neighbour, uuid.uuid4(), 0, claims=("seat/a/4",)))

    assert await store.claimed_under(tenant_id, "seat/a/") == (holders[1], holders[0])
    assert await store.claimed_under(tenant_id, "seat/") == (holders[1], holders[0], holders[2])
    assert await store.claimed_under(tenant_id, "seat/c") == ()


async def test_a_guarded_stream_that_changed_is_a_conflict(store: EventStore, handler: CommandHandler) -> None:
    tenant_id = await open_body(handler, slug())
    before, now = (Guard(stream_id=StreamId(tenant_id), version=version) for version in (0, 1))

    with pytest.raises(GuardBrokenError):
        await store.append(append(tenant_id, uuid.uuid4(), 0, guards=(before,)))

    assert (await store.append(append(tenant_id, uuid.uuid4(), 0, guards=(now,)))).position is None


async def test_a_cited_version_exists_or_not(store: EventStore, handler: CommandHandler) -> None:
    tenant_id = await open_body(handler, slug())

    found = await store.cited(Citation(log=tenant_id, stream=tenant_id, version=1))
    assert found is not None
    assert stream_of(found.type) is BODY
    assert await store.cited(Citation(log=tenant_id, stream=tenant_id, version=2)) is None
    assert await store.cited(Citation(log=COMMONS, stream=uuid.uuid4(), version=1)) is None
    assert await store.cited(Citation(log=uuid.uuid4(), stream=tenant_id, version=1)) is None
    assert (await store.load(tenant_id, BODY, StreamId(tenant_id))).version == 1


async def test_the_command_of_a_cited_event_is_known_in_its_own_log_alone(
    store: EventStore, handler: CommandHandler
) -> None:
    tenant_id, neighbour = await open_body(handler, slug()), await open_body(handler, slug())
    given, later = order(tenant_id, made := draft()), order(tenant_id, retitle(made.plan_id, "Autre"))
    for each in (given, later):
        await handler.handle(each, FINGERPRINT)

    async def command(log: TenantId, version: int) -> CommandId | None:
        cited = await store.cited(Citation(log=log, stream=made.plan_id, version=version))
        return None if cited is None else cited.command_id

    found = [await command(tenant_id, version) for version in (1, 2, 3, VERSION_MAX)]
    assert found == [given.command_id, later.command_id, None, None]
    assert await command(neighbour, 1) is None


async def test_streams_that_have_events_are_told_from_those_that_have_none(
    store: EventStore, handler: CommandHandler
) -> None:
    tenant_id, neighbour = await open_body(handler, slug()), await open_body(handler, slug())
    new = StreamId(uuid.uuid4())

    assert await store.begun(tenant_id, [StreamId(tenant_id), new]) == {tenant_id}
    assert await store.begun(tenant_id, [StreamId(neighbour)]) == frozenset()
    assert await store.begun(tenant_id, []) == frozenset()


async def test_a_batch_is_recorded_whole_or_not_at_all(store: EventStore, handler: CommandHandler) -> None:
    tenant_id = await open_body(handler, slug())
    batches = BatchHandler(store, FakeSealer())
    first, second, command_id = draft(), draft(), CommandId(uuid.uuid4())
    orders = [order(tenant_id, first), order(tenant_id, second), order(tenant_id, retitle(first.plan_id, "Autre"))]

    outcome = await batches.handle(orders, command_id, FINGERPRINT)
    with pytest.raises(BatchRefusedError):
        await batches.handle([order(tenant_id, draft()), orders[1]], CommandId(uuid.uuid4()), FINGERPRINT)
    sound, stale = append(tenant_id, uuid.uuid4(), 0, claims=("seat/a/1",)), append(tenant_id, first.plan_id, 1)
    with pytest.raises(VersionConflictError):
        await store.append_batch(batch(sound, stale))

    assert (outcome.first_position, outcome.position, outcome.version) == (2, 4, 0)
    assert await store.outcome(tenant_id, ANN.id, command_id, FINGERPRINT) == replace(outcome, replayed=True)
    assert (await store.load(tenant_id, PLAN, StreamId(first.plan_id))).version == 2
    assert await store.claimed_under(tenant_id, "seat/") == ()
    with pytest.raises(BodyUnknownError):
        await store.append_batch(batch(append(TenantId(uuid.uuid4()), uuid.uuid4(), 0)))
