"""The sample in a database of its own, and the application over it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from litestar.testing import AsyncTestClient

from infra.mail.settings import ReminderSettings
from infra.migrate import migrate
from infra.settings import (
    DatabaseSettings,
    DocumentSettings,
    Profile,
    ProofSettings,
    SessionSettings,
    Settings,
    WebSettings,
    embedded_database,
)
from services.api.app import create_app
from services.api.reads import read_api
from services.cli.bringing_in import sample_files
from services.importing import read_files
from services.projector import make_tables
from tests.integration.filled import bring_in

_HOST = "testserver.local"
_BYTES_MAX = 1_000_000


async def load(instance: Path) -> DatabaseSettings:
    """A new database with the whole sample."""
    settings = embedded_database(instance, name="conformance")
    migrate(settings)
    make_tables(settings)
    await bring_in(settings, read_files(sample_files()))
    return settings


@asynccontextmanager
async def application(database: DatabaseSettings, directory: Path) -> AsyncIterator[httpx.AsyncClient]:
    """What anybody asks over HTTP, in process."""
    settings = Settings(
        profile=Profile.PRODUCTION,
        instance_dir=directory,
        secret_key=database.secret_key,
        database=database,
        documents=DocumentSettings(directory=directory / "documents", bytes_max=_BYTES_MAX),
        web=WebSettings(
            host="127.0.0.1", port=0, allowed_hosts=(_HOST,), body_max_bytes=_BYTES_MAX, metrics_token=None
        ),
        proof=ProofSettings(
            origin=f"{_HOST}/log",
            checkpoint_dir=directory / "checkpoints",
            key_path=directory / "signer-key",
            given_key=None,
        ),
        reminders=ReminderSettings(days_before=(14,), hour=7, public_url=f"https://{_HOST}"),
        sessions=SessionSettings(proxies=1),
    )
    mounts, lifespans = read_api(settings)
    async with AsyncTestClient(
        create_app(settings, checks=lambda _: {}, mounts=mounts, lifespans=lifespans),
        base_url=f"http://{_HOST}",
    ) as client:
        yield client
