"""A server of the check's own, gone at the end."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.embedded import EmbeddedServer
from tests.integration.keeper import FAST


@contextmanager
def server() -> Iterator[EmbeddedServer]:
    """A running server that forgets what a power cut would take: nothing here is kept."""
    directory = Path(tempfile.mkdtemp(prefix="entente-check-"))
    running = EmbeddedServer(directory / "i", settings=FAST | {"max_wal_size": "2GB"})  # short: a socket's path
    try:
        running.start()
        yield running
    finally:
        running.destroy()
        shutil.rmtree(directory, ignore_errors=True)
