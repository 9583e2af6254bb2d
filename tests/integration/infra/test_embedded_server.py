import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import psycopg
import pytest

from infra.database import closing
from infra.embedded import EmbeddedServer, EmbeddedServerError
from infra.embedded.location import SERVICE_USER
from tests.integration.keeper import FAST
from tests.integration.processes import alive, descendants, is_root, psutil, wait_until

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def closed_clone(tmp_path: Path) -> Path:
    """An instance directory below a checkout that nobody else may enter."""
    clone = tmp_path / "clone"
    clone.mkdir(0o700)
    return clone / "var"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """A server with the durable defaults, for tests that only look at it."""
    yield from run(EmbeddedServer(tmp_path_factory.mktemp("shared") / "var"))


@pytest.fixture
def own(closed_clone: Path) -> Iterator[EmbeddedServer]:
    """A server for a test that stops or kills it."""
    yield from run(EmbeddedServer(closed_clone, settings=FAST))


def run(server: EmbeddedServer) -> Iterator[EmbeddedServer]:
    try:
        server.start()
        yield server
    finally:
        server.destroy()


def show(server: EmbeddedServer, name: str) -> str:
    with psycopg.connect(server.admin_dsn()) as connection:
        row = connection.execute(f"SHOW {name}".encode()).fetchone()
        assert row is not None
        return str(row[0])


def postmaster(server: EmbeddedServer) -> psutil.Process:
    assert server.pid is not None
    return psutil.Process(server.pid)


def with_credentials(dsn: str, credentials: str) -> str:
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(netloc=f"{credentials}@"))


async def test_both_drivers_understand_the_address(running: EmbeddedServer) -> None:
    async with closing(await asyncpg.connect(running.admin_dsn())) as connection:
        version = await connection.fetchval("SHOW server_version_num")

    assert version == show(running, "server_version_num")
    assert int(version) // 10000 == 18


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("listen_addresses", ""),
        ("TimeZone", "UTC"),
        ("password_encryption", "scram-sha-256"),
    ],
)
def test_it_is_durable_and_on_no_network(running: EmbeddedServer, name: str, value: str) -> None:
    assert show(running, name) == value


def test_no_network_socket_is_open(running: EmbeddedServer) -> None:
    assert postmaster(running).net_connections(kind="inet") == []


