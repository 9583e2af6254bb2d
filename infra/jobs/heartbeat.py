"""A row per running background process, so that operators and /readyz see who lives."""

import threading
from datetime import timedelta
from types import TracebackType
from typing import Final, Self
from uuid import UUID, uuid4

import psycopg
import structlog

from infra.settings import DatabaseSettings, Role

INTERVAL: Final = timedelta(seconds=10)
_BEAT: Final = (
    "INSERT INTO jobs.heartbeat (process_id, kind, started_at, beat_at) VALUES (%s, %s, now(), now())"
    " ON CONFLICT (process_id) DO UPDATE SET beat_at = now()"
)
_CLEAR: Final = "DELETE FROM jobs.heartbeat WHERE beat_at < now() - interval '1 day'"
_logger = structlog.get_logger()


class Heartbeat:
    """Beats from a thread of its own until the end of its `with`, whatever the process is busy with."""

    def __init__(
        self, settings: DatabaseSettings, kind: str, *, role: Role = Role.APP, interval: timedelta = INTERVAL
    ) -> None:
        self.process_id: UUID = uuid4()
        self._dsn = settings.dsn(role)
        self._kind = kind
        self._interval = interval
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"heartbeat-{kind}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                self._beat()
            except psycopg.Error as error:
                _logger.warning("jobs.heartbeat_failed", kind=self._kind, error=type(error).__name__)
            if self._stop.wait(self._interval.total_seconds()):
                return

    def _beat(self) -> None:
        # A connection each time: six a minute, and none held idle.
        with psycopg.connect(self._dsn, connect_timeout=5) as connection:
            connection.execute(_CLEAR)
            connection.execute(_BEAT, (self.process_id, self._kind))
