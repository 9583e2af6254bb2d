"""What our recorders promise beyond the library's test-cases: tenants, atomicity, subscriptions without loss."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.application import AggregateNotFoundError
from eventsourcing.persistence import IntegrityError, NotSupportedError, OperationalError, StoredEvent
from psycopg_pool import ConnectionPool

from domain.event import Recorded, UnknownEventError
from domain.ids import CommandId, TenantId
from domain.plan.events import PlanClosed, PlanDrafted, PlanRetitled
from domain.plan.rules import PLAN
from domain.values import Period, SealedText, fr
from infra.log import recorder as recorder_module
from infra.log.application import TenantApplication
from infra.log.mapper import EntenteMapper, OpenTextError, TakenSnapshot, snapshot_topic
from infra.log.recorder import LogApplicationRecorder, SnapshotRecorder, TenantLog
from infra.settings import DatabaseSettings, Role
from tests.integration.logs import envelope, tenant_log

DRAFTED = PlanDrafted(kind="action_plan", title=fr("Plan"), period=Period.fiscal_year(2024), agreement_id=None)
DAY = date(2024, 4, 1)


@pytest.fixture
def log(database: DatabaseSettings, tenant_id: UUID) -> Iterator[TenantLog]:
    with tenant_log(database, tenant_id) as opened:
        yield opened


@pytest.fixture
def other(database: DatabaseSettings) -> Iterator[TenantLog]:
    with tenant_log(database, uuid4()) as opened:
        yield opened


def some(stream_id: UUID, *versions: int) -> list[StoredEvent]:
    return [StoredEvent(stream_id, version, "topic", b"state") for version in versions]


def an_event(payload: Any, stream_id: UUID, version: int, tenant_id: TenantId) -> Recorded:
    """An event as a library application would save it: not recorded yet, so without position."""
    return Recorded(
        payload=payload,
        envelope=envelope(payload, DAY, CommandId(uuid4())),
        tenant_id=tenant_id,
        originator_id=stream_id,
        originator_version=version,
        position=0,
        recorded_at=datetime.min.replace(tzinfo=UTC),
    )


# --- writing --------------------------------------------------------------------------------------------------


def test_events_of_several_streams_are_recorded_all_or_none(log: TenantLog) -> None:
    recorder = LogApplicationRecorder(log)
    one, two = uuid4(), uuid4()
    assert recorder.insert_events([*some(one, 1), *some(two, 1), *some(one, 2)]) == [1, 3, 2]

    with pytest.raises(IntegrityError):
        recorder.insert_events([*some(one, 3), *some(two, 1)])

    assert recorder.max_notification_id() == 3
    assert [event.originator_version for event in recorder.select_events(one)] == [1, 2]
    assert recorder.insert_events([]) == []


@pytest.mark.parametrize("versions", [(2,), (1, 3), (1, 1), (2, 1)])
def test_versions_have_no_gap(log: TenantLog, versions: tuple[int, ...]) -> None:
    with pytest.raises(IntegrityError):
        LogApplicationRecorder(log).insert_events(some(uuid4(), *versions))

    assert LogApplicationRecorder(log).max_notification_id() is None


def test_each_tenant_has_its_own_positions_streams_and_snapshots(log: TenantLog, other: TenantLog) -> None:
    stream = uuid4()
    for each in (log, other):
        assert LogApplicationRecorder(each).insert_events(some(stream, 1)) == [1]
        SnapshotRecorder(each).insert_events(some(stream, 1))
    LogApplicationRecorder(other).insert_events(some(stream, 2))

    assert [event.originator_version for event in LogApplicationRecorder(log).select_events(stream)] == [1]
    assert [n.tenant_id for n in LogApplicationRecorder(log).select_notifications(None, 9)] == [log.tenant_id]
    assert LogApplicationRecorder(other).max_notification_id() == 2
    assert len(SnapshotRecorder(log).select_events(stream)) == 1


def test_a_body_without_log_takes_nothing(database: DatabaseSettings, log: TenantLog) -> None:
    nobody = LogApplicationRecorder(TenantLog(database.dsn(Role.APP), log.pool, TenantId(uuid4())))

    with pytest.raises(IntegrityError, match="there is no log"):
        nobody.insert_events(some(uuid4(), 1))
    assert nobody.max_notification_id() is None


def test_a_database_out_of_reach_is_an_operational_error(log: TenantLog) -> None:
    dsn = "postgresql://nobody:nothing@127.0.0.1:1/nowhere?connect_timeout=1"
    with ConnectionPool(dsn, min_size=0, max_size=1, timeout=0.2, open=True) as pool:
        lost = TenantLog(dsn, pool, log.tenant_id)
        with pytest.raises(OperationalError):
            LogApplicationRecorder(lost).insert_events(some(uuid4(), 1))
        with pytest.raises(OperationalError):
            LogApplicationRecorder(lost).max_notification_id()
        with pytest.raises(OperationalError):
            SnapshotRecorder(lost).insert_events(some(uuid4(), 1))


def test_the_ledger_knows_the_command_that_was_given(log: TenantLog) -> None:
    command_id, principal = uuid4(), uuid4()
    LogApplicationRecorder(log).insert_events(some(uuid4(), 1, 2), command_id=command_id, principal=principal)

    assert log.read(
        "SELECT first_position, position FROM log.ledger"
        " WHERE tenant_id = %s AND command_id = %s AND principal = %s",
        *(log.tenant_id, command_id, principal),
    ) == [(1, 2)]


def test_one_command_id_is_not_spent_on_two_streams(log: TenantLog) -> None:
    with pytest.raises(IntegrityError):
        LogApplicationRecorder(log).insert_events([*some(uuid4(), 1), *some(uuid4(), 1)], command_id=uuid4())

    assert LogApplicationRecorder(log).max_notification_id() is None


# --- subscriptions --------------------------------------------------------------------------------------------


def written_by_threads(recorder: LogApplicationRecorder, threads: int, each: int) -> list[threading.Thread]:
    def write() -> None:
        for _ in range(each):
            recorder.insert_events(some(uuid4(), 1))

    started = [threading.Thread(target=write) for _ in range(threads)]
    for thread in started:
        thread.start()
    return started


def test_a_subscription_yields_every_position_in_order_while_others_write(log: TenantLog) -> None:
    recorder = LogApplicationRecorder(log)
    seen: list[int] = []
    with recorder.subscribe(gt=0) as subscription:
        threads = written_by_threads(recorder, threads=6, each=50)
        for notification in subscription:
            seen.append(notification.id)
            if len(seen) == 300:
                break
        for thread in threads:
            thread.join()

    assert seen == list(range(1, 301))


def test_a_recorder_wakes_subscribers_long_before_they_would_look(
    log: TenantLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "_POLL_SECONDS", 3_600)
    recorder = LogApplicationRecorder(log)
    with recorder.subscribe() as subscription:
        recorder.insert_events(some(uuid4(), 1))
        assert next(subscription).id == 1  # listening since now
        later = threading.Timer(0.1, recorder.insert_events, [some(uuid4(), 1)])
        later.start()
        before = datetime.now(UTC)
        assert next(subscription).id == 2
        assert (datetime.now(UTC) - before).total_seconds() < 300
        later.join()


def test_an_event_recorded_between_two_looks_is_announced(log: TenantLog, monkeypatch: pytest.MonkeyPatch) -> None:
    # The moment at which the library's own subscription loses one: after a read that found nothing.
    monkeypatch.setattr(recorder_module, "_POLL_SECONDS", 3_600)
    recorder = LogApplicationRecorder(log)
    select = recorder.select_notifications

    def select_then_write(*arguments: Any, **keywords: Any) -> Any:
        found = select(*arguments, **keywords)
        if not found and recorder.max_notification_id() is None:
            recorder.insert_events(some(uuid4(), 1))
        return found

    monkeypatch.setattr(recorder, "select_notifications", select_then_write)
    before = datetime.now(UTC)
    with recorder.subscribe() as subscription:
        assert next(subscription).id == 1
    assert (datetime.now(UTC) - before).total_seconds() < 300


def test_a_lost_poke_only_delays(log: TenantLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "_poke", lambda _: None)
    recorder = LogApplicationRecorder(log)
    with recorder.subscribe() as subscription:
        later = threading.Timer(0.1, recorder.insert_events, [some(uuid4(), 1)])
        later.start()
        assert next(subscription).id == 1
        later.join()


def test_a_failed_poke_does_not_look_like_a_refusal(log: TenantLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "CHANNEL", "x" * 100)  # the server refuses so long a name

    assert LogApplicationRecorder(log).insert_events(some(uuid4(), 1)) == [1]
    assert LogApplicationRecorder(log).max_notification_id() == 1


def test_another_thread_stops_a_waiting_subscription(log: TenantLog) -> None:
    with LogApplicationRecorder(log).subscribe() as subscription:
        stop = threading.Timer(0.1, subscription.stop)
        stop.start()
        assert list(subscription) == []
        stop.join()


# --- the application ------------------------------------------------------------------------------------------


def test_a_library_application_saves_loads_and_lists(log: TenantLog) -> None:
    plan = uuid4()
    with TenantApplication(log) as application:
        recordings = application.save(
            an_event(DRAFTED, plan, 1, log.tenant_id),
            an_event(PlanRetitled(title=fr("Plan II")), plan, 2, log.tenant_id),
        )
        replayed = application.replayed(PLAN, plan)
        section = application.notification_log["1,10"]
        events = list(application.events.get(plan))

    assert [recording.notification.id for recording in recordings] == [1, 2]
    assert (replayed.id, replayed.stream, replayed.version) == (plan, "plan", 2)
    assert replayed.state.title is not None
    assert replayed.state.title.value == fr("Plan II")
    assert [item.topic for item in section.items] == ["plan.Drafted", "plan.Retitled"]
    assert [event.position for event in events if isinstance(event, Recorded)] == [1, 2]


def test_what_is_stored_comes_back_byte_for_byte(log: TenantLog) -> None:
    mapper, plan = EntenteMapper(), uuid4()
    stored = mapper.to_stored_event(an_event(DRAFTED, plan, 1, log.tenant_id))
    recorder = LogApplicationRecorder(log)
    recorder.insert_events([stored])
    [row], [notification] = recorder.select_events(plan), recorder.select_notifications(None, 1)

    assert mapper.to_stored_event(mapper.to_domain_event(row)) == stored
    assert mapper.to_domain_event(notification) == mapper.to_domain_event(row)
    assert notification.position == row.position == 1


def test_the_process_environment_turns_nothing_on(log: TenantLog, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AGGREGATE_CACHE_MAXSIZE": "10",
        "IS_SNAPSHOTTING_ENABLED": "y",
        "COMPRESSOR_TOPIC": "zlib",
        "CIPHER_KEY": "x",
        "PERSISTENCE_MODULE": "eventsourcing.sqlite",
    }.items():
        monkeypatch.setenv(name, value)
    with TenantApplication(log) as application:
        assert application.repository.cache is None
        assert application.snapshots is None
        assert isinstance(application.mapper, EntenteMapper)
        assert isinstance(application.recorder, LogApplicationRecorder)


def test_no_module_is_imported_by_a_name_from_the_database(
    log: TenantLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(topic: str) -> None:
        raise AssertionError(f"{topic} was to be imported")

    plan = uuid4()
    with TenantApplication(log) as application:
        monkeypatch.setattr("eventsourcing.persistence.resolve_topic", resolve)
        application.save(an_event(DRAFTED, plan, 1, log.tenant_id))
        assert application.replayed(PLAN, plan).version == 1
        application.recorder.insert_events([StoredEvent(plan, 2, "os:system", b"{}")])
        with pytest.raises(Exception, match="Object missing required field"):
            application.replayed(PLAN, plan)
        assert application.replayed(PLAN, plan, version=1).version == 1


def test_the_mapper_refuses_what_is_not_ours(log: TenantLog) -> None:
    mapper = EntenteMapper()
    with pytest.raises(TypeError, match="expected a Recorded event or a TakenSnapshot; got object"):
        mapper.to_stored_event(object())  # type: ignore[arg-type]  # that is the point
    with pytest.raises(UnknownEventError, match=r"no snapshots of kind plan\.v0"):
        mapper.to_domain_event(StoredEvent(uuid4(), 1, "plan.v0", b"{}"))
    said = PlanClosed(note=SealedText.about(uuid4(), "Dit à voix haute"))
    with pytest.raises(OpenTextError):
        mapper.to_stored_event(an_event(said, uuid4(), 1, log.tenant_id))


def test_a_stream_that_is_not_there_is_not_found(log: TenantLog) -> None:
    with TenantApplication(log) as application, pytest.raises(AggregateNotFoundError):
        application.replayed(PLAN, uuid4())


def test_there_are_no_tracking_and_process_recorders(log: TenantLog) -> None:
    with TenantApplication(log) as application:
        assert isinstance(application.factory.aggregate_recorder(), LogApplicationRecorder)
        with pytest.raises(NotSupportedError):
            application.factory.tracking_recorder()
        with pytest.raises(NotSupportedError):
            application.factory.process_recorder()


def test_a_snapshot_of_the_library_is_one_of_the_store(log: TenantLog) -> None:
    plan = uuid4()
    with TenantApplication(log) as application:
        application.save(an_event(DRAFTED, plan, 1, log.tenant_id))
        loaded = application.replayed(PLAN, plan).loaded
        recorder = application.factory.aggregate_recorder(purpose="snapshots")
        taken = TakenSnapshot(originator_id=plan, originator_version=1, stream="plan", loaded=loaded)
        recorder.insert_events([application.mapper.to_stored_event(taken)])
        recorder.insert_events([StoredEvent(plan, 2, "plan.v999", b"of another shape")])

        [kept] = recorder.select_events(plan)

        assert application.mapper.to_domain_event(kept) == taken
    assert snapshot_topic(PLAN) == f"plan.v{PLAN.schema}"
    assert log.read(
        "SELECT kind, schema FROM log.snapshot WHERE tenant_id = %s ORDER BY schema", log.tenant_id
    ) == [
        ("plan", 1),
        ("plan", 999),
    ]


def test_nothing_can_be_written_in_the_moment_of_a_scan(log: TenantLog) -> None:
    with log.at_one_moment() as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("DELETE FROM log.snapshot WHERE tenant_id = %s", [log.tenant_id])
