"""`entente export`: one body as a file that a person, a program and another instance can read."""

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Iterable
from typing import IO, Any, Final
from uuid import UUID

import sqlalchemy

from domain.ids import COMMONS, StreamId, TenantId
from domain.ports import Feed, Row
from infra.database import Database, Scope
from infra.log.leaf import leaf_of
from infra.log.verbatim import Tree
from projections.core import Layout
from projections.projection import Projection
from projections.rebuild import folded
from projections.registry import PROJECTIONS
from projections.tables import FOREVER_POSITION
from services.archive.commands import add_commands
from services.archive.documents import KeptContents, add_documents
from services.archive.form import (
    CLAIMS,
    GRANTS,
    KEYS,
    LOG,
    TABLES,
    ClaimLine,
    GrantLine,
    KeyLine,
    event_line,
)
from services.archive.form import COMMONS as COMMONS_PART
from services.archive.writing import Writer
from services.bootstrap import CONSOLE, WriteSide

_CLAIMS: Final = sqlalchemy.text(
    "SELECT key, stream_id, position FROM log.claim WHERE tenant_id = :body ORDER BY key"
)
_OF_STREAM: Final = sqlalchemy.text(
    "SELECT key, stream_id, position FROM log.claim WHERE tenant_id = :body AND stream_id = :stream ORDER BY key"
)
_GRANTS: Final = sqlalchemy.text(
    "SELECT grantee, programme, since_position FROM access.grant_now WHERE tenant_id = :body"
    " ORDER BY grantee, programme"
)
_KEYS: Final = sqlalchemy.text(
    "SELECT key_id, subject, wrapped, wrapped_by FROM pii.key WHERE tenant_id = :body ORDER BY key_id"
)
_STREAM: Final = sqlalchemy.text(
    "SELECT tenant_id, position, stream_id, version, type, recorded_at, state FROM log.event"
    " WHERE tenant_id = :body AND stream_id = :stream ORDER BY version"
)
_CLOCKS: Final = frozenset({"recorded_from", "recorded_to", "pos_from", "pos_to", "tenant_id"})
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


async def export_body(write: WriteSide, feed: Feed, tenant_id: TenantId, slug: str, file: IO[bytes]) -> None:
    """Write the archive of a body, up to the end of its log at the start.

    The same log gives the same bytes, but for the commands that the ledger forgets after thirty days.

    Raises:
        ContentMissingError: a document that the log says is kept is lost or damaged; the file is good for nothing.
    """
    upto = (await feed.heads()).get(tenant_id, 0)
    with Writer(file) as writer:
        tree, kept = await _add_log(writer, feed, tenant_id, upto)
        await add_commands(writer, write.database, feed, tenant_id, upto)
        await _add_holdings(writer, write.database, tenant_id, upto)
        for projection in PROJECTIONS:
            await _add_tables(writer, feed, projection, tenant_id, upto)
        await add_documents(writer, write.contents, tenant_id, kept.lines())
        console = await write.vault.known_pseudonym(tenant_id, CONSOLE)
        writer.finish(body_id=tenant_id, slug=slug, events=tree.size, root=tree.root, console=console)


async def _add_log(writer: Writer, feed: Feed, tenant_id: TenantId, upto: int) -> tuple[Tree, KeptContents]:
    tree, kept = Tree(), KeptContents()
    with writer.part(LOG) as part:
        async for batch in feed.read(tenant_id, 0, upto=upto):
            for row in batch:
                for _ in tree.add(leaf_of(row)):
                    pass
                kept.add(row)
                part.line(event_line(row))
    return tree, kept


async def _add_holdings(writer: Writer, database: Database, tenant_id: TenantId, upto: int) -> None:
    """What the commons says of the body, and what it holds: claims, grants, keys."""
    own = await _read(database, tenant_id, _CLAIMS, body=tenant_id)
    held, registered = [], []
    if tenant_id != COMMONS:
        held = await _read(database, COMMONS, _OF_STREAM, body=COMMONS, stream=StreamId(tenant_id))
        registered = await _read(database, COMMONS, _STREAM, body=COMMONS, stream=StreamId(tenant_id))
    writer.lines(COMMONS_PART, (event_line(Row(*row)) for row in registered))
    writer.lines(
        CLAIMS,
        [
            *(_claim(row, in_commons=False) for row in own if row[2] is None or row[2] <= upto),
            *(_claim(row, in_commons=True) for row in held),
        ],
    )
    grants = await _read(database, tenant_id, _GRANTS, body=tenant_id)
    writer.lines(GRANTS, (GrantLine(grantee=row[0], programme=row[1], since_position=row[2]) for row in grants))
    keys = await _read(database, tenant_id, _KEYS, body=tenant_id)
    writer.lines(KEYS, (KeyLine(key_id=row[0], subject=row[1], wrapped=row[2], wrapped_by=row[3]) for row in keys))


def _claim(row: Any, *, in_commons: bool) -> ClaimLine:
    return ClaimLine(key=row[0], stream_id=row[1], position=row[2], in_commons=in_commons)


async def _read(
    database: Database, tenant_id: TenantId, query: sqlalchemy.TextClause, **values: UUID
) -> list[Any]:
    async with database.begin(Scope.of_tenant(tenant_id)) as connection:
        return [tuple(row) for row in await connection.execute(query, values)]


async def _add_tables(writer: Writer, feed: Feed, projection: Projection, tenant_id: TenantId, upto: int) -> None:
    """What the body's log says now, as tables for people: folded from the log, so that both say the same."""
    work, _, _ = await folded(feed, projection, tenant_id, upto=upto)
    for layout, changes in work.changes(ordered=True):
        rows = [tuple(row) for row in changes.inserted]
        until = layout.names.index("pos_to") if "pos_to" in layout.names else None
        known = [row for row in rows if until is None or row[until] == FOREVER_POSITION]
        if known:
            _add_table(writer, layout, known)


def _add_table(writer: Writer, layout: Layout, known: list[tuple[Any, ...]]) -> None:
    """The rows that are known now, without the columns that only tell when they came to be known."""
    shown = [index for index, name in enumerate(layout.names) if name not in _CLOCKS]
    with writer.part(f"{TABLES}{layout.table.key}.csv") as part:
        part.write(BOM_UTF8)
        part.write(_record(layout.names[index] for index in shown))
        for row in sorted(known, key=lambda row: [str(row[index]) for index in layout.keys]):
            part.write(_record(_shown(row[index]) for index in shown))
            part.lines += 1


def _record(cells: Iterable[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value  # a spreadsheet would compute it
    return str(value)
