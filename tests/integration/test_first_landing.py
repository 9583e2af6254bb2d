"""A database of the first landing is as good in this program as on its first day."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest

from infra.embedded import EmbeddedServer
from infra.migrate import migrate
from infra.roles import ensure_roles
from infra.settings import DatabaseSettings, embedded_database
from projections.registry import PROJECTIONS
from projections.runner import Runner
from services.projector import make_tables, open_read_side, rebuild_projections
from tests.integration.keeper import FAST
from tests.landing import SECRET, answers, kept, reports, restore


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseSettings]:
    # A server of its own: the landing's secret key would change the passwords of the shared one's roles.
    with EmbeddedServer(tmp_path_factory.mktemp("landing"), settings=FAST) as server:
        settings = embedded_database(server.instance_dir, name="landing", secret_key=SECRET)
        with psycopg.connect(server.admin_dsn(), autocommit=True) as connection:
            ensure_roles(connection, settings)
            connection.execute("CREATE DATABASE landing")
        restore(settings)
        migrate(settings)
        asyncio.run(bring_up_to_date(settings, make_tables(settings)))
        yield settings
        server.stop()
        server.destroy()


async def bring_up_to_date(settings: DatabaseSettings, outdated: list[str]) -> None:
    """What an operator does after an upgrade: rebuild what changed its shape; what is new catches up by itself."""
    async with open_read_side(settings) as side:
        if outdated:
            await rebuild_projections(side, settings, outdated)
        await Runner(side.feed, side.models, PROJECTIONS).catch_up()


def test_it_migrates_replays_and_keeps_its_roots(landed: DatabaseSettings) -> None:
    found = asyncio.run(reports(landed))

    assert {slug: report.defect for slug, report in found.items()} == dict.fromkeys(found)
    assert {slug: report.root for slug, report in found.items()} == kept()["roots"]


def test_it_answers_as_it_did(landed: DatabaseSettings) -> None:
    assert asyncio.run(answers(landed)) == kept()["answers"]


def test_it_has_the_indexes_of_a_new_database(landed: DatabaseSettings) -> None:
    of_read_models = "SELECT schemaname, indexname FROM pg_indexes WHERE schemaname ~ '^(rm|national|commons)$'"
    new = landed.with_database("new")
    with psycopg.connect(landed.admin_dsn, autocommit=True) as connection:
        connection.execute("CREATE DATABASE new")
        found = connection.execute(of_read_models).fetchall()
    migrate(new)
    make_tables(new)
    with psycopg.connect(new.admin_dsn) as connection:
        assert set(found) == set(connection.execute(of_read_models).fetchall())
