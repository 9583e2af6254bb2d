"""A database of one's own for each module, and none of what another test has left."""

import asyncio

import psycopg
import pytest

from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from tests.integration.filled import bring_in, make_database
from tests.integration.mailbox import Mailbox
from tests.integration.readapi.world import alone
from tests.integration.readapi.world_lines import ALIKE


@pytest.fixture(scope="module")
def alike(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    """Two bodies that look alike, with what is due in each."""
    settings = make_database(server, f"entente_reminders_{worker_name}")
    asyncio.run(bring_in(settings, [entry for slug in ALIKE for entry in alone(slug)]))
    return settings


@pytest.fixture
def database(alike: DatabaseSettings) -> DatabaseSettings:
    """Without what another test has left: addresses, what they were sent, and whose day is over."""
    with psycopg.connect(alike.admin_dsn) as connection:
        connection.execute("DELETE FROM pii.address")
        connection.execute("DELETE FROM jobs.reminder_day")
        connection.execute("DELETE FROM jobs.queue")
    return alike


@pytest.fixture
def box() -> Mailbox:
    return Mailbox()
