"""One job a day and body, however many workers there are."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from infra.mail.files import FileMailer
from infra.mail.settings import ReminderSettings
from infra.settings import DatabaseSettings
from services import daily
from services.bootstrap import WriteSide, open_write_side
from services.reminding.jobs import REMIND, Reminders, enqueue, remind_today
from tests.integration.mailbox import Mailbox
from tests.integration.readapi.conftest import ALPHA
from tests.integration.services.reminding.world import FRENCH, SETTINGS, listed, queued
from tests.integration.working import worker


async def test_a_body_s_job_is_put_into_the_queue_once_a_day_by_however_many_workers(
    write: WriteSide, alike: DatabaseSettings
) -> None:
    await listed(write, ALPHA)
    noon = datetime(2026, 11, 28, 17, 0, tzinfo=UTC)

    async with open_write_side(alike) as another:
        done = await asyncio.gather(*(enqueue(each, 7, noon) for each in (write, another) * 4))

    assert sorted(map(len, done)) == [0] * 7 + [1]
    assert queued(alike) == [(REMIND, [str(ALPHA), "2026-11-28"], str(ALPHA))]
    assert await enqueue(write, 7, noon + timedelta(hours=6)) == []
    assert await enqueue(write, 7, noon + timedelta(days=1)) == [ALPHA]
    assert await enqueue(write, 7, noon) == []  # a clock that was set back


async def test_the_day_begins_at_the_hour_of_the_body_s_own_time_zone(write: WriteSide) -> None:
    await listed(write, ALPHA)
    facts = await write.bodies.facts(ALPHA)
    assert facts is not None
    assert facts.time_zone == "America/Moncton"  # four hours behind UTC in winter

    assert await enqueue(write, 7, datetime(2026, 11, 28, 10, 59, tzinfo=UTC)) == []
    assert await enqueue(write, 7, datetime(2026, 11, 28, 11, 0, tzinfo=UTC)) == [ALPHA]
    assert await enqueue(write, 0, datetime(2026, 11, 29, 3, 59, tzinfo=UTC)) == []
    assert await enqueue(write, 0, datetime(2026, 11, 29, 4, 0, tzinfo=UTC)) == [ALPHA]


async def test_a_body_without_an_address_has_no_job(write: WriteSide, alike: DatabaseSettings) -> None:
    assert await enqueue(write, 0, datetime.now(UTC)) == []
    assert queued(alike) == []


async def test_a_job_whose_day_is_over_leaves_it_to_the_next_one(
    write: WriteSide, box: Mailbox, alike: DatabaseSettings
) -> None:
    await listed(write, ALPHA)
    facts = await write.bodies.facts(ALPHA)
    assert facts is not None
    today = facts.today()

    await remind_today(alike, Reminders(SETTINGS, box), ALPHA, today - timedelta(days=1))
    assert box.received == []
    await remind_today(alike, Reminders(SETTINGS, box), ALPHA, today)
    assert len(box.received) == 1


async def test_a_real_worker_finds_the_day_and_sends_its_message_as_a_file(
    write: WriteSide, alike: DatabaseSettings, tmp_path: Path
) -> None:
    await listed(write, ALPHA)
    settings = ReminderSettings(days_before=(14, 3), hour=0, public_url="https://entente.example.ca")
    mailer = FileMailer(tmp_path / "mail", "entente@example.org")

    reminders = Reminders(settings, mailer)
    async with worker(alike, reminders=reminders), worker(alike, reminders=reminders):
        await until(lambda: any(tmp_path.glob("mail/*.eml")) and not queued(alike))

    (path,) = (tmp_path / "mail").iterdir()
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert (message["To"], message["From"]) == (FRENCH, "entente@example.org")
    assert "Siège 2 (fr)" in message.get_content()
    assert (tmp_path / "mail").stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_worker_without_mail_puts_nothing_into_the_queue(
    write: WriteSide, alike: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily, "EVERY", timedelta(seconds=0.01))
    await listed(write, ALPHA)

    async with worker(alike, reminders=None):
        await asyncio.sleep(0.3)

    assert queued(alike) == []


async def until(condition: Callable[[], bool]) -> None:
    deadline = asyncio.get_running_loop().time() + 120
    while not condition():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.05)
