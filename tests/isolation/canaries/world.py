"""Two partnerships and a funder without a grant: of one, every text that its readers alone may see is a marker."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import msgspec
import psycopg
from psycopg import sql

from domain.audience import Audience
from domain.document import Content, DocumentAttached
from domain.event import Event
from domain.ids import DocumentId, TenantId
from infra.bulk.read_models import BulkReadModels
from infra.database import Database, closing
from infra.log.feed import LogFeed
from infra.log.proofs.signing import LogSigner
from infra.mail.settings import MailSettings, ReminderSettings
from infra.pii.persons import Person
from infra.settings import (
    DatabaseSettings,
    DocumentSettings,
    Profile,
    ProofSettings,
    Role,
    SessionSettings,
    Settings,
    WebSettings,
)
from projections.registry import PROJECTIONS
from projections.runner import Runner
from services.bootstrap import CONSOLE, WriteSide, open_write_side
from services.cli.bringing_in import sample_files
from services.identity.inviting import invite
from services.importing import Entry, read_files
from services.signer import held_checkpoints, sign_once, signing_keys
from tests.golden.example import LIP, Example
from tests.golden.examples import EXAMPLES
from tests.integration.filled import bring_in
from tests.integration.logs import Logs, open_logs
from tests.integration.readapi import world_of_traces
from tests.integration.readapi.world import alone
from tests.integration.readapi.world_lines import Lines, both, uid
from tests.isolation.canaries.marking import ID_MARK, MARK, Marker, canary_id, plain_id

OURS: Final = "lac-clair"
THEIRS: Final = "lac-voisin"
FUNDER: Final = "bailleur-canari"
HOST: Final = "testserver.local"
OF_NATURE_PUBLIC: Final = frozenset(
    {
        *("commons.BodyRegistered", "commons.SlugAdded", "body.Opened", "body.Renamed", "body.Succeeded"),
        *("body.CatchmentSet", "body.EpochOpened", "body.LeadOrganisationChanged"),
    }
)
"""What a body says of itself to everybody. Theme lists are public too."""
PUBLISHING: Final = frozenset(
    {"plan.RevisionPublished", "decision.Published", "submission.Published", "submission.Corrected"}
)
"""Events after which a record is public: the hidden copy has none of them."""


SEEN_WITH_THEIR_PLAN: Final = frozenset({"target", "target_value"})
"""Rows that are public by themselves, and read only where their plan is: those of a hidden plan hold markers."""


BAIT: Final = ("plan", "agreement", "decision", "indicator", "submission", "meeting", "committee", "document")


@dataclass(frozen=True)
class World:
    settings: Settings
    ours: TenantId
    theirs: TenantId
    funder: TenantId
    marked_types: frozenset[str]
    """Types of events of which the second partnership's log has one with a marker."""
    texts: frozenset[str]
    """Types of events that have a text at all."""
    records: dict[str, list[tuple[str, UUID]]]
    """By the name of a read model: whose records there are, hidden ones too, and their ids."""

    @property
    def bait(self) -> list[UUID]:
        """Ids of a few hidden records that orders of the first partnership name.

        Where such an order is recorded, its own records have these ids from then on: then their texts alone tell.
        """
        hidden = [
            min((id_ for _, id_ in self.records[table] if str(id_).startswith(ID_MARK)), default=None)
            for table in BAIT
        ]
        return [id_ for id_ in hidden if id_ is not None]


def settings_for(database: DatabaseSettings, directory: Path) -> Settings:
    """Of an instance as in production, but for the directory of its mail."""
    return Settings(
        profile=Profile.PRODUCTION,
        instance_dir=directory,
        secret_key=database.secret_key,
        database=database,
        documents=DocumentSettings(directory=directory / "documents", bytes_max=100_000),
        web=WebSettings(
            host="127.0.0.1",
            port=0,
            allowed_hosts=(HOST,),
            body_max_bytes=64 * 1024,
            metrics_token="canary-metrics",
        ),
        proof=ProofSettings(
            origin=f"{HOST}/log",
            checkpoint_dir=directory / "checkpoints",
            key_path=directory / "signer-key",
            given_key=None,
        ),
        reminders=ReminderSettings(days_before=(14, 3), hour=7, public_url=f"https://{HOST}"),
        mail=MailSettings("entente@example.org", None, directory / "mail"),
        sessions=SessionSettings(proxies=1),
    )


