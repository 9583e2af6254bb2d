"""The worker process: runs background jobs until it is told to stop."""

import signal
import threading
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime, timedelta
from types import FrameType
from typing import Final

import dramatiq
import structlog

from domain.ports import ContentStore
from infra.access.readings import KEPT
from infra.documents.files import FileContents
from infra.jobs.broker import open_broker
from infra.jobs.heartbeat import Heartbeat
from infra.log.proofs.held import HeldCheckpoints
from infra.settings import DatabaseSettings, Settings
from services.actors import declare
from services.bootstrap import WriteSide, mailer_of
from services.daily import keep_enqueuing
from services.reminding.jobs import Reminders, declare_reminders
from services.reminding.jobs import enqueue as enqueue_reminders
from services.verifying.jobs import VERIFY_QUEUE, Nights, Verifying, declare_verification

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
    work(
        settings.database,
        FileContents(settings.documents.directory),
        stop,
        reminders=reminders,
        verifying=Verifying(settings.proof.verify_hour, HeldCheckpoints(settings.proof.checkpoint_dir)),
        readings_kept=settings.sessions.readings_kept,
    )


def work(
    settings: DatabaseSettings,
    contents: ContentStore,
    stop: threading.Event,
    *,
    reminders: Reminders | None = None,
    verifying: Verifying | None = None,
    readings_kept: timedelta = KEPT,
    threads: int = THREADS,
) -> None:
    """Work until `stop` is set. Without `reminders`, none are sent and none are put into the queue.

    So it is with `verifying`, whose jobs have a thread of their own: one log at a time, and others wait for none.
    """
    with open_broker(settings) as broker, Heartbeat(settings, "worker"):
        declare(broker, settings, contents, readings_kept)
        with ExitStack() as beside:
            if reminders is not None:
                declare_reminders(broker, settings, reminders)
                beside.enter_context(_reminding(settings, reminders, stop))
            queues = set(broker.get_declared_queues())
            workers = [dramatiq.Worker(broker, queues=queues, worker_threads=threads)]
            if verifying is not None:
                declare_verification(broker, settings, verifying)
                nights = Nights(verifying.hour)
                beside.enter_context(keep_enqueuing(settings, "verification", nights.enqueue, stop))
                workers.append(dramatiq.Worker(broker, queues={VERIFY_QUEUE}, worker_threads=1))
            for worker in workers:
                worker.start()
            _logger.info("worker.started", threads=threads, reminders=reminders is not None)
            stop.wait()
            for worker in workers:
                worker.stop()
        _logger.info("worker.stopped")


def _reminding(
    settings: DatabaseSettings, reminders: Reminders, stop: threading.Event
) -> AbstractContextManager[None]:
    async def enqueue(write: WriteSide, now: datetime) -> None:
        await enqueue_reminders(write, reminders.settings.hour, now)

    return keep_enqueuing(settings, "reminders", enqueue, stop)
