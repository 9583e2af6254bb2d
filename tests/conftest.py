"""The directory that all processes of one test run share, and its end."""

import fcntl
import shutil
import tempfile
import time
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.run_files import KEEPER_LOCK, RUN_LOCK

# A busy machine is slow, which is no fault of what is tested.
settings.register_profile("busy", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

RUN_DIR = pytest.StashKey[Path]()
_HELD = pytest.StashKey[IO[bytes]]()
_KEEPER_END_SECONDS_MAX = 120  # the server writes its last checkpoint, which a busy disk makes long


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):  # a worker of pytest-xdist: the controlling process made the directory
        config.stash[RUN_DIR] = Path(config.workerinput["entente_run_dir"])
        return
    run_dir = Path(tempfile.mkdtemp(prefix="entente-test-"))
    config.stash[RUN_DIR] = run_dir
    held = config.stash[_HELD] = (run_dir / RUN_LOCK).open("ab")
    fcntl.flock(held, fcntl.LOCK_EX)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["entente_run_dir"] = str(node.config.stash[RUN_DIR])


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or RUN_DIR not in config.stash:
        return
    config.stash[_HELD].close()
    run_dir = config.stash[RUN_DIR]
    keeper_lock = run_dir / KEEPER_LOCK
    if keeper_lock.exists():
        with keeper_lock.open("rb") as lock:
            _wait_for(lock)
    shutil.rmtree(run_dir, ignore_errors=True)


def _wait_for(lock: IO[bytes]) -> None:
    """Return when the keeper has stopped the server and let go of its lock."""
    deadline = time.monotonic() + _KEEPER_END_SECONDS_MAX
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