async def make_world(database: DatabaseSettings, directory: Path) -> World:
    """Fill a migrated database. What everybody may read of the second partnership holds no marker: looked up."""
    settings = settings_for(database, directory)
    await bring_in(database, [*read_files(sample_files()[:2]), *_unmarked()])
    ours, theirs, funder = (TenantId(uid(slug, "body")) for slug in (OURS, THEIRS, FUNDER))
    kept: dict[UUID, UUID] = {LIP: theirs}
    async with open_logs(database) as logs:
        types = await _record(logs, theirs, Marker("hidden", kept, Audience.TENANT), _hidden(EXAMPLES))
        types |= await _record(logs, theirs, Marker("funders", kept, Audience.FUNDERS), _hidden(EXAMPLES))
        public = Marker("public", kept, only_sealed=True, new_id=plain_id)
        types |= await _record(logs, theirs, public, _shown(EXAMPLES))
        types |= await _record(logs, theirs, public, _notes_of_a_body(), after=_version(database, theirs))
    async with open_write_side(database, settings.documents) as write:
        await _people(write, ours, theirs)
        await _document(write, settings, theirs)
    await catch_up(database)
    async with Database(database) as opened:
        keys = signing_keys(settings)
        async with closing(await opened.connect(Role.SIGNER)) as connection:
            await sign_once(LogSigner(connection, held_checkpoints(settings), keys), connection, keys)
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection_:
        wrong = list(_public_and_marked(connection_))
        assert not wrong, "\n".join(wrong)
        connection_.execute("ANALYZE")
        records = _records(connection_)
    texts = frozenset(one.payload.TYPE for one in EXAMPLES if _has_text(one.payload))
    return World(settings, ours, theirs, funder, frozenset(types), texts, records)


async def catch_up(database: DatabaseSettings) -> None:
    """Bring the read models to where the logs end."""
    async with Database(database) as opened, BulkReadModels(opened) as models, LogFeed(opened) as feed:
        await Runner(feed, models, PROJECTIONS).catch_up()
        stopped = [one for one in await models.cursors() if one.stop is not None]
        assert not stopped, stopped


def _unmarked() -> Iterator[Entry]:
    """Both partnerships alike, as all tests know them; others around them; and grants that were revoked."""
    yield from alone(OURS)
    yield from alone(THEIRS)
    yield from world_of_traces.world()
    of = Lines(FUNDER)
    body = {"body_id": of.id("body"), "slug": FUNDER, "kind": "funder", "name": both("Bailleur")}
    yield of.line("RegisterBody", "2020-01-01", body, body="commons")
    opening = {"province": "ON", "time_zone": "America/Toronto", "default_language": "en"}
    yield of.line("OpenBody", "2020-01-01", body | opening)
    theirs = Lines(THEIRS, count=50_000)
    for number, programme in enumerate((None, "pasi")):
        grant = {"grant_id": theirs.id(f"grant {number}")}
        given = grant | {"grantee": of.id("body"), "programme": programme}
        yield theirs.line("GrantAccess", "2021-04-01", given)
        yield theirs.line("RevokeAccess", "2021-06-01", grant)


def _hidden(examples: Sequence[Example]) -> list[Example]:
    """One of each kind that a reader can be kept from."""
    return [
        one
        for one in examples
        if one.stream.name not in ("body", "theme_list") and one.payload.TYPE not in OF_NATURE_PUBLIC | PUBLISHING
    ]


def _shown(examples: Sequence[Example]) -> list[Example]:
    """The same once more as everybody may read it, but for what is kept under a key."""
    return [one for one in examples if one.stream.name != "body" and one.payload.TYPE not in OF_NATURE_PUBLIC]


def _notes_of_a_body() -> list[Example]:
    return [one for one in EXAMPLES if one.stream.name == "body" and one.payload.TYPE == "body.PhaseEntered"]


def _version(database: DatabaseSettings, theirs: TenantId) -> int:
    with psycopg.connect(database.admin_dsn) as connection:
        row = connection.execute(
            "SELECT max(version) FROM log.event WHERE tenant_id = %s AND stream_id = %s", [theirs, theirs]
        ).fetchone()
    assert row is not None
    return int(row[0])


