"""A tenant's log with its store and vaults, for tests that write events themselves."""

import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg_pool import ConnectionPool

from domain.envelope import Actor, Envelope, WithoutAuthority
from domain.event import Event, encode, encode_envelope
from domain.ids import CommandId, PersonId, StreamId, TenantId
from domain.ports import Append, NewEvent, Outcome
from infra.database import Database
from infra.log.recorder import TenantLog
from infra.log.store import LogStore, open_log_store
from infra.pii.persons import PersonVault
from infra.pii.sealer import LogSealer
from infra.pii.wrapping import KeyWrapper
from infra.settings import DatabaseSettings, Role

WRITER = PersonId(uuid4())


@dataclass(frozen=True, slots=True)
class Logs:
    """The write side over one test database."""

    settings: DatabaseSettings
    pool: Any
    sealer: LogSealer
    vault: PersonVault
    store: LogStore

    async def write(
        self, tenant_id: TenantId, stream_id: UUID, events: Sequence[tuple[Event, date]], *, after: int = 0
    ) -> Outcome:
        """Seal and append events of one stream, each with its effective date."""
        stream = StreamId(stream_id)
        command_id = CommandId(uuid4())
        new = []
        for version, (event, day) in enumerate(events, after + 1):
            sealed = await self.sealer.seal(tenant_id, stream, version, event)
            state = encode_envelope(envelope(sealed, day, command_id))
            new.append(NewEvent(version=version, type=event.TYPE, state=state))
        return await self.store.append(
            Append(
                tenant_id=tenant_id,
                stream_id=stream,
                expected_version=after,
                events=tuple(new),
                principal=WRITER,
                command_id=command_id,
                fingerprint=hashlib.sha256(command_id.bytes).digest(),
            )
        )


def envelope(event: Event, day: date, command_id: CommandId) -> Envelope:
    return Envelope(
        v=1,
        type=event.TYPE,
        schema=event.SCHEMA,
        effective_on=day,
        actor=Actor(id=WRITER, role="coordinator"),
        authority=WithoutAuthority(reason="not_required"),
        command_id=command_id,
        causation_id=None,
        correlation_id=command_id,
        lang="fr",
        data=encode(event),
    )


@asynccontextmanager
async def open_logs(settings: DatabaseSettings) -> AsyncIterator[Logs]:
    async with (
        Database(settings) as database,
        await database.pool(Role.APP, connections_max=4) as pool,
    ):
        sealer = LogSealer(pool, KeyWrapper(settings.secret_key))
        async with open_log_store(database, sealer) as store:
            yield Logs(settings, pool, sealer, PersonVault(pool), store)


def open_log(settings: DatabaseSettings, tenant_id: UUID) -> TenantId:
    """Begin a tenant's empty log."""
    with psycopg.connect(settings.admin_dsn) as connection:
        connection.execute("SELECT log.open(%s)", [tenant_id])
    return TenantId(tenant_id)


@contextmanager
def tenant_log(settings: DatabaseSettings, tenant_id: UUID) -> Iterator[TenantLog]:
    """A tenant's log as the library reaches it; begun if it is not there."""
    open_log(settings, tenant_id)
    dsn = settings.dsn(Role.APP)
    with ConnectionPool(dsn, min_size=1, max_size=8, kwargs={"autocommit": True}, open=True) as pool:
        yield TenantLog(dsn, pool, TenantId(tenant_id))


@contextmanager
def as_superuser(settings: DatabaseSettings) -> Iterator[psycopg.Connection]:
    """A transaction of somebody whom neither rights nor triggers stop: what only proofs can find."""
    with psycopg.connect(settings.admin_dsn) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection
