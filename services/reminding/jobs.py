"""The job that reminds one body, and what puts it into the queue: once a day where the body is."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import dramatiq
import structlog

from domain.ids import TenantId
from domain.ports import Mailer
from infra.mail.settings import ReminderSettings
from infra.settings import DatabaseSettings
from readapi.refusals import AnswerTooLargeError
from services.bootstrap import WriteSide, open_write_side
from services.daily import Daily, take
from services.days import local_time
from services.reminding.sending import remind_body

REMIND: Final = "remind_body"
REMIND_QUEUE: Final = "reminders"
REMIND_TIME: Final = timedelta(minutes=15)
REMIND_RETRIES: Final = 10
"""With pauses that grow from one minute to one hour this is some hours. Then the next day's job goes on."""
REMIND_PAUSE: Final = timedelta(minutes=1)
REMIND_PAUSE_MAX: Final = timedelta(hours=1)
_DAILY: Final = Daily(
    actor=REMIND,
    queue=REMIND_QUEUE,
    take="INSERT INTO jobs.reminder_day (tenant_id, day) VALUES ($1, $2)"
    " ON CONFLICT (tenant_id) DO UPDATE SET day = excluded.day WHERE reminder_day.day < excluded.day"
    " RETURNING true",
)
_logger = structlog.get_logger()


class Reminders(NamedTuple):
    """When and of what people are reminded, and who carries it."""

    settings: ReminderSettings
    mailer: Mailer


def declare_reminders(
    broker: dramatiq.Broker, database: DatabaseSettings, reminders: Reminders
) -> Callable[..., Any]:
    """Declare the actor on a broker."""

    @dramatiq.actor(
        actor_name=REMIND,
        queue_name=REMIND_QUEUE,
        broker=broker,
        max_retries=REMIND_RETRIES,
        min_backoff=int(REMIND_PAUSE.total_seconds() * 1000),
        max_backoff=int(REMIND_PAUSE_MAX.total_seconds() * 1000),
        time_limit=int(REMIND_TIME.total_seconds() * 1000),
        throws=AnswerTooLargeError,
    )
    def remind(tenant_id: str, day: str) -> None:
        asyncio.run(remind_today(database, reminders, TenantId(UUID(tenant_id)), date.fromisoformat(day)))

    return remind


async def remind_today(database: DatabaseSettings, reminders: Reminders, tenant_id: TenantId, day: date) -> None:
    """Remind a body, unless the day is over where it is: what was not sent is in the next day's message."""
    async with open_write_side(database) as write:
        facts = await write.bodies.facts(tenant_id)
        if facts is None or facts.today() != day:
            _logger.info("reminders.day_over", day=str(day))
            return
        await remind_body(write, reminders.mailer, reminders.settings, tenant_id, day)


async def enqueue(write: WriteSide, hour: int, now: datetime) -> list[TenantId]:
    """Put today's job of every body whose hour has come into the queue, once; the bodies whose it was.

    Only of bodies that have an address. The day and the job are written together or not at all.
    """
    enqueued = []
    for row in await write.pool.fetch("SELECT pii.bodies_that_remind()"):
        tenant_id = TenantId(row[0])
        facts = await write.bodies.facts(tenant_id)
        if facts is None:
            continue
        local = local_time(facts.time_zone, now)
        if local.hour >= hour and await take(write, _DAILY, tenant_id, local.date()):
            enqueued.append(tenant_id)
    return enqueued
