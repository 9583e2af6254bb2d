"""`entente export`: one body as a file that a person, a program and another instance can read."""

import csv
import io
from typing import Any, Final
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
from services.archive.form import (
    CLAIMS,
    GRANTS,
    KEYS,
    LOG,
    TABLES,
    ClaimLine,
    GrantLine,
    KeyLine,
    Writer,
    event_line,
)
from services.archive.form import COMMONS as COMMONS_PART

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


async def export_body(database: Database, feed: Feed, tenant_id: TenantId, slug: str) -> bytes:
    """The archive of a body, up to the end of its log at the start. The same log gives the same bytes."""
    writer, tree = Writer(), Tree()
    upto = (await feed.heads()).get(tenant_id, 0)
    rows: list[Row] = []
    async for batch in feed.read(tenant_id, 0, upto=upto):
        rows += batch
    for row in rows:
        for _ in tree.add(leaf_of(row)):
            pass
    writer.lines(LOG, (event_line(row) for row in rows))
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
    for projection in PROJECTIONS:
        await _add_tables(writer, feed, projection, tenant_id, upto)
    return writer.finish(body_id=tenant_id, slug=slug, events=tree.size, root=tree.root)


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
        content, count = _table(layout, rows)
        if count:
            writer.add(f"{TABLES}{layout.table.key}.csv", content, count)


def _table(layout: Layout, rows: list[tuple[Any, ...]]) -> tuple[bytes, int]:
    """The rows that are known now, without the columns that only tell when they came to be known."""
    shown = [index for index, name in enumerate(layout.names) if name not in _CLOCKS]
    until = layout.names.index("pos_to") if "pos_to" in layout.names else None
    known = [row for row in rows if until is None or row[until] == FOREVER_POSITION]
    text = io.StringIO(newline="")
    sheet = csv.writer(text)
    sheet.writerow([layout.names[index] for index in shown])
    for row in sorted(known, key=lambda row: [str(row[index]) for index in layout.keys]):
        sheet.writerow([_shown(row[index]) for index in shown])
    return text.getvalue().encode("utf-8-sig"), len(known)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value  # a spreadsheet would compute it
    return str(value)
