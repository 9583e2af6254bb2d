"""A durable PostgreSQL of the benchmarks' own: fresh, migrated, gone at the end."""

import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import uuid_utils.compat

from domain.ids import TenantId
from infra.embedded import EmbeddedServer
from infra.migrate import migrate
from infra.settings import DatabaseSettings, embedded_database

TENANTS = 50


@dataclass(frozen=True, slots=True)
class Bench:
    """What every benchmark is told."""

    instance_dir: Path
    server: EmbeddedServer
    rounds: int
    seconds: float
    """How long one side of a round is loaded, where time is what ends it."""
    events: int
    """Size of the log that is rebuilt."""
    smoke: bool
    progress: Callable[[str], None]

    @asynccontextmanager
    async def database(self, name: str) -> AsyncIterator[DatabaseSettings]:
        """A migrated database that is dropped at the end."""
        settings = embedded_database(self.instance_dir, name=name)
        migrate(settings)
        try:
            yield settings
        finally:
            await self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    async def execute(self, statement: str, database: str = "postgres") -> str:
        """Run a statement as the administrator; its status."""
        connection = await self.administrator(database)
        try:
            status: str = await connection.execute(statement)
        finally:
            await connection.close()
        return status

    async def administrator(self, database: str) -> "asyncpg.Connection[Any]":
        """A connection that no policy binds. The caller closes it."""
        return await asyncpg.connect(self.server.admin_dsn(database), server_settings={"jit": "off"})


@contextmanager
def fresh_server() -> Iterator[EmbeddedServer]:
    """A running server with the product's durable settings, in a directory that is deleted at the end."""
    directory = Path(tempfile.mkdtemp(prefix="entente-bench-"))
    server = EmbeddedServer(directory / "i")  # short: it becomes part of a socket's path
    try:
        server.start()
        yield server
    finally:
        server.destroy()
        shutil.rmtree(directory, ignore_errors=True)


async def open_logs(bench: Bench, settings: DatabaseSettings, count: int = TENANTS) -> list[TenantId]:
    """The tenants of as many empty logs."""
    tenants = [TenantId(uuid_utils.compat.uuid7()) for _ in range(count)]
    connection = await bench.administrator(settings.name)
    try:
        await connection.executemany("SELECT log.open($1)", [(tenant,) for tenant in tenants])
    finally:
        await connection.close()
    return tenants


def new_id() -> uuid.UUID:
    return uuid_utils.compat.uuid7()
