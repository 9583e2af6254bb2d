"""That somebody who was erased cannot be read anywhere, and that the logs are what they were.

A person is written into everything that holds a person: tables, texts about them in every type of event, mail.
Each of their words carries one mark. It is looked for before, so that the search is known to find, and after.
"""

import shutil
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from subprocess import run
from typing import Any

import msgspec
import psycopg
import structlog

from domain.ids import PersonId, StreamId, TenantId
from domain.stream import STREAMS
from domain.values import SealedText
from infra.access.sessions import Session
from infra.embedded import EmbeddedServer
from infra.embedded.binaries import bundled_bin
from infra.mail.files import FileMailer
from infra.pii.persons import Person
from infra.pii.sealer import sealed_fields
from infra.settings import DatabaseSettings
from services.bodies import Provisioning
from services.bootstrap import CONSOLE, WriteSide, open_write_side
from services.erasing import Erased, erase_account
from services.identity.inviting import accept_as_new, accept_signed_in, invite
from services.identity.letter import invitation_letter
from services.replay import verify
from tests.golden.examples import EXAMPLES
from tests.integration.filled import make_database
from tests.integration.logs import Logs, open_logs, tenant_log
from tests.integration.services.conftest import opening
from tests.isolation.ground import Ground, Outcome

_PASSWORD = "quatre mots sans apprêt"
_PERSONS = 3
_READING = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL"
)


@dataclass(frozen=True)
class Somebody:
    """One person, whose every word holds the mark."""

    mark: str
    email: str
    account_id: uuid.UUID
    pseudonyms: Mapping[TenantId, PersonId]


