"""Random changes to the tables of a log, by somebody whom neither rights nor triggers stop, are found by `verify`.

The scan is the one that the verb runs; it looks inside the transaction that made the change, which is then undone.
"""

import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from domain.ids import TenantId
from infra.database import Database, closing
from infra.log.proofs.held import HeldCheckpoints
from infra.log.proofs.signing import Keys, LogSigner
from infra.log.scan import DefectError, LogScan
from infra.settings import DatabaseSettings, Role
from tests.integration.logs import Logs, open_log, open_logs
from tests.integration.services.test_replay import a_full_log, a_long_plan

KEYS = Keys("entente.example/log", bytes(range(32)))
# What is done, to what, and where. `n` and `m` are random; a bit is flipped in place.
HEAD = "(SELECT position FROM log.head WHERE tenant_id = '{tenant}')"
EVENT = f"tenant_id = '{{tenant}}' AND position = 1 + {{n}} % {HEAD}"
END = f"tenant_id = '{{tenant}}' AND position > {HEAD} - 1 - {{m}}"
ROW = "tenant_id = '{tenant}'"
CHANGES = {
    "a bit of a payload": ("UPDATE log.event SET state = <state>", EVENT),
    "a bit of a leaf": ("UPDATE log.event SET leaf = <leaf>", EVENT),
    "a type": ("UPDATE log.event SET type = type || 'x'", EVENT),
    "a version": ("UPDATE log.event SET version = version + 10000 + {m}", EVENT),
    "a time": ("UPDATE log.event SET recorded_at = recorded_at + interval '1 microsecond' * (1 + {n})", EVENT),
    "a stream": ("UPDATE log.event SET stream_id = gen_random_uuid()", EVENT),
    "a row gone": ("DELETE FROM log.event", EVENT),
    "a row given to another body": ("UPDATE log.event SET tenant_id = gen_random_uuid()", EVENT),
    "the end of the log gone": ("DELETE FROM log.event", END),
    "a bit of a tile": ("UPDATE log.tile SET data = <data>", ROW),
    "a bit of a tile's root": ("UPDATE log.tile SET root = <root>", ROW),
    "a bit of the head": ("UPDATE log.head SET frontier = <frontier>", ROW),
    "the head's place": ("UPDATE log.head SET position = position - 1 - {m}", ROW),
    "a bit of a checkpoint's root": ("UPDATE log.checkpoint SET root = <root>", ROW),
    "a checkpoint's size": ("UPDATE log.checkpoint SET size = size + 1 + {m}", ROW),
    "a checkpoint's note": (
        "UPDATE log.checkpoint SET note = overlay(note PLACING '~' FROM 1 + {n} % length(note))",
        ROW,
    ),
}


def statement(name: str, tenant_id: TenantId, random: Random) -> str:
    done, where = CHANGES[name]
    flip = r"set_byte(\1, {n} % octet_length(\1), get_byte(\1, {n} % octet_length(\1)) # (1 << {m}))"
    text = re.sub(r"<(\w+)>", flip, f"{done} WHERE {where}")
    return text.format(tenant=tenant_id, n=random.randrange(10_000), m=random.randrange(8))


@pytest.fixture
async def logs(database: DatabaseSettings) -> AsyncIterator[Logs]:
    async with open_logs(database) as opened:
        yield opened


async def a_signed_log(logs: Logs, tenant_id: TenantId, directory: Path) -> HeldCheckpoints:
    open_log(logs.settings, tenant_id)
    await a_full_log(logs, tenant_id)
    await a_long_plan(logs, tenant_id)
    held = HeldCheckpoints(directory)
    async with Database(logs.settings) as database, closing(await database.connect(Role.SIGNER)) as connection:
        done = await LogSigner(connection, held, KEYS, flush_wait_seconds=60).sign()
    assert tenant_id in done.signed
    return held


def find(
    settings: DatabaseSettings, tenant_id: TenantId, held: HeldCheckpoints, changes: int, seed: int
) -> Counter[str]:
    """How many changes of each kind were found. Fails at the first that was not."""
    random, found, names = Random(seed), Counter[str](), list(CHANGES)
    with psycopg.connect(settings.admin_dsn, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        LogScan(tenant_id, held.read(tenant_id)).run(connection)  # sound before
        while found.total() < changes:
            name = names[found.total() % len(names)]
            with connection.transaction(force_rollback=True):
                changed: Any = connection.execute(statement(name, tenant_id, random).encode())
                assert changed.rowcount >= 1, name
                with pytest.raises(DefectError):
                    LogScan(tenant_id, held.read(tenant_id)).run(connection)
            found[name] += 1
        LogScan(tenant_id, held.read(tenant_id)).run(connection)  # and sound after
    return found


async def test_every_kind_of_change_to_a_log_is_found(logs: Logs, tenant_id: TenantId, tmp_path: Path) -> None:
    held = await a_signed_log(logs, tenant_id, tmp_path)

    found = find(logs.settings, tenant_id, held, 3 * len(CHANGES), seed=1)

    assert set(found.values()) == {3}


@pytest.mark.faults
async def test_two_thousand_changes_to_a_log_are_found(
    logs: Logs, tenant_id: TenantId, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = await a_signed_log(logs, tenant_id, tmp_path)

    found = find(logs.settings, tenant_id, held, 2_000, seed=2)

    with capsys.disabled():
        print(f"\n{found.total()} changes to a log's tables, all found: {dict(found)}")  # noqa: T201
    assert found.total() == 2_000
