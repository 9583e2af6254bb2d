"""No marker of the second partnership comes out, by each wall alone; without both, or inside, it does."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from infra.embedded import EmbeddedServer
from readapi import sight
from services.bootstrap import open_write_side
from tests.integration.filled import make_database
from tests.isolation.canaries.asking import routes_of
from tests.isolation.canaries.campaign import Tally, app_of, campaign, look_at_mail, not_reached, remind
from tests.isolation.canaries.driver import Application, Request, found
from tests.isolation.canaries.marking import canary_id
from tests.isolation.canaries.proof import unmarked
from tests.isolation.canaries.readers import Reader, insider
from tests.isolation.canaries.world import THEIRS, World, make_world

SEED = 6
COUNT = 1_500
"""As many as reach every route and field."""
FEW = 150
"""As many as find a marker, if one can be found."""


@pytest.fixture(scope="module")
def world(server: EmbeddedServer, worker_name: str, tmp_path_factory: pytest.TempPathFactory) -> World:
    database = make_database(server, f"entente_canaries_{worker_name}")
    return asyncio.run(make_world(database, tmp_path_factory.mktemp("canaries")))


@pytest.fixture(scope="module")
def tally(world: World) -> Tally:
    return asyncio.run(campaign(world, SEED, COUNT))


def test_no_marker_comes_out(tally: Tally) -> None:
    assert tally.leaks == []
    assert tally.count == COUNT
    assert tally.log_lines > COUNT / 2


def test_every_route_and_every_field_was_asked_for(world: World, tally: Tally) -> None:
    assert list(not_reached(tally, routes_of(app_of(world)))) == []
    assert set(tally.by_kind) >= {
        "graphql",
        "graphql stored",
        "orders",
        "pages",
        "exports",
        "packs",
        "calendars",
        "logs",
    }
    assert set(tally.by_status) >= {200, 303, 401, 403, 404}
    assert len(tally.by_reader) == 13


def test_every_kind_of_record_holds_a_marker(world: World) -> None:
    assert list(unmarked(world)) == []
    assert len(world.marked_types) > 75


DOORS = (
    "/fr/partenariats/{slug}/plans",
    "/log/{log}/pack",
    "/log/{log}/tile/entries/000",
    "/api/v1/partnerships/{slug}/addresses",
    "/api/v1/partnerships/{slug}/invitations",
    "/api/v1/partnerships/{slug}/documents/{document}",
    "/api/v1/views/published.csv?partnership={slug}",
    "/api/v1/views/published.xlsx?partnership={slug}",
)


async def test_an_insider_finds_markers_behind_every_door(world: World) -> None:
    """The control: whoever may see the second partnership sees them, and what packs and workbooks hold is read."""
    known = {"slug": THEIRS, "log": world.theirs, "document": canary_id("the document")}
    async with (
        open_write_side(world.settings.database) as write,
        Application(app_of(world)) as application,
    ):
        reader = await insider(write, world)
        for door in DOORS:
            request = Request("asked", "GET", door.format(**known), reader.headers())
            answer = await application.ask(request)
            assert list(found(request, answer)), (door, answer.status)
            outside = Request("asked", "GET", door.format(**known), Reader("anonymous").headers())
            assert not list(found(outside, await application.ask(outside))), door


async def test_requests_like_these_find_markers_from_inside(world: World) -> None:
    inside = await campaign(world, SEED, 2 * FEW, as_insider=True)

    assert [leak for leak in inside.leaks if "POST /graphql" in leak]


def test_mail_about_the_one_says_nothing_of_the_other(world: World) -> None:
    asyncio.run(remind(world))
    written = Tally()
    of_insiders = look_at_mail(world, written)

    assert written.leaks == []
    assert written.letters > of_insiders > 0


def test_each_wall_holds_alone_and_without_both_markers_come_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leaks() -> list[str]:
        return asyncio.run(campaign(world, SEED, FEW)).leaks

    with monkeypatch.context() as patched:
        patched.setattr(sight, "visible", lambda source, *_, **__: source.c.tenant_id.is_not(None))
        assert leaks() == []  # row security alone
        with row_security_off(world):
            assert leaks()
    with row_security_off(world):
        assert leaks() == []  # our own predicates alone


@contextmanager
def row_security_off(world: World) -> Iterator[None]:
    """For every table of read models."""
    with psycopg.connect(world.settings.database.admin_dsn, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE rowsecurity"
            " AND schemaname IN ('rm', 'national', 'commons')"
        ).fetchall()

        def switch(what: LiteralString) -> None:
            for table in tables:
                statement = sql.SQL("ALTER TABLE {} " + what + " ROW LEVEL SECURITY")
                connection.execute(statement.format(sql.Identifier(*table)))

        switch("DISABLE")
        try:
            yield
        finally:
            switch("ENABLE")
