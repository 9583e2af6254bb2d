"""Looking at read models: how far they are, and whether they say what the logs say."""

from collections.abc import Sequence

import msgspec

from domain.ids import TenantId
from domain.ports import Feed
from projections.core import Layout
from projections.ports import LIVE, Cursor, ReadModels
from projections.projection import Projection
from projections.rebuild import folded


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one table that differ from what the log gives."""

    tenant_id: TenantId
    table: str
    missing: int
    """Rows that the log gives and the table lacks."""
    surplus: int


async def verify(
    feed: Feed, models: ReadModels, projection: Projection, tenant_id: TenantId
) -> list[Difference] | None:
    """Compare a body's tables with a fold of its log up to the cursor; None if a runner holds it just now."""
    async with models.unit(tenant_id) as unit:
        cursor = (await unit.lock([projection.name], LIVE)).get(projection.name)
        if cursor is None:
            return None
        stored = {layout.table.key: await unit.dump(layout, LIVE) for layout in projection.layouts}
    work, _, _ = await folded(feed, projection, tenant_id, upto=cursor.position)
    found: list[Difference] = []
    for layout, changes in work.changes(ordered=False):
        expected = {_key(layout, row): tuple(row) for row in changes.inserted}
        actual = {_key(layout, row): tuple(row) for row in stored[layout.table.key]}
        missing = sum(actual.get(key) != row for key, row in expected.items())
        surplus = sum(expected.get(key) != row for key, row in actual.items())
        if missing or surplus:
            found.append(Difference(tenant_id=tenant_id, table=layout.table.key, missing=missing, surplus=surplus))
    return found


def _key(layout: Layout, row: Sequence[object]) -> tuple[object, ...]:
    return tuple(row[index] for index in layout.keys)


class Lag(msgspec.Struct, frozen=True, kw_only=True):
    """How far one projection is behind the logs, all bodies together."""

    projection: str
    events: int
    bodies: int
    """Bodies that are behind."""
    stopped: tuple[Cursor, ...]


async def status(
    feed: Feed, models: ReadModels, projections: Sequence[Projection], build: str = LIVE
) -> list[Lag]:
    """The lag of each projection, in the order given, and what has stopped."""
    heads = await feed.heads()
    cursors = {(cursor.projection, cursor.tenant_id): cursor for cursor in await models.cursors(build)}
    lags: list[Lag] = []
    for projection in projections:
        behind = 0
        events = 0
        stopped: list[Cursor] = []
        for tenant_id, head in heads.items():
            cursor = cursors.get((projection.name, tenant_id))
            left = head - (0 if cursor is None else cursor.position)
            behind += left > 0
            events += max(left, 0)
            if cursor is not None and cursor.stop is not None:
                stopped.append(cursor)
        lags.append(Lag(projection=projection.name, events=events, bodies=behind, stopped=tuple(stopped)))
    return lags
