"""Durable before the answer: every acknowledged append is preceded by a flush of the write-ahead log.

Seen from outside, in the order of the backend's system calls. A kill cannot show this: the page cache survives it.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra.database import Database, closing
from infra.embedded import EmbeddedServer
from infra.migrate import migrate
from infra.settings import DatabaseSettings, Role, embedded_database
from tests.integration.infra.log.logs import an_append, call, new_tenant, open_logs

APPENDS = 50
pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")


@pytest.fixture
def durable(tmp_path: Path) -> Iterator[DatabaseSettings]:
    """The run's server is set not to flush at all, so this one is the test's own."""
    with EmbeddedServer(tmp_path / "i") as server:
        settings = embedded_database(server.instance_dir)
        migrate(settings)
        yield settings
        server.destroy()


@contextmanager
def traced(pid: int, trace: Path) -> Iterator[None]:
    """The system calls of a backend, in order."""
    command = ["strace", "-e", "trace=fdatasync,sendto,recvfrom", "-s", "200", "-o", str(trace), "-p", str(pid)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as tracer:
        assert tracer.stderr is not None
        said = tracer.stderr.readline()
        if b"attached" not in said:
            pytest.skip(f"this machine does not let processes be traced: {said!r}")
        try:
            yield
        finally:
            tracer.terminate()


def answers(trace: Path, mark: str) -> tuple[int, int]:
    """How many answers with `mark` came after a flush since the last request, and how many without one."""
    flushed, counts = False, [0, 0]
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("recvfrom(") and "EAGAIN" not in line:
            flushed = False
        elif line.startswith("fdatasync("):
            flushed = True
        elif line.startswith("sendto(") and mark in line:
            counts[not flushed] += 1
    return counts[0], counts[1]


async def test_every_acknowledgement_follows_a_flush(durable: DatabaseSettings, tmp_path: Path) -> None:
    body = new_tenant()
    open_logs(durable, body)
    async with Database(durable) as database, closing(await database.connect(Role.APP)) as connection:
        await call(connection, an_append(body))  # prepares the statement
        with traced(connection.get_server_pid(), tmp_path / "honest"):
            for _ in range(APPENDS):
                await call(connection, an_append(body))
        with traced(connection.get_server_pid(), tmp_path / "control"):
            for _ in range(APPENDS):
                async with connection.transaction():
                    await call(connection, an_append(body))
                    await connection.execute("SET LOCAL synchronous_commit = off")

    assert answers(tmp_path / "honest", "accepted") == (APPENDS, 0)
    # The control: the same look at commits that do not wait.
    assert answers(tmp_path / "control", "COMMIT") == (0, APPENDS)
