"""What a restore drill needs: a server whose log is archived, backups as an operator takes them, a disaster."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import psycopg
from litestar.testing import AsyncTestClient
from psycopg import sql

from infra.embedded import EmbeddedServer
from infra.embedded.binaries import bundled_bin
from infra.environment import load_settings
from infra.migrate import migrate
from infra.settings import Role, Settings
from projections.registry import PROJECTIONS
from projections.runner import Runner
from services.api.app import create_app
from services.bootstrap import CONSOLE, open_write_side
from services.projector import make_tables, open_read_side
from tests.integration.services.asking import draft, order
from tests.integration.services.conftest import Partnership, make_partnership
from tests.integration.services.test_log_routes import sign

NAME = "register"
# Nobody cuts the power in a drill; page images stay on, because a base backup is taken.
UNSYNCED = {"fsync": "off", "shared_buffers": "64MB"}
Contents = dict[str, tuple[int, str]]


def environment(server: EmbeddedServer, instance_dir: Path, checkpoints: Path) -> dict[str, str]:
    """What the operator's processes are given: the same keys, whichever server the database is on."""
    return {
        "ENTENTE_DATABASE_URL": server.admin_dsn(NAME),
        "ENTENTE_SECRET_KEY": "the secret key of a drill, the same before and after",
        "ENTENTE_SIGNER_KEY": "5e" * 32,
        "ENTENTE_ALLOWED_HOSTS": "testserver.local",
        "ENTENTE_INSTANCE_DIR": str(instance_dir),
        "ENTENTE_CHECKPOINT_DIR": str(checkpoints),
    }


def run_program(name: str, *arguments: str) -> None:
    """One of PostgreSQL's programs; whatever it warns of is a failure too."""
    done = subprocess.run([bundled_bin() / name, *arguments], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), f"{name}: {done.stderr}"


def contents(settings: Settings) -> Contents:
    """Every table of the database: how many rows, and a digest of them. Row security hides nothing from us.

    But for what is not in the write-ahead log, which recovery begins anew.
    """
    tables = sql.SQL(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND c.relpersistence <> 'u'"
        " AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
    )
    digest = sql.SQL("SELECT count(*), md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM {} t")
    found: Contents = {}
    with psycopg.connect(settings.database.admin_dsn) as connection:
        for schema, table in connection.execute(tables).fetchall():
            row = connection.execute(digest.format(sql.Identifier(schema, table))).fetchone()
            assert row is not None
            found[f"{schema}.{table}"] = row
    return found


async def project(settings: Settings) -> None:
    async with open_read_side(settings.database) as side:
        await Runner(side.feed, side.models, PROJECTIONS).catch_up()


async def draft_plans(settings: Settings, bodies: Sequence[Partnership]) -> list[tuple[int, str]]:
    """One more plan for each, asked of a process that has just started. Answers status and code of refusal."""
    async with AsyncTestClient(create_app(settings, checks=lambda _: {})) as client:
        answers = [await order(client, body.slug, "DraftPlan", draft(), token=body.token) for body in bodies]
    return [(answer.status_code, answer.json().get("code", "")) for answer in answers]


@dataclass(frozen=True)
class Disaster:
    """A server that is gone, what was backed up of it, and what is held outside."""

    directory: Path
    partnership: Partnership
    """Two of its events came after the dump and the moment, and were signed."""
    neighbour: Partnership
    """Nothing happened to it since."""
    dump: Path
    base: Path
    archive: Path
    moment: str
    held_then: Path
    """The held checkpoints as they were at the moment."""
    held: Path
    then: Contents
    last: Contents

    @contextmanager
    def recovered(self, name: str, *, until: str | None) -> Iterator[EmbeddedServer]:
        """A new server from the base backup and the archived log, to a moment or as far as the archive goes."""
        instance_dir = self.directory / name
        instance_dir.mkdir()
        shutil.copy2(self.directory / "lost" / "postgres-password", instance_dir)
        settings = UNSYNCED | {
            "restore_command": f"cp {self.archive}/%f %p",
            "recovery_target_action": "promote",
            "hot_standby": "off",  # it answers when it has recovered, not before
        }
        if until is not None:
            settings["recovery_target_time"] = until
        server = EmbeddedServer(instance_dir, settings=settings)
        owner = self.archive.stat()
        try:
            server.data_dir.parent.mkdir(mode=0o700, parents=True)
            os.chown(server.data_dir.parent, owner.st_uid, owner.st_gid)
            shutil.copytree(self.base, server.data_dir, symlinks=True)
            (server.data_dir / "recovery.signal").touch()
            _give(server.data_dir, owner.st_uid, owner.st_gid)
            server.start()
            yield server
        finally:
            server.destroy()

    def settings(self, server: EmbeddedServer, checkpoints: Path) -> Settings:
        return load_settings(environment(server, self.directory / "instance", checkpoints))


@contextmanager
def disaster(directory: Path) -> Iterator[Disaster]:
    """A register of two bodies with its backups. Its server has been lost when this answers."""
    # PostgreSQL runs it in its data directory; the archive lies beside that, where its user may write.
    archiving = {"archive_mode": "on", "archive_command": "test ! -f ../archive/%f && cp %p ../archive/%f"}
    server = EmbeddedServer(directory / "lost", settings=UNSYNCED | archiving)
    archive, base, dump = server.data_dir.parent / "archive", directory / "base", directory / "register.dump"
    held, held_then = directory / "checkpoints", directory / "checkpoints-then"
    settings = load_settings(environment(server, directory / "instance", held))
    try:
        server.prepare()
        archive.mkdir(mode=0o700)
        owner = server.data_dir.stat()
        os.chown(archive, owner.st_uid, owner.st_gid)
        server.start()
        migrate(settings.database)
        make_tables(settings.database)
        partnership, neighbour = asyncio.run(_open_bodies(settings))
        run_program("pg_basebackup", "-D", str(base), "-d", server.admin_dsn(), "-c", "fast", "--no-sync")

        asyncio.run(_go_on(settings, [partnership, neighbour]))
        with psycopg.connect(server.admin_dsn()) as connection:
            row = connection.execute("SELECT clock_timestamp()::text").fetchone()
        assert row is not None
        shutil.copytree(held, held_then)
        backup_dsn = settings.database.dsn(Role.BACKUP)
        run_program("pg_dump", "-Fc", "--enable-row-security", "-f", str(dump), "-d", backup_dsn)
        known = Disaster(
            directory=directory,
            partnership=partnership,
            neighbour=neighbour,
            dump=dump,
            base=base,
            archive=archive,
            moment=row[0],
            held_then=held_then,
            held=held,
            then=contents(settings),
            last={},
        )
        asyncio.run(_go_on(settings, [partnership, partnership]))
        known = replace(known, last=contents(settings))
        server.stop(timedelta(minutes=1))  # in order: the last segment is archived
        shutil.rmtree(server.data_dir)
        yield known
    finally:
        server.destroy()


async def _open_bodies(settings: Settings) -> tuple[Partnership, Partnership]:
    async with open_write_side(settings.database) as write:
        await write.bodies.open_commons(principal=CONSOLE)
        return await make_partnership(write), await make_partnership(write)


async def _go_on(settings: Settings, bodies: Sequence[Partnership]) -> None:
    assert await draft_plans(settings, bodies) == [(201, "")] * len(bodies)
    await sign(settings)
    await project(settings)


def _give(root: Path, uid: int, gid: int) -> None:
    for directory, _, files in os.walk(root):
        for path in (Path(directory), *(Path(directory, name) for name in files)):
            os.chown(path, uid, gid)
