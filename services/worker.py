"""The worker process: runs background jobs until it is told to stop."""

import signal
import threading
from types import FrameType
from typing import Final

import dramatiq
import structlog

from domain.ports import ContentStore
from infra.documents.files import FileContents
from infra.jobs.broker import open_broker
from infra.jobs.heartbeat import Heartbeat
from infra.settings import DatabaseSettings, DocumentSettings
from services.actors import declare

THREADS: Final = 2
_logger = structlog.get_logger()


def run(settings: DatabaseSettings, documents: DocumentSettings) -> None:
    """Work until TERM or INT; a job that is running is given back to the queue if it does not end in time."""
    stop = threading.Event()

    def leave(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    work(settings, FileContents(documents.directory), stop)


def work(
    settings: DatabaseSettings, contents: ContentStore, stop: threading.Event, *, threads: int = THREADS
) -> None:
    """Work until `stop` is set."""
    with open_broker(settings) as broker, Heartbeat(settings, "worker"):
        declare(broker, settings, contents)
        worker = dramatiq.Worker(broker, worker_threads=threads)
        worker.start()
        _logger.info("worker.started", threads=threads)
        stop.wait()
        worker.stop()
        _logger.info("worker.stopped")
