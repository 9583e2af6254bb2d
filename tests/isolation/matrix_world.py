"""The world of the matrix: a body with something for every audience, its look-alike, a funder that it granted."""

import hashlib
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
import psycopg
from argon2 import PasswordHasher
from litestar.types import ASGIApp

from domain.audience import Audience
from domain.document import AttachDocument, Content, Subject
from domain.frozen_comparison import FreezeComparison, SourceLog
from domain.ids import COMMONS, DocumentId, FrozenComparisonId, StudyId, TenantId
from domain.study import RecordStudy
from domain.values import Citation, Period, fr
from infra.database import Database, closing
from infra.log.proofs.signing import LogSigner
from infra.mail.settings import ReminderSettings
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
from services.api.app import create_app
from services.api.reads import read_api
from services.bootstrap import WriteSide, open_write_side
from services.importing import Entry
from services.signer import held_checkpoints, sign_once, signing_keys
from tests.integration.filled import bring_in
from tests.integration.readapi.acting import Acting
from tests.integration.readapi.world import alone
from tests.integration.readapi.world_lines import ALIKE, Lines, both, uid
from tests.isolation.canaries.driver import Application
from tests.isolation.matrix_records import afterwards, audits, forebears, of_funder, records
from tests.isolation.standing import Standing, Who

OWN, STRANGER = ALIKE
FUNDER: Final = "bailleur-matrice"
ORIGIN: Final = "https://testserver.local"
AUDIENCES: Final = tuple(Audience)
PERIOD: Final = {"kind": "fiscal_year", "start": "2020-04-01", "end": "2021-03-31"}
FROZEN: Final = {"kept public": Audience.PUBLIC, "kept tenant": Audience.TENANT}
FIGURE: Final = "777001"
"""A figure of the body that was submitted, and is nowhere else."""
_PASSWORD_HASH: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("nobody signs in by it")


def body_id(slug: str) -> TenantId:
    return TenantId(uid(slug, "body"))


BODIES: Final[dict[Standing, TenantId]] = {
    Standing.OWN: body_id(OWN),
    Standing.GRANTED: body_id(FUNDER),
    Standing.STRANGER: body_id(STRANGER),
    Standing.EXPIRED: body_id(OWN),
    Standing.INSTANCE: COMMONS,
}


def lines() -> Iterator[Entry]:
    """All that is recorded by import."""
    funder = Lines(FUNDER)
    known = {"body_id": funder.id("body"), "slug": FUNDER, "kind": "funder", "name": both("Bailleur")}
    yield funder.line("RegisterBody", "2020-01-01", known, body="commons")
    opening = {"province": "ON", "time_zone": "America/Toronto", "default_language": "fr"}
    yield funder.line("OpenBody", "2020-01-01", known | opening)
    yield from of_funder(funder)
    for slug in ALIKE:
        yield from alone(slug)
        yield from _more(Lines(slug, count=20_000))
    for slug, other in (ALIKE, ALIKE[::-1]):
        yield from records(Lines(slug, count=40_000), other, FUNDER)
    for slug, other in (ALIKE, ALIKE[::-1]):
        yield from afterwards(Lines(slug, count=50_000), other)
        yield from forebears(slug)


def later() -> Iterator[Entry]:
    """What names bodies that have to be there: lines of different bodies are recorded side by side."""
    funder = Lines(FUNDER, count=10_000)
    yield from audits(funder, STRANGER)
    granting = Lines(OWN, count=30_000)
    granted = {"grant_id": granting.id("matrix grant"), "grantee": funder.id("body")}
    yield granting.line("GrantAccess", "2022-01-01", granted)


