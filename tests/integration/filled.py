"""A database with the sample in it, and two bodies that look alike: made once per worker."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from psycopg import sql

from infra.bulk.read_models import BulkReadModels
from infra.embedded import EmbeddedServer
from infra.log.feed import LogFeed
from infra.migrate import migrate
from infra.settings import DatabaseSettings, embedded_database
from projections.registry import PROJECTIONS
from projections.runner import Runner
from services.bootstrap import CONSOLE, open_write_side
from services.cli.bringing_in import sample_files
from services.importing import Entry, Importer, read_files
from services.projector import make_tables
from tests.integration.keeper import TEMPLATE
from tests.integration.readapi.world import lines
from tests.integration.readapi.world_lines import ALIKE
from tests.integration.readapi.world_of_an_assembly import assembly


@dataclass(frozen=True)
class Filled:
    """A database with the sample, loaded in two stages, and the moment between them."""

    settings: DatabaseSettings
    between: datetime


def make_database(server: EmbeddedServer, name: str) -> DatabaseSettings:
    """A new database of that name, with a mark: a worker that comes back to a module makes its world again."""
    name = f"{name}_{uuid.uuid4().hex[:8]}"
    settings = embedded_database(server.instance_dir, name=name)
    with psycopg.connect(server.admin_dsn(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
        )
    migrate(settings)
    make_tables(settings)
    return settings


async def bring_in(settings: DatabaseSettings, entries: Sequence[Entry]) -> None:
    """Record lines, and bring the read models to where the logs end."""
    async with open_write_side(settings) as write:
        await write.bodies.open_commons(principal=CONSOLE)
        importer = Importer(
            write.handler, write.bodies, write.vault.pseudonym, principal=CONSOLE, key=write.fingerprint_key
        )
        await importer.run(entries)
        async with BulkReadModels(write.database) as models, LogFeed(write.database) as feed:
            await Runner(feed, models, PROJECTIONS).catch_up()


def fill_database(server: EmbeddedServer, worker_name: str) -> Filled:
    """The database, loaded in two stages."""
    settings = make_database(server, f"entente_read_{worker_name}")
    *stages, late = sample_files()
    alike = [*(entry for slug in ALIKE for entry in lines(slug)), *assembly()]

    async def fill() -> datetime:
        await bring_in(settings, [*read_files(stages), *alike])
        between = datetime.now(UTC)
        await bring_in(settings, read_files([late]))
        return between

    return Filled(settings, asyncio.run(fill()))
