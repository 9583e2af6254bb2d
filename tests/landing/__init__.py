"""A database of the first landing, kept as a dump: whatever comes later must migrate, replay and answer it alike.

`python -m tests.landing` made the dump and the answers, once. It never overwrites: a landing is history.
"""

import gzip
import os
import subprocess
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from infra.database import Database
from infra.embedded.binaries import bundled_bin
from infra.settings import DatabaseSettings
from readapi.mounting import graphql_handler
from services.bootstrap import open_write_side
from services.read_model_check import ReadModelCheck
from services.replay import Report, verify
from tests.integration.logs import tenant_log
from tests.integration.readapi.conftest import Reads

FOLDER: Final = Path(__file__).parent
DUMP: Final = FOLDER / "first.sql.gz"
ANSWERS: Final = FOLDER / "first.json"
SECRET: Final = b"the first landing's secret key, known to all"
SLUGS: Final = (
    "mifi",
    "drcneq",
    "durham",
    "quebec-city",
    "fictionville",
    "plaine-imaginaire",
    "riviere-exemple",
    "baie-modele",
)
_PLANS = """query ($slug: String!, $asOf: AsOfInput) { partnership(slug: $slug, asOf: $asOf) {
  name { en fr } kind province leadOrganisation { name { en fr } }
  plans(first: 5) { nodes {
    title { en fr } revision { number adoptedOn } elements { level number wording { en fr } } } }
  agreements(first: 60) { nodes { programme { code } amount { raw number kind } amendmentNumber } }
  targets { unit baseline { raw } series { value { raw } } warnings { kind raw } } } }"""
DAYS: Final = ("2021-06-30", "2023-12-31")
"""Effective days that the landing is asked for: "today" would move."""


def program(name: str) -> list[str]:
    """A PostgreSQL client program of the embedded server."""
    return [str(bundled_bin() / name)]


def restore(settings: DatabaseSettings) -> None:
    """Fill an empty database from the dump, as its administrator."""
    done = subprocess.run(
        [*program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", settings.admin_dsn],
        input=gzip.decompress(DUMP.read_bytes()),
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"], "PGTZ": "UTC"},
    )
    assert done.returncode == 0, done.stderr.decode()


async def answers(settings: DatabaseSettings) -> dict[str, Any]:
    """What the read API says of every body of the landing, on each of its days."""
    found: dict[str, Any] = {}
    async with Database(settings) as database:
        app = graphql_handler(Reads(database))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://landing") as client:
            for slug in SLUGS:
                for day in DAYS:
                    variables = {"slug": slug, "asOf": {"effective": day}}
                    answer = await client.post("/graphql", json={"query": _PLANS, "variables": variables})
                    body = answer.json()
                    assert "errors" not in body, body
                    found[f"{slug} {day}"] = body["data"]["partnership"]
    return found


async def reports(settings: DatabaseSettings) -> dict[str, Report]:
    """Every log of the landing, verified against its read models, by slug."""
    found = {}
    async with open_write_side(settings) as write, Database(settings) as database:
        for slug in ("commons", *SLUGS):
            tenant_id = await write.bodies.resolve(slug)
            assert tenant_id is not None
            with tenant_log(settings, tenant_id) as log:
                found[slug] = await verify(log, write.store, also=ReadModelCheck(database, tenant_id))
    return found


def kept() -> dict[str, Any]:
    """The roots and answers of the landing as they were."""
    known: dict[str, Any] = msgspec.json.decode(ANSWERS.read_bytes())
    return known
