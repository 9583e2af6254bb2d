"""Every log is verified once a night; what is not as it was recorded is kept, logged and shown."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from structlog.testing import capture_logs

from domain.ids import COMMONS, TenantId
from infra.log.proofs.held import HeldCheckpoints
from infra.settings import DatabaseSettings
from services.api.health import Warned
from services.api.readiness import checks
from services.bootstrap import WriteSide, open_write_side
from services.cli import REFUSED, main
from services.forgetting_readings import FORGET_READINGS
from services.reactions import END_GRANTS
from services.verifying.jobs import VERIFY, Nights, Verifying, verify_tonight
from services.verifying.results import Found, last
from tests.integration.logs import as_superuser
from tests.integration.readapi.conftest import ALPHA, BETA
from tests.integration.services.reminding.world import queued
from tests.integration.working import worker

LOGS = 3
"""Of the two bodies and the commons."""
NIGHT = date(2026, 11, 28)
SEVEN = datetime(2026, 11, 28, 7, 0, tzinfo=UTC)  # three where the bodies are, two where the commons is


async def night(database: DatabaseSettings, tmp_path: Path, tenant_id: TenantId) -> Found:
    verifying = Verifying(3, HeldCheckpoints(tmp_path / "checkpoints"))
    return await verify_tonight(database, verifying, tenant_id, NIGHT)


def head(database: DatabaseSettings, tenant_id: TenantId) -> int:
    with psycopg.connect(database.admin_dsn) as connection:
        row = connection.execute("SELECT position FROM log.head WHERE tenant_id = %s", [tenant_id]).fetchone()
    assert row is not None
    return int(row[0])


@contextmanager
def tampered(database: DatabaseSettings, table: str, column: str, value: str) -> Iterator[None]:
    """One value of the third event of a body is another one, until the end."""
    names = [sql.Identifier(*table.split(".")), sql.Identifier(column)]
    where = sql.SQL(" WHERE position = 3 AND tenant_id = %s")
    read = sql.SQL("SELECT {1} FROM {0}").format(*names) + where
    write = sql.SQL("UPDATE {} SET {} = ").format(*names)
    with as_superuser(database) as connection:
        row = connection.execute(read, [ALPHA]).fetchone()
        assert connection.execute(write + sql.SQL("{}").format(value) + where, [ALPHA]).rowcount == 1
    assert row is not None
    yield
    with as_superuser(database) as connection:
        assert connection.execute(write + sql.SQL("%s") + where, [row[0], ALPHA]).rowcount == 1


def changed_leaf(database: DatabaseSettings) -> AbstractContextManager[None]:
    return tampered(database, "log.event", "leaf", "\\x" + 32 * "ab")


async def test_untouched_logs_are_sound_and_that_is_shown(
    write: WriteSide, database: DatabaseSettings, tmp_path: Path
) -> None:
    for tenant_id in (ALPHA, BETA, COMMONS):
        assert await last(write, tenant_id) is None

        found = await night(database, tmp_path, tenant_id)

        assert (found.defect, found.compared, found.position) == (None, True, head(database, tenant_id))
        kept = await last(write, tenant_id)
        assert kept is not None
        assert kept.found == found
        assert datetime.now(UTC) - kept.checked_at < timedelta(minutes=1)
    assert await checks(write)["verification"]() is None


async def test_a_leaf_that_somebody_changed_is_kept_logged_and_shown_and_the_other_body_stays_sound(
    write: WriteSide, database: DatabaseSettings, tmp_path: Path
) -> None:
    with changed_leaf(database), capture_logs() as journal:
        found = await night(database, tmp_path, ALPHA)
        other = await night(database, tmp_path, BETA)

    assert found.defect is not None
    assert (found.defect.split()[0], found.defect_position) == ("leaf", 3)
    assert other.sound
    (error,) = [line for line in journal if line["log_level"] == "error"]
    assert (error["event"], error["tenant_id"]) == ("verification.defect", str(ALPHA))
    assert (error["defect"], error["defect_position"]) == (found.defect, 3)
    shown = await checks(write)["verification"]()
    assert shown == "warning: defects in 1 logs: entente verify --last"
    assert isinstance(shown, Warned)


async def test_a_read_model_that_somebody_changed_is_found_and_a_repair_clears_it(
    write: WriteSide, database: DatabaseSettings, tmp_path: Path
) -> None:
    with tampered(database, "rm.timeline", "type", "x"):
        found = await night(database, tmp_path, ALPHA)
        other = await night(database, tmp_path, BETA)

    assert (found.defect, found.defect_position) == ("rm.timeline: 1 rows missing, 1 too many", None)
    assert other.sound
    assert await checks(write)["verification"]() is not None
    assert (await night(database, tmp_path, ALPHA)).sound
    assert await checks(write)["verification"]() is None


async def test_a_repeated_job_finds_the_same_and_keeps_one_result(
    database: DatabaseSettings, tmp_path: Path
) -> None:
    first, second = await asyncio.gather(*(night(database, tmp_path, ALPHA) for _ in range(2)))

    assert (first.position, first.root, first.defect) == (second.position, second.root, second.defect)
    assert rows(database) == [(ALPHA, NIGHT, None)]


async def test_read_models_that_are_behind_are_not_compared_and_that_is_said(
    database: DatabaseSettings, tmp_path: Path
) -> None:
    move = "UPDATE rm.cursor SET position = position + %s WHERE projection = 'timeline' AND tenant_id = %s"
    with as_superuser(database) as connection:
        assert connection.execute(move, [-1, ALPHA]).rowcount == 1

    found = await night(database, tmp_path, ALPHA)

    with as_superuser(database) as connection:
        connection.execute(move, [1, ALPHA])
    assert (found.sound, found.compared) == (True, False)


async def test_a_held_checkpoint_that_cannot_be_read_is_a_defect(
    database: DatabaseSettings, tmp_path: Path
) -> None:
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / f"{ALPHA}.json").write_text("{}")

    assert (await night(database, tmp_path, ALPHA)).defect == "held checkpoint cannot be read"
    assert (await night(database, tmp_path, BETA)).sound


async def test_a_night_s_job_is_put_into_the_queue_once_by_however_many_workers(
    write: WriteSide, database: DatabaseSettings
) -> None:
    async with open_write_side(database) as another:
        done = await asyncio.gather(*(Nights(3).enqueue(side, SEVEN) for side in (write, another) * 3))

    assert sorted(tenant_id for taken in done for tenant_id in taken) == sorted((ALPHA, BETA))
    assert sorted(queued(database)) == sorted(
        (actor, [str(each), "2026-11-28"], str(each))
        for each in (ALPHA, BETA)
        for actor in (VERIFY, END_GRANTS, FORGET_READINGS)
    )
    assert await Nights(3).enqueue(write, SEVEN) == []
    assert await Nights(3).enqueue(write, SEVEN + timedelta(hours=1)) == [COMMONS]
    again = Nights(3)
    assert sorted(await again.enqueue(write, SEVEN + timedelta(days=1))) == sorted((ALPHA, BETA))
    assert await again.enqueue(write, SEVEN + timedelta(days=1)) == []


async def test_the_night_begins_at_the_hour_of_the_body_s_own_time_zone(write: WriteSide) -> None:
    assert await Nights(3).enqueue(write, SEVEN - timedelta(minutes=1)) == []
    assert set(await Nights(3).enqueue(write, SEVEN)) == {ALPHA, BETA}


async def test_two_real_workers_verify_each_log_once_and_the_command_line_shows_it(
    database: DatabaseSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with changed_leaf(database), capture_logs() as journal:
        async with (
            worker(database, verifying=verifying(tmp_path)),
            worker(database, verifying=verifying(tmp_path)),
        ):
            deadline = asyncio.get_running_loop().time() + 120
            while len(rows(database)) < LOGS or queued(database):
                assert asyncio.get_running_loop().time() < deadline
                await asyncio.sleep(0.1)

    verified = [line for line in journal if line["event"] in {"verification.sound", "verification.defect"}]
    assert sorted(line["tenant_id"] for line in verified) == sorted(map(str, (ALPHA, BETA, COMMONS)))
    monkeypatch.setenv("ENTENTE_DATABASE_URL", database.admin_dsn)
    monkeypatch.setenv("ENTENTE_SECRET_KEY", database.secret_key.decode())
    monkeypatch.setenv("ENTENTE_ALLOWED_HOSTS", "testserver.local")
    monkeypatch.setenv("ENTENTE_INSTANCE_DIR", str(tmp_path))
    monkeypatch.setattr("services.journal.configure_journal", lambda: None)
    code = await asyncio.to_thread(main, ["verify", "--last"])
    lines = capsys.readouterr().out.splitlines()
    assert code == REFUSED
    assert len(lines) == 3
    (defect,) = [line for line in lines if "DEFECT" in line]
    assert defect.startswith(f"{ALPHA}: ")
    assert "DEFECT leaf of stream " in defect
    assert " at position 3, " in defect
    assert sum(", sound, " in line for line in lines) == 2
    assert await asyncio.to_thread(main, ["verify", "--last", "commons"]) == 0


def rows(database: DatabaseSettings) -> list[Any]:
    with psycopg.connect(database.admin_dsn) as connection:
        statement = "SELECT tenant_id, day, defect FROM jobs.verification WHERE checked_at IS NOT NULL"
        return connection.execute(statement).fetchall()


def verifying(tmp_path: Path) -> Verifying:
    return Verifying(0, HeldCheckpoints(tmp_path / "checkpoints"))
