"""A workbook of five thousand rows, with forty faults and mended; and one interrupted. Read back row by row."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from openpyxl import Workbook

from domain.ids import TenantId
from infra.bulk.read_models import BulkReadModels
from infra.database import Database
from infra.embedded import EmbeddedServer
from infra.log.feed import LogFeed
from infra.settings import DatabaseSettings
from projections.registry import PROJECTIONS
from projections.runner import Runner
from readapi.viewer import Viewer
from services.bootstrap import CONSOLE, WriteSide, open_write_side
from services.cli import REFUSED, main
from services.tables.columns import Context
from services.tables.forms.agreements import agreement_of
from services.tables.intake import names_of
from tests.integration.filled import make_database
from tests.integration.readapi.conftest import Client
from tests.integration.services.conftest import make_partnership

ROWS = 5_000
HEADING = ["Référence", "Date d’effet", "Programme", "Objet", "Montant ($)", "Début", "Fin", "Territoire", "Type"]
FORMS = ["1 200", "au moins 4,5 M$", "s. o.", "environ 1 800", "5 000 à 6 000", "12,50", "n. d.", 250_000, 99.5]
REGIONS = ["01", "03", "11", "12"]
# column letter, what is written there, and the code of what is wrong with it
FAULTS: list[tuple[str, Any, str]] = [
    ("A", None, "required"),
    ("A", 1.5, "text_expected"),
    ("B", "01/04/2024", "date_unclear"),
    ("B", "30 février 2024", "date_unread"),
    ("B", None, "required"),
    ("B", "1066-10-14", "date_out_of_range"),
    ("C", None, "required"),
    ("D", "=A1", "formula"),
    ("E", "1,2,3", "figure_unread"),
    ("E", "beaucoup", "figure_unread"),
    ("E", "45 %", "figure_unread"),
    ("E", "=SUM(A1:A2)", "formula"),
    ("E", "#REF!", "error_value"),
    ("F", "bientôt", "partial_date_unread"),
    ("F", "2024-13", "partial_date_unread"),
    ("G", "03/2027", "date_unread"),
    ("H", "Atlantide", "territory_unread"),
    ("H", "18", "territory_unread"),
    ("I", "don", "not_listed"),
    ("I", "=1", "formula"),
]
FAULTY_ROWS = [100 + 120 * number for number in range(2 * len(FAULTS))]


def row_of(number: int) -> list[Any]:
    return [
        f"E-{number:05}",
        f"2024-{number % 12 + 1:02}-01",
        ("Soutien à la mission", "Programme d’accompagnement (PASI)")[number % 2],
        f"Objet no {number}",
        FORMS[number % len(FORMS)],
        2024,
        f"20{25 + number % 5}-03",
        REGIONS[number % len(REGIONS)],
        ("subvention", None)[number % 2],
    ]


def workbook(path: Path, faults: dict[tuple[int, str], Any] | None = None) -> Path:
    """Row 1 is the heading: what row 2 of the spreadsheet says is number 2."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Ententes"
    sheet.append(HEADING)
    for number in range(2, ROWS + 2):
        sheet.append(row_of(number))
    for (row, column), value in (faults or {}).items():
        sheet[f"{column}{row}"] = value
    content = io.BytesIO()
    book.save(content)
    path.write_bytes(content.getvalue())
    return path


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file without a fault."""
    return workbook(tmp_path_factory.mktemp("mended") / "ententes.xlsx")


@pytest.fixture(scope="module")
def own(server: EmbeddedServer, worker_name: str) -> DatabaseSettings:
    """A database of these tests alone."""
    return make_database(server, f"entente_tables_{worker_name}")


@asynccontextmanager
async def write_side(own: DatabaseSettings) -> AsyncIterator[WriteSide]:
    async with open_write_side(own) as write:
        await write.bodies.open_commons(principal=CONSOLE)
        yield write


async def a_body(own: DatabaseSettings) -> tuple[str, TenantId]:
    async with write_side(own) as write:
        made = await make_partnership(write)
        return made.slug, made.tenant_id


@contextmanager
def environment(
    own: DatabaseSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[dict[str, str]]:
    values = {
        "ENTENTE_DATABASE_URL": own.admin_dsn,
        "ENTENTE_SECRET_KEY": own.secret_key.decode(),
        "ENTENTE_ALLOWED_HOSTS": "testserver.local",
        "ENTENTE_INSTANCE_DIR": str(tmp_path),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("services.journal.configure_journal", lambda: None)
    yield values


EVENTS = "SELECT position, stream_id, version, type, recorded_at FROM log.event WHERE tenant_id = %s ORDER BY 1"


def events_of(own: DatabaseSettings, tenant_id: TenantId) -> list[tuple[Any, ...]]:
    with psycopg.connect(own.admin_dsn) as connection:
        query = (
            "SELECT position, stream_id, version, type, recorded_at FROM log.event WHERE tenant_id = %s ORDER BY 1"
        )
        return connection.execute(query, [tenant_id]).fetchall()


QUERY = """
query ($slug: String!, $after: String) { partnership(slug: $slug) { agreements(first: 200, after: $after) {
  totalCount pageInfo { hasNextPage endCursor }
  nodes { id programme { code label { fr en } } purpose { fr } type term { start end } status amendmentNumber
    territory { code } amount { kind number upper raw unit } } } } }
