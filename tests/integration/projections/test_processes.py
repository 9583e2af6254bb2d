"""The projector and the worker over real logs, as their processes run them."""

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import dramatiq
import psycopg
import pytest

from domain.ids import CommandId, StreamId, TenantId
from domain.ports import Append, GapError, NewEvent
from infra.bulk.read_models import BulkReadModels
from infra.jobs.broker import TenantMissingError, open_broker
from infra.jobs.heartbeat import Heartbeat
from infra.settings import DatabaseSettings, Role
from projections.registry import BY_NAME, PROJECTIONS
from projections.runner import Runner, wait_for
from services import actors, projector
from services.actors import REBUILD, REBUILD_QUEUE, declare, rebuild_one
from services.contents import NO_CONTENTS
from tests.integration.logs import WRITER, Logs, open_log, open_logs
from tests.integration.projections.shared import dump
from tests.integration.projections.test_rebuild import forget
from tests.integration.working import projecting, worker
from tests.unit.projections.histories import Log, random_log


@pytest.fixture
async def logs(tables: DatabaseSettings) -> AsyncIterator[Logs]:
    await forget(tables)
    async with open_logs(tables) as opened:
        yield opened


async def store(logs: Logs, log: Log) -> None:
    """Append a log made in memory to the real one, event by event."""
    open_log(logs.settings, log.tenant_id)
    for row in log.rows:
        command_id = CommandId(uuid4())
        await logs.store.append(
            Append(
                tenant_id=log.tenant_id,
                stream_id=StreamId(row.stream_id),
                expected_version=row.version - 1,
                events=(NewEvent(version=row.version, type=row.type, state=row.state),),
                principal=WRITER,
                command_id=command_id,
                fingerprint=hashlib.sha256(command_id.bytes).digest(),
            )
        )


async def test_the_projector_follows_the_logs_and_a_rebuild_in_jobs_gives_the_same(
    logs: Logs, models: BulkReadModels, tenants: list[TenantId]
) -> None:
    settings = logs.settings
    written = [random_log(tenant_id, seed, 60) for seed, tenant_id in enumerate(tenants)]
    async with projecting(settings):
        for log in written:
            await store(logs, log)
        for log in written:
            assert await wait_for(models, list(BY_NAME), log.tenant_id, len(log.rows), timeout_seconds=120)
        live = [await dump(models, tenant_id) for tenant_id in tenants]

        async with worker(settings), projector.open_read_side(settings) as side:
            await asyncio.wait_for(projector.rebuild_projections(side, settings, in_jobs=True), 240)
            assert [await dump(models, tenant_id) for tenant_id in tenants] == live
            await asyncio.wait_for(projector.rebuild_projections(side, settings, ["plan", "timeline"]), 120)
            assert [await dump(models, tenant_id) for tenant_id in tenants] == live
            assert await projector.verify(side, tenants=tenants) == []
            assert [lag.projection for lag in await projector.status(side)] == list(BY_NAME)
    with psycopg.connect(settings.admin_dsn) as connection:
        left = connection.execute("SELECT count(*) FROM jobs.queue WHERE queue_name = 'rebuild'").fetchone()
        beats = connection.execute("SELECT DISTINCT kind FROM jobs.heartbeat").fetchall()
    assert left == (0,)
    assert ("worker",) in beats


