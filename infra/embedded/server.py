"""One embedded PostgreSQL: prepared once, run in the foreground as our child, stopped with us."""

import fcntl
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg

from infra.embedded.binaries import POSTGRES_MAJOR
from infra.embedded.errors import EmbeddedServerError
from infra.embedded.location import locate, make_directories, remove_directories
from infra.launch import launched
from infra.secret_files import read_or_create_secret

SUPERUSER = "postgres"
_DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",  # the detail of a refused row holds its values, which may be somebody's
    "unix_socket_permissions": "0700",
}
_START_ATTEMPTS = 8
_POLL_SECONDS = 0.02
# What a start says when the backends of a killed server have not gone yet; they do within moments.
_PASSING_FAILURES = ("is still in use", "lock file", "could not bind Unix address")


class EmbeddedServer:
    """A PostgreSQL server of one instance directory, reached through a unix socket and by password only.

    Args:
        instance_dir: holds the passwords and the log, and for an ordinary user the data too.
        settings: PostgreSQL settings that differ from the durable defaults.
        listen_addresses: TCP addresses; none by default.
        port: TCP port, and part of the socket's name.
    """

    def __init__(
        self,
        instance_dir: Path,
        *,
        settings: Mapping[str, str] | None = None,
        listen_addresses: str = "",
        port: int = 5432,
    ) -> None:
        self.instance_dir = instance_dir.resolve()
        self.port = port
        self._settings = {**_DURABLE, **(settings or {}), "listen_addresses": listen_addresses}
        self._location = locate(self.instance_dir)
        self._bin: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def data_dir(self) -> Path:
        return self._location.data_dir

    @property
    def socket_dir(self) -> Path:
        return self._location.socket_dir

    @property
    def log_path(self) -> Path:
        """Where `start` sends PostgreSQL's messages; under a supervisor they go to its standard error."""
        return self.instance_dir / "postgres.log"

    @property
    def pid(self) -> int | None:
        """The process that `start` made, while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def admin_dsn(self, database: str = "postgres") -> str:
        """A libpq URI for the administrator, which asyncpg understands too. It holds the password."""
        password = read_or_create_secret(self.instance_dir / "postgres-password")
        host = quote(str(self.socket_dir), safe="")
        return f"postgresql://{SUPERUSER}:{password}@/{quote(database, safe='')}?host={host}&port={self.port}"

    def prepare(self) -> None:
        """Make directories, password and data if absent, and clear what a killed server left.

        Raises:
            EmbeddedServerError: another version made the data, or the directories belong to somebody else.
        """
        with (self.instance_dir / "prepare.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two processes may start an instance for the first time together
            self._bin = make_directories(self._location, self.instance_dir)
            if not self.data_dir.exists():
                self._initdb(self._bin)
        version = (self.data_dir / "PG_VERSION").read_text(encoding="ascii").strip()
        if version != str(POSTGRES_MAJOR):
            raise EmbeddedServerError(
                f"{self.data_dir} was made by PostgreSQL {version}; expected {POSTGRES_MAJOR}. "
                "Dump it with the version of Entente that made it, then load the dump into a new instance."
            )
        self._clear_stale_locks()

    def command(self) -> list[str]:
        """The argument list that runs the prepared server in the foreground under the calling process.

        SIGINT stops it fast and in order. Should the calling process die, the server gets SIGQUIT: every
        backend goes at once and the next start recovers from the log.
        """
        if self._bin is None:
            self.prepare()
        assert self._bin is not None
        settings = {**self._settings, "unix_socket_directories": str(self.socket_dir), "port": str(self.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return launched(
            [str(self._bin / "postgres"), "-D", str(self.data_dir), *options],
            death_signal=signal.SIGQUIT,
            account=self._location.account,
        )

    def environment(self) -> dict[str, str]:
        """The variables that PostgreSQL's programs get: none of ours, which hold secrets."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}

    def is_ready(self) -> bool:
        """Whether a real connection succeeds now."""
        try:
            psycopg.connect(self.admin_dsn(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self, timeout: timedelta = timedelta(seconds=60)) -> None:
        """Run the server as a child of this process and return when it takes connections.

        Raises:
            EmbeddedServerError: it does not come up; the message holds the end of its log.
        """
        if threading.current_thread() is not threading.main_thread():
            raise EmbeddedServerError(
                "Start the server from the main thread: it dies with the thread that started it."
            )
        if self._process is not None and not self.is_ready():
            self.stop()  # reaps a server that was killed: as a zombie it would still seem to hold its locks
        deadline = time.monotonic() + timeout.total_seconds()
        for attempt in range(_START_ATTEMPTS):
            self.prepare()
            if self.is_ready():
                raise EmbeddedServerError(f"A server of {self.instance_dir} runs already. Stop it first.")
            with self.log_path.open("ab") as log:
                mark = log.tell()
                self._process = subprocess.Popen(
                    self.command(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    env=self.environment(),
                    process_group=0,  # a terminal's Ctrl-C must not reach it before us
                )
            while self._process.poll() is None:
                if self.is_ready():
                    return
                if time.monotonic() > deadline:
                    self.stop()
                    raise EmbeddedServerError(
                        f"PostgreSQL was not ready in {timeout}. Its log:\n{self._said(mark)}"
                    )
                time.sleep(_POLL_SECONDS)
            said = self._said(mark)
            delay_seconds = 0.05 * 2**attempt
            passing = any(phrase in said for phrase in _PASSING_FAILURES)
            if not passing or time.monotonic() + delay_seconds > deadline:
                break
            time.sleep(delay_seconds)
        self._process = None
        raise EmbeddedServerError(f"PostgreSQL did not start. See {self.log_path}, which ends:\n{said}")

    def stop(self, timeout: timedelta = timedelta(seconds=10)) -> None:
        """End the server that `start` made, if any: fast, then at once, then by force."""
        process, self._process = self._process, None
        if process is None:
            return
        for stop_signal in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if process.poll() is None:
                process.send_signal(stop_signal)
            try:
                process.wait(timeout.total_seconds())
            except subprocess.TimeoutExpired:
                continue
            return
        raise EmbeddedServerError(f"PostgreSQL (process {process.pid}) survived SIGKILL.")

    def destroy(self) -> None:
        """Stop the server and delete its data for good."""
        self.stop()
        remove_directories(self._location)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _initdb(self, programs: Path) -> None:
        draft = self._location.home / "data.new"
        password_file = self._location.home / "initdb-password"
        shutil.rmtree(draft, ignore_errors=True)  # of an initdb that was killed
        password_file.unlink(missing_ok=True)
        account = self._location.account
        try:
            descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(read_or_create_secret(self.instance_dir / "postgres-password"))
                if account:
                    os.fchown(file.fileno(), account.uid, account.gid)
            command = [
                *(str(programs / "initdb"), "-D", str(draft), "-U", SUPERUSER),
                *("--auth=scram-sha-256", f"--pwfile={password_file}", "--data-checksums"),
                *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
                *(["--no-sync"] if self._settings["fsync"] == "off" else []),
            ]
            result = subprocess.run(
                launched(command, death_signal=signal.SIGKILL, account=account),
                check=False,
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                cwd="/",
                env=self.environment(),
            )
        finally:
            password_file.unlink(missing_ok=True)
        if result.returncode != 0:
            raise EmbeddedServerError(f"initdb failed ({result.returncode}):\n{result.stdout}{result.stderr}")
        draft.rename(self.data_dir)

    def _clear_stale_locks(self) -> None:
        # PostgreSQL judges a left lock file by "does such a process exist?". After a restart of a container the
        # number often belongs to something else, so look whether that process really works in our data directory.
        if not Path("/proc/self/cwd").exists():
            return
        for lock in (self.data_dir / "postmaster.pid", self.socket_dir / f".s.PGSQL.{self.port}.lock"):
            if lock.exists() and not self._is_ours(lock.read_text(encoding="utf-8").partition("\n")[0].strip()):
                lock.unlink(missing_ok=True)

    def _is_ours(self, pid: str) -> bool:
        process = Path("/proc", pid or "absent")
        uid = self._location.account.uid if self._location.account else os.geteuid()
        try:
            if process.stat().st_uid != uid or (process / "comm").read_text().strip() != "postgres":
                return False
            return (process / "cwd").resolve(strict=True) == self.data_dir
        except FileNotFoundError:  # it is gone, or ended without having been reaped
            return False
        except PermissionError:  # root in a container may not follow the link; then name and user decide
            return True

    def _said(self, since: int) -> str:
        with self.log_path.open("rb") as log:
            log.seek(since)
            return log.read()[-4000:].decode(errors="replace")
