"""Batches: several commands over several streams of one body, recorded as one or not at all."""

import asyncio
import random
import uuid
from datetime import datetime
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.access import GrantChange
from domain.ids import CommandId, PersonId, StreamId, TenantId
from domain.jobs import JobRow
from domain.ports import (
    Append,
    Batch,
    BodyUnknownError,
    Guard,
    GuardBrokenError,
    KeyReusedError,
    KeyTakenError,
    Outcome,
    VersionConflictError,
)
from infra.log.store import LogStore
from infra.log.whole import BATCH_SQL, arguments
from infra.settings import DatabaseSettings
from tests.integration.infra.log.logs import (
    a_batch,
    an_append,
    call,
    flaws,
    new_stream,
    new_tenant,
    open_logs,
    rows_of,
)

WRITTEN = ("log.event", "log.ledger", "log.claim", "access.grant_now")


async def written(admin: Any, body: TenantId) -> list[int]:
    """How many rows a body has in each table that an append writes."""
    return [
        await admin.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", body)  # noqa: S608 - constants
        for table in WRITTEN
    ]


async def test_a_batch_is_one_run_of_positions_at_one_instant_in_the_order_of_its_commands(
    store: LogStore, body: TenantId, other_body: TenantId, database: DatabaseSettings
) -> None:
    a, b = new_stream(), new_stream()
    await store.append(an_append(body, a, events=2))
    await store.append(an_append(other_body, a))

    outcome = await store.append_batch(
        a_batch(
            an_append(body, a, after=2),
            an_append(body, b, events=2),
            an_append(body, a, after=3, events=2),
            an_append(body, b, after=2, events=0),
            an_append(body, b, after=2),
        )
    )

    assert (outcome.first_position, outcome.position, outcome.version, outcome.replayed) == (3, 8, 0, False)
    rows = rows_of(database, body)
    assert [(row.stream_id, row.version) for row in rows[2:]] == [(a, 3), (b, 1), (b, 2), (a, 4), (a, 5), (b, 3)]
    assert {row.recorded_at for row in rows[2:]} == {outcome.recorded_at}
    assert flaws(database, body) == flaws(database, other_body) == []
    assert len(rows_of(database, other_body)) == 1


@pytest.mark.parametrize("wrong", range(3))
async def test_one_command_that_cannot_be_recorded_refuses_them_all(
    store: LogStore, admin: Any, body: TenantId, wrong: int
) -> None:
    opened = new_tenant()
    appends = [
        an_append(
            body,
            claims=(f"slug/{number}",),
            opens=(opened,),
            grants=(GrantChange(grantee=new_tenant(), programme="p", granted=True),),
        )
        for number in range(3)
    ]
    await store.append(an_append(body, appends[wrong].stream_id))
    before = await written(admin, body)

    with pytest.raises(VersionConflictError):
        await store.append_batch(a_batch(*appends))

    assert await written(admin, body) == before == [1, 1, 0, 0]
    assert await admin.fetchval("SELECT count(*) FROM log.head WHERE tenant_id = $1", opened) == 0


async def test_a_batch_relies_on_streams_and_keys_as_they_stand(
    store: LogStore, admin: Any, body: TenantId, other_body: TenantId
) -> None:
    known = an_append(body, claims=("slug/taken",))
    await store.append(known)
    await store.append(an_append(other_body, known.stream_id, events=4))

    with pytest.raises(GuardBrokenError):
        await store.append_batch(a_batch(an_append(body, guards=(Guard(stream_id=known.stream_id, version=4),))))
    with pytest.raises(KeyTakenError) as taken:
        await store.append_batch(a_batch(an_append(body, claims=("slug/free", "slug/taken"))))
    with pytest.raises(BodyUnknownError):
        await store.append_batch(a_batch(an_append(new_tenant())))
    assert taken.value.claim == "slug/taken"
    assert await written(admin, body) == [1, 1, 1, 0]

    outcome = await store.append_batch(
        a_batch(
            an_append(body, guards=(Guard(stream_id=known.stream_id, version=1),), claims=("slug/free",)),
            an_append(body, known.stream_id, after=1, claims=("slug/taken",)),
            an_append(body, guards=(Guard(stream_id=known.stream_id, version=2),)),
        )
    )

    assert outcome.position == 4
    assert await written(admin, body) == [4, 2, 2, 0]


async def test_the_same_key_gives_the_same_outcome_whatever_happened_since(
    store: LogStore, body: TenantId, database: DatabaseSettings
) -> None:
    batch = a_batch(an_append(body, events=3), an_append(body))
    first = await store.append_batch(batch)
    await store.append(an_append(body, batch.appends[0].stream_id, after=3))

    again = await store.append_batch(batch)

    assert again == replace(first, replayed=True)
    assert await store.outcome(body, batch.principal, batch.command_id, batch.fingerprint) == again
    with pytest.raises(KeyReusedError):
        await store.append_batch(replace(batch, fingerprint=b"x" * 32))
    assert len(rows_of(database, body)) == 5


