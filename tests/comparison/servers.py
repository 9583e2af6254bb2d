"""A server of the check's own, gone at the end, and the tables that it needs."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy

from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from projections.ddl import create_all
from projections.registry import PROJECTIONS
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


def made(settings: DatabaseSettings) -> None:
    """Every read-model table of a migrated database."""
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(settings.admin_dsn),
        poolclass=sqlalchemy.NullPool,
    )
    with engine.begin() as connection:
        create_all(connection, PROJECTIONS)
    engine.dispose()