"""


async def read_back(own: DatabaseSettings, slug: str, tenant_id: TenantId) -> dict[str, Any]:
    """All agreements of a body through GraphQL, by id, after the projections went to the end of the logs."""
    async with Database(own) as database:
        async with BulkReadModels(database) as models, LogFeed(database) as feed:
            await Runner(feed, models, PROJECTIONS).catch_up()
        client = Client(database)
        viewer = Viewer(tenant_id=tenant_id, role="coordinator")
        found: dict[str, Any] = {}
        after, more = None, True
        async with client.http:
            while more:
                data = await client.data(QUERY, {"slug": slug, "after": after}, viewer=viewer)
                page = data["partnership"]["agreements"]
                found |= {node.pop("id"): node for node in page["nodes"]}
                after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert page["totalCount"] == len(found)
        return found


def expected(tenant_id: TenantId) -> dict[str, Any]:
    """What the rows say, written down without the program's readers."""
    figures: list[tuple[str, str | None, str | None, str | None]] = [
        ("exact", "1200", None, "1 200"),
        ("at_least", "4500000", None, "au moins 4,5 M$"),
        ("not_applicable", None, None, "s. o."),
        ("estimate", "1800", None, "environ 1 800"),
        ("range", "5000", "6000", "5 000 à 6 000"),
        ("exact", "12.50", None, "12,50"),
        ("missing", None, None, "n. d."),
        ("exact", "250000", None, None),
        ("exact", "99.5", None, None),
    ]
    context = Context(tenant_id, "fr", names_of(tenant_id))
    found: dict[str, Any] = {}
    for number in range(2, ROWS + 2):
        kind, value, upper, raw = figures[number % len(FORMS)]
        programme = [
            {"code": "soutien-a-la-mission", "label": {"fr": "Soutien à la mission", "en": None}},
            {"code": "pasi", "label": {"fr": "Programme d’accompagnement (PASI)", "en": None}},
        ][number % 2]
        found[str(agreement_of(context, f"E-{number:05}"))] = {
            "programme": programme,
            "purpose": {"fr": f"Objet no {number}"},
            "type": "GRANT" if number % 2 == 0 else "UNSTATED",
            "term": {"start": "2024", "end": f"20{25 + number % 5}-03"},
            "status": "IN_FORCE",
            "amendmentNumber": 0,
            "territory": {"code": REGIONS[number % len(REGIONS)]},
            "amount": {
                "kind": kind.upper(),
                "number": None if value is None else Decimal(value),
                "upper": None if upper is None else Decimal(upper),
                "raw": raw,
                "unit": "CAD",
            },
        }
    return found


def decimals(found: dict[str, Any]) -> dict[str, Any]:
    for node in found.values():
        for name in ("number", "upper"):
            value = node["amount"][name]
            node["amount"][name] = None if value is None else Decimal(value)
    return found