def _more(of: Lines) -> Iterator[Entry]:
    """A submitted figure, and agreements that differ by the name of their programme."""
    figure = {"submission_id": of.id("matrix figure")}
    number = FIGURE if of.slug == OWN else "888001"
    drafted = {
        "indicator": {"log": of.id("body"), "stream": of.id("indicator public"), "version": 1},
        "period": PERIOD,
        "value": {"kind": "exact", "number": number, "unit": "entreprises"},
    }
    yield of.line("DraftSubmission", "2023-04-01", figure | drafted)
    yield of.line("SubmitSubmission", "2023-04-02", figure, source={"title": both("Rapport")})
    for audience in ("public", "funders", "tenant"):
        signed = {
            "agreement_id": of.id(f"matrix agreement {audience}"),
            "programme": {"code": f"m-{audience}", "label": both(f"Volet {of.slug} {audience}")},
            "audience": audience,
        }
        yield of.line("SignAgreement", "2022-04-01", signed)


@dataclass(frozen=True)
class World:
    """The running application, and what each who asks shows of who they are."""

    settings: Settings
    write: WriteSide
    app: ASGIApp
    client: httpx.AsyncClient
    tokens: dict[Who, str] = field(default_factory=dict)
    """Of everybody who has shown one so far, as the sessions are."""
    accounts: dict[Who, UUID] = field(default_factory=dict)
    sessions: dict[Who, str] = field(default_factory=dict)

    async def token(self, who: Who) -> str:
        """What a program shows for somebody."""
        if who not in self.tokens:
            self.tokens[who] = await _token(self.write, who)
        return self.tokens[who]

    async def session(self, who: Who) -> str:
        """What a browser shows for somebody."""
        if who not in self.sessions:
            self.sessions[who] = await self.begin(who)
        return self.sessions[who]

    async def begin(self, who: Who) -> str:
        """Another complete session of somebody, begun by nobody's password: hashing so many would take minutes."""
        if who not in self.accounts:
            self.accounts[who] = await _account(self.settings, self.write, who)
        account = self.accounts[who]
        (membership,) = await self.write.identity.accounts.memberships(account)
        secret = await self.write.identity.sessions.begin(account, "second", membership, agent="", instead_of=None)
        if who.standing is Standing.EXPIRED:
            with psycopg.connect(self.settings.database.admin_dsn) as connection:
                connection.execute(
                    "UPDATE access.session SET expires_at = clock_timestamp() - interval '1 second'"
                    " WHERE account_id = %s",
                    [account],
                )
        return secret


async def make(database: DatabaseSettings, directory: Path) -> Settings:
    """Record the world in an empty database that has its tables; gives the settings of an application over it."""
    await bring_in(database, list(lines()))
    await bring_in(database, list(later()))
    documents = DocumentSettings(directory=directory / "documents", bytes_max=100_000)
    async with open_write_side(database, documents=documents) as write:
        people = Acting(write)
        for slug in ALIKE:
            for audience in AUDIENCES:
                text = f"%PDF-1.7 {audience}".encode()
                content = Content(
                    sha256=hashlib.sha256(text).hexdigest(), size_bytes=len(text), media_type="application/pdf"
                )
                await write.contents.put(body_id(slug), content, text)
                attached = AttachDocument(
                    document_id=DocumentId(uid(slug, f"document {audience}")),
                    title=fr(f"Document {audience}"),
                    content=content,
                    language="fr",
                    subject=Subject(stream="plan", id=uid(slug, "published")),
                    audience=audience,
                )
                await people.give(body_id(slug), "2023-01-10", attached)
            study = RecordStudy(
                study_id=StudyId(uid(slug, "study with a document")),
                title=fr("Étude"),
                document_id=DocumentId(uid(slug, "document public")),
            )
            await people.give(body_id(slug), "2023-01-11", study)
        await people.project()
        await _freeze(database, people)
    settings = _settings(database, documents, directory)
    await _sign(settings)
    return settings


