"""Holds the test run's database server: started by the first test that needs it, gone when the run is.

It waits for the lock that the controlling pytest process holds, so even killing that process leaves nothing
behind. Run as `python -m tests.integration.keeper <run directory>`; says "ready" once the migrated template
exists.
"""

import fcntl
import shutil
import signal
import sys
from pathlib import Path

from infra.embedded import EmbeddedServer
from infra.migrate import migrate
from infra.settings import embedded_database
from tests.run_files import KEEPER_LOCK, RUN_LOCK

TEMPLATE = "entente_template"
INSTANCE = "i"  # short, because it becomes part of a socket's path

# The shared server forgets what a power cut would take: no test of durability uses it.
FAST = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB", "max_wal_size": "256MB"}


def keep(run_dir: Path) -> None:
    server = EmbeddedServer(run_dir / INSTANCE, settings=FAST)
    try:
        server.start()
        migrate(embedded_database(run_dir / INSTANCE, name=TEMPLATE))
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        with (run_dir / RUN_LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
    finally:
        server.destroy()
        shutil.rmtree(run_dir, ignore_errors=True)  # pytest does this too, unless it was killed


def _leave(number: int, _frame: object) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)
    directory = Path(sys.argv[1])
    with (directory / KEEPER_LOCK).open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        keep(directory)