async def test_a_key_belongs_to_its_principal_and_to_commands_and_batches_alike(
    store: LogStore, body: TenantId, database: DatabaseSettings
) -> None:
    single = replace(an_append(body), fingerprint=b"s" * 32)
    await store.append(single)

    with pytest.raises(KeyReusedError):
        await store.append_batch(a_batch(an_append(body), command_id=single.command_id))
    await store.append_batch(
        a_batch(an_append(body), command_id=single.command_id, principal=PersonId(uuid.UUID(int=5)))
    )

    assert len(rows_of(database, body)) == 2


async def test_a_batch_that_records_nothing_is_kept_too(store: LogStore, body: TenantId, database: Any) -> None:
    batch = a_batch(an_append(body, events=0))

    first, again = await store.append_batch(batch), await store.append_batch(batch)

    assert (first.first_position, first.position) == (None, None)
    assert again == replace(first, replayed=True)
    assert rows_of(database, body) == []


async def test_jobs_grants_and_opened_bodies_come_with_the_batch(
    store: LogStore, admin: Any, body: TenantId, database: DatabaseSettings
) -> None:
    kept, passing, opened, marker = new_tenant(), new_tenant(), new_tenant(), str(uuid.uuid4())

    def grant(grantee: TenantId, *, granted: bool) -> GrantChange:
        return GrantChange(grantee=grantee, programme="settlement", granted=granted)

    await store.append_batch(
        a_batch(
            an_append(body, grants=(grant(kept, granted=True), grant(passing, granted=True))),
            an_append(body, grants=(grant(passing, granted=False),), opens=(opened,)),
            an_append(body, jobs=(JobRow(actor="notify", queue="default", args=(marker,)),)),
        )
    )

    granted = await admin.fetch("SELECT grantee, since_position FROM access.grant_now WHERE tenant_id = $1", body)
    assert [tuple(row) for row in granted] == [(kept, 1)]
    message = await admin.fetchval("SELECT message FROM jobs.queue WHERE message -> 'args' ->> 0 = $1", marker)
    assert f'"tenant_id": "{body}"' in message
    assert '"position": 3' in message
    await store.append(an_append(opened))
    assert flaws(database, opened) == []


@pytest.mark.parametrize("sizes", [(255, 1), (256,), (300, 300), (1, 65_535, 2)])
async def test_batches_grow_the_same_tree_as_single_commands(
    app: Any, body: TenantId, database: DatabaseSettings, sizes: tuple[int, ...]
) -> None:
    for size in sizes:
        await app.fetchrow(BATCH_SQL, *arguments(a_batch(an_append(body, events=size - 1), an_append(body))))
        await call(app, an_append(body))

    assert len(rows_of(database, body)) == sum(sizes) + len(sizes)
    assert flaws(database, body) == []


async def test_recorded_at_never_goes_back_though_the_clock_does(admin: Any, body: TenantId) -> None:
    later: datetime = await admin.fetchval(
        "UPDATE log.head SET recorded_at = now() + interval '1 hour' WHERE tenant_id = $1 RETURNING recorded_at",
        body,
    )

    row = await admin.fetchrow(BATCH_SQL, *arguments(a_batch(an_append(body))))

    assert row[3] == later


async def test_arguments_that_do_not_fit_together_write_nothing(app: Any, body: TenantId, database: Any) -> None:
    fitting = arguments(a_batch(an_append(body), an_append(body)))
    wrong = [(4, fitting[4][:1]), (4, fitting[4][:1] * 2), (5, [0]), (5, [0, -1]), (6, [1]), (6, [1, 3])]
    wrong += [(7, [1]), (7, [1, 3]), (8, ["x"]), (9, [b""]), (4, None), (6, None)]
    for place, value in wrong:
        with pytest.raises(asyncpg.PostgresError):
            await app.fetch(BATCH_SQL, *fitting[:place], value, *fitting[place + 1 :])

    assert rows_of(database, body) == []


PLANS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=8)


