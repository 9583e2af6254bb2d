"""The contract with dramatiq-postgres: the same tables, the same messages, a real worker that runs the jobs."""

import asyncio
import re
import threading
from collections.abc import Iterator
from typing import Any

import dramatiq
import msgspec
import psycopg
import pytest
from dramatiq.middleware import CurrentMessage
from dramatiq_postgres import PostgresBroker  # type: ignore[import-untyped]  # ships no types
from dramatiq_postgres.schema import generate_init_sql  # type: ignore[import-untyped]  # ships no types

from domain.ids import TenantId
from domain.jobs import JobRow
from infra.log.store import LogStore
from infra.settings import DatabaseSettings, Role
from tests.integration.infra.log.logs import an_append, call


@pytest.fixture
def broker(database: DatabaseSettings) -> Iterator[PostgresBroker]:
    broker = PostgresBroker(url=database.dsn(Role.APP), schema="jobs", poll_interval=3_600)
    yield broker
    broker.close()


def shape(connection: psycopg.Connection, schema: str) -> list[tuple[object, ...]]:
    """Columns and indexes of the queue's tables, with the schema's name taken out."""
    columns = connection.execute(
        "SELECT table_name, ordinal_position, column_name, udt_name, is_nullable, column_default, is_identity,"
        " identity_generation FROM information_schema.columns"
        " WHERE table_schema = %s AND table_name IN ('queue', 'worker', 'result') ORDER BY 1, 2",
        [schema],
    ).fetchall()
    indexes = connection.execute(
        "SELECT tablename, indexname, indexdef FROM pg_indexes"
        " WHERE schemaname = %s AND tablename IN ('queue', 'worker', 'result') ORDER BY 1, 2",
        [schema],
    ).fetchall()
    values = connection.execute(
        "SELECT enumlabel FROM pg_enum WHERE enumtypid = %s::regtype ORDER BY enumsortorder", [f"{schema}.state"]
    ).fetchall()
    return [
        tuple(re.sub(rf"\b{schema}\.", "", str(value)) for value in row) for row in (*columns, *indexes, *values)
    ]


def test_the_tables_are_those_that_the_package_makes(database: DatabaseSettings) -> None:
    with psycopg.connect(database.admin_dsn) as connection:
        connection.execute(generate_init_sql("theirs").encode())
        theirs, ours = shape(connection, "theirs"), shape(connection, "jobs")
        connection.rollback()

    assert len(ours) > 15
    assert ours == theirs


async def test_a_job_is_the_row_that_the_broker_writes(
    app: Any, admin: Any, body: TenantId, broker: PostgresBroker
) -> None:
    await call(
        app, an_append(body, events=2, jobs=(JobRow(actor="send_reminder", queue="test.rows", args=("7", "8")),))
    )
    broker.enqueue(
        dramatiq.Message(
            queue_name="test.rows",
            actor_name="send_reminder",
            args=("7", "8"),
            kwargs={},
            options={"tenant_id": str(body), "position": 2},
        )
    )

    ours, theirs = (
        dict(row)
        for row in await admin.fetch("SELECT * FROM jobs.queue WHERE queue_name = 'test.rows' ORDER BY position")
    )
    message, expected = (msgspec.json.decode(row["message"]) for row in (ours, theirs))
    assert message["message_id"] == str(ours["message_id"])
    assert abs(message.pop("message_timestamp") - expected.pop("message_timestamp")) < 60_000
    assert message | {"message_id": 0} == expected | {"message_id": 0}
    for column in ("queue_name", "state", "worker_id", "consumed_at"):
        assert ours[column] == theirs[column]


async def test_a_real_worker_runs_the_job_after_the_commit(
    store: LogStore, body: TenantId, broker: PostgresBroker
) -> None:
    """It polls once an hour in this test, so it is the store's poke that wakes it."""
    ran: list[tuple[str, dict[str, Any]]] = []
    done = threading.Event()

    def note(argument: str) -> None:
        message = CurrentMessage.get_current_message()
        assert message is not None
        ran.append((argument, message.options))
        done.set()

    broker.add_middleware(CurrentMessage())
    dramatiq.actor(broker=broker, queue_name="test.worker", actor_name="note")(note)
    worker = dramatiq.Worker(broker, worker_threads=1, worker_timeout=100)
    worker.start()
    try:
        await asyncio.sleep(0.5)  # lets it find the queue empty; without it the test is merely easier
        await store.append(an_append(body, jobs=(JobRow(actor="note", queue="test.worker", args=("seven",)),)))
        assert await asyncio.to_thread(done.wait, 120)
    finally:
        await asyncio.to_thread(worker.stop)

    assert ran == [("seven", {"tenant_id": str(body), "position": 1})]


async def test_a_refused_command_leaves_no_job(app: Any, admin: Any, body: TenantId) -> None:
    await call(app, an_append(body, after=3, jobs=(JobRow(actor="note", queue="test.refused", args=()),)))

    assert await admin.fetchval("SELECT count(*) FROM jobs.queue WHERE queue_name = 'test.refused'") == 0


async def test_a_job_without_a_tenant_is_refused(app: Any) -> None:
    with pytest.raises(Exception, match="a job belongs to a tenant"):
        await app.execute("SELECT jobs.enqueue(NULL, 'note', 'default', '[]')")
