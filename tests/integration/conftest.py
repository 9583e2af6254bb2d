"""One server per run, one database per worker, a fresh tenant per test."""

import fcntl
import os
import subprocess
import sys
import uuid
from pathlib import Path

import psycopg
import pytest
import uuid_utils.compat
from psycopg import sql

from infra.embedded import EmbeddedServer
from infra.migrate import migrate
from infra.settings import DatabaseSettings, embedded_database
from tests.conftest import RUN_DIR
from tests.integration.filled import Filled, fill_database
from tests.integration.keeper import FAST, INSTANCE, TEMPLATE

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def worker_name() -> str:
    """Tells this process of the run from the others: gw0, gw1, … or main."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config) -> EmbeddedServer:
    """The run's server, already started; its keeper stops it. Tests must not."""
    run_dir = pytestconfig.stash[RUN_DIR]
    ready = run_dir / "ready"
    with (run_dir / "start.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one worker starts it, the others wait here
        if not ready.exists():
            _start_keeper(run_dir)
            ready.touch()
    return EmbeddedServer(run_dir / INSTANCE, settings=FAST)


@pytest.fixture(scope="session")
def database(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    """This worker's own migrated database."""
    name = f"entente_test_{worker_name}"
    settings = embedded_database(server.instance_dir, name=name)
    with psycopg.connect(server.admin_dsn(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
        )
    migrate(settings)  # rights on a database are not part of its template
    return settings


@pytest.fixture(scope="session")
def filled(server: EmbeddedServer, worker_name: str) -> Filled:
    """This worker's database with the sample and two bodies that look alike. Tests leave it as they found it."""
    return fill_database(server, worker_name)


@pytest.fixture
def tenant_id() -> uuid.UUID:
    """A tenant that no other test knows."""
    return uuid_utils.compat.uuid7()


def _start_keeper(run_dir: Path) -> None:
    log_path = run_dir / "keeper.log"
    with log_path.open("ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.keeper", str(run_dir)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,  # Ctrl-C ends pytest, whose end then ends the keeper in order
        )
    assert keeper.stdout is not None
    with keeper.stdout:
        answer = keeper.stdout.readline()
    if answer != b"ready\n":
        keeper.wait(30)
        pytest.fail(f"The test server did not start:\n{log_path.read_text(errors='replace')}", pytrace=False)
    keeper.returncode = 0  # it outlives this worker on purpose; Popen would warn about a running child
