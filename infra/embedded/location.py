"""Where an instance's data and socket lie, and which user owns them.

PostgreSQL refuses to run as root. An ordinary user has everything below the instance directory. For root,
data, socket and programs lie below the home of a service user, keyed by the instance, so that no directory
above the checkout has to be opened to anybody.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from infra.embedded.binaries import bundled_bin, copied_bin
from infra.embedded.errors import EmbeddedServerError
from infra.launch import Account
from infra.secret_files import read_or_create_secret

SERVICE_USER = "entente-pg"
SERVICE_HOME = Path("/var/lib/entente-pg")
_SOCKET_PATH_LENGTH_MAX = (
    90  # sockaddr_un holds 108 bytes on Linux, 104 on macOS; leave room for PostgreSQL's lock file
)
_SOCKET_NAME = ".s.PGSQL.65535"
_USERADD_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Location:
    home: Path
    """Holds data, nothing of anybody else; owned by the user that runs PostgreSQL."""
    socket_dir: Path
    account: Account | None
    """Whom PostgreSQL runs as; None means ourselves."""

    @property
    def data_dir(self) -> Path:
        return self.home / "data"


def locate(instance_dir: Path) -> Location:
    """Where the instance lies. Makes the instance's id on first use, nothing else."""
    # The id keeps a new clone at an old path away from the old clone's data, whose password is gone.
    identity = read_or_create_secret(instance_dir / "instance-id")
    key = hashlib.sha256(f"{instance_dir}\0{identity}".encode()).hexdigest()[:12]
    if os.geteuid() == 0:
        home = SERVICE_HOME / key
        return Location(home=home, socket_dir=home / "s", account=_service_account())
    home = instance_dir / "postgres"
    socket_dir = home / "s"
    if len(os.fsencode(socket_dir / _SOCKET_NAME)) > _SOCKET_PATH_LENGTH_MAX:
        # Not TMPDIR, which is the very thing that is long on macOS. The mode and owner are checked below.
        socket_dir = Path(f"/tmp/entente-{os.geteuid()}-{key}")  # noqa: S108
    return Location(home=home, socket_dir=socket_dir, account=None)


def make_directories(location: Location, instance_dir: Path) -> Path:
    """Make the instance's directories and return the directory of programs that its user may run."""
    if location.account is None:
        for directory in (location.home, location.socket_dir):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            _must_be_private(directory, os.geteuid())
        return bundled_bin()
    SERVICE_HOME.mkdir(mode=0o755, exist_ok=True)
    status = SERVICE_HOME.lstat()
    if status.st_uid != 0 or not stat.S_ISDIR(status.st_mode) or status.st_mode & 0o022:
        raise EmbeddedServerError(
            f"{SERVICE_HOME} must be a directory that only root may write to. Repair or remove it."
        )
    SERVICE_HOME.chmod(0o755)  # ours, whatever the umask was
    for directory in (location.home, location.socket_dir):
        if not directory.exists():
            directory.mkdir(mode=0o700)
            os.chown(directory, location.account.uid, location.account.gid)
        _must_be_private(directory, location.account.uid)
    origin = location.home / "origin"
    if not origin.exists():  # tells an administrator which orphan may go
        origin.write_text(f"{instance_dir}\n", encoding="utf-8")
    return copied_bin(SERVICE_HOME)


def remove_directories(location: Location) -> None:
    """Delete the instance's data and socket directory for good."""
    shutil.rmtree(location.socket_dir, ignore_errors=True)
    shutil.rmtree(location.home, ignore_errors=True)


def _must_be_private(directory: Path, uid: int) -> None:
    status = directory.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != uid or status.st_mode & 0o077:
        raise EmbeddedServerError(
            f"{directory} must be a directory of user {uid} with mode 0700. Somebody else made it: "
            "remove it, then retry."
        )


def _service_account() -> Account:
    for attempt in range(_USERADD_ATTEMPTS):
        try:
            entry = pwd.getpwnam(SERVICE_USER)
        except KeyError:
            _add_service_user()
            # Another process may hold the password file's lock, or have been faster: look again.
            time.sleep(0.05 * attempt * (1 + secrets.randbelow(100) / 100))
        else:
            return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    raise EmbeddedServerError(
        f"PostgreSQL does not run as root, and the user {SERVICE_USER} could not be created with useradd. "
        f"Create it, run as an ordinary user, or set ENTENTE_DATABASE_URL."
    )


def _add_service_user() -> None:
    command = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if command is not None:
        arguments = ["--system", "--user-group", "--no-create-home", "--home-dir", str(SERVICE_HOME)]
        subprocess.run(
            [command, *arguments, "--shell", "/usr/sbin/nologin", SERVICE_USER],
            check=False,
            capture_output=True,
        )
