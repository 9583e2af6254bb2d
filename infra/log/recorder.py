"""The library's recorders over our log: the same function appends, the same tables are read."""

import hashlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import psycopg
import structlog
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    IntegrityError,
    Notification,
    OperationalError,
    StoredEvent,
    Subscription,
)
from psycopg_pool import ConnectionPool

from domain.ids import CommandId, PersonId, StreamId, TenantId
from domain.ports import Append, AppendError, NewEvent
from infra.log.batch import answers, arguments
from infra.log.mapper import LogEvent, LogNotification
from infra.log.poke import CHANNEL

LIBRARY = PersonId(UUID("00000000-0000-7000-8000-0000000011b5"))
"""Stands as principal in the ledger for what is appended through the library without one."""
_APPEND = (
    "SELECT * FROM log.append_columns(%s::uuid[], %s::uuid[], %s::int[], %s::uuid[], %s::uuid[], %s::bytea[],"
    " %s::int[], %s::int[], %s::text[], %s::bytea[], %s::jsonb, %s::jsonb)"
)
_COLUMNS = "tenant_id, position, stream_id, version, type, recorded_at, state"
_POLL_SECONDS = 0.25
_SUBSCRIPTION_BATCH = 500
_BIGINT_MAX = 2**63 - 1
_logger = structlog.get_logger()