class Scene:
    """A database with two bodies that look alike, a directory of mail, and people in all of it."""

    def __init__(self, server: EmbeddedServer, settings: DatabaseSettings, write: WriteSide, mail: Path) -> None:
        self.server = server
        self.settings = settings
        self.write = write
        self.mail = mail
        self.mailer = FileMailer(mail, "entente@example.org")
        self.bodies: list[TenantId] = []

    async def open_bodies(self) -> None:
        for _ in range(2):
            new = opening(f"oubli-{uuid.uuid4().hex[:12]}")
            provisioning = Provisioning(
                opening=new,
                key=uuid.uuid4(),
                effective_on=date(2010, 4, 1),
                lang="fr",
                correlation_id=uuid.uuid4(),
            )
            await self.write.bodies.provision(provisioning, principal=CONSOLE, fingerprint=bytes(32))
            self.bodies.append(new.body_id)

    async def somebody(self) -> Somebody:
        """An account with two memberships, names, an address that is written to, tokens, mail and texts."""
        mark = f"Zephirin-{uuid.uuid4().hex}"
        email = f"{mark.lower()}@example.org"
        identity, write = self.write.identity, self.write
        by = PersonId(uuid.uuid4())
        account_id: uuid.UUID | None = None
        session: Session | None = None
        for tenant_id in self.bodies:
            link = await invite(identity, tenant_id, email, "member", "fr", by_role="operator", invited_by=by)
            await self._mail(email, link)
            if account_id is None:
                account_id = await accept_as_new(identity, link, _PASSWORD)
                token = await identity.sessions.begin(
                    account_id, "password", None, agent=f"Navigateur {mark}", instead_of=None
                )
                session = await identity.sessions.find(token)
            else:
                assert session is not None
                await accept_signed_in(identity, link, session)
            again = await invite(identity, tenant_id, email, "chair", "fr", by_role="operator", invited_by=by)
            await self._mail(email, again)
            await write.addresses.add(tenant_id, uuid.uuid4(), email, "fr", added_by=by)
        assert account_id is not None
        await identity.password_links.create(account_id)
        pseudonyms = dict(await write.vault.pseudonyms(account_id))
        for tenant_id, person_id in pseudonyms.items():
            await write.vault.rectify(tenant_id, person_id, Person(f"Zoé {mark}", email, f"+1 555 {mark}"))
            await write.tokens.create(tenant_id, "member", person_id, f"Jeton de {mark}")
            await self._say(tenant_id, person_id, mark)
        return Somebody(mark, email, account_id, pseudonyms)

    async def erase(self, somebody: Somebody) -> Erased:
        account = await self.write.identity.accounts.find(somebody.email)
        assert account is not None
        return await erase_account(self.write, account, "at_their_request", self.mailer)

    async def texts(self, somebody: Somebody) -> list[str]:
        """Every free text about them, as the store opens it."""
        found = []
        for tenant_id, person_id in somebody.pseudonyms.items():
            for event in await self.write.store.mentioning(tenant_id, person_id):
                texts = (getattr(event.payload, field) for field in sealed_fields(type(event.payload)))
                found += [one.display("fr") for one in texts if one is not None and one.subject == person_id]
        return found

    def dump(self, *, cluster: bool = False) -> bytes:
        """What `pg_dump` writes of the database, or `pg_dumpall` of the whole server; in lower case."""
        known = psycopg.conninfo.conninfo_to_dict(self.settings.admin_dsn)
        password = {"PGPASSWORD": str(known["password"])}  # pg_dumpall does not hand on the one of the address
        program = ["pg_dumpall"] if cluster else ["pg_dump"]
        program[0] = str(bundled_bin() / program[0])
        done = run([*program, "-d", self.settings.admin_dsn], check=False, capture_output=True, env=password)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.lower()

    def in_files(self, mark: str, *, wal: bool = False) -> int:
        """In how many of the database's files the mark stands; only what is outside `pg_wal`, or only there."""
        with psycopg.connect(self.settings.admin_dsn, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            row = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
        assert row is not None
        data = self.server.data_dir
        places = [data / "pg_wal"] if wal else [data / "base" / str(row[0]), data / "global", data / "pg_stat"]
        low = mark.lower().encode()
        return sum(low in path.read_bytes().lower() for place in places for path in _files(place))

    def in_journal(self, mark: str) -> int:
        """How often PostgreSQL's own messages have the mark."""
        said = self.server.log_path.read_bytes().lower() if self.server.log_path.exists() else b""
        return said.count(mark.lower().encode())

    def in_mail(self, mark: str) -> int:
        """How many messages that were written instead of being sent have the mark."""
        low = mark.lower().encode()
        return sum(low in path.read_bytes().lower() for path in _files(self.mail))

    def analyze(self) -> None:
        self._maintain("ANALYZE")

    def vacuum(self) -> None:
        """Write every table anew, without what was deleted; by itself PostgreSQL gets there later.

        What somebody who reads just then might still see is kept, and autovacuum reads when it likes: hence twice.
        """
        for _ in range(2):
            with psycopg.connect(self.settings.admin_dsn, autocommit=True) as connection:
                while connection.execute(_READING).fetchone() != (0,):
                    time.sleep(0.05)
            self._maintain("VACUUM FULL")

    async def logs_sound(self) -> tuple[int, list[str]]:
        """How many events of the bodies were verified and replayed, and what is wrong."""
        events, against = 0, []
        for tenant_id in self.bodies:
            with tenant_log(self.settings, tenant_id) as log:
                report = await verify(log, self.write.store)
            events += report.events
            if not report.sound:
                against.append(f"the log of {tenant_id}: {report.defect}")
        return events, against

    def log_bytes(self) -> list[tuple[Any, ...]]:
        """The logs as they are stored, but for what an erasure adds."""
        with psycopg.connect(self.settings.admin_dsn) as connection:
            return connection.execute(
                "SELECT tenant_id, position, state, leaf FROM log.event"
                " WHERE type <> 'erasure.PersonErased' ORDER BY tenant_id, position"
            ).fetchall()

    def _maintain(self, statement: str) -> None:
        with psycopg.connect(self.settings.admin_dsn, autocommit=True) as connection:
            connection.execute(statement.encode())

    async def _mail(self, email: str, link: str) -> None:
        until = datetime.now(UTC) + timedelta(days=7)
        await self.mailer.send(
            invitation_letter(
                email, "fr", body="Partenariat", role="member", until=until, link=f"https://x/{link}"
            )
        )

    async def _say(self, tenant_id: TenantId, person_id: PersonId, mark: str) -> None:
        """One stream of each kind, in which every free text is about them."""
        async with open_logs(self.settings) as logs:
            await self._write_streams(logs, tenant_id, person_id, mark)

    async def _write_streams(self, logs: Logs, tenant_id: TenantId, person_id: PersonId, mark: str) -> None:
        for name, stream in STREAMS.items():
            if name in ("registry", "body"):
                continue  # a log has one body, which is there
            events = []
            for example in EXAMPLES:
                if example.stream is stream:
                    about = {
                        field: SealedText.about(person_id, f"Propos {mark} ({field})")
                        for field in sealed_fields(type(example.payload))
                        if getattr(example.payload, field) is not None
                    }
                    events.append((msgspec.structs.replace(example.payload, **about), example.effective_on))
            if events:
                await logs.write(tenant_id, StreamId(uuid.uuid4()), events)


def occurrences(dump: bytes, mark: str) -> int:
    """How often a dump has the mark, as text or as bytes."""
    low = mark.lower().encode()
    return dump.count(low) + dump.count(low.hex().encode())


def _files(place: Path) -> Iterator[Path]:
    return (path for path in place.rglob("*") if path.is_file()) if place.exists() else iter(())


@asynccontextmanager
async def scene(server: EmbeddedServer, name: str) -> AsyncIterator[Scene]:
    """The scene on a database of its own, the mail gone at the end."""
    settings = make_database(server, name)
    mail = Path(tempfile.mkdtemp(prefix="entente-mail-"))
    try:
        async with open_write_side(settings) as write:
            await write.bodies.open_commons(principal=CONSOLE)
            made = Scene(server, settings, write, mail)
            await made.open_bodies()
            yield made
    finally:
        shutil.rmtree(mail, ignore_errors=True)


async def proof(ground: Ground) -> Outcome:
    """Erase people one after the other; of each nothing is left, and of those who stay, everything."""
    against: list[str] = []
    with structlog.testing.capture_logs() as journal:
        async with scene(ground.server, "entente_isolation_erasure") as at:
            people = [await at.somebody() for _ in range(_PERSONS)]
            stays, *gone = people
            at.analyze()
            texts = {one.mark: await at.texts(one) for one in people}
            dump = at.dump(cluster=True)
            for one in people:
                for what, found in (
                    ("a dump", occurrences(dump, one.mark)),
                    ("the files", at.in_files(one.mark)),
                    ("the mail", at.in_mail(one.mark)),
                    ("the opened texts", sum(one.mark in text for text in texts[one.mark])),
                ):
                    if not found:
                        against.append(f"the search finds nothing in {what} before the erasure: it cannot fail")
            before = at.log_bytes()
            for one in gone:
                await at.erase(one)
            at.vacuum()
            dump = at.dump(cluster=True)
            for one in gone:
                for what, found in (
                    ("a dump", occurrences(dump, one.mark)),
                    ("the files", at.in_files(one.mark)),
                    ("the mail", at.in_mail(one.mark)),
                    ("PostgreSQL's messages", at.in_journal(one.mark)),
                    ("our journal", repr(journal).count(one.mark)),
                ):
                    if found:
                        against.append(f"{found} times in {what} after the erasure")
                left = [text for text in await at.texts(one) if text != "[effacé]"]
                against += [f"a text is left: {text[:40]}" for text in left]
            if await at.texts(stays) != texts[stays.mark]:
                against.append("texts of somebody who stays have changed")
            if at.log_bytes() != before:
                against.append("bytes of a log have changed")
            events, unsound = await at.logs_sound()
            in_wal = sum(at.in_files(one.mark, wal=True) for one in gone)
    return Outcome(
        name="erasure",
        count=len(gone),
        unit="people erased",
        result=(
            f"nothing of theirs in a dump, in tables, indexes and files, in mail and journals;"
            f" {sum(len(texts[one.mark]) for one in gone)} texts are [erased], {events} events verify and replay;"
            f" {in_wal} files of WAL hold them until they are recycled"
        ),
        against=tuple(against + unsound),
    )
