"""What a funder's connection sees, held to a brute-force scope; and each wall taken away is noticed."""

import asyncio
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import true

from infra.embedded import EmbeddedServer
from infra.settings import DatabaseSettings
from readapi import sight
from tests.integration.filled import make_database
from tests.isolation.national_scope import READ_NATIONALLY, World, compared, fill

SEED = 11
FUNDERS = "audience IN ('funders', 'public')"
ME = "(SELECT current_setting('app.reader', true)::uuid)"


@pytest.fixture(scope="module")
def settings(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    made = make_database(server, f"entente_scope_{worker_name}")
    asyncio.run(fill(made, world(), rows=60))
    return made


def world() -> World:
    """The same one each time: an invented world is its seed."""
    return World(SEED, bodies_count=6, funders_count=3)


def test_every_wall_shows_what_the_grants_say(settings: DatabaseSettings) -> None:
    outcome = compared(settings, world(), days=2)

    assert outcome.against == ()
    assert outcome.count > len(READ_NATIONALLY) * 60 * 4 * 2
    assert "(0 shown)" not in outcome.result


def policy(table: str, condition: str) -> Callable[[psycopg.Connection], Any]:
    return lambda connection: connection.execute(
        f"ALTER POLICY granted_reads ON {table} USING ({condition})".encode()
    )


ANY_PROGRAMME = f"{FUNDERS} AND tenant_id IN (SELECT g.tenant_id FROM access.grant_now g WHERE g.grantee = {ME})"  # noqa: S608 - constants
POLICIES = {
    "grants of nobody needed": ("national.funding", FUNDERS),
    "one programme opens them all": ("national.indicator_cell", ANY_PROGRAMME),
    "what is the body's own": ("national.registry", ANY_PROGRAMME.replace("'funders'", "'funders', 'tenant'")),
    "grants of other funders": ("national.grant_held", ANY_PROGRAMME),
}


@pytest.mark.parametrize("what", POLICIES)
def test_a_policy_that_opens_too_much_is_found(settings: DatabaseSettings, what: str) -> None:
    table, condition = POLICIES[what]
    with psycopg.connect(settings.admin_dsn) as connection:
        row = connection.execute(
            "SELECT qual FROM pg_policies WHERE policyname = 'granted_reads'"
            " AND schemaname || '.' || tablename = %s",
            [table],
        ).fetchone()
        assert row is not None
        policy(table, condition)(connection)
    try:
        outcome = compared(settings, world(), days=1)
    finally:
        with psycopg.connect(settings.admin_dsn) as connection:
            policy(table, row[0])(connection)

    assert [line for line in outcome.against if "too many" in line]
    about = "grants" if table == "national.grant_held" else table
    assert all(line.startswith(about) for line in outcome.against)


def test_a_predicate_that_opens_too_much_is_found_and_the_policies_still_hold(
    settings: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sight, "visible", lambda *_, **__: true())
    outcome = compared(settings, world(), days=1)

    assert [line for line in outcome.against if "predicate alone" in line]
    assert not [line for line in outcome.against if "policies alone" in line]


def test_a_grant_that_was_not_taken_back_is_found(settings: DatabaseSettings) -> None:
    made = world()
    revoked = next(grant for grant in made.grants if len(grant.days) == 2)
    left = [revoked.body, revoked.funder, revoked.programme]
    with psycopg.connect(settings.admin_dsn) as connection:
        connection.execute("INSERT INTO access.grant_now VALUES (%s, %s, %s, 1)", left)
    try:
        outcome = compared(settings, made, days=1)
    finally:
        with psycopg.connect(settings.admin_dsn) as connection:
            connection.execute(
                "DELETE FROM access.grant_now WHERE (tenant_id, grantee, programme) = (%s, %s, %s)", left
            )

    assert [line for line in outcome.against if str(revoked.funder) in line]
    assert all(str(revoked.funder) in line for line in outcome.against)
