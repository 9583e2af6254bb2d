"""The signer: every leaf recomputed, only what is flushed is signed, and never a second history."""

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import psycopg
import pytest
from psycopg import sql

from domain.ids import TenantId
from infra.database import Database, closing
from infra.embedded import EmbeddedServer
from infra.log.leaf import leaf_of
from infra.log.merkle import leaf_hash, root_of, verify_inclusion
from infra.log.proofs.checkpoint import Checkpoint, open_checkpoint
from infra.log.proofs.held import Held, HeldBrokenError, HeldCheckpoints
from infra.log.proofs.national import national_text, sign_national_root
from infra.log.proofs.note import Note, SigningKey
from infra.log.proofs.signing import Keys, LogSigner, OriginChangedError
from infra.migrate import migrate
from infra.settings import DatabaseSettings, Role, embedded_database
from tests.integration.infra.log.killing import kill
from tests.integration.infra.log.logs import an_append, call, new_tenant, open_logs, rows_of
from tests.integration.keeper import FAST, TEMPLATE
from tests.integration.logs import as_superuser
from tests.integration.processes import psutil, wait_until

KEYS = Keys("entente.example/log", bytes(range(32)))


class Own:
    """A database, the directory of its held checkpoints, and a signer on it."""

    def __init__(self, settings: DatabaseSettings, directory: Path) -> None:
        self.settings = settings
        self.held = HeldCheckpoints(directory)

    @asynccontextmanager
    async def signer(self, keys: Keys = KEYS, *, flush_wait_seconds: float = 60.0) -> AsyncIterator[LogSigner]:
        async with Database(self.settings) as database, closing(await database.connect(Role.SIGNER)) as connection:
            yield LogSigner(connection, self.held, keys, flush_wait_seconds=flush_wait_seconds)

    async def append(self, tenant_id: TenantId, events: int, *, durably: bool = True) -> None:
        async with Database(self.settings) as database, closing(await database.connect(Role.APP)) as connection:
            async with connection.transaction():
                [answer] = await call(connection, an_append(tenant_id, events=events))
                if not durably:
                    await connection.execute("SET LOCAL synchronous_commit = off")
            assert answer[0] == "accepted"

    def checkpoints(self, tenant_id: TenantId) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.settings.admin_dsn) as connection:
            return connection.execute(
                "SELECT epoch, size, root, note, vkey FROM log.checkpoint WHERE tenant_id = %s ORDER BY size",
                [tenant_id],
            ).fetchall()