async def test_a_rejected_job_ends_the_rebuild_and_says_whose_it_was_and_why(
    logs: Logs, models: BulkReadModels, tenants: list[TenantId], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = logs.settings
    for seed, tenant_id in enumerate(tenants[:2]):
        await store(logs, random_log(tenant_id, seed, 10))

    async def breaks(*given: Any) -> None:
        if given[-1] == tenants[1]:
            raise GapError("position 3 is missing")
        await rebuild_one(*given)

    monkeypatch.setattr(actors, "rebuild_one", breaks)
    monkeypatch.setattr(actors, "REBUILD_RETRIES", 0)
    async with worker(settings), projector.open_read_side(settings) as side:
        with pytest.raises(projector.JobsFailedError) as failed:
            await asyncio.wait_for(projector.rebuild_projections(side, settings, ["body"], in_jobs=True), 120)
    assert failed.value.projections == ("body",)
    assert failed.value.reasons == {tenants[1]: "domain.ports.GapError: position 3 is missing"}
    assert str(tenants[1]) in str(failed.value)
    assert {cursor.build for cursor in await models.cursors()} <= {""}
    with psycopg.connect(settings.admin_dsn) as connection:
        connection.execute("DELETE FROM jobs.queue WHERE queue_name = 'rebuild'")


async def test_a_rebuild_without_a_worker_is_given_up_and_withdraws_its_jobs(
    logs: Logs, tenants: list[TenantId]
) -> None:
    settings = logs.settings
    await store(logs, random_log(tenants[0], 1, 10))
    async with projector.open_read_side(settings) as side:
        with pytest.raises(projector.JobsFailedError, match="does a worker run"):
            await projector.rebuild_projections(side, settings, ["body"], in_jobs=True, patience_seconds=0.1)
    with psycopg.connect(settings.admin_dsn) as connection:
        left = connection.execute("SELECT count(*) FROM jobs.queue WHERE queue_name = 'rebuild'").fetchone()
    assert left == (0,)


async def test_live_rows_from_the_real_feed_equal_those_from_memory(
    logs: Logs, models: BulkReadModels, tenants: list[TenantId]
) -> None:
    await store(logs, random_log(tenants[0], 5, 80))
    async with projector.open_read_side(logs.settings) as side:
        await Runner(side.feed, models, PROJECTIONS, batch_events=7).catch_up(tenants)
        assert await projector.verify(side, tenants=tenants[:1]) == []
        with pytest.raises(projector.ProjectionUnknownError):
            await projector.verify(side, names=["nonsense"])


def test_a_message_without_a_tenant_is_refused_at_the_door(tables: DatabaseSettings) -> None:
    with open_broker(tables, listen=False) as broker:
        actors = declare(broker, tables, NO_CONTENTS)
        with pytest.raises(TenantMissingError):
            actors[REBUILD].send("timeline", "b1", "x")  # type: ignore[attr-defined] # an actor


def test_a_message_that_came_without_a_tenant_is_kept_as_rejected_and_never_run(tables: DatabaseSettings) -> None:
    ran: list[object] = []
    message_id = uuid4()
    with psycopg.connect(tables.admin_dsn) as connection:
        connection.execute(
            "INSERT INTO jobs.queue (queue_name, message_id, state, message) VALUES ('odd', %s, 'queued',"
            " jsonb_build_object('queue_name', 'odd', 'actor_name', 'probe', 'args', '[]'::jsonb, 'kwargs',"
            " '{}'::jsonb, 'options', '{}'::jsonb, 'message_id', %s::text, 'message_timestamp', 1.8e12))",
            (message_id, message_id),
        )
    with open_broker(tables) as broker:
        dramatiq.actor(actor_name="probe", queue_name="odd", broker=broker)(lambda: ran.append(1))
        worker = dramatiq.Worker(broker, worker_threads=1, queues={"odd"})
        worker.start()
        state = wait_for_state(tables, message_id)
        worker.stop()
    assert state == "rejected"
    assert ran == []


def wait_for_state(settings: DatabaseSettings, message_id: UUID) -> str:
    pause = threading.Event()
    for _ in range(400):
        with psycopg.connect(settings.admin_dsn) as connection:
            row = connection.execute("SELECT state::text FROM jobs.queue WHERE message_id = %s", [message_id])
            found = row.fetchone()
        if found is not None and found[0] == "rejected":
            return str(found[0])
        pause.wait(0.02)
    return "" if found is None else str(found[0])


def test_a_process_shows_that_it_lives(tables: DatabaseSettings) -> None:
    heart = Heartbeat(tables, "probe", role=Role.PROJECTOR, interval=timedelta(milliseconds=5))
    with heart, psycopg.connect(tables.admin_dsn, autocommit=True) as connection:
        pause = threading.Event()
        for _ in range(400):
            row = connection.execute(
                "SELECT beat_at > started_at FROM jobs.heartbeat WHERE process_id = %s", [heart.process_id]
            ).fetchone()
            if row == (True,):
                break
            pause.wait(0.01)
        else:
            pytest.fail("it did not beat twice")


def test_the_rebuild_actor_shows_its_limits(tables: DatabaseSettings) -> None:
    with open_broker(tables, listen=False) as broker:
        actor = declare(broker, tables, NO_CONTENTS)[REBUILD]
    options = actor.options  # type: ignore[attr-defined] # an actor
    assert (options["max_retries"], options["time_limit"]) == (5, 3_600_000)
    assert actor.queue_name == REBUILD_QUEUE  # type: ignore[attr-defined]