async def _record(
    logs: Logs, theirs: TenantId, marker: Marker, examples: Sequence[Example], after: int = 0
) -> set[str]:
    """Append examples, marked, each kind as a stream of its own; the types that then hold a marker."""
    types = set()
    by_stream: dict[str, list[tuple[Event, date]]] = defaultdict(list)
    for one in examples:
        event = marker.of(one.payload)
        if MARK.encode() in msgspec.json.encode(event):
            types.add(event.TYPE)
        by_stream[one.stream.name].append((event, one.effective_on))
    for kind, events in by_stream.items():
        stream = theirs if kind == "body" else marker.id(canary_id(f"stream {kind}"))
        await logs.write(theirs, stream, events, after=after if kind == "body" else 0)
    return types


def _has_text(event: Event) -> bool:
    everything = Marker("asked", {}).of(event)
    return MARK.encode() in msgspec.json.encode(everything)


async def _people(write: WriteSide, ours: TenantId, theirs: TenantId) -> None:
    """Names and contacts, whom the body writes to, who is invited, and the names of its tokens."""
    person = await write.vault.enrol(
        theirs, Person(name=f"{MARK} Personne", email=f"{MARK}@example.org", phone=f"+1 {MARK}")
    )
    for number in range(3):
        await write.addresses.add(theirs, uuid4(), f"{MARK}{number}@example.org", "fr", added_by=person)
    await write.addresses.add(
        ours, uuid4(), "secretariat@example.org", "fr", added_by=await write.vault.pseudonym(ours, CONSOLE)
    )
    by = await write.vault.pseudonym(theirs, CONSOLE)
    for number in range(3):
        address = f"invited.{MARK}{number}@example.org"
        await invite(write.identity, theirs, address, "member", "fr", by_role="operator", invited_by=by)
    await write.tokens.create(theirs, "coordinator", person, f"{MARK} jeton")


async def _document(write: WriteSide, settings: Settings, theirs: TenantId) -> None:
    """A document that members alone may download, whose bytes are a marker."""
    body = f"%PDF-1.7 {MARK} document".encode()
    content = Content(sha256=hashlib.sha256(body).hexdigest(), size_bytes=len(body), media_type="application/pdf")
    await write.contents.put(theirs, content, body)
    example = next(one.payload for one in EXAMPLES if isinstance(one.payload, DocumentAttached))
    attached = msgspec.structs.replace(
        Marker("document", {LIP: theirs}, Audience.TENANT).of(example), content=content
    )
    async with open_logs(settings.database) as logs:
        await logs.write(theirs, DocumentId(canary_id("the document")), [(attached, date(2024, 4, 1))])


def _public_and_marked(connection: psycopg.Connection) -> Iterator[str]:
    """Rows that everybody may read and that hold a marker: the world would be wrong, not the program."""
    for table in (table for projection in PROJECTIONS for table in projection.tables):
        if "audience" not in table.columns or table.name in SEEN_WITH_THEIR_PLAN:
            continue
        statement = sql.SQL("SELECT t::text FROM {} t WHERE audience = 'public' AND t::text ~ %s LIMIT 3").format(
            sql.Identifier(table.schema or "", table.name)
        )
        for (row,) in connection.execute(statement, [f"{MARK}|{ID_MARK}"]).fetchall():
            yield f"{table} shows everybody a marker: {row}"


def _records(connection: psycopg.Connection) -> dict[str, list[tuple[str, UUID]]]:
    slugs: dict[UUID, str] = dict(
        connection.execute(
            "SELECT tenant_id, min(slug) FROM national.registry WHERE slug <> '' GROUP BY 1"
        ).fetchall()
    )
    found: dict[str, list[tuple[str, UUID]]] = {}
    for table in (table for projection in PROJECTIONS for table in projection.tables):
        statement = sql.SQL("SELECT DISTINCT tenant_id, entity_id FROM {}").format(
            sql.Identifier(table.schema or "", table.name)
        )
        rows = connection.execute(statement).fetchall()
        found[table.name] = sorted((slugs.get(tenant, "commons"), id_) for tenant, id_ in rows)
    return found
