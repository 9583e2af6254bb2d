"""The worker process: runs background jobs until it is told to stop."""

import signal
import threading
from contextlib import ExitStack
from types import FrameType
from typing import Final

import dramatiq
import structlog

from domain.ports import ContentStore
from infra.documents.files import FileContents
from infra.jobs.broker import open_broker
from infra.jobs.heartbeat import Heartbeat
from infra.settings import DatabaseSettings, Settings
from services.actors import declare
from services.bootstrap import mailer_of
from services.reminding.jobs import Reminders, declare_reminders, keep_enqueuing

THREADS: Final = 2
_logger = structlog.get_logger()


def run(settings: Settings) -> None:
    """Work until TERM or INT; a job that is running is given back to the queue if it does not end in time."""
    stop = threading.Event()

    def leave(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    reminders = None
    if settings.mail is not None:
        reminders = Reminders(settings.reminders, mailer_of(settings.mail))
    work(settings.database, FileContents(settings.documents.directory), stop, reminders=reminders)


def work(
    settings: DatabaseSettings,
    contents: ContentStore,
    stop: threading.Event,
    *,
    reminders: Reminders | None = None,
    threads: int = THREADS,
) -> None:
    """Work until `stop` is set. Without `reminders`, none are sent and none are put into the queue."""
    with open_broker(settings) as broker, Heartbeat(settings, "worker"):
        declare(broker, settings, contents)
        worker = dramatiq.Worker(broker, worker_threads=threads)
        with ExitStack() as beside:
            if reminders is not None:
                declare_reminders(broker, settings, reminders)
                beside.enter_context(keep_enqueuing(settings, reminders.settings.hour, stop))
            worker.start()
            _logger.info("worker.started", threads=threads, reminders=reminders is not None)
            stop.wait()
            worker.stop()
        _logger.info("worker.stopped")