@pytest.fixture
def own(server: EmbeddedServer, tmp_path: Path) -> Iterator[Own]:
    """A database in which nobody else writes: a signer looks at every log."""
    name = f"signing_{uuid.uuid4().hex[:12]}"
    settings = embedded_database(server.instance_dir, name=name)
    with psycopg.connect(server.admin_dsn(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
        )
        migrate(settings)
        yield Own(settings, tmp_path / "checkpoints")
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def two_logs(own: Own) -> tuple[TenantId, TenantId]:
    one, other = sorted((new_tenant(), new_tenant()))
    open_logs(own.settings, one, other)
    return one, other


async def test_a_log_that_grows_is_signed_again_and_every_checkpoint_stays(own: Own) -> None:
    one, other = two_logs(own)
    await own.append(one, 3)
    await own.append(other, 2)
    async with own.signer() as signer:
        first = await signer.sign()
        nothing = await signer.sign()
        await own.append(one, 300)
        second = await signer.sign()

    leaves = [leaf_of(row) for row in rows_of(own.settings, one)]
    assert {tenant: checkpoint.size for tenant, checkpoint in first.signed.items()} == {one: 3, other: 2}
    assert (nothing.signed, nothing.refused) == ({}, {})
    assert second.signed == {one: Checkpoint(f"entente.example/log/{one}", 303, root_of(leaves))}
    kept = own.checkpoints(one)
    assert [(epoch, size, root) for epoch, size, root, _, _ in kept] == [
        (1, 3, root_of(leaves[:3])),
        (1, 303, root_of(leaves)),
    ]
    for _, size, root, note, vkey in kept:
        key = KEYS.of(one, 1).verifier
        assert vkey == key.vkey
        assert open_checkpoint(Note.parse(note), key) == Checkpoint(key.name, size, root)
    held = own.held.read(one)
    assert held is not None
    assert (held.size, held.root, held.note) == (303, root_of(leaves), kept[-1][3])


async def test_a_signer_that_starts_again_goes_on_from_what_is_held(own: Own) -> None:
    one, _ = two_logs(own)
    await own.append(one, 3)
    async with own.signer() as signer:
        await signer.sign()
    await own.append(one, 4)
    async with own.signer() as signer:
        assert (await signer.sign()).signed[one].size == 7


async def test_a_crash_between_holding_and_storing_is_made_good(own: Own) -> None:
    one, _ = two_logs(own)
    await own.append(one, 3)
    async with own.signer() as signer:
        await signer.sign()
    with as_superuser(own.settings) as connection:
        connection.execute("DELETE FROM log.checkpoint")

    async with own.signer() as signer:
        assert (await signer.sign()).signed == {}

    assert [row[1] for row in own.checkpoints(one)] == [3]


async def test_a_log_without_what_was_held_must_pass_through_the_databases_checkpoint(own: Own) -> None:
    one, _ = two_logs(own)
    await own.append(one, 3)
    async with own.signer() as signer:
        await signer.sign()
    await own.append(one, 2)
    lost = Own(own.settings, Path(str(own.held._directory) + "-new"))
    async with lost.signer() as signer:
        assert (await signer.sign()).signed[one].size == 5

    stranger = Own(own.settings, Path(str(own.held._directory) + "-stranger"))
    async with stranger.signer(Keys(KEYS.base, bytes(32))) as signer:
        refused = (await signer.sign()).refused
    assert refused[one].startswith("the database's checkpoint was not signed by this key")


TAMPERING = {
    "a payload": "UPDATE log.event SET state = '{\"a\":1}' WHERE tenant_id = %s AND position = 4",
    "a type": "UPDATE log.event SET type = 'test.Other' WHERE tenant_id = %s AND position = 4",
    "a leaf": "UPDATE log.event SET leaf = sha256(leaf) WHERE tenant_id = %s AND position = 4",
    "a time": "UPDATE log.event SET recorded_at = recorded_at + '1 s' WHERE tenant_id = %s AND position = 4",
    "a row": "DELETE FROM log.event WHERE tenant_id = %s AND position = 4",
    "the last row": "DELETE FROM log.event WHERE tenant_id = %s AND position = 5",
    "the head": "UPDATE log.head SET frontier = sha256(frontier) || sha256(frontier) WHERE tenant_id = %s",
}


@pytest.mark.parametrize("what", TAMPERING)
async def test_what_was_changed_before_signing_is_not_signed_and_the_neighbour_is(own: Own, what: str) -> None:
    one, other = two_logs(own)
    await own.append(one, 3)
    await own.append(other, 3)
    async with own.signer() as signer:
        await signer.sign()
        await own.append(one, 2)
        await own.append(other, 2)
        with as_superuser(own.settings) as connection:
            connection.execute(TAMPERING[what].encode(), [one])

        done = await signer.sign()

    assert list(done.refused) == [one]
    assert list(done.signed) == [other]
    assert [row[1] for row in own.checkpoints(one)] == [3]


@pytest.mark.parametrize("kept", [0, 2])
async def test_a_second_history_is_never_signed(own: Own, kept: int) -> None:
    """The log goes back to before a checkpoint, then grows past it with other events."""
    one, _ = two_logs(own)
    await own.append(one, kept) if kept else None
    dump = _head(own, one)
    await own.append(one, 3)
    async with own.signer() as signer:
        await signer.sign()
        held = own.held.read(one)
        with as_superuser(own.settings) as connection:
            connection.execute("DELETE FROM log.event WHERE tenant_id = %s AND position > %s", [one, kept])
            connection.execute(
                "UPDATE log.head SET position = %s, frontier = %s WHERE tenant_id = %s", [*dump, one]
            )
        shorter = await signer.sign()
        await own.append(one, 3)
        equally_long = await signer.sign()
        await own.append(one, 3)
        longer = await signer.sign()

    if kept:
        assert shorter.refused[one].startswith(
            f"the log has {kept} events, a checkpoint over {kept + 3} was published: it was restored from before"
        )
    for done in (equally_long, longer):
        assert done.refused[one].startswith("the log's tree at")
    assert own.held.read(one) == held
    assert [row[1] for row in own.checkpoints(one)] == [kept + 3]


def _head(own: Own, tenant_id: TenantId) -> list[Any]:
    with psycopg.connect(own.settings.admin_dsn) as connection:
        row = connection.execute("SELECT position, frontier FROM log.head WHERE tenant_id = %s", [tenant_id])
        return list(row.fetchone() or ())


async def test_another_name_for_signed_logs_stops_the_signer(own: Own) -> None:
    one, _ = two_logs(own)
    await own.append(one, 3)
    async with own.signer() as signer:
        await signer.sign()
    await own.append(one, 3)

    async with own.signer(Keys("another.example/log", KEYS.seed)) as signer:
        with pytest.raises(OriginChangedError, match="set ENTENTE_LOG_ORIGIN to what it was"):
            await signer.sign()


def test_a_held_checkpoint_that_was_changed_is_refused(tmp_path: Path) -> None:
    held, tenant_id = HeldCheckpoints(tmp_path), new_tenant()
    leaf = leaf_hash(b"one")
    key = KEYS.of(tenant_id, 1)
    note = str(Checkpoint(key.name, 1, leaf).signed(key))
    held.write(Held(tenant_id=tenant_id, epoch=1, size=1, frontier=leaf, note=note))
    path = tmp_path / f"{tenant_id}.json"
    good = path.read_bytes()
    found = held.read(tenant_id)
    assert found is not None
    assert (held.tenants(), found.root) == ([tenant_id], leaf)

    for bad in (b"", b"{}", good.replace(b'"size":1', b'"size":2'), good.replace(b'"epoch"', b'"ep"'), good[:-1]):
        path.write_bytes(bad)
        with pytest.raises(HeldBrokenError):
            held.read(tenant_id)


async def test_the_national_root_is_made_once_an_hour_over_every_log(own: Own) -> None:
    one, other = two_logs(own)
    await own.append(one, 3)
    await own.append(other, 2)
    at = datetime(2026, 4, 1, 14, 59, 59, tzinfo=UTC)
    async with own.signer() as signer:
        assert await sign_national_root(signer._connection, KEYS, at) is None
        await signer.sign()
        note = await sign_national_root(signer._connection, KEYS, at)
        again = await sign_national_root(signer._connection, KEYS, at)
        later = await sign_national_root(signer._connection, KEYS, at.replace(hour=15, minute=0))

    assert again is None
    assert later is not None
    assert note is not None
    parsed = Note.parse(note)
    parsed.verified([KEYS.named("national-root").verifier])
    texts = [Note.parse(own.checkpoints(tenant)[0][3]).text for tenant in (one, other)]
    leaves = [leaf_hash(text.encode()) for text in texts]
    root = root_of(leaves)
    assert parsed.text == national_text(KEYS.base, at.replace(minute=0, second=0), 2, root)
    with psycopg.connect(own.settings.admin_dsn) as connection:
        rows = connection.execute(
            "SELECT tenant_id, leaf, text, proof FROM log.national_leaf WHERE at = %s ORDER BY leaf",
            [at.replace(minute=0, second=0)],
        ).fetchall()
    assert [(row[0], row[1], row[2]) for row in rows] == [(one, 0, texts[0]), (other, 1, texts[1])]
    for index, row in enumerate(rows):
        assert verify_inclusion(index=index, size=2, leaf=leaves[index], proof=[row[3]], root=root)


@pytest.mark.parametrize("table", ["log.checkpoint", "log.cosignature", "log.national_leaf", "national.log_root"])
@pytest.mark.parametrize("role", [*Role, "postgres"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_what_was_signed_stays(admin: Any, table: str, role: str, statement: str) -> None:
    column = {"log.cosignature": "line = ''", "log.national_leaf": "text = ''"}.get(table, "note = ''")
    transaction = admin.transaction()
    await transaction.start()
    await admin.execute("SELECT set_config('app.tenant', $1, true)", str(new_tenant()))
    await admin.execute(f"SET LOCAL ROLE {role}")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await admin.execute(statement.format(table, column))
    await transaction.rollback()


async def test_a_body_sees_its_own_checkpoints_alone(own: Own) -> None:
    one, other = two_logs(own)
    await own.append(one, 3)
    await own.append(other, 3)
    async with own.signer() as signer:
        await signer.sign()
        await sign_national_root(signer._connection, KEYS, datetime.now(UTC))
    async with Database(own.settings) as database, closing(await database.connect(Role.APP)) as connection:
        for table in ("log.checkpoint", "log.national_leaf"):
            async with connection.transaction():
                await connection.execute("SELECT log.enter($1)", one)
                seen = await connection.fetch(f"SELECT tenant_id FROM {table}")  # noqa: S608 - of the list above
            assert [row[0] for row in seen] == [one]


# --- Only what is flushed


@pytest.fixture
def unflushed(tmp_path: Path) -> Iterator[Own]:
    """A server of the test's own whose background writer of the log stands still: what commits without waiting for
    the disk stays visible and unflushed.
    """
    quiet = {"autovacuum": "off", "checkpoint_timeout": "1h", "bgwriter_delay": "10s"}
    with EmbeddedServer(tmp_path / "i", settings=FAST | quiet) as server:
        settings = embedded_database(server.instance_dir)
        migrate(settings)
        yield Own(settings, tmp_path / "checkpoints")
        server.destroy()


@contextmanager
def standing_still(settings: DatabaseSettings) -> Iterator[None]:
    with psycopg.connect(settings.admin_dsn, autocommit=True) as connection:
        row = connection.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'").fetchone()
        assert row is not None
        writer = psutil.Process(row[0])
        _stop_at_rest(writer, connection)
    try:
        yield
    finally:
        with suppress(psutil.NoSuchProcess):
            writer.resume()


def _stop_at_rest(writer: psutil.Process, connection: "psycopg.Connection[Any]") -> None:
    """Stop the background writer where it waits: within a flush it may hold what every commit waits for."""
    doing = "SELECT wait_event FROM pg_stat_activity WHERE pid = %s"
    while True:
        writer.suspend()
        wait_until(lambda: writer.status() == psutil.STATUS_STOPPED, "the writer of the log stands still")
        if connection.execute(doing, [writer.pid]).fetchone() == ("WalWriterMain",):
            return
        writer.resume()


async def test_an_event_that_is_visible_but_not_flushed_is_not_signed(unflushed: Own) -> None:
    one, other = two_logs(unflushed)
    await unflushed.append(other, 1)
    async with unflushed.signer(flush_wait_seconds=60) as signer:
        assert list((await signer.sign()).signed) == [other]
        signer._flush_wait_seconds = 0.2  # from here on it would wait in vain
        with standing_still(unflushed.settings):
            await unflushed.append(one, 1, durably=False)
            assert _head(unflushed, one)[0] == 1  # everybody sees it

            for _ in range(3):
                done = await signer.sign()
                assert (done.flushed, done.signed) == (False, {})
            assert unflushed.held.read(one) is None

            await unflushed.append(other, 1)  # waits for the disk, and takes what came before along
            signer._flush_wait_seconds = 60
            assert set((await signer.sign()).signed) == {one, other}


async def test_without_that_rule_an_event_would_be_signed_that_a_crash_takes_back(
    tmp_path: Path,
) -> None:
    """The control: the same harness, and a signer that does not ask."""

    class Hasty(LogSigner):
        async def _flushed(self) -> bool:
            return True

    quiet = {"autovacuum": "off", "checkpoint_timeout": "1h", "bgwriter_delay": "10s"}
    server = EmbeddedServer(tmp_path / "i", settings=FAST | quiet)
    server.start()
    try:
        settings = embedded_database(server.instance_dir)
        migrate(settings)
        own = Own(settings, tmp_path / "checkpoints")
        one, _ = two_logs(own)
        async with Database(settings) as database, closing(await database.connect(Role.SIGNER)) as connection:
            await connection.execute("SET synchronous_commit = off")  # its own commit must not flush for it
            with standing_still(settings):
                await own.append(one, 1, durably=False)
                done = await Hasty(connection, own.held, KEYS).sign()
                kill(server)
            assert done.signed[one].size == 1
        server.start()
        assert _head(own, one)[0] == 0
    finally:
        server.destroy()


def test_a_signing_key_names_its_log_and_its_epoch() -> None:
    tenant_id = TenantId(uuid.UUID(int=1))

    assert KEYS.of(tenant_id, 1).name == "entente.example/log/00000000-0000-0000-0000-000000000001"
    assert KEYS.of(tenant_id, 2).name == "entente.example/log/00000000-0000-0000-0000-000000000001/2"
    assert isinstance(KEYS.of(tenant_id, 1), SigningKey)
