"""`entente restore`: a body from its archive into an instance that does not have it."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Final, NamedTuple
from uuid import UUID, uuid5

import sqlalchemy

from domain.event import decode
from domain.ids import COMMONS, CommandId, PersonId, StreamId, TenantId
from domain.ports import Append, AppendError, KeyTakenError, NewEvent
from infra.database import Scope
from infra.log.leaf import leaf_of
from infra.log.verbatim import Claim, Grant, LogDiffersError, LogNotEmptyError, Tree, is_written, write_log
from infra.settings import DatabaseSettings
from services.archive.commands import check_commands, outcomes
from services.archive.documents import KeptContents, check_documents, keep_documents
from services.archive.form import (
    CLAIMS,
    GRANTS,
    KEYS,
    LOG,
    ArchiveBrokenError,
    ArchiveError,
    ClaimLine,
    DocumentLine,
    EventLine,
    GrantLine,
    KeyLine,
)
from services.archive.form import COMMONS as COMMONS_PART
from services.archive.reading import Reader
from services.bootstrap import CONSOLE, WriteSide

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


class RestoreRefusedError(ArchiveError):
    """The body, its slug or another log with its id is here already; nothing of its log was written."""


async def restore_body(
    write: WriteSide, settings: DatabaseSettings, file: IO[bytes], *, bytes_max: int
) -> Restored:
    """Bring a body back as it was: the same events at the same positions, recorded when they were.

    Its registration in the commons is recorded anew, with the same bytes, at the next position of this instance's
    commons. The documents are there before the log that names them. Interrupted anywhere, it is run again.
    `bytes_max` is how large a document may be here.

    Raises:
        ArchiveBrokenError: the file is not as it was written.
        ArchiveError: a document is too large.
        RestoreRefusedError: the body, its slug or another log with its id is here already.
    """
    archive = Reader(file)
    manifest = archive.manifest
    body_id, root = TenantId(manifest.body_id), bytes.fromhex(manifest.root)
    if body_id == COMMONS:
        raise RestoreRefusedError(
            "every instance has a commons of its own; its archive is for reading",
            "chaque instance a son propre registre commun; cette archive est faite pour être lue",
        )
    archive.check()
    kept = _check_log(archive, body_id)
    brought = check_documents(archive, kept, bytes_max)
    check_commands(archive, manifest.events)
    claims = list(archive.lines(CLAIMS, ClaimLine))
    with _refused(body_id):
        known = await asyncio.to_thread(is_written, settings, body_id, size=manifest.events, root=root)
    await _check_slug(write, manifest.slug, body_id)
    if not known:  # otherwise all this was done, and what was erased since must not come back
        await _register(write, archive, body_id, claims)
        await _add_keys(write, body_id, archive.lines(KEYS, KeyLine))
        if manifest.console is not None:
            await write.vault.let_be(body_id, PersonId(manifest.console), CONSOLE)
    await keep_documents(archive, write.contents, body_id, brought)
    with _refused(body_id):
        new = await asyncio.to_thread(
            write_log,
            settings,
            body_id,
            (line.row(body_id) for line in archive.lines(LOG, EventLine)),
            size=manifest.events,
            root=root,
            claims=[Claim(each.key, each.stream_id, each.position) for each in claims if not each.in_commons],
            grants=[
                Grant(each.grantee, each.programme, each.since_position)
                for each in archive.lines(GRANTS, GrantLine)
            ],
            outcomes=outcomes(archive),
        )
    return Restored(body_id, manifest.slug, manifest.events, manifest.root, not new)


def _check_log(archive: Reader, body_id: TenantId) -> list[DocumentLine]:
    """Read the log to its end; the documents that it says are kept.

    Raises:
        ArchiveBrokenError: it is not the log that the manifest promises.
        UnknownEventError: a newer program wrote one of its events.
    """
    tree, kept = Tree(), KeptContents()
    for line in archive.lines(LOG, EventLine):
        row = line.row(body_id)
        decode(row.state)
        kept.add(row)
        for _ in tree.add(leaf_of(row)):
            pass
    promised = archive.manifest
    if (tree.size, tree.root.hex()) != (promised.events, promised.root):
        raise ArchiveBrokenError(
            f"expected {promised.events} events of root {promised.root}, got {tree.size} of {tree.root.hex()}",
            f"le manifeste annonce {promised.events} événements de racine {promised.root}; il y en a {tree.size}, "
            f"de racine {tree.root.hex()}",
        )
    return kept.lines()


async def _check_slug(write: WriteSide, slug: str, body_id: TenantId) -> None:
    if await write.bodies.resolve(slug) not in (None, body_id):
        raise RestoreRefusedError(
            f"the slug {slug} leads to another body here", f"l’adresse {slug} mène ici à un autre organisme"
        )


@contextmanager
def _refused(body_id: TenantId) -> Iterator[None]:
    """What the log itself says no to, as an answer."""
    try:
        yield
    except LogDiffersError as error:
        raise ArchiveBrokenError(
            f"the events do not follow each other as in a log: {error}",
            f"les événements ne se suivent pas comme dans un registre : {error}",
        ) from error
    except LogNotEmptyError as error:
        raise RestoreRefusedError(
            f"another log of the body {body_id} is here already",
            f"un autre registre de l’organisme {body_id} se trouve déjà ici",
        ) from error


async def _register(write: WriteSide, archive: Reader, body_id: TenantId, claims: list[ClaimLine]) -> None:
    lines = list(archive.lines(COMMONS_PART, EventLine))
    if not lines:
        raise ArchiveBrokenError(
            "it does not say how the body was registered", "elle ne dit pas comment l’organisme a été inscrit"
        )
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
        raise RestoreRefusedError(
            f"{error.claim} is taken by another body here", f"{error.claim} est ici pris par un autre organisme"
        ) from error
    except AppendError as error:
        raise RestoreRefusedError(
            f"the body {body_id} is registered here already", f"l’organisme {body_id} est déjà inscrit ici"
        ) from error


async def _add_keys(write: WriteSide, body_id: TenantId, keys: Iterable[KeyLine]) -> None:
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
