"""A durable PostgreSQL of the benchmarks' own: fresh, migrated, gone at the end."""

import os
import shutil
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import psutil
import uuid_utils.compat

from benchmarks.harness import Side
from domain.ids import TenantId
from infra.embedded import EmbeddedServer
from infra.migrate import migrate
from infra.settings import DatabaseSettings, embedded_database

TENANTS = 50


_ALLOWANCES: Final = dict.fromkeys(
    (
        "ENTENTE_RATE_ADDRESS",
        "ENTENTE_RATE_ACCOUNT",
        "ENTENTE_RATE_BODY",
        "ENTENTE_RATE_COST",
        "ENTENTE_QUOTA_COMMANDS_PER_DAY",
    ),
    "1000000000",
)
"""As much as can be set: a benchmark asks for more in a second than anybody may in a minute."""


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
    full: bool
    """Countries with all their quarters, which take long to load."""
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

    def metered(self, side: Side, spent: list[float]) -> Side:
        """The same side of calls per second, which also notes the µs of processor time of a call.

        That is this process's and the server's together, which neighbours disturb far less than the clock's.
        """
        assert self.server.pid is not None
        server = psutil.Process(self.server.pid)

        def used() -> dict[int, float]:
            return {one.pid: cpu_seconds(one) for one in (psutil.Process(), server, *server.children())}

        async def measure() -> float:
            before, began = used(), time.perf_counter()
            per_second = await side()
            calls = per_second * (time.perf_counter() - began)
            # A backend that ended meanwhile is left out: it was none of those that are measured.
            seconds_used = sum(now - before.get(pid, 0.0) for pid, now in used().items())
            spent.append(seconds_used / calls * 1_000_000)
            return per_second

        return measure

    def environment(self, **more: str) -> dict[str, str]:
        """For a process of the product over this instance. Everybody is counted as always, and allowed more."""
        return without_settings() | {"ENTENTE_INSTANCE_DIR": str(self.instance_dir), **_ALLOWANCES, **more}

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


def without_settings() -> dict[str, str]:
    """The environment that we run in, without settings of the product."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ENTENTE_")}


def cpu_seconds(process: psutil.Process) -> float:
    """Of all threads, from the scheduler's own count in nanoseconds."""
    try:
        tasks = list(Path(f"/proc/{process.pid}/task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except FileNotFoundError:  # it ended between two looks
        return 0.0


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
