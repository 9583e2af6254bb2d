"""`entente restore`: a body from its archive into an instance that does not have it."""

import asyncio
from typing import Final, NamedTuple
from uuid import UUID, uuid5

import sqlalchemy

from domain.event import decode
from domain.ids import COMMONS, CommandId, StreamId, TenantId
from domain.ports import Append, AppendError, KeyTakenError, NewEvent
from infra.database import Scope
from infra.log.verbatim import Claim, Grant, LogDiffersError, LogNotEmptyError, write_log
from infra.settings import DatabaseSettings
from services.archive.form import (
    CLAIMS,
    GRANTS,
    KEYS,
    LOG,
    ArchiveBrokenError,
    ClaimLine,
    EventLine,
    GrantLine,
    KeyLine,
    Reader,
)
from services.archive.form import COMMONS as COMMONS_PART
from services.bootstrap import WriteSide

_RESTORING: Final = UUID("c2f0a1de-5b0e-5d0a-9a3e-7e2f4b6c8d10")
_ADD_KEY: Final = sqlalchemy.text(
    "INSERT INTO pii.key (tenant_id, key_id, subject, wrapped, wrapped_by)"
    " VALUES (:tenant, :key_id, :subject, :wrapped, :wrapped_by) ON CONFLICT DO NOTHING"
)


class Restored(NamedTuple):
    """A body that is there now."""

    body_id: TenantId
    slug: str
    events: int
    root: str
    known: bool
    """Whether it had been there before, event by event."""


class RestoreRefusedError(Exception):
    """Nothing of the body's log was written."""


async def restore_body(write: WriteSide, settings: DatabaseSettings, content: bytes) -> Restored:
    """Bring a body back as it was: the same events at the same positions, recorded when they were.

    Its registration in the commons is recorded anew, with the same bytes, at the next position of this instance's
    commons. Interrupted anywhere, it is run again.

    Raises:
        ArchiveBrokenError: the file is not as it was written.
        RestoreRefusedError: the body, its slug or another log with its id is here already.
    """
    archive = Reader(content)
    manifest = archive.manifest
    body_id = TenantId(manifest.body_id)
    if body_id == COMMONS:
        raise RestoreRefusedError("every instance has a commons of its own; its archive is for reading")
    rows = [line.row(body_id) for line in archive.lines(LOG, EventLine)]
    for row in rows:
        decode(row.state)  # an event that a newer program wrote stops everything before anything is written
    claims = archive.lines(CLAIMS, ClaimLine)
    holder = await write.bodies.resolve(manifest.slug)
    if holder not in (None, body_id):
        raise RestoreRefusedError(f"the slug {manifest.slug} leads to another body here")
    await _register(write, archive, body_id, claims)
    await _add_keys(write, body_id, archive.lines(KEYS, KeyLine))
    try:
        new = await asyncio.to_thread(
            write_log,
            settings,
            body_id,
            rows,
            size=manifest.events,
            root=bytes.fromhex(manifest.root),
            claims=[Claim(each.key, each.stream_id, each.position) for each in claims if not each.in_commons],
            grants=[
                Grant(each.grantee, each.programme, each.since_position)
                for each in archive.lines(GRANTS, GrantLine)
            ],
        )
    except LogDiffersError as error:
        raise ArchiveBrokenError(str(error)) from error
    except LogNotEmptyError as error:
        raise RestoreRefusedError(f"the body {body_id} is here already: {error}") from error
    return Restored(body_id, manifest.slug, manifest.events, manifest.root, not new)


async def _register(write: WriteSide, archive: Reader, body_id: TenantId, claims: list[ClaimLine]) -> None:
    lines = archive.lines(COMMONS_PART, EventLine)
    if not lines:
        raise ArchiveBrokenError("it does not say how the body was registered")
    envelope, _ = decode(bytes(lines[0].envelope))
    append = Append(
        tenant_id=COMMONS,
        stream_id=StreamId(body_id),
        expected_version=0,
        events=tuple(NewEvent(version=line.version, type=line.type, state=bytes(line.envelope)) for line in lines),
        principal=envelope.actor.id,
        command_id=CommandId(uuid5(_RESTORING, str(body_id))),
        fingerprint=archive.digest(COMMONS_PART),
        claims=tuple(each.key for each in claims if each.in_commons),
        opens=(body_id,),
    )
    try:
        await write.store.append(append)
    except KeyTakenError as error:
        raise RestoreRefusedError(f"{error.claim} is taken by another body here") from error
    except AppendError as error:
        raise RestoreRefusedError(f"the body {body_id} is registered here already: {error}") from error


async def _add_keys(write: WriteSide, body_id: TenantId, keys: list[KeyLine]) -> None:
    async with write.database.begin(Scope.of_tenant(body_id)) as connection:
        for key in keys:
            await connection.execute(
                _ADD_KEY,
                {
                    "tenant": body_id,
                    "key_id": key.key_id,
                    "subject": key.subject,
                    "wrapped": key.wrapped,
                    "wrapped_by": key.wrapped_by,
                },
            )
