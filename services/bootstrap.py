"""Where everything is wired, once per process."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import asyncpg

import domain.areas  # noqa: F401 - fills the registries of commands and events
from domain.ports import ContentStore, EventStore, Mailer
from infra.access.quotas import UNBOUNDED, Quotas, QuotaSettings
from infra.access.rates import UNLIMITED, Rates, RateSettings
from infra.access.readings import Readings
from infra.access.represented import Represented
from infra.access.tokens import Tokens
from infra.database import Database
from infra.documents.files import FileContents
from infra.log.proofs.held import HeldCheckpoints
from infra.log.store import open_log_store
from infra.mail.files import FileMailer
from infra.mail.settings import MailSettings
from infra.mail.smtp import SmtpMailer
from infra.pii.addresses import Addresses
from infra.pii.persons import PersonVault
from infra.pii.reminded import Reminded
from infra.pii.sealer import LogSealer
from infra.pii.wrapping import KEY_BYTES, KeyWrapper, derived
from infra.settings import DatabaseSettings, DocumentSettings, Role, SessionSettings
from services.batching import BatchHandler
from services.bodies import Bodies
from services.commands import CommandHandler, fingerprint_key
from services.contents import NO_CONTENTS
from services.identity.parts import Identity, open_identity
from services.quotas import Allowances

CONSOLE: Final = UUID("0b9d1f52-6d0c-5b7e-8f43-2a4c6e8a0c11")
"""The principal of whoever sits at the machine: migrations, imports, the command line."""
_CONNECTIONS_MAX = 6
_RATES: Final = b"entente/access/rates/v1"


@dataclass(frozen=True, slots=True)
class WriteSide:
    """All that takes orders."""

    database: Database
    pool: "asyncpg.Pool[Any]"
    """Single statements as the application's role."""
    store: EventStore
    handler: CommandHandler
    batches: BatchHandler
    bodies: Bodies
    tokens: Tokens
    represented: Represented
    readings: Readings
    vault: PersonVault
    addresses: Addresses
    reminded: Reminded
    identity: Identity
    rates: Rates
    allowances: Allowances
    contents: ContentStore
    """The bytes of documents."""
    fingerprint_key: bytes = field(repr=False)


@asynccontextmanager
async def open_write_side(
    settings: DatabaseSettings,
    documents: DocumentSettings | None = None,
    *,
    held: HeldCheckpoints | None = None,
    sessions: SessionSettings | None = None,
    rates: RateSettings = UNLIMITED,
    quotas: QuotaSettings = UNBOUNDED,
) -> AsyncIterator[WriteSide]:
    """The write side over one database; at the end it finishes what was begun.

    Without `documents`, orders that name a content are refused. Whoever writes gives `held`, the checkpoints
    outside the database by which logs are measured first.
    Whoever answers requests gives `rates` and `quotas`.
    """
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(settings))
        pool = await stack.enter_async_context(await database.pool(Role.APP, connections_max=_CONNECTIONS_MAX))
        sealer = LogSealer(pool, KeyWrapper(settings.secret_key))
        store = await stack.enter_async_context(open_log_store(database, sealer, held=held))
        contents: ContentStore = NO_CONTENTS if documents is None else FileContents(documents.directory)
        handler = CommandHandler(store, sealer, contents)
        vault = PersonVault(pool)
        identity = stack.enter_context(
            open_identity(pool, vault, settings.secret_key, sessions or SessionSettings())
        )
        counted = Rates(pool, derived(settings.secret_key, _RATES, KEY_BYTES), rates)
        yield WriteSide(
            database=database,
            pool=pool,
            store=store,
            handler=handler,
            batches=BatchHandler(store, sealer, contents),
            bodies=Bodies(store, handler, vault.pseudonym),
            tokens=Tokens(pool),
            represented=Represented(pool),
            readings=Readings(pool),
            vault=vault,
            addresses=Addresses(pool),
            reminded=Reminded(pool),
            identity=identity,
            rates=counted,
            allowances=Allowances(Quotas(pool), counted, quotas, identity),
            contents=contents,
            fingerprint_key=fingerprint_key(settings.secret_key),
        )


def mailer_of(mail: MailSettings) -> Mailer:
    """Whatever carries mail, as the settings say."""
    if mail.server is not None:
        return SmtpMailer(mail.server, mail.sender)
    return FileMailer(mail.directory, mail.sender)