async def test_forty_planted_faults_are_forty_located_errors_and_nothing_is_written(
    own: DatabaseSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slug, tenant_id = await a_body(own)
    planted = dict(zip(FAULTY_ROWS, FAULTS * 2, strict=True))
    file = workbook(
        tmp_path / "ententes.xlsx", {(row, column): value for row, (column, value, _) in planted.items()}
    )
    before = events_of(own, tenant_id)

    with environment(own, monkeypatch, tmp_path):
        done = await asyncio.to_thread(
            main, ["import", str(file), "--body", slug, "--format", "agreements", "--quiet"]
        )

    said = capsys.readouterr().err
    told = [line.removeprefix("entente: ") for line in said.splitlines() if line.startswith("entente: Ententes!")]
    assert done == REFUSED
    assert told == [f"Ententes!{column}{row}: {code}" for row, (column, _, code) in planted.items()]
    assert len(told) == 40
    assert "40 problems; nothing was written · 40 problèmes; rien n’a été inscrit" in said
    assert events_of(own, tenant_id) == before


async def test_the_mended_file_is_one_batch_and_is_read_back_exactly(
    *,
    own: DatabaseSettings,
    mended: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    slug, tenant_id = await a_body(own)
    other, other_id = await a_body(own)
    command = ["import", str(mended), "--body", slug, "--format", "agreements", "--quiet"]

    with environment(own, monkeypatch, tmp_path):
        first = await asyncio.to_thread(main, command)
        said = capsys.readouterr().out
        again = await asyncio.to_thread(main, command)

    assert (first, again) == (0, 0)
    assert f"{ROWS} rows, {ROWS} orders recorded as import" in said
    assert "known before" in capsys.readouterr().out
    events = events_of(own, tenant_id)
    assert [event[0] for event in events] == list(range(1, ROWS + 2))
    assert {event[3] for event in events[1:]} == {"agreement.Signed"}
    assert len({event[4] for event in events[1:]}) == 1
    assert decimals(await read_back(own, slug, tenant_id)) == expected(tenant_id)
    assert await read_back(own, other, other_id) == {}


async def test_killed_in_the_middle_and_resumed_it_is_the_same(
    own: DatabaseSettings, mended: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same file: the same rows are there as in the test above, once."""
    slug, tenant_id = await a_body(own)
    with environment(own, monkeypatch, tmp_path) as values:
        arguments = ["import", str(mended), "--body", slug, "--format", "agreements", "--quiet"]

        async def start() -> asyncio.subprocess.Process:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.cli", *arguments, env=os.environ | values
            )

        # Once as soon as it has reached the log, before anything is sent.
        early = await start()
        await _until(own, "usename = 'entente_app'")
        early.send_signal(signal.SIGKILL)
        assert await early.wait() == -signal.SIGKILL
        assert len(events_of(own, tenant_id)) == 1

        # Once while the log writes: held up at the head, as a competitor would hold it.
        async with await psycopg.AsyncConnection.connect(own.admin_dsn) as holder:
            await holder.execute("SELECT FROM log.head WHERE tenant_id = %s FOR UPDATE", [tenant_id])
            late = await start()
            await _until(own, "query LIKE '%append_batch%' AND wait_event_type = 'Lock'")
            late.send_signal(signal.SIGKILL)
            assert await late.wait() == -signal.SIGKILL
            await holder.rollback()
        await _until(own, "query LIKE '%append_batch%' AND state = 'active'", holds=False)
        assert len(events_of(own, tenant_id)) in (1, ROWS + 1)

        resumed = await start()
        assert await resumed.wait() == 0

    assert [event[0] for event in events_of(own, tenant_id)] == list(range(1, ROWS + 2))
    assert decimals(await read_back(own, slug, tenant_id)) == expected(tenant_id)


async def _until(own: DatabaseSettings, condition: str, *, holds: bool = True) -> None:
    """Return once some connection to the database is in a state, or none is."""

    def wait() -> None:
        query = f"""SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
            AND pid <> pg_backend_pid() AND {condition}"""  # noqa: S608 - constants
        with psycopg.connect(own.admin_dsn, autocommit=True) as connection:
            for _ in range(3_000):
                row = connection.execute(query.encode()).fetchone()
                assert row is not None
                if (row[0] > 0) == holds:
                    return
                connection.execute("SELECT pg_sleep(0.02)")
        pytest.fail(f"waited in vain: {condition}")

    await asyncio.to_thread(wait)
