"""The restore drill: a dump and a point-in-time recovery give what was there, and never a second history.

Real programs on real servers: `pg_dump` as the backup role, `pg_restore`, `pg_basebackup`, an archived log.
"""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.ids import TenantId
from infra.database import Database, closing
from infra.embedded import EmbeddedServer
from infra.log.proofs.held import Held
from infra.log.proofs.restored import differs
from infra.log.proofs.signing import LogSigner, Round
from infra.settings import Role, Settings
from services.cli import REFUSED, main
from services.projector import open_read_side, verify
from services.signer import held_checkpoints, signing_keys
from tests.integration.services.drill import (
    UNSYNCED,
    Disaster,
    contents,
    disaster,
    draft_plans,
    environment,
    project,
    run_program,
)
from tests.integration.services.test_log_routes import signer_connection


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disaster]:
    with disaster(tmp_path_factory.mktemp("d")) as known:
        yield known


@pytest.fixture
def held(lost: Disaster, tmp_path: Path) -> Path:
    """The highest checkpoints, which outlived the server; a copy for one test."""
    return shutil.copytree(lost.held, tmp_path / "held")


class Operator:
    """Runs our commands on a server, with the checkpoints that are held."""

    def __init__(
        self, lost: Disaster, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._lost, self._monkeypatch, self._capsys = lost, monkeypatch, capsys
        monkeypatch.setattr("services.journal.configure_journal", lambda: None)

    def run(self, server: EmbeddedServer, checkpoints: Path, *arguments: str) -> tuple[int, str]:
        given = environment(server, self._lost.directory / "instance", checkpoints)
        for name, value in given.items():
            self._monkeypatch.setenv(name, value)
        self._capsys.readouterr()
        code = main(list(arguments))
        told = self._capsys.readouterr()
        return code, told.out + told.err


@pytest.fixture
def operator(lost: Disaster, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Operator:
    return Operator(lost, monkeypatch, capsys)


async def signed(settings: Settings) -> Round:
    async with signer_connection(settings) as connection:
        return await LogSigner(connection, held_checkpoints(settings), signing_keys(settings)).sign()


async def compared(settings: Settings, known: Held) -> str | None:
    async with Database(settings.database) as database, closing(await database.connect(Role.APP)) as connection:
        return await differs(connection, known)


async def wrong_rows(settings: Settings) -> list[object]:
    async with open_read_side(settings.database) as side:
        return list(await verify(side, names=[]))


def known_of(settings: Settings, tenant_id: TenantId) -> Held:
    known = held_checkpoints(settings).read(tenant_id)
    assert known is not None
    return known


def test_a_dump_by_the_backup_role_restored_on_a_new_server_is_the_register_and_goes_on(
    lost: Disaster, operator: Operator, held: Path, tmp_path: Path
) -> None:
    held_then = shutil.copytree(lost.held_then, tmp_path / "held-then")
    server = EmbeddedServer(tmp_path / "new", settings=UNSYNCED)
    try:
        server.start()
        assert operator.run(server, held_then, "migrate")[0] == 0  # makes the database and its roles
        settings = lost.settings(server, held_then)
        dsn = settings.database.admin_dsn
        run_program("pg_restore", "--clean", "--if-exists", "--exit-on-error", "-d", dsn, str(lost.dump))
        assert operator.run(server, held_then, "migrate")[0] == 0

        assert contents(settings) == lost.then
        assert asyncio.run(wrong_rows(settings)) == []
        code, told = operator.run(server, held_then, "verify")
        assert code == 0
        assert told.count("1 checkpoints, root") == 3  # the commons and two bodies
        assert told.count("sound") == 3
        # Measured by what was signed after the dump, it takes nothing; nothing signed since, it goes on.
        later = lost.settings(server, held)
        assert asyncio.run(draft_plans(later, [lost.partnership])) == [(503, "log_stopped")]
        before = known_of(settings, lost.partnership.tenant_id)
        assert asyncio.run(draft_plans(settings, [lost.partnership, lost.neighbour])) == [(201, ""), (201, "")]
        done = asyncio.run(signed(settings))
        assert {tenant_id: checkpoint.size for tenant_id, checkpoint in done.signed.items()} == {
            lost.partnership.tenant_id: 3,
            lost.neighbour.tenant_id: 3,
        }
        assert done.refused == {}
        assert asyncio.run(compared(settings, before)) is None  # what was signed before is its beginning
        asyncio.run(project(settings))
        assert asyncio.run(wrong_rows(settings)) == []
        assert operator.run(server, held_then, "verify")[0] == 0
        # The control: a dump that row security would thin out is none.
        with pytest.raises(AssertionError, match="would be affected by row-level security"):
            run_program("pg_dump", "-Fc", "-f", str(tmp_path / "n"), "-d", settings.database.dsn(Role.BACKUP))
    finally:
        server.destroy()


def test_a_log_recovered_to_a_moment_takes_no_order_and_a_second_history_is_never_signed(
    lost: Disaster, operator: Operator, held: Path, tmp_path: Path
) -> None:
    tenant_id = lost.partnership.tenant_id
    with lost.recovered("moment", until=lost.moment) as server:
        settings = lost.settings(server, held)
        assert contents(settings) == lost.then  # every root, checkpoint and read model of that moment
        assert asyncio.run(wrong_rows(settings)) == []
        published = known_of(settings, tenant_id)
        assert published.size == 4

        assert asyncio.run(draft_plans(settings, [lost.partnership, lost.neighbour])) == [
            (503, "log_stopped"),
            (201, ""),
        ]
        why = "the log has 2 events, a checkpoint over 4 was published"
        assert asyncio.run(compared(settings, published)) == f"{why}: events are missing"
        code, told = operator.run(server, held, "verify", lost.partnership.slug)
        assert code == REFUSED
        assert "DEFECT" in told
        done = asyncio.run(signed(settings))
        assert list(done.signed) == [lost.neighbour.tenant_id]
        assert done.refused == {
            tenant_id: f"{why}: it was restored from before; see docs/proof.md, After a restore"
        }
        assert known_of(settings, tenant_id) == published

        # The control: without what is held outside, nothing stops the log, and the signer signs it again.
        blind = lost.settings(server, tmp_path / "nothing-held")
        assert asyncio.run(draft_plans(blind, [lost.partnership] * 2)) == [(201, "")] * 2
        second = asyncio.run(signed(blind)).signed[tenant_id]
        assert second.size == published.size
        assert second.root != published.root

        # As long as before, and still not taken for the log that was published.
        assert asyncio.run(draft_plans(settings, [lost.partnership])) == [(503, "log_stopped")]
        done = asyncio.run(signed(settings))
        assert done.signed == {}
        assert done.refused == {
            tenant_id: "the log's tree at 4 does not begin with the 4 events that were signed, or its head is not"
            " that of its events; see docs/proof.md, After a restore"
        }
        assert known_of(settings, tenant_id) == published


def test_the_rest_of_the_archived_log_brings_everything_back(
    lost: Disaster, operator: Operator, held: Path
) -> None:
    with lost.recovered("whole", until=None) as server:
        settings = lost.settings(server, held)
        assert contents(settings) == lost.last != lost.then
        assert operator.run(server, held, "verify")[0] == 0

        assert asyncio.run(draft_plans(settings, [lost.partnership, lost.neighbour])) == [(201, ""), (201, "")]

        done = asyncio.run(signed(settings))
        assert sorted(checkpoint.size for checkpoint in done.signed.values()) == [3, 5]
        assert done.refused == {}
