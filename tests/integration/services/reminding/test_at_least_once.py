"""At least once: whatever ends in between, nobody goes without a message, and nobody gets two but for a crash."""

import asyncio
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
import psycopg
import pytest
from aiosmtpd.smtp import Envelope

from domain.mail import Mail
from infra.pii import reminded
from infra.settings import DatabaseSettings
from services.bootstrap import WriteSide
from services.reminding import sending
from services.reminding.sending import MailNotTakenError, remind_body
from tests.integration.mail_server import Inbox, mail_server
from tests.integration.mailbox import Mailbox
from tests.integration.readapi.conftest import ALPHA
from tests.integration.services.reminding.world import ANNOUNCED, SETTINGS, kept, listed, reminded_on

ROOT: Final = Path(__file__).parents[4]


async def test_a_job_that_is_repeated_sends_nothing_more(
    write: WriteSide, box: Mailbox, alike: DatabaseSettings
) -> None:
    address = await listed(write, ALPHA)

    done = await reminded_on(write, box, ANNOUNCED, ANNOUNCED, ANNOUNCED + timedelta(days=1))

    assert [one.sent for one in done] == [1, 0, 0]
    assert len(box.received) == 1
    assert kept(alike, address) == [("14 days", ANNOUNCED)]


class Slow(Mailbox):
    """Hands messages over once as many as are waited for have begun, or after a while."""

    def __init__(self, begun: int, patience_seconds: float) -> None:
        super().__init__()
        self._left = begun
        self._all = asyncio.Event()
        self._patience_seconds = patience_seconds

    async def send(self, mail: Mail) -> None:
        self._left -= 1
        if self._left == 0:
            self._all.set()
        try:
            await asyncio.wait_for(self._all.wait(), self._patience_seconds)
        except TimeoutError:
            self._all.set()
        await super().send(mail)


async def test_two_jobs_at_once_send_one_message(write: WriteSide) -> None:
    await listed(write, ALPHA)
    box = Slow(begun=2, patience_seconds=0.5)

    done = await asyncio.gather(*(remind_body(write, box, SETTINGS, ALPHA, ANNOUNCED) for _ in range(2)))

    assert sorted(one.sent for one in done) == [0, 1]
    assert len(box.received) == 1


async def test_without_the_turn_two_jobs_at_once_would_send_two(
    write: WriteSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the lock that the test above relies on, taken away."""
    monkeypatch.setattr(reminded, "_TURN", reminded._TURN.replace(" FOR NO KEY UPDATE", ""))
    await listed(write, ALPHA)
    box = Slow(begun=2, patience_seconds=120)

    jobs_at_once = [remind_body(write, box, SETTINGS, ALPHA, ANNOUNCED) for _ in range(2)]
    done = await asyncio.gather(*jobs_at_once, return_exceptions=True)

    assert len(box.received) == 2
    assert sum(isinstance(one, asyncpg.UniqueViolationError) for one in done) == 1


class Dying(Mailbox):
    """Takes a message, and then the connection that was to keep of it ends, as in a crash."""

    def __init__(self, settings: DatabaseSettings) -> None:
        super().__init__()
        self.dies = True
        self._settings = settings

    async def send(self, mail: Mail) -> None:
        await super().send(mail)
        if self.dies:
            with psycopg.connect(self._settings.admin_dsn, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND state = 'idle in transaction'"
                )


async def test_a_crash_between_sending_and_keeping_sends_the_same_message_once_more(
    write: WriteSide, alike: DatabaseSettings
) -> None:
    address = await listed(write, ALPHA)
    box = Dying(alike)

    for _ in range(2):  # each end in between costs one message
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await remind_body(write, box, SETTINGS, ALPHA, ANNOUNCED)
        assert kept(alike, address) == []
    box.dies = False
    done = await reminded_on(write, box, ANNOUNCED, ANNOUNCED)

    assert [one.sent for one in done] == [1, 0]
    assert len(box.received) == 3
    assert len(set(box.received)) == 1  # the same to the letter, under one Message-ID
    assert kept(alike, address) == [("14 days", ANNOUNCED)]


class Killing(Inbox):
    """Takes a message, and kills whoever sent it before they hear of it."""

    def __init__(self) -> None:
        super().__init__()
        self.kills: int | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        answer = await super().handle_DATA(server, session, envelope)
        if self.kills is not None:
            os.kill(self.kills, signal.SIGKILL)
        return answer


async def test_a_process_killed_as_soon_as_the_server_has_a_message_sends_it_once_more(
    write: WriteSide, alike: DatabaseSettings, tmp_path: Path
) -> None:
    address = await listed(write, ALPHA)
    inbox, codes = Killing(), []
    with mail_server(inbox) as port:
        for dies in (True, False, False):
            process = _by_hand(alike, port, tmp_path)
            inbox.kills = process.pid if dies else None
            codes.append(await asyncio.to_thread(process.wait, 120))
            assert kept(alike, address) == ([] if dies else [("14 days", ANNOUNCED)])

    assert codes == [-signal.SIGKILL, 0, 0]
    assert len(inbox.taken) == 2
    assert len({(message["Message-ID"], message.get_content()) for message in inbox.taken}) == 1


def _by_hand(settings: DatabaseSettings, port: int, instance: Path) -> "subprocess.Popen[bytes]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ENTENTE_")} | {
        "ENTENTE_DATABASE_URL": settings.admin_dsn,
        "ENTENTE_SECRET_KEY": settings.secret_key.decode(),
        "ENTENTE_ALLOWED_HOSTS": "testserver.local",
        "ENTENTE_INSTANCE_DIR": str(instance),
        "ENTENTE_SMTP_URL": f"smtp://127.0.0.1:{port}?tls=none",
        "ENTENTE_MAIL_FROM": "entente@example.ca",
    }
    verb = [sys.executable, "-m", "services.cli", "remind", "alpha", "--day", str(ANNOUNCED)]
    return subprocess.Popen(verb, cwd=ROOT, env=environment)


async def test_whoever_got_a_message_gets_no_second_one_because_another_s_was_not_taken(
    write: WriteSide, box: Mailbox
) -> None:
    for name in ("first", "second", "third"):
        await listed(write, ALPHA, f"{name}@example.org")
    box.away = {"second@example.org"}

    with pytest.raises(MailNotTakenError, match="1 of 3 messages were not taken; 2 were sent"):
        await remind_body(write, box, SETTINGS, ALPHA, ANNOUNCED)
    box.away = set()
    await reminded_on(write, box, ANNOUNCED)

    assert [mail.to.split("@")[0] for mail in box.received] == ["first", "third", "second"]


async def test_a_server_that_is_away_is_not_tried_for_every_address(
    write: WriteSide, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "FAILURES_MAX", 2)
    box.away = {f"n{number}@example.org" for number in range(4)}
    for email in sorted(box.away):
        await listed(write, ALPHA, email)

    with pytest.raises(MailNotTakenError, match="2 of 4 messages"):
        await remind_body(write, box, SETTINGS, ALPHA, ANNOUNCED)