@given(plan=PLANS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_batch_writes_what_its_commands_would_have_written_one_by_one(
    app: Any, database: DatabaseSettings, plan: list[tuple[int, int]]
) -> None:
    whole, single = new_tenant(), new_tenant()
    open_logs(database, whole, single)
    streams, reached = [new_stream() for _ in range(3)], [0, 0, 0]
    appends: dict[TenantId, list[Append]] = {whole: [], single: []}
    for number, (which, events) in enumerate(plan):
        for body, sent in appends.items():
            guard = Guard(stream_id=streams[which - 1], version=reached[which - 1])
            state = str(number).encode()
            sent.append(
                an_append(body, streams[which], after=reached[which], events=events, state=state, guards=(guard,))
            )
        reached[which] += events

    await call(app, an_append(whole), an_append(single))
    await app.fetchrow(BATCH_SQL, *arguments(a_batch(*appends[whole])))
    for append in appends[single]:
        await call(app, append)

    def shape(body: TenantId) -> list[tuple[object, ...]]:
        rows = rows_of(database, body)[1:]
        return [(row.position, row.stream_id, row.version, row.type, row.state) for row in rows]

    assert shape(whole) == shape(single)
    assert flaws(database, whole) == flaws(database, single) == []


async def test_batches_and_single_commands_race_and_nobody_pays_for_another(
    store: LogStore, database: DatabaseSettings
) -> None:
    """Batches of which half cannot be recorded, beside writers of the same logs whose streams are their own."""
    tenants = [new_tenant() for _ in range(3)]
    open_logs(database, *tenants)
    singles: list[Outcome] = []

    batches: list[tuple[Batch, bool]] = []

    async def write(seed: int) -> None:
        rng = random.Random(seed)
        streams = {tenant: (new_stream(), 0) for tenant in tenants}
        for _ in range(40):
            tenant = rng.choice(tenants)
            stream, version = streams[tenant]
            outcome = await store.append(an_append(tenant, stream, after=version))
            streams[tenant] = (stream, outcome.version)
            singles.append(outcome)

    async def write_batches(seed: int) -> None:
        rng = random.Random(seed)
        for number in range(8):
            tenant, sound = rng.choice(tenants), bool(number % 2)
            appends = [an_append(tenant, events=rng.choice((1, 2))) for _ in range(rng.choice((2, 60)))]
            if not sound:
                appends.append(an_append(tenant, after=7))
            batch = a_batch(*appends)
            try:
                await store.append_batch(batch)
            except VersionConflictError:
                assert not sound
            batches.append((batch, sound))

    await asyncio.gather(*(write_batches(seed) for seed in range(4)), *(write(seed) for seed in range(8)))

    assert len(singles) == 8 * 40
    for tenant in tenants:
        assert flaws(database, tenant) == []
        rows = rows_of(database, tenant)
        at = {(row.stream_id, row.version): row.position for row in rows}
        for batch, sound in (each for each in batches if each[0].tenant_id == tenant):
            places = [at.get((append.stream_id, 1)) for append in batch.appends]
            events = sum(len(append.events) for append in batch.appends)
            if not sound:
                assert places[:-1] == [None] * (len(places) - 1)
                continue
            first = places[0]
            assert first is not None
            last = batch.appends[-1]
            assert at[last.stream_id, last.events[-1].version] == first + events - 1
    total = sum(len(rows_of(database, tenant)) for tenant in tenants)
    sound_events = sum(len(append.events) for batch, sound in batches if sound for append in batch.appends)
    assert [sound for _, sound in batches].count(False) == 16
    assert total == sound_events + len(singles)


async def test_two_batches_that_read_the_same_version_are_not_both_recorded(
    store: LogStore, body: TenantId, database: DatabaseSettings
) -> None:
    shared = StreamId(uuid.uuid4())
    batches = [a_batch(an_append(body), an_append(body, shared), an_append(body)) for _ in range(6)]

    answers = await asyncio.gather(*(store.append_batch(batch) for batch in batches), return_exceptions=True)

    assert sum(isinstance(answer, Outcome) for answer in answers) == 1
    assert sum(isinstance(answer, VersionConflictError) for answer in answers) == 5
    assert len(rows_of(database, body)) == 3


async def test_the_same_batch_sent_at_once_is_recorded_once(
    store: LogStore, body: TenantId, database: DatabaseSettings
) -> None:
    batch = a_batch(an_append(body), an_append(body))

    outcomes = await asyncio.gather(*(store.append_batch(batch) for _ in range(6)))

    assert sorted(outcome.replayed for outcome in outcomes) == [False] + [True] * 5
    assert {outcome.position for outcome in outcomes} == {2}
    assert len(rows_of(database, body)) == 2


async def test_a_caller_who_goes_away_leaves_the_batch_to_its_end(
    store: LogStore, body: TenantId, database: DatabaseSettings
) -> None:
    batch = a_batch(*(an_append(body) for _ in range(200)))
    task = asyncio.create_task(store.append_batch(batch))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert (await store.append_batch(batch)).position == 200
    assert len(rows_of(database, body)) == 200


async def test_a_key_is_not_used_up_by_a_refused_batch(store: LogStore, body: TenantId) -> None:
    key = CommandId(uuid.uuid4())
    with pytest.raises(VersionConflictError):
        await store.append_batch(a_batch(an_append(body, after=3), command_id=key))

    assert (await store.append_batch(a_batch(an_append(body), command_id=key))).position == 1