class TenantLog:
    """One tenant's log, for synchronous reading: a pool of connections that may be shared between tenants."""

    def __init__(self, dsn: str, pool: ConnectionPool[psycopg.Connection], tenant_id: TenantId) -> None:
        self.dsn = dsn
        self.pool = pool
        self.tenant_id = tenant_id

    def read(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of one query under the tenant's row-level security.

        Raises:
            OperationalError: the database is out of reach, or refused.
        """
        try:
            with self.pool.connection() as connection, connection.transaction():
                connection.execute("SELECT log.enter(%s)", [self.tenant_id])
                return connection.execute(query.encode(), values).fetchall()
        except psycopg.Error as error:
            raise OperationalError(str(error)) from error

    @contextmanager
    def at_one_moment(self) -> Iterator[psycopg.Connection]:
        """A read-only transaction of the tenant in which everything stands still."""
        with self.pool.connection() as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            connection.execute("SELECT log.enter(%s)", [self.tenant_id])
            yield connection


class LogApplicationRecorder(ApplicationRecorder):
    """A tenant's log as the library sees it: notification ids are positions, gapless and in commit order."""

    def __init__(self, log: TenantLog) -> None:
        self.log = log

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """Append events, all or none; returns their positions once they are on disk, then wakes readers.

        `principal` and `command_id` may be given for the ledger, for the events of one stream.

        Raises:
            IntegrityError: a stream is not at the version before its first event.
        """
        if not stored_events:
            return []
        streams: dict[UUID | str, list[int]] = {}
        for index, event in enumerate(stored_events):
            streams.setdefault(event.originator_id, []).append(index)
        appends = [self._append([stored_events[i] for i in indexes], kwargs) for indexes in streams.values()]
        positions = [0] * len(stored_events)
        try:
            with self.log.pool.connection() as connection:
                with connection.transaction():
                    [row] = connection.execute(_APPEND, arguments(appends)).fetchall()
                    for indexes, outcome in zip(streams.values(), answers(appends, row), strict=True):
                        if isinstance(outcome, AppendError):
                            raise IntegrityError(str(outcome)) from outcome
                        assert outcome.first_position is not None
                        for position, index in enumerate(indexes, outcome.first_position):
                            positions[index] = position
                _poke(connection)
        except psycopg.errors.IntegrityError as error:
            raise IntegrityError(str(error)) from error
        except psycopg.Error as error:
            raise OperationalError(str(error)) from error
        return positions

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[LogEvent]:
        """Events of a stream by version; `gt` is excluded, `lte` included."""
        rows = self.log.read(
            f"SELECT {_COLUMNS} FROM log.event WHERE tenant_id = %s AND stream_id = %s"  # noqa: S608 - constants
            f" AND version > %s AND version <= %s ORDER BY version {'DESC' if desc else 'ASC'} LIMIT %s",
            *(self.log.tenant_id, originator_id, *_bounds(gt, lte), limit),
        )
        return [
            LogEvent(stream_id, version, type_, state, tenant_id, position, recorded_at)
            for tenant_id, position, stream_id, version, type_, recorded_at, state in rows
        ]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[LogNotification]:
        """Events of the log by position, from `start` to `stop`, of the named types or of all."""
        after = (start or 0) - (1 if inclusive_of_start else 0)
        rows = self.log.read(
            f"SELECT {_COLUMNS} FROM log.event WHERE tenant_id = %s AND position > %s AND position <= %s"  # noqa: S608
            " AND (%s OR type = ANY(%s)) ORDER BY position LIMIT %s",
            *(self.log.tenant_id, after, _BIGINT_MAX if stop is None else stop, not topics, list(topics), limit),
        )
        return [
            LogNotification(stream_id, version, type_, state, position, tenant_id, recorded_at)
            for tenant_id, position, stream_id, version, type_, recorded_at, state in rows
        ]

    def max_notification_id(self) -> int | None:
        """The last position, or None while the log is empty."""
        rows = self.log.read("SELECT position FROM log.head WHERE tenant_id = %s", self.log.tenant_id)
        return rows[0][0] or None if rows else None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> "LogSubscription":
        """All events after a position, as they come, without end."""
        return LogSubscription(self, gt, topics)

    def _append(self, events: Sequence[StoredEvent], kwargs: Mapping[str, Any]) -> Append:
        stream_id = events[0].originator_id
        assert isinstance(stream_id, UUID)
        return Append(
            tenant_id=self.log.tenant_id,
            stream_id=StreamId(stream_id),
            expected_version=events[0].originator_version - 1,
            events=tuple(NewEvent(version=e.originator_version, type=e.topic, state=e.state) for e in events),
            principal=kwargs.get("principal", LIBRARY),
            command_id=CommandId(kwargs.get("command_id") or uuid4()),
            fingerprint=hashlib.sha256(b"".join(e.state for e in events)).digest(),
        )


class LogSubscription(Subscription[LogApplicationRecorder]):
    """Yields events as they are recorded, and misses none.

    It listens before it reads for the first time, so an event is either read or announced afterwards; and since
    an announcement may be lost, it looks every quarter of a second anyway. `stop` may be called from any thread.
    """

    def __init__(self, recorder: LogApplicationRecorder, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder, gt, topics)
        self._waiting: deque[Notification] = deque()
        self._connection: psycopg.Connection | None = None

    def __next__(self) -> Notification:
        while not self._waiting and not self._has_been_stopped:
            if self._connection is None:
                self._connection = psycopg.connect(self._recorder.log.dsn, autocommit=True)
                self._connection.execute(f"LISTEN {CHANNEL}".encode())
            elif not self._read():
                for _ in self._connection.notifies(timeout=_POLL_SECONDS, stop_after=1):
                    pass
        if self._has_been_stopped:
            self._close()
            raise StopIteration
        return self._waiting.popleft()

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        super().__exit__(*args, **kwargs)
        self._close()

    def _read(self) -> bool:
        found = self._recorder.select_notifications(
            self._last_notification_id, _SUBSCRIPTION_BATCH, topics=self._topics, inclusive_of_start=False
        )
        if found:
            self._last_notification_id = found[-1].id
            self._waiting.extend(found)
        return bool(found)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class SnapshotRecorder(AggregateRecorder):
    """Snapshots as the library stores them: the topic is the kind of stream and the schema of its state.

    `topics` limits what is read, so that a snapshot of an older shape counts as absent.
    """

    def __init__(self, log: TenantLog, topics: Sequence[str] | None = None) -> None:
        self.log = log
        self._topics = None if topics is None else list(topics)

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> None:
        """Keep snapshots, all or none.

        Raises:
            IntegrityError: there is one of that stream, topic and version.
        """
        rows = [
            (self.log.tenant_id, event.originator_id, event.originator_version, *_kind(event.topic), event.state)
            for event in stored_events
        ]
        try:
            with self.log.pool.connection() as connection, connection.transaction():
                connection.execute("SELECT log.enter(%s)", [self.log.tenant_id])
                connection.cursor().executemany(
                    "INSERT INTO log.snapshot (tenant_id, stream_id, version, kind, schema, state)"
                    " VALUES (%s, %s, %s, %s, %s, %s)",
                    rows,
                )
        except psycopg.errors.IntegrityError as error:
            raise IntegrityError(str(error)) from error
        except psycopg.Error as error:
            raise OperationalError(str(error)) from error

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Snapshots of a stream by version; `gt` is excluded, `lte` included."""
        rows = self.log.read(
            "SELECT stream_id, version, topic, state FROM ("  # noqa: S608 - constants
            " SELECT *, CASE WHEN schema = 0 THEN kind ELSE kind || '.v' || schema END AS topic FROM log.snapshot"
            " WHERE tenant_id = %s AND stream_id = %s AND version > %s AND version <= %s) s"
            f" WHERE %s OR topic = ANY(%s) ORDER BY version {'DESC' if desc else 'ASC'} LIMIT %s",
            *(self.log.tenant_id, originator_id, *_bounds(gt, lte)),
            *(self._topics is None, self._topics, limit),
        )
        return [StoredEvent(*row) for row in rows]


def _bounds(gt: int | None, lte: int | None) -> tuple[int, int]:
    return (-1 if gt is None else gt, 2**31 - 1 if lte is None else lte)


def _kind(topic: str) -> tuple[str, int]:
    """Kind and schema; a topic of another form than ours is all kind."""
    kind, mark, schema = topic.rpartition(".v")
    return (kind, int(schema)) if mark and schema.isdecimal() and schema[0] != "0" else (topic, 0)


def _poke(connection: psycopg.Connection) -> None:
    """Wake the followers of the logs. The events are recorded, so failing here must not look like a refusal."""
    try:
        connection.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    except psycopg.Error as error:
        _logger.warning("log.poke_failed", error=repr(error))