def test_a_wrong_password_and_none_at_all_are_refused(running: EmbeddedServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(with_credentials(running.admin_dsn(), "postgres:wrong"))
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(with_credentials(running.admin_dsn(), "postgres"), passfile="/dev/null")


def test_the_rules_know_no_trust(running: EmbeddedServer) -> None:
    with psycopg.connect(running.admin_dsn()) as connection:
        methods = connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()

    assert methods == [("scram-sha-256",)]


def test_secrets_are_readable_by_their_owner_only(running: EmbeddedServer) -> None:
    for name in ("postgres-password", "instance-id"):
        assert stat.S_IMODE((running.instance_dir / name).stat().st_mode) == 0o600
    for directory in (running.data_dir, running.socket_dir):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_no_password_is_in_the_command_line(running: EmbeddedServer) -> None:
    password = (running.instance_dir / "postgres-password").read_text()

    assert not any(password in argument for argument in postmaster(running).cmdline())
    assert list(running.data_dir.parent.glob("*password*")) == []


@pytest.mark.skipif(not is_root(), reason="an ordinary user needs no service user")
def test_root_runs_it_as_the_service_user_and_opens_no_directory(tmp_path: Path) -> None:
    instance = tmp_path / "closed" / "clone" / "var"
    instance.mkdir(parents=True, mode=0o700)
    above = [instance, *instance.parents, Path(sysconfig.get_path("purelib")), *Path(sys.prefix).parents]
    modes = [directory.stat().st_mode for directory in above]
    server = EmbeddedServer(instance, settings=FAST)
    try:
        server.start()
        user = pwd.getpwnam(SERVICE_USER)
        assert postmaster(server).uids() == (user.pw_uid, user.pw_uid, user.pw_uid)
        assert postmaster(server).gids() == (user.pw_gid, user.pw_gid, user.pw_gid)
        assert server.data_dir.stat().st_uid == user.pw_uid
        assert [directory.stat().st_mode for directory in above] == modes
    finally:
        server.destroy()
    assert not server.data_dir.parent.exists()


def test_two_instances_run_side_by_side(own: EmbeddedServer, tmp_path: Path) -> None:
    other = EmbeddedServer(tmp_path / "other", settings=FAST)
    try:
        other.start()
        with psycopg.connect(own.admin_dsn(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE only_here")

        assert rows_of(own) == [("only_here",)]
        assert rows_of(other) == []
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(with_credentials(other.admin_dsn(), urlsplit(own.admin_dsn()).netloc[:-1]))
    finally:
        other.destroy()


def rows_of(server: EmbeddedServer) -> list[tuple[object, ...]]:
    with psycopg.connect(server.admin_dsn()) as connection:
        return connection.execute("SELECT datname FROM pg_database WHERE datname = 'only_here'").fetchall()


def test_a_second_start_of_the_same_instance_is_refused(running: EmbeddedServer) -> None:
    with pytest.raises(EmbeddedServerError, match="runs already"):
        EmbeddedServer(running.instance_dir).start()

    assert running.is_ready()


def test_a_new_clone_at_an_old_path_starts_anew(closed_clone: Path) -> None:
    former = EmbeddedServer(closed_clone, settings=FAST)
    former.prepare()
    shutil.rmtree(closed_clone)
    server = EmbeddedServer(closed_clone, settings=FAST)
    try:
        server.start()
        assert server.is_ready()
    finally:
        former.destroy()
        server.destroy()


def test_data_outlives_a_stop(own: EmbeddedServer) -> None:
    with psycopg.connect(own.admin_dsn()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    own.stop()
    own.start()

    with psycopg.connect(own.admin_dsn()) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchall() == [(42,)]


def test_it_starts_again_after_its_processes_were_killed(own: EmbeddedServer) -> None:
    with psycopg.connect(own.admin_dsn(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        # Its backends hold the shared memory until they notice; the start must wait for them.
        postmaster(own).kill()
        own.start()

    with psycopg.connect(own.admin_dsn()) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchall() == [(42,)]


def test_a_left_pid_file_whose_number_is_somebody_elses_does_not_stop_it(own: EmbeddedServer) -> None:
    pid_file = own.data_dir / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    own.stop()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    own.start()

    assert own.is_ready()


def test_data_of_another_version_is_refused(closed_clone: Path) -> None:
    server = EmbeddedServer(closed_clone, settings=FAST)
    try:
        server.prepare()
        (server.data_dir / "PG_VERSION").write_text("17\n")

        with pytest.raises(EmbeddedServerError, match=r"made by PostgreSQL 17; expected 18"):
            server.start()
    finally:
        server.destroy()


def test_a_start_that_fails_shows_the_end_of_the_log(closed_clone: Path) -> None:
    server = EmbeddedServer(closed_clone, settings={"max_connections": "many"})
    try:
        with pytest.raises(EmbeddedServerError, match='invalid value for parameter "max_connections"'):
            server.start()
    finally:
        server.destroy()


KEEPS_A_SERVER = """
import sys, threading, pathlib
from infra.embedded import EmbeddedServer
server = EmbeddedServer(pathlib.Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
threading.Event().wait()
"""


def test_killing_the_process_that_started_it_leaves_no_process(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", KEEPS_A_SERVER, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    server = EmbeddedServer(tmp_path)
    try:
        assert holder.stdout is not None
        with holder.stdout:
            assert int(holder.stdout.readline())
        with psycopg.connect(server.admin_dsn()):
            processes = descendants(holder.pid)
            assert len(processes) > 3  # the postmaster, its helpers and our backend

            holder.kill()
            holder.wait()

            wait_until(lambda: alive(processes) == [], "PostgreSQL is gone")
    finally:
        holder.kill()
        holder.wait()
        server.destroy()


AS_AN_ORDINARY_USER = """
import os, pathlib, sys
import psycopg
from infra.embedded import EmbeddedServer
from infra.migrate import migrate
from infra.settings import Role, embedded_database

assert os.geteuid() != 0
instance = pathlib.Path(sys.argv[1])
server = EmbeddedServer(instance)
with server:
    settings = embedded_database(instance)
    migrate(settings)
    with psycopg.connect(settings.dsn(Role.APP)) as connection:
        print(connection.info.user, server.data_dir.is_relative_to(instance), server.socket_dir)
server.destroy()
assert not server.socket_dir.exists()
"""


@pytest.fixture
def ordinary_home() -> Iterator[Path]:
    """A directory with mode 0700 of the ordinary user that `as_ordinary_user` runs programs as."""
    home = Path(tempfile.mkdtemp(prefix="entente-user-"))
    if is_root():
        nobody = pwd.getpwnam("nobody")
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
    yield home
    shutil.rmtree(home)


def as_ordinary_user(script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), sysconfig.get_path("purelib")])
    python = sys.executable
    user = "nobody" if is_root() else None
    if is_root():
        python = interpreter_for(user="nobody", environment=environment)
    return subprocess.run(
        [python, "-c", script, *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env=environment,
        user=user,
        group=pwd.getpwnam("nobody").pw_gid if user else None,
        extra_groups=[] if user else None,
    )


def interpreter_for(*, user: str, environment: dict[str, str]) -> str:
    """A Python of our version that `user` may run, with our packages; skips if the machine has none."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/local/bin/{name}", f"/usr/bin/{name}"):
        try:
            found = subprocess.run(
                [candidate, "-c", "import psycopg, infra.migrate"],
                check=False,
                capture_output=True,
                cwd="/",
                env=environment,
                user=user,
                group=pwd.getpwnam(user).pw_gid,
                extra_groups=[],
            )
        except OSError:
            continue
        if found.returncode == 0:
            return candidate
    pytest.skip(f"no {name} that an ordinary user may run: checkout or interpreter lie in a closed directory")


def test_an_ordinary_user_has_everything_below_the_instance_directory(ordinary_home: Path) -> None:
    result = as_ordinary_user(AS_AN_ORDINARY_USER, str(ordinary_home / "v"))

    assert result.stderr == ""
    assert result.stdout == f"entente_app True {ordinary_home / 'v' / 'postgres' / 's'}\n"


def test_a_path_too_long_for_a_socket_moves_only_the_socket(ordinary_home: Path) -> None:
    result = as_ordinary_user(AS_AN_ORDINARY_USER, str(ordinary_home / ("long " * 20)))

    assert result.stderr == ""
    assert result.stdout.startswith("entente_app True /tmp/entente-")


def test_a_socket_directory_that_somebody_else_made_is_refused(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path, settings=FAST)
    server.prepare()
    server.socket_dir.chmod(0o755)
    try:
        with pytest.raises(EmbeddedServerError, match="mode 0700"):
            server.start()
    finally:
        server.destroy()


def test_the_pid_of_a_stopped_server_is_unknown(own: EmbeddedServer) -> None:
    own.stop()
    own.stop()

    assert own.pid is None
    assert not own.is_ready()


def test_an_immediate_shutdown_ends_every_backend(own: EmbeddedServer) -> None:
    with psycopg.connect(own.admin_dsn()):
        processes = [postmaster(own), *descendants(postmaster(own).pid)]
        postmaster(own).send_signal(signal.SIGQUIT)
        wait_until(lambda: alive(processes) == [], "every backend is gone")
