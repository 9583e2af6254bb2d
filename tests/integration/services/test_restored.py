"""After a restore: a log that lost what was signed takes no orders, until a new epoch is recorded and says so."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest
from litestar.testing import AsyncTestClient

from domain.ids import TenantId
from infra.log.proofs.checkpoint import Checkpoint
from infra.log.proofs.note import Note
from infra.settings import Settings
from services.api.app import create_app
from services.cli import REFUSED, main
from services.signer import held_checkpoints, signing_keys
from tests.integration.logs import as_superuser
from tests.integration.services.asking import draft, order
from tests.integration.services.conftest import Partnership
from tests.integration.services.test_log_routes import sign

Run = Callable[..., int]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line on the same database and the same held checkpoints."""
    monkeypatch.setenv("ENTENTE_DATABASE_URL", settings.database.admin_dsn)
    monkeypatch.setenv("ENTENTE_SECRET_KEY", settings.database.secret_key.decode())
    monkeypatch.setenv("ENTENTE_ALLOWED_HOSTS", "testserver.local")
    monkeypatch.setenv("ENTENTE_INSTANCE_DIR", str(settings.instance_dir))
    monkeypatch.setattr("services.journal.configure_journal", lambda: None)
    return lambda *arguments: main(list(arguments))


class Earlier:
    """A log as it stood, to go back to."""

    def __init__(self, settings: Settings, tenant_id: TenantId) -> None:
        self._settings, self._tenant_id = settings, tenant_id
        with psycopg.connect(settings.database.admin_dsn) as connection:
            row = connection.execute(
                "SELECT position, recorded_at, frontier FROM log.head WHERE tenant_id = %s", [tenant_id]
            ).fetchone()
        assert row is not None
        self.position, self._recorded_at, self._frontier = row

    def restore(self) -> None:
        """What a backup of that moment would bring back: fewer events, and no later checkpoint."""
        with as_superuser(self._settings.database) as connection:
            for statement in (
                "DELETE FROM log.event WHERE tenant_id = %s AND position > %s",
                "DELETE FROM log.checkpoint WHERE tenant_id = %s AND size > %s",
                "DELETE FROM log.ledger WHERE tenant_id = %s AND position > %s",
            ):
                connection.execute(statement.encode(), [self._tenant_id, self.position])
            connection.execute(
                "UPDATE log.head SET position = %s, recorded_at = %s, frontier = %s WHERE tenant_id = %s",
                [self.position, self._recorded_at, self._frontier, self._tenant_id],
            )


def fresh_client(settings: Settings) -> Any:
    """A process that has just started."""
    return AsyncTestClient(create_app(settings, checks=lambda _: {}))


async def test_a_restored_shorter_log_takes_no_order_and_its_neighbour_does(
    client: httpx.AsyncClient, settings: Settings, partnership: Partnership, neighbour: Partnership
) -> None:
    earlier = Earlier(settings, partnership.tenant_id)
    await order(client, partnership.slug, "DraftPlan", draft(), token=partnership.token)
    await sign(settings)
    earlier.restore()

    async with fresh_client(settings) as started:
        refused = await order(started, partnership.slug, "DraftPlan", draft(), token=partnership.token)
        accepted = await order(started, neighbour.slug, "DraftPlan", draft(), token=neighbour.token)

    assert (refused.status_code, refused.json()["code"]) == (503, "log_stopped")
    assert accepted.status_code == 201
    assert Earlier(settings, partnership.tenant_id).position == earlier.position


async def test_a_log_of_another_history_takes_no_order(
    client: httpx.AsyncClient, settings: Settings, partnership: Partnership
) -> None:
    """Restored, written to by a process that did not look, and as long as before."""
    earlier = Earlier(settings, partnership.tenant_id)
    await order(client, partnership.slug, "DraftPlan", draft(), token=partnership.token)
    await sign(settings)
    earlier.restore()
    await order(client, partnership.slug, "DraftPlan", draft(), token=partnership.token)
    await order(client, partnership.slug, "DraftPlan", draft(), token=partnership.token)

    async with fresh_client(settings) as started:
        refused = await order(started, partnership.slug, "DraftPlan", draft(), token=partnership.token)

    assert refused.json()["code"] == "log_stopped"
    before = held_checkpoints(settings).read(partnership.tenant_id)
    await sign(settings)
    assert held_checkpoints(settings).read(partnership.tenant_id) == before  # and it is never signed


async def test_an_unharmed_log_takes_orders_after_a_start(
    client: httpx.AsyncClient, settings: Settings, partnership: Partnership
) -> None:
    """The control: a log that grew since it was signed is no restored one."""
    await sign(settings)
    await order(client, partnership.slug, "DraftPlan", draft(), token=partnership.token)

    async with fresh_client(settings) as started:
        answer = await order(started, partnership.slug, "DraftPlan", draft(), token=partnership.token)

    assert answer.status_code == 201


async def test_a_new_epoch_is_a_recorded_act_that_cites_what_is_missing(
    client: httpx.AsyncClient,
    settings: Settings,
    partnership: Partnership,
    run: Run,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await sign(settings)
    assert await asyncio.to_thread(run, "epoch", partnership.slug, "--reason", "events_lost") == REFUSED
    assert "contains everything that was signed" in capsys.readouterr().err
    earlier = Earlier(settings, partnership.tenant_id)
    await order(client, partnership.slug, "DraftPlan", draft(), token=partnership.token)
    await sign(settings)
    lost = held_checkpoints(settings).read(partnership.tenant_id)
    assert lost is not None
    earlier.restore()

    assert await asyncio.to_thread(run, "epoch", partnership.slug, "--reason", "restored_from_backup") == 0

    with psycopg.connect(settings.database.admin_dsn) as connection:
        row = connection.execute(
            "SELECT state FROM log.event WHERE tenant_id = %s ORDER BY position DESC LIMIT 1",
            [partnership.tenant_id],
        ).fetchone()
    assert row is not None
    envelope = json.loads(row[0])
    assert (envelope["type"], envelope["actor"]["role"]) == ("body.EpochOpened", "operator")
    assert envelope["data"] == {
        "epoch": 2,
        "ended_origin": f"testserver.local/log/{partnership.tenant_id}",
        "ended_size": 2,
        "ended_root": lost.root.hex(),
        "kept": 1,
        "reason": "restored_from_backup",
    }
    async with fresh_client(settings) as started:
        answer = await order(started, partnership.slug, "DraftPlan", draft(), token=partnership.token)
        assert answer.status_code == 201
        await sign(settings)
        note = Note.parse((await started.get(f"/log/{partnership.tenant_id}/checkpoint")).content)
    key = signing_keys(settings).of(partnership.tenant_id, 2).verifier
    note.verified([key])
    assert key.name.endswith(f"{partnership.tenant_id}/2")
    assert Checkpoint.parse(note.text).size == 3
    ended = settings.proof.checkpoint_dir / f"{partnership.tenant_id}.epoch-1"
    assert lost.note in json.loads(ended.read_text())["note"]