async def _freeze(database: DatabaseSettings, people: Acting) -> None:
    """Comparisons that are kept: of the body's own log and, as if it had granted it, the look-alike's."""
    with psycopg.connect(database.admin_dsn) as connection:
        rows = connection.execute("SELECT tenant_id, max(position) FROM log.event GROUP BY 1").fetchall()
    ends: dict[UUID, int] = dict(rows)
    sources = tuple(
        SourceLog(log=body_id(slug), position=ends[body_id(slug)], granted=slug != OWN) for slug in ALIKE
    )
    for name, audience in FROZEN.items():
        frozen = FreezeComparison(
            frozen_comparison_id=FrozenComparisonId(id_of(name)),
            title=fr("Comparaison"),
            indicator=Citation(log=body_id(OWN), stream=id_of("indicator public"), version=1),
            period=Period.fiscal_year(2022),
            as_of=date(2024, 6, 1),
            sources=sources,
            audience=audience,
        )
        await people.give(body_id(OWN), "2024-06-01", frozen)
    await people.project()


def _settings(database: DatabaseSettings, documents: DocumentSettings, directory: Path) -> Settings:
    return Settings(
        profile=Profile.PRODUCTION,
        instance_dir=directory,
        secret_key=database.secret_key,
        database=database,
        documents=documents,
        web=WebSettings(
            host="127.0.0.1",
            port=0,
            allowed_hosts=("testserver.local",),
            body_max_bytes=64 * 1024,
            metrics_token="a token for the matrix",
        ),
        proof=ProofSettings(
            origin="testserver.local/log",
            checkpoint_dir=directory / "checkpoints",
            key_path=directory / "signer-key",
            given_key=None,
        ),
        reminders=ReminderSettings(days_before=(14, 3), hour=7, public_url=ORIGIN),
        sessions=SessionSettings(proxies=1),  # so that each try comes from an address of its own
    )


async def _sign(settings: Settings) -> None:
    keys = signing_keys(settings)
    async with Database(settings.database) as database, closing(await database.connect(Role.SIGNER)) as connection:
        await sign_once(LogSigner(connection, held_checkpoints(settings), keys), connection, keys)


@asynccontextmanager
async def opened(settings: Settings, app: ASGIApp | None = None) -> AsyncIterator[World]:
    """The application, or the one that is given, with everybody at its doors."""
    served: Any = app or application(settings)
    async with (
        open_write_side(settings.database, documents=settings.documents, sessions=settings.sessions) as write,
        Application(served),
        httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url=ORIGIN) as client,
    ):
        yield World(settings, write, served, client)


def application(settings: Settings) -> ASGIApp:
    """The application as it is served, with the read API at its place."""
    mounts, lifespans = read_api(settings)
    return create_app(settings, checks=lambda _: {}, mounts=mounts, lifespans=lifespans)


async def calendar_token(write: WriteSide, standing: Standing) -> str:
    """A token for the calendar of a body; expired where the standing is."""
    body = BODIES[standing]
    person = await write.vault.pseudonym(body, uuid.uuid4())
    return await write.tokens.create_calendar(body, person, "matrix", expires_at=_end(standing))


async def _token(write: WriteSide, who: Who) -> str:
    assert who.role is not None
    body = BODIES[who.standing]
    person = await write.vault.pseudonym(body, uuid.uuid4())
    return await write.tokens.create(body, who.role, person, "matrix", expires_at=_end(who.standing))


def _end(standing: Standing) -> datetime | None:
    return datetime.now(UTC) - timedelta(seconds=1) if standing is Standing.EXPIRED else None


async def _account(settings: Settings, write: WriteSide, who: Who) -> UUID:
    """Somebody's account with its membership."""
    body, account = BODIES[who.standing], uuid.uuid4()
    person = await write.vault.pseudonym(body, account)
    with psycopg.connect(settings.database.admin_dsn) as connection:
        connection.execute(
            "INSERT INTO access.account (account_id, email, language, password_hash) VALUES (%s, %s, 'fr', %s)",
            [account, f"{account.hex}@example.org", _PASSWORD_HASH],
        )
        connection.execute(
            "INSERT INTO access.membership (tenant_id, membership_id, account_id, role, person_id)"
            " VALUES (%s, %s, %s, %s, %s)",
            [body, uuid.uuid4(), account, who.role, person],
        )
    return account


def id_of(name: str) -> UUID:
    """The id of something of the body that is asked about."""
    return uid(OWN, name)
