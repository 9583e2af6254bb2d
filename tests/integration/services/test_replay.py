"""The library replays what the store loads, and whatever is changed behind our back is found."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from eventsourcing.persistence import StoredEvent

from domain.event import Event
from domain.ids import StreamId, TenantId
from domain.plan.events import PlanDrafted, PlanRetitled
from domain.plan.rules import PLAN
from domain.stream import STREAMS, Loaded, Stream
from domain.values import Period, SealedText, fr
from infra.log.application import TenantApplication
from infra.log.recorder import LogApplicationRecorder
from infra.log.scan import DefectError
from infra.pii.sealer import sealed_fields
from infra.settings import DatabaseSettings
from services.replay import Report, replay, state_at, verify
from tests.golden.examples import EXAMPLES
from tests.integration.logs import Logs, as_superuser, open_log, open_logs, tenant_log

KINDS = sorted({example.stream.name for example in EXAMPLES})
LONG = 300
"""Versions of the longest stream: past two snapshots and, with the rest, one full tile."""
LAST = len(EXAMPLES) + LONG
"""The last position of a full log."""


@pytest.fixture
async def logs(database: DatabaseSettings) -> AsyncIterator[Logs]:
    async with open_logs(database) as opened:
        yield opened


def opened_text(event: Event) -> Event:
    """An example with its made-up ciphertext replaced by words."""
    fields = {name: getattr(event, name) for name in sealed_fields(type(event))}
    return msgspec.structs.replace(
        event,
        **{
            name: SealedText.about(text.subject, f"Entendu le {name}.")
            for name, text in fields.items()
            if text is not None
        },
    )


async def a_full_log(logs: Logs, tenant_id: UUID) -> dict[str, tuple[StreamId, int]]:
    """A log with a stream of each kind and the long one; returns their ids and versions by kind."""
    tenant = open_log(logs.settings, tenant_id)
    written = {}
    for kind in KINDS:
        events = [(opened_text(e.payload), e.effective_on) for e in EXAMPLES if e.stream.name == kind]
        stream_id = StreamId(uuid4())
        await logs.write(tenant, stream_id, events)
        written[kind] = (stream_id, len(events))
    return written


async def a_long_plan(logs: Logs, tenant: TenantId, versions: int = LONG) -> StreamId:
    stream_id = StreamId(uuid4())
    first = PlanDrafted(kind="action_plan", title=fr("Plan 0"), period=Period.fiscal_year(2024), agreement_id=None)
    later = [(PlanRetitled(title=fr(f"Plan {n}")), date(2024, 4, 1) + timedelta(n)) for n in range(1, versions)]
    await logs.write(tenant, stream_id, [(first, date(2024, 4, 1)), *later])
    return stream_id


@pytest.mark.parametrize("kind", KINDS)
async def test_the_library_replays_every_version_as_the_store_loads_it(
    logs: Logs, tenant_id: UUID, kind: str
) -> None:
    streams = await a_full_log(logs, tenant_id)
    stream_id, last = streams[kind]
    stream: Stream[Any] = STREAMS[kind]
    with tenant_log(logs.settings, tenant_id) as log, TenantApplication(log) as application:
        for version in range(1, last + 1):
            loaded = await logs.store.load(TenantId(tenant_id), stream, stream_id, version=version)

            assert loaded.version == version
            assert replay(application, stream, stream_id, version) == loaded

        now = await logs.store.load(TenantId(tenant_id), stream, stream_id)
        assert replay(application, stream, stream_id) == now
        assert now.version == last
        assert now.state != stream.initial


async def test_the_library_agrees_with_a_load_that_starts_from_a_snapshot(logs: Logs, tenant_id: UUID) -> None:
    tenant = open_log(logs.settings, tenant_id)
    plan = await a_long_plan(logs, tenant)
    await logs.store.load(tenant, PLAN, plan)
    await logs.store.snapshots_saved()
    with tenant_log(logs.settings, tenant_id) as log, TenantApplication(log) as application:
        snapshots = log.read("SELECT version FROM log.snapshot WHERE tenant_id = %s ORDER BY 1", tenant)
        assert snapshots == [(300,)]

        agreed = await state_at(application, logs.store, PLAN, plan, LONG)

        assert agreed.state.title is not None
        assert agreed.state.title.value == fr("Plan 299")


async def test_a_stream_that_is_not_there_replays_as_nothing(logs: Logs, tenant_id: UUID) -> None:
    streams = await a_full_log(logs, tenant_id)
    plan, last = streams["plan"]
    with tenant_log(logs.settings, tenant_id) as log, TenantApplication(log) as application:
        assert replay(application, PLAN, uuid4()) is None
        assert replay(application, PLAN, plan, last + 1) is None


async def test_a_tenant_does_not_replay_another_one(logs: Logs, tenant_id: UUID) -> None:
    streams = await a_full_log(logs, tenant_id)
    with tenant_log(logs.settings, uuid4()) as other, TenantApplication(other) as application:
        assert [replay(application, STREAMS[kind], id_) for kind, (id_, _) in streams.items()] == [None] * len(
            KINDS
        )


async def test_an_untouched_log_is_sound(logs: Logs, tenant_id: UUID) -> None:
    await a_full_log(logs, tenant_id)
    await a_long_plan(logs, TenantId(tenant_id))

    report = await verified(logs, tenant_id)

    assert report.sound
    assert (report.events, report.streams, report.tiles) == (LAST, len(KINDS) + 1, 1)
    assert report.versions_replayed == LAST
    assert len(report.root) == 64


async def test_a_quick_look_replays_the_last_version_of_each_stream(logs: Logs, tenant_id: UUID) -> None:
    await a_full_log(logs, tenant_id)
    with tenant_log(logs.settings, tenant_id) as log:
        report = await verify(log, logs.store, every_version=False)

    assert (report.sound, report.events, report.versions_replayed) == (True, len(EXAMPLES), len(KINDS))


async def test_an_empty_log_is_sound(logs: Logs, tenant_id: UUID) -> None:
    open_log(logs.settings, tenant_id)

    report = await verified(logs, tenant_id)

    assert (report.sound, report.events, report.streams, report.tiles) == (True, 0, 0, 0)


async def verified(logs: Logs, tenant_id: UUID) -> Report:
    with tenant_log(logs.settings, tenant_id) as log:
        return await verify(log, logs.store)


async def after(logs: Logs, tenant_id: UUID, tampering: str, *values: object) -> tuple[str, int | None]:
    """What verification finds once somebody with all rights has done this: the kind of defect, its position."""
    await a_full_log(logs, tenant_id)
    await a_long_plan(logs, TenantId(tenant_id))
    with as_superuser(logs.settings) as connection:
        done = connection.execute(tampering.encode(), [*values, tenant_id])
        assert done.rowcount == 1
    report = await verified(logs, tenant_id)
    assert report.defect is not None
    return report.defect.check, report.defect.position


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE log.event SET state = overlay(state PLACING '7'::bytea FROM 40) WHERE position = 9", ("leaf", 9)),
        ("UPDATE log.event SET leaf = sha256('x') WHERE position = 9", ("leaf", 9)),
        ("UPDATE log.event SET type = 'plan.Closed' WHERE position = 9", ("leaf", 9)),
        ("UPDATE log.event SET recorded_at = recorded_at + '1 µs' WHERE position = :last", ("leaf", LAST)),
        ("UPDATE log.event SET recorded_at = recorded_at - interval '1 day' WHERE position = 9", ("clock", 9)),
        ("UPDATE log.event SET recorded_at = recorded_at + interval '1 day' WHERE position = 9", ("leaf", 9)),
        ("UPDATE log.event SET version = 40 WHERE position = 9", ("version", 9)),
        ("UPDATE log.event SET stream_id = gen_random_uuid() WHERE position = 9", ("version", 9)),
        ("UPDATE log.event SET position = 900 WHERE position = :last", ("position", 900)),
        ("DELETE FROM log.event WHERE position = 9", ("position", 10)),
        ("DELETE FROM log.event WHERE position = :last", ("head", None)),
        ("UPDATE log.tile SET data = overlay(data PLACING '7'::bytea FROM 40) WHERE idx = 0", ("tile", 256)),
        ("UPDATE log.tile SET root = sha256('x') WHERE idx = 0", ("tile", 256)),
        ("DELETE FROM log.tile WHERE idx = 0", ("tile", 256)),
        ("UPDATE log.tile SET idx = 1 WHERE idx = 0", ("tile", 256)),
        ("UPDATE log.head SET position = :last - 1 WHERE true", ("head", None)),
        ("UPDATE log.head SET frontier = overlay(frontier PLACING '7'::bytea FROM 5) WHERE true", ("head", None)),
        ("UPDATE log.head SET recorded_at = recorded_at + interval '1 day' WHERE true", ("head", None)),
    ],
)
async def test_tampering_is_found(
    logs: Logs, tenant_id: UUID, tampering: str, found: tuple[str, int | None]
) -> None:
    statement = tampering.replace("µs", "microsecond").replace(":last", str(LAST))
    assert await after(logs, tenant_id, statement + " AND tenant_id = %s") == found


async def test_a_tile_too_many_is_found(logs: Logs, tenant_id: UUID) -> None:
    await a_full_log(logs, tenant_id)
    with as_superuser(logs.settings) as connection:
        connection.execute(
            "INSERT INTO log.tile VALUES (%s, 0, 0, decode(repeat('00', 8192), 'hex'), sha256('x'))", [tenant_id]
        )

    report = await verified(logs, tenant_id)

    assert report.defect is not None
    assert (report.defect.check, report.defect.expected, report.defect.found) == ("tile", "0 tiles", "1 tiles")


def golden(name: str) -> bytes:
    return next(e.stored(n) for n, e in enumerate(EXAMPLES) if name == e.payload.TYPE)


@pytest.mark.parametrize(
    ("events", "position"),
    [
        ([("plan.Forgotten", b"{}")], 1),
        ([("plan.Forgotten", golden("plan.Drafted").replace(b"plan.Drafted", b"plan.Forgotten"))], 1),
        ([("plan.Drafted", golden("plan.Drafted")), ("plan.Closed", golden("plan.Retitled"))], 2),
        (
            [("plan.Drafted", golden("plan.Drafted")), ("provider.MandateEnded", golden("provider.MandateEnded"))],
            2,
        ),
    ],
    ids=["no envelope", "unknown type", "another type than its row says", "of another kind of stream"],
)
async def test_an_event_that_does_not_belong_is_found_even_if_its_leaf_fits(
    logs: Logs, tenant_id: UUID, events: list[tuple[str, bytes]], position: int
) -> None:
    stream_id = uuid4()
    with tenant_log(logs.settings, tenant_id) as log:
        LogApplicationRecorder(log).insert_events(
            [StoredEvent(stream_id, version, type_, state) for version, (type_, state) in enumerate(events, 1)]
        )

    report = await verified(logs, tenant_id)

    assert report.defect is not None
    assert (report.defect.check, report.defect.position) == ("envelope", position)


async def test_a_snapshot_that_says_something_else_is_found(logs: Logs, tenant_id: UUID) -> None:
    tenant = open_log(logs.settings, tenant_id)
    plan = await a_long_plan(logs, tenant, 110)
    await logs.store.load(tenant, PLAN, plan)
    await logs.store.snapshots_saved()
    with as_superuser(logs.settings) as connection:
        connection.execute(
            "UPDATE log.snapshot SET state = convert_to(replace(convert_from(state, 'UTF8'), '\"revision\":0',"
            " '\"revision\":7'), 'UTF8') WHERE tenant_id = %s",
            [tenant_id],
        )

    report = await verified(logs, tenant_id)

    assert report.defect is not None
    assert (report.defect.check, report.defect.stream_id, report.defect.version) == ("replay", plan, 100)


async def test_what_derives_from_a_stream_is_compared_at_every_version(logs: Logs, tenant_id: UUID) -> None:
    streams = await a_full_log(logs, tenant_id)
    seen: list[tuple[str, int]] = []

    async def compare(stream: Stream[Any], stream_id: StreamId, loaded: Loaded[Any]) -> str | None:
        assert streams[stream.name][0] == stream_id
        seen.append((stream.name, loaded.version))
        return "another title" if (stream.name, loaded.version) == ("plan", 5) else None

    with tenant_log(logs.settings, tenant_id) as log:
        report = await verify(log, logs.store, also=compare)

    assert report.defect is not None
    assert (report.defect.check, report.defect.found) == ("replay", "another title")
    assert seen[-1] == ("plan", 5)
    assert report.versions_replayed == len(seen) - 1


async def test_two_opinions_about_a_version_that_is_not_there_are_a_defect(logs: Logs, tenant_id: UUID) -> None:
    streams = await a_full_log(logs, tenant_id)
    plan, last = streams["plan"]
    with (
        tenant_log(logs.settings, tenant_id) as log,
        TenantApplication(log) as application,
        pytest.raises(DefectError),
    ):
        await state_at(application, logs.store, PLAN, plan, last + 1)
